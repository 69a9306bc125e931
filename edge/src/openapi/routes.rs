//! Every call of version 1 on one screen. The document is generated from this table, and the router's test compares
//! against it, so that neither can drift.

/// The methods that calls use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone. An invoice's unguessable id is its own key.
    Open,
    /// Anyone; with the store's secret key the answer holds all of it.
    OpenOrSecret,
    /// The store's public or secret key.
    PublicOrSecret,
    /// The store's secret key.
    Secret,
    /// The operator's token.
    Operator,
}

/// What answers a call: an object of the API, or something to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// JSON; errors are problem+json.
    Json,
    /// A WebSocket; errors are problem+json.
    WebSocket,
    /// A page; errors are pages too.
    Page,
    /// A style sheet or a picture, for any page; errors are problem+json.
    File,
    /// The loader: a static file that the platform serves before the Worker is asked.
    Script,
}

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: &'static str,
    /// Its name in the document.
    pub operation_id: &'static str,
    /// Who may call.
    pub auth: Auth,
    /// What it gives.
    pub gives: Gives,
    /// True if it takes a JSON body.
    pub body: bool,
}

const fn call(
    method: Method,
    path: &'static str,
    operation_id: &'static str,
    auth: Auth,
    gives: Gives,
    body: bool,
) -> Route {
    Route { method, path, operation_id, auth, gives, body }
}

use Auth::{Open, OpenOrSecret, Operator, PublicOrSecret, Secret};
use Gives::{File, Json, Page, Script, WebSocket};
use Method::{Delete, Get, Patch, Post};

/// All calls. Every POST of JSON takes an `Idempotency-Key`; a page's form carries a key of its own.
#[rustfmt::skip]
pub const ROUTES: [Route; 40] = [
    call(Post,   "/v1/stores",                              "createStore",            Operator,       Json,      true),
    call(Post,   "/v1/stores/{store_id}/keys",              "issueKey",               Operator,       Json,      true),
    call(Post,   "/v1/keys",                                "createKey",              Secret,         Json,      true),
    call(Get,    "/v1/keys",                                "listKeys",               Secret,         Json,      false),
    call(Delete, "/v1/keys/{key_id}",                       "revokeKey",              Secret,         Json,      false),
    call(Get,    "/v1/store",                               "getStore",               Secret,         Json,      false),
    call(Patch,  "/v1/store",                               "updateStore",            Secret,         Json,      true),
    call(Post,   "/v1/products",                            "createProduct",          Secret,         Json,      true),
    call(Get,    "/v1/products",                            "listProducts",           Secret,         Json,      false),
    call(Get,    "/v1/products/{product_id}",               "getProduct",             Secret,         Json,      false),
    call(Patch,  "/v1/products/{product_id}",               "updateProduct",          Secret,         Json,      true),
    call(Delete, "/v1/products/{product_id}",               "deleteProduct",          Secret,         Json,      false),
    call(Post,   "/v1/invoices",                            "createInvoice",          PublicOrSecret, Json,      true),
    call(Get,    "/v1/invoices",                            "listInvoices",           Secret,         Json,      false),
    call(Get,    "/v1/invoices/{invoice_id}",               "getInvoice",             OpenOrSecret,   Json,      false),
    call(Post,   "/v1/invoices/{invoice_id}/quotes",        "createQuote",            Open,           Json,      true),
    call(Post,   "/v1/invoices/{invoice_id}/transactions",  "announceTransaction",    Open,           Json,      true),
    call(Get,    "/v1/invoices/{invoice_id}/events",        "watchInvoice",           Open,           WebSocket, false),
    call(Post,   "/v1/invoices/{invoice_id}/cancel",        "cancelInvoice",          Secret,         Json,      false),
    call(Post,   "/v1/invoices/{invoice_id}/accept",        "acceptInvoice",          Secret,         Json,      false),
    call(Post,   "/v1/invoices/{invoice_id}/refunds",       "createRefund",           Secret,         Json,      true),
    call(Get,    "/v1/rates",                               "getRates",               Open,           Json,      false),
    call(Post,   "/v1/webhook_endpoints",                   "createWebhookEndpoint",  Secret,         Json,      true),
    call(Get,    "/v1/webhook_endpoints",                   "listWebhookEndpoints",   Secret,         Json,      false),
    call(Get,    "/v1/webhook_endpoints/{endpoint_id}",     "getWebhookEndpoint",     Secret,         Json,      false),
    call(Patch,  "/v1/webhook_endpoints/{endpoint_id}",     "updateWebhookEndpoint",  Secret,         Json,      true),
    call(Post,   "/v1/webhook_endpoints/{endpoint_id}/rotate_secret", "rotateWebhookSecret", Secret,  Json,      false),
    call(Delete, "/v1/webhook_endpoints/{endpoint_id}",     "deleteWebhookEndpoint",  Secret,         Json,      false),
    call(Get,    "/v1/webhook_deliveries",                  "listWebhookDeliveries",  Secret,         Json,      false),
    call(Post,   "/v1/webhook_deliveries/{delivery_id}/redeliver", "redeliverWebhook", Secret,        Json,      false),
    call(Get,    "/v1/events",                              "listEvents",             Secret,         Json,      false),
    call(Get,    "/healthz",                                "getHealth",              Open,           Json,      false),
    call(Get,    "/openapi.json",                           "getOpenApi",             Open,           Json,      false),
    call(Get,    "/groat.js",                               "getLoader",              Open,           Script,    false),
    call(Get,    "/pay/{target}",                           "showPayPage",            Open,           Page,      false),
    call(Post,   "/pay/{target}",                           "submitPayPage",          Open,           Page,      false),
    call(Get,    "/i/{invoice_id}",                         "showInvoicePage",        Open,           Page,      false),
    call(Post,   "/i/{invoice_id}",                         "submitInvoicePage",      Open,           Page,      false),
    call(Get,    "/theme/{style}",                          "showTheme",              Open,           File,      false),
    call(Get,    "/logo/{store_id}/{logo}",                 "showLogo",               Open,           File,      false),
];

/// The methods that a path knows, as the `Allow` header of a 405 lists them; empty for an unknown path.
pub fn allowed_methods(path: &str) -> String {
    routes_at(path).map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ")
}

/// The calls of a path.
pub fn routes_at(path: &str) -> impl Iterator<Item = &'static Route> {
    let segments: Vec<&str> = path.split('/').collect();
    ROUTES.iter().filter(move |route| {
        let known = route.path.split('/');
        known.clone().count() == segments.len()
            && known
                .zip(&segments)
                .all(|(known, given)| known == *given || (known.starts_with('{') && !given.is_empty()))
    })
}

/// The call that a method and a path name.
pub fn route_of(method: &str, path: &str) -> Option<&'static Route> {
    routes_at(path).find(|route| route.method.as_str() == method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_methods_of_a_path() {
        #[rustfmt::skip]
        let table: &[(&str, &str)] = &[
            ("/v1/store",                       "GET, PATCH"),
            ("/v1/products",                    "POST, GET"),
            ("/v1/products/prod_1",             "GET, PATCH, DELETE"),
            ("/v1/invoices/inv_1/quotes",       "POST"),
            ("/v1/invoices/inv_1/nothing",      ""),
            ("/v1/products/",                   ""),
            ("/healthz",                        "GET"),
            ("",                                ""),
        ];
        for (path, expected) in table {
            assert_eq!(allowed_methods(path), *expected, "{path}");
        }
    }
}
