//! `/i/{invoice}`: the invoice as it stands, readable and payable without any script.

use groat_core::invoice::{Exception, Status};
use groat_core::wire::{Delivery, InvoicePage, InvoiceSnapshot, Network, QuoteView};

use super::assets::AssetUrls;
use super::layout::Document;
use super::parts::{address, amount, card, choose, drawn, fact, head, heading, line, link};
use super::texts::{self, fill};

/// How often a page without scripts looks again while something may change.
const REFRESH_S: u32 = 15;

/// The page of an invoice.
pub fn render_invoice(page: &InvoicePage, assets: &AssetUrls) -> String {
    let invoice = &page.invoice;
    let stage = Stage::of(invoice, &page.opening.server_time);
    let until = match stage {
        Stage::Paying(quote) => Some(quote.expires_at.as_str().min(&invoice.expires_at)),
        _ => None,
    };
    let head = head(&invoice.store.name, invoice.product.as_ref(), &invoice.price, until);
    let (screen, mut body) = stage.body(invoice);
    body.extend(notes(invoice).map(|note| line("notice warn", note)));
    let title = format!("Payment · {}", invoice.store.name);
    let may_change = matches!(invoice.status, Status::Open | Status::Confirming);
    let document = Document {
        title: &title,
        theme: &page.opening.theme,
        embed: page.opening.embed.as_deref(),
        main: card(screen, &head, &body),
        data: serde_json::to_string(page).unwrap_or_default(),
        refresh_s: may_change.then_some(REFRESH_S),
    };
    document.render(assets)
}

/// What the buyer is shown.
#[derive(Clone, Copy)]
enum Stage<'a> {
    Choosing,
    Paying(&'a QuoteView),
    Stale,
    TimeUp,
    Confirming,
    Paid,
    Expired,
    Cancelled,
}

impl<'a> Stage<'a> {
    #[rustfmt::skip]
    fn of(invoice: &'a InvoiceSnapshot, now: &str) -> Self {
        match (invoice.status, &invoice.quote) {
            (Status::Confirming, _)                                  => Self::Confirming,
            (Status::Paid, _)                                        => Self::Paid,
            (Status::Expired, _)                                     => Self::Expired,
            (Status::Cancelled, _)                                   => Self::Cancelled,
            (Status::Open, _) if is_over(&invoice.expires_at, now)   => Self::TimeUp,
            (Status::Open, None)                                     => Self::Choosing,
            (Status::Open, Some(quote)) if is_over(&quote.expires_at, now) => Self::Stale,
            (Status::Open, Some(quote))                              => Self::Paying(quote),
        }
    }

    fn body(self, invoice: &InvoiceSnapshot) -> (&'static str, String) {
        let stopped = |sign: &str, title: &str, lead: &str| [drawn(sign), heading(title), line("lead", lead)].concat();
        match self {
            Self::Choosing => ("choosing", choose(&invoice.options)),
            Self::Paying(quote) => ("paying", paying(invoice, quote)),
            Self::Stale => ("stale", stopped("clock", texts::STALE_TITLE, texts::STALE_LEAD)),
            Self::TimeUp => ("time-up", stopped("spinner", texts::TIME_UP_TITLE, texts::TIME_UP_LEAD)),
            Self::Confirming => ("confirming", confirming(invoice)),
            Self::Paid => ("paid", paid(invoice)),
            Self::Expired => {
                let lead = if invoice.payments.is_empty() { texts::EXPIRED_LEAD } else { texts::EXPIRED_KNOWN_LEAD };
                ("expired", stopped("clock", texts::EXPIRED_TITLE, lead) + &fact(texts::KEEP_FOR_SELLER, &invoice.id))
            }
            Self::Cancelled => {
                let stopped = stopped("clock", texts::CANCELLED_TITLE, texts::CANCELLED_LEAD);
                ("cancelled", stopped + &fact(texts::KEEP_FOR_SELLER, &invoice.id))
            }
        }
    }
}

