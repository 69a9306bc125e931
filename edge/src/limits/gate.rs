//! What stands before the Worker's calls: requests of one client, and wrong keys. In the isolate's memory, so a client that
//! reaches several isolates gets the limit of each; what must hold everywhere is counted by the store.

use std::collections::BTreeSet;

use super::{Buckets, Client, number_of};
use crate::api::Call;
use crate::problem::{Code, Refusal};

/// Wrong keys of one client a minute, a quarter of them at once: enough for a seller who pastes the wrong line, and too few
/// to be felt by a store's object. Keys carry 128 random bits; nobody finds one at any pace.
const WRONG_KEYS_PER_MINUTE: u32 = 40;
/// Keys that were right are remembered, so that a guesser behind the same address as a seller's server does not lock it out.
const MAX_GOOD_KEYS: usize = 1_000;

/// What a request costs its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Answered from memory or by one read.
    Light,
    /// Writes, asks a chain, or opens a connection that stays.
    Heavy,
    /// Comes with a secret key or the operator's token: the store counts it by its key.
    Keyed,
}

impl Weight {
    /// What a call costs; and the key that came with it, if the call is one that looks at keys.
    pub fn of<'a>(call: Option<&Call>, key: Option<&'a str>) -> (Self, Option<&'a str>) {
        let key = key.filter(|_| !matches!(call, None | Some(Call::GetHealth | Call::GetOpenApi | Call::GetRates)));
        let weight = match call {
            // A public key stands in every buyer's page: it is no name to count by.
            _ if key.is_some_and(|key| !key.starts_with("pk_")) => Self::Keyed,
            Some(
                Call::CreateInvoice
                | Call::CreateQuote(_)
                | Call::AnnounceTransaction(_)
                | Call::WatchInvoice(_)
                | Call::SubmitPayPage(_)
                | Call::SubmitInvoicePage(_),
            ) => Self::Heavy,
            _ => Self::Light,
        };
        (weight, key)
    }

    const fn tokens(self) -> u32 {
        match self {
            Self::Light => 1,
            Self::Heavy => 5,
            Self::Keyed => 0,
        }
    }
}

/// The gate of one isolate.
#[derive(Debug)]
pub struct Gate {
    salt: [u8; 16],
    requests: Buckets,
    wrong_keys: Buckets,
    good_keys: BTreeSet<u64>,
}

impl Gate {
    /// An open gate. `salt` is random and is told to nobody.
    pub fn new(requests_per_minute: u32, salt: [u8; 16]) -> Self {
        Self {
            salt,
            requests: Buckets::new(requests_per_minute),
            wrong_keys: Buckets::new(WRONG_KEYS_PER_MINUTE),
            good_keys: BTreeSet::new(),
        }
    }

    /// Lets a request in, or says when to come back.
    pub fn enter(&mut self, client: &Client, weight: Weight, key: Option<&str>, now_ms: i64) -> Result<(), Refusal> {
        let who = client.number(&self.salt);
        let is_known = key.is_some_and(|key| self.good_keys.contains(&self.key_number(key)));
        if key.is_some() && !is_known {
            self.wrong_keys.has(who, 1, now_ms).map_err(|seconds| {
                let detail = format!("Too many wrong keys came from this connection. Try again in {}.", spell(seconds));
                Refusal::later(detail, seconds)
            })?;
        }
        // A key that is not known yet is a stranger's: it costs as any request does.
        let tokens = if weight == Weight::Keyed && !is_known { Weight::Light.tokens() } else { weight.tokens() };
        if tokens == 0 {
            return Ok(());
        }
        self.requests.take(who, tokens, now_ms).map_err(|seconds| {
            let detail = format!("Too many requests came from this connection. Try again in {}.", spell(seconds));
            Refusal::later(detail, seconds)
        })
    }

    /// Learns what became of a request that came with a key.
    pub fn leave(&mut self, client: &Client, key: Option<&str>, status: u16, now_ms: i64) {
        let Some(key) = key else { return };
        let number = self.key_number(key);
        if status == Code::KeyInvalid.status() {
            self.good_keys.remove(&number);
            // An empty bucket stays empty.
            let _ = self.wrong_keys.take(client.number(&self.salt), 1, now_ms);
        } else if status < 400 && self.good_keys.len() < MAX_GOOD_KEYS {
            self.good_keys.insert(number);
        }
    }

    fn key_number(&self, key: &str) -> u64 {
        number_of(key, &self.salt)
    }
}

