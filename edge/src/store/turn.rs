//! The order of a store object's steps: what happens on a request and on an alarm, whatever platform carries it.
//!
//! The Durable Object and the simulator both run this. It knows no platform: storage, network and alarm come through
//! [`Home`], and each call of [`Home::step`] is one synchronous step that is committed whole or not at all.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of Store is not general enough over its lifetime; the closure is"
)]

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use groat_core::money::Currency;
use groat_core::planted::{self, Bug};
use groat_core::time::{MINUTE_MS, SECOND_MS};
use thiserror::Error;

use super::{
    Command, Outcome, OutgoingDelivery, OutgoingWatches, QuoteRates, Reply, Store, StoreRequest, exists, migrate,
    problem,
};
use crate::limits::{Buckets, Limits, number_of, spell};
use crate::outbound::{Answer, Http};
use crate::problem::Refusal;
use crate::sql::{Sql, SqlError};

/// Rounds of one alarm with nothing under way before it yields; what is left is due at once again.
const MAX_IDLE_ROUNDS: u32 = 20;
/// An alarm starts webhooks for this long, then the next alarm goes on: the platform gives one 15 minutes.
const MAX_ALARM_MS: i64 = MINUTE_MS;
/// How long an alarm waits for an answer before it looks what else has become due.
const TICK_MS: u32 = 500;
/// Wait after a fault before the alarm tries again. The platform itself would give up after six failures.
const AFTER_FAULT_MS: i64 = 5 * SECOND_MS;

/// A fault of the platform or of the storage: not an answer, and told to nobody outside.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Fault(pub String);

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.detail)
    }
}

impl From<SqlError> for Fault {
    fn from(error: SqlError) -> Self {
        Self(error.to_string())
    }
}

/// What an instance of the object remembers; lost whenever it dies. Plain values, whole after a panic too.
#[derive(Debug, Default)]
pub struct Memory {
    /// True once the tables are known to be up to date.
    ready: Cell<bool>,
    /// When the alarm is set for, as far as this instance knows.
    armed_ms: Cell<Option<i64>>,
    /// True while watches are being handed over beside the requests.
    handing_over: Rc<Cell<bool>>,
    /// Requests of each secret key. A store has one object, so memory is enough.
    key_requests: RefCell<Option<Buckets>>,
}

impl Memory {
    /// Takes a request from a secret key's share. A public key has none: all buyers use it.
    fn count_key(&self, key: Option<&str>, limits: &Limits, now_ms: i64) -> Result<(), Refusal> {
        let Some(key) = key.filter(|key| key.starts_with("sk_")) else { return Ok(()) };
        let mut buckets = self.key_requests.borrow_mut();
        let buckets = buckets.get_or_insert_with(|| Buckets::new(limits.key_requests_per_minute));
        buckets.take(number_of(key, &[]), 1, now_ms).map_err(|seconds| {
            let detail = format!("This key has made too many requests. Try again in {}.", spell(seconds));
            Refusal::later(detail, seconds)
        })
    }
}

/// Held while watches are handed over beside the requests: there is one at a time, so that what is made meanwhile goes
/// together, and nothing is sent again because its answer is still on the way.
#[derive(Debug)]
pub struct HandOver(Rc<Cell<bool>>);

