//! The assets a buyer can choose from, with what each would cost now.

use groat_core::asset::{AssetId, ChainId, asset_info, chain_info};
use groat_core::money::{Price, Rate};
use groat_core::quote::quoted_amount;
use groat_core::wire::{OptionView, Unavailable};

/// Which chains can be reached.
pub type ChainAvailability = std::collections::BTreeMap<ChainId, bool>;

/// One entry for each accepted asset, in the seller's order. Nothing here is locked; only a quote is.
pub fn asset_options(
    assets: &[AssetId],
    price: Price,
    rate: impl Fn(&str) -> Option<Rate>,
    chains: &ChainAvailability,
) -> Vec<OptionView> {
    let option = |asset: &AssetId| {
        let info = asset_info(*asset)?;
        let chain = chain_info(asset.chain)?;
        let amount = rate(info.symbol).and_then(|rate| quoted_amount(price, rate, info).ok());
        // A chain that was never asked is not known to be down.
        let reachable = chains.get(&asset.chain).copied().unwrap_or(true);
        let unavailable_reason = match (reachable, &amount) {
            (false, _) => Some(Unavailable::NetworkUnavailable),
            (true, None) => Some(Unavailable::RatesUnavailable),
            (true, Some(_)) => None,
        };
        Some(OptionView {
            asset: asset.to_string(),
            symbol: info.symbol.to_owned(),
            name: info.name.to_owned(),
            chain: chain.id.to_string(),
            chain_name: chain.name.to_owned(),
            testnet: chain.testnet,
            amount: amount.map(|amount| amount.print(info.decimals, 0)),
            available: unavailable_reason.is_none(),
            unavailable_reason,
        })
    };
    assets.iter().filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_why_an_asset_cannot_be_chosen() {
        let assets: Vec<AssetId> = ["eip155:1/slip44:60", "eip155:8453/slip44:60", "eip155:56/slip44:714"]
            .map(|id| id.parse().unwrap())
            .into();
        let price = Price::parse("30", "USD").unwrap();
        let rate = |symbol: &str| (symbol == "ETH").then(|| Rate::parse("3000").unwrap());
        let chains = ChainAvailability::from([(ChainId::Eip155(8453), false)]);
        let options = asset_options(&assets, price, rate, &chains);
        let summary: Vec<_> = options
            .iter()
            .map(|option| (option.amount.as_deref(), option.available, option.unavailable_reason))
            .collect();
        assert_eq!(
            summary,
            [
                (Some("0.01"), true, None),
                (Some("0.01"), false, Some(Unavailable::NetworkUnavailable)),
                (None, false, Some(Unavailable::RatesUnavailable)),
            ]
        );
    }
}
