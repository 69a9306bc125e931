//! StoreDo: the shell around [`Store`]. Decodes a command, runs it, pushes what changed, arms the one alarm.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of Store is not general enough over its lifetime; the closure is"
)]

use std::cell::Cell;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::join_all;
use groat_core::time::SECOND_MS;
use worker::{
    DurableObject, Env, Method, Request, Response, State, WebSocket, WebSocketIncomingMessage, WebSocketPair,
    console_error, durable_object,
};

use super::drill;
use super::outbound::RuntimeHttp;
use super::random::RuntimeEntropy;
use super::sql::RuntimeSql;
use super::{ask, configuration, now_ms, platform};
use crate::chain::messages::{OBSERVE_PATH, ObserveRequest, WATCH_PATH, WatchRequest};
use crate::outbound::Http;
use crate::problem::Refusal;
use crate::store::{Command, Effects, OutgoingWatches, Platform, Reply, Store, StoreRequest, exists, migrate};

/// Path of a command from the Worker.
pub const COMMAND_PATH: &str = "/command";
/// Path of a WebSocket on an invoice, in front of its id.
pub const SOCKET_PATH: &str = "/events/";
/// Sockets on one invoice: a buyer has a few tabs, not more.
const MAX_SOCKETS: usize = 20;
/// Rounds of one alarm before it yields; what is left is due at once again.
const MAX_ROUNDS: u32 = 20;
/// Wait after a fault before the alarm tries again. The platform itself would give up after six failures.
const AFTER_FAULT_MS: i64 = 5 * SECOND_MS;

/// One store.
#[durable_object]
pub struct StoreDo {
    state: State,
    env: Env,
    /// True once the tables are known to be up to date. Both are plain values, whole after a panic too.
    ready: AssertUnwindSafe<Cell<bool>>,
    /// When the alarm is set for, as far as this instance knows.
    armed_ms: AssertUnwindSafe<Cell<Option<i64>>>,
}

impl DurableObject for StoreDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, ready: AssertUnwindSafe(Cell::new(false)), armed_ms: AssertUnwindSafe(Cell::new(None)) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let path = request.path();
        if path == drill::STORE_PATH {
            drill::panic_if_local(&self.env);
        }
        if let Some(invoice) = path.strip_prefix(SOCKET_PATH) {
            return self.open_socket(invoice);
        }
        let body = request.text().await?;
        let reply = match (request.method(), path.as_str()) {
            (Method::Post, COMMAND_PATH) => self.run(serde_json::from_str(&body)?)?,
            (Method::Post, OBSERVE_PATH) => {
                let ObserveRequest { observations } = serde_json::from_str(&body)?;
                self.run(internal(Command::Observe { observations }))?
            }
            _ => return Response::error("no such path", 404),
        };
        self.arm().await?;
        self.hand_over_watches_soon();
        let status = if path == OBSERVE_PATH { reply.status } else { 200 };
        Ok(Response::from_json(&reply)?.with_status(if status == 204 { 200 } else { status }))
    }

    /// Serves whatever is due. Catches everything and re-arms.
    async fn alarm(&self) -> worker::Result<Response> {
        self.armed_ms.set(None);
        if !self.is_ready(false)? {
            return Response::empty();
        }
        let problem = match AssertUnwindSafe(self.serve_due()).catch_unwind().await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("a panic".to_owned()),
        };
        if let Some(problem) = problem {
            console_error!("alarm of a store: {problem}");
            self.arm_at(now_ms() + AFTER_FAULT_MS).await?;
        } else {
            self.arm().await?;
        }
        Response::empty()
    }

    /// Buyers' pages only listen.
    async fn websocket_message(&self, _: WebSocket, _: WebSocketIncomingMessage) -> worker::Result<()> {
        Ok(())
    }

    async fn websocket_close(&self, socket: WebSocket, code: usize, _: String, _: bool) -> worker::Result<()> {
        // 1005 and 1006 only describe a close without a code and must not be sent.
        let code = u16::try_from(code).ok().filter(|code| !matches!(code, 1005 | 1006));
        // The other side may be gone already.
        let _ = socket.close(code, None::<String>);
        Ok(())
    }

    async fn websocket_error(&self, _: WebSocket, _: worker::Error) -> worker::Result<()> {
        Ok(())
    }
}

impl StoreDo {
    fn platform(&self) -> worker::Result<Platform> {
        Ok(platform(configuration(&self.env)?.as_ref()))
    }

