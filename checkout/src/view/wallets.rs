//! The list of wallets, and one wallet step by step.

use groat_core::invoice::Exception;

use super::choose::{self, last_used, other_coin, what};
use super::frame::back;
use super::parts::Column;
use super::pay;
use super::remote;
use crate::model::{Act, Copied, Flow, Model, Refusal, Stage, Step, Wallet};
use crate::text::Text;
use crate::wire::{AssetOption, Quote};
use crate::{apps, format};

/// More wallets than this do not all stand among the coins: where none is likely meant, a coin comes first.
const FIRST_MAX: usize = 3;

/// The way to pay with a wallet: straight to the one that is likely meant, where there is one.
pub fn way<C: Column>(model: &Model, column: &mut C) {
    // Whoever is to ask the seller first is not to be led on.
    let class = if model.has(Exception::WrongAsset) { "quiet" } else { "main" };
    let Some(wallet) = model.likely_wallet() else {
        column.button(class, Text::PayWithWallet.get(), &Act::Wallets);
        return;
    };
    column.button(class, &Text::PayWithNamed.with(&[&wallet.name]), &Act::Wallet(wallet.uuid.clone()));
    // While the edge is at work there is nothing to pay elsewhere yet.
    if (model.wallets.len() > 1 || model.page.walletconnect.is_some()) && model.asked_for().is_none() {
        column.button("text", Text::OtherWallet.get(), &Act::Wallets);
    }
}

/// The wallets that announced themselves, or what to do where there is none.
pub fn list<C: Column>(model: &Model, column: &mut C) {
    back(column);
    column.heading(model);
    if model.has_no_wallet() {
        none(model, column);
        return;
    }
    if !model.wallets.is_empty() {
        column.line("lead", Text::WalletsLead.get());
    }
    let mut rows = C::default();
    for wallet in &model.wallets {
        row(model, wallet, None, &mut rows);
    }
    if model.page.walletconnect.is_some() {
        remote::row(&mut rows);
    }
    column.list(rows);
    if model.wallets.is_empty() {
        in_apps(model, column);
    }
    column.button("text", Text::OtherWays.get(), &Act::Details);
}

/// On a phone, a wallet's own browser is where it can be reached. Which device this is, the style sheet knows.
fn in_apps<C: Column>(model: &Model, column: &mut C) {
    let mut phone = C::default();
    if let Some(invoice) = model.invoice.as_ref().filter(|_| !model.edge.is_empty()) {
        phone.line("lead", Text::AppsLead.get());
        let mut apps = C::default();
        for (name, address) in apps::links(&model.edge, &invoice.id) {
            apps.link("row name", "_blank", &address, name, None);
        }
        phone.group("options", apps);
    }
    column.group("phone", phone);
}

/// No wallet has announced itself, and there is no way to one elsewhere.
fn none<C: Column>(model: &Model, column: &mut C) {
    in_apps(model, column);
    let mut desk = C::default();
    desk.line("lead", Text::NoWalletLead.get());
    for text in [Text::NoWalletInstall, Text::NoWalletPhone, Text::NoWalletScan] {
        desk.line("item", text.get());
    }
    column.group("desk advice", desk);
    column.button("quiet", Text::ShowDetails.get(), &Act::Details);
}

fn picture<C: Column>(wallet: &Wallet, column: &mut C) {
    if wallet.icon.is_empty() {
        column.mark(&wallet.name);
    } else {
        column.logo(&wallet.icon);
    }
}

/// The wallets of this browser among the coins, where it is clear enough which: whoever begins with one presses less.
pub fn first<C: Column>(model: &Model, rows: &mut C) {
    let wallets = match model.likely_wallet() {
        Some(likely) => std::slice::from_ref(likely),
        None if model.wallets.len() <= FIRST_MAX => &model.wallets,
        None => &[],
    };
    for wallet in wallets {
        row(model, wallet, Some(Text::WalletFirst), rows);
    }
}

/// A wallet that can be picked; with a line under it where it stands among coins.
fn row<C: Column>(model: &Model, wallet: &Wallet, under: Option<Text>, rows: &mut C) {
    let mut parts = C::default();
    picture(wallet, &mut parts);
    match under {
        Some(under) => what(&Text::PayWithNamed.with(&[&wallet.name]), under.get(), &mut parts),
        None => parts.words("what name", &wallet.name),
    }
    last_used(model.last.is_wallet(wallet), &mut parts);
    parts.drawn("icon go");
    rows.row("row", Some(&Act::Wallet(wallet.uuid.clone())), None, parts);
}

