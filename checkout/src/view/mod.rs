//! The views: markup made from the model, and from nothing else.
//!
//! What it is for: one function per state, and [`screen`], where all of them stand in one `match`. A state is a column
//! of parts (`parts.rs`), and whoever shows them says what a part is: HTML text on the edge (`html.rs`), a Leptos view in
//! the browser. A control names its act in its `value` and knows no handler: one listener reads it, and without scripts
//! the form around it sends it.
//!
//! What it never does: read the browser, keep state, or carry a style attribute (the page's CSP has no 'unsafe-inline').

mod brand;
mod choose;
mod ended;
mod exchange;
mod frame;
mod html;
#[cfg(not(all(feature = "intl", target_arch = "wasm32")))]
mod native;
mod paid;
mod parts;
mod pay;
mod progress;
mod receipt;
mod remote;
mod trouble;
mod wallets;

pub use frame::checkout;
pub use html::{Html, escape};
pub use parts::{Card, Column, flag, kind};

use crate::model::{Model, Screen};

/// Every state of the checkout.
#[rustfmt::skip]
fn screen<C: Column>(model: &Model, column: &mut C) {
    match model.screen() {
        Screen::Missing(problem)     => trouble::missing(model, problem, column),
        Screen::Choosing(options)    => choose::choosing(model, options, column),
        Screen::Picked(flow, options) => wallets::picked(model, flow, options, column),
        Screen::Preparing            => progress::preparing(model, column),
        Screen::Connecting(flow)     => wallets::wallet(model, flow, None, column),
        Screen::Failed(problem)      => trouble::failed(model, problem, column),
        Screen::Paying(quote)        => pay::paying(model, quote, column),
        Screen::Looking(_)           => progress::looking(model, column),
        Screen::Exchange(quote)      => exchange::exchange(model, quote, column),
        Screen::Wallets(_)           => wallets::list(model, column),
        Screen::Wallet(flow, quote)  => wallets::wallet(model, flow, Some(quote), column),
        Screen::Remote(at, quote)    => remote::remote(model, at, quote, column),
        Screen::Stale(_)             => ended::stale(model, column),
        Screen::TimeUp(_)            => ended::time_up(model, column),
        Screen::Confirming(invoice)  => progress::confirming(model, invoice, column),
        Screen::Paid(invoice)        => paid::paid(model, invoice, column),
        Screen::Expired(invoice)     => ended::expired(model, invoice, column),
        Screen::Cancelled(invoice)   => ended::cancelled(model, invoice, column),
    }
}
