//! A store with a product, invoices, a payment and a webhook, asked in JSON as the Worker asks it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use groat_core::asset::ChainId;
use groat_core::id::{ApiKey, KeyKind, StoreId};
use groat_edge::problem::Refusal;
use groat_edge::sql::{NativeSql, Sql as _};
use groat_edge::store::{ChainPolicy, Entropy, Platform, Reply, Store, StoreRequest, hash_secret, migrate};
use serde_json::{Value, json};

pub const USDC: &str = "eip155:31337/erc20:0xf3477b76e8a7b3ffc73c95f21475a456ca00636a";
const MINUTE_MS: i64 = 60_000;

/// Counts up, so that every run is the same.
struct Counter(u128);

impl Entropy for Counter {
    fn bytes16(&mut self) -> Result<[u8; 16], Refusal> {
        self.0 += 1;
        Ok(self.0.to_be_bytes())
    }
}

pub struct Shop {
    pub sql: NativeSql,
    platform: Platform,
    entropy: Counter,
    pub now_ms: i64,
    pub secret_key: String,
    pub public_key: String,
    /// A product, and two invoices of which the first is being paid.
    pub product: String,
    pub invoices: [String; 2],
}

thread_local! {
    static SHOP: RefCell<Option<Shop>> = const { RefCell::new(None) };
}

/// Gives `act` the same store each time: what it does there is undone. Making one takes longer than most of what is tried.
pub fn with_shop(act: impl FnOnce(&mut Shop)) {
    SHOP.with_borrow_mut(|kept| {
        let shop = kept.get_or_insert_with(Shop::open);
        let (now_ms, made) = (shop.now_ms, shop.entropy.0);
        shop.sql.run("SAVEPOINT story", &[]).unwrap();
        act(shop);
        shop.sql.run("ROLLBACK TO story", &[]).unwrap();
        shop.sql.run("RELEASE story", &[]).unwrap();
        (shop.now_ms, shop.entropy.0) = (now_ms, made);
    });
}

impl Shop {
    pub fn open() -> Self {
        let mut sql = NativeSql::in_memory().unwrap();
        migrate(&mut sql).unwrap();
        let chains = BTreeMap::from([(ChainId::Eip155(31_337), ChainPolicy { confirmations: 2, wallet_rpc: None })]);
        let platform = Platform { local: true, webhooks_allow_loopback: true, chains, ..Platform::default() };
        let store = StoreId::from_random([1; 16]);
        let key = |kind| ApiKey::from_random(kind, false, &store, [2; 16]).reveal().to_owned();
        let (secret_key, public_key) = (key(KeyKind::Secret), key(KeyKind::Public));
        let print = serde_json::to_value(hash_secret(&secret_key)).unwrap();
        let make = json!({"do": "initialise", "name": "Paper Boat", "id": store.to_string(), "public_key": public_key,
            "secret_key_hash": print});
        let [product, invoices] = [String::new(), String::new()];
        let mut shop = Self {
            sql,
            platform,
            entropy: Counter(0),
            now_ms: 1_000,
            secret_key,
            public_key,
            product,
            invoices: [invoices.clone(), invoices],
        };
        assert_eq!(shop.ask(None, &make).status, 201);
        shop.fill();
        shop
    }

    fn fill(&mut self) {
        let update = json!({"payout_addresses": {"eip155": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
            "assets": [USDC, "eip155:31337/slip44:60"]});
        self.must(&json!({"do": "update_store", "update": update}));
        let product = json!({"name": "Guide", "price": {"amount": "49.00", "currency": "USD"}, "delivery": {"message": "thanks"}});
        self.product = self.must(&json!({"do": "create_product", "create": product}));
        let endpoint = json!({"url": "http://127.0.0.1:9/webhooks"});
        self.must(&json!({"do": "create_webhook_endpoint", "create": endpoint}));
        let invoice =
            json!({"do": "create_invoice", "create": {"product": self.product, "asset": USDC}, "rates": rates()});
        self.invoices = [self.must(&invoice), self.must(&invoice)];
        let seen = self.observation(&self.invoices[0].clone(), 1);
        assert_eq!(self.ask(None, &seen).status, 204);
        self.now_ms += MINUTE_MS;
    }

    /// A watcher's report of a payment to the first invoice.
    pub fn observation(&mut self, invoice: &str, sequence: u64) -> Value {
        let shown = self.ask(None, &json!({"do": "get_invoice", "id": invoice}));
        let shown: Value = serde_json::from_str(&shown.body).unwrap_or_default();
        let address = shown["quote"]["address"].as_str().unwrap_or("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        let payment = json!({"id": format!("{USDC}/0xaa/0"), "asset": USDC, "amount": "20000000", "transaction": "0xaa",
            "height": 10, "block_time_ms": self.now_ms});
        json!({"do": "observe", "observations": [{"chain": "eip155:31337", "address": address, "invoice_id": invoice,
            "sequence": sequence, "head": 10, "payments": [payment]}]})
    }

    /// A seller's command that succeeds; gives the id of what it made.
    fn must(&mut self, command: &Value) -> String {
        let key = self.secret_key.clone();
        let reply = self.ask(Some(&key), command);
        assert!(matches!(reply.status, 200..=204), "{command}: {}", reply.body);
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        body["id"].as_str().unwrap_or_default().to_owned()
    }

    /// One command of our own, which must be one.
    pub fn ask(&mut self, key: Option<&str>, command: &Value) -> Reply {
        let request = json!({"request_id": "req_fuzz", "key": key, "idempotency": null, "command": command});
        self.serve(serde_json::from_value(request).unwrap_or_else(|error| panic!("{command}: {error}")))
    }

    /// One request, and that its answer is whole: a known status, and JSON where there is a body.
    pub fn serve(&mut self, request: StoreRequest) -> Reply {
        let reply = self.act(|store| store.handle(request));
        assert!((200..600).contains(&reply.status));
        if !reply.body.is_empty() {
            let body: Value =
                serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.body));
            if reply.status >= 400 {
                assert_eq!(body["status"], reply.status);
                assert!(body["code"].is_string(), "{body}");
            }
        }
        reply
    }

    pub fn act<T>(&mut self, act: impl FnOnce(&mut Store<'_, NativeSql>) -> T) -> T {
        act(&mut Store::new(&mut self.sql, &self.platform, &mut self.entropy, self.now_ms))
    }
}

pub fn rates() -> Value {
    json!({"currency": "USD", "by_symbol": {"USDC": "1", "ETH": "3000"}})
}
