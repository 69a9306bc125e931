//! Money in all the ways it comes: in parts, in other coins, on other chains, too late, and back.

use groat_core::invoice::{Action, Exception, Status};
use groat_core::wire::{ConfirmationsFrom, RefundCreate};

use super::*;

const ETH: &str = "eip155:31337/slip44:60";
const DAI: &str = "eip155:31337/erc20:0xac50919f319ffef734dd67076273a6a70a58f447";
const BASE_USDC: &str = "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const BASE_USDT: &str = "eip155:8453/erc20:0xfde4c96c8593536e31f229ea8f37b2ada2699bb2";
const LOCAL: ChainId = ChainId::Eip155(31_337);
const BASE: ChainId = ChainId::Eip155(8_453);

#[expect(clippy::unnecessary_wraps, reason = "as the command wants it")]
fn usd(by_symbol: &[(&str, &str)]) -> Option<QuoteRates> {
    let rates = by_symbol.iter().map(|(symbol, rate)| ((*symbol).to_owned(), Rate::parse(rate).unwrap()));
    Some(QuoteRates { currency: "USD".into(), by_symbol: rates.collect() })
}

/// `(asset, base units)`, each in a transaction of its own, all in block 10.
fn payments(paid: &[(&str, u128)], block_time_ms: i64) -> Vec<ObservedPayment> {
    let one = |(ordinal, (asset, amount)): (usize, &(&str, u128))| ObservedPayment {
        id: format!("{asset}/0x{ordinal:02x}/0"),
        asset: asset.parse().unwrap(),
        ..payment(*amount, block_time_ms)
    };
    paid.iter().enumerate().map(one).collect()
}

impl Shop {
    /// A store that takes coins on two chains.
    fn on_two_chains() -> Self {
        let mut shop = Self::open();
        shop.platform.chains.insert(BASE, ChainPolicy { confirmations: 3, wallet_rpc: None });
        shop.set(|update| update.assets = Some([USDC, ETH, BASE_USDC].map(str::to_owned).to_vec()));
        shop
    }

    fn set(&mut self, change: impl FnOnce(&mut StoreUpdate)) {
        let mut update = StoreUpdate::default();
        change(&mut update);
        let reply = self.seller(Command::UpdateStore { update });
        assert_eq!(reply.status, 200, "{}", reply.body);
    }

