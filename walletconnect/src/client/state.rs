//! What a client knows and must still know after a reload.

use crate::crypto::{Key, KeyPair, Topic};
use crate::pairing::Pairing;
use crate::relay::Publication;
use crate::session::Session;

use super::Random;

/// A flood of requests by a wallet must not fill the buyer's storage; a sale has less than ten messages.
const OUTBOX_MAX: usize = 64;

/// Everything that is kept.
#[derive(Debug, Clone)]
pub struct State {
    /// The seed of the key that names this tab at the relay.
    pub(crate) identity: [u8; 32],
    /// The relay session's name.
    pub(crate) subject: [u8; 32],
    /// The last id that was given to a message.
    pub(crate) last_id: u64,
    pub(crate) proposed: Option<Proposed>,
    pub(crate) session: Option<Session>,
    pub(crate) asked: Option<Asked>,
    /// The ping that is waited for.
    pub(crate) pinged: Option<u64>,
    /// What the relay has not yet taken.
    pub(crate) outbox: Vec<Publication>,
}

/// A session that has been proposed.
#[derive(Debug, Clone)]
pub struct Proposed {
    pub(crate) pairing: Pairing,
    pub(crate) pair: KeyPair,
    /// The proposal's id.
    pub(crate) id: u64,
    /// Once the wallet has agreed: the session's key, and the wallet's public half, by which it settles.
    pub(crate) agreed: Option<(Key, String)>,
}

/// A transaction that the wallet has been asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(crate) id: u64,
    pub(crate) chain: String,
    pub(crate) reference: String,
    pub(crate) expires_at_s: u64,
    /// Its time is over. An answer is still an answer, but another may be asked.
    pub(crate) is_over: bool,
}

impl State {
    /// A new tab's.
    pub(crate) fn fresh(random: &mut dyn Random) -> Self {
        let mut bytes = || {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            bytes
        };
        Self {
            identity: bytes(),
            subject: bytes(),
            last_id: 0,
            proposed: None,
            session: None,
            asked: None,
            pinged: None,
            outbox: Vec::new(),
        }
    }

    /// The next message's id: 16 digits from the time, as the specification has it, and never the same twice.
    pub(crate) fn next_id(&mut self, now_ms: u64, random: &mut dyn Random) -> u64 {
        let mut bytes = [0; 2];
        random.fill(&mut bytes);
        self.last_id = (now_ms * 1_000 + u64::from(u16::from_le_bytes(bytes)) % 1_000).max(self.last_id + 1);
        self.last_id
    }

    /// The keys under which something may come.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        let pairing = self.proposed.as_ref().map(|proposed| proposed.pairing.key);
        let agreed = self.proposed.as_ref().and_then(|proposed| proposed.agreed.as_ref()).map(|(key, _)| *key);
        let session = self.session.as_ref().map(|session| session.key);
        [pairing, agreed, session].into_iter().flatten()
    }

    /// Where something may come.
    pub(crate) fn topics(&self) -> Vec<Topic> {
        self.keys().map(|key| key.topic()).collect()
    }

    /// Forgets the session, and what was asked in it.
    pub(crate) fn leave(&mut self) {
        self.session = None;
        self.asked = None;
        self.pinged = None;
    }

    /// Whether there is still room.
    pub(crate) fn has_room(&self) -> bool {
        self.outbox.len() < OUTBOX_MAX
    }
}
