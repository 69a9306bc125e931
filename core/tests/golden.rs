//! Pins what is stored and what is public, as JSON in `tests/golden/`. A changed file means a migration, or a new version
//! of the API, in the same commit. `GROAT_BLESS=1 cargo test -p groat-core --test golden` rewrites them.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the right line")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use groat_core::asset::ChainId;
use groat_core::evm::{Address, Deposit, parse_address};
use groat_core::invoice::{Event, FULL_SHARE, Invoice, ObservedPayment, ProductCopy, Quote, Refund, Terms};
use groat_core::money::{Amount, Price, Rate};
use groat_core::wire::{
    BrandView, Delivery, InvoicePage, Opening, OptionView, PayPage, Problem, SnapshotContext, StoreView, Unavailable,
    WalletConnectView, WebhookEvent, WebhookEventData, public_snapshot, seller_snapshot,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

const USDC: &str = "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const CREATED_MS: i64 = 1_795_255_200_000;

fn payout() -> Address {
    parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").unwrap()
}

fn terms() -> Terms {
    let id = "inv_0123456789abcdefghjkmnpqrstvwxyzabcd".to_owned();
    let description = Some("PDF, 84 pages".to_owned());
    Terms {
        deposit: Deposit::for_invoice(&id, payout()),
        id,
        product: Some(ProductCopy {
            id: "prod_0123456789abcdefghjkmnpqrs".into(),
            name: "Field Guide".into(),
            description,
        }),
        price: Price::parse("49.00", "USD").unwrap(),
        reference: Some("order-7".into()),
        metadata: BTreeMap::from([("cart".to_owned(), "17".to_owned())]),
        redirect_url: Some("https://shop.example/thanks".into()),
        tolerance_basis_points: 50,
        top_up_ms: 900_000,
        late_grace_ms: 0,
        created_at_ms: CREATED_MS,
        expires_at_ms: CREATED_MS + 900_000,
    }
}

fn events() -> Vec<(Event, i64)> {
    let asset = USDC.parse().unwrap();
    let quote = Quote {
        id: "quo_0123456789abcdefghjkmnpqrs".into(),
        asset,
        amount: Amount::from_base_units(49_010_000).unwrap(),
        share: FULL_SHARE,
        unasked: false,
        rate: Rate::parse("0.9998").unwrap(),
        confirmations_required: 10,
        created_at_ms: CREATED_MS,
        expires_at_ms: CREATED_MS + 900_000,
    };
    let transaction = format!("0x{}", "ab".repeat(32));
    let refund = Refund {
        asset,
        amount: Amount::from_base_units(1_500_000).unwrap(),
        transaction: format!("0x{}", "cd".repeat(32)),
        recorded_at_ms: CREATED_MS + 900_003,
    };
    let payment = ObservedPayment {
        id: format!("eip155:8453/{transaction}/0"),
        asset,
        amount: Amount::from_base_units(49_010_000).unwrap(),
        transaction: Some(transaction),
        height: 1_000,
        block_time_ms: CREATED_MS + 60_000,
        unproven: false,
    };
    let observed = Event::Observed { chain: ChainId::Eip155(8453), sequence: 3, head: 1_003, payments: vec![payment] };
    vec![
        (Event::Created { terms: Box::new(terms()) }, CREATED_MS),
        (Event::Quoted { quote: Box::new(quote) }, CREATED_MS + 1_000),
        (observed, CREATED_MS + 61_000),
        (Event::Expired, CREATED_MS + 900_000),
        (Event::Cancelled, CREATED_MS + 900_001),
        (Event::Accepted, CREATED_MS + 900_002),
        (Event::Refunded { refund }, CREATED_MS + 900_003),
    ]
}

/// Quoted and seen, not final yet.
fn invoice() -> Invoice {
    let mut invoice = Invoice::create(terms()).invoice;
    for (event, at_ms) in events().into_iter().skip(1).take(2) {
        invoice = invoice.apply(&event, at_ms).unwrap().unwrap().invoice;
    }
    invoice
}

fn option(unavailable_reason: Option<Unavailable>) -> OptionView {
    OptionView {
        asset: USDC.into(),
        symbol: "USDC".into(),
        name: "USD Coin".into(),
        chain: "eip155:8453".into(),
        chain_name: "Base".into(),
        testnet: false,
        amount: Some("49.01".into()),
        available: unavailable_reason.is_none(),
        unavailable_reason,
    }
}

fn context() -> SnapshotContext<'static> {
    SnapshotContext {
        store_name: "Paper Boat Studio",
        options: vec![option(None)],
        delivery: Some(Delivery { url: Some("https://shop.example/files/guide.pdf".into()), message: None }),
        local_wallet_rpc: None,
        now_ms: CREATED_MS + 62_000,
    }
}

