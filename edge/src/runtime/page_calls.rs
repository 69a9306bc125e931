//! The pages: `/pay/…` makes nothing and touches no chain; `/i/…` shows an invoice as it stands. Their forms are in
//! `form_calls`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use groat_checkout::language::{self, Language};
use groat_core::id::{ApiKey, IdKind, StoreId};
use groat_core::theme::style_of_page;
use groat_core::wire::{InvoicePage, PayPage, PriceInput, StoreView, WalletConnectView};
use worker::{Env, Request};

use super::ask_store;
use super::calls::{options_for, page_snapshot};
use super::random::RuntimeEntropy;
use super::worker::{Reaction, clock, settled};
use crate::api::Call;
use crate::config::Config;
use crate::pages::{
    AssetUrls, Embed, ErrorContext, Others, PageError, PageOptions, Shown, error_style, render_error, render_invoice,
    render_pay, security_headers,
};
use crate::problem::{Code, Refusal};
use crate::store::{Command, Entropy, PageFacts, PayFacts, PayWhat, StoreRequest, WalletConnect};

/// What a `/pay` page shows is remembered this long: a seller's change of price shows within seconds, and a page that
/// thousands open at once asks its store once.
const PAY_FACTS_FRESH_MS: i64 = 5_000;
/// Pages remembered at once in one isolate.
const MAX_REMEMBERED: usize = 500;

thread_local! {
    static PAY_FACTS: RefCell<BTreeMap<String, (i64, PayFacts)>> = const { RefCell::new(BTreeMap::new()) };
}

/// A failed page, and who may frame it: nobody is known yet, so anyone sees why.
pub struct Failed(pub PageError);

impl From<Refusal> for Failed {
    fn from(_: Refusal) -> Self {
        Self(PageError::Internal)
    }
}

/// Answers a page. Errors are pages too.
pub async fn answer_page(env: &Env, request: &Request, call: Call, request_id: &str) -> Reaction {
    let url = request.url().ok();
    let own_origin = url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let query = url.as_ref().and_then(|url| url.query()).unwrap_or_default().to_owned();
    let page = async {
        let config = settled(env)?;
        let options = PageOptions::parse(&query).map_err(|error| Failed(PageError::Option(error)))?;
        let shown = Shown {
            form_key: new_form_key()?,
            act: options.act.clone(),
            language: language_of(request, options.locale.as_deref()),
            own_origin: own_origin.clone(),
            ..Shown::default()
        };
        match call {
            Call::ShowPayPage(target) => pay_page(env, &config, &options, &target, shown, request_id).await,
            Call::ShowInvoicePage(id) => invoice_page(env, &config, &options, &id, shown, request_id).await,
            _ => Err(Failed(PageError::NotFound)),
        }
    };
    match page.await {
        Ok(ReadyPage { body, others, style }) => {
            Reaction { status: 200, headers: security_headers(&own_origin, &others, &style), body }
        }
        Err(Failed(error)) => error_page(request, &error, request_id),
    }
}

/// The page that says why there is none.
pub fn error_page(request: &Request, error: &PageError, request_id: &str) -> Reaction {
    let url = request.url().ok();
    let own_origin = url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let query = url.as_ref().and_then(|url| url.query()).unwrap_or_default();
    let locale = PageOptions::parse_what_makes_sense(query).locale;
    let language = language_of(request, locale.as_deref());
    let context = ErrorContext { query, language, request_id, now_ms: clock() };
    let mut headers = security_headers(&own_origin, &Others::default(), &error_style(query));
    if let PageError::TooMany(seconds) = error {
        headers.push(("retry-after", seconds.to_string()));
    }
    Reaction { status: error.status(), headers, body: render_error(error, &context, &AssetUrls::built()) }
}

/// What a page is said in: what its address asks for, or what the browser accepts.
pub fn language_of(request: &Request, locale: Option<&str>) -> &'static Language {
    let accepted = request.headers().get("accept-language").ok().flatten();
    language::choose(locale, accepted.as_deref().unwrap_or_default())
}

/// Names one page; a double press of its form is known by it.
pub fn new_form_key() -> Result<String, Refusal> {
    RuntimeEntropy.bytes16().map(alloy_primitives::hex::encode)
}

/// A page, and what its headers say of it.
pub struct ReadyPage {
    /// HTML.
    pub body: String,
    /// With whom else it has to do.
    pub others: Others,
    /// The style that stands in it.
    pub style: String,
}

/// A page, or why there is none.
pub type Page = Result<ReadyPage, Failed>;

/// The page of a product or an open amount.
pub async fn pay_page(
    env: &Env,
    config: &Config,
    options: &PageOptions,
    target: &str,
    shown: Shown,
    request_id: &str,
) -> Page {
    let facts = pay_facts(env, options, target, request_id).await?;
    check_framing(options, &facts.page)?;
    let assets = AssetUrls::built();
    let theme = options.look(&facts.page.branding);
    let page = PayPage {
        kind: "pay".to_owned(),
        opening: options.opening(&facts.page.branding, clock()),
        key: facts.page.public_key.clone(),
        store: StoreView { name: facts.store_name },
        open_amount: facts.product.is_none(),
        product: facts.product,
        price: facts.price.into(),
        options: options_for(env, config, &facts.page, facts.price).await,
        walletconnect: walletconnect(&facts.page, &assets),
    };
    Ok(ReadyPage {
        body: render_pay(&page, Shown { theme, ..shown }, &assets),
        others: others(facts.page),
        style: style_of_page(&theme),
    })
}

