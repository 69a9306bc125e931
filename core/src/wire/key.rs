//! A store's keys. None of these types but [`KeyCreated`] ever holds a secret one.

use serde::{Deserialize, Serialize};

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    /// `sk_…`: the seller's server.
    #[default]
    Secret,
    /// `pk_…`: may sit in a page.
    Public,
}

/// What a secret key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// All of the store.
    Full,
    /// Reads all of the store but its keys, and changes nothing.
    Read,
}

/// Body of `POST /v1/keys`, and of the operator's `POST /v1/stores/{id}/keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyCreate {
    /// What the key is for; a secret one if absent.
    #[serde(default)]
    pub kind: KeyUse,
    /// Of a secret key: what it may do; `full` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<KeyScope>,
    /// The seller's own word for it, such as `accounting`; 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A key as lists show it: never the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    /// `key_…`
    pub id: String,
    /// What it is for.
    pub kind: KeyUse,
    /// What a secret key may do; null for a public one.
    pub scope: Option<KeyScope>,
    /// The seller's own word for it.
    pub name: Option<String>,
    /// Its last four characters; null for a key that is older than this record of it.
    pub last_four: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last used, to the day; null if never.
    pub last_used_at: Option<String>,
}

/// Answer of `POST /v1/keys`: the only time that a secret key is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyCreated {
    /// What is known of it.
    #[serde(flatten)]
    pub about: Key,
    /// The key. Null where the same `Idempotency-Key` asks again: it is not kept, so that nobody can read it later.
    pub key: Option<String>,
}
