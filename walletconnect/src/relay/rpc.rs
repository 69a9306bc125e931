//! The relay's JSON-RPC: what is said to it and how it is read.

use crate::crypto::Topic;
use crate::error::one_line;
use crate::json::{Object, Value, list, quoted};
use crate::text::decimal;

/// Longer than any message that a wallet has reason to send; what is longer is not read. In bytes.
const FRAME_MAX: usize = 512 * 1024;

/// What the relay said.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A message for us, with the id to acknowledge, as JSON.
    Delivery(String, Message),
    /// The answer to a request of ours, with the messages that it may hold, or the relay's reason to refuse it.
    Answer(u64, Result<Fetched, String>),
    /// Nothing that concerns us, or nothing that can be read.
    Nothing,
}

/// Messages of a mailbox, and whether there are more.
pub type Fetched = (Vec<Message>, bool);

/// A sealed message out of a mailbox.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// Whose.
    pub topic: String,
    /// The envelope.
    pub sealed: String,
}

impl Message {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.text_of(name).map(str::to_owned);
        Some(Self { topic: text("topic")?, sealed: text("message")? })
    }

    /// The messages that a fetch brought, and whether there are more.
    fn fetched(answer: &Value) -> Fetched {
        let messages = answer.items_of("messages");
        (messages.iter().filter_map(Self::read).collect(), answer.is_true("hasMore"))
    }
}

/// Reads a frame.
pub fn read(frame: &str) -> Incoming {
    if frame.len() > FRAME_MAX {
        return Incoming::Nothing;
    }
    Value::read(frame).ok().and_then(|value| understand(&value)).unwrap_or(Incoming::Nothing)
}

fn understand(value: &Value) -> Option<Incoming> {
    let id = value.get("id")?;
    if let Some(method) = value.text_of("method") {
        let data = value.get("params")?.get("data")?;
        let is_delivery = method == "irn_subscription";
        return is_delivery.then(|| Some(Incoming::Delivery(id.print(), Message::read(data)?)))?;
    }
    let id = id.as_integer()?;
    if let Some(error) = value.get("error") {
        return Some(Incoming::Answer(id, Err(one_line(error.text_of("message").unwrap_or("no reason given")))));
    }
    Some(Incoming::Answer(id, Ok(value.get("result").map(Message::fetched).unwrap_or_default())))
}

/// Says that a delivery has arrived; until then the relay keeps it and sends it again.
pub fn acknowledge(id: &str) -> String {
    Object::rpc(id).bool("result", true).end()
}

/// Asks for what comes to this topic from now on.
pub fn subscribe(id: u64, topic: &Topic) -> String {
    request(id, "irn_subscribe", &Object::new().text("topic", topic.as_str()).end())
}

/// Asks for what has come to these topics already.
pub fn fetch(id: u64, topics: &[Topic]) -> String {
    let topics: Vec<String> = topics.iter().map(|topic| quoted(topic.as_str())).collect();
    request(id, "irn_batchFetchMessages", &Object::new().raw("topics", &list(&topics)).end())
}

/// A message that the relay has to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The request's id; the relay's answer carries it.
    pub id: u64,
    /// Where it goes.
    pub topic: String,
    /// The envelope.
    pub sealed: String,
    /// What kind of message it is, for the relay: it wakes a wallet for some.
    pub tag: u64,
    /// How long the relay keeps it, in seconds.
    pub ttl_s: u64,
    /// When it need no longer be sent, in milliseconds since 1970.
    pub until_ms: u64,
    /// Whether it is a proposal, said by the relay's own method for it.
    pub is_proposal: bool,
}

impl Publication {
    /// The request.
    pub fn frame(&self) -> String {
        let mut params = Object::new();
        params.integer("ttl", self.ttl_s);
        if self.is_proposal {
            params.text("pairingTopic", &self.topic).text("sessionProposal", &self.sealed);
            return request(self.id, "wc_proposeSession", &params.end());
        }
        params.text("topic", &self.topic).text("message", &self.sealed).integer("tag", self.tag);
        params.bool("prompt", crate::session::wakes_the_wallet(self.tag));
        request(self.id, "irn_publish", &params.end())
    }
}

/// Ids go as text, as the official client sends them: 19 digits are more than a JavaScript number holds.
fn request(id: u64, method: &str, params: &str) -> String {
    Object::rpc(&quoted(&decimal(id))).text("method", method).raw("params", params).end()
}
