//! One payment through a wallet in another app or on another device, by WalletConnect: code, connection, transaction.
//!
//! What it never does: ask a wallet twice by itself, pass on a transaction that the edge did not make for this invoice, or
//! count a hash as a payment. A request that may still be open in the wallet is only ever repeated by the buyer's own press.

use super::message::{Effect, WalletError};
use super::refusal::{Refusal, Stage};
use super::{Model, Place};
use crate::text::Text;
use crate::wire::Quote;

/// A code of JSON-RPC that says nothing more: what matters is in the wallet's words.
const SOME_ERROR: i64 = -32_000;

/// Where such a wallet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteStep {
    /// The module is on its way, or the code is. After a reload, what was left off is looked for.
    Opening {
        /// True after a reload.
        is_resumed: bool,
    },
    /// A code for a wallet to take.
    Code(String),
    /// Connected, and asked for the payment.
    Confirming,
    /// It sent a transaction.
    Sent(String),
    /// It did not do it.
    Refused(Stage, RemoteRefusal),
}

/// One payment through such a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Where it is.
    pub step: RemoteStep,
    /// The wallet's name; empty until it is connected.
    pub wallet: String,
    /// What brings its app to the front, on a phone.
    pub link: Option<String>,
    /// True while the relay can't be reached.
    pub is_cut_off: bool,
    /// True where a phone draws the code, for a wallet on another device.
    pub is_drawn: bool,
}

/// What is asked of WalletConnect's module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteRequest {
    /// Shows a code, or goes on with the wallet there is.
    Connect,
    /// Goes on with what the page left off.
    Resume,
    /// Asks the wallet to send money.
    Send {
        /// Destination.
        to: String,
        /// Native coin as a JSON-RPC quantity.
        value: String,
        /// Call data.
        data: String,
        /// Comes back with the hash.
        reference: String,
    },
    /// Leaves the wallet.
    Leave,
}

/// What the module tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteEvent {
    /// The code.
    Code(String),
    /// A wallet is connected.
    Connected {
        /// Its name.
        wallet: String,
        /// What brings it to the front.
        link: Option<String>,
        /// The reference of the transaction that it is being asked for.
        asked: Option<String>,
    },
    /// It sent a transaction. A hint, never a proof.
    Sent {
        /// The transaction.
        hash: String,
        /// CAIP-2 id of its chain.
        chain: String,
        /// Which was asked for.
        reference: String,
    },
    /// The relay is reached again.
    Restored,
    /// Something failed or came to an end.
    Failed {
        /// The module's name for it.
        code: String,
        /// The wallet's or the relay's own words; may be empty.
        detail: String,
    },
}

/// Why it did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteRefusal {
    /// As any wallet refuses.
    Wallet(Refusal),
    /// The buyer declined the connection.
    Declined,
    /// It can't send payments.
    Unsupported,
    /// It has no account on the chain.
    NoAccount,
    /// The code has run out.
    CodeOver,
    /// The connection has come to an end.
    Over,
    /// It has not answered. It may still.
    NoAnswer,
    /// WalletConnect does not work in this shop.
    Unavailable,
    /// Something else.
    Trouble,
}

impl RemoteRefusal {
    /// Reads the module's code; nothing for what is no refusal.
    pub(super) fn of(code: &str, detail: &str, quote: &Quote) -> Option<Self> {
        Some(match code {
            "disconnected" | "relay_unreachable" => return None,
            "wallet_rejected" => Self::Declined,
            "wallet_unsupported" => Self::Unsupported,
            "wrong_chain" => Self::NoAccount,
            "pairing_expired" => Self::CodeOver,
            "wallet_gone" | "session_expired" | "not_connected" => Self::Over,
            "request_expired" => Self::NoAnswer,
            "no_project_id" | "project_refused" => Self::Unavailable,
            "transaction_refused" => Self::Wallet(Refusal::Rejected),
            "already_asking" => Self::Wallet(Refusal::AlreadyAsking),
            "wallet_error" => {
                let error = WalletError { code: SOME_ERROR, original_code: None, message: detail.to_owned() };
                Self::Wallet(Refusal::of(&error, Some(quote)))
            }
            _ => Self::Trouble,
        })
    }

