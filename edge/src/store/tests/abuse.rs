//! What strangers and holders of keys may take, and that no key is ever given away.

use groat_core::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use groat_core::wire::{InvoiceSnapshot, KeyCreate, KeyScope, KeyUse, OpenAmounts, StoreUpdate};
use serde_json::Value as Json;

use super::*;
use crate::store::schema::migrate_keys_and_places;

/// A store whose page may name the amount.
fn tip_jar() -> Shop {
    let mut shop = Shop::open();
    let open_amounts = Some(OpenAmounts { enabled: true, ..OpenAmounts::default() });
    let update = StoreUpdate { open_amounts, ..StoreUpdate::default() };
    assert_eq!(shop.seller(Command::UpdateStore { update }).status, 200);
    shop
}

fn create() -> Command {
    Command::CreateInvoice { create: priced("5.00"), rates: rates() }
}

impl Shop {
    /// An invoice with the public key, asked for from an address.
    fn buy_from(&mut self, address: &str) -> Reply {
        let request = StoreRequest {
            request_id: "req_test".into(),
            key: Some(self.public_key.clone()),
            client: Some(Client::at(Some(address))),
            idempotency: None,
            command: create(),
        };
        self.act(|store| store.handle(request))
    }

    fn addresses(&mut self) -> usize {
        let rows = self.sql.run("SELECT body FROM invoices", &[]).unwrap();
        let of = |row: &crate::sql::Row| {
            serde_json::from_str::<Json>(row.text(0).unwrap()).unwrap()["terms"]["deposit"].to_string()
        };
        rows.iter().map(of).collect::<std::collections::BTreeSet<_>>().len()
    }

    fn make_key(&mut self, create: KeyCreate) -> (String, String) {
        let reply = self.seller(Command::CreateKey { create });
        assert_eq!(reply.status, 201, "{}", reply.body);
        let body: Json = serde_json::from_str(&reply.body).unwrap();
        (body["id"].as_str().unwrap().to_owned(), body["key"].as_str().unwrap().to_owned())
    }

    fn keys(&mut self) -> Vec<Json> {
        let body: Json = serde_json::from_str(&self.seller(Command::ListKeys(first_page())).body).unwrap();
        body["data"].as_array().unwrap().clone()
    }

    /// All that is stored, as text.
    fn dump(&mut self) -> String {
        let tables = self.sql.run("SELECT name FROM sqlite_master WHERE type = 'table'", &[]).unwrap();
        let names: Vec<String> = tables.iter().map(|row| row.text(0).unwrap().to_owned()).collect();
        let rows = names.iter().map(|name| self.sql.run(&format!("SELECT * FROM {name}"), &[]).unwrap());
        format!("{:?}", rows.collect::<Vec<_>>())
    }
}

fn retry_after(reply: &Reply) -> u64 {
    serde_json::from_str::<Json>(&reply.body).unwrap()["retry_after_s"].as_u64().unwrap()
}

#[test]
fn ten_thousand_creates_a_minute_take_twenty_addresses() {
    let mut shop = tip_jar();
    let start_ms = shop.now_ms;
    let mut made = 0;
    for at in 0..10_000_i64 {
        shop.now_ms = start_ms + at * MINUTE_MS / 10_000;
        let reply = shop.buy_from("203.0.113.7");
        match reply.status {
            201 => made += 1,
            _ => assert_eq!((reply.status, code(&reply).as_str()), (429, "rate_limited")),
        }
    }
    assert_eq!((made, shop.addresses()), (20, 20));
    assert_eq!(shop.buy_from("198.51.100.1").status, 201, "a buyer elsewhere is served");
    assert_eq!(shop.seller(create()).status, 201, "and so is the seller's own server");
    let refused = shop.buy_from("203.0.113.7");
    assert_eq!(retry_after(&refused), 3_541);
    assert!(refused.body.contains("try again in 60 minutes"), "{}", refused.body);
    // The object is loaded again: nothing of this was only in memory, as each command opens a new `Store`.
    shop.now_ms = start_ms + HOUR_MS - 1;
    assert_eq!(shop.buy_from("203.0.113.7").status, 429);
    shop.now_ms = start_ms + HOUR_MS;
    assert_eq!(shop.buy_from("203.0.113.7").status, 201, "after an hour the first place is free");
}