impl HandOver {
    fn begin(memory: &Memory) -> Option<Self> {
        let is_first = !memory.handing_over.replace(true);
        is_first.then(|| Self(Rc::clone(&memory.handing_over)))
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// What surrounds the object on its platform.
#[expect(async_fn_in_trait, reason = "a Durable Object runs on one thread, so no Send bound is wanted")]
pub trait Home {
    /// The object's storage.
    type Sql: Sql;

    /// What this instance remembers.
    fn memory(&self) -> &Memory;
    /// The clock.
    fn now_ms(&self) -> i64;
    /// The storage.
    fn sql(&self) -> Self::Sql;
    /// Runs one synchronous step, and pushes what it changed.
    fn step<T>(&self, act: impl FnOnce(&mut Store<'_, Self::Sql>) -> T) -> Result<T, Fault>;
    /// The way to webhook endpoints.
    fn http(&self) -> &impl Http;
    /// Rates in a currency, from memory or from the exchanges.
    async fn rates(&self, currency: Currency) -> Result<QuoteRates, Fault>;
    /// Hands watches to their chain's object. True once it has stored them.
    async fn hand_over(&self, outgoing: &OutgoingWatches) -> bool;
    /// Sets the object's one alarm, from now.
    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault>;
    /// Ends after a while. Where there is no timer it never does: then only an answer wakes an alarm that waits for one.
    async fn pause(&self, _wait_ms: u32) {
        std::future::pending::<()>().await;
    }
    /// Hands watches over while nobody waits, records with [`Store::record_watches`] which were acknowledged, and goes on
    /// with those that became due meanwhile. Holds `turn` until it is done.
    fn hand_over_detached(&self, due: Vec<OutgoingWatches>, turn: HandOver);
    /// Writes a fault to the log.
    fn log(&self, text: &str);
}

/// Answers a request: (1) the step itself, (2) the alarm, in one synchronous step with it, (3) watches at once.
pub async fn serve<H: Home>(home: &H, request: StoreRequest) -> Result<Reply, Fault> {
    let reply = run(home, request)?; // (1)
    arm(home).await?; // (2)
    hand_over_soon(home); // (3)
    Ok(reply)
}

/// Runs a command. A store that was never made answers without touching the disk.
pub fn run<H: Home>(home: &H, request: StoreRequest) -> Result<Reply, Fault> {
    if !is_ready(home, matches!(request.command, Command::Initialise { .. }))? {
        return Ok(Store::<H::Sql>::reply_without_store(&request));
    }
    home.step(|store| match home.memory().count_key(request.key.as_deref(), store.limits(), home.now_ms()) {
        Ok(()) => store.handle(request),
        Err(refusal) => problem(&refusal, &request.request_id),
    })
}

/// Brings the tables and the clock up to date, once for each time that the object wakes. False for a store that was never made:
/// anyone can write down such an id, and that must not fill the disk with tables.
fn is_ready<H: Home>(home: &H, may_make: bool) -> Result<bool, Fault> {
    let memory = home.memory();
    if !memory.ready.get() {
        let mut sql = home.sql();
        if may_make || exists(&mut sql)? {
            migrate(&mut sql)?;
            home.step(|store| store.follow_clock())??;
            memory.ready.set(true);
        }
    }
    Ok(memory.ready.get())
}

/// Serves whatever is due. Catches everything and re-arms.
pub async fn alarm<H: Home>(home: &H) -> Result<(), Fault> {
    home.memory().armed_ms.set(None);
    if !is_ready(home, false)? {
        return Ok(());
    }
    let problem = match AssertUnwindSafe(serve_due(home)).catch_unwind().await {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault.0),
        Err(_) => Some("a panic".to_owned()),
    };
    match problem {
        None => arm(home).await,
        Some(_) if planted::is(Bug::AlarmNotSetAgain) => Ok(()),
        Some(problem) => {
            home.log(&format!("alarm of a store: {problem}"));
            arm_at(home, home.now_ms() + AFTER_FAULT_MS).await
        }
    }
}

/// (1) Closes windows, (2) hands over watches, (3) values money in assets that nobody asked for, (4) starts webhooks, as
/// many as may go side by side, (5) waits for the first answer, but not for long: what has become due meanwhile is done
/// beside a slow one. Until nothing is due.
///
/// A fault in one duty keeps none of the others from being done.
async fn serve_due<H: Home>(home: &H) -> Result<(), Fault> {
    let mut answers = FuturesUnordered::new();
    let mut under_way: Vec<OutgoingDelivery> = Vec::new();
    let (mut outcome, mut idle_rounds, mut can_record) = (Ok(()), 0, true);
    let stop_ms = home.now_ms() + MAX_ALARM_MS;
    let mut duties_ms = home.now_ms();
    loop {
        let mut round = Ok(());
        // Not after each answer: under load there are hundreds a second.
        if under_way.is_empty() || home.now_ms() >= duties_ms {
            duties_ms = home.now_ms() + i64::from(TICK_MS);
            round = home.step(|store| store.expire_due())?.map(|_| ()).map_err(Fault::from); // (1)
            // Those on their way beside the requests are left to it, unless there is nothing else to wait for.
            if under_way.is_empty() || !home.memory().handing_over.get() {
                round = round.and(hand_over_due(home).await); // (2)
            }
            round = round.and(value_strays(home).await); // (3)
        }
        if can_record && home.now_ms() < stop_ms {
            match home.step(|store| store.next_deliveries(&under_way))? {
                Ok(next) => {
                    for delivery in next.iter().filter(|_| planted::is(Bug::SentFromMemory)) {
                        let answer = Answer { status: 200, retry_after_s: None, body: String::new() };
                        home.step(|store| store.record_delivery(&delivery.id, &Ok(answer)))??;
                    }
                    answers.extend(next.iter().map(|delivery| send(home, delivery.clone()))); // (4)
                    under_way.extend(next);
                }
                Err(refusal) => round = round.and(Err(refusal.into())),
            }
        }
        if under_way.is_empty() {
            idle_rounds += 1;
            outcome = outcome.and(round);
            let next_ms = home.step(|store| store.next_due_ms())??;
            let is_due = next_ms.is_some_and(|due_ms| due_ms <= home.now_ms());
            if !is_due || outcome.is_err() || idle_rounds == MAX_IDLE_ROUNDS {
                return outcome;
            }
            continue;
        }
        // (5)
        let (first, tick) = (std::pin::pin!(answers.next()), std::pin::pin!(home.pause(TICK_MS)));
        if let Either::Left((Some((id, answer)), _)) = select(first, tick).await {
            under_way.retain(|delivery| delivery.id != id);
            let recorded = home.step(|store| store.record_delivery(&id, &answer))?;
            // It stays due: to send it again at once, and again, would be an attack.
            can_record &= recorded.is_ok();
            round = round.and(recorded.map_err(Fault::from));
        }
        outcome = outcome.and(round);
    }
}

async fn send<H: Home>(home: &H, delivery: OutgoingDelivery) -> (String, Outcome) {
    (delivery.id, home.http().send(delivery.request).await)
}

async fn value_strays<H: Home>(home: &H) -> Result<(), Fault> {
    let Some(currency) = home.step(|store| store.stray_currency())?? else { return Ok(()) };
    let rates = home.rates(currency).await?;
    Ok(home.step(|store| store.value_strays(&rates))??)
}

async fn hand_over_due<H: Home>(home: &H) -> Result<(), Fault> {
    for outgoing in home.step(|store| store.due_watches())?? {
        let acknowledged = home.hand_over(&outgoing).await;
        home.step(|store| store.record_watches(&outgoing, acknowledged))??;
    }
    Ok(())
}

/// Hands watches over without waiting for the alarm, which may be busy with a slow webhook. The alarm remains the
/// safety net: nothing is lost if this never runs.
fn hand_over_soon<H: Home>(home: &H) {
    if !home.memory().ready.get() {
        return;
    }
    let Some(turn) = HandOver::begin(home.memory()) else { return };
    let due = home.step(|store| store.due_watches()).ok().and_then(Result::ok).unwrap_or_default();
    if !due.is_empty() {
        home.hand_over_detached(due, turn);
    }
}

async fn arm<H: Home>(home: &H) -> Result<(), Fault> {
    if !home.memory().ready.get() {
        return Ok(());
    }
    match home.step(|store| store.next_due_ms())?? {
        Some(due_ms) => arm_at(home, due_ms).await,
        None => Ok(()),
    }
}

/// Sets the alarm, unless it is known to be set for this time or an earlier one. One that comes too early only looks.
async fn arm_at<H: Home>(home: &H, due_ms: i64) -> Result<(), Fault> {
    let armed = &home.memory().armed_ms;
    if armed.get().is_some_and(|armed_ms| armed_ms <= due_ms) {
        return Ok(());
    }
    armed.set(Some(due_ms));
    home.set_alarm((due_ms - home.now_ms()).max(0)).await
}
