//! WalletConnect: what a store sets, and what its pages carry.

use serde::{Deserialize, Serialize};

/// A store's own project at a WalletConnect relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WalletConnectSettings {
    /// The project's id at the relay; empty switches WalletConnect off.
    pub project_id: String,
    /// The relay, `wss://` and its host; `wss://relay.walletconnect.org` unless another is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_url: Option<String>,
}

/// What the checkout needs to offer WalletConnect. Nothing of it is fetched until a buyer picks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletConnectView {
    /// The project's id at the relay.
    pub project_id: String,
    /// The relay's origin.
    pub relay_url: String,
    /// Path of the module's script.
    pub script: String,
    /// Path of its Wasm.
    pub wasm: String,
}
