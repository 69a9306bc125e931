//! Making invoices and quotes: where a price becomes an amount at an address.

use std::collections::BTreeMap;

use groat_core::asset::{AssetId, asset_info};
use groat_core::evm::Deposit;
use groat_core::id::{IdKind, StoreId};
use groat_core::invoice::{Event, FULL_SHARE, Invoice, ProductCopy, Quote, Settlement, Terms};
use groat_core::money::{Price, Rate};
use groat_core::planted::{self, Bug};
use groat_core::quote::{quoted_amount, quoted_part};
use groat_core::time::MINUTE_MS;
use groat_core::wire::InvoiceCreate;

use super::command::{PayFacts, PayWhat, QuoteRates, Reply};
use super::invoices::page_facts;
use super::keys::Caller;
use super::products::{StoredProduct, check_link};
use super::settings::{Settings, check_price, check_text};
use super::{Store, to_json};
use crate::problem::{Code, Refusal};
use crate::rates::{PegError, check_peg};
use crate::sql::Sql;

/// Versions of an invoice up to which its buyer may still choose: going back and forth between coins adds one each time,
/// and each is stored for ever.
const MAX_VERSION_TO_CHOOSE: u64 = 60;
const MAX_REFERENCE_CHARACTERS: usize = 200;
const MAX_METADATA_ENTRIES: usize = 20;
const MAX_METADATA_KEY_CHARACTERS: usize = 40;
const MAX_METADATA_VALUE_CHARACTERS: usize = 500;

/// What an invoice asks for, once it is settled who may ask it.
struct Ask {
    price: Price,
    product: Option<StoredProduct>,
}

