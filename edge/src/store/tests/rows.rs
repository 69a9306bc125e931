//! What a sale writes: rows are what the platform bills first.

use super::*;
use crate::sql::CountingSql;

/// The store's share of the thirty that a clean sale may write in all.
const MOST_ROWS: i64 = 20;

/// Enough that what is written for many sales together has its share.
const SALES: i64 = 40;
/// Rows that are written once for many sales: how far an endpoint has been told.
const MOST_SHARED: i64 = SALES / 8;

/// A sale as a shop's server makes it: an idempotency key, three confirmations, an endpoint that hears everything.
#[test]
fn a_clean_sale_writes_few_rows() {
    let mut shop = Shop::open();
    shop.platform.chains.insert(ChainId::Eip155(31_337), ChainPolicy { confirmations: 3, wallet_rpc: None });
    shop.webhook("http://127.0.0.1:9/hooks");
    let mut rows = Vec::new();
    for number in 0..SALES {
        rows.push(shop.sale_rows(&format!("order-{number}")));
    }
    let all = rows.iter().sum::<i64>();
    assert!(all <= SALES * MOST_ROWS + MOST_SHARED, "{all} rows for {SALES} sales: {rows:?}");
}

impl Shop {
    fn sale_rows(&mut self, order: &str) -> i64 {
        let mut sql = CountingSql::of(&mut self.sql);
        let (platform, entropy, now_ms) = (&self.platform, &mut self.entropy, self.now_ms);
        let mut step = |act: &mut dyn FnMut(&mut Store<'_, CountingSql<'_, NativeSql>>)| {
            act(&mut Store::new(&mut sql, platform, entropy, now_ms));
        };
        let mut invoice = None;
        let mut told = 0;
        let key = self.secret_key.clone();
        let ask = |store: &mut Store<'_, CountingSql<'_, NativeSql>>, key, idempotency, command| {
            store.handle(StoreRequest { request_id: "req_test".into(), key, client: None, idempotency, command })
        };
        step(&mut |store| {
            let command = Command::CreateInvoice { create: priced("49.00"), rates: rates() };
            let reply = ask(store, Some(key.clone()), Some((order.to_owned(), "hash".to_owned())), command);
            assert_eq!(reply.status, 201, "{}", reply.body);
            invoice = Some(serde_json::from_str::<InvoiceSnapshot>(&reply.body).unwrap());
        });
        let invoice = invoice.unwrap();
        step(&mut |store| {
            for outgoing in store.due_watches().unwrap() {
                store.record_watches(&outgoing, true).unwrap();
            }
        });
        for (sequence, head) in [(0, 0), (1, 10), (2, 11), (3, 12)] {
            step(&mut |store| {
                let observation = Observation {
                    chain: ChainId::Eip155(31_337),
                    address: groat_core::evm::parse_address(&invoice.quote.as_ref().unwrap().address).unwrap(),
                    invoice_id: invoice.id.clone(),
                    sequence,
                    head,
                    payments: vec![payment(49_000_000, now_ms)],
                };
                if sequence > 0 {
                    let reply = ask(store, None, None, Command::Observe { observations: vec![observation] });
                    assert_eq!(reply.status, 204, "{}", reply.body);
                }
                for delivery in store.due_deliveries().unwrap() {
                    store.record_delivery(&delivery.id, &answer(204)).unwrap();
                    told += 1;
                }
            });
        }
        let rows = sql.take_rows();
        assert_eq!((told, self.get(&invoice.id).status.as_str()), (4, "paid"));
        rows
    }
}
