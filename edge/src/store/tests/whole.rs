//! A step is written whole or not at all: storage that fails at any one write leaves what was there before.

use super::*;
use crate::sql::{Row, SqlError, Value};

/// Storage whose `fails_at`-th write (from 1) fails, and no other.
struct Failing<'a> {
    sql: &'a mut NativeSql,
    writes: usize,
    fails_at: usize,
}

impl Sql for Failing<'_> {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        if ["INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER"].iter().any(|word| statement.starts_with(word)) {
            self.writes += 1;
            if self.writes == self.fails_at {
                return Err(SqlError::Statement("the disk is full".to_owned()));
            }
        }
        self.sql.run(statement, values)
    }
}

/// All that is stored, table by table.
fn everything(sql: &mut NativeSql) -> Vec<(String, Vec<Row>)> {
    let tables = sql.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", &[]).unwrap();
    let rows = |table: &Row| {
        let name = table.text(0).unwrap().to_owned();
        let rows = sql.run(&format!("SELECT * FROM {name}"), &[]).unwrap();
        (name, rows)
    };
    tables.iter().map(rows).collect()
}

/// Runs `act` on a copy of `make`'s shop for each write that can fail, and gives how many there are.
fn fails_whole(
    name: &str,
    make: impl Fn() -> Shop,
    act: impl Fn(&mut Store<'_, Failing<'_>>) -> Result<(), String>,
) -> usize {
    for fails_at in 1.. {
        let mut shop = make();
        let before = everything(&mut shop.sql);
        let mut sql = Failing { sql: &mut shop.sql, writes: 0, fails_at };
        let mut store = Store::new(&mut sql, &shop.platform, &mut shop.entropy, shop.now_ms);
        let outcome = act(&mut store);
        let pushes = store.into_effects().pushes;
        if sql.writes < fails_at {
            outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_ne!(everything(&mut shop.sql), before, "{name} writes nothing");
            return fails_at - 1;
        }
        assert!(outcome.is_err(), "{name}: write {fails_at} failed, and nobody noticed");
        assert_eq!(pushes, [], "{name}: pages hear of what was not stored (write {fails_at})");
        assert!(everything(&mut shop.sql) == before, "{name}: a part is left of write {fails_at}");
    }
    unreachable!("a step has an end")
}

fn handled(store: &mut Store<'_, Failing<'_>>, key: Option<&str>, command: Command) -> Result<(), String> {
    let (request_id, key) = ("req_test".to_owned(), key.map(str::to_owned));
    let idempotency = key.as_ref().map(|_| ("order-7".to_owned(), "hash".to_owned()));
    let reply = store.handle(StoreRequest { request_id, key, client: None, idempotency, command });
    if reply.status < 300 { Ok(()) } else { Err(reply.body) }
}

/// Two endpoints, an invoice with a quote, and a delivery under way.
fn busy() -> (Shop, InvoiceSnapshot) {
    let mut shop = Shop::open();
    shop.webhook("http://127.0.0.1:9/one");
    shop.webhook("http://127.0.0.1:9/two");
    let invoice = shop.invoice();
    (shop, invoice)
}

#[test]
fn a_step_that_fails_anywhere_leaves_nothing() {
    let shop = || busy().0;
    let (key, invoice) = (shop().secret_key, busy().1);
    let id = || invoice.id.clone();
    let report = |sequence, head| Observation {
        chain: ChainId::Eip155(31_337),
        address: groat_core::evm::parse_address(&invoice.quote.as_ref().unwrap().address).unwrap(),
        invoice_id: id(),
        sequence,
        head,
        payments: vec![payment(49_000_000, 1_000)],
    };
    let with_key = |command: fn(String) -> Command| {
        let (key, id) = (key.clone(), id());
        move |store: &mut Store<'_, Failing<'_>>| handled(store, Some(&key), command(id.clone()))
    };
    let create = |_| Command::CreateInvoice { create: priced("49.00"), rates: rates() };
    // Of each: the events with their fold, the log, the watch, the kept answer.
    assert!(fails_whole("an invoice with a quote", shop, with_key(create)) >= 4);
    assert!(fails_whole("a call-off", shop, with_key(|id| Command::CancelInvoice { id })) >= 3);
    let paid = |store: &mut Store<'_, Failing<'_>>| {
        handled(store, None, Command::Observe { observations: vec![report(1, 11)] })
    };
    assert!(fails_whole("a payment", shop, paid) >= 3);
    let long = || {
        let mut shop = shop();
        shop.sql.run("UPDATE invoices SET recent = recent || printf('%.8000c', ' ')", &[]).unwrap();
        shop
    };
    // Its earlier events move to a row of their own.
    assert!(fails_whole("a payment after a long history", long, paid) >= 4);
    let late = || {
        let mut shop = shop();
        shop.now_ms += 16 * MINUTE;
        shop
    };
    let expire = |store: &mut Store<'_, Failing<'_>>| match store.expire_due() {
        Ok(_) => Ok(()),
        Err(refusal) => Err(refusal.detail),
    };
    assert!(fails_whole("a window that closes", late, expire) >= 2);
    let gone = |store: &mut Store<'_, Failing<'_>>| {
        let due = store.due_deliveries().map_err(|refusal| refusal.detail)?;
        store.record_delivery(&due[0].id, &answer(410)).map_err(|refusal| refusal.detail)
    };
    // What became of the try, what else waits, tried or not, and the endpoint.
    assert!(fails_whole("an endpoint that is gone", shop, gone) >= 4);
    let waits = || {
        let mut shop = shop();
        for _ in 0..30 {
            shop.invoice();
        }
        shop
    };
    assert!(fails_whole("the event at which marks are moved", waits, with_key(create)) >= 5);
}

/// A report that cannot be taken holds up none of the others that came with it.
#[test]
fn one_bad_report_spoils_no_other() {
    let (mut shop, invoice) = busy();
    let other = shop.invoice();
    let report = |invoice: &InvoiceSnapshot, address: &str| Observation {
        chain: ChainId::Eip155(31_337),
        address: groat_core::evm::parse_address(address).unwrap(),
        invoice_id: invoice.id.clone(),
        sequence: 1,
        head: 11,
        payments: vec![payment(49_000_000, shop.now_ms)],
    };
    let right = |invoice: &InvoiceSnapshot| report(invoice, &invoice.quote.as_ref().unwrap().address);
    let observations = vec![report(&invoice, PAYOUT), right(&other)];
    assert_eq!(shop.ask(None, Command::Observe { observations }).status, 500, "the watcher must send it again");
    assert_eq!(shop.get(&invoice.id).status.as_str(), "open");
    assert_eq!(shop.get(&other.id).status.as_str(), "paid");
}

/// Half a schema would be refused for ever, since its tables exist already.
#[test]
fn a_migration_that_fails_anywhere_can_be_repeated() {
    for fails_at in 1.. {
        let mut sql = NativeSql::in_memory().unwrap();
        let mut failing = Failing { sql: &mut sql, writes: 0, fails_at };
        let outcome = migrate(&mut failing);
        if failing.writes < fails_at {
            assert!(outcome.is_ok() && fails_at > 10);
            return;
        }
        assert!(outcome.is_err());
        migrate(&mut sql).unwrap_or_else(|error| panic!("after write {fails_at}: {error}"));
    }
}
