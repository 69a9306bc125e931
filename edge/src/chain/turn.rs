//! The order of a chain object's steps: what happens on a request and on an alarm, whatever platform carries it.
//!
//! The Durable Object and the simulator both run this. It knows no platform: storage, network and alarm come through
//! [`Home`].

use groat_core::time::SECOND_MS;

use super::limits::EARLY_MS;
use super::messages::{ChainHealth, WatchRequest};
use super::{Stores, WatchError, Watcher};
use crate::config::ChainConfig;
use crate::outbound::Http;
use crate::sql::Sql;
pub use crate::store::turn::Fault;

/// The pause after a fault of the storage or of the configuration.
const AFTER_FAULT_MS: i64 = 30 * SECOND_MS;

/// What surrounds the object on its platform.
#[expect(async_fn_in_trait, reason = "a Durable Object runs on one thread, so no Send bound is wanted")]
pub trait Home {
    /// The object's storage.
    type Sql: Sql;

    /// The clock.
    fn now_ms(&self) -> i64;
    /// The storage.
    fn sql(&self) -> Self::Sql;
    /// The way to nodes.
    fn http(&self) -> &impl Http;
    /// The way to stores.
    fn stores(&self) -> &impl Stores;
    /// The chain; a fault if it is not configured any more.
    fn config(&self) -> Result<ChainConfig, Fault>;
    /// When the alarm is set for.
    async fn get_alarm(&self) -> Result<Option<i64>, Fault>;
    /// Sets the object's one alarm, from now.
    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault>;
    /// Takes the alarm back.
    async fn delete_alarm(&self) -> Result<(), Fault>;
    /// Writes a fault to the log.
    fn log(&self, text: &str);
}

/// Stores watches, then sets the alarm. The inner error is the caller's fault.
pub async fn watch<H: Home>(home: &H, request: &WatchRequest) -> Result<Result<(), WatchError>, Fault> {
    let (config, mut sql) = (home.config()?, home.sql());
    let mut watcher = Watcher::open(&mut sql, home.http(), &config)?;
    let taken = match watcher.watch(&request.watches, home.now_ms()) {
        Err(WatchError::Sql(error)) => Err(Fault::from(error)),
        taken => Ok(taken),
    };
    arm(home, watcher.next_due_ms(home.now_ms())?).await?;
    taken
}

/// Takes a hint to look now, then sets the alarm.
pub async fn look<H: Home>(home: &H) -> Result<(), Fault> {
    let (config, mut sql) = (home.config()?, home.sql());
    let mut watcher = Watcher::open(&mut sql, home.http(), &config)?;
    watcher.look(home.now_ms())?;
    arm(home, watcher.next_due_ms(home.now_ms())?).await
}

/// Says how the chain is, then sets the alarm.
pub async fn health<H: Home>(home: &H) -> Result<ChainHealth, Fault> {
    let (config, mut sql) = (home.config()?, home.sql());
    let mut watcher = Watcher::open(&mut sql, home.http(), &config)?;
    let health = watcher.health(&|| home.now_ms()).await?;
    arm(home, watcher.next_due_ms(home.now_ms())?).await?;
    Ok(health)
}

/// Does what is due, catches everything, and arms the next alarm: before the work, in case that it dies, and again only
/// if that was the wrong time.
pub async fn alarm<H: Home>(home: &H) -> Result<(), Fault> {
    let usual_ms = home.config().map_or(AFTER_FAULT_MS, |config| i64::from(config.poll_ms));
    let armed_ms = home.now_ms() + usual_ms;
    home.set_alarm(usual_ms).await?;
    match tick(home).await {
        Ok(Some(due_ms)) if (armed_ms..armed_ms + EARLY_MS).contains(&due_ms) => Ok(()),
        Ok(Some(due_ms)) => home.set_alarm((due_ms - home.now_ms()).max(0)).await,
        Ok(None) => home.delete_alarm().await,
        Err(fault) => {
            home.log(&format!("alarm of a chain: {fault}"));
            home.set_alarm(AFTER_FAULT_MS).await
        }
    }
}

async fn tick<H: Home>(home: &H) -> Result<Option<i64>, Fault> {
    let (config, mut sql) = (home.config()?, home.sql());
    let mut watcher = Watcher::open(&mut sql, home.http(), &config)?;
    watcher.tick(home.stores(), &|| home.now_ms()).await?;
    Ok(watcher.next_due_ms(home.now_ms())?)
}

/// Sets the alarm after a request, unless it is set for as early.
async fn arm<H: Home>(home: &H, due_ms: Option<i64>) -> Result<(), Fault> {
    let Some(due_ms) = due_ms else { return Ok(()) };
    let armed_ms = home.get_alarm().await?;
    if armed_ms.is_none_or(|armed_ms| armed_ms > due_ms) {
        home.set_alarm((due_ms - home.now_ms()).max(0)).await?;
    }
    Ok(())
}
