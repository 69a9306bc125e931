//! Keys: secret ones are kept as hashes only.

use groat_core::id::{ApiKey, KeyKind};
use sha2::{Digest, Sha256};

use super::settings::Settings;
use crate::problem::{Code, Refusal};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// A page with the public key.
    Page,
    /// The seller's server with the secret key.
    Seller,
}

/// SHA-256 of a key, in hexadecimal. Keys carry 128 random bits, so a fast hash is enough.
pub fn hash_secret(text: &str) -> String {
    alloy_primitives::hex::encode(Sha256::digest(text.as_bytes()))
}

impl Settings {
    /// Finds out who asks. A key that is given must be right, even where none is needed.
    pub fn caller(&self, key: Option<&str>) -> Result<Caller, Refusal> {
        let Some(text) = key else { return Ok(Caller::Anyone) };
        let key = ApiKey::parse(text).ok_or_else(unknown)?;
        let valid = match key.kind {
            KeyKind::Public => hash_secret(text) == hash_secret(&self.public_key),
            // Hashes are compared, so the time it takes tells nothing about the key.
            KeyKind::Secret => hash_secret(text) == self.secret_key_hash,
        };
        match (valid, key.kind) {
            (false, _) => Err(unknown()),
            (true, KeyKind::Public) => Ok(Caller::Page),
            (true, KeyKind::Secret) => Ok(Caller::Seller),
        }
    }
}

impl Caller {
    /// Lets only the seller through.
    pub fn require_seller(self) -> Result<(), Refusal> {
        match self {
            Self::Seller => Ok(()),
            Self::Page => {
                Err(Refusal::new(Code::KeyNotAllowed, "this needs the secret key (sk_…), on your server only"))
            }
            Self::Anyone => Err(missing()),
        }
    }

    /// Lets any valid key through.
    pub fn require_key(self) -> Result<(), Refusal> {
        if self == Self::Anyone { Err(missing()) } else { Ok(()) }
    }
}

fn missing() -> Refusal {
    Refusal::new(Code::KeyInvalid, "send a key as Authorization: Bearer sk_… (or pk_… where a page may ask)")
}

/// Says the same for an unknown key and for one of another store.
pub fn unknown() -> Refusal {
    Refusal::new(Code::KeyInvalid, "the key is not known; check that it was copied whole and was not replaced")
}
