//! What StoreDo and ChainDo say to each other, as JSON over the object stub's `fetch`.
//!
//! ChainDo is named by its CAIP-2 id and answers [`WATCH_PATH`], [`LOOK_PATH`] and [`HEALTH_PATH`]; StoreDo is named by its
//! store's ten digits and answers [`OBSERVE_PATH`]. Any 2xx means taken; anything else is tried again later.

use groat_core::asset::ChainId;
use groat_core::evm::Address;
use groat_core::invoice::ObservedPayment;
use serde::{Deserialize, Serialize};

/// `POST` to ChainDo: [`WatchRequest`]. Answered 204 once stored, 400 with a text when something in it is refused.
pub const WATCH_PATH: &str = "/watch";
/// `POST` to ChainDo: [`LookRequest`]. Answered 204.
pub const LOOK_PATH: &str = "/look";
/// `GET` from ChainDo: [`ChainHealth`].
pub const HEALTH_PATH: &str = "/health";
/// `POST` to StoreDo: [`ObserveRequest`].
pub const OBSERVE_PATH: &str = "/internal/observe";

/// Asks ChainDo to watch addresses. The same watch may be sent again: the longer times and the higher confirmations stand
/// from then on, except that `active_until_ms` is taken as sent, so that a store can end the quick pace early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchRequest {
    /// At most [`super::limits::WATCHES_PER_REQUEST`]: all of them are stored, or none.
    pub watches: Vec<Watch>,
}

/// One deposit address on this chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The deposit address. It belongs to one invoice for ever.
    pub address: Address,
    /// The store's ten digits, the name of its object.
    pub store: String,
    /// The invoice, given back with each observation.
    pub invoice_id: String,
    /// The most that any quote of the invoice asks for on this chain.
    pub confirmations: u32,
    /// When the invoice was made: nobody can have known the address before, so nothing earlier is looked for.
    pub since_ms: i64,
    /// Until then the address is looked at with every poll; later only now and then, unless something seen is not final.
    pub active_until_ms: i64,
    /// Then it is forgotten.
    pub until_ms: i64,
}

/// A hint that it is worth looking now. Proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookRequest {
    /// The transaction a buyer's wallet spoke of.
    #[serde(default)]
    pub hash: Option<String>,
}

/// How the chain's watcher is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHealth {
    /// Whether an RPC node answered lately, as the expected chain.
    pub available: bool,
    /// Height of the last block that was looked at.
    pub head: Option<u64>,
    /// Time since a node last answered.
    pub age_ms: Option<i64>,
    /// What is wrong, without addresses of nodes, which may carry keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// JSON-RPC calls made since the object exists.
    pub rpc_calls: u64,
    /// Addresses that are watched.
    pub watches: u64,
    /// Payments deep enough to be final that wait for a second node to show them.
    #[serde(default)]
    pub unproven: u64,
    /// Whether payments take longer than usual for want of blocks or of nodes.
    #[serde(default)]
    pub delayed: bool,
    /// The configured nodes, in order.
    #[serde(default)]
    pub nodes: Vec<NodeHealth>,
}

impl ChainHealth {
    /// What is wrong, in words that hold nothing of what a node said, which may name an account or a key.
    pub fn message(&self) -> Option<String> {
        if !self.available {
            let lasting = "what arrives meanwhile is found when one does again";
            return Some(format!("none of its RPC nodes answers as it should; {lasting}"));
        }
        if self.unproven > 0 {
            let (count, waits) = (self.unproven, if self.unproven == 1 { "payment waits" } else { "payments wait" });
            return Some(format!(
                "{count} {waits} for a second RPC node to show the same; of three nodes any two suffice"
            ));
        }
        self.delayed.then(|| "it has had no new block for minutes".to_owned())
    }
}

/// How one node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeHealth {
    /// Whether it answered well when it was last asked.
    pub available: bool,
    /// Its head when it was last asked for it on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<u64>,
    /// What is wrong, without its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What ChainDo tells one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObserveRequest {
    /// At most [`super::limits::OBSERVATIONS_PER_REQUEST`], each of another address.
    pub observations: Vec<Observation>,
}

/// What stands at one address now: the whole list, not the change. Comes at least once, and in order for each address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The chain.
    pub chain: ChainId,
    /// The deposit address.
    pub address: Address,
    /// The invoice that it was watched for.
    pub invoice_id: String,
    /// Grows with each change for this address; survives restarts, and even the loss of all that ChainDo knew.
    pub sequence: u64,
    /// Height of the chain's head when this was seen.
    pub head: u64,
    /// Every payment on the canonical chain, oldest first.
    pub payments: Vec<ObservedPayment>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two objects of different versions may talk during a deployment: a change here must be readable by both.
    #[test]
    fn pins_the_messages() {
        let watch = r#"{"watches":[{"address":"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed","store":"0123456789","invoice_id":"inv_1","confirmations":2,"since_ms":1000,"active_until_ms":2000,"until_ms":3000}]}"#;
        let parsed: WatchRequest = serde_json::from_str(watch).unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), watch);
        let observe = r#"{"observations":[{"chain":"eip155:31337","address":"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed","invoice_id":"inv_1","sequence":7,"head":12,"payments":[{"id":"a","asset":"eip155:31337/slip44:60","amount":"5","transaction":null,"height":11,"block_time_ms":1000}]}]}"#;
        let parsed: ObserveRequest = serde_json::from_str(observe).unwrap();
        assert_eq!(serde_json::to_string(&parsed).unwrap(), observe);
        assert_eq!(serde_json::from_str::<LookRequest>("{}").unwrap(), LookRequest::default());
        let node = NodeHealth { available: true, head: Some(7), error: None };
        let health = ChainHealth {
            available: true,
            head: None,
            age_ms: None,
            error: None,
            rpc_calls: 1,
            watches: 0,
            unproven: 0,
            delayed: false,
            nodes: vec![node],
        };
        let text = r#"{"available":true,"head":null,"age_ms":null,"rpc_calls":1,"watches":0,"unproven":0,"delayed":false,"nodes":[{"available":true,"head":7}]}"#;
        assert_eq!(serde_json::to_string(&health).unwrap(), text);
        assert_eq!(serde_json::from_str::<ChainHealth>(text).unwrap(), health);
        let of =
            |available, unproven, delayed| ChainHealth { available, unproven, delayed, ..health.clone() }.message();
        assert_eq!(of(true, 0, false), None);
        assert_eq!(of(true, 0, true).as_deref(), Some("it has had no new block for minutes"));
        assert!(of(true, 1, true).is_some_and(|text| text.starts_with("1 payment waits for a second RPC node")));
        assert!(of(true, 2, true).is_some_and(|text| text.starts_with("2 payments wait for a second RPC node")));
        assert!(of(false, 2, true).is_some_and(|text| text.starts_with("none of its RPC nodes answers")));
        let older = r#"{"available":true,"head":null,"age_ms":null,"rpc_calls":1,"watches":0}"#;
        assert!(serde_json::from_str::<ChainHealth>(older).is_ok());
    }
}
