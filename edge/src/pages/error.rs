//! Pages that say why there is nothing to pay here, and what to do.

use super::assets::AssetUrls;
use super::escape::escape;
use super::layout::Document;
use super::options::OptionError;

/// Why a page can't be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// No page has this address.
    NotFound,
    /// No such product, or not any more.
    ProductNotFound,
    /// No such invoice.
    InvoiceNotFound,
    /// The store has no payout address or takes no assets yet.
    StoreNotReady,
    /// The store does not let buyers name the amount, or not this one. Says why.
    AmountRefused(String),
    /// A parameter of the address is wrong.
    Option(OptionError),
    /// The store does not let this page hold its checkout.
    FramingRefused,
    /// Too few exchanges agree.
    RatesUnavailable,
    /// Too many requests; seconds to wait.
    TooMany(u32),
    /// A fault on our side.
    Internal,
}

impl PageError {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Option(_) => 400,
            Self::FramingRefused => 403,
            Self::NotFound | Self::ProductNotFound | Self::InvoiceNotFound => 404,
            Self::StoreNotReady | Self::AmountRefused(_) => 422,
            Self::TooMany(_) => 429,
            Self::Internal => 500,
            Self::RatesUnavailable => 503,
        }
    }
}

/// The page for an error. `request_id` is what the operator finds it by.
pub fn render_error(error: &PageError, request_id: &str, assets: &AssetUrls) -> String {
    let main = format!("<h1 class=\"title\">{}</h1>\n<p>Request: {}</p>\n", error.status(), escape(request_id));
    Document { title: "There is nothing to pay here", theme: "auto", embed: None, main, data: None }.render(assets)
}
