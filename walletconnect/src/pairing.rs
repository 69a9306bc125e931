//! The pairing: a key that travels in a QR code or a link, and the URI that carries it.

use crate::crypto::Key;
use crate::text::{concat, decimal};

/// How long a code may be scanned, in seconds: the specification's lifetime of a proposal.
pub const LIFETIME_S: u64 = 300;

/// A pairing, as its URI says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The key under which the proposal and its answer are sealed.
    pub key: Key,
    /// When it ends, in seconds since 1970.
    pub expires_at_s: u64,
}

impl Pairing {
    /// The URI for a QR code or a wallet's link.
    pub fn uri(&self) -> String {
        let (topic, key, expiry) = (self.key.topic(), self.key.reveal(), decimal(self.expires_at_s));
        concat(&["wc:", topic.as_str(), "@2?relay-protocol=irn&symKey=", &key, "&expiryTimestamp=", &expiry])
    }

    /// Reads such a URI. Nothing if a part is missing or wrong, or the topic is not the key's.
    pub fn read(uri: &str) -> Option<Self> {
        let (path, query) = uri.strip_prefix("wc:")?.split_once('?')?;
        let (topic, version) = path.split_once('@')?;
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let key = Key::read(parameter("symKey")?)?;
        let expiry = parameter("expiryTimestamp")?;
        let is_right = version == "2" && parameter("relay-protocol") == Some("irn") && key.topic().as_str() == topic;
        is_right.then_some(Self { key, expires_at_s: expiry.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by @walletconnect/utils 2.21.8 (formatUri, hashKey).
    const URI: &str = "wc:ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c9@2?relay-protocol=irn&symKey=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20&expiryTimestamp=1795000000";

    fn pairing() -> Pairing {
        Pairing { key: Key(std::array::from_fn(|index| u8::try_from(index + 1).unwrap())), expires_at_s: 1_795_000_000 }
    }

    #[test]
    fn prints_what_the_official_library_prints_and_reads_it_back() {
        assert_eq!(pairing().uri(), URI);
        assert_eq!(Pairing::read(URI), Some(pairing()));
    }

    #[test]
    fn refuses_what_is_no_pairing() {
        let changed = |from: &str, to: &str| URI.replace(from, to);
        let broken = [
            String::new(),
            "wc:".to_owned(),
            changed("wc:", "https:"),
            changed("@2", "@1"),
            changed("irn", "waku"),
            changed("&expiryTimestamp=1795000000", ""),
            changed("1795000000", "soon"),
            changed("1795000000", "-1"),
            changed("symKey=01", "symKey=02"),
            changed("symKey=01", "symKey=1"),
            changed("symKey", "key"),
        ];
        for uri in broken {
            assert_eq!(Pairing::read(&uri), None, "{uri}");
        }
    }
}