#[test]
fn a_network_of_ipv6_is_one_client() {
    let mut shop = tip_jar();
    let made = (0..100).filter(|at| shop.buy_from(&format!("2001:db8:1:2::{at:x}")).status == 201).count();
    assert_eq!(made, 20);
    assert_eq!(shop.buy_from("2001:db8:1:3::1").status, 201, "a neighbour");
    let unreadable = (0..100).filter(|at| shop.buy_from(&format!("nobody {at}")).status == 201).count();
    assert_eq!(unreadable, 20, "all without an address are one");
}

/// Windows that last longer than an hour hold their places as long.
#[test]
fn an_open_invoice_holds_its_place() {
    let mut shop = tip_jar();
    let update = StoreUpdate { invoice_minutes: Some(1_440), ..StoreUpdate::default() };
    assert_eq!(shop.seller(Command::UpdateStore { update }).status, 200);
    for _ in 0..20 {
        assert_eq!(shop.buy_from("203.0.113.7").status, 201);
    }
    let start_ms = shop.now_ms;
    // A new day brings a new salt; what was counted with the old one still counts.
    for (after_ms, status) in [(HOUR_MS, 429), (DAY_MS - 1, 429), (DAY_MS, 201)] {
        shop.now_ms = start_ms + after_ms;
        shop.act(|store| store.expire_due()).unwrap();
        assert_eq!(shop.buy_from("203.0.113.7").status, status, "after {after_ms} ms");
    }
    shop.now_ms = start_ms + 3 * DAY_MS;
    shop.buy_from("198.51.100.1");
    let left = shop.sql.run("SELECT client FROM places", &[]).unwrap();
    assert_eq!(left.len(), 1, "nothing is known of who came two days ago");
}

#[test]
fn a_salt_that_changes_lets_nobody_begin_anew() {
    let mut shop = tip_jar();
    assert_eq!(shop.buy_from("198.51.100.1").status, 201, "brings the first salt");
    shop.now_ms += DAY_MS - 1;
    for _ in 0..20 {
        assert_eq!(shop.buy_from("203.0.113.7").status, 201);
    }
    shop.now_ms += 1;
    assert_eq!(shop.buy_from("203.0.113.7").status, 429, "the salt is another now");
}

#[test]
fn what_is_paid_gives_its_place_back() {
    let mut shop = tip_jar();
    let mut invoices = Vec::new();
    for _ in 0..20 {
        let reply = shop.buy_from("203.0.113.7");
        invoices.push(serde_json::from_str::<InvoiceSnapshot>(&reply.body).unwrap());
    }
    assert_eq!(shop.buy_from("203.0.113.7").status, 429);
    assert_eq!(shop.observe(&invoices[3], 1, 10, 5_000_000).status, 204);
    assert_eq!(shop.buy_from("203.0.113.7").status, 201);
    assert_eq!(shop.buy_from("203.0.113.7").status, 429);
}

/// Many addresses together: each is held shorter, real buyers are still served, and there is an end.
#[test]
fn a_crowd_does_not_lock_buyers_out() {
    let mut shop = tip_jar();
    shop.platform.limits.store_open_invoices = 40;
    let made = |shop: &mut Shop, network: u8| {
        let of = |host: u8| format!("10.0.{network}.{host}");
        (0..20).filter(|_| shop.buy_from(&of(1)).status == 201).count()
    };
    assert_eq!((made(&mut shop, 1), made(&mut shop, 2)), (20, 20));
    assert_eq!(made(&mut shop, 3), 3, "a new client has three from here on");
    assert_eq!(shop.buy_from("198.51.100.1").status, 201, "a buyer");
    let mut total = 44;
    for network in 4..=255_u8 {
        total += made(&mut shop, network);
    }
    assert_eq!((total, shop.addresses()), (400, 400), "ten times the limit is the wall");
    let refused = shop.buy_from("198.51.100.2");
    assert_eq!((refused.status, retry_after(&refused)), (429, 300));
    assert_eq!(shop.seller(create()).status, 201, "the seller's server is not behind it");
    shop.now_ms += HOUR_MS;
    assert_eq!(shop.buy_from("198.51.100.2").status, 201, "an hour later it is over");
}