    /// Runs a step on the object's storage, synchronously, and pushes what it changed.
    fn step<T>(&self, act: impl FnOnce(&mut Store<'_, RuntimeSql>) -> T) -> worker::Result<T> {
        let platform = self.platform()?;
        let mut sql = RuntimeSql::of(&self.state);
        let mut entropy = RuntimeEntropy;
        let mut store = Store::new(&mut sql, &platform, &mut entropy, now_ms());
        let result = act(&mut store);
        self.push(store.into_effects());
        Ok(result)
    }

    fn run(&self, request: StoreRequest) -> worker::Result<Reply> {
        if !self.is_ready(matches!(request.command, Command::Initialise { .. }))? {
            return Ok(Store::<RuntimeSql>::reply_without_store(&request));
        }
        self.step(|store| store.handle(request))
    }

    /// Brings the tables up to date, once for each time that the object wakes. False for a store that was never made:
    /// anyone can write down such an id, and that must not fill the disk with tables.
    fn is_ready(&self, may_make: bool) -> worker::Result<bool> {
        if !self.ready.get() {
            let mut sql = RuntimeSql::of(&self.state);
            let fault = |error: crate::sql::SqlError| worker::Error::RustError(error.to_string());
            if may_make || exists(&mut sql).map_err(fault)? {
                migrate(&mut sql).map_err(fault)?;
                self.ready.set(true);
            }
        }
        Ok(self.ready.get())
    }

    fn push(&self, effects: Effects) {
        for (invoice, snapshot) in effects.pushes {
            for socket in self.state.get_websockets_with_tag(&invoice) {
                // A socket that is gone will ask again.
                let _ = socket.send_with_str(&snapshot);
            }
        }
    }

    /// A WebSocket on an invoice: first the snapshot as it stands, then one on each change.
    fn open_socket(&self, invoice: &str) -> worker::Result<Response> {
        let reply = self.run(internal(Command::GetInvoice { id: invoice.to_owned() }))?;
        if reply.status != 200 {
            return Ok(Response::from_json(&reply)?.with_status(404));
        }
        let earlier = self.state.get_websockets_with_tag(invoice);
        if let Some(oldest) = earlier.first().filter(|_| earlier.len() >= MAX_SOCKETS) {
            let _ = oldest.close(Some(1013), Some("too many connections to one invoice"));
        }
        let pair = WebSocketPair::new()?;
        self.state.accept_websocket_with_tags(&pair.server, &[invoice]);
        pair.server.send_with_str(&reply.body)?;
        Response::from_websocket(pair.client)
    }

    /// (1) Closes windows, (2) hands over watches, (3) sends webhooks, until nothing is due.
    async fn serve_due(&self) -> worker::Result<()> {
        let fault = |refusal: Refusal| worker::Error::RustError(refusal.detail);
        for _ in 0..MAX_ROUNDS {
            self.step(|store| store.expire_due())?.map_err(fault)?; // (1)
            self.hand_over_watches().await?; // (2)
            let due = self.step(|store| store.due_deliveries())?.map_err(fault)?; // (3)
            let outcomes = join_all(due.iter().map(|delivery| RuntimeHttp.send(delivery.request.clone()))).await;
            for (delivery, outcome) in due.iter().zip(&outcomes) {
                self.step(|store| store.record_delivery(&delivery.id, outcome))?.map_err(fault)?;
            }
            if self.step(|store| store.next_due_ms())?.map_err(fault)?.is_none_or(|due_ms| due_ms > now_ms()) {
                break;
            }
        }
        Ok(())
    }

    async fn hand_over_watches(&self) -> worker::Result<()> {
        let fault = |refusal: Refusal| worker::Error::RustError(refusal.detail);
        let due = self.step(|store| store.due_watches())?.map_err(fault)?;
        for outgoing in due {
            let acknowledged = hand_over(&self.env, &outgoing).await;
            self.step(|store| store.record_watches(&outgoing, acknowledged))?.map_err(fault)?;
        }
        Ok(())
    }

    /// Hands watches over without waiting for the alarm, which may be busy with a slow webhook. The alarm remains the
    /// safety net: nothing is lost if this never runs.
    fn hand_over_watches_soon(&self) {
        if !self.ready.get() {
            return;
        }
        let due = self.step(|store| store.due_watches()).ok().and_then(Result::ok).unwrap_or_default();
        if due.is_empty() {
            return;
        }
        let (env, storage) = (self.env.clone(), RuntimeSql::of(&self.state));
        let platform = self.platform().unwrap_or_default();
        self.state.wait_until(async move {
            for outgoing in due {
                if hand_over(&env, &outgoing).await {
                    let mut sql = storage.clone();
                    let mut entropy = RuntimeEntropy;
                    let mut store = Store::new(&mut sql, &platform, &mut entropy, now_ms());
                    if let Err(refusal) = store.record_watches(&outgoing, true) {
                        console_error!("recording a watch: {}", refusal.detail);
                    }
                }
            }
        });
    }

    async fn arm(&self) -> worker::Result<()> {
        if !self.ready.get() {
            return Ok(());
        }
        match self.step(|store| store.next_due_ms())? {
            Ok(Some(due_ms)) => self.arm_at(due_ms).await,
            Ok(None) => Ok(()),
            Err(refusal) => Err(worker::Error::RustError(refusal.detail)),
        }
    }

    /// Sets the alarm, unless it is known to be set for this time or an earlier one. One that comes too early only looks.
    async fn arm_at(&self, due_ms: i64) -> worker::Result<()> {
        if self.armed_ms.get().is_some_and(|armed_ms| armed_ms <= due_ms) {
            return Ok(());
        }
        self.armed_ms.set(Some(due_ms));
        self.state.storage().set_alarm((due_ms - now_ms()).max(0)).await
    }
}

async fn hand_over(env: &Env, outgoing: &OutgoingWatches) -> bool {
    let request = WatchRequest { watches: outgoing.watches.clone() };
    let answer = ask(env, "CHAIN", &outgoing.chain.to_string(), WATCH_PATH, Some(&request)).await;
    match answer {
        Ok(response) if (200..300).contains(&response.status_code()) => true,
        Ok(response) => {
            console_error!("{} refused a watch: {}", outgoing.chain, response.status_code());
            false
        }
        Err(error) => {
            console_error!("{} did not take a watch: {error}", outgoing.chain);
            false
        }
    }
}

fn internal(command: Command) -> StoreRequest {
    StoreRequest { request_id: "internal".to_owned(), key: None, idempotency: None, command }
}
