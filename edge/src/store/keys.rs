//! Keys: secret ones are kept as hashes only, so neither a log, an answer nor the storage itself can give one away.

use std::fmt;

use groat_core::id::{ApiKey, IdKind, KeyKind, StoreId};
use groat_core::time::{DAY_MS, print_rfc3339};
use groat_core::wire::{Key, KeyCreate, KeyCreated, KeyScope, KeyUse};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::command::{ListQuery, Reply};
use super::settings::{MAX_NAME_CHARACTERS, Settings, check_text};
use super::{Store, from_stored, to_json};
use crate::problem::{Code, Refusal};
use crate::sql::{Row, Sql, Value};

/// Keys of one store: more than one for each server that a seller may run.
const MAX_KEYS: i64 = 50;
/// The use of a key is written down at most once a day: reading must not cost a write each time.
const USE_NOTED_EVERY_MS: i64 = DAY_MS;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// A page with the public key.
    Page,
    /// Somebody with a secret key that only reads.
    Reader,
    /// The seller's server with a secret key.
    Seller,
}

/// What is kept of a secret key: its hash, and its end by which a seller tells it from others.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPrint {
    hash: String,
    last_four: String,
}

impl fmt::Debug for KeyPrint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyPrint(…{})", self.last_four)
    }
}

/// What is kept of a key: its SHA-256. Keys carry 128 random bits, so a fast hash is enough.
pub fn hash_secret(text: &str) -> KeyPrint {
    let hash = alloy_primitives::hex::encode(Sha256::digest(text.as_bytes()));
    KeyPrint { hash, last_four: last_four(text) }
}