#[test]
fn addresses_of_buyers_are_nowhere() {
    let mut shop = tip_jar();
    assert_eq!(shop.buy_from("203.0.113.77").status, 201);
    let dump = shop.dump();
    assert!(!dump.contains("203.0.113.77"));
    let bare = Client::at(Some("203.0.113.77")).hashed("");
    assert!(!dump.contains(&bare), "the hash is salted");
}

#[test]
fn a_buyers_quotes_have_an_end() {
    let mut shop = tip_jar();
    let invoice: InvoiceSnapshot = serde_json::from_str(&shop.buy_from("203.0.113.7").body).unwrap();
    let assets = shop.get_assets();
    let refused = (0..1_000).find_map(|at| {
        let asset = assets[at % assets.len()].clone();
        let reply = shop.ask(None, Command::CreateQuote { id: invoice.id.clone(), asset, rates: all_rates() });
        (reply.status != 201).then_some((at, reply))
    });
    let (at, reply) = refused.expect("a buyer may go back and forth forever");
    assert_eq!((reply.status, code(&reply).as_str()), (429, "limit_reached"), "{}", reply.body);
    assert!((50..=100).contains(&at), "after {at}");
}

impl Shop {
    fn get_assets(&mut self) -> Vec<String> {
        let body: Json = serde_json::from_str(&self.seller(Command::GetStore).body).unwrap();
        body["assets"].as_array().unwrap().iter().map(|asset| asset.as_str().unwrap().to_owned()).collect()
    }
}

fn all_rates() -> Option<QuoteRates> {
    let mut rates = rates()?;
    rates.by_symbol.insert("ETH".to_owned(), Rate::parse("3000").unwrap());
    Some(rates)
}

#[test]
fn a_key_that_reads_changes_nothing() {
    let mut shop = tip_jar();
    let invoice: InvoiceSnapshot = serde_json::from_str(&shop.seller(create()).body).unwrap();
    let scope = Some(KeyScope::Read);
    let (_, key) = shop.make_key(KeyCreate { scope, name: Some("accounting".into()), ..KeyCreate::default() });
    assert!(key.starts_with("sk_test_"));
    let id = || invoice.id.clone();
    #[rustfmt::skip]
    let table: Vec<(&str, Command, u16)> = vec![
        ("reads the store",      Command::GetStore,                                             200),
        ("reads invoices",       Command::ListInvoices { status: None, list: first_page() },    200),
        ("reads one",            Command::GetInvoice { id: id() },                              200),
        ("reads the log",        Command::ListEvents(EventQuery { after: None, limit: 100 }),                             200),
        ("not the keys",         Command::ListKeys(first_page()),                               403),
        ("makes no key",         Command::CreateKey { create: KeyCreate::default() },           403),
        ("revokes none",         Command::RevokeKey { id: "key_x".into() },                     403),
        ("changes no settings",  Command::UpdateStore { update: StoreUpdate::default() },       403),
        ("makes no invoice",     create(),                                                      403),
        ("cancels none",         Command::CancelInvoice { id: id() },                           403),
        ("accepts none",         Command::AcceptInvoice { id: id() },                           403),
        ("deletes no product",   Command::DeleteProduct { id: "prod_x".into() },                403),
        ("sends nothing again",  Command::Redeliver { id: "del_x".into() },                     403),
    ];
    for (name, command, status) in table {
        let reply = shop.ask(Some(&key), command);
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
    }
    let seen: InvoiceSnapshot =
        serde_json::from_str(&shop.ask(Some(&key), Command::GetInvoice { id: id() }).body).unwrap();
    assert!(seen.metadata.is_some(), "it sees what the seller sees");
}

