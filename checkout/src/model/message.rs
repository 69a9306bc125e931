//! What can happen to the checkout, and what it can ask of the world.

use groat_core::invoice::Status;

use super::Attempt;
use super::remote::{RemoteEvent, RemoteRequest};
use crate::text::Text;
use crate::wire::{Invoice, Money, Problem};

/// Something the buyer does. A control carries its act as text in its `value`; one listener at the root reads it, so that
/// the views are plain markup, the same on the edge as in the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Takes this asset (CAIP-19).
    Choose(String),
    /// Shows or hides the networks of this symbol.
    Group(String),
    /// Goes back to the choice of coin and network.
    ChangeAsset,
    /// One step back.
    Back,
    /// Shows the wallets.
    Wallets,
    /// Shows how to send from an exchange.
    Exchange,
    /// Takes the wallet of this uuid.
    Wallet(String),
    /// Asks the same wallet again.
    AskAgain,
    /// Asks it to pay though the account seems to hold too little.
    AskAnyway,
    /// Takes a wallet elsewhere, by WalletConnect.
    Remote,
    /// Leaves that wallet for another.
    OtherRemote,
    /// Draws its code on a phone, or hides it.
    RemoteCode,
    /// Changes between the two QR codes.
    Qr,
    /// "I have paid".
    HavePaid,
    /// Shows amount and address again.
    Details,
    /// Copies something.
    Copy(Copied),
    /// Asks for a new amount of the same asset.
    NewAmount,
    /// A new payment for the same thing.
    StartAgain,
    /// Prints the receipt.
    Print,
    /// Loads the page again.
    Reload,
    /// Closes the checkout.
    Close,
}

/// What can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The amount due, as digits.
    Amount,
    /// The deposit address.
    Address,
    /// The hash of the transaction just sent.
    Hash,
    /// The code for a wallet elsewhere.
    Link,
}

impl Copied {
    /// That it has been copied: said aloud, and the name of the button while it shows so.
    pub const fn told(self) -> Text {
        match self {
            Self::Amount => Text::CopiedAmount,
            Self::Address => Text::CopiedAddress,
            Self::Hash => Text::CopiedHash,
            Self::Link => Text::CopiedLink,
        }
    }
}

/// What of a buyer's choices is kept on their device: ids and names, no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The asset last chosen.
    Asset,
    /// The way last paid by: see [`super::Way`].
    Way,
}

/// Acts without anything to name, and their words.
const PLAIN: &[(Act, &str)] = &[
    (Act::ChangeAsset, "change"),
    (Act::Back, "back"),
    (Act::Wallets, "wallets"),
    (Act::Exchange, "exchange"),
    (Act::AskAgain, "ask-again"),
    (Act::AskAnyway, "ask-anyway"),
    (Act::Remote, "walletconnect"),
    (Act::OtherRemote, "other-wallet"),
    (Act::RemoteCode, "wallet-code"),
    (Act::Qr, "qr"),
    (Act::HavePaid, "have-paid"),
    (Act::Details, "details"),
    (Act::Copy(Copied::Amount), "copy-amount"),
    (Act::Copy(Copied::Address), "copy-address"),
    (Act::Copy(Copied::Hash), "copy-hash"),
    (Act::Copy(Copied::Link), "copy-link"),
    (Act::NewAmount, "new-amount"),
    (Act::StartAgain, "start-again"),
    (Act::Print, "print"),
    (Act::Reload, "reload"),
    (Act::Close, "close"),
];

impl Act {
    /// True if it only changes what is looked at, and a page's address can say it: nothing is asked of anybody.
    pub const fn is_look(&self) -> bool {
        matches!(self, Self::Group(_) | Self::ChangeAsset | Self::Wallets | Self::Exchange | Self::Qr | Self::HavePaid)
    }