    fn quote(&mut self, id: &str, asset: &str, rates: Option<QuoteRates>) -> InvoiceSnapshot {
        let reply = self.ask(None, Command::CreateQuote { id: id.into(), asset: asset.into(), rates });
        assert_eq!(reply.status, 201, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    fn see(
        &mut self,
        invoice: &InvoiceSnapshot,
        chain: ChainId,
        sequence: u64,
        head: u64,
        payments: Vec<ObservedPayment>,
    ) -> InvoiceSnapshot {
        let address = groat_core::evm::parse_address(&invoice.quote.as_ref().unwrap().address).unwrap();
        let invoice_id = invoice.id.clone();
        let observation = Observation { chain, address, invoice_id, sequence, head, payments };
        assert_eq!(self.ask(None, Command::Observe { observations: vec![observation] }).status, 204);
        self.whole(&invoice.id)
    }

    /// All of an invoice, as the seller sees it.
    fn whole(&mut self, id: &str) -> InvoiceSnapshot {
        let reply = self.seller(Command::GetInvoice { id: id.into() });
        serde_json::from_str(&reply.body).unwrap()
    }

    fn at(&mut self, minutes: i64) -> i64 {
        self.now_ms = 1_000 + minutes * MINUTE;
        self.act(|store| store.expire_due()).unwrap();
        self.now_ms
    }

    fn refund(&mut self, id: &str, asset: &str, amount: &str, transaction: char) -> Reply {
        let transaction = format!("0x{}", String::from(transaction).repeat(64));
        let create = RefundCreate { asset: asset.into(), amount: amount.into(), transaction };
        self.seller(Command::CreateRefund { id: id.into(), create })
    }
}

#[test]
fn a_part_holds_the_window_and_the_rest_is_quoted_anew() {
    let mut shop = Shop::open();
    shop.set(|update| update.peg_deviation_basis_points = Some(1_000));
    let invoice = shop.invoice();
    let now_ms = shop.at(14);
    let part = shop.see(&invoice, LOCAL, 1, 11, payments(&[(USDC, 30_000_000)], now_ms));
    let quote = part.quote.clone().unwrap();
    assert_eq!((part.status, quote.amount_due.as_str()), (Status::Open, "19"));
    assert_eq!(part.expires_at, "1970-01-01T00:30:01Z", "fifteen minutes more");
    // The lock ends where the first window did: the same coin at another rate, for the rest only.
    shop.at(20);
    let rest = shop.quote(&invoice.id, USDC, usd(&[("USDC", "0.95")])).quote.unwrap();
    assert_eq!((rest.amount.as_str(), rest.amount_due.as_str(), rest.amount_received.as_str()), ("20", "20", "30"));
    assert_ne!(rest.id, quote.id);
    // Asked again, it is the same.
    assert_eq!(shop.quote(&invoice.id, USDC, usd(&[("USDC", "2")])).quote.unwrap().id, rest.id);
    let now_ms = shop.at(21);
    let short = shop.see(&invoice, LOCAL, 2, 12, payments(&[(USDC, 30_000_000), (USDC, 19_990_000)], now_ms));
    assert_eq!((short.status, short.quote.unwrap().amount_due.as_str()), (Status::Open, "0.01"));
    let both = payments(&[(USDC, 30_000_000), (USDC, 20_000_000)], now_ms);
    let paid = shop.see(&invoice, LOCAL, 3, 13, both);
    assert_eq!((paid.status, paid.exceptions), (Status::Paid, vec![]));
}

#[test]
fn less_than_half_does_not_hold_the_window() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let now_ms = shop.at(14);
    shop.see(&invoice, LOCAL, 1, 11, payments(&[(USDC, 24_000_000)], now_ms));
    shop.at(15);
    let expired = shop.whole(&invoice.id);
    assert_eq!((expired.status, expired.exceptions), (Status::Expired, vec![Exception::Underpaid]));
}

#[test]
fn a_part_in_time_that_is_seen_late_opens_the_window_again() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let in_time_ms = shop.at(14);
    shop.at(16);
    assert_eq!(shop.whole(&invoice.id).status, Status::Expired);
    let part = shop.see(&invoice, LOCAL, 1, 11, payments(&[(USDC, 30_000_000)], in_time_ms));
    assert_eq!(part.status, Status::Open);
    assert_eq!(shop.act(|store| store.next_due_ms()).unwrap(), Some(1_000), "its watch is due, then its window");
    shop.at(30);
    let expired = shop.whole(&invoice.id);
    assert_eq!((expired.status, expired.exceptions), (Status::Expired, vec![Exception::Underpaid]));
}

#[test]
fn several_assets_on_several_chains_make_one_price() {
    let mut shop = Shop::on_two_chains();
    let invoice = shop.invoice();
    shop.quote(&invoice.id, ETH, usd(&[("ETH", "2450")]));
    let now_ms = shop.at(1);
    let eth = shop.see(&invoice, LOCAL, 1, 11, payments(&[(ETH, 10_000_000_000_000_000)], now_ms));
    assert_eq!(eth.quote.unwrap().amount_due, "0.01", "half of it");
    // Half in USDC on the same chain would be 24.50; a part of that, and the rest on another chain.
    let usdc = shop.quote(&invoice.id, USDC, None).quote.unwrap();
    assert_eq!(usdc.amount_due, "24.5");
    let coins = [(ETH, 10_000_000_000_000_000), (USDC, 4_500_000)];
    shop.see(&invoice, LOCAL, 2, 12, payments(&coins, now_ms));
    let base = shop.quote(&invoice.id, BASE_USDC, usd(&[("USDC", "1")])).quote.unwrap();
    assert_eq!(base.amount_due, "20");
    let seen = shop.see(&invoice, BASE, 1, 11, payments(&[(BASE_USDC, 20_000_000)], now_ms));
    assert_eq!((seen.status, seen.exceptions.len()), (Status::Confirming, 0), "two of three confirmations");
    let paid = shop.see(&invoice, BASE, 2, 12, payments(&[(BASE_USDC, 20_000_000)], now_ms));
    assert_eq!((paid.status, paid.exceptions.len()), (Status::Paid, 0));
    assert!(paid.payments.iter().all(|payment| payment.credited));
}