/// What was not clean, in the checkout's words.
fn notes(invoice: &InvoiceSnapshot) -> impl Iterator<Item = &'static str> {
    let status = invoice.status;
    #[rustfmt::skip]
    let note = move |exception: &Exception| match (exception, status) {
        // An expired invoice says itself what it holds.
        (Exception::Underpaid | Exception::Late, Status::Expired) => None,
        (Exception::Underpaid, _)                                 => Some(texts::NOTE_UNDERPAID),
        (Exception::Late, _)                                      => Some(texts::NOTE_LATE),
        (Exception::Overpaid, _)                                  => Some(texts::NOTE_OVERPAID),
        (Exception::Reversed, Status::Open)                       => Some(texts::NOTE_REVERSED),
        (Exception::Reversed, _)                                  => Some(texts::NOTE_REVERSED_AFTER),
        (Exception::WrongAsset, _)                                => Some(texts::NOTE_WRONG_ASSET),
    };
    invoice.exceptions.iter().filter_map(note)
}

/// True from the second on that `at` names. Both are RFC 3339 in UTC, of which a fraction of a second is cut.
fn is_over(at: &str, now: &str) -> bool {
    let second = |time: &str| time.get(..19).map(str::to_owned);
    second(at) <= second(now)
}

/// Everything needed to pay from any wallet or exchange.
fn paying(invoice: &InvoiceSnapshot, quote: &QuoteView) -> String {
    let is_part = invoice.payments.iter().any(|payment| payment.credited);
    let (symbol, chain_name) = (quote.symbol.as_str(), quote.chain_name.as_str());
    let title = if is_part { texts::PART_TITLE.to_owned() } else { fill(texts::PAY_TITLE, &[symbol, chain_name]) };
    let label = if is_part { texts::STILL_TO_PAY } else { texts::SEND_EXACTLY };
    let mut body = heading(&title) + &amount(label, &quote.amount_due, symbol, chain_name);
    if quote.testnet {
        body.push_str(&line("badge", texts::TESTNET));
    }
    body.push_str(&delayed(invoice.network));
    body.push_str(&address(&quote.address));
    body.push_str(&line("notice warn", &fill(texts::ONLY_THIS, &[symbol, chain_name])));
    body.push_str(&line("small", &fill(texts::EXCHANGE_FEE, &[&quote.amount_due, symbol])));
    body
}

fn confirming(invoice: &InvoiceSnapshot) -> String {
    let chain = invoice.quote.as_ref().map_or("", |quote| quote.chain_name.as_str());
    let lacking = |(count, required): &(u32, u32)| required.saturating_sub(*count);
    let counts = invoice.payments.iter().map(|payment| (payment.confirmations, payment.confirmations_required));
    let (count, required) = counts.max_by_key(lacking).unwrap_or_default();
    let (title, lead) = match count {
        0 => (texts::SEEN_TITLE, texts::SEEN_LEAD),
        _ => (texts::CONFIRMING_TITLE, texts::CONFIRMING_LEAD),
    };
    let words = fill(texts::CONFIRMATIONS, &[&count.to_string(), &required.to_string()]);
    let bar = format!(
        "<div class=\"count\"><progress max=\"{required}\" value=\"{count}\" aria-label=\"{words}\"></progress>{}</div>\n",
        line("strong", &words)
    );
    [drawn("seen"), heading(title), delayed(invoice.network), line("lead", &fill(lead, &[chain])), bar].concat()
}

/// Said where payments take longer than usual.
fn delayed(network: Option<Network>) -> String {
    network.map_or_else(String::new, |Network::Delayed| line("notice warn", texts::NETWORK_DELAYED))
}

fn paid(invoice: &InvoiceSnapshot) -> String {
    let store = invoice.store.name.as_str();
    let mut body =
        [drawn("tick"), heading(texts::PAID_TITLE), line("lead", &fill(texts::PAID_LEAD, &[store]))].concat();
    body.extend(invoice.delivery.as_ref().map(delivery));
    let back = invoice.redirect_url.as_ref();
    let back = back.and_then(|url| link("main", "_top", url, &fill(texts::RETURN_TO, &[store])));
    body.extend(back.map(|back| format!("<div class=\"acts\">{back}</div>\n")));
    body
}

fn delivery(delivery: &Delivery) -> String {
    let mut parts = line("label", texts::DELIVERY_TITLE);
    parts.extend(delivery.message.as_ref().map(|message| line("message", message)));
    parts.extend(delivery.url.as_ref().and_then(|url| link("main", "_blank", url, texts::DELIVERY_OPEN)));
    format!("<div class=\"delivery\">{parts}</div>\n")
}
