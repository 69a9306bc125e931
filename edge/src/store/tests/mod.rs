//! The store from outside: commands in, replies and rows out.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method's path is not general enough over the lifetime"
)]

mod abuse;
mod branding;
mod clock;
mod deliveries;
mod event_log;
mod money;
mod pump;
mod rates;
mod rows;
mod whole;

use std::collections::BTreeMap;

use groat_core::asset::ChainId;
use groat_core::id::{ApiKey, KeyKind, StoreId};
use groat_core::invoice::ObservedPayment;
use groat_core::money::{Amount, Rate};
use groat_core::wire::{
    InvoiceCreate, InvoiceSnapshot, PriceInput, StoreUpdate, ThemeSetting, WalletConnectSettings, WebhookEndpointCreate,
};
use serde_json::Value as Json;

use super::*;
use crate::chain::messages::Observation;
use crate::outbound::Answer;
use crate::sql::NativeSql;

const USDC: &str = "eip155:31337/erc20:0xf3477b76e8a7b3ffc73c95f21475a456ca00636a";
const PAYOUT: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const MINUTE: i64 = 60_000;

/// Counts up, so that every id differs and every run is the same.
struct Counter(u128);

impl Entropy for Counter {
    fn bytes16(&mut self) -> Result<[u8; 16], Refusal> {
        self.0 += 1;
        Ok(self.0.to_be_bytes())
    }
}

/// A store with its own clock.
struct Shop {
    sql: NativeSql,
    platform: Platform,
    entropy: Counter,
    now_ms: i64,
    secret_key: String,
    public_key: String,
    pushes: Vec<(String, String)>,
}

impl Shop {
    fn empty() -> Self {
        let mut sql = NativeSql::in_memory().unwrap();
        migrate(&mut sql).unwrap();
        let policy = ChainPolicy { confirmations: 2, wallet_rpc: None };
        let chains = BTreeMap::from([(ChainId::Eip155(31_337), policy)]);
        let platform =
            Platform { local: true, webhooks_allow_loopback: true, own_host: None, chains, limits: Limits::default() };
        let store = StoreId::from_random([1; 16]);
        let key = |kind| ApiKey::from_random(kind, false, &store, [2; 16]).reveal().to_owned();
        let (secret_key, public_key) = (key(KeyKind::Secret), key(KeyKind::Public));
        let mut shop =
            Self { sql, platform, entropy: Counter(0), now_ms: 1_000, secret_key, public_key, pushes: Vec::new() };
        let command = Command::Initialise {
            name: "Paper Boat".into(),
            id: store.to_string(),
            public_key: shop.public_key.clone(),
            secret_key_hash: hash_secret(&shop.secret_key),
        };
        assert_eq!(shop.ask(None, command).status, 201);
        shop
    }

    fn open() -> Self {
        let mut shop = Self::empty();
        let update = StoreUpdate {
            payout_addresses: Some(BTreeMap::from([("eip155".into(), PAYOUT.into())])),
            assets: Some(vec![USDC.into(), "eip155:31337/slip44:60".into()]),
            ..StoreUpdate::default()
        };
        assert_eq!(shop.seller(Command::UpdateStore { update }).status, 200);
        shop
    }