#[test]
fn every_chain_watches_from_the_first_quote_on() {
    let mut shop = Shop::on_two_chains();
    let invoice = shop.invoice();
    let sent = shop.act(|store| store.due_watches()).unwrap();
    let about = |outgoing: &OutgoingWatches| {
        let watch = &outgoing.watches[0];
        (outgoing.chain, watch.confirmations, (watch.active_until_ms - watch.since_ms) / MINUTE)
    };
    let told: Vec<_> = sent.iter().map(about).collect();
    assert_eq!(told, [(BASE, 3, 0), (LOCAL, 2, 30)], "busy only where the buyer may pay");
    // One is down: it alone is asked again.
    shop.act(|store| store.record_watches(&sent[1], true)).unwrap();
    shop.act(|store| store.record_watches(&sent[0], false)).unwrap();
    assert!(shop.act(|store| store.due_watches()).unwrap().is_empty());
    shop.now_ms += 2_000;
    let again = shop.act(|store| store.due_watches()).unwrap();
    assert_eq!(again.iter().map(about).collect::<Vec<_>>(), [(BASE, 3, 0)]);
    // A quote there changes what it is told, also while an acknowledgement of the older is on its way.
    shop.quote(&invoice.id, BASE_USDC, usd(&[("USDC", "1")]));
    shop.act(|store| store.record_watches(&again[0], true)).unwrap();
    let newer = shop.act(|store| store.due_watches()).unwrap();
    assert_eq!(newer.iter().map(about).collect::<Vec<_>>(), [(BASE, 3, 30)]);
    shop.act(|store| store.record_watches(&newer[0], true)).unwrap();
    assert!(shop.act(|store| store.due_watches()).unwrap().is_empty());
}

#[test]
fn the_same_coin_on_another_chain_counts_at_the_locked_rate() {
    let mut shop = Shop::on_two_chains();
    let invoice = shop.invoice();
    let now_ms = shop.at(1);
    let seen = shop.see(&invoice, BASE, 1, 11, payments(&[(BASE_USDC, 49_000_000)], now_ms));
    assert_eq!((seen.status, &seen.exceptions[..]), (Status::Confirming, &[][..]));
    assert_eq!(seen.quote.unwrap().asset, USDC, "what the buyer asked for is what they see");
    let paid = shop.see(&invoice, BASE, 2, 12, payments(&[(BASE_USDC, 49_000_000)], now_ms));
    assert_eq!(paid.status, Status::Paid);
}

#[test]
fn another_coin_that_the_store_takes_is_valued_when_it_is_seen() {
    let mut shop = Shop::on_two_chains();
    let invoice = shop.invoice();
    let now_ms = shop.at(1);
    let seen = shop.see(&invoice, LOCAL, 1, 11, payments(&[(ETH, 20_000_000_000_000_000)], now_ms));
    assert_eq!((seen.status, &seen.exceptions[..]), (Status::Open, &[Exception::WrongAsset][..]));
    let currency = shop.act(|store| store.stray_currency()).unwrap().unwrap();
    assert_eq!(currency.code(), "USD");
    // No rate now: asked again later, not for ever at once.
    shop.act(|store| store.value_strays(&usd(&[("USDC", "1")]).unwrap())).unwrap();
    assert_eq!(shop.act(|store| store.stray_currency()).unwrap(), None);
    shop.now_ms += MINUTE;
    assert!(shop.act(|store| store.stray_currency()).unwrap().is_some());
    shop.act(|store| store.value_strays(&usd(&[("ETH", "2450")]).unwrap())).unwrap();
    let paid = shop.whole(&invoice.id);
    assert_eq!((paid.status, &paid.exceptions[..]), (Status::Paid, &[][..]));
    assert_eq!(shop.act(|store| store.stray_currency()).unwrap(), None);
}

