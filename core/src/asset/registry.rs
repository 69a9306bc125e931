//! The chains and assets that Groat knows. Only tokens listed here count, by (chain, contract); names prove nothing.

use alloy_primitives::{Address, address};

use super::id::{AssetId, AssetKind, ChainId};

/// A chain's facts and defaults.
#[derive(Debug)]
pub struct ChainInfo {
    /// CAIP-2 id.
    pub id: ChainId,
    /// Its name as buyers know it.
    pub name: &'static str,
    /// True where coins are worth nothing.
    pub testnet: bool,
    /// Typical time between blocks, which sets the watcher's pace.
    pub block_time_ms: u32,
    /// Blocks that must stand, counting the one that holds the payment, before it is final; a store may ask for more.
    pub confirmations: u32,
    /// Name and symbol of its own coin, as wallets want them when the chain is added.
    pub coin: (&'static str, &'static str),
    /// The block explorer's address in front of `/tx/…`, if there is one.
    pub explorer: Option<&'static str>,
    /// Its public RPC for a buyer's wallet that does not know the chain yet.
    pub wallet_rpc: Option<&'static str>,
}

/// An asset's facts.
#[derive(Debug)]
pub struct AssetInfo {
    /// CAIP-19 id.
    pub id: AssetId,
    /// The symbol, under which exchanges quote it.
    pub symbol: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Decimals of its base unit, as its contract says.
    pub decimals: u8,
    /// Decimals a quote is rounded up to, so that a person can type it.
    pub quote_decimals: u8,
    /// The currency that it follows one to one, if it does.
    pub pegged_to: Option<&'static str>,
}

impl AssetInfo {
    /// Base units of the smallest amount that a quote is rounded up to.
    pub const fn quote_step(&self) -> u128 {
        10u128.pow((self.decimals - self.quote_decimals) as u32)
    }
}

/// The local development chain (anvil's default number).
pub const LOCAL_CHAIN: ChainId = ChainId::Eip155(31_337);

const ETHER: (&str, &str) = ("Ether", "ETH");

const fn chain(
    number: u64,
    name: &'static str,
    block_time_ms: u32,
    confirmations: u32,
    coin: (&'static str, &'static str),
    explorer: &'static str,
    wallet_rpc: &'static str,
) -> ChainInfo {
    ChainInfo {
        id: ChainId::Eip155(number),
        name,
        testnet: false,
        block_time_ms,
        confirmations,
        coin,
        explorer: Some(explorer),
        wallet_rpc: Some(wallet_rpc),
    }
}

/// All known chains. Confirmations follow what exchanges ask for deposits; Polygon's is higher for its deep reorgs of 2023.
#[rustfmt::skip]
pub static CHAINS: [ChainInfo; 7] = [
    chain(1,      "Ethereum",        12_000, 12, ETHER,          "https://etherscan.io",            "https://ethereum-rpc.publicnode.com"),
    chain(8_453,  "Base",             2_000, 10, ETHER,          "https://basescan.org",            "https://mainnet.base.org"),
    chain(42_161, "Arbitrum One",       250, 40, ETHER,          "https://arbiscan.io",             "https://arb1.arbitrum.io/rpc"),
    chain(10,     "OP Mainnet",       2_000, 10, ETHER,          "https://optimistic.etherscan.io", "https://mainnet.optimism.io"),
    chain(137,    "Polygon",          2_000, 64, ("POL", "POL"), "https://polygonscan.com",         "https://polygon-bor-rpc.publicnode.com"),
    chain(56,     "BNB Smart Chain",  1_000, 15, ("BNB", "BNB"), "https://bscscan.com",             "https://bsc-rpc.publicnode.com"),
    ChainInfo {
        id: LOCAL_CHAIN, name: "Local chain", testnet: true, block_time_ms: 1_000, confirmations: 2,
        coin: ETHER, explorer: None, wallet_rpc: None,
    },
];

/// SLIP-44 coin types.
const ETH: u32 = 60;
const POL: u32 = 966;
const BNB: u32 = 714;

const fn coin(chain: u64, slip44: u32, symbol: &'static str, name: &'static str, quote_decimals: u8) -> AssetInfo {
    let id = AssetId { chain: ChainId::Eip155(chain), kind: AssetKind::Native(slip44) };
    AssetInfo { id, symbol, name, decimals: 18, quote_decimals, pegged_to: None }
}

const fn token(chain: u64, contract: Address, symbol: &'static str, name: &'static str, decimals: u8) -> AssetInfo {
    let id = AssetId { chain: ChainId::Eip155(chain), kind: AssetKind::Erc20(contract) };
    // All listed tokens follow the dollar: cents are precise enough, and a person can type them.
    AssetInfo { id, symbol, name, decimals, quote_decimals: 2, pegged_to: Some("USD") }
}

