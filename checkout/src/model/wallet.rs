//! One payment through one wallet, step by step: account, network, transaction.
//!
//! What it never does: pass a transaction to a wallet that the edge did not make for this invoice, or count a hash as a
//! payment. The hash only makes the edge look sooner.

use super::funds::{self, Funds, Purse};
use super::message::{Wallet, WalletAnswer, WalletError, WalletEvent, WalletRequest};
use super::refusal::{Refusal, Stage};
use crate::wire::{Quote, WalletCall};

/// Where the wallet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Asked for an account.
    Connecting,
    /// It showed an account; there is no amount yet.
    Connected,
    /// Asked for its network.
    Checking,
    /// Asked to change network.
    Switching,
    /// Asked to add the network.
    Adding,
    /// Asked what the account holds.
    Counting(Purse),
    /// Asked to send the payment.
    Confirming,
    /// It sent a transaction.
    Sent(String),
    /// It did not do it.
    Refused(Stage, Refusal),
}

/// One payment through one wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Which wallet.
    pub wallet: Wallet,
    /// Where it is.
    pub step: Step,
    /// The request whose answer is waited for; answers to others are stale.
    pub request: u32,
    account: String,
    has_switched: bool,
    has_added: bool,
    /// The account is another than the one whose balance was asked for.
    has_other_account: bool,
}

/// What follows an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Asks the wallet this.
    Ask(WalletRequest),
    /// Tells the edge of this transaction.
    Hint(String),
    /// Shows where it stands.
    Show,
}

impl Flow {
    /// Starts by asking for an account, with the request of this number.
    pub fn begin(wallet: Wallet, request: u32) -> Self {
        let step = Step::Connecting;
        Self {
            wallet,
            step,
            request,
            account: String::new(),
            has_switched: false,
            has_added: false,
            has_other_account: false,
        }
    }

    /// A transaction that was sent after the buyer had gone on to something else.
    pub fn sent(wallet: Wallet, hash: String) -> Self {
        Self { step: Step::Sent(hash), ..Self::begin(wallet, 0) }
    }

    /// The transaction, once the wallet has sent it.
    pub fn hash(&self) -> Option<&str> {
        if let Step::Sent(hash) = &self.step { Some(hash) } else { None }
    }

    /// True once there is an account, as long as there is no amount.
    pub const fn is_connected(&self) -> bool {
        matches!(self.step, Step::Connected)
    }

    /// What the wallet is busy with.
    pub const fn stage(&self) -> Stage {
        match self.step {
            Step::Connecting => Stage::Connect,
            Step::Connected | Step::Checking | Step::Switching | Step::Adding => Stage::Network,
            Step::Counting(_) | Step::Confirming | Step::Sent(_) => Stage::Pay,
            Step::Refused(stage, _) => stage,
        }
    }

    /// Takes the answer to the request that is waited for.
    pub fn answered(&mut self, result: Result<WalletAnswer, WalletError>, quote: &Quote) -> Next {
        let Some(call) = &quote.wallet_call else { return self.refuse(Refusal::Unsupported) };
        #[rustfmt::skip]
        let next = match (&self.step, result) {
            (Step::Connecting, Ok(WalletAnswer::List(accounts))) => self.connected(accounts),
            (Step::Connecting, Ok(_))                            => self.refuse(Refusal::NoAccount),
            (Step::Checking,   Ok(WalletAnswer::Text(chain)))    => self.on_chain(&chain, call),
            (Step::Switching,  Ok(_))                            => self.check(),
            (Step::Switching,  Err(error)) if error.is_unknown_chain() => self.add(quote),
            // An answer that names no chain is the wrong chain. Some wallets add and switch in one go, others only add:
            // after adding it is asked to switch in any case.
            (Step::Checking | Step::Adding, Ok(_))               => self.switch(call),
            // What can't be read, or is refused, is no reason not to pay.
            (Step::Counting(purse), result)                      => self.counted(*purse, result.ok().as_ref(), quote, call),
            (Step::Confirming, Ok(WalletAnswer::Text(hash))) if is_hash(&hash) => {
                self.step = Step::Sent(hash.clone());
                Next::Hint(hash)
            }
            (Step::Confirming, Ok(_))                            => self.refuse(Refusal::Unknown(String::new())),
            (Step::Connected | Step::Sent(_) | Step::Refused(..), _) => Next::Show,
            (_, Err(error))                                      => self.refuse(Refusal::of(&error, Some(quote))),
        };
        next
    }