/// What a `/pay` page is for, from memory or from its store.
pub async fn pay_facts(env: &Env, options: &PageOptions, target: &str, request_id: &str) -> Result<PayFacts, Failed> {
    let (store, what, name) = read_target(options, target)?;
    let now_ms = clock();
    let known = PAY_FACTS.with_borrow(|known| known.get(&name).cloned());
    if let Some((_, facts)) = known.filter(|(at_ms, _)| (0..PAY_FACTS_FRESH_MS).contains(&(now_ms - at_ms))) {
        return Ok(facts);
    }
    let command = Command::PayFacts { what };
    let request =
        StoreRequest { request_id: request_id.to_owned(), key: None, client: None, idempotency: None, command };
    let reply = ask_store(env, &store, &request).await?;
    if reply.status != 200 {
        return Err(Failed(page_error(&reply.body)));
    }
    let facts: PayFacts = serde_json::from_str(&reply.body).map_err(|error| Refusal::internal(&error))?;
    PAY_FACTS.with_borrow_mut(|known| {
        if known.len() >= MAX_REMEMBERED {
            known.retain(|_, (at_ms, _)| now_ms - *at_ms < PAY_FACTS_FRESH_MS);
        }
        if known.len() < MAX_REMEMBERED {
            known.insert(name, (now_ms, facts.clone()));
        }
    });
    Ok(facts)
}

/// A product's id, or a public key with an amount.
fn read_target(options: &PageOptions, target: &str) -> Result<(StoreId, PayWhat, String), Failed> {
    if let Ok(store) = IdKind::Product.store_of(target) {
        return Ok((store, PayWhat::Product(target.to_owned()), target.to_owned()));
    }
    let key = ApiKey::parse(target).ok_or(Failed(PageError::ProductNotFound))?;
    let (Some(amount), Some(currency)) = (options.amount.clone(), options.currency.clone()) else {
        return Err(Failed(PageError::AmountRefused("give ?amount=5.00&currency=EUR".to_owned())));
    };
    let name = format!("{target}/{amount}/{currency}");
    let price = PriceInput { amount, currency };
    Ok((key.store, PayWhat::OpenAmount { key: target.to_owned(), price }, name))
}

/// The page of an invoice.
pub async fn invoice_page(
    env: &Env,
    config: &Config,
    options: &PageOptions,
    id: &str,
    shown: Shown,
    request_id: &str,
) -> Page {
    let store = IdKind::Invoice.store_of(id).map_err(|_| Failed(PageError::InvoiceNotFound))?;
    let command = Command::GetInvoice { id: id.to_owned() };
    let request =
        StoreRequest { request_id: request_id.to_owned(), key: None, client: None, idempotency: None, command };
    let reply = ask_store(env, &store, &request).await?;
    if reply.status != 200 {
        return Err(Failed(PageError::InvoiceNotFound));
    }
    let facts = reply.page.clone().ok_or_else(|| Refusal::internal(&"a snapshot without its page"))?;
    check_framing(options, &facts)?;
    let assets = AssetUrls::built();
    let theme = options.look(&facts.branding);
    let page = InvoicePage {
        kind: "invoice".to_owned(),
        opening: options.opening(&facts.branding, clock()),
        key: facts.public_key.clone(),
        invoice: page_snapshot(env, config, &reply).await?,
        walletconnect: walletconnect(&facts, &assets),
    };
    Ok(ReadyPage {
        body: render_invoice(&page, Shown { theme, ..shown }, &assets),
        others: others(facts),
        style: style_of_page(&theme),
    })
}

/// What the checkout needs to offer WalletConnect, where the store has set it up.
fn walletconnect(facts: &PageFacts, assets: &AssetUrls) -> Option<WalletConnectView> {
    facts.walletconnect.clone().map(|WalletConnect { project_id, relay_url }| WalletConnectView {
        project_id,
        relay_url,
        script: assets.walletconnect_js.clone(),
        wasm: assets.walletconnect_wasm.clone(),
    })
}

fn others(facts: PageFacts) -> Others {
    Others { frames: facts.allowed_origins, relay: facts.walletconnect.map(|walletconnect| walletconnect.relay_url) }
}

/// The browser enforces the same by `frame-ancestors`; this only says it in words.
fn check_framing(options: &PageOptions, facts: &PageFacts) -> Result<(), Failed> {
    let is_framed = options.embed.is_some_and(|embed| matches!(embed, Embed::Modal | Embed::Inline));
    let origin = options.origin.as_ref().filter(|_| is_framed);
    match origin {
        Some(origin) if !facts.allowed_origins.is_empty() && !facts.allowed_origins.contains(origin) => {
            Err(Failed(PageError::FramingRefused))
        }
        _ => Ok(()),
    }
}

/// The page for a problem of the store.
fn page_error(body: &str) -> PageError {
    let problem: Option<groat_core::wire::Problem> = serde_json::from_str(body).ok();
    let is = |code: Code| problem.as_ref().is_some_and(|problem| problem.code == code.as_str());
    let detail = || problem.as_ref().map(|problem| problem.detail.clone()).unwrap_or_default();
    if is(Code::NotFound) || is(Code::KeyInvalid) {
        PageError::ProductNotFound
    } else if is(Code::PayoutAddressMissing) {
        PageError::StoreNotReady
    } else if is(Code::AmountInvalid) || is(Code::OpenAmountNotAllowed) {
        PageError::AmountRefused(detail())
    } else {
        PageError::Internal
    }
}
