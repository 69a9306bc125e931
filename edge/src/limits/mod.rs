//! How much one stranger may take: every ceiling on requests, open invoices and connections, with its reason.
//!
//! Two kinds. What costs something that lasts (a deposit address, a watch) is counted in the store's own rows, in the
//! step that makes it, so that it holds over restarts and over any number of isolates. What costs a moment (a read, a
//! wrong key) is counted by [`Buckets`] in memory: cheap, and forgotten when the isolate ends.
//!
//! Never keeps an address: see [`Client`].

mod buckets;
mod client;
mod gate;

pub use buckets::Buckets;
pub use client::{Client, number_of};
pub use gate::{Gate, Weight, spell};

use serde::{Deserialize, Serialize};

/// Unpaid invoices that one client may hold in one store with the public key. A buyer needs one or two; twenty leaves room
/// for an office or a family behind one address, and what is paid gives its place back.
const CLIENT_OPEN_INVOICES: u32 = 20;
/// Invoices with the public key in one store, over the time that an unpaid one holds its place, after which each client may
/// hold only [`CROWDED_CLIENT_OPEN_INVOICES`]. Not a wall: many addresses together must not be able to lock real buyers
/// out. The wall stands [`CROWD_FACTOR`] times higher.
const STORE_OPEN_INVOICES: u32 = 1_000;
/// What one client may hold while a store is crowded: enough for a buyer who started over.
pub const CROWDED_CLIENT_OPEN_INVOICES: u32 = 3;
/// How far above `store_open_invoices` nothing more is made with the public key at all: a chain's watcher and the object's
/// storage must stay within what they can carry. Whoever has that many addresses can close a store's public door; the
/// seller's own server, with the secret key, still gets in.
pub const CROWD_FACTOR: u32 = 10;
/// Requests of one client a minute, in one isolate. A checkout makes about twenty a minute; this lets sixty of them stand
/// behind one address.
const CLIENT_REQUESTS_PER_MINUTE: u32 = 1_200;
/// Requests of one secret key a minute: twice what a store's object has been seen to carry over a whole minute, so it stops
/// a loop that ran away and no honest sale.
const KEY_REQUESTS_PER_MINUTE: u32 = 12_000;
/// WebSockets of one client in one store: as many buyers as may stand behind one address.
const CLIENT_SOCKETS: u32 = 100;
/// No limit may be set above this: it is no limit then, and counting would no longer be cheap.
pub const MAX_LIMIT: u32 = 1_000_000;

/// The limits that an operator may set in `LIMITS`; what is absent has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Unpaid invoices of one client in one store, made with the public key.
    pub client_open_invoices: u32,
    /// Invoices made with the public key in one store, above which clients are held shorter.
    pub store_open_invoices: u32,
    /// Requests of one client a minute.
    pub client_requests_per_minute: u32,
    /// Requests of one secret key a minute.
    pub key_requests_per_minute: u32,
    /// WebSockets of one client in one store.
    pub client_sockets: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            client_open_invoices: CLIENT_OPEN_INVOICES,
            store_open_invoices: STORE_OPEN_INVOICES,
            client_requests_per_minute: CLIENT_REQUESTS_PER_MINUTE,
            key_requests_per_minute: KEY_REQUESTS_PER_MINUTE,
            client_sockets: CLIENT_SOCKETS,
        }
    }
}

impl Limits {
    /// Whether each of them is a number that can be kept.
    pub fn are_sound(&self) -> bool {
        let all = [
            self.client_open_invoices,
            self.store_open_invoices,
            self.client_requests_per_minute,
            self.key_requests_per_minute,
            self.client_sockets,
        ];
        all.iter().all(|limit| (1..=MAX_LIMIT).contains(limit))
    }
}