#[test]
fn what_the_store_does_not_take_waits_for_the_seller() {
    let mut shop = Shop::on_two_chains();
    let invoice = shop.invoice();
    let now_ms = shop.at(1);
    for (asset, chain) in [(DAI, LOCAL), (BASE_USDT, BASE)] {
        let seen = shop.see(&invoice, chain, 1, 99, payments(&[(asset, 49_000_000_000_000_000_000)], now_ms));
        assert_eq!((seen.status, &seen.exceptions[..]), (Status::Open, &[Exception::WrongAsset][..]), "{asset}");
        assert!(!seen.payments.iter().any(|payment| payment.credited));
    }
    assert_eq!(shop.act(|store| store.stray_currency()).unwrap(), None);
    let refunded = shop.refund(&invoice.id, DAI, "49", 'd');
    assert_eq!(refunded.status, 201, "{}", refunded.body);
    let accepted = shop.seller(Command::AcceptInvoice { id: invoice.id.clone() });
    let accepted: InvoiceSnapshot = serde_json::from_str(&accepted.body).unwrap();
    assert_eq!((accepted.status, &accepted.exceptions[..]), (Status::Paid, &[Exception::WrongAsset][..]));
}

#[test]
fn late_money_within_the_stores_grace_settles() {
    // (grace, minutes, status)
    for (grace, minutes, status) in
        [(0, 16, Status::Expired), (10, 16, Status::Paid), (10, 25, Status::Paid), (10, 26, Status::Expired)]
    {
        let mut shop = Shop::open();
        shop.set(|update| update.late_grace_minutes = Some(grace));
        let invoice = shop.invoice();
        shop.at(15);
        let now_ms = shop.at(minutes);
        let late = shop.see(&invoice, LOCAL, 1, 11, payments(&[(USDC, 49_000_000)], now_ms));
        let found = (late.status, &late.exceptions[..]);
        assert_eq!(found, (status, &[Exception::Late][..]), "grace {grace}, minute {minutes}");
    }
}

#[test]
fn confirmations_follow_the_price() {
    let mut shop = Shop::open();
    let step = |amount: &str, currency: &str, count| ConfirmationsFrom {
        amount: amount.into(),
        currency: currency.into(),
        confirmations: BTreeMap::from([("eip155:31337".to_owned(), count)]),
    };
    shop.set(|update| {
        update.confirmations = Some(BTreeMap::from([("eip155:31337".to_owned(), 5)]));
        let steps =
            vec![step("100.00", "USD", 20), step("0.01", "USD", 1), step("30.00", "USD", 9), step("1", "EUR", 40)];
        update.confirmations_by_amount = Some(steps);
    });
    for (amount, currency, count) in
        [("0.50", "USD", 1), ("29.99", "USD", 1), ("30.00", "USD", 9), ("5000", "USD", 20), ("7", "CHF", 5)]
    {
        let mut create = priced(amount);
        create.price = Some(PriceInput { amount: amount.into(), currency: currency.into() });
        let mut rates = rates().map(|rates| QuoteRates { currency: currency.into(), ..rates }).unwrap();
        rates.by_symbol.insert("USDC/USD".into(), Rate::parse("1").unwrap());
        let rates = Some(rates);
        let reply = shop.seller(Command::CreateInvoice { create, rates });
        let invoice: InvoiceSnapshot = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(invoice.quote.unwrap().confirmations_required, count, "{amount} {currency}");
    }
}

