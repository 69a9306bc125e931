//! A Durable Object as the platform keeps it: a disk that commits at awaits, one alarm, and a life that can end anywhere.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use groat_edge::problem::Refusal;
use groat_edge::sql::{NativeSql, Row, Sql, SqlError, Value};
use groat_edge::store::{Happened, history};

/// The platform's alarm gives up after so many failures in a row.
const ALARM_RETRIES: u32 = 6;
/// Its first pause after a failure; it doubles.
const ALARM_RETRY_FIRST_MS: i64 = 2_000;

/// The storage of one object.
pub struct Disk {
    native: NativeSql,
    is_in_step: bool,
    writes_to_crash: Option<u32>,
    has_crashed: bool,
    throws_next: bool,
}

/// A handle to an object's storage, as each handler of it holds one.
#[derive(Clone)]
pub struct DiskHandle(pub Rc<RefCell<Disk>>);

impl Disk {
    /// A disk on a database that is in a transaction, which the end of the run takes back.
    pub const fn new(native: NativeSql) -> Self {
        Self { native, is_in_step: false, writes_to_crash: None, has_crashed: false, throws_next: false }
    }

    /// Gives the database back.
    pub fn into_native(self) -> NativeSql {
        self.native
    }

    fn close_step(&mut self, statements: &[&str]) {
        if std::mem::take(&mut self.is_in_step) {
            for statement in statements {
                let done = self.native.run(statement, &[]);
                assert!(done.is_ok(), "{statement}: {done:?}");
            }
        }
    }

    /// All that happened to an invoice, read outside of the world.
    pub fn history(&mut self, invoice_id: &str) -> Result<Vec<Happened>, Refusal> {
        history(&mut self.native, invoice_id)
    }

    /// Reads, outside of the world: never counted, never failing for a fault of the plan.
    pub fn inspect(&mut self, statement: &str, values: &[Value]) -> Vec<Row> {
        let rows = self.native.run(statement, values);
        rows.unwrap_or_else(|error| panic!("{statement}: {error}"))
    }
}

impl Sql for DiskHandle {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        let mut disk = self.0.borrow_mut();
        if disk.has_crashed {
            return Err(SqlError::Statement("the object is dead".to_owned()));
        }
        if disk.throws_next && !disk.is_in_step {
            disk.throws_next = false;
            return Err(SqlError::Statement("a fault of the storage, as planned".to_owned()));
        }
        if !statement.starts_with("SELECT") {
            if !disk.is_in_step {
                disk.native.run("SAVEPOINT poll", &[])?;
                disk.is_in_step = true;
            }
            match disk.writes_to_crash.as_mut() {
                Some(0) => {
                    disk.has_crashed = true;
                    return Err(SqlError::Statement("the object dies here".to_owned()));
                }
                Some(left) => *left -= 1,
                None => {}
            }
        }
        disk.native.run(statement, values)
    }
}

/// What a step makes of the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pending {
    /// Nothing.
    #[default]
    Unchanged,
    /// It is set, or deleted.
    Changed(Option<i64>),
}

/// How an alarm ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmEnd {
    /// The handler returned.
    Done,
    /// The handler threw.
    Threw,
}

/// One object.
pub struct Object {
    /// Its name in traces.
    pub name: String,
    /// Its storage.
    pub disk: DiskHandle,
    /// What its open WebSockets are sent once the step is durable: invoice and snapshot.
    pub pushes: RefCell<Vec<(String, String)>>,
    /// When the alarm is due, on disk.
    due_ms: Cell<Option<i64>>,
    /// What the step has made of that, until it is committed.
    pending: Cell<Pending>,
    is_alarm_running: Cell<bool>,
    was_set_by_handler: Cell<bool>,
    failures: Cell<u32>,
    /// Alarms come so much later than they are due.
    pub lateness_ms: Cell<i64>,
    /// How often it has died.
    pub deaths: Cell<u32>,
}

impl Object {
    /// An object on its disk.
    pub fn new(name: String, native: NativeSql) -> Self {
        Self {
            name,
            disk: DiskHandle(Rc::new(RefCell::new(Disk::new(native)))),
            pushes: RefCell::default(),
            due_ms: Cell::new(None),
            pending: Cell::default(),
            is_alarm_running: Cell::new(false),
            was_set_by_handler: Cell::new(false),
            failures: Cell::new(0),
            lateness_ms: Cell::new(0),
            deaths: Cell::new(0),
        }
    }

