//! Symmetric keys, the topics that follow from them, and how two sides come to one key (X25519, HKDF-SHA256).

use std::fmt;

use ed25519_compact::x25519::{PublicKey, SecretKey};
use hmac_sha256::{HKDF, Hash};

use crate::client::Random;
use crate::text::{hex, read_hex32};

/// SHA-256.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Hash::hash(bytes)
}

/// The name of a mailbox at the relay: the digest of the key that its messages are sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    /// As hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key that both sides share. Its `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(pub(crate) [u8; 32]);

impl Key {
    /// A new one.
    pub fn generate(random: &mut dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads hexadecimal.
    pub fn read(text: &str) -> Option<Self> {
        read_hex32(text).map(Self)
    }

    /// As hexadecimal, for the URI and for what is kept.
    pub fn reveal(&self) -> String {
        hex(&self.0)
    }

    /// Where messages under this key go.
    pub fn topic(&self) -> Topic {
        Topic(hex(&digest(&self.0)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The proposer's half of the agreement.
#[derive(Clone)]
pub struct KeyPair(Key);

impl KeyPair {
    /// A new one.
    pub fn generate(random: &mut dyn Random) -> Self {
        Self(Key::generate(random))
    }

    /// Reads the private half, as [`KeyPair::reveal`] wrote it.
    pub fn read(text: &str) -> Option<Self> {
        Key::read(text).map(Self)
    }

    /// The private half, for what is kept.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// The public half as hexadecimal; nothing only for a private half that no generator makes.
    pub fn public(&self) -> Option<String> {
        SecretKey::new(self.0.0).recover_public_key().ok().map(|public| hex(&*public))
    }

    /// The session's key, from the other side's public half. Nothing if that is of small order, which would make the key
    /// known to everyone.
    pub fn agree(&self, theirs: &str) -> Option<Key> {
        let theirs = PublicKey::new(read_hex32(theirs)?);
        let shared = theirs.dh(&SecretKey::new(self.0.0)).ok()?;
        let mut key = [0; 32];
        // Without salt and info, as the specification has it.
        HKDF::expand(&mut key, HKDF::extract([], *shared), []);
        Some(Key(key))
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(…)")
    }
}
