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

/// Body of `PATCH /v1/webhook_endpoints/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointUpdate {
    /// True switches it on again, false off.
    pub enabled: Option<bool>,
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
    /// False once it has answered 410 Gone, or was switched off.
    pub enabled: bool,
    /// Since when it is off; null if it is on.
    #[serde(default)]
    pub disabled_at: Option<String>,
    /// Why it is off; null if it is on.
    #[serde(default)]
    pub disabled_reason: Option<String>,
    /// Until then deliveries carry a second signature, with the secret before the last rotation; null without one.
    #[serde(default)]
    pub old_secret_valid_until: Option<String>,
    /// When it was made.
    pub created_at: String,
}

/// Answer of `POST /v1/webhook_endpoints` and of `…/{id}/rotate_secret`: the only times that a secret is shown.
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

/// A page of the event log, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WebhookEventLog"))]
pub struct WebhookEventLog<T> {
    /// The bodies, byte for byte as webhooks carry them.
    pub data: Vec<T>,
    /// The events' ids in the same order, as in the `webhook-id` header. Each is a cursor: what came after it.
    pub ids: Vec<String>,
    /// Give this as `cursor` for the next page; null on the last. Later events follow the last of `ids`.
    pub next_cursor: Option<String>,
}
