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

impl Refusal {
    /// Reads a wallet's error. Codes are those of EIP-1193, EIP-1474 and EIP-3085.
    pub fn of(error: &WalletError, quote: &Quote) -> Self {
        match error.code {
            4001 => Self::Rejected,
            4100 => Self::Unauthorised,
            4200 | -32601 => Self::Unsupported,
            4900 => Self::Disconnected,
            4901 => Self::ChainDisconnected,
            -32002 => Self::AlreadyAsking,
            _ if error.is_unknown_chain() => Self::ChainMissing,
            _ => Self::by_words(error, quote),
        }
    }

    /// Wallets tell of missing funds in words only.
    fn by_words(error: &WalletError, quote: &Quote) -> Self {
        let words = error.message.to_ascii_lowercase();
        let is_native = quote.wallet_call.as_ref().is_none_or(|call| call.data.len() <= 2);
        // Not `contains`: the standard library's search weighs more than this whole file.
        let says = |phrase: &str| words.as_bytes().windows(phrase.len()).any(|part| part == phrase.as_bytes());
        if says("exceeds balance") || says("insufficient balance") || (is_native && says("insufficient funds")) {
            Self::NotEnough
        } else if says("insufficient funds") || says("gas required exceeds allowance") {
            Self::NotEnoughFee
        } else if says("user rejected") || says("user denied") {
            Self::Rejected
        } else if says("is locked") {
            Self::Disconnected
        } else {
            let shown = if error.message.len() > MESSAGE_LENGTH_MAX { String::new() } else { error.message.clone() };
            Self::Unknown(shown)
        }
    }

    /// What is wrong, or did not happen.
    pub fn title(&self, stage: Stage, quote: &Quote) -> String {
        match (self, stage) {
            (Self::Short(_), _) => Text::NotEnoughTitle.with(&[&quote.symbol]),
            (Self::NotEnoughFee | Self::NoFee, _) => Text::NotEnoughTitle.with(&[fee_symbol(quote)]),
            (_, Stage::Connect) => Text::RefusedConnectTitle.into(),
            (_, Stage::Network) => Text::RefusedNetworkTitle.into(),
            (_, Stage::Pay) => Text::RefusedPayTitle.into(),
        }
    }

    /// True if another coin may be what helps.
    pub const fn is_of_coin(&self) -> bool {
        matches!(self, Self::NotEnough | Self::Short(_))
    }

    /// The sentence for the buyer.
    pub fn explain(&self, stage: Stage, wallet: &str, quote: &Quote) -> String {
        let (text, second) = match (self, stage) {
            (Self::Rejected, Stage::Connect) => (Text::RejectedConnect, ""),
            (Self::Rejected, Stage::Network) => (Text::RejectedNetwork, quote.chain_name.as_str()),
            (Self::Rejected, Stage::Pay) => (Text::RejectedPay, ""),
            (Self::AlreadyAsking, _) => (Text::AlreadyAsking, ""),
            (Self::Unauthorised, _) => (Text::Unauthorised, ""),
            (Self::Unsupported, _) => (Text::UnsupportedMethod, ""),
            (Self::Disconnected, _) => (Text::WalletDisconnected, ""),
            (Self::ChainDisconnected, _) => (Text::ChainDisconnected, quote.chain_name.as_str()),
            (Self::ChainMissing, _) => (Text::ChainMissing, quote.chain_name.as_str()),
            (Self::WrongChain, _) => (Text::WrongChain, quote.chain_name.as_str()),
            (Self::NoAccount, _) => (Text::NoAccount, ""),
            (Self::NotEnough, _) => return Text::NotEnough.with(&[&quote.symbol]),
            (Self::Short(held), _) => {
                let [held, due] = [held, &quote.amount_due].map(|amount| format::amount_of(amount, &quote.symbol));
                return Text::NotEnoughHeld.with(&[&held, &due]);
            }
            (Self::NotEnoughFee | Self::NoFee, _) => return Text::NotEnoughFee.with(&[fee_symbol(quote)]),
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
