//! Every text a buyer can read, in one place, so that other languages can stand beside this one.
//!
//! A text is named here and nowhere written out elsewhere. `{0}`, `{1}` stand for what [`Text::with`] fills in; word
//! order is the translator's. Numbers, money and times come in already printed. The other languages are in `languages/`,
//! one file each, which [`crate::language`] reads on the edge; the page in the browser is given one of them.

use std::cell::Cell;

/// Declares the names and the English texts together, so that neither can be there without the other.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $english:literal;)*) => {
        /// The name of a text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the text beside each name says what it is")]
        pub enum Text { $($(#[$doc])* $name,)* }

        /// The English texts in their order. A page in the browser does not carry them: it is given its language.
        #[cfg(any(test, feature = "languages"))]
        pub(crate) const ENGLISH: &[&str] = &[$($english,)*];

        /// Their names.
        #[cfg(any(test, feature = "languages"))]
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name),)*];

        #[cfg(test)]
        const ALL: &[Text] = &[$(Text::$name,)*];
    };
}

/// The texts in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Translation {
    /// Which, as a language tag: `pt-BR`. Numbers and times follow it.
    pub tag: &'static str,
    /// True if it is written from right to left.
    pub is_rtl: bool,
    /// In the order of their names.
    pub(crate) texts: &'static [&'static str],
}

/// How many of the texts the checkout in the browser needs: those after them are only ever printed by the edge.
const IN_THE_BROWSER: usize = Text::PageNotFound as usize;

impl Translation {
    /// What is said before a language is chosen.
    #[cfg(any(test, feature = "languages"))]
    pub const FIRST: Self = Self { tag: "en", is_rtl: false, texts: ENGLISH };
    /// Nothing is said before a language is chosen.
    #[cfg(not(any(test, feature = "languages")))]
    pub const FIRST: Self = Self { tag: "en", is_rtl: false, texts: &[] };

    /// The texts that the browser needs as one: a line each, in their order.
    pub fn pack(&self) -> String {
        self.texts.get(..IN_THE_BROWSER).unwrap_or_default().join("\n")
    }

    /// What [`Self::pack`] made; nothing if it is not of this build. Kept for as long as the page lives.
    pub fn unpack(tag: String, is_rtl: bool, packed: String) -> Option<Self> {
        let packed: &'static str = packed.leak();
        let texts: &'static [&'static str] = packed.split('\n').collect::<Vec<_>>().leak();
        (texts.len() == IN_THE_BROWSER).then(|| Self { tag: tag.leak(), is_rtl, texts })
    }
}

thread_local! {
    static SPOKEN: Cell<Translation> = const { Cell::new(Translation::FIRST) };
}

/// The language that texts are in now.
pub fn spoken() -> Translation {
    SPOKEN.get()
}

/// Says everything in this language from now on: in the browser.
pub fn speak(translation: Translation) {
    SPOKEN.set(translation);
}

/// Says in this language what `print` says: on the edge, where every page has its own.
pub fn speaking<T>(translation: Translation, print: impl FnOnce() -> T) -> T {
    /// Puts the language before back, even if printing fails.
    struct Before(Translation);
    impl Drop for Before {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _before = Before(SPOKEN.replace(translation));
    print()
}

/// Begin and end what has a direction of its own, so that it leaves the text around it alone (Unicode's first strong
/// isolate).
const ISOLATE: char = '\u{2068}';
const ISOLATE_END: char = '\u{2069}';
/// Begins a value of several that are set apart each, and makes their order go from right to left.
pub const RTL_ISOLATE: &str = "\u{200f}\u{2068}";

impl Text {
    /// The text as it stands.
    pub fn get(self) -> &'static str {
        spoken().texts.get(self as usize).copied().unwrap_or_default()
    }

    /// The text with its places filled in, in the order of their numbers.
    ///
    /// In a language that goes from right to left each value is set apart: a Latin name or an amount would otherwise change
    /// places with what stands beside it. Values with only a space between them stay together: an amount and its symbol.
    pub fn with(self, values: &[&str]) -> String {
        let (mut filled, mut is_apart, is_rtl) = (String::new(), false, spoken().is_rtl);
        let mut rest = self.get();
        while let Some((before, after)) = rest.split_once('{') {
            if is_apart && before != " " {
                filled.push(ISOLATE_END);
                is_apart = false;
            }
            // An amount and its symbol stay in one line.
            filled.push_str(if before == " " && !filled.is_empty() { "\u{a0}" } else { before });
            let Some((number, tail)) = after.split_once('}') else { break };
            if is_rtl && !is_apart {
                filled.push(ISOLATE);
                is_apart = true;
            }
            let place = number.bytes().next().map_or(usize::MAX, |digit| usize::from(digit.wrapping_sub(b'0')));
            filled.push_str(values.get(place).copied().unwrap_or_default());
            rest = tail;
        }
        if is_apart {
            filled.push(ISOLATE_END);
        }
        filled.push_str(rest);
        filled
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.get().to_owned()
    }
}

