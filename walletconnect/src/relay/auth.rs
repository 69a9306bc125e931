//! Who connects to the relay: a token signed by a key that this tab made (JWT, `EdDSA`, `did:key`).

use ed25519_compact::{KeyPair, Seed};

use crate::json::Object;
use crate::text::{base58, base64_url, concat, hex};

/// A token is good for a day, as the specification's own.
const LIFETIME_S: u64 = 86_400;
/// The multicodec prefix of an Ed25519 public key.
const ED25519: [u8; 2] = [0xed, 0x01];

/// The token for the relay at `audience`. `subject` stays the same for a tab's life.
pub fn token(seed: &[u8; 32], subject: &[u8; 32], audience: &str, now_s: u64) -> String {
    let pair = KeyPair::from_seed(Seed::new(*seed));
    let mut name = ED25519.to_vec();
    name.extend(&*pair.pk);
    let name = concat(&["did:key:z", &base58(&name)]);
    let header = Object::new().text("alg", "EdDSA").text("typ", "JWT").end();
    let claims = Object::new()
        .text("iss", &name)
        .text("sub", &hex(subject))
        .text("aud", audience)
        .integer("iat", now_s)
        .integer("exp", now_s + LIFETIME_S)
        .end();
    let signed = concat(&[&base64_url(header.as_bytes()), ".", &base64_url(claims.as_bytes())]);
    let signature = pair.sk.sign(&signed, None);
    concat(&[&signed, ".", &base64_url(&*signature)])
}

/// The address to open: the relay's, with the token and the store's project id, which may hold anything.
pub fn address(relay: &str, token: &str, project_id: &str) -> String {
    let mut id = String::new();
    for byte in project_id.bytes() {
        if byte.is_ascii_alphanumeric() {
            id.push(char::from(byte));
        } else {
            id.push('%');
            id.push_str(&hex(&[byte]));
        }
    }
    // useOnCloseEvent: a refusal is told in the socket's close, where a browser can see it.
    concat(&[relay, "/?auth=", token, "&projectId=", &id, "&useOnCloseEvent=true"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::read_hex32;

    /// The test case of the specification of the relay's client authentication.
    #[test]
    fn the_specifications_token() {
        let seed = read_hex32("58e0254c211b858ef7896b00e3f36beeb13d568d47c6031c4218b87718061295").unwrap();
        let subject = read_hex32("c479fe5dc464e771e78b193d239a65b58d278cad1c34bfb0b5716e5bb514928e").unwrap();
        let expected = concat!(
            "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9",
            ".eyJpc3MiOiJkaWQ6a2V5Ono2TWtvZEhad25lVlJTaHRhTGY4SktZa3hwREdwMXZHWm5wR21kQnBYOE0yZXh4SCIs",
            "InN1YiI6ImM0NzlmZTVkYzQ2NGU3NzFlNzhiMTkzZDIzOWE2NWI1OGQyNzhjYWQxYzM0YmZiMGI1NzE2ZTViYjUxNDkyOGUi",
            "LCJhdWQiOiJ3c3M6Ly9yZWxheS53YWxsZXRjb25uZWN0LmNvbSIsImlhdCI6MTY1NjkxMDA5NywiZXhwIjoxNjU2OTk2NDk3fQ",
            ".bAKl1swvwqqV_FgwvD4Bx3Yp987B9gTpZctyBviA-EkAuWc8iI8SyokOjkv9GJESgid4U8Tf2foCgrQp2qrxBA"
        );
        assert_eq!(token(&seed, &subject, "wss://relay.walletconnect.com", 1_656_910_097), expected);
    }

    #[test]
    fn a_project_id_cannot_add_to_the_address() {
        let found = address("wss://relay.example", "a.b.c", "id&x=1#é");
        assert_eq!(found, "wss://relay.example/?auth=a.b.c&projectId=id%26x%3d1%23%c3%a9&useOnCloseEvent=true");
    }
}
