//! What the edge says, as plain data.

use groat_core::invoice::{Exception, Status};

/// How the checkout is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embed {
    /// In a dialog over the seller's page.
    Modal,
    /// In the flow of the seller's page.
    Inline,
    /// As a page of its own: a payment link.
    Link,
}

impl Embed {
    /// The word in the page's data, and in `data-embed` on the root element.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Modal => "modal",
            Self::Inline => "inline",
            Self::Link => "link",
        }
    }
}

/// The look that the seller's tag asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the buyer's system has it.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word in the page's data, and in `data-theme` on the root element.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Money in a price currency: shown as it came, never computed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// Decimal string.
    pub amount: String,
    /// ISO 4217 code.
    pub currency: String,
}

/// What is bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// `prod_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
}

/// Why an asset can't be chosen now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// The chain can't be reached.
    Network,
    /// Exchanges don't agree on a price.
    Rates,
    /// A coin that follows a currency stands too far from it.
    OffPeg,
}

/// An asset that the store takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetOption {
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// Name.
    pub name: String,
    /// The chain's name.
    pub chain_name: String,
    /// True where coins are worth nothing.
    pub testnet: bool,
    /// What it would cost now.
    pub amount: Option<String>,
    /// Nothing where it can be chosen.
    pub unavailable: Option<Unavailable>,
}

impl AssetOption {
    /// True if nobody knows what it costs now.
    pub fn is_without_price(&self) -> bool {
        self.unavailable == Some(Unavailable::Rates)
    }
}

/// The transaction that a wallet is asked to sign. Made by the edge for this invoice; passed on as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletCall {
    /// EIP-155 number.
    pub chain_id: u64,
    /// Destination.
    pub to: String,
    /// Native coin as a JSON-RPC quantity.
    pub value: String,
    /// Call data, `0x` for native coin.
    pub data: String,
}

/// The locked amount of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// `quo_…`
    pub id: String,
    /// CAIP-19 id.
    pub asset: String,
    /// Symbol.
    pub symbol: String,
    /// CAIP-2 chain id.
    pub chain: String,
    /// The chain's name.
    pub chain_name: String,
    /// Decimals of the asset's base unit.
    pub decimals: usize,
    /// True where coins are worth nothing.
    pub testnet: bool,
    /// The whole amount.
    pub amount: String,
    /// True once a part of the price has arrived, in whatever coin.
    pub has_received: bool,
    /// What is still owed.
    pub amount_due: String,
    /// The deposit address.
    pub address: String,
    /// Blocks that must stand.
    pub confirmations_required: u64,
    /// What a QR code of the plain address holds.
    pub plain_uri: String,
    /// What a QR code for wallets that read EIP-681 holds.
    pub eip681_uri: Option<String>,
    /// The transaction for a wallet, where wallets can pay it.
    pub wallet_call: Option<WalletCall>,
    /// EIP-3085 parameters, as JSON text: handed to the wallet as they came.
    pub add_chain: Option<String>,
    /// Symbol of the chain's own coin, which pays network fees.
    pub fee_symbol: Option<String>,
    /// Until when it holds.
    pub expires_at_ms: i64,
}

/// What arrived from the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Symbol.
    pub symbol: String,
    /// The chain's name.
    pub chain_name: String,
    /// Amount.
    pub amount: String,
    /// True if it counts towards the price.
    pub credited: bool,
    /// Nothing for native coin that arrived inside a contract's call.
    pub transaction: Option<String>,
    /// Where to look at it: checked to be a web address.
    pub explorer_url: Option<String>,
    /// Blocks that stand on it.
    pub confirmations: u64,
    /// Blocks that must stand.
    pub confirmations_required: u64,
    /// True once they do.
    pub is_final: bool,
    /// When it was first seen.
    pub seen_at_ms: i64,
}

/// What the seller sent back, by their own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Symbol.
    pub symbol: String,
    /// Amount.
    pub amount: String,
    /// Its transaction.
    pub transaction: String,
    /// Where to look at it: checked to be a web address.
    pub explorer_url: Option<String>,
}