#[test]
fn a_revoked_key_opens_nothing_from_then_on() {
    let mut shop = tip_jar();
    let (id, key) = shop.make_key(KeyCreate::default());
    assert_eq!(shop.ask(Some(&key), Command::GetStore).status, 200);
    assert_eq!(shop.seller(Command::RevokeKey { id: id.clone() }).status, 204);
    assert_eq!(shop.ask(Some(&key), Command::GetStore).status, 401);
    assert_eq!(shop.ask_idempotent(Some(&key), Some(("same", "a")), create()).status, 401, "nor by an answer kept");
    assert_eq!(shop.seller(Command::RevokeKey { id }).status, 404);
}

#[test]
fn the_last_key_stays() {
    let mut shop = tip_jar();
    let id_of = |keys: &[Json], kind: &str| {
        keys.iter().find(|key| key["kind"] == kind).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let first = shop.keys();
    let (secret, public) = (id_of(&first, "secret"), id_of(&first, "public"));
    shop.make_key(KeyCreate { scope: Some(KeyScope::Read), ..KeyCreate::default() });
    for id in [&secret, &public] {
        let reply = shop.seller(Command::RevokeKey { id: id.clone() });
        assert_eq!((reply.status, code(&reply).as_str()), (409, "key_last"));
    }
    // With another one in place, both can go; payment links take up the new public key.
    let (_, new_secret) = shop.make_key(KeyCreate::default());
    let (_, new_public) = shop.make_key(KeyCreate { kind: KeyUse::Public, ..KeyCreate::default() });
    for id in [secret, public] {
        assert_eq!(shop.seller_with(&new_secret, Command::RevokeKey { id }).status, 204);
    }
    let old = (shop.secret_key.clone(), shop.public_key.clone());
    assert_eq!(shop.ask(Some(&old.0), Command::GetStore).status, 401);
    assert_eq!(shop.ask(Some(&old.1), create()).status, 401);
    assert_eq!(shop.ask(Some(&new_public), create()).status, 201);
    let store: Json = serde_json::from_str(&shop.seller_with(&new_secret, Command::GetStore).body).unwrap();
    assert_eq!(store["public_key"], new_public.as_str());
}

impl Shop {
    fn seller_with(&mut self, key: &str, command: Command) -> Reply {
        self.ask(Some(key), command)
    }
}

#[test]
fn lists_tell_keys_apart_and_show_none() {
    let mut shop = tip_jar();
    let (id, key) = shop.make_key(KeyCreate { name: Some("shop server".into()), ..KeyCreate::default() });
    let listed = shop.keys();
    assert_eq!(listed.len(), 3);
    let mine = listed.iter().find(|known| known["id"] == id.as_str()).unwrap();
    assert_eq!(
        (&mine["kind"], &mine["scope"], &mine["name"], &mine["last_four"], &mine["last_used_at"]),
        (&"secret".into(), &"full".into(), &"shop server".into(), &key[key.len() - 4..].into(), &Json::Null)
    );
    assert!(!format!("{listed:?}").contains(&shop.secret_key) && !format!("{listed:?}").contains(&key));
    // Its use is noted once a day, not once a request.
    for (passed_ms, noted) in
        [(0, "1970-01-01T00:00:01Z"), (DAY_MS - 1, "1970-01-01T00:00:01Z"), (1, "1970-01-02T00:00:01Z")]
    {
        shop.now_ms += passed_ms;
        shop.ask(Some(&key), Command::GetStore);
        let used = shop.keys().iter().find(|known| known["id"] == id.as_str()).unwrap()["last_used_at"].clone();
        assert_eq!(used, noted, "after {passed_ms} ms more");
    }
    for _ in 3..50 {
        shop.make_key(KeyCreate::default());
    }
    let reply = shop.seller(Command::CreateKey { create: KeyCreate::default() });
    assert_eq!((reply.status, code(&reply).as_str()), (429, "limit_reached"));
    let scoped = KeyCreate { kind: KeyUse::Public, scope: Some(KeyScope::Read), name: None };
    assert_ne!(shop.seller(Command::CreateKey { create: scoped }).status, 201);
}

/// Asked again with the same idempotency key, an answer names the key but does not hold it: it is kept nowhere.
#[test]
fn a_secret_key_is_stored_nowhere() {
    let mut shop = tip_jar();
    let owner = shop.secret_key.clone();
    let ask = |shop: &mut Shop, key: Option<&str>, command| {
        let reply = shop.ask_idempotent(key, Some(("new key", "a")), command);
        assert_eq!(reply.status, 201);
        serde_json::from_str::<Json>(&reply.body).unwrap()
    };
    let made = |create| Command::CreateKey { create };
    let first = ask(&mut shop, Some(&owner), made(KeyCreate::default()));
    let again = ask(&mut shop, Some(&owner), made(KeyCreate::default()));
    let issued = ask(&mut shop, None, Command::IssueKey { create: KeyCreate::default() });
    let issued_again = ask(&mut shop, None, Command::IssueKey { create: KeyCreate::default() });
    assert_eq!((&first["id"], &issued["id"]), (&again["id"], &issued_again["id"]));
    assert_eq!((&again["key"], &issued_again["key"]), (&Json::Null, &Json::Null));
    let dump = shop.dump();
    for key in [first["key"].as_str().unwrap(), issued["key"].as_str().unwrap(), &owner] {
        assert_eq!(shop.ask(Some(key), Command::GetStore).status, 200);
        assert!(!dump.contains(key), "a secret key is stored");
    }
}

/// A store of the release before has its keys in its settings.
#[test]
fn an_older_store_keeps_its_keys() {
    let mut shop = tip_jar();
    let hash = alloy_primitives::hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&shop.secret_key));
    // Back to when the settings held the hash.
    for statement in [
        "DROP TABLE keys",
        "DROP TABLE places",
        "DROP TABLE client_salts",
        &format!("UPDATE settings SET body = json_set(body, '$.secret_key_hash', '{hash}')"),
    ] {
        shop.sql.run(statement, &[]).unwrap();
    }
    migrate_keys_and_places(&mut shop.sql);
    assert_eq!(shop.seller(Command::GetStore).status, 200);
    assert_eq!(shop.buy_from("203.0.113.7").status, 201);
    let stranger = format!("{}z", &shop.secret_key[..shop.secret_key.len() - 1]);
    assert_eq!(shop.ask(Some(&stranger), Command::GetStore).status, 401);
    let keys = shop.keys();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().any(|key| key["last_four"] == Json::Null && key["scope"] == "full"));
    assert!(!shop.dump().contains("secret_key_hash"));
    let (_, key) = shop.make_key(KeyCreate::default());
    assert_eq!(shop.ask(Some(&key), Command::GetStore).status, 200);
}

