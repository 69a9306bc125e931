//! Who a request comes from, as far as limits need to know: an IPv4 address, or an IPv6 network of 64 bits.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The header in which Cloudflare names the connecting address. Nobody outside can set it there: Cloudflare writes it over.
/// Whoever runs the Worker behind a proxy of their own lets that proxy do the same.
pub const ADDRESS_HEADER: &str = "cf-connecting-ip";
/// On a laptop all requests come from one address: a test names another client here. Means nothing in production.
pub const TEST_HEADER: &str = "groat-test-client";

/// A client. Travels from the Worker to a store's object and is hashed there before it is compared or stored; its `Debug`
/// shows nothing, and it has no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client(String);

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Client(…)")
    }
}

impl Client {
    /// The client of a request, by its headers.
    pub fn of(header: impl Fn(&str) -> Option<String>, is_local: bool) -> Self {
        let named = if is_local { header(TEST_HEADER) } else { None };
        Self::at(named.or_else(|| header(ADDRESS_HEADER)).as_deref())
    }

    /// The client at an address. All that come without a readable one count as one: a mistake in a proxy must not open
    /// what the limits close.
    pub fn at(address: Option<&str>) -> Self {
        let network = match address.and_then(|text| text.trim().parse::<IpAddr>().ok()) {
            None => "unknown".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => address.to_string(),
                None => network(address).to_string(),
            },
        };
        Self(network)
    }

    /// What is stored and compared in its place: 64 bits of a hash with a salt that never leaves the store's object. Without
    /// the salt it says nothing; the salt is thrown away within two days.
    pub fn hashed(&self, salt: &str) -> String {
        alloy_primitives::hex::encode(&self.digest(salt.as_bytes())[..8])
    }

    /// The same as a number, for tables in memory.
    pub fn number(&self, salt: &[u8]) -> u64 {
        number_of(&self.0, salt)
    }

    fn digest(&self, salt: &[u8]) -> [u8; 32] {
        digest(&self.0, salt)
    }
}

fn digest(text: &str, salt: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(b"/").chain_update(text).finalize().into()
}

/// A text that is only to be told apart from others in memory, such as a key: 64 bits of its salted hash.
pub fn number_of(text: &str, salt: &[u8]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest(text, salt)[..8]);
    u64::from_be_bytes(first)
}

/// A household is given at least 64 bits, and can use any address in them.
fn network(address: Ipv6Addr) -> Ipv6Addr {
    let [first, second, third, fourth, ..] = address.segments();
    Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_or_two() {
        #[rustfmt::skip]
        let table: &[(&str, &str, bool)] = &[
            ("203.0.113.7",          "203.0.113.7",               true),
            ("203.0.113.7",          " 203.0.113.7 ",             true),
            ("203.0.113.7",          "203.0.113.8",               false),
            ("203.0.113.7",          "::ffff:203.0.113.7",        true),
            ("2001:db8:0:1::1",      "2001:db8:0:1:ffff::9",      true),
            ("2001:DB8:0:1::1",      "2001:db8:0000:0001::2",     true),
            ("2001:db8:0:1::1",      "2001:db8:0:2::1",           false),
            ("",                     "not an address",            true),
            ("203.0.113.7, 10.0.0.1", "unknown",                  true),
            ("203.0.113.7:443",      "",                          true),
            ("203.0.113.7",          "",                          false),
        ];
        for (one, other, same) in table {
            assert_eq!(Client::at(Some(one)) == Client::at(Some(other)), *same, "{one} and {other}");
        }
        assert_eq!(Client::at(None), Client::at(Some("")));
    }

    #[test]
    fn only_a_laptop_lets_a_test_name_its_client() {
        let headers = |name: &str| match name {
            TEST_HEADER => Some("198.51.100.1".to_owned()),
            ADDRESS_HEADER => Some("203.0.113.7".to_owned()),
            _ => None,
        };
        assert_eq!(Client::of(headers, true), Client::at(Some("198.51.100.1")));
        assert_eq!(Client::of(headers, false), Client::at(Some("203.0.113.7")));
        assert_eq!(Client::of(|_| None, false), Client::at(None));
    }

    #[test]
    fn says_nothing_of_the_address() {
        let client = Client::at(Some("203.0.113.7"));
        assert!(!format!("{client:?}").contains("203"));
        let (one, other) = (client.hashed("salt"), client.hashed("another"));
        assert_eq!(one.len(), 16);
        assert_ne!(one, other);
        assert_eq!(format!("{:016x}", client.number(b"salt")), one);
    }
}
