//! What the checkout's pages carry in `<script type="application/json" id="groat-page">`.

use serde::{Deserialize, Serialize};

use super::common::Money;
use super::invoice::{InvoiceSnapshot, OptionView, ProductView, StoreView};

/// How the page was opened, on both kinds.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            /// `pay` or `invoice`.
            pub kind: String,
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
            /// The edge's clock.
            pub server_time: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}

page!(
    /// `/pay/{product}`, or `/pay/{pk}` with an amount.
    PayPage {
        /// The public key to make an invoice with.
        key: String,
        /// The store.
        store: StoreView,
        /// The product, unless the amount is open.
        product: Option<ProductView>,
        /// True if the page's address named the amount.
        open_amount: bool,
        /// The price.
        price: Money,
        /// Assets with what they would cost now.
        options: Vec<OptionView>,
    }
);

page!(
    /// `/i/{invoice}`.
    InvoicePage {
        /// The public key, to start again with.
        key: String,
        /// The invoice.
        invoice: InvoiceSnapshot,
    }
);