texts! {
    // The frame around every state.
    PageTitle = "{0} · {1}";
    Payment = "Payment";
    Support = "Questions? Contact {0}";
    CloseCheckout = "Close the checkout";
    Testnet = "Test network. These coins have no value.";
    StraightToSeller = "Your money goes straight to the seller. Nobody holds it in between.";
    Offline = "You are offline. Your payment is safe; this page goes on when you are back.";
    Reconnecting = "Reconnecting. Your payment is safe.";
    Back = "Back";
    Close = "Close";
    TryAgain = "Try again";
    Copy = "Copy";
    Copied = "Copied";
    CopiedAmount = "Amount copied";
    CopiedAddress = "Address copied";
    CopiedHash = "Transaction hash copied";
    CopiedLink = "Link copied";
    CopyByHand = "Selected. Copy it with your device’s own copy command.";
    AmountOf = "{0} {1}";
    AssetOn = "{0} on {1}";

    // Choosing.
    ChooseTitle = "How would you like to pay?";
    ChooseLead = "The amount is locked once you choose.";
    ChooseChangeLead = "Choose another coin or network for this payment.";
    NetworksOf = "{0} networks";
    NetworkUnavailable = "This network is unavailable right now";
    RatesUnavailable = "The price is unavailable right now";
    AssetOffPeg = "This coin’s price is unsteady right now";
    CannotPayTitle = "This can’t be paid right now";
    NoPrices = "Prices aren’t available right now, so nothing can be paid yet. This is usually over within a minute.";
    NothingToChoose = "This shop takes no coins at the moment. Please ask the seller.";
    Preparing = "Preparing your payment";
    PreparingLead = "Locking the amount and making an address just for you.";

    // Paying.
    PayTitle = "Pay {0} on {1}";
    SendExactly = "Send exactly";
    StillToPay = "Still to pay";
    ChangeAsset = "Change";
    ChangeAssetLong = "Change coin or network";
    PayWithWallet = "Pay with a wallet";
    PayWithNamed = "Pay with {0}";
    WalletFirst = "Connect first, then choose a coin";
    OrSend = "or send it yourself";
    FromExchange = "Sending from an exchange?";
    FromExchangeHint = "Network, amount and fee, step by step";
    LastUsed = "Last used";
    Address = "To this address";
    CopyAmount = "Copy the amount";
    CopyAddress = "Copy the address";
    QrPlain = "QR code of the address";
    QrRequest = "QR code of the payment request for MetaMask or Rainbow";
    QrSwitch = "QR for MetaMask / Rainbow (EIP-681)";
    QrSwitchHint = "Fills in the amount too. Other wallets may misread it.";
    OnlyThis = "Send only {0} on {1}. Anything else may be lost.";
    HavePaid = "I have paid";
    TimeLeft = "Time left";
    MinuteLeft = "One minute left to pay.";
    WrongAssetTitle = "Wrong coin or network";
    ReversedTitle = "A payment was taken back";
    PartTitle = "A part has arrived";
    PartLead = "{0} has arrived. Please send the rest to the same address.";

    // Sending from an exchange.
    ExchangeTitle = "Send from an exchange";
    ExchangeLead = "Start a withdrawal there, and fill in exactly this.";
    RowCoin = "Coin";
    RowNetwork = "Network";
    MustArrive = "Amount that must arrive";
    ExchangeFee = "The exchange’s fee comes on top: make sure that {0} {1} arrives.";
    ExchangePart = "If less arrives it is not lost: this page asks for the rest.";
    ExchangeOnly = "Choose {0} and no other network, even if it is cheaper: not {1}. What is sent there may be lost.";
    ExchangeOnlyThis = "Choose {0} and no other network, even if it is cheaper. What is sent there may be lost.";
    ExchangeElse = "Your exchange doesn’t offer {0}? You can also pay {1} on: {2}.";

    // Looking, time up, a lapsed quote.
    LookingTitle = "Looking for your payment";
    LookingLead = "The network is watched all the time. A wallet’s payment shows up within a minute; one from an exchange may take up to half an hour. You may close this page; your payment counts all the same.";
    ShowDetails = "Show amount and address";
    TimeUpTitle = "The time is over";
    TimeUpLead = "Checking for payments that arrived in the last seconds. Please send nothing now.";
    StaleTitle = "This amount is no longer valid";
    StaleLead = "Prices move, so an amount is held only for a while. If you have already paid, do nothing: your payment is found by itself.";
    NewAmount = "Get a new amount";

    // Wallets.
    WalletsTitle = "Choose your wallet";
    WalletsLead = "Found in this browser.";
    NoWalletLead = "No wallet was found in this browser. Any of these helps:";
    NoWalletInstall = "On a computer, install a wallet as a browser extension or unlock the one you have, then reload this page.";
    NoWalletPhone = "On a phone, open this page in your wallet’s own browser.";
    AppsLead = "Open this payment in your wallet’s app:";
    NoWalletScan = "Any wallet or exchange can pay by QR code or address.";
    OtherWays = "Other ways to pay";
    OtherWallet = "Choose another wallet";
    StepConnect = "Connect";
    StepNetwork = "Network";
    StepConfirm = "Confirm";
    ConnectTitle = "Connect {0}";
    ConnectLead = "Open {0} and allow this shop to see your account. This moves no money.";
    SwitchTitle = "Switch to {0}";
    SwitchLead = "{0} asks whether to switch to {1}. Please allow it.";
    AddTitle = "Add {0}";
    AddLead = "{0} does not know {1} yet and asks whether to add it. Please allow it.";
    ConfirmTitle = "Confirm in {0}";
    ConfirmLead = "Check the amount and confirm in {0}. The network fee comes on top.";
    ConfirmAmount = "{0} {1} on {2}";
    WalletNotOpen = "Nothing to see? Click the wallet’s icon in your browser.";
    SentTitle = "Payment sent";
    SentLead = "Waiting for {0} to show it. This usually takes less than a minute. You may close this page.";
    TransactionHash = "Transaction";
    CopyHash = "Copy the transaction hash";

    // What a wallet may answer; each says what to do.
    RefusedConnectTitle = "Not connected";
    RefusedNetworkTitle = "Wrong network";
    RefusedPayTitle = "Not paid";
    NotEnoughTitle = "Not enough {0}";
    RejectedConnect = "You declined the connection in {0}. Nothing has been paid.";
    RejectedNetwork = "You declined the change of network in {0}. The payment needs {1}.";
    RejectedPay = "You declined the payment in {0}. Nothing has been sent.";
    AlreadyAsking = "{0} is already asking you something. Open it, answer there, then try again.";
    Unauthorised = "{0} has not allowed this for your account. Open it, connect this site, then try again.";
    UnsupportedMethod = "{0} can’t do this. Choose another wallet, or pay by QR code.";
    WalletDisconnected = "{0} has lost its connection. Open or unlock it, then try again.";
    ChainDisconnected = "{0} can’t reach {1} right now. Check its network settings, then try again.";
    ChainMissing = "{0} does not know {1} and would not add it. Add the network in the wallet, or pay by QR code.";
    WrongChain = "{0} stayed on another network. Switch it to {1} by hand, then try again.";
    NoAccount = "{0} shared no account. Unlock it, choose an account, then try again.";
    NotEnough = "This account holds too little {0}, or too little for the network fee. Top it up, or choose another account or coin.";
    NotEnoughFee = "This account lacks the {0} for the network fee. Top it up, or choose another account.";
    NotEnoughHeld = "This account has {0}, and {1} is needed. Top it up, or choose another account or coin.";
    AskAnyway = "Ask {0} all the same";
    UnknownRefusal = "{0} could not send the payment. Please try again, or pay by QR code.";
    WalletSays = "The wallet says: {0}";

    // A wallet in another app or on another device, by WalletConnect.
    RemoteUnder = "With a wallet app, by code or link";
    RemoteOpening = "Preparing the connection";
    RemoteScan = "Scan with your wallet";
    RemoteScanLead = "Open your wallet app, scan this code with it and allow the connection. This moves no money yet.";
    RemoteCode = "QR code that connects a wallet";
    CopyLink = "Copy the link for a wallet";
    RemoteAppsLead = "Open your wallet and allow the connection, then come back here. This moves no money yet.";
    RemoteOtherApp = "Another wallet app";
    RemoteElsewhere = "Wallet on another device";
    RemoteOpenApp = "Open {0}";
    RemoteCutOff = "WalletConnect’s network can’t be reached. Check your connection; this page keeps trying.";
    RemoteDeclined = "You declined the connection in your wallet. Nothing has been paid.";
    RemoteUnsupported = "This wallet can’t send payments by WalletConnect. Choose another wallet or another way to pay.";
    RemoteNoAccount = "This wallet has no account on {0}. Switch that network on in the wallet, or choose another wallet or coin.";
    RemoteCodeOver = "The code was not used within five minutes. Try again for a new one.";
    RemoteOver = "The connection to your wallet was lost. Try again to reconnect.";
    NoAnswerTitle = "No answer from your wallet";
    RemoteNoAnswer = "If you confirmed the payment there, wait: it is found by itself. If not, try again.";
    RemoteUnavailable = "WalletConnect does not work in this shop right now. Choose another way to pay.";
    RemoteTrouble = "That did not work. Try again, or choose another way to pay.";

    // Seen and confirming.
    SeenTitle = "Payment seen";
    SeenLead = "{0} shows your payment. Now it is being confirmed; there is nothing more for you to do.";
    ConfirmingTitle = "Confirming";
    ConfirmingLead = "Your payment is on {0}. There is nothing more for you to do, and you may close this page.";
    ConfirmationsOf = "{0} of {1} confirmations";

    // Paid.
    PaidTitle = "Paid";
    PaidLead = "Thank you. {0} has your payment.";
    DeliveryTitle = "Your purchase";
    DeliveryOpen = "Open your purchase";
    Receipt = "Receipt";
    RowStore = "Shop";
    RowProduct = "Product";
    RowPrice = "Price";
    RowPaid = "Paid";
    RowReference = "Reference";
    RowDate = "Date";
    RowInvoice = "Invoice";
    RowReceived = "Received";
    RowRefunded = "Sent back";
    InsideContract = "Internal transfer of a contract";
    ViewTransaction = "View transaction {0} in a new tab";
    ReturnToShop = "Return to {0}";
    Print = "Print the receipt";

    // Over without being paid.
    ExpiredTitle = "The time to pay is over";
    ExpiredLead = "Nothing has arrived. If you have just paid, your money is not lost: it is recorded when it arrives, and the seller decides what happens with it.";
    ExpiredPartLead = "{0} has arrived, less than the whole amount. It is not lost: the seller sees it and decides what happens with it.";
    ExpiredKnownLead = "What arrived is recorded and not lost: the seller sees it and decides what happens with it.";
    StartAgain = "Start again";
    StartAgainHint = "Makes a new payment with a new amount. Please don’t send to the old address.";
    AskSeller = "Please ask the seller for a new payment.";
    KeepForSeller = "Tell the seller this number if you sent something:";
    CancelledTitle = "Payment cancelled";
    CancelledLead = "The seller has called this payment off. Please don’t send anything. If you have sent it already, it is recorded, and the seller decides what happens with it.";

    // What was not clean.
    NoteDelayed = "This network is slow to answer right now. Payments show up later than usual, and none is lost.";
    NoteOverpaid = "More has arrived than was asked for. The seller sees it and can send the extra back.";
    NoteUnderpaid = "Less has arrived than was asked for.";
    NoteLate = "Money arrived after the time was over. It is recorded, and the seller decides what happens with it.";
    NoteReversed = "The network took back a payment that had been seen. If your wallet shows it as failed or missing, please pay again.";
    NoteReversedAfter = "The network took back a payment that had been seen. The seller knows.";
    NoteWrongAsset = "Money arrived in another coin or on another network. It is recorded; please ask the seller before sending more.";

    // Something went wrong.
    FailedTitle = "That did not work";
    FailedNetwork = "The checkout could not reach the shop. Check your connection, then try again. Nothing has been paid.";
    FailedSlow = "The shop has not answered. Try again; it is never charged or made twice.";
    FailedTooMany = "Too many payments were started from your connection. Pay one that is open, or try again later.";
    MissingTitle = "There is nothing to pay here";
    MissingLead = "The product or payment behind this link does not exist any more. Please ask the shop for a new link.";
    UnreadableLead = "The shop’s answer could not be read. Reload the page; if that does not help, ask the seller.";
    Reload = "Reload";
    ErrorCode = "Code: {0}";
    RequestId = "Request: {0}";

    // Printed by the edge alone, and not carried to the browser: these stay the last.
    PageNotFound = "There is no page at this address.";
    ProductGone = "This product is not on sale, or not any more. Please ask the shop for a new link.";
    PaymentNotFound = "There is no such payment. Please ask the shop for a new link.";
    StoreNotReady = "This shop is not ready to take payments yet. If it is yours: set a payout address first.";
    AmountRefused = "This amount can’t be paid here: {0}.";
    LinkWrong = "The link to this page is wrong: {0}.";
    FramingRefused = "The shop does not allow its checkout on the page you came from. If it is yours: add the page’s origin to allowed_origins.";
    FromElsewhere = "This was sent from a page of another site. Open the payment page itself and choose there.";
    FormWrong = "This page was sent in a way it can’t be: {0}.";
    TooMany = "Too many requests at once. Please try again in {0} seconds.";
    OurFault = "Something went wrong on our side. Please try again in a moment.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_places() {
        #[rustfmt::skip]
        let table: &[(Text, &[&str], &str)] = &[
            (Text::ConfirmationsOf, &["1", "2"],       "1 of 2 confirmations"),
            (Text::PaidTitle,       &["unused"],       "Paid"),
            (Text::AmountOf,        &["5"],            "5\u{a0}"),
            (Text::AmountOf,        &["{1}", "USDC"],  "{1}\u{a0}USDC"),
        ];
        for (text, values, expected) in table {
            assert_eq!(&text.with(values), expected);
        }
    }

    #[test]
    fn sets_values_apart_where_text_goes_from_right_to_left() {
        const TEXTS: &[&str] = &["{0} · {1}", "{1}/{0} {1} ({2})."];
        let said = |text: Text| {
            let translation = Translation { tag: "ar", is_rtl: true, texts: TEXTS };
            let with = speaking(translation, || text.with(&["a", "1", "0x"]));
            with.replace(ISOLATE, "<").replace(ISOLATE_END, ">")
        };
        assert_eq!([said(Text::PageTitle), said(Text::Payment)], ["<a> · <1>", "<1>/<a\u{a0}1> (<0x>)."]);
    }

    #[test]
    fn every_text_is_said_and_whole() {
        for text in ALL {
            let english = text.get();
            assert!(!english.trim().is_empty(), "{text:?}");
            assert_eq!(english.matches('{').count(), english.matches('}').count(), "{text:?}");
            assert!(!english.contains('\''), "{text:?} has a typewriter apostrophe");
        }
    }

    /// Texts that no view names would be translated for nothing.
    #[test]
    fn every_text_is_used() {
        let sources = [
            include_str!("view/brand.rs"),
            include_str!("view/choose.rs"),
            include_str!("view/exchange.rs"),
            include_str!("view/pay.rs"),
            include_str!("view/wallets.rs"),
            include_str!("view/remote.rs"),
            include_str!("model/remote.rs"),
            include_str!("view/progress.rs"),
            include_str!("view/paid.rs"),
            include_str!("view/ended.rs"),
            include_str!("view/trouble.rs"),
            include_str!("view/frame.rs"),
            include_str!("view/parts.rs"),
            include_str!("view/receipt.rs"),
            include_str!("view/mod.rs"),
            include_str!("model/mod.rs"),
            include_str!("model/update.rs"),
            include_str!("model/message.rs"),
            include_str!("model/announce.rs"),
            include_str!("model/refusal.rs"),
            include_str!("../../widget/src/api.rs"),
            include_str!("format.rs"),
            include_str!("../../edge/src/pages/error.rs"),
        ];
        for text in ALL {
            let name = format!("Text::{text:?}");
            let used = sources.iter().any(|source| {
                source
                    .match_indices(&name)
                    .any(|(at, _)| !source[at + name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric()))
            });
            assert!(used, "{name} is used nowhere");
        }
    }
}
