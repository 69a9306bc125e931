//! What exchanges call the networks, and which others they offer for the same coin: whoever withdraws there sees a list of
//! names and has to take the right one.
//!
//! Names only, from the withdrawal pages of large exchanges. Nothing is decided by them: what arrives where is seen on the
//! chains.

const ETHEREUM: &str = "Ethereum (ERC-20)";
const BASE: &str = "Base";
/// A name torn in two reads as two networks.
const ARBITRUM: &str = "Arbitrum\u{a0}One";
const OPTIMISM: &str = "Optimism (OP Mainnet)";
const POLYGON: &str = "Polygon PoS";
const BSC: &str = "BNB Smart Chain (BEP-20)";
const SOLANA: &str = "Solana";
const TRON: &str = "Tron (TRC-20)";

/// Networks by their CAIP-2 ids.
#[rustfmt::skip]
const NAMES: [(&str, &str); 6] = [
    ("eip155:1",     ETHEREUM),
    ("eip155:8453",  BASE),
    ("eip155:42161", ARBITRUM),
    ("eip155:10",    OPTIMISM),
    ("eip155:137",   POLYGON),
    ("eip155:56",    BSC),
];

/// Where exchanges send a coin too, the most used first.
#[rustfmt::skip]
const OFFERED: [(&str, &[&str]); 6] = [
    ("USDC", &[ETHEREUM, SOLANA, BASE, ARBITRUM]),
    ("USDT", &[TRON, ETHEREUM, BSC, SOLANA]),
    ("DAI",  &[ETHEREUM, POLYGON, BSC]),
    ("ETH",  &[ETHEREUM, ARBITRUM, BASE, OPTIMISM]),
    ("BNB",  &[BSC, "opBNB"]),
    ("POL",  &[POLYGON, ETHEREUM]),
];

/// More names than this are a wall that nobody reads.
const OTHERS_MAX: usize = 3;

/// The network by the name that exchanges use; `name` where they know none.
pub fn exchange_name<'a>(chain: &str, name: &'a str) -> &'a str {
    NAMES.iter().find(|(id, _)| *id == chain).map_or(name, |(_, name)| *name)
}

/// Networks that an exchange may offer for the coin, and that are not `chain`.
pub fn others(symbol: &str, chain: &str) -> impl Iterator<Item = &'static str> {
    let offered = OFFERED.iter().find(|(coin, _)| *coin == symbol).map_or(&[][..], |(_, networks)| networks);
    let this = exchange_name(chain, "");
    offered.iter().copied().filter(move |network| *network != this).take(OTHERS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_network_and_what_it_is_not() {
        #[rustfmt::skip]
        let table: &[(&str, &str, &str, &[&str])] = &[
            ("eip155:8453",  "USDC", BASE,     &[ETHEREUM, SOLANA, ARBITRUM]),
            ("eip155:1",     "USDC", ETHEREUM, &[SOLANA, BASE, ARBITRUM]),
            ("eip155:56",    "USDT", BSC,      &[TRON, ETHEREUM, SOLANA]),
            ("eip155:1",     "USDT", ETHEREUM, &[TRON, BSC, SOLANA]),
            ("eip155:42161", "ETH",  ARBITRUM, &[ETHEREUM, BASE, OPTIMISM]),
            ("eip155:137",   "POL",  POLYGON,  &[ETHEREUM]),
            ("eip155:31337", "WETH", "Own",    &[]),
        ];
        for (chain, symbol, name, not) in table {
            assert_eq!(
                (exchange_name(chain, "Own"), others(symbol, chain).collect::<Vec<_>>()),
                (*name, not.to_vec()),
                "{symbol} on {chain}"
            );
        }
    }

    /// Every chain that money can be quoted on, bar the local one, has the name that exchanges use.
    #[test]
    fn every_chain_of_the_registry_has_a_name() {
        use groat_core::asset::{ASSETS, CHAINS};
        for chain in CHAINS.iter().filter(|chain| !chain.testnet) {
            assert!(NAMES.iter().any(|(id, _)| *id == chain.id.to_string()), "{}", chain.name);
        }
        for asset in &ASSETS {
            assert!(OFFERED.iter().any(|(symbol, _)| *symbol == asset.symbol), "{}", asset.symbol);
        }
    }
}