/// All known assets. Native coins stand before tokens within a chain.
#[rustfmt::skip]
pub static ASSETS: [AssetInfo; 28] = [
    coin (1,      ETH, "ETH", "Ether", 6),
    token(1,      address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"), "USDC", "USD Coin", 6),
    token(1,      address!("dAC17F958D2ee523a2206206994597C13D831ec7"), "USDT", "Tether",   6),
    token(1,      address!("6B175474E89094C44Da98b954EedeAC495271d0F"), "DAI",  "Dai",     18),
    coin (8_453,  ETH, "ETH", "Ether", 6),
    token(8_453,  address!("833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USDC", "USD Coin", 6),
    token(8_453,  address!("fde4C96c8593536E31F229EA8f37b2ADa2699bb2"), "USDT", "Tether",   6),
    token(8_453,  address!("50c5725949A6F0c72E6C4a641F24049A917DB0Cb"), "DAI",  "Dai",     18),
    coin (42_161, ETH, "ETH", "Ether", 6),
    token(42_161, address!("af88d065e77c8cC2239327C5EDb3A432268e5831"), "USDC", "USD Coin", 6),
    token(42_161, address!("Fd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"), "USDT", "Tether",   6),
    token(42_161, address!("DA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), "DAI",  "Dai",     18),
    coin (10,     ETH, "ETH", "Ether", 6),
    token(10,     address!("0b2C639c533813f4Aa9D7837CAf62653d097Ff85"), "USDC", "USD Coin", 6),
    token(10,     address!("94b008aA00579c1307B0EF2c499aD98a8ce58e58"), "USDT", "Tether",   6),
    token(10,     address!("DA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), "DAI",  "Dai",     18),
    coin (137,    POL, "POL", "POL", 3),
    token(137,    address!("3c499c542cEF5E3811e1192ce70d8cC03d5c3359"), "USDC", "USD Coin", 6),
    token(137,    address!("c2132D05D31c914a87C6611C10748AEb04B58e8F"), "USDT", "Tether",   6),
    token(137,    address!("8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063"), "DAI",  "Dai",     18),
    coin (56,     BNB, "BNB", "BNB", 5),
    token(56,     address!("8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"), "USDC", "USD Coin", 18),
    token(56,     address!("55d398326f99059fF775485246999027B3197955"), "USDT", "Tether",   18),
    token(56,     address!("1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3"), "DAI",  "Dai",      18),
    coin (31_337, ETH, "ETH", "Ether", 6),
    token(31_337, address!("F3477B76e8A7b3FFC73C95F21475A456cA00636a"), "USDC", "USD Coin", 6),
    token(31_337, address!("7dF53ff4D7940bC8257919488fc2812992816E58"), "USDT", "Tether",   6),
    token(31_337, address!("ac50919f319fFEF734dD67076273A6A70A58f447"), "DAI",  "Dai",     18),
];

/// Finds a chain.
pub fn chain_info(id: ChainId) -> Option<&'static ChainInfo> {
    CHAINS.iter().find(|chain| chain.id == id)
}

/// Finds an asset.
pub fn asset_info(id: AssetId) -> Option<&'static AssetInfo> {
    ASSETS.iter().find(|asset| asset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_stands_on_a_known_chain_once() {
        for (index, asset) in ASSETS.iter().enumerate() {
            assert_eq!(chain_info(asset.id.chain).map(|chain| chain.id), Some(asset.id.chain), "{}", asset.id);
            assert_eq!(asset_info(asset.id).map(|known| known.id), Some(asset.id));
            assert!(asset.quote_decimals <= asset.decimals);
            assert!(ASSETS[index + 1..].iter().all(|other| other.id != asset.id), "{} twice", asset.id);
        }
        for chain in &CHAINS {
            let native = ASSETS
                .iter()
                .filter(|asset| asset.id.chain == chain.id && matches!(asset.id.kind, AssetKind::Native(_)));
            let symbols: Vec<_> = native.map(|asset| asset.symbol).collect();
            assert_eq!(symbols, [chain.coin.1], "{}", chain.name);
        }
        assert!(chain_info(ChainId::Eip155(2)).is_none());
    }

    /// The addresses as their issuers publish them, with the EIP-55 checksum that catches a slip of the keyboard.
    #[test]
    fn token_addresses_have_their_checksum() {
        let source = include_str!("registry.rs");
        for asset in &ASSETS {
            if let AssetKind::Erc20(contract) = asset.id.kind {
                let checksummed = contract.to_checksum(None);
                assert!(source.contains(checksummed.trim_start_matches("0x")), "{checksummed} {}", asset.symbol);
            }
        }
    }
}