    /// True if the edge can carry it out, for a page without scripts. The others need the buyer's own device.
    pub const fn is_for_edge(&self) -> bool {
        match self {
            Self::Choose(_)
            | Self::Group(_)
            | Self::ChangeAsset
            | Self::Back
            | Self::Wallets
            | Self::Exchange
            | Self::Qr
            | Self::HavePaid
            | Self::Details
            | Self::NewAmount
            | Self::StartAgain
            | Self::Reload => true,
            Self::Wallet(_)
            | Self::AskAgain
            | Self::AskAnyway
            | Self::Remote
            | Self::OtherRemote
            | Self::RemoteCode
            | Self::Copy(_)
            | Self::Print
            | Self::Close => false,
        }
    }

    /// The text for a control's `value`.
    pub fn to_attribute(&self) -> String {
        let (word, name) = match self {
            Self::Choose(asset) => ("choose:", asset.as_str()),
            Self::Group(symbol) => ("group:", symbol.as_str()),
            Self::Wallet(uuid) => ("wallet:", uuid.as_str()),
            plain => (PLAIN.iter().find(|(act, _)| act == plain).map_or("", |(_, word)| *word), ""),
        };
        let mut attribute = String::from(word);
        attribute.push_str(name);
        attribute
    }

    /// Reads a control's `value`.
    pub fn parse(attribute: &str) -> Option<Self> {
        match attribute.split_once(':') {
            Some(("choose", asset)) => Some(Self::Choose(asset.to_owned())),
            Some(("group", symbol)) => Some(Self::Group(symbol.to_owned())),
            Some(("wallet", uuid)) => Some(Self::Wallet(uuid.to_owned())),
            Some(_) => None,
            None => PLAIN.iter().find(|(_, word)| *word == attribute).map(|(act, _)| act.clone()),
        }
    }
}

/// A wallet that announced itself (EIP-6963), or `window.ethereum`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Names it in requests.
    pub uuid: String,
    /// Shown.
    pub name: String,
    /// A `data:image/…` URI, or empty.
    pub icon: String,
}

/// What is asked of a wallet: the closed list that the loader lets through, less what the checkout has no use for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalletRequest {
    /// `eth_requestAccounts`.
    Accounts,
    /// `eth_chainId`.
    ChainId,
    /// `eth_getBalance` of this account.
    Balance(String),
    /// `eth_call` of a token's `balanceOf`.
    TokenBalance {
        /// Whose.
        account: String,
        /// The token's contract.
        contract: String,
    },
    /// `wallet_switchEthereumChain`.
    SwitchChain(u64),
    /// `wallet_addEthereumChain`, with EIP-3085 parameters as JSON text.
    AddChain(String),
    /// `eth_sendTransaction`.
    Send {
        /// The connected account.
        from: String,
        /// Destination.
        to: String,
        /// Native coin as a JSON-RPC quantity.
        value: String,
        /// Call data.
        data: String,
        /// EIP-155 number: a wallet on another chain refuses rather than sends there.
        chain_id: u64,
    },
}

impl WalletRequest {
    /// The JSON-RPC method.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Accounts => "eth_requestAccounts",
            Self::ChainId => "eth_chainId",
            Self::Balance(_) => "eth_getBalance",
            Self::TokenBalance { .. } => "eth_call",
            Self::SwitchChain(_) => "wallet_switchEthereumChain",
            Self::AddChain(_) => "wallet_addEthereumChain",
            Self::Send { .. } => "eth_sendTransaction",
        }
    }
}

/// What a wallet answered, as far as the checkout reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalletAnswer {
    /// `null`, or something else that says no more than that it was done.
    Done,
    /// A hash or a chain number.
    Text(String),
    /// Accounts.
    List(Vec<String>),
}

/// An error from a wallet (EIP-1193).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletError {
    /// The code.
    pub code: i64,
    /// The code of the error inside it: how some phone wallets say 4902.
    pub original_code: Option<i64>,
    /// The wallet's own words.
    pub message: String,
}

