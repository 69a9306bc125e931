//! What the buyer wants: connect, pay, leave.

use super::state::{Asked, Proposed};
use super::types::Call;
use super::{Client, Event, Turn};
use crate::crypto::{Key, KeyPair};
use crate::error::Failure;
use crate::json::{Object, list, quoted};
use crate::pairing::{LIFETIME_S, Pairing};
use crate::session::{DELETE, PING, PROPOSE, REQUEST, SEND_TRANSACTION};

/// The reason that the specification has for leaving.
const USER_DISCONNECTED: u64 = 6_000;

impl Client {
    /// Goes on with a session that serves one of the chains, or shows a code.
    pub(super) fn connect(&mut self, turn: &mut Turn) {
        if self.config.project_id.is_empty() {
            return turn.tell(Event::Ended(Failure::NoProjectId));
        }
        self.line.reset();
        let serves = |chain: &String| self.state.session.as_ref().is_some_and(|it| it.account_on(chain).is_some());
        if self.state.session.is_some() && !self.config.chains.iter().any(serves) {
            self.say_goodbye(turn);
        }
        // A code may be too old for the buyer to reach for the wallet.
        let is_fresh = |it: &Proposed| it.pairing.expires_at_s > turn.now_s() + LIFETIME_S / 5;
        if self.state.session.is_none() && !self.state.proposed.as_ref().is_some_and(is_fresh) {
            self.propose(turn);
        }
        self.resume(turn);
    }

    /// Tells where it stands, if anywhere.
    pub(super) fn resume(&mut self, turn: &mut Turn) {
        if self.state.session.is_some() {
            self.tell_connected(turn);
        } else if let Some(proposed) = &self.state.proposed {
            turn.tell(Event::Uri(proposed.pairing.uri()));
        }
    }

    pub(super) fn tell_connected(&self, turn: &mut Turn) {
        let Some(session) = &self.state.session else { return };
        let asked = self.state.asked.as_ref().filter(|asked| !asked.is_over).map(|asked| asked.reference.clone());
        let (accounts, wallet) = (session.accounts.clone(), session.wallet.clone());
        turn.tell(Event::Connected { accounts, wallet, asked });
    }

    fn propose(&mut self, turn: &mut Turn) {
        let pairing = Pairing { key: Key::generate(turn.random), expires_at_s: turn.now_s() + LIFETIME_S };
        let pair = KeyPair::generate(turn.random);
        let Some(public) = pair.public() else { return };
        let metadata = &self.config.metadata;
        let icons = if metadata.icon.is_empty() { Vec::new() } else { vec![quoted(&metadata.icon)] };
        let metadata = Object::new()
            .text("name", &metadata.name)
            .text("description", &metadata.description)
            .text("url", &metadata.url)
            .raw("icons", &list(&icons))
            .end();
        let evm = Object::new()
            .texts("chains", &self.config.chains)
            .raw("methods", &list(&[quoted(SEND_TRANSACTION)]))
            .raw("events", r#"["chainChanged","accountsChanged"]"#)
            .end();
        let params = Object::new()
            // None is required: a wallet that knows some of the chains is welcome.
            .raw("requiredNamespaces", "{}")
            .raw("optionalNamespaces", &Object::new().raw("eip155", &evm).end())
            .raw("relays", r#"[{"protocol":"irn"}]"#)
            .raw("proposer", &Object::new().text("publicKey", &public).raw("metadata", &metadata).end())
            .integer("expiryTimestamp", pairing.expires_at_s)
            .text("pairingTopic", pairing.key.topic().as_str())
            .end();
        let key = pairing.key;
        self.subscribe(&key.topic(), turn);
        let id = self.request(&key, PROPOSE, &params, turn);
        self.state.proposed = Some(Proposed { pairing, pair, id, agreed: None });
    }

    /// Asks the wallet for a transaction: (1) there is a session, (2) nothing else is asked, (3) it has an account there.
    pub(super) fn send(&mut self, chain: &str, call: Call<'_>, reference: &str, turn: &mut Turn) {
        // (1)
        let Some(session) = &self.state.session else {
            return turn.tell(Event::Failed(Failure::NotConnected));
        };
        // (2)
        if self.state.asked.as_ref().is_some_and(|asked| !asked.is_over) {
            return turn.tell(Event::Failed(Failure::AlreadyAsking));
        }
        // (3)
        let Some(account) = session.account_on(chain) else {
            return turn.tell(Event::Failed(Failure::WrongChain));
        };
        let expires_at_s = turn.now_s() + REQUEST.ttl_s;
        let transaction = Object::new()
            .text("from", &account.address)
            .text("to", call.to)
            .text("value", call.value)
            .text("data", call.data)
            .end();
        let request = Object::new()
            .text("method", SEND_TRANSACTION)
            .raw("params", &list(&[transaction]))
            .integer("expiryTimestamp", expires_at_s)
            .end();
        let key = session.key;
        let params = Object::new().raw("request", &request).text("chainId", chain).end();
        let id = self.request(&key, REQUEST, &params, turn);
        let (chain, reference) = (chain.to_owned(), reference.to_owned());
        self.state.asked = Some(Asked { id, chain, reference, expires_at_s, is_over: false });
    }

    pub(super) fn ping(&mut self, turn: &mut Turn) {
        match &self.state.session {
            None => turn.tell(Event::Failed(Failure::NotConnected)),
            Some(session) => {
                let key = session.key;
                self.state.pinged = Some(self.request(&key, PING, "{}", turn));
            }
        }
    }

    pub(super) fn disconnect(&mut self, turn: &mut Turn) {
        self.say_goodbye(turn);
        self.state.proposed = None;
        turn.tell(Event::Ended(Failure::Disconnected));
    }

    /// Tells the wallet that the session is over, and forgets it.
    fn say_goodbye(&mut self, turn: &mut Turn) {
        if let Some(session) = &self.state.session {
            let key = session.key;
            let reason = Object::new().integer("code", USER_DISCONNECTED).text("message", "User disconnected.").end();
            self.request(&key, DELETE, &reason, turn);
        }
        self.state.leave();
    }
}
