//! What each call is for, takes and gives: all that the routes and the types don't say themselves.

use serde_json::{Value, json};

use crate::problem::Code::{
    self, AddressInvalid, AmountInvalid, AssetNotAccepted, AssetOffPeg, FieldInvalid, Internal, InvoiceState, KeyLast,
    KeyNotAllowed, LimitReached, NetworkUnavailable, NotFound, OpenAmountNotAllowed, PayoutAddressMissing, RateLimited,
    RatesUnavailable, WebhookUrlInvalid,
};

/// A call's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// None.
    Empty,
    /// JSON of this type.
    Json(&'static str),
    /// What a page's form sends.
    Form,
}

/// A good answer. The names are those of wire types.
#[derive(Debug, Clone, Copy)]
pub enum Good {
    /// 201
    Made(&'static str),
    /// 201 with an invoice.
    MadeInvoice,
    /// 200
    Here(&'static str),
    /// 200 with an invoice.
    HereInvoice,
    /// 202 with an invoice.
    TakenInvoice,
    /// 204
    Gone,
    /// 304
    Unchanged,
    /// 101
    Switching,
    /// 200 with HTML.
    Page(&'static str),
    /// 303 to another page.
    LedOn,
    /// 200 with this document.
    Document,
    /// 200 with JavaScript.
    Script,
    /// 200 with CSS.
    Style,
    /// 200 with a picture.
    Picture,
}

/// A call as the document tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub tag: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    pub body: Body,
    pub good: &'static [Good],
    /// Shared parameters beside those of the path.
    pub parameters: &'static [&'static str],
    /// Problems beside those that every call of its kind can meet.
    pub codes: &'static [Code],
    /// Error pages: status and meaning.
    pub pages: &'static [(u16, &'static str)],
}

const NOTHING: Operation = Operation {
    tag: "",
    summary: "",
    description: "",
    body: Body::Empty,
    good: &[],
    parameters: &[],
    codes: &[],
    pages: &[],
};

const LIST: &[&str] = &["Cursor", "Limit"];

/// The groups that calls stand in.
pub fn tags() -> Value {
    json!([
        {"name": "Stores", "description": "One seller's settings, keys and data."},
        {"name": "Products", "description": "Items that are priced on the server, with what is delivered when one is paid."},
        {"name": "Invoices", "description": "Requests for one payment each. Nothing but chain evidence makes one paid, except the seller's own recorded act."},
        {"name": "Rates", "description": "What coins cost: the median of the exchanges that agree."},
        {"name": "Webhooks", "description": "Where events are sent, every attempt, and the log for whoever missed one."},
        {"name": "Service", "description": "The deployment itself."},
        {"name": "Pages", "description": "What buyers see, and the script that sellers paste."},
    ])
}

/// What there is to say of a call.
pub fn operation(id: &str) -> Operation {
    let found = OPERATIONS.iter().find(|(known, _)| *known == id);
    found.unwrap_or_else(|| panic!("the call {id} is not described")).1
}

