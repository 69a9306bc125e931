//! Keys and envelopes against vectors that others made.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the right line")]

use groat_walletconnect::Random;
use groat_walletconnect::crypto::{Key, KeyPair, open, seal};
use groat_walletconnect::text::{base64, read_base64};

const KEY: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
const MESSAGE: &str = r#"{"id":1,"jsonrpc":"2.0","result":"grüße ☕"}"#;
/// MESSAGE under KEY with the IV of `Iv`, by @walletconnect/utils 2.21.8 (encrypt).
const SEALED: &str =
    "AKChoqOkpaanqKmqq+0AMJHTYTtIONEH9dc7Yd6QHKcwqLkW8CnIE7QGb5IW3JEw+qGc2+/amb2jtz6cm5aN0mox3TbJjvsu6p15ww==";

/// The IV of the vector.
struct Iv;

impl Random for Iv {
    fn fill(&mut self, bytes: &mut [u8]) {
        for (byte, value) in bytes.iter_mut().zip(0xa0..) {
            *byte = value;
        }
    }
}

#[test]
fn envelopes_are_those_of_the_official_library() {
    let key = Key::read(KEY).unwrap();
    assert_eq!(seal(&key, MESSAGE, &mut Iv).unwrap(), SEALED);
    assert_eq!(open(&key, SEALED).unwrap(), MESSAGE);
    assert_eq!(key.topic().as_str(), "ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c9");
}

#[test]
fn every_changed_byte_is_noticed() {
    let key = Key::read(KEY).unwrap();
    let bytes = read_base64(SEALED).unwrap();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        assert_eq!(open(&key, &base64(&changed)), None, "byte {index}");
    }
    for length in 0..bytes.len() {
        assert_eq!(open(&key, &base64(&bytes[..length])), None, "{length} bytes");
    }
    assert_eq!(open(&Key::read(&KEY.replace("01", "02")).unwrap(), SEALED), None);
    assert_eq!(open(&key, "not base64"), None);
}

#[test]
fn both_sides_come_to_one_key() {
    // By @walletconnect/utils 2.21.8 (deriveSymKey); the public half is Bob's of RFC 7748.
    let pair = KeyPair::read("77076d0a7318a57d3c16c17251b26645c6db92ebc5b2a3c6c4c2d2d2d2d2d2d2").unwrap();
    let theirs = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    let expected = "3c490d7fb31201f7ce92399cc41eea67b65a59341fb08b2e02543414a72e6e77";
    assert_eq!(pair.agree(theirs).unwrap().reveal(), expected);
    assert_eq!(pair.agree(&theirs.to_uppercase()).unwrap().reveal(), expected);
}

#[test]
fn a_public_half_that_gives_everyone_the_key_is_refused() {
    let pair = KeyPair::read(KEY).unwrap();
    // Points of small order, RFC 7748 section 6.1 and the list in the Curve25519 pages.
    let small = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for public in small {
        assert!(pair.agree(public).is_none(), "{public}");
    }
    assert!(pair.agree("").is_none() && pair.agree("00").is_none());
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?} {:?}", Key::read(KEY).unwrap(), KeyPair::read(KEY).unwrap());
    assert!(!shown.contains("0102") && !shown.contains("01, 02") && !shown.contains("1, 2"), "{shown}");
}
