//! A clock that was ahead and is set right.

use super::*;

const HOUR_MS: i64 = 60 * MINUTE;

#[test]
fn set_back_neither_watches_nor_first_tries_wait_for_the_old_time() {
    let mut shop = Shop::open();
    shop.webhook("http://127.0.0.1:9/hooks");
    shop.now_ms += 3 * HOUR_MS;
    let made = shop.invoice();
    shop.now_ms -= 3 * HOUR_MS;
    assert_eq!(shop.act(|store| store.due_watches()).unwrap(), []);
    assert_eq!(shop.act(|store| store.next_due_ms()).unwrap(), Some(shop.now_ms), "a first try waits for nothing");
    shop.act(|store| store.follow_clock()).unwrap();
    assert_eq!(shop.act(|store| store.next_due_ms()).unwrap(), Some(shop.now_ms));
    let due = shop.act(|store| store.due_watches()).unwrap();
    assert_eq!(due[0].watches[0].invoice_id, made.id);
    let sent = shop.act(|store| store.due_deliveries()).unwrap();
    assert_eq!(sent.len(), 1);

    // A later try keeps its time: that one is not due when it is made.
    shop.act(|store| store.record_delivery(&sent[0].id, &answer(500))).unwrap();
    shop.act(|store| store.follow_clock()).unwrap();
    assert_eq!(shop.act(|store| store.due_deliveries()).unwrap(), []);
}

/// Their alarms were set by the old clock too: one that was told of everything would sleep until then.
#[test]
fn set_back_it_wakes_watchers_that_were_told_of_everything() {
    let mut shop = Shop::open();
    shop.now_ms += 3 * HOUR_MS;
    let made = shop.invoice();
    for outgoing in shop.act(|store| store.due_watches()).unwrap() {
        shop.act(|store| store.record_watches(&outgoing, true)).unwrap();
    }
    shop.act(|store| store.follow_clock()).unwrap();
    assert_eq!(shop.act(|store| store.due_watches()).unwrap(), []);

    shop.now_ms -= 3 * HOUR_MS;
    shop.act(|store| store.follow_clock()).unwrap();
    let due = shop.act(|store| store.due_watches()).unwrap();
    assert_eq!(due.iter().map(|outgoing| outgoing.chain).collect::<Vec<_>>(), [ChainId::Eip155(31_337)]);
    assert_eq!(due[0].watches[0].invoice_id, made.id);
}