/// A time to wait, as people say it.
pub fn spell(seconds: u32) -> String {
    match seconds {
        0 | 1 => "a second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        120..=7_199 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(40, [7; 16])
    }

    fn client(last: u8) -> Client {
        Client::at(Some(&format!("203.0.113.{last}")))
    }

    #[test]
    fn one_flood_stops_nobody_else() {
        let mut gate = gate();
        let outcomes: Vec<_> = (0..1_000).map(|_| gate.enter(&client(1), Weight::Light, None, 0)).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
        let refusal = outcomes.last().unwrap().clone().unwrap_err();
        assert_eq!((refusal.code, refusal.retry_after_s), (Code::RateLimited, Some(2)));
        assert_eq!(refusal.detail, "Too many requests came from this connection. Try again in 2 seconds.");
        assert!(gate.enter(&client(2), Weight::Heavy, None, 0).is_ok());
        assert!(gate.enter(&client(1), Weight::Light, None, 2_000).is_ok(), "and the flood may go on later");
    }

    #[test]
    fn wrong_keys_are_slowed_and_right_ones_are_not() {
        let mut gate = Gate::new(6_000, [7; 16]);
        assert!(gate.enter(&client(1), Weight::Keyed, Some("sk_right"), 0).is_ok());
        gate.leave(&client(1), Some("sk_right"), 200, 0);
        let mut tried = 0;
        while gate.enter(&client(1), Weight::Keyed, Some(&format!("sk_{tried}")), 0).is_ok() {
            gate.leave(&client(1), Some(&format!("sk_{tried}")), 401, 0);
            tried += 1;
            assert!(tried < 100, "a guesser is never stopped");
        }
        assert_eq!(tried, 10);
        assert!(gate.enter(&client(1), Weight::Keyed, Some("sk_right"), 0).is_ok(), "a seller at the same address");
        assert!(gate.enter(&client(2), Weight::Keyed, Some("sk_other"), 0).is_ok(), "a seller elsewhere");
        assert!(gate.enter(&client(1), Weight::Light, None, 0).is_ok(), "a buyer at the same address");
        gate.leave(&client(1), Some("sk_right"), 401, 0);
        assert!(gate.enter(&client(1), Weight::Keyed, Some("sk_right"), 0).is_err(), "it was revoked");
        assert!(gate.enter(&client(1), Weight::Keyed, Some("sk_late"), 1_500).is_ok(), "one more after a while");
    }

    #[test]
    fn known_keys_are_counted_by_their_store() {
        let mut gate = gate();
        gate.leave(&client(1), Some("sk_right"), 201, 0);
        assert!((0..1_000).all(|_| gate.enter(&client(1), Weight::Keyed, Some("sk_right"), 0).is_ok()));
        let strange = (0..1_000).filter(|_| gate.enter(&client(1), Weight::Keyed, Some("sk_new"), 0).is_ok()).count();
        assert_eq!(strange, 10, "one that nobody knows is no way around the limit");
    }

    #[test]
    fn what_calls_cost() {
        let id = || "inv_1".to_owned();
        #[rustfmt::skip]
        let table: &[(Option<Call>, Option<&str>, Weight, bool)] = &[
            (Some(Call::GetInvoice(id())),  None,             Weight::Light, false),
            (Some(Call::GetInvoice(id())),  Some("sk_x"),     Weight::Keyed, true),
            (Some(Call::CreateInvoice),     Some("pk_x"),     Weight::Heavy, true),
            (Some(Call::CreateInvoice),     Some("sk_x"),     Weight::Keyed, true),
            (Some(Call::CreateStore),       Some("op_x"),     Weight::Keyed, true),
            (Some(Call::CreateQuote(id())), None,             Weight::Heavy, false),
            (Some(Call::WatchInvoice(id())), None,            Weight::Heavy, false),
            (Some(Call::GetRates),          Some("sk_x"),     Weight::Light, false),
            (None,                          Some("sk_x"),     Weight::Light, false),
        ];
        for (call, key, weight, looks) in table {
            assert_eq!(Weight::of(call.as_ref(), *key), (*weight, key.filter(|_| *looks)), "{call:?} {key:?}");
        }
    }

    #[test]
    fn times_as_people_say_them() {
        let said: Vec<_> = [0, 1, 59, 119, 120, 3_599, 7_200].map(spell).into();
        assert_eq!(said, ["a second", "a second", "59 seconds", "119 seconds", "2 minutes", "60 minutes", "2 hours"]);
    }
}