    fn act<T>(&mut self, act: impl FnOnce(&mut Store<'_, NativeSql>) -> T) -> T {
        let mut store = Store::new(&mut self.sql, &self.platform, &mut self.entropy, self.now_ms);
        let result = act(&mut store);
        self.pushes.extend(store.into_effects().pushes);
        result
    }

    fn ask(&mut self, key: Option<&str>, command: Command) -> Reply {
        self.ask_idempotent(key, None, command)
    }

    fn ask_idempotent(&mut self, key: Option<&str>, idempotency: Option<(&str, &str)>, command: Command) -> Reply {
        let idempotency = idempotency.map(|(key, hash)| (key.to_owned(), hash.to_owned()));
        let key = key.map(str::to_owned);
        self.act(|store| {
            store.handle(StoreRequest { request_id: "req_test".into(), key, client: None, idempotency, command })
        })
    }

    fn seller(&mut self, command: Command) -> Reply {
        let key = self.secret_key.clone();
        self.ask(Some(&key), command)
    }

    fn page(&mut self, command: Command) -> Reply {
        let key = self.public_key.clone();
        self.ask(Some(&key), command)
    }

    fn invoice(&mut self) -> InvoiceSnapshot {
        let reply = self.seller(Command::CreateInvoice { create: priced("49.00"), rates: rates() });
        assert_eq!(reply.status, 201, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    fn get(&mut self, id: &str) -> InvoiceSnapshot {
        let reply = self.ask(None, Command::GetInvoice { id: id.into() });
        serde_json::from_str(&reply.body).unwrap()
    }

    fn observe(&mut self, invoice: &InvoiceSnapshot, sequence: u64, head: u64, amount: u128) -> Reply {
        let payments = if amount == 0 { Vec::new() } else { vec![payment(amount, self.now_ms)] };
        let observation = Observation {
            chain: ChainId::Eip155(31_337),
            address: groat_core::evm::parse_address(&invoice.quote.as_ref().unwrap().address).unwrap(),
            invoice_id: invoice.id.clone(),
            sequence,
            head,
            payments,
        };
        self.ask(None, Command::Observe { observations: vec![observation] })
    }

    fn webhook(&mut self, url: &str) -> String {
        let create = WebhookEndpointCreate { url: url.into(), types: None };
        let reply = self.seller(Command::CreateWebhookEndpoint { create });
        assert_eq!(reply.status, 201, "{}", reply.body);
        let body: Json = serde_json::from_str(&reply.body).unwrap();
        body["secret"].as_str().unwrap().to_owned()
    }

    fn deliveries(&mut self) -> Vec<Json> {
        let reply = self.seller(Command::ListDeliveries(first_page()));
        let body: Json = serde_json::from_str(&reply.body).unwrap();
        body["data"].as_array().unwrap().clone()
    }
}

fn first_page() -> ListQuery {
    ListQuery { cursor: None, limit: 100 }
}

fn payment(amount: u128, block_time_ms: i64) -> ObservedPayment {
    ObservedPayment {
        id: "eip155:31337/0xaa/0".into(),
        asset: USDC.parse().unwrap(),
        amount: Amount::from_base_units(amount).unwrap(),
        transaction: Some("0xaa".into()),
        height: 10,
        block_time_ms,
        unproven: false,
    }
}

fn priced(amount: &str) -> InvoiceCreate {
    let price = PriceInput { amount: amount.into(), currency: "USD".into() };
    InvoiceCreate { price: Some(price), asset: Some(USDC.into()), ..InvoiceCreate::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "as the command wants it")]
fn rates() -> Option<QuoteRates> {
    let by_symbol = BTreeMap::from([("USDC".to_owned(), Rate::parse("1").unwrap())]);
    Some(QuoteRates { currency: "USD".into(), by_symbol })
}

fn code(reply: &Reply) -> String {
    let body: Json = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(body["status"], reply.status);
    body["code"].as_str().unwrap().to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "as an outcome is recorded")]
fn answer(status: u16) -> Outcome {
    Ok(Answer { status, retry_after_s: None, body: String::new() })
}

#[test]
fn a_purchase() {
    let mut shop = Shop::open();
    shop.webhook("http://127.0.0.1:9/webhooks");
    let invoice = shop.invoice();
    let quote = invoice.quote.clone().unwrap();
    assert_eq!((invoice.version, quote.amount.as_str(), quote.base_units.as_str()), (2, "49", "49000000"));

    let watches = shop.act(|store| store.due_watches()).unwrap();
    assert_eq!(watches.len(), 1);
    assert_eq!(watches[0].watches[0].address.to_checksum(None), quote.address);
    shop.act(|store| store.record_watches(&watches[0], true)).unwrap();
    assert!(shop.act(|store| store.due_watches()).unwrap().is_empty());

    assert_eq!(shop.observe(&invoice, 1, 10, 49_000_000).status, 204);
    assert_eq!(shop.get(&invoice.id).status.as_str(), "confirming");
    assert_eq!(shop.observe(&invoice, 2, 11, 49_000_000).status, 204);
    let paid = shop.get(&invoice.id);
    assert_eq!((paid.status.as_str(), paid.version), ("paid", 4));
    let pushed: InvoiceSnapshot = serde_json::from_str(&shop.pushes.last().unwrap().1).unwrap();
    assert_eq!((pushed.version, pushed.status), (4, paid.status));
    assert!(pushed.metadata.is_none(), "pushes show the public view");

    let kinds: Vec<_> =
        shop.deliveries().iter().map(|delivery| delivery["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["invoice.paid", "invoice.confirming", "invoice.payment_detected", "invoice.created"]);
}

#[test]
fn reports_may_repeat_and_come_out_of_order() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    // (sequence, head, amount, version after)
    for (sequence, head, amount, version) in [
        (1, 9, 0, 2),
        (3, 10, 49_000_000, 3),
        (3, 10, 49_000_000, 3),
        (2, 9, 0, 3),
        (5, 10, 49_000_000, 3),
        (4, 10, 0, 3),
        (6, 11, 49_000_000, 4),
    ] {
        shop.observe(&invoice, sequence, head, amount);
        assert_eq!(shop.get(&invoice.id).version, version, "sequence {sequence}");
    }
}

#[test]
fn windows_close_on_time() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    let due_ms = 1_000 + 15 * MINUTE;
    let watches = shop.act(|store| store.due_watches()).unwrap();
    shop.act(|store| store.record_watches(&watches[0], true)).unwrap();
    assert_eq!(shop.act(|store| store.next_due_ms()).unwrap(), Some(due_ms));
    shop.now_ms = due_ms - 1;
    shop.act(|store| store.expire_due()).unwrap();
    assert_eq!(shop.get(&invoice.id).status.as_str(), "open");
    shop.now_ms = due_ms;
    shop.act(|store| store.expire_due()).unwrap();
    assert_eq!(shop.get(&invoice.id).status.as_str(), "expired");
    assert_eq!(shop.act(|store| store.next_due_ms()).unwrap(), None, "nothing waits");
}

#[test]
fn one_idempotency_key_makes_one_invoice() {
    let mut shop = Shop::open();
    let key = shop.secret_key.clone();
    let create = |shop: &mut Shop, amount: &str, hash: &str| {
        let command = Command::CreateInvoice { create: priced(amount), rates: rates() };
        shop.ask_idempotent(Some(&key), Some(("order-7", hash)), command)
    };
    let first = create(&mut shop, "49.00", "a");
    for _ in 0..5 {
        assert_eq!(create(&mut shop, "49.00", "a").body, first.body);
    }
    let other = create(&mut shop, "50.00", "b");
    assert_eq!((other.status, code(&other).as_str()), (409, "idempotency_conflict"));
    let list = shop.seller(Command::ListInvoices { status: None, list: first_page() });
    let list: Json = serde_json::from_str(&list.body).unwrap();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    // A day later the answer is still kept; two days later it is not.
    shop.now_ms += 24 * 60 * MINUTE;
    assert_eq!(create(&mut shop, "49.00", "a").body, first.body);
    shop.now_ms += 24 * 60 * MINUTE;
    assert_ne!(create(&mut shop, "49.00", "a").body, first.body);
}

#[test]
fn making_a_store_again_gives_the_same_answer() {
    let mut sql = NativeSql::in_memory().unwrap();
    migrate(&mut sql).unwrap();
    let (platform, mut entropy) = (Platform::default(), Counter(0));
    let mut make = |hash: &str| {
        let id = StoreId::from_random([1; 16]).to_string();
        let (public_key, secret_key_hash) = ("pk_test".to_owned(), hash_secret("sk_test"));
        let command = Command::Initialise { name: "Once".into(), id, public_key, secret_key_hash };
        let idempotency = Some(("first-store".to_owned(), hash.to_owned()));
        let request = StoreRequest { request_id: "req_test".into(), key: None, client: None, idempotency, command };
        Store::new(&mut sql, &platform, &mut entropy, 1_000).handle(request)
    };
    let first = make("a");
    assert_eq!(first.status, 201);
    assert_eq!((make("a").status, make("a").body), (201, first.body));
    let other = make("b");
    assert_eq!((other.status, code(&other).as_str()), (409, "idempotency_conflict"));
}

#[test]
fn a_question_for_rates_is_not_kept_as_an_answer() {
    let mut shop = Shop::open();
    let key = shop.secret_key.clone();
    let mut create = |rates| {
        let command = Command::CreateInvoice { create: priced("49.00"), rates };
        shop.ask_idempotent(Some(&key), Some(("order-8", "a")), command)
    };
    assert_eq!(create(None).needs_rates.as_deref(), Some("USD"));
    assert_eq!(create(rates()).status, 201);
}

#[test]
fn refuses_by_name() {
    let mut shop = Shop::open();
    let invoice = |create| Command::CreateInvoice { create, rates: rates() };
    let price = |amount: &str, currency: &str| InvoiceCreate {
        price: Some(PriceInput { amount: amount.into(), currency: currency.into() }),
        ..InvoiceCreate::default()
    };
    let update = |change: fn(&mut StoreUpdate)| {
        let mut update = StoreUpdate::default();
        change(&mut update);
        Command::UpdateStore { update }
    };
    let payout = |address: &'static str| {
        let payouts = BTreeMap::from([("eip155".to_owned(), address.to_owned())]);
        Command::UpdateStore { update: StoreUpdate { payout_addresses: Some(payouts), ..StoreUpdate::default() } }
    };
    let hook =
        |url: &str| Command::CreateWebhookEndpoint { create: WebhookEndpointCreate { url: url.into(), types: None } };
    let asset = |asset: &str| InvoiceCreate { asset: Some(asset.into()), ..price("1", "USD") };
    #[rustfmt::skip]
    let table = vec![
        ("too many decimals",     invoice(price("1.005", "USD")),                        422, "amount_invalid"),
        ("negative",              invoice(price("-1", "USD")),                           422, "amount_invalid"),
        ("zero",                  invoice(price("0.00", "USD")),                         422, "amount_invalid"),
        ("10^30",                 invoice(price("1000000000000000000000000000000", "USD")), 422, "amount_invalid"),
        ("unknown currency",      invoice(price("1", "XYZ")),                            422, "amount_invalid"),
        ("neither",               invoice(InvoiceCreate::default()),                     422, "field_invalid"),
        ("both",                  invoice(InvoiceCreate { product: Some("prod_x".into()), ..price("1", "USD") }), 422, "field_invalid"),
        ("asset not taken",       invoice(asset("eip155:31337/erc20:0xac50919f319ffef734dd67076273a6a70a58f447")), 422, "asset_not_accepted"),
        ("no asset",              invoice(asset("dollars")),                             422, "asset_not_accepted"),
        ("rate unknown",          invoice(asset("eip155:31337/slip44:60")),              503, "rates_unavailable"),
        ("unknown product",       invoice(InvoiceCreate { product: Some("prod_x".into()), ..InvoiceCreate::default() }), 404, "not_found"),
        ("script as redirect",    invoice(InvoiceCreate { redirect_url: Some("javascript:alert(1)".into()), ..price("1", "USD") }), 422, "field_invalid"),
        ("wrong checksum",        payout("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed"),  422, "address_invalid"),
        ("zero address",          payout("0x0000000000000000000000000000000000000000"),  422, "address_invalid"),
        ("unconfigured chain",    update(|update| update.assets = Some(vec!["eip155:1/slip44:60".into()])), 422, "asset_not_accepted"),
        ("unknown token",         update(|update| update.assets = Some(vec![format!("eip155:31337/erc20:{PAYOUT}")])), 422, "asset_not_accepted"),
        ("empty name",            update(|update| update.name = Some("  ".into())),      422, "field_invalid"),
        ("origin with path",      update(|update| update.allowed_origins = Some(vec!["https://a.example/".into()])), 422, "field_invalid"),
        ("relay over http",       update(|update| update.walletconnect = Some(walletconnect("p", Some("http://relay.example")))), 422, "field_invalid"),
        ("webhook over http",     hook("http://shop.example/"),                          422, "webhook_url_invalid"),
        ("webhook inside",        hook("https://192.168.0.1/"),                          422, "webhook_url_invalid"),
        ("no such invoice",       Command::CancelInvoice { id: "inv_x".into() },         404, "not_found"),
        ("no such delivery",      Command::Redeliver { id: "del_x".into() },             404, "not_found"),
    ];
    for (name, command, status, expected) in table {
        let reply = shop.seller(command);
        assert_eq!((reply.status, code(&reply).as_str()), (status, expected), "{name}");
    }
}

fn walletconnect(project_id: &str, relay_url: Option<&str>) -> WalletConnectSettings {
    WalletConnectSettings { project_id: project_id.into(), relay_url: relay_url.map(str::to_owned) }
}

#[test]
fn walletconnect_is_set_shown_and_switched_off() {
    let mut shop = Shop::open();
    let invoice = shop.invoice().id;
    let mut set = |asked: Option<WalletConnectSettings>| {
        let update = StoreUpdate { walletconnect: asked, ..StoreUpdate::default() };
        let reply = shop.seller(Command::UpdateStore { update });
        assert_eq!(reply.status, 200);
        let view: groat_core::wire::Store = serde_json::from_str(&reply.body).unwrap();
        let page = shop.ask(None, Command::GetInvoice { id: invoice.clone() }).page.unwrap();
        (view.walletconnect, page.walletconnect.map(|known| (known.project_id, known.relay_url)))
    };
    let usual = "wss://relay.walletconnect.org";
    assert_eq!(set(None), (None, None), "off unless it is set");
    let on = (Some(walletconnect("p1", Some(usual))), Some(("p1".to_owned(), usual.to_owned())));
    assert_eq!(set(Some(walletconnect("p1", None))), on);
    assert_eq!(set(None), on, "what is absent stays");
    assert_eq!(set(Some(walletconnect("", None))), (None, None));
}

#[test]
fn keys_open_what_they_may() {
    let mut shop = Shop::open();
    let foreign = ApiKey::from_random(KeyKind::Secret, false, &StoreId::from_random([1; 16]), [9; 16]);
    let (secret, public) = (shop.secret_key.clone(), shop.public_key.clone());
    let open_amount = || Command::CreateInvoice { create: priced("5.00"), rates: rates() };
    let with_metadata = || {
        let create = InvoiceCreate { metadata: Some(BTreeMap::new()), ..priced("5.00") };
        Command::CreateInvoice { create, rates: rates() }
    };
    #[rustfmt::skip]
    let table: Vec<(&str, Option<&str>, Command, u16)> = vec![
        ("secret reads the store",    Some(&secret),          Command::GetStore, 200),
        ("public does not",           Some(&public),          Command::GetStore, 403),
        ("nobody does not",           None,                   Command::GetStore, 401),
        ("a made-up key does not",    Some(foreign.reveal()), Command::GetStore, 401),
        ("no key at all",             Some("sk_nonsense"),    Command::GetStore, 401),
        ("open amounts are off",      Some(&public),          open_amount(),     422),
        ("metadata is the seller's",  Some(&public),          with_metadata(),   403),
        ("an invoice needs a key",    None,                   open_amount(),     401),
    ];
    for (name, key, command, status) in table {
        assert_eq!(shop.ask(key, command).status, status, "{name}");
    }
}

#[test]
fn open_amounts_stay_within_bounds() {
    let mut shop = Shop::open();
    let open = groat_core::wire::OpenAmounts {
        enabled: true,
        currency: Some("USD".into()),
        minimum: Some("1.00".into()),
        maximum: Some("100.00".into()),
    };
    let update = StoreUpdate { open_amounts: Some(open), ..StoreUpdate::default() };
    assert_eq!(shop.seller(Command::UpdateStore { update }).status, 200);
    for (amount, status) in [("0.99", 422), ("1.00", 201), ("100.00", 201), ("100.01", 422)] {
        let reply = shop.page(Command::CreateInvoice { create: priced(amount), rates: rates() });
        assert_eq!(reply.status, status, "{amount}");
    }
}

#[test]
fn a_store_without_payout_address_sells_nothing() {
    let mut shop = Shop::empty();
    let reply = shop.seller(Command::CreateInvoice { create: priced("49.00"), rates: rates() });
    assert_eq!((reply.status, code(&reply).as_str()), (422, "payout_address_missing"));
}

#[test]
fn lists_are_paged_newest_first() {
    let mut shop = Shop::open();
    let made: Vec<String> = (0..5).map(|_| shop.invoice().id).collect();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let list = ListQuery { cursor, limit: 2 };
        let reply = shop.seller(Command::ListInvoices { status: Some(groat_core::invoice::Status::Open), list });
        let page: Json = serde_json::from_str(&reply.body).unwrap();
        seen.extend(page["data"].as_array().unwrap().iter().map(|invoice| invoice["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.parse().unwrap()),
            None => break,
        }
    }
    assert!(seen.iter().eq(made.iter().rev()));
}

#[test]
fn every_event_is_kept_and_folds_to_the_row() {
    let mut shop = Shop::open();
    let invoice = shop.invoice();
    shop.observe(&invoice, 1, 10, 49_000_000);
    shop.observe(&invoice, 2, 11, 49_000_000);
    assert_eq!(folded(&mut shop, &invoice.id), 4);
    // Long histories are moved out of the invoice's row, as often as it takes.
    for round in 0..100 {
        shop.observe(&invoice, 3 + 2 * round, 12, 49_000_000 + u128::from(round));
    }
    assert_eq!(folded(&mut shop, &invoice.id), 103);
    let row = shop.sql.run_one("SELECT MAX(length(recent)) FROM invoices", &[]).unwrap().unwrap();
    assert!((1..9_000).contains(&row.integer(0).unwrap()), "{row:?}");
}

/// Folds what is stored of an invoice's events, compares that with its row, and gives its version.
fn folded(shop: &mut Shop, id: &str) -> u64 {
    let mut events = history(&mut shop.sql, id).unwrap().into_iter();
    let Some(Happened { version: 1, event: groat_core::invoice::Event::Created { terms }, .. }) = events.next() else {
        panic!("the first event creates")
    };
    let mut folded = groat_core::invoice::Invoice::create(*terms).invoice;
    for Happened { version, at_ms, event } in events {
        folded = folded.apply(&event, at_ms).unwrap().unwrap().invoice;
        assert_eq!(folded.version, version);
    }
    let stored = shop.sql.run_one("SELECT body FROM invoices", &[]).unwrap().unwrap();
    assert_eq!(serde_json::to_string(&folded).unwrap(), stored.text(0).unwrap());
    folded.version
}

/// What is asked after each request takes as long in a store of many open invoices as in a new one: no table is read
/// through.
#[test]
fn what_is_due_is_found_by_index() {
    let mut shop = Shop::open();
    for _ in 0..3 {
        shop.invoice();
    }
    let copy = "INSERT INTO invoices (id, status, expires_ms, body) \
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                SELECT 'copy' || i, 'open', 9000000000000 + i, body FROM n, (SELECT body FROM invoices LIMIT 1)";
    let timed = |shop: &mut Shop| {
        let started = std::time::Instant::now();
        for _ in 0..200 {
            shop.act(|store| store.next_due_ms()).unwrap();
        }
        started.elapsed()
    };
    let few = timed(&mut shop);
    shop.sql.run(copy, &[]).unwrap();
    let many = timed(&mut shop);
    assert!(many < few * 20, "{few:?} with three, {many:?} with twenty thousand");
}