fn last_four(text: &str) -> String {
    text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// Compares without stopping at the first difference, so that the time it takes tells nothing.
fn is_same(one: &str, other: &str) -> bool {
    let differing = one.bytes().zip(other.bytes()).fold(0, |differing, (one, other)| differing | (one ^ other));
    one.len() == other.len() && differing == 0
}

impl Caller {
    /// Lets only the seller through, who may change things.
    pub fn require_seller(self) -> Result<(), Refusal> {
        match self {
            Self::Seller => Ok(()),
            Self::Reader => {
                Err(Refusal::new(Code::KeyNotAllowed, "this key may only read; use a secret key whose scope is full"))
            }
            Self::Page => {
                Err(Refusal::new(Code::KeyNotAllowed, "this needs the secret key (sk_…), on your server only"))
            }
            Self::Anyone => Err(missing()),
        }
    }

    /// Lets whoever may see all of the store through.
    pub fn require_reader(self) -> Result<(), Refusal> {
        if self == Self::Reader { Ok(()) } else { self.require_seller() }
    }

    /// Lets a page and the seller through, who may make invoices.
    pub fn require_key(self) -> Result<(), Refusal> {
        if self == Self::Page { Ok(()) } else { self.require_seller() }
    }

    /// True for who may see all of an invoice.
    pub const fn sees_all(self) -> bool {
        matches!(self, Self::Reader | Self::Seller)
    }
}

fn missing() -> Refusal {
    Refusal::new(Code::KeyInvalid, "send a key as Authorization: Bearer sk_… (or pk_… where a page may ask)")
}

/// Says the same for an unknown key, for one that was revoked and for one of another store.
pub fn unknown() -> Refusal {
    Refusal::new(Code::KeyInvalid, "the key is not known; check that it was copied whole and was not replaced")
}

const COLUMNS: &str = "id, kind, scope, name, last_four, created_ms, used_ms, sequence";

/// Reads a row of [`COLUMNS`].
fn read(row: &Row) -> Result<Key, Refusal> {
    let word = |text: &str| format!("\"{text}\"");
    let owned = |column| Ok::<_, Refusal>(row.optional_text(column)?.map(str::to_owned));
    Ok(Key {
        id: row.text(0)?.to_owned(),
        kind: from_stored(&word(row.text(1)?))?,
        scope: row.optional_text(2)?.map(|text| from_stored(&word(text))).transpose()?,
        name: owned(3)?,
        last_four: owned(4)?,
        created_at: print_rfc3339(row.integer(5)?),
        last_used_at: row.optional_integer(6)?.map(print_rfc3339),
    })
}

/// A key made here, for the answer and for storage.
struct Made {
    key: ApiKey,
    about: Key,
}

impl<S: Sql> Store<'_, S> {
    /// Finds out who asks. A key that is given must be right, even where none is needed.
    pub(super) fn caller(&mut self, key: Option<&str>) -> Result<Caller, Refusal> {
        let Some(text) = key else { return Ok(Caller::Anyone) };
        let key = ApiKey::parse(text).ok_or_else(unknown)?;
        // A hash is looked up, never the key: how long that takes tells nothing about any key.
        let (column, print) = match key.kind {
            KeyKind::Public => ("public_text", text.to_owned()),
            KeyKind::Secret => ("hash", hash_secret(text).hash),
        };
        let statement = format!("SELECT {COLUMNS}, {column} FROM keys WHERE {column} = ?");
        let row = self.sql.run_one(&statement, &[print.as_str().into()])?.ok_or_else(unknown)?;
        if !is_same(row.text(8)?, &print) {
            return Err(unknown());
        }
        if row.optional_integer(6)?.is_none_or(|used_ms| self.now_ms - used_ms >= USE_NOTED_EVERY_MS) {
            self.key_to_note = Some(row.integer(7)?);
        }
        let known = read(&row)?;
        match (known.kind, known.scope) {
            (KeyUse::Public, _) => Ok(Caller::Page),
            (KeyUse::Secret, Some(KeyScope::Full)) => Ok(Caller::Seller),
            (KeyUse::Secret, Some(KeyScope::Read)) => Ok(Caller::Reader),
            (KeyUse::Secret, None) => Err(Refusal::internal(&"a secret key without a scope")),
        }
    }

    /// Writes down that a key was used, if that is due. Part of the step, so that a step that fails leaves nothing.
    pub(super) fn note_use(&mut self) -> Result<(), Refusal> {
        if let Some(sequence) = self.key_to_note.take() {
            self.sql.run("UPDATE keys SET used_ms = ? WHERE sequence = ?", &[self.now_ms.into(), sequence.into()])?;
        }
        Ok(())
    }

    /// The keys that a store begins with.
    pub(super) fn first_keys(&mut self, store: &StoreId, public: &str, secret: &KeyPrint) -> Result<(), Refusal> {
        let id = |entropy: [u8; 16]| IdKind::Key.from_random(store, entropy);
        let about = |id, kind, scope, last_four| Key {
            id,
            kind,
            scope,
            name: None,
            last_four: Some(last_four),
            created_at: String::new(),
            last_used_at: None,
        };
        let secret_id = id(self.entropy.bytes16()?);
        let public_id = id(self.entropy.bytes16()?);
        let scope = Some(KeyScope::Full);
        self.insert_key(&about(secret_id, KeyUse::Secret, scope, secret.last_four.clone()), Some(&secret.hash), None)?;
        self.insert_key(&about(public_id, KeyUse::Public, None, last_four(public)), None, Some(public))
    }

    /// Makes a further key. The answer holds it; what is kept for its idempotency key does not, see [`without_key`].
    pub(super) fn create_key(&mut self, store: &StoreId, create: KeyCreate) -> Result<String, Refusal> {
        let Made { key, about } = self.make_key(store, create)?;
        let print = hash_secret(key.reveal());
        let (hash, public) = match about.kind {
            KeyUse::Secret => (Some(print.hash.as_str()), None),
            KeyUse::Public => (None, Some(key.reveal())),
        };
        self.insert_key(&about, hash, public)?;
        to_json(&KeyCreated { about, key: Some(key.reveal().to_owned()) })
    }

    fn make_key(&mut self, store: &StoreId, create: KeyCreate) -> Result<Made, Refusal> {
        let count = self.sql.run_one("SELECT COUNT(*) FROM keys", &[])?.map_or(Ok(0), |row| row.integer(0))?;
        if count >= MAX_KEYS {
            let detail = format!("a store has at most {MAX_KEYS} keys; revoke one first");
            return Err(Refusal::new(Code::LimitReached, detail));
        }
        let name = create.name.map(|name| check_text("name", &name, MAX_NAME_CHARACTERS)).transpose()?;
        let (kind, scope) = match (create.kind, create.scope) {
            (KeyUse::Secret, scope) => (KeyKind::Secret, Some(scope.unwrap_or(KeyScope::Full))),
            (KeyUse::Public, None) => (KeyKind::Public, None),
            (KeyUse::Public, Some(_)) => {
                return Err(Refusal::of(Code::FieldInvalid, "scope", "only a secret key has a scope"));
            }
        };
        let key = ApiKey::from_random(kind, !self.platform.local, store, self.entropy.bytes16()?);
        let about = Key {
            id: IdKind::Key.from_random(store, self.entropy.bytes16()?),
            kind: create.kind,
            scope,
            name,
            last_four: Some(last_four(key.reveal())),
            created_at: print_rfc3339(self.now_ms),
            last_used_at: None,
        };
        Ok(Made { key, about })
    }

    fn insert_key(&mut self, about: &Key, hash: Option<&str>, public: Option<&str>) -> Result<(), Refusal> {
        let kind = match about.kind {
            KeyUse::Secret => "secret",
            KeyUse::Public => "public",
        };
        let scope = about.scope.map(|scope| match scope {
            KeyScope::Full => "full",
            KeyScope::Read => "read",
        });
        let values: [Value; 8] = [
            about.id.as_str().into(),
            kind.into(),
            scope.into(),
            about.name.as_deref().into(),
            about.last_four.as_deref().into(),
            hash.into(),
            public.into(),
            self.now_ms.into(),
        ];
        self.sql.run(
            "INSERT INTO keys (id, kind, scope, name, last_four, hash, public_text, created_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            &values,
        )?;
        Ok(())
    }

    pub(super) fn list_keys(&mut self, list: &ListQuery) -> Result<String, Refusal> {
        let statement = format!("SELECT {COLUMNS} FROM keys WHERE sequence < ? ORDER BY sequence DESC LIMIT ?");
        let rows = self.sql.run(&statement, &list.bindings())?;
        to_json(&list.page(rows, 7, read)?)
    }

    /// Revokes a key at once: its row is gone, and what is gone opens nothing. A store keeps one secret key that can do
    /// everything, or nobody could make another; and one public key, which its own payment links need.
    pub(super) fn revoke_key(&mut self, mut settings: Settings, id: &str) -> Result<(), Refusal> {
        let row = self.sql.run_one("SELECT kind, scope, public_text FROM keys WHERE id = ?", &[id.into()])?;
        let row = row.ok_or_else(|| Refusal::not_found("key"))?;
        let (kind, scope) = (row.text(0)?.to_owned(), row.optional_text(1)?.map(str::to_owned));
        let others = self.sql.run(
            "SELECT public_text FROM keys WHERE kind = ? AND scope IS ? AND id <> ? ORDER BY sequence DESC LIMIT 1",
            &[kind.as_str().into(), scope.as_deref().into(), id.into()],
        )?;
        let is_needed = kind == "public" || scope.as_deref() == Some("full");
        if is_needed && others.is_empty() {
            let what = if kind == "public" { "public key" } else { "secret key with the scope full" };
            let detail = format!("this is the store's last {what}; make another one before you revoke it");
            return Err(Refusal::new(Code::KeyLast, detail));
        }
        if row.optional_text(2)? == Some(settings.public_key.as_str()) {
            let next = others.first().map(|row| row.text(0)).transpose()?;
            next.unwrap_or_default().clone_into(&mut settings.public_key);
            self.sql.run("UPDATE settings SET body = ?", &[to_json(&settings)?.into()])?;
        }
        self.sql.run("DELETE FROM keys WHERE id = ?", &[id.into()])?;
        Ok(())
    }
}

/// The answer of a key's making as it may be kept: without the key.
pub(super) fn without_key(reply: &Reply) -> Result<Reply, Refusal> {
    if reply.status != 201 {
        return Ok(reply.clone());
    }
    let made: KeyCreated = from_stored(&reply.body)?;
    Ok(Reply { body: to_json(&KeyCreated { key: None, ..made })?, ..reply.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_are_compared_whole() {
        assert!(is_same("", "") && is_same("abc", "abc"));
        assert!(!is_same("abc", "abd") && !is_same("abc", "ab") && !is_same("ab", "abc"));
        let print = hash_secret("sk_test_0000000000_0000000000000000000000wxyz");
        assert_eq!((print.hash.len(), print.last_four.as_str()), (64, "wxyz"));
        assert_eq!(format!("{print:?}"), "KeyPrint(…wxyz)");
    }
}
