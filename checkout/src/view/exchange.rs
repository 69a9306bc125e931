//! Sending from an exchange: what to fill in there, in large letters, and which network is the right one.

use super::frame::back;
use super::parts::Column;
use super::pay;
use crate::model::{Act, Copied, Model};
use crate::text::{self, Text, Translation, spoken};
use crate::wire::Quote;
use crate::{format, networks, qr};

/// What an exchange's withdrawal page asks for, in its order, then what goes wrong there.
pub fn exchange<C: Column>(model: &Model, quote: &Quote, column: &mut C) {
    let network = networks::exchange_name(&quote.chain, &quote.chain_name);
    back(column);
    column.heading(model);
    column.line("lead", Text::ExchangeLead.get());
    let mut form = C::default();
    for (label, value) in [(Text::RowCoin, quote.symbol.as_str()), (Text::RowNetwork, network)] {
        form.line("label", label.get());
        form.line("large", value);
    }
    form.line("label", Text::MustArrive.get());
    pay::figure(model, quote, &mut form);
    column.group("amount", form);
    if quote.testnet {
        column.line("badge", Text::Testnet.get());
    }
    let mut fee = C::default();
    fee.line("", &Text::ExchangeFee.with(&[&format::amount(&quote.amount_due), &quote.symbol]));
    fee.line("", Text::ExchangePart.get());
    column.group("notice", fee);
    pay::copied(model, Text::Address, Text::CopyAddress, Copied::Address, &quote.address, column);
    let mut code = C::default();
    code.qr(Text::QrPlain.get(), &qr::draw(&quote.plain_uri).unwrap_or_default());
    column.group("code", code);
    let others = names(networks::others(&quote.symbol, &quote.chain));
    let only = if others.is_empty() { Text::ExchangeOnlyThis } else { Text::ExchangeOnly };
    column.line("notice warn", &only.with(&[network, &others]));
    elsewhere(model, quote, network, column);
    column.button("quiet", Text::HavePaid.get(), &Act::HavePaid);
}

/// Names of networks. Where text goes from right to left their order does too, though each of them does not.
fn names<'a>(networks: impl Iterator<Item = &'a str>) -> String {
    let Translation { tag, is_rtl, .. } = spoken();
    if !is_rtl {
        return format::listed(networks, ", ");
    }
    // The end of one name, what stands between, the beginning of the next.
    let between = if tag == "ar" { "\u{2069}، \u{2068}" } else { "\u{2069}, \u{2068}" };
    let listed = format::listed(networks, between);
    if listed.is_empty() { listed } else { [text::RTL_ISOLATE, &listed, "\u{2069}"].concat() }
}

/// Where else the store takes the same coin: no exchange offers every network.
fn elsewhere<C: Column>(model: &Model, quote: &Quote, network: &str, column: &mut C) {
    let Some(invoice) = model.invoice.as_ref().filter(|_| model.may_change_asset()) else { return };
    let is_other = |asset: &str| asset != quote.asset;
    let same_coin = invoice
        .options
        .iter()
        .filter(|option| option.symbol == quote.symbol && option.unavailable.is_none() && is_other(&option.asset));
    let chains = names(same_coin.map(|option| option.chain_name.as_str()));
    if !chains.is_empty() {
        column.line("small", &Text::ExchangeElse.with(&[network, &quote.symbol, &chains]));
    }
    column.button("text", Text::ChangeAssetLong.get(), &Act::ChangeAsset);
}
