//! What is kept, as text: one value a line. It is input when it comes back: whatever cannot be read counts as nothing kept.
//!
//! Lines and not JSON: nobody else reads it, and names would weigh more than values.

use super::state::{Asked, Proposed, State};
use super::types::Config;
use crate::crypto::{Key, KeyPair};
use crate::pairing::Pairing;
use crate::relay::Publication;
use crate::session::{Account, Session, Wallet};
use crate::text::{decimal, hex, read_hex32};

/// Grows when the shape changes; what an older checkout kept is then forgotten.
const VERSION: u64 = 2;

/// Writes lines. A value with an end of line in it is cut there: none of ours has one, and what a stranger said has lost
/// its control characters before.
struct Lines(String);

impl Lines {
    #[inline(never)]
    fn text(&mut self, text: &str) {
        self.0.push_str(text.split('\n').next().unwrap_or_default());
        self.0.push('\n');
    }

    #[inline(never)]
    fn number(&mut self, number: u64) {
        self.text(&decimal(number));
    }
}

/// Reads them again, in the same order.
struct Reader<'a>(std::str::Split<'a, char>);

impl<'a> Reader<'a> {
    #[inline(never)]
    fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    #[inline(never)]
    fn number(&mut self) -> Option<u64> {
        let digits = self.text()?;
        // `parse` would take a sign too.
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    }

    #[inline(never)]
    fn bytes(&mut self) -> Option<[u8; 32]> {
        read_hex32(self.text()?)
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }
}

pub fn print(state: &State, config: &Config) -> String {
    let mut lines = Lines(String::new());
    lines.number(VERSION);
    lines.text(&config.relay_url);
    lines.text(&config.project_id);
    lines.text(&hex(&state.identity));
    lines.text(&hex(&state.subject));
    lines.number(state.last_id);
    lines.number(state.proposed.is_some().into());
    if let Some(Proposed { pairing, pair, id, agreed }) = &state.proposed {
        lines.text(&pairing.key.reveal());
        lines.number(pairing.expires_at_s);
        lines.text(&pair.reveal());
        lines.number(*id);
        lines.number(agreed.is_some().into());
        if let Some((key, theirs)) = agreed {
            lines.text(&key.reveal());
            lines.text(theirs);
        }
    }
    lines.number(state.session.is_some().into());
    if let Some(session) = &state.session {
        lines.text(&session.key.reveal());
        lines.number(session.expires_at_s);
        lines.text(&session.wallet.name);
        lines.text(session.wallet.link.as_deref().unwrap_or_default());
        lines.number(session.updated_by);
        lines.number(session.accounts.len() as u64);
        for account in &session.accounts {
            lines.text(&account.print());
        }
    }
    lines.number(state.asked.is_some().into());
    if let Some(asked) = &state.asked {
        lines.number(asked.id);
        lines.text(&asked.chain);
        lines.text(&asked.reference);
        lines.number(asked.expires_at_s);
        lines.number(asked.is_over.into());
    }
    lines.number(state.outbox.len() as u64);
    for publication in &state.outbox {
        lines.number(publication.id);
        lines.text(&publication.topic);
        lines.text(&publication.sealed);
        lines.number(publication.tag);
        lines.number(publication.ttl_s);
        lines.number(publication.until_ms);
        lines.number(publication.is_proposal.into());
    }
    lines.0
}

pub fn read(text: &str, config: &Config) -> Option<State> {
    // The last line ends too.
    let mut lines = Reader(text.strip_suffix('\n')?.split('\n'));
    let is_ours = lines.number()? == VERSION && lines.text()? == config.relay_url && lines.text()? == config.project_id;
    is_ours.then_some(())?;
    let (identity, subject) = (lines.bytes()?, lines.bytes()?);
    let last_id = lines.number().filter(|id| *id < u64::MAX / 2_000)?;
    // A part that is there must be readable.
    let proposed = if lines.flag()? { Some(lines.proposed()?) } else { None };
    let session = if lines.flag()? { Some(lines.session()?) } else { None };
    let asked = if lines.flag()? { Some(lines.asked()?) } else { None };
    let mut outbox = Vec::new();
    for _ in 0..lines.number()? {
        outbox.push(lines.publication()?);
    }
    lines.0.next().is_none().then_some(State {
        identity,
        subject,
        last_id,
        proposed,
        session,
        asked,
        pinged: None,
        outbox,
    })
}

impl Reader<'_> {
    fn flag(&mut self) -> Option<bool> {
        match self.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn key(&mut self) -> Option<Key> {
        self.bytes().map(Key)
    }

    fn proposed(&mut self) -> Option<Proposed> {
        Some(Proposed {
            pairing: Pairing { key: self.key()?, expires_at_s: self.number()? },
            pair: KeyPair::read(self.text()?)?,
            id: self.number()?,
            agreed: if self.flag()? { Some((self.key()?, self.owned()?)) } else { None },
        })
    }

    fn session(&mut self) -> Option<Session> {
        let (key, expires_at_s, name) = (self.key()?, self.number()?, self.owned()?);
        let link = self.owned().filter(|link| crate::session::leads_to_an_app(link));
        let updated_by = self.number()?;
        let mut accounts = Vec::new();
        for _ in 0..self.number()? {
            accounts.push(Account::read(self.text()?)?);
        }
        Some(Session { key, expires_at_s, accounts, wallet: Wallet { name, link }, updated_by })
    }

    fn asked(&mut self) -> Option<Asked> {
        Some(Asked {
            id: self.number()?,
            chain: self.owned()?,
            reference: self.owned()?,
            expires_at_s: self.number()?,
            is_over: self.flag()?,
        })
    }

    fn publication(&mut self) -> Option<Publication> {
        Some(Publication {
            id: self.number()?,
            topic: self.owned()?,
            sealed: self.owned()?,
            tag: self.number()?,
            ttl_s: self.number()?,
            until_ms: self.number()?,
            is_proposal: self.flag()?,
        })
    }
}
