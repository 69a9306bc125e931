//! The wallet's side: what it answers and what it asks.

use super::{Client, Event, Turn};
use crate::crypto::Key;
use crate::error::Failure;
use crate::json::{Object, Value};
use crate::session::{Agreed, Method, Session, known, read_agreed, read_wallet};

/// How long a session lasts when it is extended, and at most: the specification's seven days, in seconds.
const SESSION_MAX_S: u64 = 7 * 86_400;
/// Time for the wallet to settle what it has agreed to, beyond the code's own, in seconds.
const SETTLING_S: u64 = 60;
/// Ids are echoed; longer ones are no ids.
const ID_MAX: usize = 40;

/// The specification's codes for what is refused here.
mod code {
    pub const INVALID_UPDATE: u64 = 1_003;
    pub const INVALID_EXTEND: u64 = 1_004;
    pub const INVALID_SETTLEMENT: u64 = 1_005;
    pub const UNAUTHORISED_METHOD: u64 = 3_001;
    pub const UNSUPPORTED_CHAINS: u64 = 5_100;
    pub const UNSUPPORTED_METHODS: u64 = 5_101;
    pub const UNKNOWN_METHOD: u64 = 10_001;
}

/// A request that is answered with an error: its code and words.
type Refusal = (u64, &'static str);

impl Client {
    /// Takes what was sealed under `key`: it comes from who holds the key, which is not to say that it is right.
    pub(super) fn told(&mut self, key: &Key, message: &Value, turn: &mut Turn) {
        let Some(id) = message.get("id") else { return };
        match message.text_of("method") {
            None => {
                if let Some(id) = id.as_integer() {
                    self.replied(key, id, message, turn);
                }
            }
            Some(name) => {
                let method = known(name).unwrap_or(Method { name: "", tag: 0, ttl_s: 300 });
                let none = Value::Null;
                let params = message.get("params").unwrap_or(&none);
                if id.print().len() <= ID_MAX {
                    self.asked(key, id, method, params, turn);
                }
            }
        }
    }

    fn asked(&mut self, key: &Key, id: &Value, method: Method, params: &Value, turn: &mut Turn) {
        let is_session = self.state.session.as_ref().is_some_and(|session| session.key == *key);
        let answer = match method.name {
            "wc_sessionSettle" => self.settle(key, params, turn),
            "wc_pairingPing" | "wc_pairingDelete" => Ok(()),
            "wc_sessionUpdate" if is_session => self.update(id, params, turn),
            "wc_sessionExtend" if is_session => self.extend(params, turn),
            // Every request names its chain, so what the wallet shows does not matter here.
            "wc_sessionEvent" | "wc_sessionPing" | "wc_sessionDelete" if is_session => Ok(()),
            "wc_sessionRequest" => Err((code::UNAUTHORISED_METHOD, "Unauthorized method.")),
            _ => Err((code::UNKNOWN_METHOD, "Unsupported wc_ method.")),
        };
        let mut payload = Object::rpc(&id.print());
        match answer {
            Ok(()) => payload.bool("result", true),
            Err((code, message)) => {
                payload.raw("error", &Object::new().integer("code", code).text("message", message).end())
            }
        };
        self.publish(key, &payload.end(), method.tag + 1, method.ttl_s, turn);
        // Last: the answer goes out under the session's key.
        if is_session && method.name == "wc_sessionDelete" {
            self.state.leave();
            turn.tell(Event::Ended(Failure::WalletGone));
        }
    }

    fn replied(&mut self, key: &Key, id: u64, message: &Value, turn: &mut Turn) {
        if self.state.proposed.as_ref().is_some_and(|it| it.pairing.key == *key && it.id == id) {
            return self.proposal_answered(message, turn);
        }
        if self.state.session.as_ref().is_none_or(|session| session.key != *key) {
            return;
        }
        if self.state.pinged == Some(id) {
            self.state.pinged = None;
            turn.tell(Event::Alive);
        } else if let Some(asked) = self.state.asked.take_if(|asked| asked.id == id) {
            let hash = message.text_of("result").filter(|text| is_hash(text));
            turn.tell(match (hash, message.get("error")) {
                (_, Some(error)) => Event::Failed(Failure::of_transaction(error)),
                (Some(hash), None) => {
                    Event::Sent { hash: hash.to_owned(), chain: asked.chain, reference: asked.reference }
                }
                (None, None) => Event::Failed(Failure::Malformed { what: "a transaction's hash" }),
            });
        }
    }

    /// The wallet agrees, and the session's key follows; or it does not.
    fn proposal_answered(&mut self, message: &Value, turn: &mut Turn) {
        let Some(proposed) = self.state.proposed.as_mut().filter(|proposed| proposed.agreed.is_none()) else { return };
        let theirs = message.get("result").and_then(|result| result.text_of("responderPublicKey"));
        let key = theirs.and_then(|theirs| proposed.pair.agree(theirs));
        if let (Some(key), Some(theirs)) = (key, theirs) {
            proposed.agreed = Some((key, theirs.to_owned()));
            proposed.pairing.expires_at_s = proposed.pairing.expires_at_s.max(turn.now_s() + SETTLING_S);
            self.subscribe(&key.topic(), turn);
            // The wallet may have settled already.
            self.fetch(0, turn);
            return;
        }
        self.state.proposed = None;
        let failure = message.get("error").map(Failure::of_proposal);
        turn.tell(Event::Ended(failure.unwrap_or(Failure::Malformed { what: "a public key" })));
    }

    /// Settles what was agreed: (1) it comes again, (2) by whom, (3) until when, (4) for what.
    fn settle(&mut self, key: &Key, params: &Value, turn: &mut Turn) -> Result<(), Refusal> {
        // (1) Said again under the session's own key: that changes nothing.
        if self.state.session.as_ref().is_some_and(|session| session.key == *key) {
            return Ok(());
        }
        // (2)
        let agreed = self.state.proposed.as_ref().and_then(|proposed| proposed.agreed.as_ref());
        let theirs = agreed.filter(|(agreed, _)| agreed == key).map(|(_, theirs)| theirs);
        let controller = params.get("controller");
        let is_theirs = |theirs: &String| {
            controller.and_then(|it| it.text_of("publicKey")).is_some_and(|found| found.eq_ignore_ascii_case(theirs))
        };
        if !theirs.is_some_and(is_theirs) {
            return Err((code::INVALID_SETTLEMENT, "Invalid session settle request."));
        }
        // (3)
        let expires_at_s = params.integer_of("expiry").unwrap_or_default();
        let outcome = if expires_at_s > turn.now_s() {
            // (4)
            self.serving(params)
        } else {
            Err((code::INVALID_SETTLEMENT, "Expired.", Failure::Malformed { what: "a session that is already over" }))
        };
        self.state.proposed = None;
        let accounts = outcome.map_err(|(code, words, failure)| {
            turn.tell(Event::Ended(failure));
            (code, words)
        })?;
        let wallet = controller.and_then(|it| it.get("metadata")).map(read_wallet).unwrap_or_default();
        let expires_at_s = expires_at_s.min(turn.now_s() + SESSION_MAX_S);
        self.state.session = Some(Session { key: *key, expires_at_s, accounts, wallet, updated_by: 0 });
        self.tell_connected(turn);
        Ok(())
    }

    /// The accounts, if they serve a payment on one of the chains.
    fn serving(&self, params: &Value) -> Result<Vec<crate::session::Account>, (u64, &'static str, Failure)> {
        match params.get("namespaces").and_then(read_agreed) {
            Some(Agreed::NoPayments) => {
                Err((code::UNSUPPORTED_METHODS, "Unsupported methods.", Failure::WalletUnsupported))
            }
            Some(Agreed::Accounts(accounts)) if accounts.iter().any(|it| self.config.chains.contains(&it.chain)) => {
                Ok(accounts)
            }
            _ => Err((code::UNSUPPORTED_CHAINS, "Unsupported chains.", Failure::WrongChain)),
        }
    }

    fn update(&mut self, id: &Value, params: &Value, turn: &mut Turn) -> Result<(), Refusal> {
        let refusal = (code::INVALID_UPDATE, "Invalid update request.");
        let id = id.as_integer().ok_or(refusal)?;
        let accounts = self.serving(params).map_err(|_| refusal)?;
        let session = self.state.session.as_mut().ok_or(refusal)?;
        if id < session.updated_by {
            return Err(refusal);
        }
        session.updated_by = id;
        session.accounts = accounts;
        self.tell_connected(turn);
        Ok(())
    }

    fn extend(&mut self, params: &Value, turn: &Turn) -> Result<(), Refusal> {
        let longest = turn.now_s() + SESSION_MAX_S;
        // The official wallets name no time and mean the longest.
        let expires_at_s = params.integer_of("expiry").unwrap_or(longest).min(longest);
        let refusal = (code::INVALID_EXTEND, "Invalid extend request.");
        let session = self.state.session.as_mut().ok_or(refusal)?;
        if expires_at_s < session.expires_at_s {
            return Err(refusal);
        }
        session.expires_at_s = expires_at_s;
        Ok(())
    }
}

/// A transaction's hash: `0x` and 64 hexadecimal digits.
fn is_hash(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
