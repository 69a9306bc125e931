//! A wallet in another app or on another device, by WalletConnect: the code, the apps, and how far it is.

use super::choose::other_coin;
use super::frame::back;
use super::parts::Column;
use super::pay;
use crate::format;
use crate::model::{Act, Copied, Model, Refusal, Remote, RemoteRefusal, RemoteStep, Stage};
use crate::qr;
use crate::text::Text;
use crate::wire::Quote;

/// Wallet apps and the links by which each of them takes a code, as they document it.
const APPS: [(&str, &str); 4] = [
    ("MetaMask", "https://link.metamask.io"),
    ("Trust Wallet", "https://link.trustwallet.com"),
    ("Rainbow", "https://rnbwapp.com"),
    ("Coinbase Wallet", "https://go.cb-w.com"),
];

/// WalletConnect's row among the wallets.
pub fn row<C: Column>(rows: &mut C) {
    let mut lines = C::default();
    lines.words("name", "WalletConnect");
    lines.words("under", Text::RemoteUnder.get());
    let mut parts = C::default();
    parts.mark("WalletConnect");
    parts.run("what", lines);
    parts.drawn("icon go");
    rows.row("row", Some(&Act::Remote), None, parts);
}

/// The payment, step by step.
pub fn remote<C: Column>(model: &Model, remote: &Remote, quote: &Quote, column: &mut C) {
    if remote.stage() == Stage::Connect {
        back(column);
    }
    steps(remote, column);
    column.heading(model);
    if remote.is_cut_off && remote.hash().is_none() {
        column.line("notice warn", Text::RemoteCutOff.get());
    }
    match &remote.step {
        RemoteStep::Opening { .. } => column.drawn("spinner"),
        RemoteStep::Code(uri) => code(model, remote, uri, column),
        RemoteStep::Confirming => confirming(model, remote, quote, column),
        RemoteStep::Sent(hash) => {
            column.line("lead", &Text::SentLead.with(&[&quote.chain_name]));
            column.drawn("spinner");
            pay::copied(model, Text::TransactionHash, Text::CopyHash, Copied::Hash, hash, column);
        }
        RemoteStep::Refused(stage, why) => {
            column.line("notice warn", &why.explain(*stage, &remote.wallet, quote));
            if let RemoteRefusal::Wallet(Refusal::Unknown(words)) = why
                && !words.is_empty()
            {
                column.line("small", &Text::WalletSays.with(&[words]));
            }
            if why.may_be_tried_again() {
                // What may have been paid is not to be paid twice.
                let class = if *why == RemoteRefusal::NoAnswer { "quiet" } else { "main" };
                column.button(class, Text::TryAgain.get(), &Act::AskAgain);
            }
            // There is none to leave before one is connected.
            if !remote.wallet.is_empty() || *why == RemoteRefusal::NoAccount {
                column.button("quiet", Text::OtherWallet.get(), &Act::OtherRemote);
            }
            if why.is_of_coin() {
                other_coin(model, column);
            }
        }
    }
    let is_last = matches!(&remote.step, RemoteStep::Refused(_, why) if !why.may_be_tried_again());
    if remote.hash().is_none() {
        column.button(if is_last { "main" } else { "text" }, Text::OtherWays.get(), &Act::Details);
    }
}

/// To be scanned from another device, or taken by an app on this one.
fn code<C: Column>(model: &Model, remote: &Remote, uri: &str, column: &mut C) {
    let is_drawn = remote.is_drawn || !model.is_handheld;
    if is_drawn {
        column.line("lead", Text::RemoteScanLead.get());
        let mut parts = C::default();
        parts.qr(Text::RemoteCode.get(), &qr::draw_light(uri).unwrap_or_default());
        parts.copy_button(model, Text::CopyLink, Copied::Link);
        column.group("code", parts);
    } else {
        column.line("lead", Text::RemoteAppsLead.get());
        let mut links = C::default();
        for (name, address) in APPS {
            links.link(
                "row name",
                "_blank",
                &[address, "/wc?uri=", &format::percent_encoded(uri)].concat(),
                name,
                None,
            );
        }
        // Phones that know several wallets ask which; a link of this kind leaves the page as it is.
        links.link("row name", "_top", uri, Text::RemoteOtherApp.get(), None);
        column.group("options", links);
    }
    if model.is_handheld {
        column.switch(&Act::RemoteCode, is_drawn, Text::RemoteElsewhere.get());
    }
}

fn confirming<C: Column>(model: &Model, remote: &Remote, quote: &Quote, column: &mut C) {
    let amount = format::amount(&quote.amount_due);
    column.line("strong", &Text::ConfirmAmount.with(&[&amount, &quote.symbol, &quote.chain_name]));
    column.line("lead", &Text::ConfirmLead.with(&[&remote.wallet]));
    column.drawn("spinner");
    if let Some(link) = remote.link.as_ref().filter(|_| model.is_handheld) {
        // A page of the web may cover this one; a link into an app does not.
        let target = if link.starts_with("https:") { "_blank" } else { "_top" };
        column.link("main", target, link, &Text::RemoteOpenApp.with(&[&remote.wallet]), None);
    }
    column.button("quiet", Text::OtherWallet.get(), &Act::OtherRemote);
}

/// Connect, confirm: how far it is.
fn steps<C: Column>(remote: &Remote, column: &mut C) {
    let now = match remote.stage() {
        _ if remote.hash().is_some() => 2,
        Stage::Pay => 1,
        Stage::Connect | Stage::Network => 0,
    };
    let mut items = C::default();
    for (at, name) in [Text::StepConnect, Text::StepConfirm].iter().enumerate() {
        items.step(if at < now { "step done" } else { "step" }, at == now, name.get());
    }
    column.steps(items);
}