    /// The sentence for the buyer.
    pub fn explain(&self, stage: Stage, wallet: &str, quote: &Quote) -> String {
        match self {
            Self::Wallet(refusal) => refusal.explain(stage, wallet, Some(quote)),
            Self::Declined => Text::RemoteDeclined.into(),
            Self::Unsupported => Text::RemoteUnsupported.into(),
            Self::NoAccount => Text::RemoteNoAccount.with(&[&quote.chain_name]),
            Self::CodeOver => Text::RemoteCodeOver.into(),
            Self::Over => Text::RemoteOver.into(),
            Self::NoAnswer => Text::RemoteNoAnswer.into(),
            Self::Unavailable => Text::RemoteUnavailable.into(),
            Self::Trouble => Text::RemoteTrouble.into(),
        }
    }

    /// What is wrong, or did not happen.
    fn title(&self, stage: Stage, quote: &Quote) -> String {
        match self {
            Self::Wallet(refusal) => refusal.title(stage, Some(quote)),
            Self::NoAnswer => Text::NoAnswerTitle.into(),
            _ => Refusal::Unknown(String::new()).title(stage, Some(quote)),
        }
    }

    /// True if another coin may be what helps.
    pub const fn is_of_coin(&self) -> bool {
        match self {
            Self::Wallet(refusal) => refusal.is_of_coin(),
            why => matches!(why, Self::NoAccount),
        }
    }

    /// True if asking again may help.
    pub fn may_be_tried_again(&self) -> bool {
        *self != Self::Unavailable
    }
}

impl Remote {
    fn opening(is_resumed: bool) -> Self {
        let step = RemoteStep::Opening { is_resumed };
        Self { step, wallet: String::new(), link: None, is_cut_off: false, is_drawn: false }
    }

    /// The transaction, once the wallet has sent it.
    pub fn hash(&self) -> Option<&str> {
        if let RemoteStep::Sent(hash) = &self.step { Some(hash) } else { None }
    }

    /// What the wallet is busy with.
    pub const fn stage(&self) -> Stage {
        match self.step {
            RemoteStep::Opening { .. } | RemoteStep::Code(_) => Stage::Connect,
            RemoteStep::Confirming | RemoteStep::Sent(_) => Stage::Pay,
            RemoteStep::Refused(stage, _) => stage,
        }
    }

    /// The heading of the screen.
    pub fn title(&self, is_handheld: bool, quote: &Quote) -> String {
        match &self.step {
            RemoteStep::Opening { .. } => Text::RemoteOpening.into(),
            RemoteStep::Code(_) if is_handheld && !self.is_drawn => Text::WalletsTitle.into(),
            RemoteStep::Code(_) => Text::RemoteScan.into(),
            RemoteStep::Confirming => Text::ConfirmTitle.with(&[&self.wallet]),
            RemoteStep::Sent(_) => Text::SentTitle.into(),
            RemoteStep::Refused(stage, why) => why.title(*stage, quote),
        }
    }

    /// Takes what the module tells of the wallet; true if the payment is to be asked for now.
    fn told(&mut self, event: RemoteEvent, quote: &Quote, reference: &str) -> bool {
        // What has been sent is waited for, whatever becomes of the connection.
        if self.hash().is_some() {
            return false;
        }
        match event {
            RemoteEvent::Code(uri) => self.step = RemoteStep::Code(uri),
            RemoteEvent::Connected { wallet, link, asked } => {
                self.wallet = if wallet.is_empty() { NAMELESS.to_owned() } else { wallet };
                self.link = link;
                match (&self.step, asked) {
                    (_, Some(asked)) if asked == reference => self.step = RemoteStep::Confirming,
                    (_, Some(_)) => self.refuse(RemoteRefusal::Wallet(Refusal::AlreadyAsking)),
                    (RemoteStep::Opening { is_resumed: true }, None) => self.refuse(RemoteRefusal::NoAnswer),
                    (RemoteStep::Opening { .. } | RemoteStep::Code(_), None) => {
                        self.step = RemoteStep::Confirming;
                        return true;
                    }
                    // Its accounts have changed; the request stands as it is.
                    _ => {}
                }
            }
            RemoteEvent::Restored => self.is_cut_off = false,
            RemoteEvent::Failed { code, .. } if code == "relay_unreachable" => self.is_cut_off = true,
            RemoteEvent::Failed { code, detail } => {
                if let Some(refusal) = RemoteRefusal::of(&code, &detail, quote) {
                    self.refuse(refusal);
                }
            }
            RemoteEvent::Sent { .. } => {}
        }
        false
    }

