//! Why a wallet did not do what it was asked, and the one sentence that helps.

use super::message::WalletError;
use crate::format;
use crate::text::Text;
use crate::wire::Quote;

/// What the wallet was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Showing an account.
    Connect,
    /// Going to the right network.
    Network,
    /// Sending the payment.
    Pay,
}

/// Why it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The buyer declined.
    Rejected,
    /// A question of the wallet is still open.
    AlreadyAsking,
    /// The account has not been allowed to do this here.
    Unauthorised,
    /// The wallet does not know the method.
    Unsupported,
    /// The wallet has lost every network.
    Disconnected,
    /// The wallet has lost this network.
    ChainDisconnected,
    /// The wallet knows nothing of the network and would not add it.
    ChainMissing,
    /// The wallet says that it switched, and is elsewhere.
    WrongChain,
    /// No account was shared.
    NoAccount,
    /// Not enough of the coin that is paid.
    NotEnough,
    /// Not enough of the chain's own coin for the fee.
    NotEnoughFee,
    /// The account holds less of the coin than is to be paid: this much.
    Short(String),
    /// The account holds nothing for the fee.
    NoFee,
    /// Something else, in the wallet's words.
    Unknown(String),
}

/// Longer words from a wallet are not shown: some put a whole call trace there.
const MESSAGE_LENGTH_MAX: usize = 160;

/// What a wallet's words are about.
enum Said {
    /// The coin that is paid.
    Coin,
    /// That, where it is the chain's own; otherwise the fee.
    Funds,
    Fee,
    Rejected,
    Locked,
}

/// What wallets say, in small letters; the first that is found counts.
const PHRASES: [(&str, Said); 7] = [
    ("exceeds balance", Said::Coin),
    ("insufficient balance", Said::Coin),
    ("insufficient funds", Said::Funds),
    ("gas required exceeds allowance", Said::Fee),
    ("user rejected", Said::Rejected),
    ("user denied", Said::Rejected),
    ("is locked", Said::Locked),
];

impl Refusal {
    /// Reads a wallet's error; without a quote there is no network or coin yet that it could be of. Codes are those of
    /// EIP-1193, EIP-1474 and EIP-3085.
    pub fn of(error: &WalletError, quote: Option<&Quote>) -> Self {
        match error.code {
            4001 => Self::Rejected,
            4100 => Self::Unauthorised,
            4200 | -32601 => Self::Unsupported,
            4901 if quote.is_some() => Self::ChainDisconnected,
            4900 | 4901 => Self::Disconnected,
            -32002 => Self::AlreadyAsking,
            _ if error.is_unknown_chain() && quote.is_some() => Self::ChainMissing,
            _ => Self::by_words(error, quote),
        }
    }

    /// Wallets tell of missing funds in words only.
    fn by_words(error: &WalletError, quote: Option<&Quote>) -> Self {
        let words = error.message.to_ascii_lowercase();
        // Not `contains`: the standard library's search weighs more than this whole file.
        let says = |phrase: &str| words.as_bytes().windows(phrase.len()).any(|part| part == phrase.as_bytes());
        let is_native = |quote: &Quote| quote.wallet_call.as_ref().is_none_or(|call| call.data.len() <= 2);
        match (PHRASES.iter().find(|(phrase, _)| says(phrase)), quote) {
            (Some((_, Said::Rejected)), _) => Self::Rejected,
            (Some((_, Said::Locked)), _) => Self::Disconnected,
            (Some((_, Said::Coin)), Some(_)) => Self::NotEnough,
            (Some((_, Said::Funds)), Some(quote)) if is_native(quote) => Self::NotEnough,
            (Some((_, Said::Funds | Said::Fee)), Some(_)) => Self::NotEnoughFee,
            _ => {
                let shown = if error.message.len() > MESSAGE_LENGTH_MAX { "" } else { &error.message };
                Self::Unknown(shown.to_owned())
            }
        }
    }

    /// What is wrong, or did not happen.
    pub fn title(&self, stage: Stage, quote: Option<&Quote>) -> String {
        match (self, stage) {
            (Self::Short(_), _) => Text::NotEnoughTitle.with(&[quote.map_or("", |quote| &quote.symbol)]),
            (Self::NotEnoughFee | Self::NoFee, _) => Text::NotEnoughTitle.with(&[quote.map_or("", fee_symbol)]),
            (Self::NoAccount, _) | (_, Stage::Connect) => Text::RefusedConnectTitle.into(),
            (_, Stage::Network) => Text::RefusedNetworkTitle.into(),
            (_, Stage::Pay) => Text::RefusedPayTitle.into(),
        }
    }

    /// True if another coin may be what helps.
    pub const fn is_of_coin(&self) -> bool {
        matches!(self, Self::NotEnough | Self::Short(_))
    }

    /// The sentence for the buyer.
    pub fn explain(&self, stage: Stage, wallet: &str, quote: Option<&Quote>) -> String {
        let chain_name = quote.map_or("", |quote| &quote.chain_name);
        let symbol = quote.map_or("", |quote| &quote.symbol);
        let (text, second) = match (self, stage) {
            (Self::Rejected, Stage::Connect) => (Text::RejectedConnect, ""),
            (Self::Rejected, Stage::Network) => (Text::RejectedNetwork, chain_name),
            (Self::Rejected, Stage::Pay) => (Text::RejectedPay, ""),
            (Self::AlreadyAsking, _) => (Text::AlreadyAsking, ""),
            (Self::Unauthorised, _) => (Text::Unauthorised, ""),
            (Self::Unsupported, _) => (Text::UnsupportedMethod, ""),
            (Self::Disconnected, _) => (Text::WalletDisconnected, ""),
            (Self::ChainDisconnected, _) => (Text::ChainDisconnected, chain_name),
            (Self::ChainMissing, _) => (Text::ChainMissing, chain_name),
            (Self::WrongChain, _) => (Text::WrongChain, chain_name),
            (Self::NoAccount, _) => (Text::NoAccount, ""),
            (Self::NotEnough, _) => return Text::NotEnough.with(&[symbol]),
            (Self::Short(held), _) => {
                let due = quote.map_or("", |quote| &quote.amount_due);
                let [held, due] = [held, due].map(|amount| format::amount_of(amount, symbol));
                return Text::NotEnoughHeld.with(&[&held, &due]);
            }
            (Self::NotEnoughFee | Self::NoFee, _) => return Text::NotEnoughFee.with(&[quote.map_or("", fee_symbol)]),
            (Self::Unknown(_), _) => (Text::UnknownRefusal, ""),
        };
        text.with(&[wallet, second])
    }
}

/// The coin that the chain's fee is paid in.
fn fee_symbol(quote: &Quote) -> &str {
    quote.fee_symbol.as_deref().unwrap_or_default()
}

impl WalletError {
    /// True if the wallet does not know the chain: 4902, or on some phones an internal error around it.
    pub fn is_unknown_chain(&self) -> bool {
        self.code == 4902 || self.original_code == Some(4902)
    }
}
