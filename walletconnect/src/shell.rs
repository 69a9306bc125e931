//! The client's Wasm: inputs and outputs as text, which `entry.js` carries out with a socket, a timer and the tab's storage.
//!
//! The boundary is texts and numbers only, and nothing of the browser is called from here but its random bytes: each thing
//! that is, costs glue on both sides.

use lol_alloc::{FreeListAllocator, LockedAllocator};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::client::{Call, Config, Event, Metadata};
use crate::error::Failure;
use crate::json::{Object, Value, list, quoted};
use crate::session::Account;
use crate::text::concat;
use crate::{Client, Input, Output, Random};

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

#[wasm_bindgen]
extern "C" {
    // Where a browser has none it throws: keys that can be guessed are worse than no wallet.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_at_random(bytes: &mut [u8]);
}

/// The browser's random bytes.
struct Browser;

impl Random for Browser {
    fn fill(&mut self, bytes: &mut [u8]) {
        fill_at_random(bytes);
    }
}

/// A connection to a wallet, for one page.
#[wasm_bindgen]
pub struct Connection(Client);

#[wasm_bindgen]
impl Connection {
    /// With options as JSON (see `config`), and what the tab has kept, or nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, kept: &str) -> Self {
        Self(Client::new(config(options), Some(kept), &mut Browser))
    }

    /// Takes an input: its name, what it says (of `send` in five lines: chain, to, value, data, reference), a close code,
    /// and the time. Answers what is to be done, as a JSON list of pairs: a name, and what it is to be done with.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive and far below 2^53")]
    pub fn take(&mut self, kind: &str, words: &str, code: u16, now_ms: f64) -> String {
        let now_ms = now_ms as u64;
        let mut lines = words.split('\n');
        let mut line = || lines.next().unwrap_or_default();
        let input = match kind {
            "connect" => Input::Connect,
            "resume" => Input::Resume,
            "send" => {
                let chain = line();
                let call = Call { to: line(), value: line(), data: line() };
                Input::Send { chain, call, reference: line() }
            }
            "ping" => Input::Ping,
            "disconnect" => Input::Disconnect,
            "opened" => Input::Opened,
            "closed" => Input::Closed { code, reason: words },
            "frame" => Input::Frame(words),
            "woken" => Input::Woken,
            _ => Input::Tick,
        };
        let outputs = self.0.take(input, now_ms, &mut Browser);
        let outputs: Vec<String> = outputs.iter().map(|output| print(output, now_ms)).collect();
        list(&outputs)
    }
}

fn print(output: &Output, now_ms: u64) -> String {
    let (act, value) = match output {
        Output::Open(address) => ("open", quoted(address)),
        Output::Close => ("close", quoted("")),
        Output::Transmit(frame) => ("transmit", quoted(frame)),
        Output::Keep(text) => ("keep", quoted(text)),
        Output::WakeAt(at_ms) => ("wake", crate::text::decimal(at_ms.saturating_sub(now_ms))),
        Output::Tell(event) => ("tell", told(event)),
    };
    concat(&["[\"", act, "\",", &value, "]"])
}

/// Reads `{relay_url, project_id, chains: […], metadata: {name, description, url, icon}}`. What is missing is empty; without
/// a project id every connection ends with its own code.
fn config(options: &str) -> Config {
    let options = Value::read(options).unwrap_or(Value::Null);
    let none = Value::Null;
    let metadata = options.get("metadata").unwrap_or(&none);
    let text = |value: &Value, name: &str| value.text_of(name).unwrap_or_default().to_owned();
    Config {
        relay_url: text(&options, "relay_url"),
        project_id: text(&options, "project_id"),
        chains: options.items_of("chains").iter().filter_map(|chain| chain.as_text().map(str::to_owned)).collect(),
        metadata: Metadata {
            name: text(metadata, "name"),
            description: text(metadata, "description"),
            url: text(metadata, "url"),
            icon: text(metadata, "icon"),
        },
    }
}

/// Prints an event: `kind`, and what belongs to it.
fn told(event: &Event) -> String {
    let mut object = Object::new();
    match event {
        Event::Uri(uri) => object.text("kind", "uri").text("uri", uri),
        Event::Connected { accounts, wallet, asked } => {
            let accounts: Vec<String> = accounts.iter().map(account).collect();
            object.text("kind", "connected").raw("accounts", &list(&accounts)).text("wallet", &wallet.name);
            object.optional("link", wallet.link.as_deref()).optional("asked", asked.as_deref())
        }
        Event::Sent { hash, chain, reference } => {
            object.text("kind", "sent").text("hash", hash).text("chain", chain).text("reference", reference)
        }
        Event::Alive => object.text("kind", "alive"),
        Event::Restored => object.text("kind", "restored"),
        Event::Ended(failure) => failed(&mut object, "ended", failure),
        Event::Failed(failure) => failed(&mut object, "failed", failure),
    };
    object.end()
}

fn failed<'a>(object: &'a mut Object, kind: &str, failure: &Failure) -> &'a mut Object {
    object.text("kind", kind).text("code", failure.code()).text("detail", failure.detail())
}

fn account(account: &Account) -> String {
    Object::new().text("chain", &account.chain).text("address", &account.address).end()
}
