//! Rates that fail: what is quoted stays payable, and a coin that has left its peg is not quoted.

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "as the command wants it")]
fn at(currency: &str, prices: &[(&str, &str)]) -> Option<QuoteRates> {
    let by_symbol = prices.iter().map(|(name, rate)| ((*name).to_owned(), Rate::parse(rate).unwrap())).collect();
    Some(QuoteRates { currency: currency.into(), by_symbol })
}

#[test]
fn what_is_quoted_stays_payable_while_rates_are_gone() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let quote =
        |asset: &str| Command::CreateQuote { id: invoice.id.clone(), asset: asset.into(), rates: at("USD", &[]) };
    let refused = shop.ask(None, quote("eip155:31337/slip44:60"));
    assert_eq!((refused.status, code(&refused).as_str()), (503, "rates_unavailable"));
    let shown: InvoiceSnapshot = serde_json::from_str(&shop.ask(None, quote(USDC)).body).unwrap();
    assert_eq!(shown.quote.as_ref().unwrap().base_units, invoice.quote.as_ref().unwrap().base_units);
    shop.observe(&invoice, 1, 11, 49_000_000);
    assert_eq!(shop.get(&invoice.id).status.as_str(), "paid");
}

#[test]
fn a_coin_that_has_left_its_peg_is_not_quoted() {
    let mut shop = Shop::open();
    let limit = |basis_points| Command::UpdateStore {
        update: StoreUpdate { peg_deviation_basis_points: Some(basis_points), ..StoreUpdate::default() },
    };
    let view: Json = serde_json::from_str(&shop.seller(Command::GetStore).body).unwrap();
    assert_eq!(view["peg_deviation_basis_points"], 200);
    for (basis_points, status) in [(9, 422), (10, 200), (1_000, 200), (1_001, 422)] {
        assert_eq!(shop.seller(limit(basis_points)).status, status, "{basis_points}");
    }
    let mut create = |limit_basis_points, price: &str, rates| {
        shop.seller(limit(limit_basis_points));
        let price = Some(PriceInput { amount: "49".into(), currency: price.into() });
        shop.seller(Command::CreateInvoice { create: InvoiceCreate { price, ..priced("49") }, rates })
    };
    assert_eq!(create(200, "USD", at("USD", &[("USDC", "0.985")])).status, 201);
    let refused = create(100, "USD", at("USD", &[("USDC", "0.985")]));
    assert_eq!((refused.status, code(&refused).as_str()), (503, "asset_off_peg"));
    assert!(refused.body.contains("USDC stands 1.5 % below 1 USD, and this store stops at 1 %"), "{}", refused.body);
    // In another currency the coin's own price tells nothing of its peg.
    assert_eq!(create(200, "EUR", at("EUR", &[("USDC", "0.85"), ("USDC/USD", "1.001")])).status, 201);
    let refused = create(200, "EUR", at("EUR", &[("USDC", "0.85"), ("USDC/USD", "0.95")]));
    assert_eq!(code(&refused), "asset_off_peg");
    let refused = create(200, "EUR", at("EUR", &[("USDC", "0.85")]));
    assert_eq!(code(&refused), "rates_unavailable", "a peg that can't be checked is not trusted");
}

/// Settings that were stored before the limit existed.
#[test]
fn older_settings_have_the_default_limit() {
    let mut shop = Shop::open();
    let rows = shop.sql.run("UPDATE settings SET body = json_remove(body, '$.peg_deviation_basis_points')", &[]);
    assert!(rows.is_ok());
    let view: Json = serde_json::from_str(&shop.seller(Command::GetStore).body).unwrap();
    assert_eq!(view["peg_deviation_basis_points"], 200);
}