#[rustfmt::skip]
const OPERATIONS: &[(&str, Operation)] = &[
    ("createStore", Operation {
        tag: "Stores",
        summary: "Make a store",
        description: "Gives its public and its secret key. The secret key is shown only here: with an `Idempotency-Key` the same request shows it again.",
        body: Body::Json("StoreCreate"),
        good: &[Good::Made("StoreCreated")],
        codes: &[FieldInvalid],
        ..NOTHING
    }),
    ("issueKey", Operation {
        tag: "Stores",
        summary: "Make a key for a store that has lost its own",
        description: "With the operator's token. The key is shown only here, and not again for the same `Idempotency-Key`. The store's other keys stay valid until one of its secret keys revokes them.",
        body: Body::Json("KeyCreate"),
        good: &[Good::Made("KeyCreated")],
        codes: &[FieldInvalid, LimitReached],
        ..NOTHING
    }),
    ("createKey", Operation {
        tag: "Stores",
        summary: "Make a further key",
        description: "A secret one for another server, one that only reads, or a public one. The key is shown only here, and not again for the same `Idempotency-Key`.",
        body: Body::Json("KeyCreate"),
        good: &[Good::Made("KeyCreated")],
        codes: &[FieldInvalid, LimitReached],
        ..NOTHING
    }),
    ("listKeys", Operation {
        tag: "Stores",
        summary: "List keys",
        description: "Never the keys themselves.",
        good: &[Good::Here("KeyList")],
        parameters: LIST,
        ..NOTHING
    }),
    ("revokeKey", Operation {
        tag: "Stores",
        summary: "Revoke a key",
        description: "At once. The last secret key with the scope `full` and the last public key stay.",
        good: &[Good::Gone],
        codes: &[KeyLast],
        ..NOTHING
    }),
    ("getStore", Operation { tag: "Stores", summary: "Read the settings", good: &[Good::Here("Store")], ..NOTHING }),
    ("updateStore", Operation {
        tag: "Stores",
        summary: "Change settings",
        description: "What is absent stays as it is.",
        body: Body::Json("StoreUpdate"),
        good: &[Good::Here("Store")],
        codes: &[FieldInvalid, AmountInvalid, AssetNotAccepted, AddressInvalid],
        ..NOTHING
    }),
    ("createProduct", Operation {
        tag: "Products",
        summary: "Make a product",
        body: Body::Json("ProductCreate"),
        good: &[Good::Made("Product")],
        codes: &[FieldInvalid, AmountInvalid],
        ..NOTHING
    }),
    ("listProducts", Operation {
        tag: "Products",
        summary: "List products",
        good: &[Good::Here("ProductList")],
        parameters: LIST,
        ..NOTHING
    }),
    ("getProduct", Operation { tag: "Products", summary: "Read a product", good: &[Good::Here("Product")], ..NOTHING }),
    ("updateProduct", Operation {
        tag: "Products",
        summary: "Change a product",
        description: "What is absent stays as it is. Invoices that were made before keep their price.",
        body: Body::Json("ProductUpdate"),
        good: &[Good::Here("Product")],
        codes: &[FieldInvalid, AmountInvalid],
        ..NOTHING
    }),
    ("deleteProduct", Operation {
        tag: "Products",
        summary: "Take a product off sale",
        description: "Invoices that sold it keep what they need of it.",
        good: &[Good::Gone],
        ..NOTHING
    }),
    ("createInvoice", Operation {
        tag: "Invoices",
        summary: "Make an invoice",
        description: "For a product, or for a price: with the public key only where the store allows open amounts. `metadata` and `redirect_url` need the secret key. With `asset` it is quoted at once.",
        body: Body::Json("InvoiceCreate"),
        good: &[Good::MadeInvoice],
        codes: &[
            KeyNotAllowed,
            NotFound,
            FieldInvalid,
            AmountInvalid,
            AssetNotAccepted,
            PayoutAddressMissing,
            OpenAmountNotAllowed,
            NetworkUnavailable,
            AssetOffPeg,
            RatesUnavailable,
        ],
        ..NOTHING
    }),
    ("listInvoices", Operation {
        tag: "Invoices",
        summary: "List invoices",
        good: &[Good::Here("InvoiceList")],
        parameters: &["Status", "Cursor", "Limit"],
        ..NOTHING
    }),
    ("getInvoice", Operation {
        tag: "Invoices",
        summary: "Read an invoice",
        description: "Without a key the public view; with the secret key all of it. A snapshot with a smaller `version` than one you have is older: drop it.",
        good: &[Good::HereInvoice, Good::Unchanged],
        parameters: &["IfNoneMatch"],
        ..NOTHING
    }),
    ("createQuote", Operation {
        tag: "Invoices",
        summary: "Lock the amount of one asset",
        description: "Gives the invoice with its quote: amount, deposit address, payment URIs, the call for a wallet, and until when it holds. The same asset again gives the same amount.",
        body: Body::Json("QuoteCreate"),
        good: &[Good::MadeInvoice],
        codes: &[InvoiceState, AmountInvalid, AssetNotAccepted, LimitReached, NetworkUnavailable, RatesUnavailable],
        ..NOTHING
    }),
    ("announceTransaction", Operation {
        tag: "Invoices",
        summary: "Tell of a transaction",
        description: "A hint to look at once; never proof. What counts is what arrives on the chain.",
        body: Body::Json("TransactionHint"),
        good: &[Good::TakenInvoice],
        codes: &[FieldInvalid],
        ..NOTHING
    }),
    ("watchInvoice", Operation {
        tag: "Invoices",
        summary: "Follow an invoice",
        description: "A WebSocket that sends a snapshot at once and on each change. Where that is not possible, poll `GET /v1/invoices/{invoice_id}` with `If-None-Match`.",
        good: &[Good::Switching],
        parameters: &["Upgrade"],
        ..NOTHING
    }),
    ("cancelInvoice", Operation {
        tag: "Invoices",
        summary: "Call an invoice off",
        description: "Money that arrives afterwards is credited and flagged as late.",
        good: &[Good::HereInvoice],
        codes: &[InvoiceState],
        ..NOTHING
    }),
    ("acceptInvoice", Operation {
        tag: "Invoices",
        summary: "Take what has arrived as full payment",
        description: "The seller's recorded act: settles an exception.",
        good: &[Good::HereInvoice],
        codes: &[InvoiceState],
        ..NOTHING
    }),
    ("createRefund", Operation {
        tag: "Invoices",
        summary: "Record money sent back",
        description: "Groat never moves money: send it with your own wallet, then record its transaction here. The buyer sees it; the status does not change.",
        body: Body::Json("RefundCreate"),
        good: &[Good::MadeInvoice],
        codes: &[InvoiceState, AssetNotAccepted, AmountInvalid, FieldInvalid],
        ..NOTHING
    }),
    ("getRates", Operation {
        tag: "Rates",
        summary: "Read the rates",
        description: "Each with its sources and their age. A rate is null where fewer than two sources agree within 2 %.",
        good: &[Good::Here("RatesView")],
        parameters: &["Currency"],
        ..NOTHING
    }),
    ("createWebhookEndpoint", Operation {
        tag: "Webhooks",
        summary: "Send events to an address",
        description: "Gives the secret that verifies signatures; it is shown only here.",
        body: Body::Json("WebhookEndpointCreate"),
        good: &[Good::Made("WebhookEndpointCreated")],
        codes: &[FieldInvalid, WebhookUrlInvalid, LimitReached],
        ..NOTHING
    }),
    ("listWebhookEndpoints", Operation {
        tag: "Webhooks",
        summary: "List webhook endpoints",
        good: &[Good::Here("WebhookEndpointList")],
        parameters: LIST,
        ..NOTHING
    }),
    ("getWebhookEndpoint", Operation {
        tag: "Webhooks",
        summary: "Read a webhook endpoint",
        good: &[Good::Here("WebhookEndpoint")],
        ..NOTHING
    }),
    ("updateWebhookEndpoint", Operation {
        tag: "Webhooks",
        summary: "Switch an endpoint on or off",
        description: "Nothing is queued for one that is off, and what waited for it is given up; the event log has it all.",
        body: Body::Json("WebhookEndpointUpdate"),
        good: &[Good::Here("WebhookEndpoint")],
        ..NOTHING
    }),
    ("rotateWebhookSecret", Operation {
        tag: "Webhooks",
        summary: "Change the secret",
        description: "Gives a new secret, shown only here. For 24 hours deliveries carry two signatures, of the new secret and of the one before; then one.",
        good: &[Good::Here("WebhookEndpointCreated")],
        ..NOTHING
    }),
    ("deleteWebhookEndpoint", Operation {
        tag: "Webhooks",
        summary: "Send nothing more to an address",
        description: "What was still to be sent there is given up.",
        good: &[Good::Gone],
        ..NOTHING
    }),
    ("listWebhookDeliveries", Operation {
        tag: "Webhooks",
        summary: "List deliveries",
        description: "Every event on its way to every endpoint, with its tries.",
        good: &[Good::Here("WebhookDeliveryList")],
        parameters: LIST,
        ..NOTHING
    }),
    ("redeliverWebhook", Operation {
        tag: "Webhooks",
        summary: "Send an event again",
        description: "At once, whatever became of it, with the same event id.",
        good: &[Good::Here("WebhookDelivery")],
        ..NOTHING
    }),
    ("listEvents", Operation {
        tag: "Webhooks",
        summary: "Read the event log",
        description: "The bodies of all webhooks, oldest first, whether an endpoint took them or not. To catch up, give the id of the last event you have handled as `cursor`.",
        good: &[Good::Here("WebhookEventLog")],
        parameters: &["EventCursor", "Limit"],
        ..NOTHING
    }),
    ("getHealth", Operation {
        tag: "Service",
        summary: "Is it up?",
        description: "200 as long as it answers; `status` says `degraded` where a chain can't be reached.",
        good: &[Good::Here("Health")],
        ..NOTHING
    }),
    ("getOpenApi", Operation { tag: "Service", summary: "This document", good: &[Good::Document], ..NOTHING }),
    ("getLoader", Operation {
        tag: "Pages",
        summary: "The script that sellers paste",
        description: "`<script async src=\"…/groat.js\" data-key=\"pk_…\"></script>`",
        good: &[Good::Script],
        ..NOTHING
    }),
    ("showPayPage", Operation {
        tag: "Pages",
        summary: "Pay for a product, or an amount",
        description: "A payment link, and what the loader opens in a frame. Makes nothing until an asset is chosen.",
        good: &[Good::Page("The price, and what it comes to in each asset.")],
        parameters: &["amount", "currency"],
        pages: &[
            (400, "A parameter is wrong."),
            (403, "The store does not allow its checkout on that page."),
            (404, "There is no such product or key."),
            (422, "The amount is refused, or the store has no payout address."),
            (429, "Too many requests from one connection."),
            (500, "A fault on our side."),
        ],
        ..NOTHING
    }),
    ("submitPayPage", Operation {
        tag: "Pages",
        summary: "Choose an asset without scripts",
        description: "The form of the page. `do` is `choose:` and an asset, which makes the invoice with its quote, or \
                      another control of the page; `key` is the page's own, so that a form sent twice makes one invoice.",
        body: Body::Form,
        good: &[Good::LedOn],
        parameters: &["amount", "currency"],
        pages: &[
            (400, "A parameter or field is wrong."),
            (403, "The form came from another site."),
            (404, "There is no such product or key."),
            (409, "The page's key came with something else."),
            (422, "The asset or amount is refused, or the store has no payout address."),
            (429, "Too many requests, or unpaid invoices, from one connection."),
            (500, "A fault on our side."),
            (503, "Prices, or the network, can't be had right now."),
        ],
        ..NOTHING
    }),
    ("showInvoicePage", Operation {
        tag: "Pages",
        summary: "An invoice as it stands",
        description: "Readable and payable without any script.",
        good: &[Good::Page("The invoice.")],
        pages: &[
            (400, "A parameter is wrong."),
            (403, "The store does not allow its checkout on that page."),
            (404, "There is no such invoice."),
            (429, "Too many requests from one connection."),
            (500, "A fault on our side."),
        ],
        ..NOTHING
    }),
    ("submitInvoicePage", Operation {
        tag: "Pages",
        summary: "Choose again, or ask for a new amount, without scripts",
        description: "The form of the page. `do` is the control that was pressed; `key` is the page's own.",
        body: Body::Form,
        good: &[Good::LedOn],
        pages: &[
            (400, "A parameter or field is wrong."),
            (403, "The form came from another site."),
            (404, "There is no such invoice."),
            (409, "The invoice does not allow this now."),
            (422, "The asset is refused."),
            (429, "Too many requests from one connection."),
            (500, "A fault on our side."),
            (503, "Prices, or the network, can't be had right now."),
        ],
        ..NOTHING
    }),
    ("showTheme", Operation {
        tag: "Pages",
        summary: "The store's look, for the seller's own page",
        description: "Every token as a custom property `--groat-…`, and the button `.groat-button` in them. Kept for five minutes.",
        good: &[Good::Style],
        parameters: &["theme"],
        codes: &[NotFound, RateLimited, Internal],
        ..NOTHING
    }),
    ("showLogo", Operation {
        tag: "Pages",
        summary: "The store's logo",
        description: "At the address that `branding.logo` of `GET /v1/store` names. It never changes: another logo has another address.",
        good: &[Good::Picture],
        codes: &[NotFound, RateLimited, Internal],
        ..NOTHING
    }),
];
