//! Where the watcher stands, in one row, and how its nodes do.

use groat_core::evm::{Address, B256};

use super::limits::{
    LOG_RANGE_BLOCKS, LOG_RANGE_DIVISOR, NODE_RETRY_AFTER_MOST_MS, NODE_RETRY_FIRST_MS, NODE_RETRY_MOST_MS, SINGLE_MS,
};
use super::rpc::RpcError;
use crate::sql::{Row, Sql, SqlError, Value};

/// Binds a height or a count; the storage refuses what is too large to be one.
pub fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Binds a height or NULL.
pub fn optional(number: Option<u64>) -> Value {
    number.map_or(Value::Null, integer)
}

/// Reads a height or a count.
pub fn unsigned(row: &Row, column: usize) -> Result<u64, SqlError> {
    optional_unsigned(row, column)?.ok_or(SqlError::Column { column, expected: "a height", found: "NULL".to_owned() })
}

/// Reads a height or NULL.
pub fn optional_unsigned(row: &Row, column: usize) -> Result<Option<u64>, SqlError> {
    let read = |integer: i64| {
        u64::try_from(integer).map_err(|_| SqlError::Column {
            column,
            expected: "a height",
            found: integer.to_string(),
        })
    };
    row.optional_integer(column)?.map(read).transpose()
}

/// Prints an address as it is stored.
pub fn address_text(address: Address) -> String {
    format!("{address:#x}")
}

/// Reads what was stored as text.
pub fn parsed<T: std::str::FromStr>(row: &Row, column: usize, expected: &'static str) -> Result<T, SqlError> {
    let text = row.text(column)?;
    text.parse().map_err(|_| SqlError::Column { column, expected, found: text.to_owned() })
}

/// A block that was canonical when it was last asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its height.
    pub height: u64,
    /// Its hash.
    pub hash: B256,
}

/// Up to where a lane is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// The last block whose logs are known.
    pub logs: u64,
    /// The last block whose balances are known.
    pub coins: u64,
}

impl Reach {
    /// Both up to one block.
    pub const fn both(height: u64) -> Self {
        Self { logs: height, coins: height }
    }

    /// The lower of two, where what is looked at twice changes nothing.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self { logs: self.logs.min(other.logs), coins: self.coins.min(other.coins) }
    }
}

/// Reads two columns: both set, or neither.
pub fn reach(row: &Row, column: usize) -> Result<Option<Reach>, SqlError> {
    let (logs, coins) = (optional_unsigned(row, column)?, optional_unsigned(row, column + 1)?);
    Ok(logs.zip(coins).map(|(logs, coins)| Reach { logs, coins }))
}

/// The watcher's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Up to where the active addresses are known; `None` while there are none.
    pub active: Option<Reach>,
    /// The same of the addresses where only late money is expected.
    pub late: Option<Reach>,
    /// When those are looked at next.
    pub late_due_ms: i64,
    /// The newest block that was looked at.
    pub head: Option<Checkpoint>,
    /// When a node last answered well.
    pub answered_ms: Option<i64>,
    /// When a node was last asked.
    pub tried_ms: Option<i64>,
    /// What is wrong.
    pub error: Option<String>,
    /// JSON-RPC calls made so far.
    pub rpc_calls: u64,
    /// When to poll next; `None` while there is nothing to watch.
    pub next_poll_ms: Option<i64>,
    /// When a hint last started a poll.
    pub looked_ms: i64,
    /// The first block of the local chain, which is a new one after each start.
    pub genesis: Option<String>,
    /// Since when no node has shown the newest known block.
    pub behind_since_ms: Option<i64>,
    /// Since when that block is the newest.
    pub head_since_ms: Option<i64>,
    /// Up to where tokens and logs were last seen to agree.
    pub reconciled: Option<u64>,
    /// When they are compared next.
    pub reconcile_due_ms: i64,
    /// How often in a row they did not agree.
    pub unexplained: u32,
    /// The number of the newest reports.
    pub sequence: u64,
}

