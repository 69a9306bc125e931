//! What the Worker asks of a store's object, and what it gets back. JSON between the two, never seen outside.

use std::collections::BTreeMap;

use groat_core::asset::AssetId;
use groat_core::invoice::Status;
use groat_core::money::{Price, Rate};
use groat_core::wire::{
    Branding, InvoiceCreate, KeyCreate, PriceInput, ProductCreate, ProductUpdate, ProductView, RefundCreate,
    StoreUpdate, WebhookEndpointCreate, WebhookEndpointUpdate,
};
use serde::{Deserialize, Serialize};

use super::keys::KeyPrint;
use super::walletconnect::WalletConnect;
use crate::chain::messages::Observation;
use crate::limits::Client;

/// One request to a store's object.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoreRequest {
    /// Names the request in the log and in problems.
    pub request_id: String,
    /// The key that came with it, if any.
    pub key: Option<String>,
    /// Who it came from; all without one count as one.
    #[serde(default)]
    pub client: Option<Client>,
    /// The `Idempotency-Key` of a POST, with the hash of what was asked.
    pub idempotency: Option<(String, String)>,
    /// What is asked.
    pub command: Command,
}

/// Rates that the Worker fetched, for the object to lock into a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteRates {
    /// ISO 4217 code.
    pub currency: String,
    /// By symbol; what is missing can't be quoted now. Of a pegged coin also the price in what it follows, as `USDC/USD`.
    pub by_symbol: BTreeMap<String, Rate>,
}

/// What a `/pay` page is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayWhat {
    /// A product.
    Product(String),
    /// An amount that the page names, with the store's public key.
    OpenAmount {
        /// The public key.
        key: String,
        /// The amount.
        price: PriceInput,
    },
}

/// All that can be asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Command {
    /// Makes the store: `POST /v1/stores`.
    Initialise {
        /// The name.
        name: String,
        /// `st_…`
        id: String,
        /// The public key, in full.
        public_key: String,
        /// What is kept of the secret key.
        secret_key_hash: KeyPrint,
    },
    /// `GET /v1/store`
    GetStore,
    /// `PATCH /v1/store`
    UpdateStore {
        /// The body.
        update: StoreUpdate,
    },
    /// `POST /v1/keys`
    CreateKey {
        /// The body.
        create: KeyCreate,
    },
    /// `POST /v1/stores/{id}/keys`: the Worker has checked the operator's token.
    IssueKey {
        /// The body.
        create: KeyCreate,
    },
    /// `GET /v1/keys`
    ListKeys(ListQuery),
    /// `DELETE /v1/keys/{id}`
    RevokeKey {
        /// Its id.
        id: String,
    },
    /// `POST /v1/products`
    CreateProduct {
        /// The body.
        create: ProductCreate,
    },
    /// `GET /v1/products/{id}`
    GetProduct {
        /// Its id.
        id: String,
    },
    /// `GET /v1/products`
    ListProducts(ListQuery),
    /// `PATCH /v1/products/{id}`
    UpdateProduct {
        /// Its id.
        id: String,
        /// The body.
        update: ProductUpdate,
    },
    /// `DELETE /v1/products/{id}`
    DeleteProduct {
        /// Its id.
        id: String,
    },
    /// `POST /v1/invoices`
    CreateInvoice {
        /// The body.
        create: InvoiceCreate,
        /// Rates, if the Worker has them yet.
        rates: Option<QuoteRates>,
    },
    /// `GET /v1/invoices/{id}`
    GetInvoice {
        /// Its id.
        id: String,
    },
    /// `GET /v1/invoices`
    ListInvoices {
        /// Only these.
        status: Option<Status>,
        /// Which page.
        #[serde(flatten)]
        list: ListQuery,
    },
    /// `POST /v1/invoices/{id}/cancel`
    CancelInvoice {
        /// Its id.
        id: String,
    },
    /// `POST /v1/invoices/{id}/accept`
    AcceptInvoice {
        /// Its id.
        id: String,
    },
    /// `POST /v1/invoices/{id}/refunds`
    CreateRefund {
        /// The invoice.
        id: String,
        /// The body.
        create: RefundCreate,
    },
    /// `POST /v1/invoices/{id}/quotes`
    CreateQuote {
        /// The invoice.
        id: String,
        /// The asset.
        asset: String,
        /// Rates, if the Worker has them yet.
        rates: Option<QuoteRates>,
    },
    /// `POST /v1/webhook_endpoints`
    CreateWebhookEndpoint {
        /// The body.
        create: WebhookEndpointCreate,
    },
    /// `GET /v1/webhook_endpoints/{id}`
    GetWebhookEndpoint {
        /// Its id.
        id: String,
    },
    /// `GET /v1/webhook_endpoints`
    ListWebhookEndpoints(ListQuery),
    /// `PATCH /v1/webhook_endpoints/{id}`
    UpdateWebhookEndpoint {
        /// Its id.
        id: String,
        /// The body.
        update: WebhookEndpointUpdate,
    },
    /// `POST /v1/webhook_endpoints/{id}/rotate_secret`
    RotateWebhookSecret {
        /// Its id.
        id: String,
    },
    /// `DELETE /v1/webhook_endpoints/{id}`
    DeleteWebhookEndpoint {
        /// Its id.
        id: String,
    },
    /// `GET /v1/webhook_deliveries`
    ListDeliveries(ListQuery),
    /// `POST /v1/webhook_deliveries/{id}/redeliver`
    Redeliver {
        /// Its id.
        id: String,
    },
    /// `GET /v1/events`
    ListEvents(EventQuery),
    /// What a `/pay` page shows. Internal.
    PayFacts {
        /// What for.
        what: PayWhat,
    },
    /// `GET /logo/{store}/{logo}`
    GetLogo {
        /// Its file name.
        name: String,
    },
    /// `GET /theme/{target}`
    GetTheme,
    /// A watcher's report. Internal.
    Observe {
        /// The reports.
        observations: Vec<Observation>,
    },
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Entries before this one.
    pub cursor: Option<i64>,
    /// At most so many, 1 to 100.
    pub limit: u16,
}

/// Which part of the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuery {
    /// Events after this one; from the first if absent.
    pub after: Option<String>,
    /// At most so many, 1 to 100.
    pub limit: u16,
}

/// The object's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// JSON, or nothing for 204.
    pub body: String,
    /// The invoice's version, for its `ETag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Nothing was done: ask again with rates in this currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_rates: Option<String>,
    /// What a page needs beside the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<PageFacts>,
}

/// What an invoice's page needs beside its snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFacts {
    /// The store's public key.
    pub public_key: String,
    /// Origins that may hold the frame.
    pub allowed_origins: Vec<String>,
    /// Assets the store takes.
    pub assets: Vec<AssetId>,
    /// How far a pegged coin may stand from its peg, in 1/100 of a per cent.
    pub peg_deviation_basis_points: u16,
    /// What the checkout looks like and says.
    #[serde(default)]
    pub branding: Branding,
    /// WalletConnect, where it is set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walletconnect: Option<WalletConnect>,
}

/// What a `/pay` page needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayFacts {
    /// The store's name.
    pub store_name: String,
    /// The product, unless the amount is open.
    pub product: Option<ProductView>,
    /// The price.
    pub price: Price,
    /// Beside it.
    pub page: PageFacts,
}
