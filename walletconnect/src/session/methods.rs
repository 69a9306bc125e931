//! The messages between the two sides, with the tag and the lifetime that the specification gives each.

/// One kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// The request's tag; the answer's is one more.
    pub tag: u64,
    /// How long the relay keeps it, in seconds.
    pub ttl_s: u64,
}

const MINUTES_5: u64 = 300;
const DAY: u64 = 86_400;

/// Proposes a session.
pub const PROPOSE: Method = Method { name: "wc_sessionPropose", tag: 1100, ttl_s: MINUTES_5 };
/// The wallet's side of a session.
pub const SETTLE: Method = Method { name: "wc_sessionSettle", tag: 1102, ttl_s: MINUTES_5 };
/// The wallet's accounts have changed.
pub const UPDATE: Method = Method { name: "wc_sessionUpdate", tag: 1104, ttl_s: DAY };
/// The session lasts longer.
pub const EXTEND: Method = Method { name: "wc_sessionExtend", tag: 1106, ttl_s: DAY };
/// Asks the wallet for a transaction.
pub const REQUEST: Method = Method { name: "wc_sessionRequest", tag: 1108, ttl_s: MINUTES_5 };
/// The wallet shows another chain or account.
pub const EVENT: Method = Method { name: "wc_sessionEvent", tag: 1110, ttl_s: MINUTES_5 };
/// Ends the session.
pub const DELETE: Method = Method { name: "wc_sessionDelete", tag: 1112, ttl_s: DAY };
/// Asks whether the other side is there.
pub const PING: Method = Method { name: "wc_sessionPing", tag: 1114, ttl_s: 30 };
/// Ends the pairing.
pub const PAIRING_DELETE: Method = Method { name: "wc_pairingDelete", tag: 1000, ttl_s: DAY };
/// Asks whether the other side of the pairing is there.
pub const PAIRING_PING: Method = Method { name: "wc_pairingPing", tag: 1002, ttl_s: 30 };

const ALL: [Method; 10] = [PROPOSE, SETTLE, UPDATE, EXTEND, REQUEST, EVENT, DELETE, PING, PAIRING_DELETE, PAIRING_PING];

/// The method of a name.
pub fn known(name: &str) -> Option<Method> {
    ALL.into_iter().find(|method| method.name == name)
}

/// Whether a message of this tag asks the buyer for something, so that a sleeping wallet must be woken.
pub const fn wakes_the_wallet(tag: u64) -> bool {
    tag == PROPOSE.tag || tag == REQUEST.tag
}