impl State {
    /// Reads the row.
    pub fn load(sql: &mut impl Sql) -> Result<Self, SqlError> {
        let row = sql.run_one(
            "SELECT active_height, active_coins, late_height, late_coins, late_due_ms, head, head_hash,
                answered_ms, tried_ms, error, rpc_calls, next_poll_ms, looked_ms, genesis,
                behind_since_ms, head_since_ms, reconciled, reconcile_due_ms, unexplained, sequence FROM watcher",
            &[],
        )?;
        let row = row.ok_or_else(|| SqlError::Statement("the watcher's row is missing".to_owned()))?;
        Ok(Self {
            active: reach(&row, 0)?,
            late: reach(&row, 2)?,
            late_due_ms: row.integer(4)?,
            head: optional_unsigned(&row, 5)?
                .map(|height| parsed(&row, 6, "a hash").map(|hash| Checkpoint { height, hash }))
                .transpose()?,
            answered_ms: row.optional_integer(7)?,
            tried_ms: row.optional_integer(8)?,
            error: row.optional_text(9)?.map(str::to_owned),
            rpc_calls: unsigned(&row, 10)?,
            next_poll_ms: row.optional_integer(11)?,
            looked_ms: row.integer(12)?,
            genesis: row.optional_text(13)?.map(str::to_owned),
            behind_since_ms: row.optional_integer(14)?,
            head_since_ms: row.optional_integer(15)?,
            reconciled: optional_unsigned(&row, 16)?,
            reconcile_due_ms: row.integer(17)?,
            unexplained: u32::try_from(unsigned(&row, 18)?).unwrap_or(u32::MAX),
            sequence: unsigned(&row, 19)?,
        })
    }

    /// Writes the row.
    pub fn save(&self, sql: &mut impl Sql) -> Result<(), SqlError> {
        sql.run(
            "UPDATE watcher SET active_height = ?, active_coins = ?, late_height = ?, late_coins = ?, late_due_ms = ?,
                head = ?, head_hash = ?, answered_ms = ?, tried_ms = ?, error = ?, rpc_calls = ?, next_poll_ms = ?, looked_ms = ?,
                genesis = ?, behind_since_ms = ?, head_since_ms = ?, reconciled = ?, reconcile_due_ms = ?, unexplained = ?,
                sequence = ?",
            &[
                optional(self.active.map(|reach| reach.logs)),
                optional(self.active.map(|reach| reach.coins)),
                optional(self.late.map(|reach| reach.logs)),
                optional(self.late.map(|reach| reach.coins)),
                self.late_due_ms.into(),
                optional(self.head.map(|head| head.height)),
                self.head.map(|head| head.hash.to_string()).into(),
                self.answered_ms.into(),
                self.tried_ms.into(),
                self.error.clone().into(),
                integer(self.rpc_calls),
                self.next_poll_ms.into(),
                self.looked_ms.into(),
                self.genesis.clone().into(),
                self.behind_since_ms.into(),
                self.head_since_ms.into(),
                optional(self.reconciled),
                self.reconcile_due_ms.into(),
                i64::from(self.unexplained).into(),
                integer(self.sequence),
            ],
        )?;
        Ok(())
    }

    /// Reads and changes the row; writes only changes.
    pub fn change(sql: &mut impl Sql, change: impl FnOnce(&mut Self)) -> Result<(), SqlError> {
        let before = Self::load(sql)?;
        let mut state = before.clone();
        change(&mut state);
        if state == before { Ok(()) } else { state.save(sql) }
    }

    /// Begins new reports. The time as their number goes on growing even if this object should lose its storage.
    pub fn begin_reports(&mut self, now_ms: i64) {
        self.sequence = (self.sequence + 1).max(u64::try_from(now_ms).unwrap_or_default());
    }
}

/// How one node does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeState {
    /// Its address.
    pub url: String,
    /// Whether it has shown that it follows the right chain, since it last failed.
    pub verified: bool,
    /// Blocks it takes in one log call.
    pub log_range: u64,
    failures: u32,
    /// Not asked before.
    pub retry_at_ms: i64,
    /// Until then it is not offered batches, for it refused one.
    pub single_until_ms: i64,
    /// Its head when it was last asked for it.
    pub head: Option<u64>,
    /// What was wrong when it was last asked.
    pub error: Option<String>,
}

impl NodeState {
    /// All configured nodes, the preferred one first.
    pub fn load_all(sql: &mut impl Sql, urls: &[String]) -> Result<Vec<Self>, SqlError> {
        urls.iter().map(|url| Self::load(sql, url)).collect()
    }

