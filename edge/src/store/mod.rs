//! StoreDo's logic: one seller's settings, products, invoices, webhooks. The only place where an invoice changes.
//!
//! [`Store::handle`] answers one command in one synchronous step: read, decide, write. No `await` stands between, so a
//! Durable Object commits an event, its webhooks and the fold together; and a step that fails leaves nothing behind,
//! because each stands inside [`Sql::atomically`]. The shell in `runtime` carries what follows: pushes to open
//! WebSockets, the alarm, requests to the outside.

mod branding;
mod checkout;
mod clock;
mod command;
mod deliveries;
mod due;
mod handle;
mod history;
mod idempotency;
mod invoices;
mod keys;
mod logo;
mod outbox;
mod places;
mod products;
mod refunds;
mod schema;
mod settings;
mod strays;
#[cfg(test)]
mod tests;
pub mod turn;
mod walletconnect;
mod watches;
mod webhook_url;
#[cfg(test)]
mod webhook_url_test;
mod webhooks;

use std::collections::BTreeMap;

use groat_core::asset::ChainId;

use crate::limits::{Client, Limits};
use crate::problem::Refusal;
use crate::sql::Sql;

pub use branding::{ServedLogo, StoredBranding};
pub use command::{Command, EventQuery, ListQuery, PageFacts, PayFacts, PayWhat, QuoteRates, Reply, StoreRequest};
use handle::problem;
pub use history::{Happened, history};
pub use keys::{KeyPrint, hash_secret, unknown as unknown_key};
pub use outbox::{Outcome, OutgoingDelivery};
pub use refunds::check_transaction_hash;
pub use schema::{exists, migrate};
pub use walletconnect::WalletConnect;
pub use watches::OutgoingWatches;
pub use webhook_url::check_webhook_url;

/// Secure random bytes, which the caller provides.
pub trait Entropy {
    /// Sixteen fresh bytes.
    fn bytes16(&mut self) -> Result<[u8; 16], Refusal>;
}

/// What this deployment allows and knows, the same for all its stores.
#[derive(Debug, Clone, Default)]
pub struct Platform {
    /// True on a laptop: loopback webhooks may be allowed, keys say `test`.
    pub local: bool,
    /// True if webhooks may go to loopback addresses, over plain HTTP. Only ever true when `local`.
    pub webhooks_allow_loopback: bool,
    /// The deployment's own host, where webhooks may not go.
    pub own_host: Option<String>,
    /// Chains with an RPC.
    pub chains: BTreeMap<ChainId, ChainPolicy>,
    /// How much a stranger may take.
    pub limits: Limits,
}

/// A configured chain.
#[derive(Debug, Clone)]
pub struct ChainPolicy {
    /// Confirmations, unless the store asks for others.
    pub confirmations: u32,
    /// An RPC address that a buyer's wallet can use, for chains whose registry entry has none.
    pub wallet_rpc: Option<String>,
}

/// What the shell does after a command has been committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Public snapshots, as JSON, for the WebSockets of these invoices.
    pub pushes: Vec<(String, String)>,
}

/// One store's object, for the length of one command.
pub struct Store<'a, S> {
    sql: &'a mut S,
    platform: &'a Platform,
    entropy: &'a mut dyn Entropy,
    now_ms: i64,
    /// Who the command came from.
    client: Client,
    /// The row of a key whose use is to be written down.
    key_to_note: Option<i64>,
    effects: Effects,
}

impl<'a, S: Sql> Store<'a, S> {
    /// Opens the object at `now_ms`. The schema must have been migrated.
    pub fn new(sql: &'a mut S, platform: &'a Platform, entropy: &'a mut dyn Entropy, now_ms: i64) -> Self {
        Self {
            sql,
            platform,
            entropy,
            now_ms,
            client: Client::at(None),
            key_to_note: None,
            effects: Effects::default(),
        }
    }

    /// How much a stranger may take here.
    pub fn limits(&self) -> &'a Limits {
        &self.platform.limits
    }

    /// What is left for the shell to do.
    pub fn into_effects(self) -> Effects {
        self.effects
    }

    /// Runs a step that is written whole or not at all: a step that fails has neither rows nor pushes.
    fn atomically<T>(&mut self, act: impl FnOnce(&mut Store<'_, S>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let (platform, now_ms, entropy) = (self.platform, self.now_ms, &mut *self.entropy);
        let (client, key_to_note) = (self.client.clone(), self.key_to_note.take());
        let (done, effects) = self.sql.atomically(|sql| {
            let mut step = Store { sql, platform, entropy, now_ms, client, key_to_note, effects: Effects::default() };
            let done = act(&mut step)?;
            Ok::<_, Refusal>((done, step.effects))
        })?;
        for (id, snapshot) in effects.pushes {
            self.effects.push(id, snapshot);
        }
        Ok(done)
    }
}

impl Effects {
    /// Adds a snapshot in place of an earlier one of the same invoice.
    fn push(&mut self, id: String, snapshot: String) {
        self.pushes.retain(|(pushed, _)| *pushed != id);
        self.pushes.push((id, snapshot));
    }
}

/// Stored JSON is input: damage is a fault, not a panic.
fn from_stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::internal(&format!("stored row: {error}")))
}

/// Our own types always serialize; should one not, it is a fault.
fn to_json<T: serde::Serialize>(value: &T) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| Refusal::internal(&error))
}
