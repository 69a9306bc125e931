//! Events and invoices as rows hold them, damaged: refused, or taken without a panic whatever they say.

use groat_core::asset::ASSETS;
use groat_core::invoice::{Event, Invoice, Settlement};
use groat_core::wire::{SnapshotContext, public_snapshot, seller_snapshot};

use serde_json::{Value, json};

use crate::seeds::{GOLDEN, texts};

pub fn seeds() -> Vec<Vec<u8>> {
    let events: Vec<Value> = serde_json::from_str(GOLDEN[0]).unwrap();
    let mut seeds: Vec<Vec<u8>> = events.iter().map(|event| event.to_string().into_bytes()).collect();
    seeds.extend(texts(&GOLDEN[1..2]));
    seeds.extend(extremes());
    seeds
}

/// The golden invoice with one number at the end of its range.
fn extremes() -> Vec<Vec<u8>> {
    let golden: Value = serde_json::from_str(GOLDEN[1]).unwrap();
    let mut found = Vec::new();
    let places = [
        ("/terms/expires_at_ms", json!(i64::MAX)),
        ("/terms/expires_at_ms", json!(i64::MIN)),
        ("/terms/top_up_ms", json!(i64::MAX)),
        ("/terms/late_grace_ms", json!(i64::MAX)),
        ("/terms/tolerance_basis_points", json!(u16::MAX)),
        ("/refunds_before_paid", json!(u32::MAX)),
        ("/refunds_before_paid", json!(u64::MAX)),
        ("/quotes/0/share", json!(0)),
        ("/quotes/0/amount", json!("0")),
        ("/payments/0/height", json!(u64::MAX)),
        ("/payments/0/arrived_at_ms", json!(i64::MIN)),
        ("/cancelled_at_ms", json!(i64::MAX)),
    ];
    for (place, value) in places {
        let mut damaged = golden.clone();
        *damaged.pointer_mut(place).unwrap() = value;
        damaged["extended"] = json!(true);
        found.push(damaged.to_string().into_bytes());
    }
    found
}

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let golden: Invoice = serde_json::from_str(GOLDEN[1]).unwrap();
    let times = [i64::MIN, 0, golden.terms.expires_at_ms, i64::MAX];
    if let Ok(event) = serde_json::from_str::<Event>(text) {
        let again: Event = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        assert_eq!(again, event);
        for now_ms in times {
            if let Ok(Some(transition)) = golden.apply(&event, now_ms) {
                assert_eq!(transition.invoice.version, golden.version + 1);
                show(&transition.invoice, now_ms);
            }
        }
    }
    if let Ok(invoice) = serde_json::from_str::<Invoice>(text) {
        let again: Invoice = serde_json::from_str(&serde_json::to_string(&invoice).unwrap()).unwrap();
        assert_eq!(again, invoice);
        for now_ms in times {
            show(&invoice, now_ms);
            for event in [Event::Expired, Event::Cancelled, Event::Accepted] {
                let _ = invoice.apply(&event, now_ms);
            }
            let events: Vec<Event> = serde_json::from_str(GOLDEN[0]).unwrap();
            for event in &events {
                let _ = invoice.apply(event, now_ms);
            }
        }
    }
}

/// All that is worked out of an invoice to show it.
fn show(invoice: &Invoice, now_ms: i64) {
    let context =
        || SnapshotContext { store_name: "", options: Vec::new(), delivery: None, local_wallet_rpc: None, now_ms };
    let _ = (public_snapshot(invoice, context()), seller_snapshot(invoice, context()));
    let _ = (invoice.actions(), Settlement::of(invoice).owed(), invoice.closes_at_ms());
    for asset in &ASSETS {
        let _ = (invoice.received(asset.id), invoice.refunded(asset.id));
    }
}
