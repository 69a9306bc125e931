//! The frame's side of docs/frame-protocol.md.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort};

use super::{Sink, read};
use crate::js::{callback, listen, object};
use groat_checkout::model::Message;
use groat_checkout::wire::Json;

/// What is said before the channel is there waits; more than this means that there is no loader.
const WAITING_MAX: usize = 32;

#[derive(Default)]
struct Channel {
    port: Option<MessagePort>,
    waiting: Vec<Object>,
}

/// The channel to the loader.
pub struct Frame(Rc<RefCell<Channel>>);

impl Frame {
    /// Says `ready` to the parent window, if it is of `origin`, and waits for its channel.
    pub fn connect(origin: &str, sink: Sink) -> Self {
        let channel = Rc::new(RefCell::new(Channel::default()));
        if let Some(window) = web_sys::window()
            && let Ok(Some(parent)) = window.parent()
        {
            let expected = (origin.to_owned(), JsValue::from(parent.clone()));
            let shared = Rc::clone(&channel);
            listen(&window, "message", move |event| {
                let event: MessageEvent = event.unchecked_into();
                let (origin, parent) = &expected;
                let is_parent = event.source().is_some_and(|source| JsValue::from(source) == *parent);
                if event.origin() == *origin && is_parent && says_port(&event.data()) {
                    take_port(&event, &shared, sink);
                }
            });
            let ready = object(&[("groat", 1.into()), ("type", "ready".into())]);
            // An origin that is none (an edited address) is refused by the browser: then nobody is spoken to.
            _ = parent.post_message(&ready, origin);
        }
        Self(channel)
    }

    /// Asks a wallet through the loader.
    pub fn ask(&self, id: u32, uuid: &str, method: &str, parameters: &Array) {
        self.post(object(&[
            ("type", "request".into()),
            ("id", id.into()),
            ("uuid", uuid.into()),
            ("method", method.into()),
            ("params", parameters.into()),
        ]));
    }

    /// Sends a message, now or as soon as the channel is there.
    pub fn post(&self, message: Object) {
        let mut channel = self.0.borrow_mut();
        if let Some(port) = &channel.port {
            _ = port.post_message(&message);
        } else if channel.waiting.len() < WAITING_MAX {
            channel.waiting.push(message);
        }
    }
}

fn says_port(data: &JsValue) -> bool {
    data.field("groat").and_then(|version| version.integer()) == Some(1)
        && data.field("type").and_then(|kind| kind.text()).as_deref() == Some("port")
}

fn take_port(event: &MessageEvent, channel: &Rc<RefCell<Channel>>, sink: Sink) {
    // The first channel stays for this document's life: a later one would be somebody else's.
    if channel.borrow().port.is_some() {
        return;
    }
    let Ok(port) = event.ports().get(0).dyn_into::<MessagePort>() else { return };
    let on_message = callback(move |event| {
        if let Some(message) = message(&event.unchecked_into::<MessageEvent>().data()) {
            sink(message);
        }
    });
    // Setting the handler also starts the port.
    port.set_onmessage(Some(&on_message));
    let mut channel = channel.borrow_mut();
    for waiting in channel.waiting.drain(..) {
        _ = port.post_message(&waiting);
    }
    channel.port = Some(port);
}

/// One message of the loader.
fn message(data: &JsValue) -> Option<Message> {
    let id = || data.field("id").and_then(|id| id.integer()).and_then(|id| u32::try_from(id).ok());
    match data.field("type")?.text()?.as_str() {
        "wallets" => Some(Message::Wallets(read::wallets(&data.field("wallets")?))),
        "result" => {
            let result = data.field("result").unwrap_or(JsValue::NULL);
            Some(Message::WalletAnswered { id: id()?, result: Ok(read::answer(&result)) })
        }
        "error" => Some(Message::WalletAnswered { id: id()?, result: Err(read::error(data)) }),
        "wallet_event" => {
            let name = data.field("event")?.text()?;
            let event = read::event(&name, data.field("data").as_ref());
            Some(Message::WalletTold { uuid: data.field("uuid")?.text()?, event })
        }
        _ => None,
    }
}
