//! What goes into the client and what comes out.

use crate::error::Failure;
use crate::session::{Account, Wallet};

/// Random bytes, from the browser or from a test.
pub trait Random {
    /// Fills all of it.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Who asks for payments, and through which relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `wss://…`, without a slash at its end: the token names it exactly so.
    pub relay_url: String,
    /// The store's; without one nothing works.
    pub project_id: String,
    /// The CAIP-2 ids of the chains that payments may be asked on.
    pub chains: Vec<String>,
    /// What the wallet shows the buyer.
    pub metadata: Metadata,
}

/// What a wallet shows of who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The shop's name.
    pub name: String,
    /// A sentence.
    pub description: String,
    /// The shop's address.
    pub url: String,
    /// A picture's address; may be empty.
    pub icon: String,
}

/// A transaction, each part as JSON-RPC has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// The contract or the deposit address.
    pub to: &'a str,
    /// A quantity: `0x…`.
    pub value: &'a str,
    /// Call data: `0x…`.
    pub data: &'a str,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'a> {
    /// The buyer wants to connect a wallet.
    Connect,
    /// The page has been loaded: what was kept goes on, if there is anything.
    Resume,
    /// The buyer wants to pay.
    Send {
        /// The chain's CAIP-2 id.
        chain: &'a str,
        /// The transaction.
        call: Call<'a>,
        /// Comes back with the hash, also after a reload.
        reference: &'a str,
    },
    /// Asks whether the wallet is there.
    Ping,
    /// The buyer wants to leave the wallet.
    Disconnect,
    /// The socket is open.
    Opened,
    /// The socket was closed or could not be opened.
    Closed {
        /// The WebSocket's close code.
        code: u16,
        /// The relay's words.
        reason: &'a str,
    },
    /// The relay said something.
    Frame(&'a str),
    /// The page is in front again, or the device online.
    Woken,
    /// The time that was asked for has come.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Opens a socket, instead of any other.
    Open(String),
    /// Closes the socket; nothing more of it is told.
    Close,
    /// Sends a frame.
    Transmit(String),
    /// Keeps this for [`super::Client::new`] after a reload.
    Keep(String),
    /// Looks at the clock again then, in milliseconds since 1970, and no more at any time asked for before.
    WakeAt(u64),
    /// Tells the page.
    Tell(Event),
}

/// What the page hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The code to show or to put into a wallet's link.
    Uri(String),
    /// A wallet is connected, or its accounts have changed.
    Connected {
        /// In the wallet's order.
        accounts: Vec<Account>,
        /// Who it says it is.
        wallet: Wallet,
        /// The reference of the transaction that is waiting in it.
        asked: Option<String>,
    },
    /// The wallet has sent the transaction. A hint, never a proof.
    Sent {
        /// The transaction's hash.
        hash: String,
        /// Its chain's CAIP-2 id.
        chain: String,
        /// Which transaction, in the page's own words.
        reference: String,
    },
    /// The wallet answered a ping.
    Alive,
    /// The relay is reached again.
    Restored,
    /// There is no pairing and no session any more.
    Ended(Failure),
    /// Something failed; pairing or session go on.
    Failed(Failure),
}
