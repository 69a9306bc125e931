//! [`Sql`] on a Durable Object's storage.

use worker::{SqlStorage, SqlStorageValue};

use crate::sql::{MAX_SAFE_INTEGER, Row, Sql, SqlError, Value};

/// The storage of the object that runs.
pub struct RuntimeSql(pub SqlStorage);

impl Sql for RuntimeSql {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        let values = values.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
        let cursor = self.0.exec(statement, values).map_err(|error| SqlError::Statement(error.to_string()))?;
        cursor
            .raw()
            .map(|row| {
                let row = row.map_err(|error| SqlError::Statement(error.to_string()))?;
                row.into_iter().map(read).collect::<Result<Vec<_>, _>>().map(Row)
            })
            .collect()
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
