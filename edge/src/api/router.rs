//! Every route on one screen.

use crate::problem::{Code, Refusal};

/// A call, with the id in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the operation of the same name in openapi::routes")]
pub enum Call {
    CreateStore,
    IssueKey(String),
    CreateKey,
    ListKeys,
    RevokeKey(String),
    GetStore,
    UpdateStore,
    CreateProduct,
    ListProducts,
    GetProduct(String),
    UpdateProduct(String),
    DeleteProduct(String),
    CreateInvoice,
    ListInvoices,
    GetInvoice(String),
    CreateQuote(String),
    AnnounceTransaction(String),
    WatchInvoice(String),
    CancelInvoice(String),
    AcceptInvoice(String),
    CreateRefund(String),
    GetRates,
    CreateWebhookEndpoint,
    ListWebhookEndpoints,
    GetWebhookEndpoint(String),
    UpdateWebhookEndpoint(String),
    RotateWebhookSecret(String),
    DeleteWebhookEndpoint(String),
    ListWebhookDeliveries,
    RedeliverWebhook(String),
    ListEvents,
    GetHealth,
    GetOpenApi,
    ShowPayPage(String),
    SubmitPayPage(String),
    ShowInvoicePage(String),
    SubmitInvoicePage(String),
    ShowTheme(String),
    ShowLogo(String, String),
}

/// The call that a method and a path name.
#[expect(clippy::match_same_arms, reason = "a path's other methods stand beside it, in the order of the document")]
pub fn route(method: &str, path: &str) -> Result<Call, Refusal> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let id = |text: &str| text.to_owned();
    // Each path with the methods it knows; None at the end means that the path exists but not with this method.
    #[rustfmt::skip]
    let call = match (segments.as_slice(), method) {
        (["v1", "stores"], "POST")                                 => Some(Call::CreateStore),
        (["v1", "stores"], _)                                      => None,
        (["v1", "stores", store, "keys"], "POST")                  => Some(Call::IssueKey(id(store))),
        (["v1", "stores", _, "keys"], _)                           => None,
        (["v1", "keys"], "POST")                                   => Some(Call::CreateKey),
        (["v1", "keys"], "GET")                                    => Some(Call::ListKeys),
        (["v1", "keys"], _)                                        => None,
        (["v1", "keys", key], "DELETE")                            => Some(Call::RevokeKey(id(key))),
        (["v1", "keys", _], _)                                     => None,
        (["v1", "store"], "GET")                                   => Some(Call::GetStore),
        (["v1", "store"], "PATCH")                                 => Some(Call::UpdateStore),
        (["v1", "store"], _)                                       => None,
        (["v1", "products"], "POST")                               => Some(Call::CreateProduct),
        (["v1", "products"], "GET")                                => Some(Call::ListProducts),
        (["v1", "products"], _)                                    => None,
        (["v1", "products", product], "GET")                       => Some(Call::GetProduct(id(product))),
        (["v1", "products", product], "PATCH")                     => Some(Call::UpdateProduct(id(product))),
        (["v1", "products", product], "DELETE")                    => Some(Call::DeleteProduct(id(product))),
        (["v1", "products", _], _)                                 => None,
        (["v1", "invoices"], "POST")                               => Some(Call::CreateInvoice),
        (["v1", "invoices"], "GET")                                => Some(Call::ListInvoices),
        (["v1", "invoices"], _)                                    => None,
        (["v1", "invoices", invoice], "GET")                       => Some(Call::GetInvoice(id(invoice))),
        (["v1", "invoices", _], _)                                 => None,
        (["v1", "invoices", invoice, "quotes"], "POST")            => Some(Call::CreateQuote(id(invoice))),
        (["v1", "invoices", invoice, "transactions"], "POST")      => Some(Call::AnnounceTransaction(id(invoice))),
        (["v1", "invoices", invoice, "events"], "GET")             => Some(Call::WatchInvoice(id(invoice))),
        (["v1", "invoices", invoice, "cancel"], "POST")            => Some(Call::CancelInvoice(id(invoice))),
        (["v1", "invoices", invoice, "accept"], "POST")            => Some(Call::AcceptInvoice(id(invoice))),
        (["v1", "invoices", invoice, "refunds"], "POST")           => Some(Call::CreateRefund(id(invoice))),
        (["v1", "invoices", _, "quotes" | "transactions" | "events" | "cancel" | "accept" | "refunds"], _) => None,
        (["v1", "rates"], "GET")                                   => Some(Call::GetRates),
        (["v1", "rates"], _)                                       => None,
        (["v1", "webhook_endpoints"], "POST")                      => Some(Call::CreateWebhookEndpoint),
        (["v1", "webhook_endpoints"], "GET")                       => Some(Call::ListWebhookEndpoints),
        (["v1", "webhook_endpoints"], _)                           => None,
        (["v1", "webhook_endpoints", endpoint], "GET")             => Some(Call::GetWebhookEndpoint(id(endpoint))),
        (["v1", "webhook_endpoints", endpoint], "PATCH")           => Some(Call::UpdateWebhookEndpoint(id(endpoint))),
        (["v1", "webhook_endpoints", endpoint], "DELETE")          => Some(Call::DeleteWebhookEndpoint(id(endpoint))),
        (["v1", "webhook_endpoints", _], _)                        => None,
        (["v1", "webhook_endpoints", endpoint, "rotate_secret"], "POST") => Some(Call::RotateWebhookSecret(id(endpoint))),
        (["v1", "webhook_endpoints", _, "rotate_secret"], _)       => None,
        (["v1", "webhook_deliveries"], "GET")                      => Some(Call::ListWebhookDeliveries),
        (["v1", "webhook_deliveries"], _)                          => None,
        (["v1", "webhook_deliveries", delivery, "redeliver"], "POST") => Some(Call::RedeliverWebhook(id(delivery))),
        (["v1", "webhook_deliveries", _, "redeliver"], _)          => None,
        (["v1", "events"], "GET")                                  => Some(Call::ListEvents),
        (["v1", "events"], _)                                      => None,
        (["healthz"], "GET")                                       => Some(Call::GetHealth),
        (["healthz"], _)                                           => None,
        (["openapi.json"], "GET")                                  => Some(Call::GetOpenApi),
        (["openapi.json"], _)                                      => None,
        (["pay", target], "GET")                                   => Some(Call::ShowPayPage(id(target))),
        (["pay", target], "POST")                                  => Some(Call::SubmitPayPage(id(target))),
        (["pay", _], _)                                            => None,
        (["i", invoice], "GET")                                    => Some(Call::ShowInvoicePage(id(invoice))),
        (["i", invoice], "POST")                                   => Some(Call::SubmitInvoicePage(id(invoice))),
        (["i", _], _)                                              => None,
        (["theme", target], "GET")                                 => Some(Call::ShowTheme(id(target))),
        (["theme", _], _)                                          => None,
        (["logo", store, logo], "GET")                             => Some(Call::ShowLogo(id(store), id(logo))),
        (["logo", _, _], _)                                        => None,
        _ => return Err(Refusal::new(Code::NotFound, "there is nothing at this address; see /openapi.json")),
    };
    call.ok_or_else(|| Refusal::new(Code::MethodNotAllowed, format!("{method} is not allowed here; see /openapi.json")))
}

