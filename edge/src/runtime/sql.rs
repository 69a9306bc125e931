//! [`Sql`] on a Durable Object's storage.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::{SqlStorage, SqlStorageValue, State};

use super::meter::{Meter, Writer};
use crate::sql::{MAX_SAFE_INTEGER, Row, Sql, SqlError, Value};

#[wasm_bindgen]
extern "C" {
    /// The object's state again, for a method of its storage that the `worker` crate does not bind.
    #[derive(Clone)]
    type ObjectState;

    type ObjectStorage;

    #[wasm_bindgen(method, getter, catch)]
    fn storage(this: &ObjectState) -> Result<ObjectStorage, JsValue>;

    /// Runs `act` inside a savepoint, and rolls back if it throws.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &ObjectStorage, act: &mut dyn FnMut() -> Result<(), JsValue>)
    -> Result<JsValue, JsValue>;
}

/// The storage of the object that runs.
#[derive(Clone)]
pub struct RuntimeSql {
    sql: SqlStorage,
    state: ObjectState,
    writer: Writer,
}

impl RuntimeSql {
    /// The storage of `state`'s object; its rows count as `writer`'s.
    pub fn of(state: &State, writer: Writer) -> Self {
        let sql = state.storage().sql();
        Self { sql, state: AsRef::<JsValue>::as_ref(state.as_raw()).clone().unchecked_into(), writer }
    }
}

impl Sql for RuntimeSql {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        let values = values.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        let cursor = self.sql.exec(statement, values).map_err(|error| SqlError::Statement(error.to_string()))?;
        let rows = cursor
            .raw()
            .map(|row| {
                let row = row.map_err(|error| SqlError::Statement(error.to_string()))?;
                row.into_iter().map(read).collect::<Result<Vec<_>, _>>().map(Row)
            })
            .collect();
        // Known once all rows have been read.
        Meter::rows(self.writer, cursor.rows_written());
        rows
    }

    fn atomically<T, E: From<SqlError>>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let storage = self.state.storage().map_err(|error| SqlError::Statement(format!("{error:?}")))?;
        let result = Cell::new(None);
        // A panic in a step goes on to whoever serves the request, and the object is whole after it: nothing was committed.
        let mut inside = AssertUnwindSafe((Some(act), &result, self));
        // What is thrown only asks for the rollback; the reason stays here.
        let outcome = storage.transaction_sync(&mut move || {
            // All of it by its one name, so that the closure holds the whole.
            let inside = &mut inside;
            let (act, result, sql) = &mut inside.0;
            let done = act.take().map(|act| act(sql));
            let thrown = match &done {
                Some(Ok(_)) => Ok(()),
                Some(Err(_)) => Err(JsValue::from_str("undo")),
                None => Err(JsValue::from_str("called twice")),
            };
            result.set(done);
            thrown
        });
        let result = result.into_inner();
        match (outcome, result) {
            (Ok(_), Some(result)) | (Err(_), Some(result @ Err(_))) => result,
            // It was undone though it went well: the storage itself failed.
            (Err(error), _) => Err(SqlError::Statement(format!("transaction: {error:?}")).into()),
            (Ok(_), None) => Err(SqlError::Statement("a transaction did nothing".to_owned()).into()),
        }
    }
}

fn bind(value: &Value) -> Result<SqlStorageValue, SqlError> {
    match value {
        Value::Null => Ok(SqlStorageValue::Null),
        Value::Integer(integer) if integer.abs() <= MAX_SAFE_INTEGER => Ok(SqlStorageValue::Integer(*integer)),
        Value::Integer(integer) => Err(SqlError::Statement(format!("{integer} would lose digits in the binding"))),
        Value::Text(text) => Ok(SqlStorageValue::String(text.clone())),
    }
}

fn read(value: SqlStorageValue) -> Result<Value, SqlError> {
    match value {
        SqlStorageValue::Null => Ok(Value::Null),
        SqlStorageValue::Integer(integer) => Ok(Value::Integer(integer)),
        SqlStorageValue::String(text) => Ok(Value::Text(text)),
        other => Err(SqlError::Statement(format!("unexpected value {other:?}"))),
    }
}