/// Something a wallet tells by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalletEvent {
    /// The accounts that this site may see now.
    AccountsChanged(Vec<String>),
    /// Any other event: the next answer tells as much.
    Other,
}

/// How the line to the edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Changes arrive.
    Live,
    /// They don't at the moment.
    Reconnecting,
    /// The device has no network.
    Offline,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The buyer did something.
    Act(Act),
    /// The edge answered an attempt: with the invoice, with the quote alone, or with a problem.
    Answered {
        /// Of which attempt.
        key: String,
        /// The answer.
        result: Result<Option<Invoice>, Problem>,
    },
    /// A snapshot arrived, by push or by asking.
    Snapshot(Invoice),
    /// All wallets known so far.
    Wallets(Vec<Wallet>),
    /// A wallet answered.
    WalletAnswered {
        /// The request's number.
        id: u32,
        /// The answer.
        result: Result<WalletAnswer, WalletError>,
    },
    /// A wallet told something.
    WalletTold {
        /// Which.
        uuid: String,
        /// What.
        event: WalletEvent,
    },
    /// WalletConnect's module told something.
    RemoteTold(RemoteEvent),
    /// The line changed.
    Link(Link),
    /// A second went by; the edge's clock.
    Tick(i64),
    /// The copy was made, or only selected.
    CopyDone(Copied, bool),
    /// "Copied" has been shown long enough.
    CopyShown,
}

/// Something for the world to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// `POST /v1/invoices`.
    Create(Attempt),
    /// `POST /v1/invoices/{id}/quotes`.
    Quote {
        /// The invoice.
        invoice: String,
        /// What is asked.
        attempt: Attempt,
    },
    /// `POST /v1/invoices/{id}/transactions`.
    Hint {
        /// The invoice.
        invoice: String,
        /// CAIP-2 chain id.
        chain: String,
        /// The transaction.
        hash: String,
    },
    /// Asks for the newest snapshot now.
    Poll,
    /// Follows this invoice from now on.
    Watch(String),
    /// Puts the invoice into the address bar, so that a reload comes back to it.
    Remember(String),
    /// Keeps on this device what the buyer chose, to mark it next time.
    Keep(Kept, String),
    /// Asks a wallet.
    AskWallet {
        /// The request's number.
        id: u32,
        /// Which wallet.
        uuid: String,
        /// What.
        request: WalletRequest,
    },
    /// Asks a wallet elsewhere, through WalletConnect's module, which is loaded if need be.
    AskRemote {
        /// CAIP-2 id of the chain that is to be paid on.
        chain: String,
        /// What.
        request: RemoteRequest,
    },
    /// Notes whether a reload is to come back to a wallet elsewhere.
    KeepRemote(bool),
    /// Tells the loader.
    TellStatus {
        /// The invoice.
        invoice: String,
        /// Its status.
        status: Status,
        /// The seller's own word.
        reference: Option<String>,
    },
    /// Copies text.
    Copy(Copied, String),
    /// Calls back when "Copied" has been shown long enough.
    ForgetCopy,
    /// Goes to another page of the edge, kept in the same frame, with an open amount if there is one.
    Go(String, Option<Money>),
    /// Loads the page again.
    Reload,
    /// Prints.
    Print,
    /// Tells the loader that the buyer is done.
    Close,
}

impl Effect {
    /// True if a wallet is asked, which can begin before anything is drawn.
    pub const fn asks_wallet(&self) -> bool {
        matches!(self, Self::AskWallet { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_survive_markup() {
        let named =
            [Act::Choose("eip155:8453/erc20:0xabc".into()), Act::Group("USDC".into()), Act::Wallet("0d3e:5".into())];
        for act in named.iter().chain(PLAIN.iter().map(|(act, _)| act)) {
            assert_eq!(Act::parse(&act.to_attribute()).as_ref(), Some(act));
        }
        for foreign in ["", "pay", "choose", "open:x", "Close"] {
            assert_eq!(Act::parse(foreign), None, "{foreign}");
        }
    }
}
