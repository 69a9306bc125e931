//! The reader against what core writes, and against every field going wrong.

use groat_core::invoice::{Exception, Status};
use serde_json::{Value, json};

use super::json::Malformed;
use super::types::{Brand, Embed, Source, Theme, Unavailable};
use super::{answer, page, parse_rfc3339, problem, snapshot};

fn golden_snapshot() -> Value {
    serde_json::from_str(include_str!("../../tests/golden/snapshot.json")).unwrap()
}

fn golden_page(name: &str) -> Value {
    let text = match name {
        "pay" => include_str!("../../tests/golden/pay-page.json"),
        _ => include_str!("../../tests/golden/invoice-page.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// The golden files are what core's own types print: a change there has to come here.
#[test]
fn the_golden_files_are_cores() {
    fn same<T: serde::de::DeserializeOwned + serde::Serialize>(golden: &Value) {
        let typed: T = serde_json::from_value(golden.clone()).unwrap();
        assert_eq!(serde_json::to_value(typed).unwrap(), *golden);
    }
    same::<groat_core::wire::InvoiceSnapshot>(&golden_snapshot());
    same::<groat_core::wire::PayPage>(&golden_page("pay"));
    same::<groat_core::wire::InvoicePage>(&golden_page("invoice"));
}

/// What core pins as its public JSON is read here as it stands: no copy in between.
#[test]
fn reads_what_core_pins() {
    let pinned = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let invoice = snapshot(&pinned(include_str!("../../../core/tests/golden/invoice_public.json"))).unwrap();
    assert_eq!((invoice.status, invoice.version, invoice.payments.len()), (Status::Confirming, 3, 1));
    assert_eq!((invoice.payments[0].confirmations, invoice.payments[0].confirmations_required), (4, 10));
    assert_eq!(invoice.quote.unwrap().amount_due, "0");
    let open = snapshot(&pinned(include_str!("../../../core/tests/golden/invoice_open.json"))).unwrap();
    assert_eq!((open.status, open.quote.is_none(), open.options.len()), (Status::Open, true, 1));
    let (pay, _) = page(&pinned(include_str!("../../../core/tests/golden/page_pay.json"))).unwrap();
    let Source::Pay { options, .. } = pay.source else { panic!("not a pay page") };
    assert_eq!(options.iter().map(|option| option.unavailable).collect::<Vec<_>>(), [None, Some(Unavailable::Network)]);
    let (link, invoice) = page(&pinned(include_str!("../../../core/tests/golden/page_invoice.json"))).unwrap();
    assert_eq!((link.embed, invoice.unwrap().version), (Embed::Link, 3));
    let refused = problem(&pinned(include_str!("../../../core/tests/golden/problem.json")));
    assert_eq!(refused.code, "amount_invalid");
}

#[test]
fn reads_a_snapshot() {
    let invoice = snapshot(&golden_snapshot()).unwrap();
    assert_eq!((invoice.id.as_str(), invoice.version, invoice.status), ("inv_7Gq2", 4, Status::Open));
    assert_eq!(invoice.exceptions, [Exception::WrongAsset]);
    assert_eq!(invoice.expires_at_ms, parse_rfc3339("2026-11-21T10:15:00Z").unwrap());
    assert_eq!(invoice.redirect_url.as_deref(), Some("https://shop.example/thanks?order=7"));
    let quote = invoice.quote.unwrap();
    assert_eq!((quote.amount_due.as_str(), invoice.payments[0].amount.as_str()), ("39.01", "10"));
    assert!(quote.has_received && quote.testnet);
    assert_eq!(quote.fee_symbol.as_deref(), Some("ETH"));
    let call = quote.wallet_call.unwrap();
    assert_eq!((call.chain_id, call.value.as_str()), (31_337, "0x0"));
    let add_chain: Value = serde_json::from_str(&quote.add_chain.unwrap()).unwrap();
    assert_eq!(add_chain, golden_snapshot()["quote"]["add_chain"]);
    let payment = &invoice.payments[0];
    assert_eq!((payment.confirmations, payment.confirmations_required, payment.is_final), (1, 2, false));
    assert_eq!(invoice.options.len(), 2);
    assert_eq!(invoice.options[1].unavailable, Some(Unavailable::Network));
    assert_eq!(invoice.options[1].amount, None);
}

#[test]
fn reads_pages() {
    let (pay, invoice) = page(&golden_page("pay")).unwrap();
    assert!(invoice.is_none());
    assert_eq!((pay.embed, pay.theme), (Embed::Modal, Theme::Dark));
    assert_eq!(pay.origin.as_deref(), Some("https://shop.example"));
    let brand = Brand {
        logo: Some("/logo/st_0123456789/0123456789abcdef0123.svg".into()),
        note: Some("Ships on Mondays.".into()),
        thanks: Some("Thank you.".into()),
        support: Some("mailto:help@shop.example".into()),
    };
    assert_eq!(pay.brand, brand);
    let Source::Pay { key, product, options, .. } = pay.source else { panic!("not a pay page") };
    assert_eq!((key.as_str(), product.unwrap().name.as_str(), options.len()), ("pk_live_1", "Field Guide", 1));

    let (link, invoice) = page(&golden_page("invoice")).unwrap();
    assert_eq!((link.embed, link.theme, link.source), (Embed::Link, Theme::Auto, Source::Invoice));
    assert_eq!((invoice.unwrap().id.as_str(), link.brand), ("inv_7Gq2", Brand::default()));
    let mut strange = golden_page("pay");
    strange["brand"] = json!({"logo": "https://elsewhere.example/x.svg", "support": "javascript:alert(1)"});
    assert_eq!(page(&strange).unwrap().0.brand, Brand::default(), "an address that is not as it must be is left out");

    let mut lost = golden_page("pay");
    lost["kind"] = json!("problem");
    lost["problem"] = json!({"code": "not_found", "detail": "No such product.", "request_id": "req_1"});
    let Source::Problem(problem) = page(&lost).unwrap().0.source else { panic!("not a problem page") };
    assert_eq!((problem.code.as_str(), problem.detail.as_str()), ("not_found", "No such product."));
}

/// Each field broken in turn: the reader names it, and nothing is shown that could mislead.
#[test]
fn refuses_by_name() {
    #[rustfmt::skip]
    let table: &[(&str, Value, Option<&str>)] = &[
        ("/id",                                json!("inv_1/../x"),     Some("id")),
        ("/id",                                json!(""),               Some("id")),
        ("/id",                                json!(null),             Some("id")),
        ("/version",                           json!(-1),               Some("version")),
        ("/version",                           json!(1.5),              Some("version")),
        ("/version",                           json!("4"),              Some("version")),
        ("/status",                            json!("done"),           Some("status")),
        ("/exceptions",                        json!("late"),           Some("exceptions")),
        ("/exceptions",                        json!(["unheard_of"]),   None),
        ("/store",                             json!(null),             Some("store")),
        ("/store/name",                        json!(7),                Some("name")),
        ("/store/name",                        json!("x".repeat(4_001)), Some("name")),
        ("/price/amount",                      json!("49,00"),          Some("amount")),
        ("/price/amount",                      json!(49.0),             Some("amount")),
        ("/price/amount",                      json!("-49.00"),         Some("amount")),
        ("/price/currency",                    json!("DOLLAR"),         Some("currency")),
        ("/price/currency",                    json!("U$D"),            Some("currency")),
        ("/price",                             json!(null),             Some("price")),
        ("/expires_at",                        json!("tomorrow"),       Some("expires_at")),
        ("/payments",                          json!(null),             Some("payments")),
        ("/options",                           json!({}),               Some("options")),
        ("/options/0/available",               json!(false),            None),
        ("/quote",                             json!(null),             None),
        ("/quote/amount_due",                  json!("1e9"),            Some("amount_due")),
        ("/quote/amount_due",                  json!("."),              Some("amount_due")),
        ("/quote/address",                     json!("0x5aAe <b>"),     Some("address")),
        ("/quote/wallet_call",                 json!(null),             None),
        ("/quote/wallet_call/to",              json!("5aAe"),           Some("to")),
        ("/quote/wallet_call/value",           json!("0xg"),            Some("value")),
        ("/quote/wallet_call/data",            json!(null),             Some("data")),
        ("/quote/wallet_call/chain_id",        json!("0x1"),            Some("chain_id")),
        ("/quote/uris",                        json!(null),             Some("uris")),
        ("/quote/uris/eip681",                 json!(null),             None),
        ("/quote/confirmations_required",      json!(null),             Some("confirmations_required")),
        ("/payments/0/amount",                 json!("1.2.3"),          Some("amount")),
        ("/redirect_url",                      json!("javascript:alert(1)"), None),
        ("/payments/0/explorer_url",           json!("data:text/html,x"),    None),
    ];
    for (path, value, expected) in table {
        let mut json = golden_snapshot();
        *json.pointer_mut(path).unwrap() = value.clone();
        let read = snapshot(&json);
        assert_eq!(read.as_ref().err(), expected.map(Malformed).as_ref(), "{path} = {value}");
        if let Ok(invoice) = read {
            let explorer = invoice.payments.first().and_then(|payment| payment.explorer_url.clone());
            for address in [invoice.redirect_url, explorer].into_iter().flatten() {
                assert!(address.starts_with("https://"), "{address}");
            }
        }
    }
    assert_eq!(page(&json!({"kind": "gift"})).unwrap_err(), Malformed("kind"));
    assert_eq!(page(&json!("x")).unwrap_err(), Malformed("kind"));
    let mut no_invoice = golden_page("invoice");
    no_invoice["invoice"] = json!(null);
    assert_eq!(page(&no_invoice).unwrap_err(), Malformed("invoice"));
}

#[test]
fn reads_answers_and_problems() {
    assert_eq!(answer(&golden_snapshot()).unwrap().unwrap().id, "inv_7Gq2");
    assert!(answer(&golden_snapshot()["quote"]).unwrap().is_none());
    let all = json!({"type": "x", "title": "T", "status": 400, "detail": "D", "code": "c", "request_id": "r"});
    let read = problem(&all);
    assert_eq!((read.code.as_str(), read.detail.as_str(), read.request_id.as_deref()), ("c", "D", Some("r")));
    assert_eq!(problem(&json!({"title": "T"})).detail, "T");
    assert_eq!(problem(&json!("nothing")).detail, "");
}