    /// Takes what the wallet tells by itself.
    pub fn told(&mut self, event: WalletEvent) {
        let WalletEvent::AccountsChanged(accounts) = event else { return };
        match (&self.step, accounts.into_iter().next()) {
            // Nothing has been asked to send yet: it will be the account the buyer looks at now.
            (
                step @ (Step::Connected | Step::Checking | Step::Switching | Step::Adding | Step::Counting(_)),
                Some(account),
            ) => {
                self.has_other_account = matches!(step, Step::Counting(_));
                self.account = account;
            }
            (Step::Connected | Step::Checking | Step::Switching | Step::Adding | Step::Counting(_), None) => {
                self.refuse(Refusal::NoAccount);
            }
            _ => {}
        }
    }

    fn connected(&mut self, accounts: Vec<String>) -> Next {
        self.take_account(accounts);
        if self.is_connected() { self.check() } else { Next::Show }
    }

    /// Takes the account that the wallet shows.
    pub(super) fn take_account(&mut self, accounts: Vec<String>) -> Next {
        match accounts.into_iter().next() {
            Some(account) => {
                self.account = account;
                self.step = Step::Connected;
                Next::Show
            }
            None => self.refuse(Refusal::NoAccount),
        }
    }

    /// Asks for the network, once there is one that it should be on.
    pub(super) fn check(&mut self) -> Next {
        self.step = Step::Checking;
        Next::Ask(WalletRequest::ChainId)
    }

    fn on_chain(&mut self, chain: &str, call: &WalletCall) -> Next {
        if parse_quantity(chain) != Some(call.chain_id) {
            return if self.has_switched { self.refuse(Refusal::WrongChain) } else { self.switch(call) };
        }
        match funds::first_question(call, &self.account) {
            Some(question) => {
                self.step = Step::Counting(Purse::Coin);
                Next::Ask(question)
            }
            None => Next::Ask(self.send(call)),
        }
    }

    /// Takes a balance: of the coin that is paid first, then of the one that pays the fee.
    fn counted(&mut self, purse: Purse, answer: Option<&WalletAnswer>, quote: &Quote, call: &WalletCall) -> Next {
        let found = match (purse, answer) {
            _ if self.has_other_account => None,
            (Purse::Fee, Some(WalletAnswer::Text(answer))) => funds::of_fee(answer),
            (Purse::Coin, Some(WalletAnswer::Text(answer))) => funds::of_coin(quote, call, answer),
            _ => None,
        };
        match found {
            Some(Funds::Short(held)) => self.refuse(Refusal::Short(held)),
            Some(Funds::NoFee) => self.refuse(Refusal::NoFee),
            // Native coin that is enough needs no second look.
            Some(Funds::Enough) if purse == Purse::Coin && call.data.len() > 2 => {
                self.step = Step::Counting(Purse::Fee);
                Next::Ask(WalletRequest::Balance(self.account.clone()))
            }
            _ => Next::Ask(self.send(call)),
        }
    }

    /// True if the wallet may be asked to pay whatever its balances say.
    pub fn may_pay_anyway(&self) -> bool {
        matches!(self.step, Step::Counting(_) | Step::Refused(_, Refusal::Short(_) | Refusal::NoFee))
    }

    /// The request to pay, which this flow then waits for.
    pub fn send(&mut self, call: &WalletCall) -> WalletRequest {
        self.step = Step::Confirming;
        WalletRequest::Send {
            from: self.account.clone(),
            to: call.to.clone(),
            value: call.value.clone(),
            data: call.data.clone(),
            chain_id: call.chain_id,
        }
    }

    fn switch(&mut self, call: &WalletCall) -> Next {
        self.has_switched = true;
        self.step = Step::Switching;
        Next::Ask(WalletRequest::SwitchChain(call.chain_id))
    }

    fn add(&mut self, quote: &Quote) -> Next {
        match &quote.add_chain {
            Some(parameters) if !self.has_added => {
                self.has_added = true;
                self.step = Step::Adding;
                Next::Ask(WalletRequest::AddChain(parameters.clone()))
            }
            _ => self.refuse(Refusal::ChainMissing),
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) -> Next {
        self.step = Step::Refused(self.stage(), refusal);
        Next::Show
    }
}

/// A transaction's hash: `0x` and 64 hexadecimal digits.
pub fn is_hash(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A JSON-RPC quantity; a few wallets answer in decimal.
fn parse_quantity(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
