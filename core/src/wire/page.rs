//! What the checkout's pages carry in `<script type="application/json" id="groat-page">`.

use serde::{Deserialize, Serialize};

use super::branding::BrandView;
use super::common::Money;
use super::invoice::{InvoiceSnapshot, OptionView, ProductView, StoreView};
use super::walletconnect::WalletConnectView;

/// How a page was opened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// `modal` or `inline` in a frame; null as a page of its own.
    pub embed: Option<String>,
    /// The origin of the page that holds the frame.
    pub origin: Option<String>,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// The language asked for.
    pub locale: Option<String>,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// The store's brand, where it has more than a look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandView>,
    /// The edge's clock.
    pub server_time: String,
}

/// `/pay/{product}`, or `/pay/{pk}` with an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayPage {
    /// `pay`
    pub kind: String,
    /// How it was opened.
    #[serde(flatten)]
    pub opening: Opening,
    /// The public key to make an invoice with.
    pub key: String,
    /// The store.
    pub store: StoreView,
    /// The product, unless the amount is open.
    pub product: Option<ProductView>,
    /// True if the page's address named the amount.
    pub open_amount: bool,
    /// The price.
    pub price: Money,
    /// Assets with what they would cost now.
    pub options: Vec<OptionView>,
    /// WalletConnect, where the store has set it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walletconnect: Option<WalletConnectView>,
}

/// `/i/{invoice}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePage {
    /// `invoice`
    pub kind: String,
    /// How it was opened.
    #[serde(flatten)]
    pub opening: Opening,
    /// The public key, to start again with.
    pub key: String,
    /// The invoice.
    pub invoice: InvoiceSnapshot,
    /// WalletConnect, where the store has set it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walletconnect: Option<WalletConnectView>,
}
