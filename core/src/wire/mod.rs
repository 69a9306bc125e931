//! The JSON of the API: what requests carry and what answers hold. `openapi.json` is generated from these types.
//!
//! A wire type holds plain text; turning it into a checked value is the edge's first step, and its own field is named
//! when it can't. Unknown fields are refused, so that a misspelt setting is not silently ignored.

mod branding;
mod common;
mod invoice;
mod key;
mod page;
mod problem;
mod product;
mod rates;
mod snapshot;
#[cfg(test)]
mod snapshot_test;
mod store;
mod walletconnect;
mod webhook;

pub use branding::{BrandTexts, BrandView, Branding, BrandingUpdate, ThemeColours, ThemeSetting};
pub use common::{List, Money};
pub use invoice::{
    AddChain, InvoiceCreate, InvoiceSnapshot, NativeCurrency, Network, OptionView, PaymentView, PriceInput,
    ProductView, QuoteCreate, QuoteView, RefundCreate, RefundView, StoreView, TransactionHint, Unavailable, UrisView,
    WalletCallView,
};
pub use key::{Key, KeyCreate, KeyCreated, KeyScope, KeyUse};
pub use page::{InvoicePage, Opening, PayPage};
pub use problem::Problem;
pub use product::{Delivery, Product, ProductCreate, ProductUpdate};
pub use rates::{RateSourceView, RateView, RatesView};
pub use snapshot::{SnapshotContext, public_snapshot, seller_snapshot};
pub use store::{
    AcceptedPayouts, ConfirmationsFrom, Health, HealthChain, HealthNode, OpenAmounts, Store, StoreCreate, StoreCreated,
    StoreUpdate,
};
pub use walletconnect::{WalletConnectSettings, WalletConnectView};
pub use webhook::{
    WebhookDelivery, WebhookEndpoint, WebhookEndpointCreate, WebhookEndpointCreated, WebhookEndpointUpdate,
    WebhookEvent, WebhookEventData, WebhookEventLog,
};
