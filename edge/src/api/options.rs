//! The assets a buyer can choose from, with what each would cost now.

use groat_core::asset::{AssetId, ChainId, asset_info, chain_info};
use groat_core::money::Price;
use groat_core::quote::quoted_amount;
use groat_core::wire::{OptionView, Unavailable};

use crate::rates::{PegError, check_peg};
use crate::store::{PageFacts, QuoteRates};

/// Which chains can be reached.
pub type ChainAvailability = std::collections::BTreeMap<ChainId, bool>;

/// One entry for each accepted asset, in the seller's order. Nothing here is locked; only a quote is.
pub fn asset_options(
    page: &PageFacts,
    price: Price,
    rates: &QuoteRates,
    chains: &ChainAvailability,
) -> Vec<OptionView> {
    let option = |asset: &AssetId| {
        let info = asset_info(*asset)?;
        let chain = chain_info(asset.chain)?;
        let peg = check_peg(info, &rates.currency, &rates.by_symbol, page.peg_deviation_basis_points);
        let rate = rates.by_symbol.get(info.symbol).copied().filter(|_| peg.is_ok());
        let amount = rate.and_then(|rate| quoted_amount(price, rate, info).ok());
        // A chain that was never asked is not known to be down.
        let reachable = chains.get(&asset.chain).copied().unwrap_or(true);
        let unavailable_reason = match (reachable, &amount) {
            (false, _) => Some(Unavailable::NetworkUnavailable),
            (true, None) if matches!(peg, Err(PegError::Off { .. })) => Some(Unavailable::AssetOffPeg),
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
    page.assets.iter().filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use groat_core::money::Rate;

    use super::*;

    #[test]
    fn says_why_an_asset_cannot_be_chosen() {
        let ids = [
            "eip155:1/slip44:60",
            "eip155:8453/slip44:60",
            "eip155:56/slip44:714",
            "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
            "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7",
        ];
        let page = PageFacts {
            public_key: "pk_test".into(),
            allowed_origins: Vec::new(),
            assets: ids.map(|id| id.parse().unwrap()).into(),
            peg_deviation_basis_points: 200,
            branding: groat_core::wire::Branding::default(),
            walletconnect: None,
        };
        let price = Price::parse("30", "USD").unwrap();
        let known = [("ETH", "3000"), ("USDC", "0.97"), ("USDT", "0.99")];
        let by_symbol = known.map(|(symbol, rate)| (symbol.to_owned(), Rate::parse(rate).unwrap())).into();
        let rates = QuoteRates { currency: "USD".into(), by_symbol };
        let chains = ChainAvailability::from([(ChainId::Eip155(8453), false)]);
        let options = asset_options(&page, price, &rates, &chains);
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
                (None, false, Some(Unavailable::AssetOffPeg)),
                (Some("30.31"), true, None),
            ]
        );
    }
}