impl<S: Sql> Store<'_, S> {
    /// (1) Checks what is asked and by whom, and that a page's client has a place free, (2) asks for rates if an asset is to be quoted, (3) makes the invoice,
    /// (4) quotes it.
    pub(super) fn create_invoice(
        &mut self,
        settings: &Settings,
        caller: Caller,
        create: InvoiceCreate,
        rates: Option<&QuoteRates>,
    ) -> Result<Reply, Refusal> {
        // (1)
        caller.require_key()?;
        if caller == Caller::Page {
            for (param, given) in
                [("metadata", create.metadata.is_some()), ("redirect_url", create.redirect_url.is_some())]
            {
                if given {
                    let detail = format!("{param} can be set with the secret key only, from your server");
                    return Err(Refusal::of(Code::KeyNotAllowed, param, detail));
                }
            }
        }
        let ask = self.resolve(settings, caller, &create)?;
        let payout = settings.evm_payout.ok_or_else(payout_missing)?;
        let place = if caller == Caller::Page { Some(self.find_place()?) } else { None };
        let asset = create.asset.as_deref().map(|text| accepted_asset(settings, text)).transpose()?;
        // (2)
        let locked = match asset {
            Some(asset) => match locked_rate(settings, asset, ask.price, rates)? {
                Some(rate) => Some(Asking { asset, rate, unasked: false }),
                None => return Ok(needs_rates(ask.price)),
            },
            None => None,
        };
        // (3)
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        let id = IdKind::Invoice.from_random(&store, self.entropy.bytes16()?);
        let product = ask.product.map(|product| ProductCopy {
            id: product.id,
            name: product.name,
            description: product.description,
        });
        let terms = Terms {
            deposit: Deposit::for_invoice(if planted::is(Bug::AddressReused) { &settings.id } else { &id }, payout),
            id,
            product,
            price: ask.price,
            reference: check_reference(create.reference)?,
            metadata: check_metadata(create.metadata)?,
            redirect_url: create.redirect_url.map(|url| check_link("redirect_url", &url)).transpose()?,
            tolerance_basis_points: settings.tolerance_basis_points,
            top_up_ms: i64::from(settings.top_up_minutes) * MINUTE_MS,
            late_grace_ms: i64::from(settings.late_grace_minutes) * MINUTE_MS,
            created_at_ms: self.now_ms,
            expires_at_ms: self.now_ms + settings.window_ms(),
        };
        let created = Event::Created { terms: Box::new(terms.clone()) };
        let first = Invoice::create(terms);
        // (4)
        let invoice = match locked {
            None => self.store_transitions(settings, None, &[(first, &created)])?,
            Some(asking) => {
                let quoted = self.quote(settings, &store, &first.invoice, asking)?;
                let second = first.invoice.apply(&quoted, self.now_ms)?;
                let second = second.ok_or_else(|| Refusal::internal(&"a new quote changed nothing"))?;
                let invoice = self.store_transitions(settings, None, &[(first, &created), (second, &quoted)])?;
                self.enqueue_watches(&invoice, asking.asset.chain)?;
                invoice
            }
        };
        if let Some(place) = place {
            self.take_place(place, &invoice.terms.id, invoice.terms.expires_at_ms)?;
        }
        self.invoice_reply(settings, &invoice, caller, 201)
    }

    /// Quotes an asset for an open invoice. The same asset again gives the same amount as long as it is locked, and then a
    /// new one, for what is still owed; either becomes the one shown.
    pub(super) fn create_quote(
        &mut self,
        settings: &Settings,
        caller: Caller,
        id: &str,
        asset: &str,
        rates: Option<&QuoteRates>,
    ) -> Result<Reply, Refusal> {
        let invoice = self.invoice(id)?;
        let asset = accepted_asset(settings, asset)?;
        if invoice.version >= MAX_VERSION_TO_CHOOSE {
            let detail = "This payment was changed too often. Pay the amount that is shown, or begin a new payment.";
            return Err(Refusal::new(Code::LimitReached, detail));
        }
        let holds = |quote: &&Quote| !quote.unasked && self.now_ms < quote.expires_at_ms;
        if let Some(quote) = invoice.quote_for(asset).filter(holds).cloned() {
            let event = Event::Quoted { quote: Box::new(quote) };
            let shown = self.advance(settings, &invoice, &event)?.unwrap_or(invoice);
            return self.invoice_reply(settings, &shown, caller, 201);
        }
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        match locked_rate(settings, asset, invoice.terms.price, rates)? {
            None => Ok(needs_rates(invoice.terms.price)),
            Some(rate) => {
                let asking = Asking { asset, rate, unasked: false };
                let invoice = self.add_quote(settings, &store, &invoice, asking)?;
                self.invoice_reply(settings, &invoice, caller, 201)
            }
        }
    }

    /// Locks an amount for what is still owed, and asks for watches.
    pub(super) fn add_quote(
        &mut self,
        settings: &Settings,
        store: &StoreId,
        invoice: &Invoice,
        asking: Asking,
    ) -> Result<Invoice, Refusal> {
        let event = self.quote(settings, store, invoice, asking)?;
        let quoted = self.advance(settings, invoice, &event)?;
        let quoted = quoted.ok_or_else(|| Refusal::internal(&"a new quote changed nothing"))?;
        self.enqueue_watches(&quoted, asking.asset.chain)?;
        Ok(quoted)
    }

    /// The amount for what is still owed, as an event that has not happened yet.
    fn quote(
        &mut self,
        settings: &Settings,
        store: &StoreId,
        invoice: &Invoice,
        asking: Asking,
    ) -> Result<Event, Refusal> {
        let Asking { asset, rate, unasked } = asking;
        let price = invoice.terms.price;
        let info = asset_info(asset).ok_or_else(|| Refusal::internal(&format!("{asset} left the registry")))?;
        // The first quote of an asset is for all of it, also where other assets have paid a part: a part more or less of
        // those then changes what is owed, not what was locked.
        let is_first = invoice.quote_for(asset).is_none();
        let share = if is_first { FULL_SHARE } else { Settlement::of(invoice).owed().max(1) };
        let amount = quoted_part(price, share, rate, info)
            .map_err(|error| Refusal::of(Code::AmountInvalid, "price.amount", error.to_string()))?;
        let locked_until_ms = self.now_ms + i64::from(settings.quote_minutes) * MINUTE_MS;
        let quote = Quote {
            id: IdKind::Quote.from_random(store, self.entropy.bytes16()?),
            asset,
            amount,
            share,
            unasked,
            rate,
            confirmations_required: settings.confirmations_on(asset.chain, price, self.platform),
            created_at_ms: self.now_ms,
            // A quote that was locked early holds to the end of the window, if that is what the store set.
            expires_at_ms: locked_until_ms.min(invoice.closes_at_ms()),
        };
        Ok(Event::Quoted { quote: Box::new(quote) })
    }

    /// What a `/pay` page shows. Nothing is made.
    pub(super) fn pay_facts(&mut self, settings: &Settings, what: PayWhat) -> Result<String, Refusal> {
        let (caller, create) = match what {
            PayWhat::Product(id) => (Caller::Page, InvoiceCreate { product: Some(id), ..InvoiceCreate::default() }),
            PayWhat::OpenAmount { key, price } => {
                let caller = self.caller(Some(&key))?;
                (caller, InvoiceCreate { price: Some(price), ..InvoiceCreate::default() })
            }
        };
        let ask = self.resolve(settings, caller, &create)?;
        if settings.evm_payout.is_none() {
            return Err(payout_missing());
        }
        to_json(&PayFacts {
            store_name: settings.name.clone(),
            product: ask.product.as_ref().map(StoredProduct::public_view),
            price: ask.price,
            page: page_facts(settings),
        })
    }

    /// The price: the server's for a product, the request's for the seller, the buyer's only where the store lets them.
    fn resolve(&mut self, settings: &Settings, caller: Caller, create: &InvoiceCreate) -> Result<Ask, Refusal> {
        match (&create.product, &create.price) {
            (Some(id), None) => {
                let product = self.product_on_sale(id)?;
                Ok(Ask { price: product.price, product: Some(product) })
            }
            (None, Some(price)) => {
                let price = check_price("price.amount", &price.amount, &price.currency)?;
                if caller == Caller::Page {
                    check_open_amount(settings, price)?;
                }
                Ok(Ask { price, product: None })
            }
            (Some(_), Some(_)) => {
                let detail = "give product or price, not both: a product has its own price";
                Err(Refusal::of(Code::FieldInvalid, "price", detail))
            }
            (None, None) => Err(Refusal::of(Code::FieldInvalid, "product", "give product or price")),
        }
    }
}

