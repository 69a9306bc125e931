//! Links that open a payment's page in the browser of a wallet's app, for a phone whose own browser has no wallet in it.
//!
//! They lead to the page and not to a ready-made transfer: Trust's `send` names an asset in a scheme of its own and takes
//! only the recipient from some of its versions, while the page has the wallet asked for exactly what the edge made. Only
//! forms that the wallets themselves document stand here:
//!
//! - MetaMask, "Use deeplinks", docs.metamask.io: `link.metamask.io/dapp/{dappUrl}`, host and path as they are;
//! - Trust Wallet, "Deep Linking", developer.trustwallet.com: `link.trustwallet.com/open_url?coin_id=…&url=…`;
//! - Coinbase Wallet, "Mobile dApp integration", docs.cdp.coinbase.com: `go.cb-w.com/dapp?cb_url=…`, percent-encoded.
//!
//! Rainbow documents none: it is reached by its own QR code and by WalletConnect.

use crate::format::percent_encoded;

/// The name of each app, and its link to the page of `invoice` at the edge whose origin is `edge`.
pub fn links(edge: &str, invoice: &str) -> [(&'static str, String); 3] {
    let page = [edge, "/i/", invoice].concat();
    // Not `split_once("://")`: the standard library's search for a text weighs more than all links.
    let plain = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://")).unwrap_or_default();
    let encoded = percent_encoded(&page);
    [
        ("MetaMask", ["https://link.metamask.io/dapp/", plain].concat()),
        // 60 is Ethereum's number (SLIP-44): the network is changed on the page anyway.
        ("Trust Wallet", ["https://link.trustwallet.com/open_url?coin_id=60&url=", &encoded].concat()),
        ("Coinbase Wallet", ["https://go.cb-w.com/dapp?cb_url=", &encoded].concat()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_word_for_word() {
        let links = links("https://pay.example:8443", "inv_1");
        assert_eq!(
            links.each_ref().map(|(name, address)| (*name, address.as_str())),
            [
                ("MetaMask", "https://link.metamask.io/dapp/pay.example:8443/i/inv_1"),
                (
                    "Trust Wallet",
                    "https://link.trustwallet.com/open_url?coin_id=60&url=https%3A%2F%2Fpay.example%3A8443%2Fi%2Finv_1"
                ),
                ("Coinbase Wallet", "https://go.cb-w.com/dapp?cb_url=https%3A%2F%2Fpay.example%3A8443%2Fi%2Finv_1"),
            ]
        );
    }
}