#[test]
fn refunds_are_recorded_up_to_what_arrived() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let id = invoice.id.clone();
    #[rustfmt::skip]
    let refuse = |shop: &mut Shop, asset: &str, amount: &str, transaction, status, expected: &str| {
        let reply = shop.refund(&id, asset, amount, transaction);
        assert_eq!((reply.status, code(&reply).as_str()), (status, expected), "{amount} {asset}");
    };
    refuse(&mut shop, USDC, "1", 'a', 409, "invoice_state");
    let now_ms = shop.at(1);
    let over = payments(&[(USDC, 60_000_000)], now_ms);
    let paid = shop.see(&invoice, LOCAL, 1, 11, over);
    assert_eq!((paid.status, &paid.exceptions[..]), (Status::Paid, &[Exception::Overpaid][..]));
    assert_eq!(paid.actions.as_deref(), Some(&[Action::Refund][..]));
    refuse(&mut shop, USDC, "60.000001", 'a', 409, "invoice_state");
    refuse(&mut shop, USDC, "0", 'a', 409, "invoice_state");
    refuse(&mut shop, ETH, "1", 'a', 409, "invoice_state");
    refuse(&mut shop, USDC, "1.0000001", 'a', 422, "amount_invalid");
    refuse(&mut shop, USDC, "1", 'g', 422, "field_invalid");
    refuse(&mut shop, "eip155:1/nothing", "1", 'a', 422, "asset_not_accepted");
    let first = shop.refund(&id, USDC, "11", 'a');
    assert_eq!(first.status, 201, "{}", first.body);
    shop.now_ms += MINUTE;
    let again: InvoiceSnapshot = serde_json::from_str(&shop.refund(&id, USDC, "11", 'a').body).unwrap();
    assert_eq!((again.refunds.len(), again.version, again.status), (1, paid.version + 1, Status::Paid));
    refuse(&mut shop, USDC, "12", 'a', 409, "invoice_state");
    refuse(&mut shop, USDC, "49.01", 'b', 409, "invoice_state");
    assert_eq!(shop.refund(&id, USDC, "49", 'b').status, 201);
    let all = shop.whole(&id);
    assert_eq!((all.refunds.len(), all.status, all.actions), (2, Status::Paid, Some(vec![])));
    let public = shop.get(&id);
    assert_eq!((public.refunds.len(), public.actions), (2, None), "the buyer sees refunds, not what the seller may do");
    assert!(shop.seller(Command::ListEvents(EventQuery { after: None, limit: 100 })).body.contains("invoice.refunded"));
}

#[test]
fn money_sent_back_before_it_settled_settles_nothing() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let now_ms = shop.at(1);
    shop.see(&invoice, LOCAL, 1, 11, payments(&[(USDC, 20_000_000)], now_ms));
    assert_eq!(shop.refund(&invoice.id, USDC, "20", 'a').status, 201);
    let rest = shop.see(&invoice, LOCAL, 2, 12, payments(&[(USDC, 20_000_000), (USDC, 29_000_000)], now_ms));
    assert_eq!((rest.status, rest.quote.unwrap().amount_due.as_str()), (Status::Open, "20"));
    let whole = payments(&[(USDC, 20_000_000), (USDC, 29_000_000), (USDC, 20_000_000)], now_ms);
    assert_eq!(shop.see(&invoice, LOCAL, 3, 13, whole).status, Status::Paid);
}

#[test]
fn what_was_accepted_must_stand() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let now_ms = shop.at(1);
    shop.see(&invoice, LOCAL, 1, 10, payments(&[(USDC, 20_000_000)], now_ms));
    assert_eq!(shop.seller(Command::AcceptInvoice { id: invoice.id.clone() }).status, 200);
    assert_eq!(shop.whole(&invoice.id).status, Status::Paid);
    let gone = shop.see(&invoice, LOCAL, 2, 11, Vec::new());
    assert_eq!((gone.status, &gone.exceptions[..]), (Status::Open, &[Exception::Reversed][..]));
    let back = shop.see(&invoice, LOCAL, 3, 12, payments(&[(USDC, 20_000_000)], now_ms));
    assert_eq!((back.status, &back.exceptions[..]), (Status::Paid, &[Exception::Underpaid][..]));
}
