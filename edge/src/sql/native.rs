//! SQLite in memory, for native tests of the same statements.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::{MAX_SAFE_INTEGER, Row, Sql, SqlError, Value};

/// Statements kept prepared: more than the store and the watcher have together.
const STATEMENTS_KEPT: usize = 256;

/// A SQLite database that keeps the runtime's limits: no large integers, no floats.
#[derive(Debug)]
pub struct NativeSql {
    connection: Connection,
}

impl NativeSql {
    /// An empty database in memory.
    pub fn in_memory() -> Result<Self, SqlError> {
        let connection = Connection::open_in_memory().map_err(|error| failed(&error))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self { connection })
    }
}

fn failed(error: &rusqlite::Error) -> SqlError {
    SqlError::Statement(error.to_string())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl Sql for NativeSql {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        let unsafe_integer =
            |value: &&Value| matches!(value, Value::Integer(integer) if integer.abs() > MAX_SAFE_INTEGER);
        if let Some(value) = values.iter().find(unsafe_integer) {
            return Err(SqlError::Statement(format!("{value:?} would lose digits in the runtime's binding")));
        }
        let mut prepared = self.connection.prepare_cached(statement).map_err(|error| failed(&error))?;
        let columns = prepared.column_count();
        let mut rows = prepared.query(params_from_iter(values)).map_err(|error| failed(&error))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(|error| failed(&error))? {
            let read = |column| match row.get_ref(column) {
                Ok(ValueRef::Null) => Ok(Value::Null),
                Ok(ValueRef::Integer(integer)) => Ok(Value::Integer(integer)),
                Ok(ValueRef::Text(text)) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
                Ok(other) => Err(SqlError::Statement(format!("unexpected type {:?}", other.data_type()))),
                Err(error) => Err(failed(&error)),
            };
            found.push(Row((0..columns).map(read).collect::<Result<_, _>>()?));
        }
        Ok(found)
    }
}
