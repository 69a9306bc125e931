//! Files of a store's brand: its look for the seller's own page, and its logo. Anyone may load them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groat_core::id::{ApiKey, StoreId};
use groat_core::theme::{style_of_button, theme_words};
use groat_core::wire::ThemeSetting;
use worker::Env;

use super::ask_store;
use crate::api::{Call, file_headers};
use crate::problem::Refusal;
use crate::store::{Command, Reply, ServedLogo, StoreRequest};

/// A changed look shows on the seller's own page within five minutes; until then no page load asks for it again.
const KEPT_THEME: &str = "max-age=300";
/// A logo's address names its hash.
const KEPT_LOGO: &str = "max-age=31536000, immutable";

/// A file and its headers.
pub struct File {
    /// In place of those of the API.
    pub headers: Vec<(&'static str, String)>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Answers a call for a file. `query` is that of its address.
pub async fn answer_file(env: &Env, call: &Call, query: &str, request_id: &str) -> Result<File, Refusal> {
    match call {
        Call::ShowTheme(target) => theme(env, target, query, request_id).await,
        Call::ShowLogo(store, name) => logo(env, store, name, request_id).await,
        _ => Err(Refusal::internal(&"no file was asked for")),
    }
}

async fn theme(env: &Env, target: &str, query: &str, request_id: &str) -> Result<File, Refusal> {
    let missing = || Refusal::not_found("theme");
    let name = target.strip_suffix(".css").ok_or_else(missing)?;
    // A secret key has no place in an address, not even as a store's name.
    let of_key = || ApiKey::parse(name).filter(|_| name.starts_with("pk_")).map(|key| key.store);
    let store = StoreId::parse(name).ok().or_else(of_key).ok_or_else(missing)?;
    let reply = ask(env, &store, Command::GetTheme, request_id).await?.ok_or_else(missing)?;
    let setting: ThemeSetting = serde_json::from_str(&reply.body).map_err(|error| Refusal::internal(&error))?;
    let line = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "theme");
    let theme = theme_words(line.as_ref().map_or("", |(_, line)| line)).on(&setting);
    let headers = file_headers("text/css; charset=utf-8", KEPT_THEME);
    Ok(File { headers, bytes: style_of_button(&theme).into_bytes() })
}

async fn logo(env: &Env, store: &str, name: &str, request_id: &str) -> Result<File, Refusal> {
    let missing = || Refusal::not_found("logo");
    let store = StoreId::parse(store).map_err(|_| missing())?;
    let command = Command::GetLogo { name: name.to_owned() };
    let reply = ask(env, &store, command, request_id).await?.ok_or_else(missing)?;
    let logo: ServedLogo = serde_json::from_str(&reply.body).map_err(|error| Refusal::internal(&error))?;
    let bytes = STANDARD.decode(logo.base64).map_err(|error| Refusal::internal(&error))?;
    Ok(File { headers: file_headers(&logo.media_type, KEPT_LOGO), bytes })
}

/// What the store answers; nothing where there is no such thing.
async fn ask(env: &Env, store: &StoreId, command: Command, request_id: &str) -> Result<Option<Reply>, Refusal> {
    let request =
        StoreRequest { request_id: request_id.to_owned(), key: None, client: None, idempotency: None, command };
    let reply = ask_store(env, store, &request).await?;
    match reply.status {
        200 => Ok(Some(reply)),
        404 => Ok(None),
        status => Err(Refusal::internal(&format!("the store answered {status}"))),
    }
}