impl Call {
    /// True for what a person looks at: its errors are pages, not problems.
    pub const fn is_page(&self) -> bool {
        matches!(
            self,
            Self::ShowPayPage(_) | Self::SubmitPayPage(_) | Self::ShowInvoicePage(_) | Self::SubmitInvoicePage(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::routes::{Gives, ROUTES};

    /// The document's table and the router know the same calls by the same names.
    #[test]
    fn agrees_with_the_document() {
        for known in ROUTES.iter().filter(|known| known.gives != Gives::Script) {
            let mut path = String::new();
            for segment in known.path.split('/').skip(1) {
                path.push('/');
                path.push_str(if segment.starts_with('{') { "some_id" } else { segment });
            }
            let call = route(known.method.as_str(), &path).unwrap();
            let name = format!("{call:?}");
            let name = name.split('(').next().unwrap();
            assert_eq!(name.to_lowercase(), known.operation_id.to_lowercase(), "{path}");
            assert_eq!(route("PUT", &path).unwrap_err().code, Code::MethodNotAllowed, "{path}");
        }
        for path in [
            "",
            "/",
            "/v1",
            "/v1/",
            "/v1/store/",
            "/v2/store",
            "/v1/invoices/a/b",
            "/v1/invoices/a/quotes/b",
            "/pay",
            "/i/a/b",
        ] {
            assert_eq!(route("GET", path).unwrap_err().code, Code::NotFound, "{path}");
        }
    }
}
