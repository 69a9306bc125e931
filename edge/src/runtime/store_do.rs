//! StoreDo: the shell around [`Store`]. Decodes a command, runs it, pushes what changed; `store::turn` has the order of it.

use std::panic::AssertUnwindSafe;

use groat_core::money::Currency;
use worker::{
    Delay, DurableObject, Env, Method, Request, Response, State, WebSocket, WebSocketIncomingMessage, WebSocketPair,
    console_error, durable_object,
};

use super::drill;
use super::meter::{Meter, Writer};
use super::network::quote_rates;
use super::outbound::RuntimeHttp;
use super::random::RuntimeEntropy;
use super::sql::RuntimeSql;
use super::{ask, configuration, now_ms, platform};
use crate::chain::messages::{OBSERVE_PATH, ObserveRequest, WATCH_PATH, WatchRequest};
use crate::limits::Client;
use crate::outbound::Http;
use crate::problem::Refusal;
use crate::store::turn::{self, Fault, HandOver, Home, Memory};
use crate::store::{Command, Effects, OutgoingWatches, Platform, QuoteRates, Store, StoreRequest};

/// Path of a command from the Worker.
pub const COMMAND_PATH: &str = "/command";
/// Path of a WebSocket on an invoice, in front of its id.
pub const SOCKET_PATH: &str = "/events/";
/// In which the Worker says who opens a WebSocket.
pub const CLIENT_HEADER: &str = "groat-client";
/// Sockets on one invoice: a buyer has a few tabs, not more.
const MAX_SOCKETS: usize = 20;

/// One store.
#[durable_object]
pub struct StoreDo {
    state: State,
    env: Env,
    /// Plain values, whole after a panic too.
    memory: AssertUnwindSafe<Memory>,
}

impl DurableObject for StoreDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, env, memory: AssertUnwindSafe(Memory::default()) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let path = request.path();
        if path == drill::STORE_PATH {
            drill::panic_if_local(&self.env);
        }
        if let Some(invoice) = path.strip_prefix(SOCKET_PATH) {
            let client = request.headers().get(CLIENT_HEADER)?.unwrap_or_default();
            return self.open_socket(invoice, &serde_json::from_str(&client)?);
        }
        let body = request.text().await?;
        let request = match (request.method(), path.as_str()) {
            (Method::Post, COMMAND_PATH) => serde_json::from_str(&body)?,
            (Method::Post, OBSERVE_PATH) => {
                let ObserveRequest { observations } = serde_json::from_str(&body)?;
                internal(Command::Observe { observations })
            }
            _ => return Response::error("no such path", 404),
        };
        let reply = turn::serve(self, request).await.map_err(fault)?;
        let status = if path == OBSERVE_PATH { reply.status } else { 200 };
        Ok(Response::from_json(&reply)?.with_status(if status == 204 { 200 } else { status }))
    }

    async fn alarm(&self) -> worker::Result<Response> {
        turn::alarm(self).await.map_err(fault)?;
        Response::empty()
    }

    /// Buyers' pages only listen: what speaks is not one of them, and each word would wake the object.
    async fn websocket_message(&self, socket: WebSocket, _: WebSocketIncomingMessage) -> worker::Result<()> {
        let _ = socket.close(Some(1008), Some("this connection only tells"));
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

impl Home for StoreDo {
    type Sql = RuntimeSql;

    fn memory(&self) -> &Memory {
        &self.memory
    }

    fn now_ms(&self) -> i64 {
        now_ms()
    }

    fn sql(&self) -> RuntimeSql {
        RuntimeSql::of(&self.state, Writer::Store)
    }

    fn step<T>(&self, act: impl FnOnce(&mut Store<'_, RuntimeSql>) -> T) -> Result<T, Fault> {
        let platform = self.platform().map_err(|error| Fault(error.to_string()))?;
        let (mut sql, mut entropy) = (self.sql(), RuntimeEntropy);
        let mut store = Store::new(&mut sql, &platform, &mut entropy, now_ms());
        let result = act(&mut store);
        self.push(store.into_effects());
        Ok(result)
    }

    fn http(&self) -> &impl Http {
        &RuntimeHttp
    }

    async fn hand_over(&self, outgoing: &OutgoingWatches) -> bool {
        hand_over(&self.env, outgoing).await
    }

    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault> {
        Meter::alarm(Writer::Store);
        self.state.storage().set_alarm(wait_ms).await.map_err(|error| Fault(error.to_string()))
    }

    async fn rates(&self, currency: Currency) -> Result<QuoteRates, Fault> {
        let config = configuration(&self.env).map_err(|error| Fault(error.to_string()))?;
        Ok(quote_rates(&config, currency).await)
    }

    async fn pause(&self, wait_ms: u32) {
        Delay::from(std::time::Duration::from_millis(wait_ms.into())).await;
    }

    fn hand_over_detached(&self, due: Vec<OutgoingWatches>, turn: HandOver) {
        let (env, mut sql) = (self.env.clone(), RuntimeSql::of(&self.state, Writer::Store));
        let platform = self.platform().unwrap_or_default();
        self.state.wait_until(async move {
            let mut due = due;
            while !due.is_empty() {
                for outgoing in std::mem::take(&mut due) {
                    // What was not taken is left to the alarm, which waits longer each time.
                    if hand_over(&env, &outgoing).await {
                        let mut entropy = RuntimeEntropy;
                        let mut store = Store::new(&mut sql, &platform, &mut entropy, now_ms());
                        match store.record_watches(&outgoing, true).and_then(|()| store.due_watches()) {
                            Ok(next) => due = next,
                            Err(refusal) => console_error!("recording a watch: {}", refusal.detail),
                        }
                    }
                }
            }
            drop(turn);
        });
    }

    fn log(&self, text: &str) {
        console_error!("{text}");
    }
}

impl StoreDo {
    fn platform(&self) -> worker::Result<Platform> {
        Ok(platform(configuration(&self.env)?.as_ref()))
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
    fn open_socket(&self, invoice: &str, client: &Client) -> worker::Result<Response> {
        let request = internal(Command::GetInvoice { id: invoice.to_owned() });
        let reply = turn::run(self, request).map_err(fault)?;
        if reply.status != 200 {
            return Ok(Response::from_json(&reply)?.with_status(404));
        }
        let client =
            format!("client:{}", self.step(|store| store.client_hash(client)).map_err(fault)?.map_err(refused)?);
        let most = usize::try_from(configuration(&self.env)?.limits.client_sockets).unwrap_or(usize::MAX);
        if self.state.get_websockets_with_tag(&client).len() >= most {
            return Response::error("too many connections", 429);
        }
        let earlier = self.state.get_websockets_with_tag(invoice);
        if let Some(oldest) = earlier.first().filter(|_| earlier.len() >= MAX_SOCKETS) {
            let _ = oldest.close(Some(1013), Some("too many connections to one invoice"));
        }
        let pair = WebSocketPair::new()?;
        self.state.accept_websocket_with_tags(&pair.server, &[invoice, &client]);
        pair.server.send_with_str(&reply.body)?;
        Response::from_websocket(pair.client)
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
    StoreRequest { request_id: "internal".to_owned(), key: None, client: None, idempotency: None, command }
}

fn fault(fault: Fault) -> worker::Error {
    worker::Error::RustError(fault.0)
}

fn refused(refusal: Refusal) -> worker::Error {
    worker::Error::RustError(refusal.detail)
}
