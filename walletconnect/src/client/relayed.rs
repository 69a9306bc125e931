//! The relay's side: the socket, what it takes and what it delivers.

use super::{Client, Event, Turn};
use crate::crypto::{Key, Topic, digest, open, seal};
use crate::error::Failure;
use crate::json::{Object, Value};
use crate::relay::{self, Fetched, Incoming, Message, Publication};
use crate::session::{Method, PROPOSE, REQUEST};
use crate::text::decimal;

/// The close code by which the relay says that it does not want this project, site or token.
const UNAUTHORISED: u16 = 3_000;
/// Rounds of one emptying of the mailbox: a relay that always has more is not believed.
const FETCHES_MAX: u32 = 20;

impl Client {
    /// Asks for all that may come, for what has come, and says what has not been taken yet.
    pub(super) fn opened(&mut self, turn: &mut Turn) {
        if self.line.opened() {
            turn.tell(Event::Restored);
        }
        self.subscribing.clear();
        self.fetching.clear();
        for topic in self.state.topics() {
            self.subscribe(&topic, turn);
        }
        self.fetch(0, turn);
        for publication in &self.state.outbox {
            turn.transmit(publication.frame());
        }
    }

    pub(super) fn closed(&mut self, code: u16, reason: &str, turn: &mut Turn) {
        if code != UNAUTHORISED {
            return self.lost(turn);
        }
        self.line.refused();
        let refused = Failure::ProjectRefused { reason: crate::error::one_line(reason) };
        self.state.proposed = None;
        turn.tell(if self.state.session.is_some() { Event::Failed(refused) } else { Event::Ended(refused) });
    }

    pub(super) fn lost(&mut self, turn: &mut Turn) {
        self.is_caught_up = false;
        self.fetching.clear();
        if self.line.lost(turn.now_ms) && self.is_wanted() {
            turn.tell(Event::Failed(Failure::RelayUnreachable));
        }
    }

    pub(super) fn framed(&mut self, frame: &str, turn: &mut Turn) {
        self.line.heard();
        match relay::read(frame) {
            Incoming::Nothing => {}
            Incoming::Answer(id, answer) => self.answered(id, answer, turn),
            Incoming::Delivery(id, message) => {
                turn.transmit(relay::acknowledge(&id));
                self.delivered(&message, turn);
            }
        }
    }

    fn answered(&mut self, id: u64, answer: Result<Fetched, String>, turn: &mut Turn) {
        if let Some(index) = self.fetching.iter().position(|(fetch, _)| *fetch == id) {
            let (_, round) = self.fetching.swap_remove(index);
            // A relay that does not know the request delivers by itself.
            let (messages, has_more) = answer.unwrap_or_default();
            for message in &messages {
                self.delivered(message, turn);
            }
            if has_more && round < FETCHES_MAX {
                self.fetch(round + 1, turn);
            }
            self.is_caught_up = self.fetching.is_empty();
            return;
        }
        if let Some(index) = self.subscribing.iter().position(|subscribing| *subscribing == id) {
            self.subscribing.swap_remove(index);
            if let Err(reason) = answer {
                turn.tell(Event::Failed(Failure::RelayRefused { reason }));
            }
            return;
        }
        let Some(index) = self.state.outbox.iter().position(|publication| publication.id == id) else { return };
        let publication = self.state.outbox.remove(index);
        if let Err(reason) = answer {
            self.not_taken(publication, reason, turn);
        }
    }

    /// The relay did not take a message.
    fn not_taken(&mut self, publication: Publication, reason: String, turn: &mut Turn) {
        let refused = Failure::RelayRefused { reason };
        if publication.is_proposal {
            // An older relay knows proposals only as messages like any other.
            let again = Publication { id: self.relay_id(turn), is_proposal: false, ..publication };
            turn.transmit(again.frame());
            self.state.outbox.push(again);
        } else if publication.tag == PROPOSE.tag && self.state.proposed.take().is_some() {
            turn.tell(Event::Ended(refused));
        } else if publication.tag == REQUEST.tag && self.state.asked.take().is_some() {
            turn.tell(Event::Failed(refused));
        }
    }

    /// Opens a message under the key of its topic, and reads it once.
    fn delivered(&mut self, message: &Message, turn: &mut Turn) {
        let Some(key) = self.state.keys().find(|key| key.topic().as_str() == message.topic) else { return };
        if !self.is_new(digest(message.sealed.as_bytes())) {
            return;
        }
        let Some(text) = open(&key, &message.sealed) else { return };
        if let Ok(value) = Value::read(&text) {
            self.told(&key, &value, turn);
        }
    }

    /// Asks for what comes to a topic from now on, if the socket is open; otherwise opening it will.
    pub(super) fn subscribe(&mut self, topic: &Topic, turn: &mut Turn) {
        if self.line.is_open() {
            let id = self.relay_id(turn);
            self.subscribing.push(id);
            turn.transmit(relay::subscribe(id, topic));
        }
    }

    /// Asks for what has come already.
    pub(super) fn fetch(&mut self, round: u32, turn: &mut Turn) {
        let id = self.relay_id(turn);
        self.is_caught_up = false;
        self.fetching.push((id, round));
        turn.transmit(relay::fetch(id, &self.state.topics()));
    }

    /// Asks the other side; gives the request's id.
    pub(super) fn request(&mut self, key: &Key, method: Method, params: &str, turn: &mut Turn) -> u64 {
        let id = self.state.next_id(turn.now_ms, turn.random);
        let payload = Object::rpc(&decimal(id)).text("method", method.name).raw("params", params).end();
        self.publish(key, &payload, method.tag, method.ttl_s, turn);
        id
    }

    /// Puts a message into the outbox, and sends it at once if the socket is open.
    pub(super) fn publish(&mut self, key: &Key, payload: &str, tag: u64, ttl_s: u64, turn: &mut Turn) {
        if !self.state.has_room() {
            return;
        }
        let Some(sealed) = seal(key, payload, turn.random) else { return };
        // Should the relay send us our own words, they are not the wallet's.
        self.is_new(digest(sealed.as_bytes()));
        let publication = Publication {
            id: self.relay_id(turn),
            topic: key.topic().as_str().to_owned(),
            sealed,
            tag,
            ttl_s,
            until_ms: turn.now_ms + ttl_s * 1_000,
            is_proposal: tag == PROPOSE.tag,
        };
        if self.line.is_open() {
            turn.transmit(publication.frame());
        }
        self.state.outbox.push(publication);
    }

    /// The relay's ids have 19 digits, ours 16.
    fn relay_id(&mut self, turn: &mut Turn) -> u64 {
        self.state.next_id(turn.now_ms, turn.random) * 1_000
    }
}
