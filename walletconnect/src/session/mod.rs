//! The session: what the wallet agreed to, the messages of the protocol, and how its settling is read.

mod methods;
mod settle;

pub use methods::{DELETE, PING, PROPOSE, REQUEST};
pub use methods::{Method, known, wakes_the_wallet};
pub(crate) use settle::{Agreed, leads_to_an_app, read_agreed, read_wallet};

use crate::crypto::Key;
use crate::text::concat;

/// What every payment is asked with.
pub const SEND_TRANSACTION: &str = "eth_sendTransaction";

/// An account of the wallet on one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The chain's CAIP-2 id.
    pub chain: String,
    /// `0x` and forty hexadecimal digits.
    pub address: String,
}

impl Account {
    /// Reads a CAIP-10 id of an EVM account.
    pub fn read(text: &str) -> Option<Self> {
        let (chain, address) = text.rsplit_once(':')?;
        let reference = chain.strip_prefix("eip155:")?;
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let digits = address.strip_prefix("0x")?;
        let is_address = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_number(reference) && is_address).then(|| Self { chain: chain.to_owned(), address: address.to_owned() })
    }

    /// As a CAIP-10 id.
    pub fn print(&self) -> String {
        concat(&[&self.chain, ":", &self.address])
    }
}

/// Who the wallet says it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wallet {
    /// Its name; may be empty.
    pub name: String,
    /// A link that brings it to the front, on a phone.
    pub link: Option<String>,
}

/// A session that a wallet has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Under which all of its messages are sealed.
    pub key: Key,
    /// When it ends, in seconds since 1970.
    pub expires_at_s: u64,
    /// In the wallet's order.
    pub accounts: Vec<Account>,
    /// Who is on the other side.
    pub wallet: Wallet,
    /// The newest update that has been taken; older ones are late.
    pub updated_by: u64,
}

impl Session {
    /// The account to pay from on a chain.
    pub fn account_on(&self, chain: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.chain == chain)
    }
}