    fn load(sql: &mut impl Sql, url: &str) -> Result<Self, SqlError> {
        let statement = "SELECT verified, log_range, failures, retry_at_ms, single_until_ms, head, error FROM nodes
            WHERE url = ?";
        let row = sql.run_one(statement, &[url.into()])?;
        let mut node = Self {
            url: url.to_owned(),
            verified: false,
            log_range: LOG_RANGE_BLOCKS,
            failures: 0,
            retry_at_ms: 0,
            single_until_ms: 0,
            head: None,
            error: None,
        };
        if let Some(row) = row {
            node.verified = row.integer(0)? != 0;
            node.log_range = unsigned(&row, 1)?.clamp(1, LOG_RANGE_BLOCKS);
            node.failures = u32::try_from(unsigned(&row, 2)?).unwrap_or(u32::MAX);
            node.retry_at_ms = row.integer(3)?;
            node.single_until_ms = row.integer(4)?;
            node.head = optional_unsigned(&row, 5)?;
            node.error = row.optional_text(6)?.map(str::to_owned);
        }
        Ok(node)
    }

    fn save(&self, sql: &mut impl Sql) -> Result<(), SqlError> {
        sql.run(
            "INSERT OR REPLACE INTO nodes (url, verified, log_range, failures, retry_at_ms, single_until_ms, head, error)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                self.url.as_str().into(),
                self.verified.into(),
                integer(self.log_range),
                i64::from(self.failures).into(),
                self.retry_at_ms.into(),
                self.single_until_ms.into(),
                optional(self.head),
                self.error.clone().into(),
            ],
        )?;
        Ok(())
    }

    /// Notes a success; `grow` says that a whole range went well, so that a larger one can be tried. Writes only changes.
    pub fn succeeded(&mut self, sql: &mut impl Sql, grow: bool) -> Result<(), SqlError> {
        let before = self.clone();
        (self.verified, self.failures, self.retry_at_ms, self.error) = (true, 0, 0, None);
        if grow {
            self.log_range = (self.log_range + self.log_range / 8 + 1).min(LOG_RANGE_BLOCKS);
        }
        if before == *self { Ok(()) } else { self.save(sql) }
    }

    /// Notes that a node answers again, so that polls need not wait any longer. Writes only changes.
    pub fn recovered(&mut self, sql: &mut impl Sql) -> Result<(), SqlError> {
        if self.failures == 0 {
            return Ok(());
        }
        (self.failures, self.retry_at_ms, self.error) = (0, 0, None);
        self.save(sql)
    }

    /// Notes what it answered when it was asked how it is. Writes only changes.
    pub fn heard(&mut self, sql: &mut impl Sql, head: u64) -> Result<(), SqlError> {
        if (self.head, &self.error) == (Some(head), &None) {
            return Ok(());
        }
        (self.head, self.error) = (Some(head), None);
        self.save(sql)
    }

    /// Notes that it refused a batch and took the same calls one by one.
    pub fn takes_no_batches(&mut self, sql: &mut impl Sql, now_ms: i64) -> Result<(), SqlError> {
        if self.single_until_ms > now_ms {
            return Ok(());
        }
        self.single_until_ms = now_ms + SINGLE_MS;
        self.save(sql)
    }

    /// Notes a failure: the pause doubles, and the node has to show its chain again.
    pub fn failed(&mut self, sql: &mut impl Sql, error: &RpcError, now_ms: i64) -> Result<(), SqlError> {
        let doublings = self.failures.min(16);
        let pause_ms = (NODE_RETRY_FIRST_MS << doublings).min(NODE_RETRY_MOST_MS);
        let asked_ms = match error {
            RpcError::Status { retry_after_s: Some(seconds), .. } => i64::from(*seconds) * 1_000,
            _ => 0,
        };
        (self.verified, self.error) = (false, Some(error.to_string()));
        self.failures = self.failures.saturating_add(1);
        self.retry_at_ms = now_ms + pause_ms.max(asked_ms.min(NODE_RETRY_AFTER_MOST_MS));
        self.save(sql)
    }

    /// Notes that a range of blocks was refused. False when there is no smaller one.
    pub fn shrink_range(&mut self, sql: &mut impl Sql) -> Result<bool, SqlError> {
        if self.log_range <= 1 {
            return Ok(false);
        }
        self.log_range = (self.log_range / LOG_RANGE_DIVISOR).max(1);
        self.save(sql)?;
        Ok(true)
    }
}
