//! The checkout's rules: what the buyer sees, and what happens next.
//!
//! What it is for: [`Model`] is all there is to know, [`Model::update`] is the only way it changes, and
//! [`Model::screen`] says which state the buyer is in: every state, in one `match`. Plain data without signals, clock,
//! randomness or browser, so that all of it is tested natively.
//!
//! What it never does: decide whether an invoice is paid (that is what snapshots say), or compute an amount.

mod announce;
mod early;
mod funds;
mod group;
mod last;
mod message;
mod refusal;
mod remote;
mod update;
mod wallet;

#[cfg(test)]
mod announce_test;
#[cfg(test)]
mod early_test;
#[cfg(test)]
mod remote_test;
#[cfg(test)]
mod table_test;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod wallet_test;

use groat_core::invoice::Status;

use crate::wire::{AssetOption, Invoice, Page, Problem, Product, Quote, Source};

pub use group::{Group, groups};
pub use last::Last;
pub use message::{
    Act, Copied, Effect, Kept, Link, Message, Wallet, WalletAnswer, WalletError, WalletEvent, WalletRequest,
};
pub use refusal::{Refusal, Stage};
pub use remote::{Remote, RemoteEvent, RemoteRefusal, RemoteRequest, RemoteStep};
pub use wallet::{Flow, Step};

/// How long the edge may take to answer before the buyer is told, in milliseconds. Its answer still counts later.
const ANSWER_WITHIN_MS: i64 = 20_000;
/// The last announcement of time, in milliseconds before the end.
const LAST_WARNING_MS: i64 = 60_000;

/// What was asked of the edge. Asked again with the same key, so that nothing is ever made twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// CAIP-19 id of the asset chosen.
    pub asset: String,
    /// Idempotency key.
    pub key: String,
}

/// What names an attempt that a page's form makes for the first time: the checkout asks with the same, so that a row
/// pressed just as it takes over makes nothing twice.
pub fn form_attempt_key(form_key: &str, asset: &str) -> String {
    ["form-", form_key, "-", asset].concat()
}

/// Where the buyer is while the invoice is open; the other statuses have one screen each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Choosing coin and network.
    Choosing,
    /// A wallet was picked before a coin.
    Picked(Flow),
    /// The edge has been asked for an invoice or a quote.
    Preparing {
        /// What was asked.
        attempt: Attempt,
        /// When.
        since_ms: i64,
        /// The wallet that has been asked for an account meanwhile.
        early: Option<Flow>,
    },
    /// The edge refused, or could not be reached.
    Failed {
        /// What was asked.
        attempt: Attempt,
        /// Why not.
        problem: Problem,
    },
    /// Amount, address, QR code.
    Paying,
    /// "I have paid".
    Looking,
    /// How to send from an exchange.
    Exchange,
    /// The list of wallets.
    Wallets,
    /// One wallet, step by step.
    Wallet(Flow),
    /// A wallet elsewhere, step by step.
    Remote(Remote),
}

/// A wallet has been asked to send money, and has not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sending {
    /// The request's number.
    id: u32,
    wallet: Wallet,
    /// CAIP-2 id of the chain it sends on.
    chain: String,
}

/// All there is to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What the page carries.
    pub page: Page,
    /// The newest snapshot.
    pub invoice: Option<Invoice>,
    /// Where the buyer is.
    pub place: Place,
    /// The edge's clock, to the second.
    pub now_ms: i64,
    /// How the line to the edge is.
    pub link: Link,
    /// What the buyer chose the last time on this device.
    pub last: Last,
    /// The edge's own origin, which links into wallets' apps lead back to; without it there are none.
    pub edge: String,
    /// The key that the page's form carries: the first thing asked is asked with it, by form or by call.
    pub form_key: String,
    /// Wallets that announced themselves.
    pub wallets: Vec<Wallet>,
    /// True on a device that is held in the hand: its wallets are apps beside this page.
    pub is_handheld: bool,
    /// True while the QR code is the EIP-681 one.
    pub eip681: bool,
    /// What was copied a moment ago.
    pub copied: Option<Copied>,
    /// The symbol whose networks are shown.
    pub open_group: Option<String>,
    /// What a screen reader is to say.
    pub announcement: String,
    /// Wallet requests that may yet send money though the buyer went on.
    sends: Vec<Sending>,
    /// Until when a wallet is waited for that counts what the account holds.
    count_until_ms: i64,
    /// Random; idempotency keys start with it.
    seed: String,
    attempts: u32,
    requests: u32,
}