/// What a paid invoice gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Checked to be a web address.
    pub url: Option<String>,
    /// A text from the seller.
    pub message: Option<String>,
}

/// An invoice at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// `inv_…`
    pub id: String,
    /// Grows with every event.
    pub version: u64,
    /// Where it stands.
    pub status: Status,
    /// What was not clean.
    pub exceptions: Vec<Exception>,
    /// The store's name.
    pub store_name: String,
    /// What is bought, if it is a product.
    pub product: Option<Product>,
    /// The price.
    pub price: Money,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// When its window closes.
    pub expires_at_ms: i64,
    /// Where the buyer goes afterwards: checked to be a web address.
    pub redirect_url: Option<String>,
    /// Nothing until an asset has been chosen.
    pub quote: Option<Quote>,
    /// What arrived.
    pub payments: Vec<Payment>,
    /// What was sent back.
    pub refunds: Vec<Refund>,
    /// What may be chosen.
    pub options: Vec<AssetOption>,
    /// Only once paid.
    pub delivery: Option<Delivery>,
    /// Payments on the quote's chain show up later than usual just now.
    pub is_delayed: bool,
    /// The edge's clock.
    pub server_time_ms: i64,
}

/// An error as the edge words it (RFC 9457), or as this page found it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    /// Stable word.
    pub code: String,
    /// What went wrong and what to do.
    pub detail: String,
    /// Names the request in the edge's log.
    pub request_id: Option<String>,
}

impl Problem {
    /// True if this page found it, and not the edge, which numbers its answers.
    pub const fn is_of_this_page(&self) -> bool {
        self.request_id.is_none()
    }

    /// True if what was asked for does not exist: asking again does not help.
    pub fn is_of_a_wrong_link(&self) -> bool {
        self.code == "not_found"
    }
}

/// What the page was opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A product or an open amount: no invoice exists yet.
    Pay {
        /// Public key to make the invoice with.
        key: String,
        /// The store's name.
        store_name: String,
        /// What is bought; without it the amount is open.
        product: Option<Product>,
        /// The price.
        price: Money,
        /// What may be chosen.
        options: Vec<AssetOption>,
    },
    /// An invoice; the model holds it.
    Invoice,
    /// Nothing that can be paid.
    Problem(Problem),
}

/// What the store says and shows of itself. The look is in the page's style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Brand {
    /// A picture on the edge.
    pub logo: Option<String>,
    /// A line while there is something to pay.
    pub note: Option<String>,
    /// A line once it is paid.
    pub thanks: Option<String>,
    /// Where a buyer can ask: checked to be a web page or a mailbox.
    pub support: Option<String>,
}

/// What the page carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What it was opened for.
    pub source: Source,
    /// How it is shown.
    pub embed: Embed,
    /// Origin of the page that holds the frame: the only one the frame speaks to.
    pub origin: Option<String>,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// Light or dark.
    pub theme: Theme,
    /// The store's own.
    pub brand: Brand,
    /// WalletConnect, where the store has set it up.
    pub walletconnect: Option<WalletConnect>,
    /// The edge's clock.
    pub server_time_ms: i64,
}

impl Page {
    /// A page whose data could not be read.
    pub const fn unreadable(problem: Problem) -> Self {
        Self {
            source: Source::Problem(problem),
            embed: Embed::Link,
            origin: None,
            reference: None,
            theme: Theme::Auto,
            brand: Brand { logo: None, note: None, thanks: None, support: None },
            walletconnect: None,
            server_time_ms: 0,
        }
    }
}

/// What is needed to speak with wallets elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalletConnect {
    /// The store's project at the relay.
    pub project_id: String,
    /// The relay's origin.
    pub relay_url: String,
    /// Path of the module's script.
    pub script: String,
    /// Path of its Wasm.
    pub wasm: String,
}
