//! What the buyer chose the last time on this device: it is marked where it stands. It moves nothing and chooses nothing,
//! since a row that moves under a finger is the wrong row. It is kept on the device and sent nowhere.

use super::message::Wallet;

/// The way "from an exchange".
const EXCHANGE: &str = "exchange";
/// Longer than any id or name worth remembering; what was kept is input like any other.
const LENGTH_MAX: usize = 200;

/// The last choice; empty where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Last {
    /// CAIP-19 id.
    asset: String,
    /// A way to pay.
    way: String,
}

impl Last {
    /// As it was kept.
    pub fn kept(asset: Option<String>, way: Option<String>) -> Self {
        let sound = |text: Option<String>| text.filter(|text| text.len() <= LENGTH_MAX).unwrap_or_default();
        Self { asset: sound(asset), way: sound(way) }
    }

    /// True of the asset last chosen.
    pub fn is_asset(&self, asset: &str) -> bool {
        !asset.is_empty() && self.asset == asset
    }

    /// True if the buyer last sent from an exchange.
    pub fn is_exchange(&self) -> bool {
        self.way == EXCHANGE
    }

    /// True of the wallet last used. By its name: what else names it is made anew for each page.
    pub fn is_wallet(&self, wallet: &Wallet) -> bool {
        self.way.strip_prefix("wallet:") == Some(&wallet.name)
    }
}

/// What is kept of a way: from an exchange, or with this wallet.
pub fn way(wallet: Option<&Wallet>) -> String {
    wallet.map_or_else(|| EXCHANGE.to_owned(), |wallet| ["wallet:", &wallet.name].concat())
}

#[cfg(test)]
mod tests {
    use super::super::testing::wallet;
    use super::*;

    #[test]
    fn what_is_kept_is_known_again() {
        let (rabby, mut other) = (wallet("w"), wallet("v"));
        other.name = "exchange".into();
        let last = |kept| Last::kept(Some("eip155:1/slip44:60".into()), Some(kept));
        assert!(last(way(None)).is_exchange() && !last(way(None)).is_wallet(&other));
        assert!(last(way(Some(&rabby))).is_wallet(&rabby) && !last(way(Some(&rabby))).is_exchange());
        assert!(last(way(Some(&other))).is_wallet(&other) && !last(way(Some(&other))).is_exchange());
        assert!(last(way(None)).is_asset("eip155:1/slip44:60") && !last(way(None)).is_asset("eip155:1"));
        assert!(!Last::default().is_asset("") && !Last::default().is_exchange());
        assert_eq!(Last::kept(Some("x".repeat(201)), Some("x".repeat(201))), Last::default());
    }
}