/// What the buyer sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen<'a> {
    /// Nothing that can be paid.
    Missing(&'a Problem),
    /// Coins and networks to choose from.
    Choosing(&'a [AssetOption]),
    /// The same, for the wallet that has been picked before.
    Picked(&'a Flow, &'a [AssetOption]),
    /// The edge is making the invoice or the quote.
    Preparing,
    /// A wallet is asked for an account before there is an amount.
    Connecting(&'a Flow),
    /// It could not.
    Failed(&'a Problem),
    /// Amount, address, QR code.
    Paying(&'a Quote),
    /// "I have paid": nothing seen yet.
    Looking(&'a Quote),
    /// How to send from an exchange.
    Exchange(&'a Quote),
    /// The list of wallets.
    Wallets(&'a Quote),
    /// One wallet, step by step.
    Wallet(&'a Flow, &'a Quote),
    /// A wallet elsewhere, step by step.
    Remote(&'a Remote, &'a Quote),
    /// The quote's time is over, the invoice's is not.
    Stale(&'a Quote),
    /// The time is over by the clock; the edge has not said so yet.
    TimeUp(&'a Invoice),
    /// The full amount is on the chain.
    Confirming(&'a Invoice),
    /// Final.
    Paid(&'a Invoice),
    /// The window closed.
    Expired(&'a Invoice),
    /// The seller called it off.
    Cancelled(&'a Invoice),
}

impl Model {
    /// The checkout as the page opened it. `seed` is random text of this page alone.
    pub fn new(page: Page, invoice: Option<Invoice>, seed: String) -> Self {
        Self {
            now_ms: page.server_time_ms,
            page,
            place: if invoice.as_ref().is_some_and(|invoice| invoice.quote.is_some()) {
                Place::Paying
            } else {
                Place::Choosing
            },
            invoice,
            link: Link::Live,
            last: Last::default(),
            edge: String::new(),
            form_key: String::new(),
            wallets: Vec::new(),
            is_handheld: false,
            eip681: false,
            copied: None,
            open_group: None,
            announcement: String::new(),
            sends: Vec::new(),
            count_until_ms: 0,
            seed,
            attempts: 0,
            requests: 0,
        }
    }

    /// The state the buyer is in. The invoice's status comes first: whatever the buyer was doing, a payment that has
    /// been seen is what they see.
    pub fn screen(&self) -> Screen<'_> {
        let Some(invoice) = &self.invoice else {
            return match (&self.page.source, &self.place) {
                (Source::Problem(problem), _) => Screen::Missing(problem),
                (_, Place::Preparing { early, .. }) => preparing(early.as_ref()),
                (_, Place::Failed { problem, .. }) => Screen::Failed(problem),
                (Source::Pay { options, .. }, Place::Picked(flow)) => picked(flow, options),
                (Source::Pay { options, .. }, _) => Screen::Choosing(options),
                (Source::Invoice, _) => Screen::Choosing(&[]),
            };
        };
        #[rustfmt::skip]
        let screen = match (invoice.status, &self.place, &invoice.quote) {
            (Status::Confirming, _, _)                            => Screen::Confirming(invoice),
            (Status::Paid, _, _)                                  => Screen::Paid(invoice),
            (Status::Expired, _, _)                               => Screen::Expired(invoice),
            (Status::Cancelled, _, _)                             => Screen::Cancelled(invoice),
            (Status::Open, _, _) if self.is_over(invoice)         => Screen::TimeUp(invoice),
            (Status::Open, Place::Preparing { early, .. }, _)     => preparing(early.as_ref()),
            (Status::Open, Place::Failed { problem, .. }, _)      => Screen::Failed(problem),
            (Status::Open, Place::Picked(flow), None)             => picked(flow, &invoice.options),
            (Status::Open, Place::Choosing, _)
            | (Status::Open, _, None)                             => Screen::Choosing(&invoice.options),
            (Status::Open, Place::Looking, Some(quote))           => Screen::Looking(quote),
            // Sent money is waited for, however old the quote gets meanwhile.
            (Status::Open, Place::Wallet(flow), Some(quote))
                if flow.hash().is_some()                          => Screen::Wallet(flow, quote),
            (Status::Open, Place::Remote(remote), Some(quote))
                if remote.hash().is_some()                        => Screen::Remote(remote, quote),
            (Status::Open, _, Some(quote)) if self.is_stale(quote) => Screen::Stale(quote),
            (Status::Open, Place::Wallet(flow), Some(quote))      => Screen::Wallet(flow, quote),
            (Status::Open, Place::Exchange, Some(quote))          => Screen::Exchange(quote),
            (Status::Open, Place::Remote(remote), Some(quote))    => Screen::Remote(remote, quote),
            (Status::Open, Place::Wallets, Some(quote))           => Screen::Wallets(quote),
            (Status::Open, Place::Paying | Place::Picked(_), Some(quote)) => Screen::Paying(quote),
        };
        screen
    }

    /// What has been asked of the edge.
    pub fn asked_for(&self) -> Option<&AssetOption> {
        let Place::Preparing { attempt, .. } = &self.place else { return None };
        self.options().iter().find(|option| option.asset == attempt.asset)
    }

    /// The wallet to offer at once: the only one, or the one used the last time.
    pub fn likely_wallet(&self) -> Option<&Wallet> {
        match self.wallets.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|wallet| self.last.is_wallet(wallet)),
        }
    }

    fn is_over(&self, invoice: &Invoice) -> bool {
        self.now_ms >= invoice.expires_at_ms
    }

    fn is_stale(&self, quote: &Quote) -> bool {
        self.now_ms >= quote.expires_at_ms
    }

    /// Shows the page as its address asks: where no script runs, only the address remembers what was pressed.
    pub fn look(&mut self, act: Act) {
        match act {
            Act::Group(symbol) => self.open_group = Some(symbol),
            Act::ChangeAsset if self.may_change_asset() => self.place = Place::Choosing,
            Act::HavePaid => self.place = Place::Looking,
            Act::Exchange => self.place = Place::Exchange,
            Act::Wallets => self.place = Place::Wallets,
            Act::Qr => self.eip681 = true,
            _ => {}
        }
    }

    /// True while money may change what is shown.
    pub fn is_awaited(&self) -> bool {
        self.invoice.as_ref().is_some_and(|invoice| matches!(invoice.status, Status::Open | Status::Confirming))
    }

    /// When the amount stops being valid; nothing where no time runs.
    pub fn deadline_ms(&self) -> Option<i64> {
        let invoice = self.invoice.as_ref().filter(|invoice| invoice.status == Status::Open)?;
        let quote_ms = invoice.quote.as_ref().map_or(i64::MAX, |quote| quote.expires_at_ms);
        Some(invoice.expires_at_ms.min(quote_ms))
    }

    /// True while a second that goes by changes anything.
    pub fn is_timed(&self) -> bool {
        self.deadline_ms().is_some() || matches!(self.place, Place::Preparing { .. })
    }

    /// The store's name, where it is known.
    pub fn store_name(&self) -> &str {
        match (&self.invoice, &self.page.source) {
            (Some(invoice), _) => &invoice.store_name,
            (None, Source::Pay { store_name, .. }) => store_name,
            (None, _) => "",
        }
    }

    /// What is bought, if it is a product.
    pub fn product(&self) -> Option<&Product> {
        match (&self.invoice, &self.page.source) {
            (Some(invoice), _) => invoice.product.as_ref(),
            (None, Source::Pay { product, .. }) => product.as_ref(),
            (None, _) => None,
        }
    }

    /// The price.
    pub fn price(&self) -> Option<&crate::wire::Money> {
        match (&self.invoice, &self.page.source) {
            (Some(invoice), _) => Some(&invoice.price),
            (None, Source::Pay { price, .. }) => Some(price),
            (None, _) => None,
        }
    }

    /// True if coin and network may still be changed: money that has arrived is bound to its quote.
    pub fn may_change_asset(&self) -> bool {
        self.invoice.as_ref().is_some_and(|invoice| {
            invoice.status == Status::Open && invoice.payments.is_empty() && invoice.options.len() > 1
        })
    }
}

const fn preparing(early: Option<&Flow>) -> Screen<'_> {
    match early {
        Some(flow) => Screen::Connecting(flow),
        None => Screen::Preparing,
    }
}

const fn picked<'a>(flow: &'a Flow, options: &'a [AssetOption]) -> Screen<'a> {
    if flow.is_connected() { Screen::Picked(flow, options) } else { Screen::Connecting(flow) }
}

impl Screen<'_> {
    /// Names the screen: for `data-screen`, and to see that it changed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing(_) => "missing",
            Self::Choosing(_) => "choosing",
            Self::Picked(..) => "picked",
            Self::Preparing => "preparing",
            Self::Failed(_) => "failed",
            Self::Paying(_) => "paying",
            Self::Looking(_) => "looking",
            Self::Exchange(_) => "exchange",
            Self::Wallets(_) => "wallets",
            // One goes over into the other, and the buyer sees no difference.
            Self::Connecting(_) | Self::Wallet(..) => "wallet",
            Self::Remote(..) => "walletconnect",
            Self::Stale(_) => "stale",
            Self::TimeUp(_) => "time-up",
            Self::Confirming(_) => "confirming",
            Self::Paid(_) => "paid",
            Self::Expired(_) => "expired",
            Self::Cancelled(_) => "cancelled",
        }
    }

    /// True where the time left is shown.
    pub fn has_countdown(self) -> bool {
        match self {
            Self::Paying(_) | Self::Looking(_) | Self::Exchange(_) | Self::Wallets(_) => true,
            // What is sent is in time.
            Self::Wallet(flow, _) => flow.hash().is_none(),
            Self::Remote(remote, _) => remote.hash().is_none(),
            _ => false,
        }
    }
}