/// What is to be quoted, at which rate.
#[derive(Clone, Copy)]
pub(super) struct Asking {
    pub(super) asset: AssetId,
    pub(super) rate: Rate,
    /// True if the buyer did not ask for it.
    pub(super) unasked: bool,
}

impl From<PegError> for Refusal {
    fn from(error: PegError) -> Self {
        let code = match error {
            PegError::Unknown { .. } => Code::RatesUnavailable,
            PegError::Off { .. } => Code::AssetOffPeg,
        };
        Self::of(code, "asset", error.to_string())
    }
}

/// The rate of an asset. `None` where rates of the right currency have not been given yet.
fn locked_rate(
    settings: &Settings,
    asset: AssetId,
    price: Price,
    rates: Option<&QuoteRates>,
) -> Result<Option<Rate>, Refusal> {
    let Some(rates) = rates.filter(|rates| rates.currency == price.currency().code()) else { return Ok(None) };
    let info = asset_info(asset).ok_or_else(|| Refusal::internal(&format!("{asset} left the registry")))?;
    let one = || Rate::parse("1").ok().filter(|_| planted::is(Bug::MissingRateIsOne));
    let rate = rates.by_symbol.get(info.symbol).copied().or_else(one).ok_or_else(|| {
        let detail = format!(
            "too few exchanges agree on {} in {} right now; try again in a minute",
            info.symbol, rates.currency
        );
        Refusal::new(Code::RatesUnavailable, detail)
    })?;
    check_peg(info, &rates.currency, &rates.by_symbol, settings.peg_deviation_basis_points)?;
    // An amount that can't be quoted is refused before anything is written.
    quoted_amount(price, rate, info)
        .map_err(|error| Refusal::of(Code::AmountInvalid, "price.amount", error.to_string()))?;
    Ok(Some(rate))
}

fn needs_rates(price: Price) -> Reply {
    let currency = price.currency().code().to_owned();
    Reply { status: 503, body: String::new(), version: None, needs_rates: Some(currency), page: None }
}

fn payout_missing() -> Refusal {
    let detail = "this store can't be paid yet: the seller must set payout_addresses in PATCH /v1/store";
    Refusal::new(Code::PayoutAddressMissing, detail)
}

fn accepted_asset(settings: &Settings, text: &str) -> Result<AssetId, Refusal> {
    let refuse = |detail| Refusal::of(Code::AssetNotAccepted, "asset", detail);
    let asset: AssetId = text.parse().map_err(|error| refuse(format!("asset {error}")))?;
    if settings.assets.contains(&asset) { Ok(asset) } else { Err(refuse(format!("this store does not take {asset}"))) }
}

fn check_open_amount(settings: &Settings, price: Price) -> Result<(), Refusal> {
    let open = &settings.open_amounts;
    if !open.enabled {
        let detail =
            "this store does not let a page name the amount; sell a product, or make the invoice on your server";
        return Err(Refusal::of(Code::OpenAmountNotAllowed, "price", detail));
    }
    let Some(currency) = &open.currency else { return Ok(()) };
    if price.currency().code() != currency {
        let detail = format!("this store takes open amounts in {currency} only");
        return Err(Refusal::of(Code::OpenAmountNotAllowed, "price.currency", detail));
    }
    for (bound, too_far, word) in
        [(&open.minimum, std::cmp::Ordering::Less, "at least"), (&open.maximum, std::cmp::Ordering::Greater, "at most")]
    {
        if let Some(bound) = bound {
            let limit = check_price("open_amounts", bound, currency)?;
            if price.to_minor_units().cmp(&limit.to_minor_units()) == too_far {
                let detail = format!("the amount must be {word} {bound} {currency}");
                return Err(Refusal::of(Code::OpenAmountNotAllowed, "price.amount", detail));
            }
        }
    }
    Ok(())
}

fn check_reference(reference: Option<String>) -> Result<Option<String>, Refusal> {
    reference.map(|text| check_text("reference", &text, MAX_REFERENCE_CHARACTERS)).transpose()
}

fn check_metadata(metadata: Option<BTreeMap<String, String>>) -> Result<BTreeMap<String, String>, Refusal> {
    let metadata = metadata.unwrap_or_default();
    let fits = metadata.len() <= MAX_METADATA_ENTRIES
        && metadata.iter().all(|(key, value)| {
            (1..=MAX_METADATA_KEY_CHARACTERS).contains(&key.chars().count())
                && value.chars().count() <= MAX_METADATA_VALUE_CHARACTERS
        });
    if fits {
        return Ok(metadata);
    }
    let detail = format!(
        "metadata takes {MAX_METADATA_ENTRIES} entries, keys of 1 to {MAX_METADATA_KEY_CHARACTERS} and values of up to \
         {MAX_METADATA_VALUE_CHARACTERS} characters"
    );
    Err(Refusal::of(Code::FieldInvalid, "metadata", detail))
}
