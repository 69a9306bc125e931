//! The little of SQL that a Durable Object's storage offers: one statement at a time, text and safe integers.
//!
//! A Durable Object commits all writes made without an `await` between them together: a crash never keeps a part of them.
//! An error does: what was written before it stays, unless it stood inside [`Sql::atomically`].

#[cfg(any(test, feature = "native"))]
mod counting;
#[cfg(any(test, feature = "native"))]
mod native;

#[cfg(any(test, feature = "native"))]
pub use counting::CountingSql;
#[cfg(any(test, feature = "native"))]
pub use native::NativeSql;

use thiserror::Error;

/// The largest integer that survives the runtime's binding, which passes integers through a float: 2^53 - 1.
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A value bound to a statement or read from a row. Amounts travel as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// An integer within ±[`MAX_SAFE_INTEGER`].
    Integer(i64),
    /// Text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Integer(i64::from(flag))
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What can go wrong with storage.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SqlError {
    /// The statement was refused, or the storage failed.
    #[error("storage: {0}")]
    Statement(String),
    /// A row does not hold what was asked for: older code, damage, or a bug.
    #[error("storage row: column {column} holds {found}, expected {expected}")]
    Column {
        /// Its position in the SELECT list, from 0.
        column: usize,
        /// What was asked for.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
}

/// A row of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The text in a column.
    pub fn text(&self, column: usize) -> Result<&str, SqlError> {
        self.optional_text(column)?.ok_or_else(|| self.wrong(column, "text"))
    }

    /// The text in a column, or NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, SqlError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.wrong(column, "text")),
        }
    }

    /// The integer in a column.
    pub fn integer(&self, column: usize) -> Result<i64, SqlError> {
        self.optional_integer(column)?.ok_or_else(|| self.wrong(column, "an integer"))
    }

    /// The integer in a column, or NULL.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self.0.get(column) {
            Some(Value::Integer(integer)) => Ok(Some(*integer)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.wrong(column, "an integer")),
        }
    }

    fn wrong(&self, column: usize, expected: &'static str) -> SqlError {
        SqlError::Column { column, expected, found: format!("{:?}", self.0.get(column)) }
    }
}

/// Storage of one Durable Object.
pub trait Sql {
    /// Runs one statement with its `?` placeholders bound in order, and gives all rows.
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError>;

    /// Runs `act`, and undoes all that it wrote if it fails. May stand inside another.
    ///
    /// SQLite's own savepoints, by statement. The runtime refuses such statements and has a call of its own for it.
    fn atomically<T, E: From<SqlError>>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        Self: Sized,
    {
        self.run("SAVEPOINT step", &[])?;
        let result = act(self);
        if result.is_err() {
            self.run("ROLLBACK TO step", &[])?;
        }
        self.run("RELEASE step", &[])?;
        result
    }

    /// Runs a statement that gives at most one row.
    fn run_one(&mut self, statement: &str, values: &[Value]) -> Result<Option<Row>, SqlError> {
        Ok(self.run(statement, values)?.into_iter().next())
    }
}
