//! The headers that every page goes out with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// With whom else a page has to do. All of it is the store's, checked when it was set.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// Origins whose pages may hold it in a frame; any page if empty.
    pub frames: Vec<String>,
    /// The relay that it may speak to, where the store has set up WalletConnect.
    pub relay: Option<String>,
}

/// The first script of each page, which tells the loader to uncover the frame. Fixed, so that its hash fits the policy.
pub(super) const SHOWN_SCRIPT: &str =
    r#"parent!==self&&parent.postMessage({groat:1,type:"shown"},new URLSearchParams(location.search).get("origin"))"#;

/// What no page of ours needs, and one thing that the checkout does: to copy an address.
pub const PERMISSIONS_POLICY: &str =
    "camera=(), microphone=(), geolocation=(), usb=(), payment=(), clipboard-write=(self)";
/// Said over HTTPS only: for a year, nobody is led to a page of this host without it. Other hosts of the operator's domain
/// are not ours to decide on.
pub const STRICT_TRANSPORT: &str = "max-age=31536000";

/// SHA-256 of [`SHOWN_SCRIPT`] in base64; a test keeps the two together.
const SHOWN_SCRIPT_HASH: &str = "ibuy+Fh6a9QLJUAlbDrgpMhXoUFYHoPnJU5OIV7Zsqo=";

/// Headers of a page served from `own_origin`. What is no origin among `others` is left out here all the same. `style` is the
/// one that stands in the page itself, if any: the policy allows that and no other.
pub fn security_headers(own_origin: &str, others: &Others, style: &str) -> Vec<(&'static str, String)> {
    let frame_ancestors = match others.frames.as_slice() {
        [] => "*".to_owned(),
        origins => {
            let origins: Vec<&str> =
                origins.iter().map(String::as_str).filter(|origin| super::options::is_origin(origin)).collect();
            if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") }
        }
    };
    // Older browsers don't count WebSockets of the same host as 'self'.
    let socket = match own_origin.split_once("://") {
        Some(("https", host)) => format!(" wss://{host}"),
        Some((_, host)) => format!(" ws://{host}"),
        None => String::new(),
    };
    let is_relay = |relay: &&String| {
        let rest = relay.strip_prefix("wss://").or_else(|| relay.strip_prefix("ws://"));
        rest.is_some_and(|rest| super::options::is_origin(&format!("https://{rest}")))
    };
    let relay = others.relay.as_ref().filter(is_relay).map_or_else(String::new, |relay| format!(" {relay}"));
    let style_hash = match style {
        "" => String::new(),
        style => format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(style))),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{SHOWN_SCRIPT_HASH}'; style-src 'self'{style_hash}; \
         img-src 'self' data:; connect-src 'self'{socket}{relay}; base-uri 'none'; form-action 'self'; \
         frame-ancestors {frame_ancestors}"
    );
    let mut headers = vec![
        ("content-type", "text/html; charset=utf-8".to_owned()),
        ("content-security-policy", policy),
        ("x-content-type-options", "nosniff".to_owned()),
        // The invoice's id is its key: it must not travel to the page that the buyer goes to next.
        ("referrer-policy", "no-referrer".to_owned()),
        ("permissions-policy", PERMISSIONS_POLICY.to_owned()),
        // Each has a form key of its own: a page from a cache would ask again for what was made, or paid, before.
        ("cache-control", "no-store".to_owned()),
        // A page is in its reader's language.
        ("vary", "accept-language".to_owned()),
    ];
    if own_origin.starts_with("https://") {
        headers.push(("strict-transport-security", STRICT_TRANSPORT.to_owned()));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(headers: &[(&'static str, String)], name: &str) -> String {
        headers.iter().find(|(known, _)| *known == name).unwrap().1.clone()
    }

    fn policy(own_origin: &str, allowed: &[&str]) -> String {
        let frames = allowed.iter().map(|origin| (*origin).to_owned()).collect();
        let others = Others { frames, relay: None };
        header(&security_headers(own_origin, &others, ""), "content-security-policy")
    }

    #[test]
    fn the_hash_is_that_of_the_script() {
        let hash = STANDARD.encode(Sha256::digest(SHOWN_SCRIPT));
        assert_eq!(SHOWN_SCRIPT_HASH, hash);
    }

    #[test]
    fn the_policy_word_for_word() {
        assert_eq!(
            policy("https://pay.example", &["https://shop.example", "https://other.example:8443"]),
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' \
             'sha256-ibuy+Fh6a9QLJUAlbDrgpMhXoUFYHoPnJU5OIV7Zsqo='; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' wss://pay.example; base-uri 'none'; form-action 'self'; \
             frame-ancestors https://shop.example https://other.example:8443"
        );
        assert!(policy("http://127.0.0.1:8787", &[]).contains("connect-src 'self' ws://127.0.0.1:8787; "));
    }

    /// `echo -n ':root:root{--radius:20px}' | openssl dgst -sha256 -binary | base64`
    #[test]
    fn a_style_in_the_page_is_allowed_by_its_hash() {
        let headers = security_headers("", &Others::default(), ":root:root{--radius:20px}");
        let policy = header(&headers, "content-security-policy");
        assert!(
            policy.contains("style-src 'self' 'sha256-nUp1hG7PPC93HGm+IJvkxgq2PWUJZnP0b4Rdb7CTw+g='; "),
            "{policy}"
        );
    }

    /// Who may frame, and that no origin can add a directive of its own.
    #[test]
    fn frame_ancestors() {
        #[rustfmt::skip]
        let table: &[(&[&str], &str)] = &[
            (&[],                                                           "*"),
            (&["https://shop.example"],                                     "https://shop.example"),
            (&["https://a.example; script-src *"],                          "'none'"),
            (&["https://a.example", "*", "https:", "https://b.example/x"],  "https://a.example"),
            (&["https://*.example"],                                        "'none'"),
        ];
        for (allowed, expected) in table {
            let policy = policy("https://pay.example", allowed);
            assert_eq!(policy.split("frame-ancestors ").nth(1), Some(*expected), "{allowed:?}");
        }
    }

    /// The relay and no other host, and nothing that a store could slip in with it.
    #[test]
    fn a_relay_is_spoken_to_only_where_it_is_set_up() {
        #[rustfmt::skip]
        let table = [
            (None,                                    "'self' wss://pay.example"),
            (Some("wss://relay.example"),             "'self' wss://pay.example wss://relay.example"),
            (Some("ws://127.0.0.1:4700"),             "'self' wss://pay.example ws://127.0.0.1:4700"),
            (Some("wss://relay.example; img-src *"),  "'self' wss://pay.example"),
            (Some("wss://relay.example *"),           "'self' wss://pay.example"),
            (Some("wss://*"),                         "'self' wss://pay.example"),
            (Some("https://relay.example"),           "'self' wss://pay.example"),
        ];
        for (relay, expected) in table {
            let others = Others { frames: Vec::new(), relay: relay.map(str::to_owned) };
            let policy = header(&security_headers("https://pay.example", &others, ""), "content-security-policy");
            let found = policy.split("; ").find_map(|part| part.strip_prefix("connect-src "));
            assert_eq!(found, Some(expected), "{relay:?}");
        }
    }

    #[test]
    fn no_page_is_kept() {
        assert_eq!(header(&security_headers("", &Others::default(), ""), "cache-control"), "no-store");
    }
}