/// Compares with the file, and reads the file back: what was written by an older version must still be read.
fn pin<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(name: &str, value: &T) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let text = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("GROAT_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(text, pinned, "{name} has changed: write a migration, then bless it");
    assert_eq!(&serde_json::from_str::<T>(&pinned).unwrap(), value, "{name} is read back");
}

#[test]
fn stored() {
    pin("stored_events.json", &events().into_iter().map(|(event, _)| event).collect::<Vec<_>>());
    pin("stored_invoice.json", &invoice());
}

#[test]
fn public() {
    let snapshot = public_snapshot(&invoice(), context());
    assert!(snapshot.metadata.is_none() && snapshot.delivery.is_none(), "before it is paid");
    pin("invoice_public.json", &snapshot);
    pin("invoice_open.json", &public_snapshot(&Invoice::create(terms()).invoice, context()));
    let (final_event, at_ms) = (events().remove(2).0, CREATED_MS + 90_000);
    let Event::Observed { chain, payments, .. } = final_event else { panic!("the third event is a report") };
    let report = Event::Observed { chain, sequence: 4, head: 1_009, payments };
    let paid = invoice().apply(&report, at_ms).unwrap().unwrap().invoice;
    let data = WebhookEventData { invoice: seller_snapshot(&paid, context()) };
    assert!(data.invoice.metadata.is_some() && data.invoice.delivery.is_some());
    pin(
        "webhook_paid.json",
        &WebhookEvent { kind: "invoice.paid".into(), timestamp: "2026-11-21T10:01:30Z".into(), data },
    );
    let problem = Problem {
        kind: "https://groat.dev/errors/amount_invalid".into(),
        title: "The amount is not valid".into(),
        status: 422,
        detail: "amount has 3 decimals; at most 2 are allowed, the first too many is at position 5".into(),
        code: "amount_invalid".into(),
        param: Some("price.amount".into()),
        retry_after_s: None,
        request_id: "req_0123456789".into(),
    };
    pin("problem.json", &problem);
}

#[test]
fn pages() {
    let as_link = Opening {
        embed: None,
        origin: None,
        reference: None,
        locale: None,
        theme: "auto".into(),
        brand: None,
        server_time: "2026-11-21T10:01:02Z".into(),
    };
    let framed = Opening {
        embed: Some("modal".into()),
        origin: Some("https://shop.example".into()),
        reference: Some("order-7".into()),
        brand: Some(BrandView {
            logo: Some("/logo/st_0123456789/0123456789abcdef0123.svg".into()),
            note: Some("Ships on Mondays.".into()),
            thanks: Some("Thank you, from the boathouse.".into()),
            support: Some("mailto:help@shop.example".into()),
        }),
        ..as_link.clone()
    };
    let pay = PayPage {
        kind: "pay".into(),
        opening: framed,
        key: "pk_live_0123456789_0123456789abcdefghjkmnpqrs".into(),
        store: StoreView { name: "Paper Boat Studio".into() },
        product: public_snapshot(&invoice(), context()).product,
        open_amount: false,
        price: Price::parse("49.00", "USD").unwrap().into(),
        options: vec![option(None), option(Some(Unavailable::NetworkUnavailable))],
        walletconnect: None,
    };
    pin("page_pay.json", &pay);
    let invoice = InvoicePage {
        kind: "invoice".into(),
        opening: as_link,
        key: pay.key.clone(),
        invoice: public_snapshot(&invoice(), context()),
        walletconnect: Some(WalletConnectView {
            project_id: "0123456789abcdef0123456789abcdef".into(),
            relay_url: "wss://relay.walletconnect.org".into(),
            script: "/assets/walletconnect.4c.js".into(),
            wasm: "/assets/walletconnect.5d.wasm".into(),
        }),
    };
    pin("page_invoice.json", &invoice);
}
