//! What stands around a watcher: the stores it tells, and the storage it shares.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::super::deliver::{NotTaken, Stores};
use super::super::messages::{Observation, ObserveRequest};
use crate::sql::{NativeSql, Row, Sql, SqlError, Value as SqlValue};

/// Stores that note what they are told.
#[derive(Default)]
pub struct StoresDouble {
    pub told: RefCell<Vec<(String, Observation)>>,
    pub refuses: Cell<bool>,
    /// Refuses after so many more.
    pub takes: Cell<Option<u32>>,
    pub requests: Cell<usize>,
}

impl Stores for StoresDouble {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        self.requests.set(self.requests.get() + 1);
        let left = self.takes.get();
        self.takes.set(left.map(|left| left.saturating_sub(1)));
        if self.refuses.get() || left == Some(0) {
            return Err(NotTaken("refused".to_owned()));
        }
        let told = request.observations.iter().map(|observation| (store.to_owned(), observation.clone()));
        self.told.borrow_mut().extend(told);
        Ok(())
    }
}

/// Storage that several handlers of one object share, as they do on the runtime.
#[derive(Clone)]
pub struct SharedSql(pub Rc<RefCell<NativeSql>>);

impl Sql for SharedSql {
    fn run(&mut self, statement: &str, values: &[SqlValue]) -> Result<Vec<Row>, SqlError> {
        self.0.borrow_mut().run(statement, values)
    }
}