/// A wallet that was picked before a coin has shown an account.
pub fn picked<C: Column>(model: &Model, flow: &Flow, options: &[AssetOption], column: &mut C) {
    back(column);
    head(model, flow, column);
    column.line("lead", Text::ChooseLead.get());
    column.list(choose::coins(model, options));
    choose::testnet(options, column);
}

/// One wallet, step by step; before there is an amount it can be asked for an account.
pub fn wallet<C: Column>(model: &Model, flow: &Flow, quote: Option<&Quote>, column: &mut C) {
    let (name, chain) = (flow.wallet.name.as_str(), quote.map_or("", |quote| &quote.chain_name));
    head(model, flow, column);
    #[rustfmt::skip]
    let lead = match &flow.step {
        Step::Connected                  => Text::PreparingLead.into(),
        Step::Connecting                 => Text::ConnectLead.with(&[name]),
        Step::Checking | Step::Switching => Text::SwitchLead.with(&[name, chain]),
        Step::Adding                     => Text::AddLead.with(&[name, chain]),
        Step::Counting(_) | Step::Confirming => Text::ConfirmLead.with(&[name]),
        Step::Sent(_)                    => Text::SentLead.with(&[chain]),
        Step::Refused(stage, why)        => why.explain(*stage, name, quote),
    };
    match &flow.step {
        Step::Refused(_, why) => {
            column.line("notice warn", &lead);
            if let Refusal::Unknown(words) = why
                && !words.is_empty()
            {
                column.line("small", &Text::WalletSays.with(&[words]));
            }
            column.button("main", Text::TryAgain.get(), &Act::AskAgain);
            if flow.may_pay_anyway() {
                column.button("quiet", &Text::AskAnyway.with(&[name]), &Act::AskAnyway);
            }
            // Without an amount the other wallets stand among the coins.
            if quote.is_some() {
                column.button("quiet", Text::OtherWallet.get(), &Act::Back);
            }
            if why.is_of_coin() {
                other_coin(model, column);
            }
            column.button("text", Text::OtherWays.get(), &Act::Details);
        }
        Step::Sent(hash) => {
            column.line("lead", &lead);
            column.drawn("spinner");
            pay::copied(model, Text::TransactionHash, Text::CopyHash, Copied::Hash, hash, column);
        }
        Step::Connected => {
            column.line("lead", &lead);
            column.drawn("spinner");
        }
        step => {
            if let (Step::Counting(_) | Step::Confirming, Some(quote)) = (step, quote) {
                let amount = format::amount(&quote.amount_due);
                column.line("strong", &Text::ConfirmAmount.with(&[&amount, &quote.symbol, chain]));
            }
            waiting(model, &lead, column);
        }
    }
}

/// How far it is, and with which wallet.
fn head<C: Column>(model: &Model, flow: &Flow, column: &mut C) {
    steps(flow, column);
    let mut centre = C::default();
    picture(&flow.wallet, &mut centre);
    column.group("centre", centre);
    column.heading(model);
}

/// It is the wallet's turn.
fn waiting<C: Column>(model: &Model, lead: &str, column: &mut C) {
    column.line("lead", lead);
    column.drawn("spinner");
    // In a wallet's own browser there is no icon to click.
    if !model.is_handheld {
        column.line("small", Text::WalletNotOpen.get());
    }
    column.button("text", Text::OtherWays.get(), &Act::Details);
}

/// Connect, network, confirm: how far it is.
fn steps<C: Column>(flow: &Flow, column: &mut C) {
    let now = match flow.stage() {
        Stage::Connect => 0,
        Stage::Network => 1,
        Stage::Pay if flow.hash().is_some() => 3,
        Stage::Pay => 2,
    };
    let mut items = C::default();
    for (at, name) in [Text::StepConnect, Text::StepNetwork, Text::StepConfirm].iter().enumerate() {
        items.step(if at < now { "step done" } else { "step" }, at == now, name.get());
    }
    column.steps(items);
}
