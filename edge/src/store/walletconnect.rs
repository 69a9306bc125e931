//! A store's WalletConnect project: checked when it is set. The relay's origin goes into the policy of the store's pages.

use groat_core::wire::WalletConnectSettings;
use serde::{Deserialize, Serialize};

use crate::pages::is_origin;
use crate::problem::{Code, Refusal};

/// The relay that wallets of the trade speak to.
const RELAY_URL: &str = "wss://relay.walletconnect.org";
/// Twice the length of the ids that are given out.
const MAX_PROJECT_ID_CHARACTERS: usize = 64;
/// Hosts that are this machine.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// The project, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalletConnect {
    /// Its id at the relay.
    pub project_id: String,
    /// The relay's origin: `wss://` and a host.
    pub relay_url: String,
}

impl WalletConnect {
    /// Checks what is asked to be set: (1) an empty id switches it off, (2) the id, (3) the relay, which only on a laptop
    /// (`is_local`) may be this machine without encryption.
    pub fn check(asked: &WalletConnectSettings, is_local: bool) -> Result<Option<Self>, Refusal> {
        // (1)
        let project_id = asked.project_id.as_str();
        if project_id.is_empty() {
            return Ok(None);
        }
        // (2)
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if project_id.len() > MAX_PROJECT_ID_CHARACTERS || !project_id.bytes().all(is_id) {
            let detail =
                "the project id has letters, digits, - and _ only, at most 64; empty switches WalletConnect off";
            return Err(Refusal::of(Code::FieldInvalid, "walletconnect.project_id", detail));
        }
        // (3)
        let relay_url = asked.relay_url.as_deref().unwrap_or(RELAY_URL);
        if !is_relay(relay_url, is_local) {
            let detail = format!("{relay_url:?} is not a relay such as {RELAY_URL} (no path, no slash)");
            return Err(Refusal::of(Code::FieldInvalid, "walletconnect.relay_url", detail));
        }
        Ok(Some(Self { project_id: project_id.to_owned(), relay_url: relay_url.to_owned() }))
    }

    pub(super) fn view(&self) -> WalletConnectSettings {
        WalletConnectSettings { project_id: self.project_id.clone(), relay_url: Some(self.relay_url.clone()) }
    }
}

fn is_relay(url: &str, is_local: bool) -> bool {
    // One spelling for each origin, as for those of pages.
    let is_host = |rest: &str| is_origin(&format!("https://{rest}"));
    match url.split_once("://") {
        Some(("wss", rest)) => is_host(rest),
        Some(("ws", rest)) => {
            let host = rest.split_once(':').map_or(rest, |(host, _)| host);
            is_local && is_host(rest) && LOOPBACK.contains(&host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relay that is stored, nothing where it is off, or the field that is blamed.
    type Expected = Result<Option<&'static str>, &'static str>;

    #[test]
    fn what_may_be_set() {
        const ID: &str = "0123456789abcdef0123456789abcdef";
        let (long, too_long) = ("a".repeat(64), "a".repeat(65));
        #[rustfmt::skip]
        let table: Vec<(&str, Option<&str>, bool, Expected)> = vec![
            // project id, relay, on a laptop
            (ID,        None,                              false, Ok(Some(RELAY_URL))),
            (ID,        Some("wss://relay.example:8443"),  false, Ok(Some("wss://relay.example:8443"))),
            (&long,     None,                              false, Ok(Some(RELAY_URL))),
            ("",        None,                              false, Ok(None)),
            ("",        Some("nonsense"),                  false, Ok(None)),
            (ID,        Some("ws://127.0.0.1:4700"),       true,  Ok(Some("ws://127.0.0.1:4700"))),
            (ID,        Some("ws://localhost"),            true,  Ok(Some("ws://localhost"))),
            (ID,        Some("ws://127.0.0.1:4700"),       false, Err("walletconnect.relay_url")),
            (ID,        Some("ws://relay.example"),        true,  Err("walletconnect.relay_url")),
            (ID,        Some("wss://relay.example/"),      false, Err("walletconnect.relay_url")),
            (ID,        Some("wss://relay.example/x"),     false, Err("walletconnect.relay_url")),
            (ID,        Some("https://relay.example"),     false, Err("walletconnect.relay_url")),
            (ID,        Some("wss://Relay.example"),       false, Err("walletconnect.relay_url")),
            (ID,        Some("wss://a.example *"),         false, Err("walletconnect.relay_url")),
            (ID,        Some("wss://a.example; script-src *"), false, Err("walletconnect.relay_url")),
            (ID,        Some("relay.example"),             false, Err("walletconnect.relay_url")),
            (ID,        Some(""),                          false, Err("walletconnect.relay_url")),
            (&too_long, None,                              false, Err("walletconnect.project_id")),
            ("a b",     None,                              false, Err("walletconnect.project_id")),
            ("a&b=c",   None,                              false, Err("walletconnect.project_id")),
        ];
        for (project_id, relay_url, is_local, expected) in table {
            let asked =
                WalletConnectSettings { project_id: project_id.into(), relay_url: relay_url.map(str::to_owned) };
            let found = WalletConnect::check(&asked, is_local);
            let found = found.as_ref().map(|found| found.as_ref().map(|found| found.relay_url.as_str()));
            let found = found.map_err(|refusal| refusal.param.as_deref().unwrap_or_default());
            assert_eq!(found, expected, "{project_id:?} {relay_url:?} {is_local}");
        }
    }
}
