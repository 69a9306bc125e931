//! Where webhooks may go, checked a second time with a reader of addresses as browsers and servers have.

use groat_edge::store::check_webhook_url;
use url::{Host, Url};

use crate::seeds::texts;

const OWN: &str = "pay.example";

pub fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "https://shop.example/webhooks",
        "https://shop.example:8443/x?y=1#z",
        "https://user:secret@shop.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://pay.example./",
        "https://metadata.google.internal/",
        "https://xn--bcher-kva.example/",
        "http://localhost:1/",
    ])
}

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if check_webhook_url(text, false, Some(OWN)).is_ok() {
        // What the second reader can't read is never requested either.
        let Ok(url) = Url::parse(text) else { return };
        assert_eq!(url.scheme(), "https", "{text}");
        assert!(url.username().is_empty() && url.password().is_none(), "{text}");
        let Some(Host::Domain(host)) = url.host() else { panic!("{text} names {:?}", url.host()) };
        let host = host.trim_end_matches('.');
        assert!(host.contains('.') && host != OWN, "{text}");
        for suffix in ["localhost", "local", "internal", "lan", "home.arpa", "onion"] {
            assert!(host != suffix && !host.ends_with(&format!(".{suffix}")), "{text}");
        }
    }
    if check_webhook_url(text, true, Some(OWN)).is_ok() && text.starts_with("http://") {
        let url = Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let host = url.host_str().unwrap_or_default();
        assert!(matches!(host, "127.0.0.1" | "localhost" | "[::1]"), "{text} names {host}");
    }
}
