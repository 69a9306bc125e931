//! Options and events as JSON, at the boundary to the page's script.

use crate::client::{Config, Event, Metadata};
use crate::error::Failure;
use crate::json::{Object, Value, list};
use crate::session::Account;

/// Reads `{relay_url, project_id, chains: […], metadata: {name, description, url, icon}}`. What is missing is empty; without
/// a project id every connection ends with its own words.
pub fn config(options: &str) -> Config {
    let options = Value::read(options).unwrap_or(Value::Null);
    let metadata = options.get("metadata").cloned().unwrap_or(Value::Null);
    let text = |value: &Value, name: &str| value.text_of(name).unwrap_or_default().to_owned();
    let chains = options.items_of("chains");
    Config {
        relay_url: text(&options, "relay_url").trim_end_matches('/').to_owned(),
        project_id: text(&options, "project_id"),
        chains: chains.iter().filter_map(|chain| chain.as_text().map(str::to_owned)).collect(),
        metadata: Metadata {
            name: text(&metadata, "name"),
            description: text(&metadata, "description"),
            url: text(&metadata, "url"),
            icon: text(&metadata, "icon"),
        },
    }
}

/// Prints an event: `kind`, and what belongs to it.
pub fn event(event: &Event) -> String {
    let mut object = Object::new();
    match event {
        Event::Uri(uri) => object.text("kind", "uri").text("uri", uri),
        Event::Connected { accounts, wallet, is_asked } => {
            let accounts: Vec<String> = accounts.iter().map(account).collect();
            object.text("kind", "connected").raw("accounts", &list(&accounts)).text("wallet", &wallet.name);
            object.optional("link", wallet.link.as_deref()).bool("is_asked", *is_asked)
        }
        Event::Sent { hash, reference } => object.text("kind", "sent").text("hash", hash).text("reference", reference),
        Event::Alive => object.text("kind", "alive"),
        Event::Restored => object.text("kind", "restored"),
        Event::Ended(failure) => failed(&mut object, "ended", failure),
        Event::Failed(failure) => failed(&mut object, "failed", failure),
    };
    object.end()
}

fn failed<'a>(object: &'a mut Object, kind: &str, failure: &Failure) -> &'a mut Object {
    object.text("kind", kind).text("code", failure.code()).text("words", &failure.words())
}

fn account(account: &Account) -> String {
    Object::new().text("chain", &account.chain).text("address", &account.address).end()
}