/// Plants keys and looks for them in everything that an outsider or the log could see.
#[test]
fn no_answer_or_fault_tells_a_key() {
    let mut shop = tip_jar();
    let planted = shop.secret_key.clone();
    let wrong = format!("{}z", &planted[..planted.len() - 1]);
    let damage = "UPDATE products SET body = '{}'";
    let product = groat_core::wire::ProductCreate {
        name: "Thing".into(),
        description: None,
        price: PriceInput { amount: "5".into(), currency: "USD".into() },
        delivery: None,
    };
    shop.seller(Command::CreateProduct { create: product });
    shop.sql.run(damage, &[]).unwrap();
    let mut seen = Vec::new();
    for key in [Some(planted.as_str()), Some(wrong.as_str()), None] {
        for command in [
            Command::GetStore,
            Command::ListProducts(first_page()),
            Command::CancelInvoice { id: planted.clone() },
            Command::PayFacts { what: PayWhat::Product("prod_x".into()) },
            create(),
        ] {
            let request = StoreRequest {
                request_id: "req_test".into(),
                key: key.map(str::to_owned),
                client: None,
                idempotency: None,
                command,
            };
            seen.push(format!("{:?}", shop.act(|store| store.handle(request))));
        }
    }
    let seen = seen.concat();
    assert!(seen.contains("status: 500"), "a fault was met: {seen}");
    assert!(!seen.contains(&planted) && !seen.contains(&wrong), "{seen}");
    let hash = alloy_primitives::hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&planted));
    assert!(!seen.contains(&hash));
}
