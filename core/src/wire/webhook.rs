//! Webhook endpoints, deliveries and bodies.

use serde::{Deserialize, Serialize};

use super::invoice::InvoiceSnapshot;

/// Body of `POST /v1/webhook_endpoints`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointCreate {
    /// An https address on the public internet.
    pub url: String,
    /// Types to send, such as `invoice.paid`; all of them if absent.
    pub types: Option<Vec<String>>,
}

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookEndpoint {
    /// `we_…`
    pub id: String,
    /// The address.
    pub url: String,
    /// Types sent; null means all.
    pub types: Option<Vec<String>>,
    /// False once it has answered 410 Gone.
    pub enabled: bool,
    /// When it was made.
    pub created_at: String,
}

/// Answer of `POST /v1/webhook_endpoints`: the only time that the secret is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookEndpointCreated {
    /// The endpoint.
    #[serde(flatten)]
    pub endpoint: WebhookEndpoint,
    /// `whsec_…`: verifies the signature. Not shown again.
    pub secret: String,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookDelivery {
    /// `del_…`
    pub id: String,
    /// The event, which is also the `webhook-id` header of every try.
    pub event_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// The invoice.
    pub invoice_id: String,
    /// `pending`, `delivered` or `failed` (given up).
    pub status: String,
    /// Tries so far.
    pub attempts: u32,
    /// HTTP status of the last try, if there was an answer.
    pub last_response_status: Option<u16>,
    /// What went wrong with the last try.
    pub last_error: Option<String>,
    /// When the next try is due; null if none is.
    pub next_attempt_at: Option<String>,
    /// When it was made.
    pub created_at: String,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookEventData {
    /// The invoice as it stood at that event, as the seller sees it.
    pub invoice: InvoiceSnapshot,
}

/// The body of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookEvent {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub timestamp: String,
    /// What it is about.
    pub data: WebhookEventData,
}
