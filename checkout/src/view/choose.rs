//! Choosing coin and network.

use super::frame::back;
use super::parts::Column;
use super::wallets;
use crate::format;
use crate::model::{Act, Group, Model, groups};
use crate::text::Text;
use crate::wire::{AssetOption, Unavailable};

/// Up to this many options all stand in one list; more are folded by symbol.
const FLAT_MAX: usize = 4;

/// Coins, and within each the networks it can be paid on.
pub fn choosing<C: Column>(model: &Model, options: &[AssetOption], column: &mut C) {
    let is_change = model.invoice.as_ref().is_some_and(|invoice| invoice.quote.is_some());
    if is_change {
        back(column);
    }
    column.heading(model);
    if options.is_empty() {
        column.line("lead", Text::NothingToChoose.get());
        return;
    }
    if options.iter().all(AssetOption::is_without_price) {
        column.line("notice warn", Text::NoPrices.get());
        column.button("main", Text::TryAgain.get(), &Act::Reload);
        return;
    }
    column.line("lead", if is_change { Text::ChooseChangeLead } else { Text::ChooseLead }.get());
    let mut rows = coins(model, options);
    if !is_change {
        wallets::first(model, &mut rows);
    }
    column.list(rows);
    testnet(options, column);
}

/// A row for each coin, and for each of its networks where there are few.
pub fn coins<C: Column>(model: &Model, options: &[AssetOption]) -> C {
    let mut rows = C::default();
    for group in groups(options) {
        if group.options.len() == 1 || options.len() <= FLAT_MAX {
            group.options.iter().for_each(|option| asset_row(model, option, &mut rows));
        } else {
            folded(model, &group, &mut rows);
        }
    }
    rows
}

/// Says that nothing here has a value, where that is so.
pub fn testnet<C: Column>(options: &[AssetOption], column: &mut C) {
    if options.iter().any(|option| option.testnet) {
        column.line("badge", Text::Testnet.get());
    }
}

/// A coin with several networks, which are shown once it is pressed.
fn folded<C: Column>(model: &Model, group: &Group<'_>, rows: &mut C) {
    let is_open = model.open_group.as_deref() == Some(group.symbol);
    let mut parts = C::default();
    parts.mark(group.symbol);
    what(group.symbol, &Text::NetworksOf.with(&[&group.options.len().to_string()]), &mut parts);
    last_used(!is_open && group.options.iter().any(|option| model.last.is_asset(&option.asset)), &mut parts);
    parts.drawn("icon fold");
    rows.row("row", Some(&Act::Group(group.symbol.to_owned())), Some(is_open), parts);
    if is_open {
        group.options.iter().for_each(|option| network_row(model, option, rows));
    }
}

/// A coin on one network.
fn asset_row<C: Column>(model: &Model, option: &AssetOption, rows: &mut C) {
    let mut parts = C::default();
    parts.mark(&option.symbol);
    let (name, under) = (option.symbol.as_str(), option.chain_name.as_str());
    // Where the reason takes the small line, the network has to stand in the large one.
    let whole = Text::AssetOn.with(&[name, under]);
    let name = if option.unavailable.is_some() { &whole } else { name };
    take(model, option, "row", name, under, parts, rows);
}

/// One network of an open group.
fn network_row<C: Column>(model: &Model, option: &AssetOption, rows: &mut C) {
    take(model, option, "row sub", &option.chain_name, &option.name, C::default(), rows);
}

/// Completes a row that takes this option, or says why it can't be had.
fn take<C: Column>(
    model: &Model,
    option: &AssetOption,
    class: &str,
    name: &str,
    under: &str,
    mut parts: C,
    rows: &mut C,
) {
    let act = Act::Choose(option.asset.clone());
    match option.unavailable {
        None => {
            what(name, under, &mut parts);
            last_used(model.last.is_asset(&option.asset), &mut parts);
            let cost = option.amount.as_ref().map(|amount| format::amount_of(amount, &option.symbol));
            parts.words("cost", &cost.unwrap_or_default());
            parts.drawn("icon go");
            rows.row(class, Some(&act), None, parts);
        }
        Some(reason) => {
            let text = match reason {
                Unavailable::Network => Text::NetworkUnavailable,
                Unavailable::Rates => Text::RatesUnavailable,
                Unavailable::OffPeg => Text::AssetOffPeg,
            };
            what(name, text.get(), &mut parts);
            rows.row(class, None, None, parts);
        }
    }
}

/// The way back to the choice, where there still is one.
pub fn other_coin<C: Column>(model: &Model, column: &mut C) {
    if model.may_change_asset() {
        column.button("quiet", Text::ChangeAssetLong.get(), &Act::ChangeAsset);
    }
}

/// Marks what the buyer took the last time.
pub fn last_used<C: Column>(is_last: bool, parts: &mut C) {
    if is_last {
        parts.words("last", Text::LastUsed.get());
    }
}

/// A name and a small line under it.
pub fn what<C: Column>(name: &str, under: &str, parts: &mut C) {
    let mut lines = C::default();
    lines.words("name", name);
    lines.words("under", under);
    parts.run("what", lines);
}
