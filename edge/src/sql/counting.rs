//! Counts rows written as the platform bills them, for native tests that hold a bound.
//!
//! Each row that is inserted, changed or deleted is one; each index that a statement writes is one more for each row that
//! stands in it afterwards, also where a named column keeps its value; an entry that leaves an index is none; the table
//! behind AUTOINCREMENT is one. A row that INSERT OR REPLACE replaces counts once. Tables that are made count nothing.
//!
//! SQLite itself says which indexes a statement writes (EXPLAIN), and, by a RETURNING of the conditions of partial indexes,
//! which of them each row stands in.

use std::collections::HashMap;

use super::{Row, Sql, SqlError, Value};

/// What gives the rows that a statement writes.
const RETURNING: &str = " RETURNING ";

/// Storage whose written rows are counted.
#[derive(Debug)]
pub struct CountingSql<'a, S> {
    sql: &'a mut S,
    plans: HashMap<String, Plan>,
    rows: i64,
}

/// What a statement writes.
#[derive(Debug, Clone)]
struct Plan {
    /// The statement, which gives the conditions of the partial indexes that it writes.
    statement: String,
    /// Rows for each row of the table: itself, and the indexes that all rows stand in.
    each: i64,
    /// Rows for the statement as a whole.
    once: i64,
}

impl<'a, S: Sql> CountingSql<'a, S> {
    /// Counts from now on.
    pub fn of(sql: &'a mut S) -> Self {
        Self { sql, plans: HashMap::new(), rows: 0 }
    }

    /// Rows written since the last time that this was asked.
    pub fn take_rows(&mut self) -> i64 {
        std::mem::take(&mut self.rows)
    }

    fn plan(&mut self, statement: &str, values: &[Value]) -> Result<Plan, SqlError> {
        if let Some(plan) = self.plans.get(statement) {
            return Ok(plan.clone());
        }
        let steps = self.sql.run(&format!("EXPLAIN {statement}"), values)?;
        let mut plan = Plan { statement: String::new(), each: 1, once: 0 };
        let mut conditions = vec!["0".to_owned()];
        for root in written_roots(&steps)? {
            let stored = "SELECT type, name, sql FROM sqlite_master WHERE rootpage = ?";
            let Some(row) = self.sql.run_one(stored, &[root.into()])? else { continue };
            match (row.text(0)?, row.text(1)?, row.optional_text(2)?.and_then(condition)) {
                (_, "sqlite_sequence", _) => plan.once += 1,
                ("index", _, Some(condition)) => conditions.push(format!("(({condition}) IS TRUE)")),
                ("index", _, None) => plan.each += 1,
                _ => {}
            }
        }
        // What is deleted leaves its indexes.
        let counted = if statement.starts_with("DELETE") { "0".to_owned() } else { conditions.join(" + ") };
        // Behind what it gives by itself.
        let returning = if statement.contains(RETURNING) { ", " } else { RETURNING };
        plan.statement = format!("{statement}{returning}{counted}");
        self.plans.insert(statement.to_owned(), plan.clone());
        Ok(plan)
    }
}

impl<S: Sql> Sql for CountingSql<'_, S> {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        if !["INSERT", "UPDATE", "DELETE"].iter().any(|word| statement.starts_with(word)) {
            return self.sql.run(statement, values);
        }
        let plan = self.plan(statement, values)?;
        let mut rows = self.sql.run(&plan.statement, values)?;
        for row in &mut rows {
            self.rows += plan.each + row.integer(row.0.len() - 1)?;
            row.0.pop();
        }
        self.rows += plan.once;
        rows.retain(|row| !row.0.is_empty());
        Ok(rows)
    }
}

/// First pages of the tables and indexes into which the steps of a statement insert, each once.
fn written_roots(steps: &[Row]) -> Result<Vec<i64>, SqlError> {
    let mut opened = HashMap::new();
    let mut roots = Vec::new();
    for step in steps {
        let (operation, cursor) = (step.text(1)?, step.integer(2)?);
        match operation {
            "OpenWrite" => {
                opened.insert(cursor, step.integer(3)?);
            }
            "Insert" | "IdxInsert" => {
                if let Some(root) = opened.get(&cursor).filter(|root| !roots.contains(*root)) {
                    roots.push(*root);
                }
            }
            _ => {}
        }
    }
    Ok(roots)
}

/// The condition of a partial index.
fn condition(definition: &str) -> Option<&str> {
    definition.split_once(" WHERE ").map(|(_, condition)| condition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::NativeSql;

    #[test]
    fn rows_are_counted_as_they_are_billed() {
        let mut sql = NativeSql::in_memory().unwrap();
        for statement in [
            "CREATE TABLE plain (number INTEGER PRIMARY KEY, word TEXT, due INTEGER)",
            "CREATE INDEX words ON plain (word)",
            "CREATE INDEX due ON plain (due) WHERE due IS NOT NULL",
            "CREATE TABLE grows (number INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT UNIQUE)",
            "CREATE TABLE keyed (word TEXT PRIMARY KEY, due INTEGER) WITHOUT ROWID",
        ] {
            sql.run(statement, &[]).unwrap();
        }
        #[rustfmt::skip]
        let table = [
            ("a row, its word",               "INSERT INTO plain VALUES (1, 'a', NULL)",                     2),
            ("a row, its word, its time",     "INSERT INTO plain VALUES (2, 'b', 7)",                        3),
            ("neither index is named",        "UPDATE plain SET number = number WHERE number = 9",           0),
            ("a word that stays",             "UPDATE plain SET word = 'a' WHERE number = 1",                2),
            ("a time that leaves its index",  "UPDATE plain SET due = NULL WHERE number = 2",                1),
            ("a time that enters it, twice",  "UPDATE plain SET due = 8",                                    4),
            ("two rows that leave",           "DELETE FROM plain",                                           2),
            ("a row, its number, its key",    "INSERT INTO grows (word) VALUES ('a')",                       3),
            ("a key that is the row",         "INSERT INTO keyed VALUES ('a', 1)",                           1),
            ("the same row again",            "INSERT OR REPLACE INTO keyed VALUES ('a', 2)",                1),
            ("what is there already",         "INSERT OR IGNORE INTO keyed VALUES ('a', 3)",                 0),
            ("one from another table",        "INSERT INTO keyed SELECT 'b' || due, 0 FROM keyed",           1),
        ];
        let mut sql = CountingSql::of(&mut sql);
        for (name, statement, rows) in table {
            sql.run(statement, &[]).unwrap();
            assert_eq!(sql.take_rows(), rows, "{name}: {statement}");
        }
        let given = sql.run("UPDATE keyed SET due = 5 WHERE word = 'a' RETURNING word, due", &[]).unwrap();
        assert_eq!(given, [Row(vec!["a".into(), 5_i64.into()])], "what a statement gives, it gives here too");
        assert_eq!(sql.take_rows(), 1);
    }
}