    const fn is_resumed(&self) -> bool {
        matches!(self.step, RemoteStep::Opening { is_resumed: true })
    }

    fn refuse(&mut self, refusal: RemoteRefusal) {
        let refusal = match refusal {
            // It was asked to pay, and may have; before a reload, nobody knows.
            RemoteRefusal::Over if self.stage() == Stage::Pay || self.is_resumed() => RemoteRefusal::NoAnswer,
            refusal => refusal,
        };
        let stage = match refusal {
            RemoteRefusal::Wallet(_) | RemoteRefusal::NoAnswer => Stage::Pay,
            _ => self.stage(),
        };
        self.step = RemoteStep::Refused(stage, refusal);
    }
}

/// A wallet that does not say who it is.
const NAMELESS: &str = "WalletConnect";

impl Model {
    /// True if no wallet can be offered: none in the browser, and no way to one elsewhere.
    pub fn has_no_wallet(&self) -> bool {
        self.wallets.is_empty() && self.page.walletconnect.is_none()
    }

    /// Goes on where a reload interrupted a payment by WalletConnect.
    pub fn resume_remote(&mut self) -> Vec<Effect> {
        let is_open = matches!(self.place, Place::Paying) && self.is_awaited();
        if self.page.walletconnect.is_none() || !is_open {
            return Vec::new();
        }
        self.place = Place::Remote(Remote::opening(true));
        self.ask_remote(RemoteRequest::Resume)
    }

    /// True if a reload should come back to the wallet.
    pub(super) fn is_with_remote(&self) -> bool {
        matches!(&self.place, Place::Remote(remote) if remote.hash().is_none())
    }

    /// Picks WalletConnect, or asks it again.
    pub(super) fn begin_remote(&mut self) -> Vec<Effect> {
        if self.page.walletconnect.is_none() {
            return Vec::new();
        }
        self.place = Place::Remote(Remote::opening(false));
        self.ask_remote(RemoteRequest::Connect)
    }

    /// Leaves the wallet, and shows a code for another.
    pub(super) fn change_remote(&mut self) -> Vec<Effect> {
        let mut effects = self.ask_remote(RemoteRequest::Leave);
        effects.extend(self.begin_remote());
        effects
    }

    pub(super) fn remote_told(&mut self, event: RemoteEvent) -> Vec<Effect> {
        // Money that is sent counts for the invoice that it was asked for, wherever the buyer is now.
        if let RemoteEvent::Sent { hash, chain, reference } = event {
            return self.remote_sent(hash, chain, &reference);
        }
        let (Some(quote), Some(reference)) = (self.quote().cloned(), self.reference()) else { return Vec::new() };
        let Place::Remote(remote) = &mut self.place else { return Vec::new() };
        if !remote.told(event, &quote, &reference) {
            return Vec::new();
        }
        let Some(call) = quote.wallet_call else { return Vec::new() };
        self.ask_remote(RemoteRequest::Send { to: call.to, value: call.value, data: call.data, reference })
    }

    fn remote_sent(&mut self, hash: String, chain: String, reference: &str) -> Vec<Effect> {
        let invoice = reference.split_once(' ').map_or(reference, |(invoice, _)| invoice);
        if self.invoice.as_ref().is_some_and(|known| known.id == invoice) {
            let mut remote = match &self.place {
                Place::Remote(remote) => remote.clone(),
                _ => Remote::opening(false),
            };
            remote.step = RemoteStep::Sent(hash.clone());
            self.place = Place::Remote(remote);
        }
        vec![Effect::Hint { invoice: invoice.to_owned(), chain, hash }]
    }

    /// Names what a wallet is asked for: an answer may come after the buyer has chosen something else.
    fn reference(&self) -> Option<String> {
        let (invoice, quote) = (self.invoice.as_ref()?, self.quote()?);
        Some([invoice.id.as_str(), " ", &quote.id].concat())
    }

    fn ask_remote(&self, request: RemoteRequest) -> Vec<Effect> {
        let chain = self.quote().map(|quote| quote.chain.clone());
        chain.map(|chain| Effect::AskRemote { chain, request }).into_iter().collect()
    }
}
