//! Amount, address, QR code, and the ways to pay: one calm view, from which each way's own leads on.

use super::choose::{last_used, what};
use super::parts::Column;
use super::{progress, receipt, wallets};
use crate::model::{Act, Copied, Model};
use crate::text::Text;
use crate::wire::Quote;
use crate::{format, qr};

/// More characters than this would break the line.
const LONG_FROM: usize = 10;
/// More than this would break it at the smaller size too.
const LONGER_FROM: usize = 20;

/// Everything needed to pay, with a wallet or by hand.
pub fn paying<C: Column>(model: &Model, quote: &Quote, column: &mut C) {
    column.heading(model);
    // Money that does not count must be seen to have arrived.
    if let Some(invoice) = model.invoice.as_ref().filter(|invoice| !invoice.payments.iter().all(|paid| paid.credited)) {
        receipt::for_the_seller(invoice, column);
    }
    progress::part(model, column);
    amount(model, quote, column);
    if quote.testnet {
        column.line("badge", Text::Testnet.get());
    }
    if quote.wallet_call.is_some() {
        wallets::way(model, column);
        column.line("or", Text::OrSend.get());
    }
    code(model, quote, column);
    copied(model, Text::Address, Text::CopyAddress, Copied::Address, &quote.address, column);
    column.line("notice warn", &Text::OnlyThis.with(&[&quote.symbol, &quote.chain_name]));
    let mut ways = C::default();
    let mut exchange = C::default();
    what(Text::FromExchange.get(), Text::FromExchangeHint.get(), &mut exchange);
    last_used(model.last.is_exchange(), &mut exchange);
    exchange.drawn("icon go");
    ways.row("row", Some(&Act::Exchange), None, exchange);
    column.list(ways);
    column.button("quiet", Text::HavePaid.get(), &Act::HavePaid);
}

/// The amount, large and exact, and of what on which network.
fn amount<C: Column>(model: &Model, quote: &Quote, column: &mut C) {
    let mut amount = C::default();
    amount.line("label", if quote.has_received { Text::StillToPay } else { Text::SendExactly }.get());
    figure(model, quote, &mut amount);
    let mut asset = C::default();
    asset.mark(&quote.symbol);
    asset.words("on", &Text::AssetOn.with(&[&quote.symbol, &quote.chain_name]));
    if model.may_change_asset() {
        asset.button("text", Text::ChangeAsset.get(), &Act::ChangeAsset);
    }
    amount.group("asset", asset);
    column.group("amount", amount);
}

/// The amount due with a button that copies it.
pub fn figure<C: Column>(model: &Model, quote: &Quote, column: &mut C) {
    let mut figure = C::default();
    let digits = format::amount(&quote.amount_due);
    figure.words("digits", &digits);
    figure.words("symbol", &quote.symbol);
    let mut split = C::default();
    let class = match digits.len() {
        length if length > LONGER_FROM => "figure longer long",
        length if length > LONG_FROM => "figure long",
        _ => "figure",
    };
    split.run(class, figure);
    split.copy_button(model, Text::CopyAmount, Copied::Amount);
    column.group("split", split);
}

/// The QR code: the plain address unless asked otherwise, because many wallets misread anything more for tokens.
fn code<C: Column>(model: &Model, quote: &Quote, column: &mut C) {
    let request = quote.eip681_uri.as_ref().filter(|_| model.eip681);
    let (text, label) = match request {
        Some(request) => (request, Text::QrRequest),
        None => (&quote.plain_uri, Text::QrPlain),
    };
    let mut parts = C::default();
    parts.qr(label.get(), &qr::draw(text).unwrap_or_default());
    if quote.eip681_uri.is_some() {
        parts.switch(&Act::Qr, request.is_some(), Text::QrSwitch.get());
        parts.line("small", Text::QrSwitchHint.get());
    }
    column.group("code", parts);
}

/// An address or hash with a button that copies it.
pub fn copied<C: Column>(model: &Model, label: Text, spoken: Text, copied: Copied, text: &str, column: &mut C) {
    let mut head = C::default();
    head.line("label", label.get());
    head.copy_button(model, spoken, copied);
    let mut parts = C::default();
    parts.group("split", head);
    parts.grouped(text);
    column.group("address", parts);
}