    /// Lets it die before a write to come: 0 is the next.
    pub fn crash_after(&self, writes: u32) {
        self.disk.0.borrow_mut().writes_to_crash = Some(writes);
    }

    /// Forgets planned faults.
    pub fn mend(&self) {
        let mut disk = self.disk.0.borrow_mut();
        (disk.writes_to_crash, disk.throws_next) = (None, false);
        self.lateness_ms.set(0);
    }

    /// Lets the storage fail once, at the beginning of a step.
    pub fn throw_next(&self) {
        self.disk.0.borrow_mut().throws_next = true;
    }

    /// Whether a crash was due in the step that just ran.
    pub fn has_crashed(&self) -> bool {
        self.disk.0.borrow().has_crashed
    }

    /// Commits the step. Says when to look at the alarm, if that changed, and what to push.
    pub fn commit(&self) -> (Option<i64>, Vec<(String, String)>) {
        self.disk.0.borrow_mut().close_step(&["RELEASE poll"]);
        let mut wake_ms = None;
        if let Pending::Changed(due_ms) = self.pending.take() {
            self.due_ms.set(due_ms);
            self.was_set_by_handler.set(true);
            wake_ms = due_ms;
        }
        (wake_ms, std::mem::take(&mut *self.pushes.borrow_mut()))
    }

    /// Takes the step back and everything in memory with it. Says when to look at the alarm, which is on disk.
    pub fn die(&self) -> Option<i64> {
        let mut disk = self.disk.0.borrow_mut();
        disk.close_step(&["ROLLBACK TO poll", "RELEASE poll"]);
        (disk.has_crashed, disk.writes_to_crash) = (false, None);
        self.pending.set(Pending::Unchanged);
        self.pushes.borrow_mut().clear();
        self.is_alarm_running.set(false);
        self.deaths.set(self.deaths.get() + 1);
        self.due_ms.get()
    }

    /// What `getAlarm` says: nothing while the handler runs, unless it was set meanwhile.
    pub fn alarm_ms(&self) -> Option<i64> {
        match self.pending.get() {
            Pending::Changed(due_ms) => due_ms,
            Pending::Unchanged if self.is_alarm_running.get() && !self.was_set_by_handler.get() => None,
            Pending::Unchanged => self.due_ms.get(),
        }
    }

    /// Sets or deletes the alarm, with the writes of the step.
    pub fn set_alarm(&self, due_ms: Option<i64>) {
        self.pending.set(Pending::Changed(due_ms));
    }

    /// When the platform gets round to an alarm that is due, where that is later than now.
    pub fn alarm_comes_late(&self, now_ms: i64) -> Option<i64> {
        let due_ms = self.due_ms.get().filter(|due_ms| *due_ms <= now_ms)?;
        Some(due_ms + self.lateness_ms.get()).filter(|late_ms| *late_ms > now_ms)
    }

    /// Whether the handler is to run now. Never twice at once.
    pub fn begin_alarm(&self, now_ms: i64, is_forced: bool) -> bool {
        let is_due = self.due_ms.get().is_some_and(|due_ms| due_ms <= now_ms);
        if self.is_alarm_running.get() || !(is_due || is_forced) {
            return false;
        }
        self.is_alarm_running.set(true);
        self.was_set_by_handler.set(false);
        true
    }

    /// Ends the handler, as the platform does. Says when the alarm is due next.
    pub fn end_alarm(&self, end: AlarmEnd, now_ms: i64) -> Option<i64> {
        self.is_alarm_running.set(false);
        if !self.was_set_by_handler.get() {
            let failures = self.failures.get();
            let retry_ms = (end == AlarmEnd::Threw && failures < ALARM_RETRIES)
                .then(|| now_ms + (ALARM_RETRY_FIRST_MS << failures));
            self.due_ms.set(retry_ms);
        }
        self.failures.set(if end == AlarmEnd::Threw { self.failures.get() + 1 } else { 0 });
        self.due_ms.get()
    }
}
