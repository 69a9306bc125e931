//! Everything that can go wrong, each with a stable code and a sentence for the buyer that says what to do.

use crate::json::Value;
use crate::text::concat;

/// Why a session ended or a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The store has no project id.
    NoProjectId,
    /// Several attempts to reach the relay failed; more follow.
    RelayUnreachable,
    /// The relay does not take this project id, this site's address, or this device's clock.
    ProjectRefused {
        /// What the relay says.
        reason: String,
    },
    /// The relay did not take a message.
    RelayRefused {
        /// What the relay says.
        reason: String,
    },
    /// The buyer said no to the connection, in the wallet.
    WalletRejected,
    /// The wallet cannot send transactions on any network that is asked for.
    WalletUnsupported,
    /// The wallet has no account on this network.
    WrongChain {
        /// The network's CAIP-2 id.
        chain: String,
    },
    /// The wallet ended the session.
    WalletGone,
    /// The buyer disconnected here.
    Disconnected,
    /// No wallet answered while the pairing code was good.
    PairingExpired,
    /// The session's time is over.
    SessionExpired,
    /// The wallet did not answer in time. It may still.
    RequestExpired,
    /// The buyer said no to the transaction, in the wallet.
    TransactionRefused,
    /// The wallet refused the transaction for a reason of its own.
    WalletError {
        /// The wallet's code, or 0.
        code: i64,
        /// What the wallet says.
        message: String,
    },
    /// A transaction is already waiting in the wallet.
    AlreadyAsking,
    /// There is no session.
    NotConnected,
    /// The other side sent what the protocol does not allow.
    Malformed {
        /// What was wrong.
        what: &'static str,
    },
}

impl std::error::Error for Failure {}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words())
    }
}

/// A wallet's own words are shown up to here.
const MESSAGE_MAX: usize = 200;

impl Failure {
    /// A stable name, by which a page may choose words of its own.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoProjectId => "no_project_id",
            Self::RelayUnreachable => "relay_unreachable",
            Self::ProjectRefused { .. } => "project_refused",
            Self::RelayRefused { .. } => "relay_refused",
            Self::WalletRejected => "wallet_rejected",
            Self::WalletUnsupported => "wallet_unsupported",
            Self::WrongChain { .. } => "wrong_chain",
            Self::WalletGone => "wallet_gone",
            Self::Disconnected => "disconnected",
            Self::PairingExpired => "pairing_expired",
            Self::SessionExpired => "session_expired",
            Self::RequestExpired => "request_expired",
            Self::TransactionRefused => "transaction_refused",
            Self::WalletError { .. } => "wallet_error",
            Self::AlreadyAsking => "already_asking",
            Self::NotConnected => "not_connected",
            Self::Malformed { .. } => "malformed",
        }
    }

    /// A sentence for the buyer. Not by a `Display` that is derived: the formatting it brings would be a tenth of the module.
    pub fn words(&self) -> String {
        let words = match self {
            Self::NoProjectId => "this shop has not set up WalletConnect: choose another way to pay",
            Self::RelayUnreachable => {
                "the WalletConnect network cannot be reached: check the internet connection; it is tried again by itself"
            }
            Self::ProjectRefused { reason } => {
                return concat(&[
                    "the WalletConnect network does not admit this shop (",
                    reason,
                    "): choose another way to pay",
                ]);
            }
            Self::RelayRefused { reason } => {
                return concat(&["the WalletConnect network did not take the message (", reason, "): try again"]);
            }
            Self::WalletRejected => "the connection was declined in the wallet: connect again to pay with it",
            Self::WalletUnsupported => {
                "this wallet does not support what is needed to pay here: choose another wallet or another way to pay"
            }
            Self::WrongChain { chain } => {
                return concat(&[
                    "the wallet has no account on the network ",
                    chain,
                    ": enable it in the wallet, or choose another asset",
                ]);
            }
            Self::WalletGone => "the wallet disconnected: connect again to pay with it",
            Self::Disconnected => "disconnected from the wallet",
            Self::PairingExpired => "the code has expired: show a new one",
            Self::SessionExpired => "the connection to the wallet has expired: connect again",
            Self::RequestExpired => {
                "the wallet has not answered: if the payment was confirmed there, wait; otherwise ask again"
            }
            Self::TransactionRefused => "the payment was declined in the wallet: nothing was sent",
            Self::WalletError { message, .. } => return concat(&["the wallet did not send the payment: ", message]),
            Self::AlreadyAsking => "the wallet is already asking: open it to confirm or decline",
            Self::NotConnected => "no wallet is connected: connect one first",
            Self::Malformed { what } => {
                return concat(&[
                    "the wallet answered in a way that is not understood (",
                    what,
                    "): try again or choose another wallet",
                ]);
            }
        };
        words.to_owned()
    }

    /// What a wallet's refusal of the session means.
    pub(crate) fn of_proposal(error: &Value) -> Self {
        match code_of(error) {
            // Unsupported chains, methods, events, accounts, namespaces.
            5100..=5104 => Self::WalletUnsupported,
            _ => Self::WalletRejected,
        }
    }

    /// What a wallet's refusal of a transaction on `chain` means.
    pub(crate) fn of_transaction(error: &Value, chain: &str) -> Self {
        let chain = chain.to_owned();
        match code_of(error) {
            // EIP-1193, and the code that WalletConnect gives to any refusal by the user.
            4001 | 5000 => Self::TransactionRefused,
            // WalletConnect's unauthorised and unsupported chain; EIP-1193's disconnected and unknown chain.
            3005 | 4901 | 4902 | 5001 | 5100 => Self::WrongChain { chain },
            // Invalid or unauthorised method, EIP-1193's unauthorised and unsupported method.
            1001 | 3001 | 4100 | 4200 | 5101 => Self::WalletUnsupported,
            8000 => Self::RequestExpired,
            code => {
                Self::WalletError { code, message: one_line(error.text_of("message").unwrap_or("no reason given")) }
            }
        }
    }
}

fn code_of(error: &Value) -> i64 {
    match error.get("code") {
        Some(Value::Number(digits)) => digits.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// A stranger's words, on one line and cut to a length that a page can show.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(MESSAGE_MAX).collect()
}
