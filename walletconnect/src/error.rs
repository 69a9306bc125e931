//! Everything that can go wrong, each with a stable code. The sentences for the buyer are the checkout's, in its languages.

use crate::json::Value;

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
    /// The wallet has no account on the network that is asked for.
    WrongChain,
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
        f.write_str(self.code())
    }
}

/// A wallet's own words are shown up to here.
const MESSAGE_MAX: usize = 200;

impl Failure {
    /// A stable name, by which the page chooses its words.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoProjectId => "no_project_id",
            Self::RelayUnreachable => "relay_unreachable",
            Self::ProjectRefused { .. } => "project_refused",
            Self::RelayRefused { .. } => "relay_refused",
            Self::WalletRejected => "wallet_rejected",
            Self::WalletUnsupported => "wallet_unsupported",
            Self::WrongChain => "wrong_chain",
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

    /// The relay's or the wallet's own words, or what was wrong; mostly nothing.
    pub fn detail(&self) -> &str {
        match self {
            Self::ProjectRefused { reason } | Self::RelayRefused { reason } => reason,
            Self::WalletError { message, .. } => message,
            Self::Malformed { what } => what,
            _ => "",
        }
    }

    /// What a wallet's refusal of the session means.
    pub(crate) fn of_proposal(error: &Value) -> Self {
        match code_of(error) {
            // Unsupported chains, methods, events, accounts, namespaces.
            5100..=5104 => Self::WalletUnsupported,
            _ => Self::WalletRejected,
        }
    }

    /// What a wallet's refusal of a transaction means.
    pub(crate) fn of_transaction(error: &Value) -> Self {
        match code_of(error) {
            // EIP-1193, and the code that WalletConnect gives to any refusal by the user.
            4001 | 5000 => Self::TransactionRefused,
            // WalletConnect's unauthorised and unsupported chain; EIP-1193's disconnected and unknown chain.
            3005 | 4901 | 4902 | 5001 | 5100 => Self::WrongChain,
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
