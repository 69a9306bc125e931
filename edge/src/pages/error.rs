//! Pages that say why there is nothing to pay here, and what to do. They carry the checkout too: in a frame only it can
//! draw the button that closes it.

use groat_checkout::language::Language;
use groat_checkout::text::{Text, speaking};
use groat_core::theme::style_of_page;
use groat_core::wire::{Branding, Opening};
use serde::Serialize;

use super::assets::AssetUrls;
use super::form::FormError;
use super::options::{OptionError, PageOptions};
use super::render::{Shown, render};

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
    /// A form was sent from another site.
    FromElsewhere,
    /// A form was not one of ours.
    Form(FormError),
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
            Self::Option(_) | Self::Form(_) => 400,
            Self::FramingRefused | Self::FromElsewhere => 403,
            Self::NotFound | Self::ProductNotFound | Self::InvoiceNotFound => 404,
            Self::StoreNotReady | Self::AmountRefused(_) => 422,
            Self::TooMany(_) => 429,
            Self::Internal => 500,
            Self::RatesUnavailable => 503,
        }
    }

    /// The stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Option(_) => "parameter_invalid",
            Self::Form(_) => "body_invalid",
            Self::FramingRefused | Self::FromElsewhere => "origin_not_allowed",
            Self::NotFound | Self::ProductNotFound | Self::InvoiceNotFound => "not_found",
            Self::StoreNotReady => "payout_address_missing",
            Self::AmountRefused(_) => "amount_invalid",
            Self::TooMany(_) => "rate_limited",
            Self::Internal => "internal",
            Self::RatesUnavailable => "rates_unavailable",
        }
    }

    /// What went wrong and what to do.
    fn detail(&self) -> String {
        match self {
            Self::NotFound => Text::PageNotFound.into(),
            Self::ProductNotFound => Text::ProductGone.into(),
            Self::InvoiceNotFound => Text::PaymentNotFound.into(),
            Self::StoreNotReady => Text::StoreNotReady.into(),
            // What exactly is wrong is for whoever made the page or the link, and in English like the API.
            Self::AmountRefused(why) => Text::AmountRefused.with(&[why]),
            Self::Option(error) => Text::LinkWrong.with(&[&error.to_string()]),
            Self::FramingRefused => Text::FramingRefused.into(),
            Self::FromElsewhere => Text::FromElsewhere.into(),
            Self::Form(error) => Text::FormWrong.with(&[&error.to_string()]),
            Self::RatesUnavailable => Text::NoPrices.into(),
            Self::TooMany(seconds) => Text::TooMany.with(&[&seconds.to_string()]),
            Self::Internal => Text::OurFault.into(),
        }
    }
}

/// What an error page is an answer to.
#[derive(Debug, Clone, Copy)]
pub struct ErrorContext<'a> {
    /// The query of the address, read as far as it makes sense.
    pub query: &'a str,
    /// What the page is said in.
    pub language: &'static Language,
    /// What the operator finds it by in the log.
    pub request_id: &'a str,
    /// The edge's clock.
    pub now_ms: i64,
}

/// What the checkout starts from: the same frame as on the other pages, and the problem.
#[derive(Serialize)]
struct ProblemPage<'a> {
    kind: &'static str,
    #[serde(flatten)]
    opening: Opening,
    problem: PageProblem<'a>,
}

#[derive(Serialize)]
struct PageProblem<'a> {
    code: &'static str,
    title: &'static str,
    detail: String,
    request_id: &'a str,
}

/// The page for an error.
pub fn render_error(error: &PageError, context: &ErrorContext<'_>, assets: &AssetUrls) -> String {
    let options = PageOptions::parse_what_makes_sense(context.query);
    let language = context.language;
    let branding = Branding::default();
    let problem = speaking(language.translation(), || PageProblem {
        code: error.code(),
        title: Text::MissingTitle.get(),
        detail: error.detail(),
        request_id: context.request_id,
    });
    let data = ProblemPage { kind: "problem", opening: options.opening(&branding, context.now_ms), problem };
    render(&data, Shown { language, theme: options.look(&branding), ..Shown::default() }, assets)
}

/// The style that stands in the page for an error: no store is known, so only what its address asks for.
pub fn error_style(query: &str) -> String {
    style_of_page(&PageOptions::parse_what_makes_sense(query).look(&Branding::default()))
}
