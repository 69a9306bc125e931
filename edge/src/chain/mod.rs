//! ChainDo's logic: follows one chain and reports what arrives at watched addresses.
//!
//! It knows addresses and blocks, not what an invoice means: what is paid, late or final, the store decides.
//!
//! Nodes are checked for being the right chain, up to date, and of one mind with themselves; where several are configured,
//! two must show a payment before it is final. A single node that lies consistently about what stands in a block is
//! believed.
//!
//! | file | what it does |
//! |---|---|
//! | `messages` | what StoreDo and ChainDo say to each other |
//! | `watches` | the watch list and its lanes |
//! | `reports` | what stores are to be told |
//! | `poll`, `write` | one poll: ask a node, write what it said |
//! | `follow` | the right chain, its tokens, its head, and back after a reorg |
//! | `scan`, `coins` | logs and balances, compared with each other |
//! | `agree` | a second opinion, on what is new, final or taken back |
//! | `reconcile` | tokens compared with logs, and every node asked how it is |
//! | `ledger`, `state`, `schema` | what is known, in tables |
//! | `deliver` | telling stores, until they have taken it |
//! | `clock` | a clock that was set back |
//! | `health` | whether the chain can be read just now |
//! | `turn` | the order of the object's steps on a request and on an alarm |
//! | `rpc`, `answers` | JSON-RPC, and reading what nodes answer |

mod agree;
mod answers;
mod clock;
mod coins;
mod deliver;
mod follow;
mod health;
mod ledger;
pub mod limits;
pub mod messages;
mod poll;
mod reconcile;
mod reports;
mod rpc;
mod scan;
mod schema;
mod state;
pub mod turn;
mod watches;
mod write;

#[cfg(any(test, feature = "native"))]
pub mod double;
#[cfg(test)]
mod tests;

use deliver::Told;
pub use deliver::{NotTaken, Stores};
use watches::Lane;
pub use watches::WatchError;

use crate::config::ChainConfig;
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};
use limits::{EARLY_MS, LOOK_INTERVAL_MS};
use messages::{ChainHealth, Watch};
use state::State;

/// The watcher of one chain, made anew for each request or alarm: everything it knows is in storage.
pub struct Watcher<'a, S, H> {
    sql: &'a mut S,
    http: &'a H,
    config: &'a ChainConfig,
}

impl<'a, S: Sql, H: Http> Watcher<'a, S, H> {
    /// Opens the watcher's storage.
    pub fn open(sql: &'a mut S, http: &'a H, config: &'a ChainConfig) -> Result<Self, SqlError> {
        schema::migrate(sql)?;
        Ok(Self { sql, http, config })
    }

    /// Stores watches, all of them or none. The caller sets the alarm to [`Self::next_due_ms`] afterwards.
    pub fn watch(&mut self, watches: &[Watch], now_ms: i64) -> Result<(), WatchError> {
        let quickens = watches::add(self.sql, watches, now_ms)?;
        if watches::has_any(self.sql, &Lane::ALL)? {
            let latest_ms = if quickens { now_ms + i64::from(self.config.poll_ms) } else { i64::MAX };
            State::change(self.sql, |row| {
                // Asleep: at once. Else with the next poll, which must not be one of the slow ones.
                row.next_poll_ms = Some(row.next_poll_ms.map_or(now_ms, |next_ms| next_ms.min(latest_ms)));
            })?;
        }
        Ok(())
    }

    /// Takes a hint to look now; at most one in [`LOOK_INTERVAL_MS`] does anything.
    pub fn look(&mut self, now_ms: i64) -> Result<(), SqlError> {
        let state = State::load(self.sql)?;
        let may_look = (now_ms - state.looked_ms).abs() >= LOOK_INTERVAL_MS;
        if state.next_poll_ms.is_none() || !may_look {
            return Ok(());
        }
        State::change(self.sql, |row| {
            (row.looked_ms, row.late_due_ms, row.next_poll_ms) = (now_ms, now_ms, Some(now_ms));
        })
    }

    /// Does whatever is due. (1) Reports that a store has not taken yet, (2) a poll, (3) what it found.
    pub async fn tick(&mut self, stores: &impl Stores, clock: &impl Fn() -> i64) -> Result<(), SqlError> {
        clock::follow_clock(self.sql, clock())?;
        // (1)
        deliver::deliver(self.sql, stores, self.config.id, Told::Reliable, clock).await?;
        // (2)
        let is_due = State::load(self.sql)?.next_poll_ms.is_some_and(|next_ms| next_ms <= clock() + EARLY_MS);
        if is_due {
            poll::poll(self.sql, self.http, self.config, clock).await?;
        }
        // (3)
        let until_ms = State::load(self.sql)?.next_poll_ms.unwrap_or(i64::MAX);
        deliver::deliver(self.sql, stores, self.config.id, Told::Until(until_ms), clock).await
    }

    /// When to call [`Self::tick`] again; `None` while there is nothing to do.
    pub fn next_due_ms(&mut self, now_ms: i64) -> Result<Option<i64>, SqlError> {
        clock::follow_clock(self.sql, now_ms)?;
        let poll_ms = State::load(self.sql)?.next_poll_ms;
        let delivery_ms = deliver::next_due_ms(self.sql)?;
        Ok(poll_ms.into_iter().chain(delivery_ms).min())
    }

    /// How the chain is. Asks a node, with one call, only if none was asked lately.
    pub async fn health(&mut self, clock: &impl Fn() -> i64) -> Result<ChainHealth, SqlError> {
        // Before a node is asked, which would hide when one was asked last.
        clock::follow_clock(self.sql, clock())?;
        health::health(self.sql, self.http, self.config, clock).await
    }
}
