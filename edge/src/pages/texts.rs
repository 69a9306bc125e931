//! What the first paint says, word for word as the checkout does, so that nothing changes under the reader's eyes. A test
//! compares with the checkout's own texts.

macro_rules! texts {
    ($($name:ident = $text:literal;)*) => {
        $(pub(super) const $name: &str = $text;)*

        #[cfg(test)]
        const ALL: &[&str] = &[$($text,)*];
    };
}

texts! {
    STRAIGHT_TO_SELLER = "Your money goes straight to the seller. Nobody holds it in between.";
    TESTNET = "Test network. These coins have no value.";
    CHOOSE_TITLE = "How would you like to pay?";
    CHOOSE_LEAD = "The amount is locked once you choose.";
    NETWORKS_OF = "{0} networks";
    NETWORK_UNAVAILABLE = "This network is unavailable right now";
    RATES_UNAVAILABLE = "The price is unavailable right now";
    ASSET_OFF_PEG = "This coin’s price is unsteady right now";
    NOTHING_TO_CHOOSE = "This store takes no coins at the moment. Please ask the seller.";
    NETWORK_DELAYED = "This network is slow to answer right now. Payments show up later than usual, and none is lost.";
    NO_PRICES = "Prices can’t be had right now, so nothing can be paid yet. This is usually over within a minute.";
    PAY_TITLE = "Pay {0} on {1}";
    PART_TITLE = "A part has arrived";
    SEND_EXACTLY = "Send exactly";
    STILL_TO_PAY = "Still to pay";
    ASSET_ON = "{0} on {1}";
    ADDRESS = "To this address";
    ONLY_THIS = "Send only {0} on {1}. Anything else may be lost.";
    EXCHANGE_FEE = "Sending from an exchange? Its fee comes on top, so that {0} {1} arrives.";
    TIME_UP_TITLE = "The time is over";
    TIME_UP_LEAD = "Checking for payments that arrived in the last seconds. Please send nothing now.";
    STALE_TITLE = "This amount is no longer valid";
    STALE_LEAD = "Prices move, so an amount is held only for a while. If you have sent it already, do nothing: it is found by itself.";
    SEEN_TITLE = "Payment seen";
    SEEN_LEAD = "{0} shows your payment. Now it is being confirmed; there is nothing more for you to do.";
    CONFIRMING_TITLE = "Confirming";
    CONFIRMING_LEAD = "Your payment is on {0}. There is nothing more for you to do, and you may close this page.";
    CONFIRMATIONS = "{0} of {1} confirmations";
    PAID_TITLE = "Paid";
    PAID_LEAD = "Thank you. {0} has your payment.";
    DELIVERY_TITLE = "Your purchase";
    DELIVERY_OPEN = "Open your purchase";
    RETURN_TO = "Return to {0}";
    EXPIRED_TITLE = "The time to pay is over";
    EXPIRED_LEAD = "Nothing has arrived. If you have just sent it, your money is not lost: it is credited when it arrives, and the seller decides what happens with it.";
    EXPIRED_KNOWN_LEAD = "What arrived is recorded and not lost: the seller sees it and decides what happens with it.";
    CANCELLED_TITLE = "Payment cancelled";
    CANCELLED_LEAD = "The seller has called this payment off. Please don’t send anything. If you have sent it already, it is recorded, and the seller decides what happens with it.";
    NOTE_OVERPAID = "More has arrived than was asked for. The seller sees it and can send the rest back.";
    NOTE_UNDERPAID = "Less has arrived than was asked for.";
    NOTE_LATE = "Money arrived after the time was over. It is recorded, and the seller decides what happens with it.";
    NOTE_REVERSED = "The network took back a payment that had been seen. If your wallet shows it as failed or missing, please pay again.";
    NOTE_REVERSED_AFTER = "The network took back a payment that had been seen. The seller knows.";
    NOTE_WRONG_ASSET = "Money arrived in another coin or on another network. It is recorded; please ask the seller before sending more.";
    KEEP_FOR_SELLER = "Tell the seller this number if you sent something:";
    MISSING_TITLE = "There is nothing to pay here";
    RELOAD = "Reload";
    ERROR_CODE = "Code: {0}";
    REQUEST_ID = "Request: {0}";
}

/// Fills `{0}` and `{1}`.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let places = values.iter().enumerate();
    places.fold(text.to_owned(), |text, (index, value)| text.replace(&format!("{{{index}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_the_checkouts_own() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../widget/src/text.rs");
        let source = std::fs::read_to_string(path).expect("the checkout's texts are in widget/src/text.rs");
        for text in ALL {
            assert!(source.contains(&format!("= \"{text}\";")), "the checkout says it otherwise: {text}");
        }
    }

    #[test]
    fn fills_places() {
        assert_eq!(fill(ASSET_ON, &["USDC", "Base"]), "USDC on Base");
    }
}
