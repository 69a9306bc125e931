//! What is kept, as text. It is input when it comes back: whatever cannot be read counts as nothing kept.

use super::state::{Asked, Proposed, State};
use super::types::Config;
use crate::crypto::{Key, KeyPair};
use crate::json::{Object, Value, list};
use crate::pairing::Pairing;
use crate::relay::Publication;
use crate::session::{Account, Session, Wallet};
use crate::text::{hex, read_hex32};

/// Grows when the shape changes; what an older checkout kept is then forgotten.
const VERSION: u64 = 1;

pub fn print(state: &State, config: &Config) -> String {
    let optional = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
    let outbox: Vec<String> = state.outbox.iter().map(print_publication).collect();
    Object::new()
        .integer("version", VERSION)
        .text("relay", &config.relay_url)
        .text("project", &config.project_id)
        .text("identity", &hex(&state.identity))
        .text("subject", &hex(&state.subject))
        .integer("last_id", state.last_id)
        .raw("proposed", &optional(state.proposed.as_ref().map(print_proposed)))
        .raw("session", &optional(state.session.as_ref().map(print_session)))
        .raw("asked", &optional(state.asked.as_ref().map(print_asked)))
        .raw("outbox", &list(&outbox))
        .end()
}

pub fn read(text: &str, config: &Config) -> Option<State> {
    let value = Value::read(text).ok()?;
    let is_ours = value.integer_of("version")? == VERSION
        && value.text_of("relay") == Some(&config.relay_url)
        && value.text_of("project").unwrap_or_default() == config.project_id;
    is_ours.then_some(())?;
    // A part that is there must be readable.
    let proposed = optional(&value, "proposed", read_proposed)?;
    let session = optional(&value, "session", read_session)?;
    let asked = optional(&value, "asked", read_asked)?;
    Some(State {
        identity: read_hex32(value.text_of("identity")?)?,
        subject: read_hex32(value.text_of("subject")?)?,
        last_id: value.integer_of("last_id").filter(|id| *id < u64::MAX / 2_000)?,
        proposed,
        session,
        asked,
        pinged: None,
        outbox: value.get("outbox")?.items().iter().map(read_publication).collect::<Option<_>>()?,
    })
}

#[expect(clippy::option_option, reason = "outer: readable; inner: there")]
fn optional<T>(value: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Option<T>> {
    value.get(name).map_or(Some(None), |value| read(value).map(Some))
}

fn print_proposed(proposed: &Proposed) -> String {
    let (key, theirs) = proposed.agreed.as_ref().map(|(key, theirs)| (key.reveal(), theirs)).unzip();
    Object::new()
        .text("uri", &proposed.pairing.uri())
        .text("private", &proposed.pair.reveal())
        .integer("id", proposed.id)
        .optional("key", key.as_deref())
        .optional("theirs", theirs.map(String::as_str))
        .end()
}

fn read_proposed(value: &Value) -> Option<Proposed> {
    let agreed = match value.text_of("key") {
        Some(key) => Some((Key::read(key)?, value.text_of("theirs")?.to_owned())),
        None => None,
    };
    Some(Proposed {
        pairing: Pairing::read(value.text_of("uri")?)?,
        pair: KeyPair::read(value.text_of("private")?)?,
        id: value.integer_of("id")?,
        agreed,
    })
}

fn print_session(session: &Session) -> String {
    let accounts: Vec<String> = session.accounts.iter().map(Account::print).collect();
    Object::new()
        .text("key", &session.key.reveal())
        .integer("expires_at_s", session.expires_at_s)
        .texts("accounts", &accounts)
        .text("name", &session.wallet.name)
        .optional("link", session.wallet.link.as_deref())
        .integer("updated_by", session.updated_by)
        .end()
}

fn read_session(value: &Value) -> Option<Session> {
    let link = value.text_of("link").filter(|link| crate::session::leads_to_an_app(link));
    Some(Session {
        key: Key::read(value.text_of("key")?)?,
        expires_at_s: value.integer_of("expires_at_s")?,
        accounts: value
            .get("accounts")?
            .items()
            .iter()
            .map(|it| Account::read(it.as_text()?))
            .collect::<Option<_>>()?,
        wallet: Wallet { name: value.text_of("name")?.to_owned(), link: link.map(str::to_owned) },
        updated_by: value.integer_of("updated_by")?,
    })
}

fn print_asked(asked: &Asked) -> String {
    Object::new()
        .integer("id", asked.id)
        .text("chain", &asked.chain)
        .text("reference", &asked.reference)
        .integer("expires_at_s", asked.expires_at_s)
        .bool("is_over", asked.is_over)
        .end()
}

fn read_asked(value: &Value) -> Option<Asked> {
    Some(Asked {
        id: value.integer_of("id")?,
        chain: value.text_of("chain")?.to_owned(),
        reference: value.text_of("reference")?.to_owned(),
        expires_at_s: value.integer_of("expires_at_s")?,
        is_over: value.get("is_over")? == &Value::Bool(true),
    })
}

fn print_publication(publication: &Publication) -> String {
    Object::new()
        .integer("id", publication.id)
        .text("topic", &publication.topic)
        .text("sealed", &publication.sealed)
        .integer("tag", publication.tag)
        .integer("ttl_s", publication.ttl_s)
        .integer("until_ms", publication.until_ms)
        .bool("is_proposal", publication.is_proposal)
        .end()
}

fn read_publication(value: &Value) -> Option<Publication> {
    Some(Publication {
        id: value.integer_of("id")?,
        topic: value.text_of("topic")?.to_owned(),
        sealed: value.text_of("sealed")?.to_owned(),
        tag: value.integer_of("tag")?,
        ttl_s: value.integer_of("ttl_s")?,
        until_ms: value.integer_of("until_ms")?,
        is_proposal: value.get("is_proposal")? == &Value::Bool(true),
    })
}
