//! Webhooks on their way out: the schedule, secrets, endpoints that are off, and who is sent to when.

use groat_core::webhook::{RETRY_SCHEDULE_MS, WebhookSecret};
use groat_core::wire::WebhookEndpointUpdate;

use super::*;
use crate::outbound::HttpError;

const HOUR: i64 = 60 * MINUTE;

impl Shop {
    /// An endpoint of its own path: `(id, secret)`.
    fn endpoint(&mut self, path: &str) -> (String, String) {
        let secret = self.webhook(&format!("http://127.0.0.1:9/{path}"));
        (self.endpoints()[0]["id"].as_str().unwrap().to_owned(), secret)
    }

    /// Newest first.
    fn endpoints(&mut self) -> Vec<Json> {
        let body = self.seller(Command::ListWebhookEndpoints(first_page())).body;
        assert!(!body.contains("whsec_"), "a listing shows a secret");
        serde_json::from_str::<Json>(&body).unwrap()["data"].as_array().unwrap().clone()
    }

    fn due(&mut self) -> Vec<OutgoingDelivery> {
        self.act(|store| store.due_deliveries()).unwrap()
    }

    fn next(&mut self, under_way: &[OutgoingDelivery]) -> Vec<OutgoingDelivery> {
        self.act(|store| store.next_deliveries(under_way)).unwrap()
    }

    fn record(&mut self, delivery: &OutgoingDelivery, outcome: &Outcome) {
        self.act(|store| store.record_delivery(&delivery.id, outcome)).unwrap();
    }

    /// Answers all that is due with `status` until nothing is.
    fn answer_all(&mut self, status: u16) {
        loop {
            let due = self.due();
            if due.is_empty() {
                return;
            }
            for delivery in due {
                self.record(&delivery, &answer(status));
            }
        }
    }

    fn next_due(&mut self) -> Option<i64> {
        self.act(|store| store.next_due_ms()).unwrap()
    }

    /// Makes the windows and watches of invoices wait for nothing, so that only webhooks are due.
    fn only_webhooks(&mut self) {
        self.sql.run("UPDATE invoices SET status = 'cancelled'", &[]).unwrap();
        self.sql.run("DELETE FROM watch_requests", &[]).unwrap();
    }
}

fn header<'a>(delivery: &'a OutgoingDelivery, name: &str) -> &'a str {
    &delivery.request.headers.iter().find(|(key, _)| key == name).unwrap().1
}

fn signed(secret: &str, delivery: &OutgoingDelivery) -> String {
    let timestamp_s = header(delivery, "webhook-timestamp").parse().unwrap();
    let body = delivery.request.body.as_deref().unwrap();
    WebhookSecret::parse(secret).unwrap().sign(header(delivery, "webhook-id"), timestamp_s, body)
}

/// Refused nine times, each wait by the schedule of Standard Webhooks; then given up. Everything is read from storage at
/// each try, as after a restart.
#[test]
fn the_schedule_outlives_restarts() {
    let mut shop = Shop::open();
    let (_, secret) = shop.endpoint("hooks");
    shop.invoice();
    shop.only_webhooks();
    let first = shop.due();
    let (event_id, body) = (header(&first[0], "webhook-id").to_owned(), first[0].request.body.clone());
    let mut waits = RETRY_SCHEDULE_MS[1..].to_vec();
    assert_eq!(waits, [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]);
    for (try_number, wait_ms) in (1..).zip(waits.drain(..)) {
        migrate(&mut shop.sql).unwrap();
        let due = shop.due();
        assert_eq!((due.len(), header(&due[0], "webhook-id"), &due[0].request.body), (1, event_id.as_str(), &body));
        assert_eq!(header(&due[0], "webhook-signature"), signed(&secret, &due[0]));
        shop.record(&due[0], &answer(500));
        let delivery = &shop.deliveries()[0];
        assert_eq!((delivery["status"].as_str(), delivery["attempts"].as_u64()), (Some("pending"), Some(try_number)));
        assert_eq!(shop.next_due(), Some(shop.now_ms + wait_ms), "try {try_number}");
        shop.now_ms += wait_ms - 1;
        assert!(shop.due().is_empty(), "not before {wait_ms} ms");
        shop.now_ms += 1;
    }
    let last = shop.due();
    shop.record(&last[0], &Err(HttpError::Timeout(15_000)));
    let delivery = shop.deliveries()[0].clone();
    assert_eq!((delivery["status"].as_str(), delivery["attempts"].as_u64()), (Some("failed"), Some(10)));
    assert!(delivery["last_error"].as_str().unwrap().contains("did not answer"));
    assert_eq!((delivery["next_attempt_at"].as_str(), shop.next_due()), (None, None), "nothing waits");

    // By hand it goes out again under the same event; and once more after it was taken.
    for _ in 0..2 {
        let id = delivery["id"].as_str().unwrap().to_owned();
        assert_eq!(shop.seller(Command::Redeliver { id }).status, 200);
        let again = shop.due();
        assert_eq!((header(&again[0], "webhook-id"), &again[0].request.body), (event_id.as_str(), &body));
        shop.record(&again[0], &answer(204));
        assert_eq!(shop.deliveries()[0]["status"], "delivered");
    }
}

#[test]
fn an_endpoint_may_ask_for_more_time() {
    let mut shop = Shop::open();
    shop.endpoint("hooks");
    shop.invoice();
    shop.only_webhooks();
    for (asked_s, wait_ms) in [(60, MINUTE), (1, 5 * MINUTE), (1_000_000, 24 * HOUR)] {
        let due = shop.due();
        let busy = Answer { status: 503, retry_after_s: Some(asked_s), body: String::new() };
        shop.record(&due[0], &Ok(busy));
        assert_eq!(shop.next_due(), Some(shop.now_ms + wait_ms), "asked for {asked_s} s");
        shop.now_ms += wait_ms;
    }
}

#[test]
fn a_rotated_secret_signs_beside_the_new_one_for_a_day() {
    let mut shop = Shop::open();
    let (id, first) = shop.endpoint("hooks");
    shop.invoice();
    let rotate = |shop: &mut Shop| -> (String, Json) {
        let reply = shop.seller(Command::RotateWebhookSecret { id: id.clone() });
        assert_eq!(reply.status, 200, "{}", reply.body);
        let body: Json = serde_json::from_str(&reply.body).unwrap();
        (body["secret"].as_str().unwrap().to_owned(), body)
    };
    let signatures = |shop: &mut Shop| -> (String, OutgoingDelivery) {
        let delivery = shop.due().remove(0);
        (header(&delivery, "webhook-signature").to_owned(), delivery)
    };
    let (second, shown) = rotate(&mut shop);
    assert_eq!(shown["old_secret_valid_until"], "1970-01-02T00:00:01Z");
    let (header, delivery) = signatures(&mut shop);
    assert_eq!(header, format!("{} {}", signed(&second, &delivery), signed(&first, &delivery)));
    // Again within the day: the newest two.
    shop.now_ms += 23 * HOUR;
    let (third, _) = rotate(&mut shop);
    let (header, delivery) = signatures(&mut shop);
    assert_eq!(header, format!("{} {}", signed(&third, &delivery), signed(&second, &delivery)));
    shop.now_ms += 24 * HOUR - 1;
    assert_eq!(signatures(&mut shop).0.split(' ').count(), 2);
    shop.now_ms += 1;
    let (header, delivery) = signatures(&mut shop);
    assert_eq!(header, signed(&third, &delivery));
    assert_eq!(shop.endpoints()[0]["old_secret_valid_until"], Json::Null);
    let row = shop.sql.run_one("SELECT old_secret FROM webhook_endpoints", &[]).unwrap().unwrap();
    assert_eq!(row.optional_text(0).unwrap(), None, "what signs no more is not kept");

    // The same request again shows the same secret and rotates nothing.
    let key = shop.secret_key.clone();
    let mut ask = || shop.ask_idempotent(Some(&key), Some(("r", "h")), Command::RotateWebhookSecret { id: id.clone() });
    assert_eq!(ask().body, ask().body);
    assert_eq!(shop.seller(Command::RotateWebhookSecret { id: "we_x".into() }).status, 404);
    assert_eq!(shop.page(Command::RotateWebhookSecret { id }).status, 403);
}

#[test]
fn gone_switches_an_endpoint_off_and_says_so() {
    let mut shop = Shop::open();
    let (id, _) = shop.endpoint("hooks");
    let invoice = shop.invoice();
    shop.observe(&invoice, 1, 10, 49_000_000);
    let due = shop.due();
    assert_eq!(due.len(), 2, "two at once to one endpoint");
    shop.record(&due[0], &answer(410));
    // The other was under way: what it answers brings nothing back.
    shop.record(&due[1], &answer(500));
    assert!(shop.due().is_empty());
    shop.observe(&invoice, 2, 11, 49_000_000);
    assert_eq!(shop.deliveries().len(), 3, "nothing more is queued for it");
    assert!(shop.deliveries().iter().all(|delivery| delivery["status"] == "failed"));
    let endpoint = shop.endpoints()[0].clone();
    assert_eq!(endpoint["enabled"], false);
    assert_eq!(endpoint["disabled_reason"], "it answered 410 Gone");
    assert_eq!(endpoint["disabled_at"], "1970-01-01T00:00:01Z");
    shop.only_webhooks();
    assert_eq!(shop.next_due(), None, "an alarm would find nothing to do");

    let enable = |enabled| Command::UpdateWebhookEndpoint { id: id.clone(), update: WebhookEndpointUpdate { enabled } };
    let reply: Json = serde_json::from_str(&shop.seller(enable(Some(true))).body).unwrap();
    assert_eq!(
        (&reply["enabled"], &reply["disabled_reason"], &reply["disabled_at"]),
        (&true.into(), &Json::Null, &Json::Null)
    );
    shop.invoice();
    assert_eq!(shop.due().len(), 1);
    assert_eq!(shop.seller(enable(None)).status, 200);
    assert_eq!(shop.due().len(), 1, "an empty change changes nothing");
    let reply: Json = serde_json::from_str(&shop.seller(enable(Some(false))).body).unwrap();
    assert_eq!(reply["disabled_reason"], "it was switched off by hand");
    assert!(shop.due().is_empty());
    assert_eq!(shop.deliveries()[0]["last_error"], "the endpoint is off: it was switched off by hand");
    // Sending one by hand switches it on.
    let delivery = shop.deliveries()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.seller(Command::Redeliver { id: delivery }).status, 200);
    assert_eq!((shop.due().len(), &shop.endpoints()[0]["enabled"]), (1, &true.into()));
}

#[test]
fn a_deleted_endpoint_is_sent_nothing() {
    let mut shop = Shop::open();
    let (id, _) = shop.endpoint("hooks");
    shop.invoice();
    shop.only_webhooks();
    let under_way = shop.due();
    assert_eq!(shop.seller(Command::DeleteWebhookEndpoint { id }).status, 204);
    shop.record(&under_way[0], &answer(500));
    let delivery = shop.deliveries()[0].clone();
    assert_eq!((delivery["status"].as_str(), shop.next_due()), (Some("failed"), None));
    let id = delivery["id"].as_str().unwrap().to_owned();
    assert_eq!(shop.seller(Command::Redeliver { id }).status, 404);
}

#[test]
fn redirects_are_failures() {
    let mut shop = Shop::open();
    shop.endpoint("hooks");
    shop.invoice();
    let due = shop.due();
    shop.record(&due[0], &answer(302));
    let delivery = &shop.deliveries()[0];
    assert_eq!((delivery["status"].as_str(), delivery["last_response_status"].as_u64()), (Some("pending"), Some(302)));
    assert!(delivery["last_error"].as_str().unwrap().contains("redirect"));
}

/// The deployment's settings may change after an endpoint was made.
#[test]
fn an_address_is_checked_again_before_each_try() {
    let mut shop = Shop::open();
    let create = WebhookEndpointCreate { url: "https://shop.example/hooks".into(), types: None };
    shop.seller(Command::CreateWebhookEndpoint { create });
    let (_, _) = shop.endpoint("loopback");
    shop.invoice();
    assert_eq!(shop.due().len(), 2);
    shop.platform.webhooks_allow_loopback = false;
    let sent: Vec<String> = shop.due().into_iter().map(|delivery| delivery.request.url).collect();
    assert_eq!(sent, ["https://shop.example/hooks"]);
    let errors: Vec<Json> = shop.deliveries().iter().map(|delivery| delivery["last_error"].clone()).collect();
    assert!(errors.iter().any(|error| error.as_str().is_some_and(|text| text.contains("https://"))), "{errors:?}");
    shop.now_ms += 5_000;
    shop.platform.own_host = Some("shop.example".into());
    assert!(shop.due().is_empty());
}

/// What is due for an endpoint that hangs waits for it; nobody else does.
#[test]
fn a_slow_endpoint_delays_no_other() {
    let mut shop = Shop::open();
    let (slow, _) = shop.endpoint("slow");
    let (quick, _) = shop.endpoint("quick");
    for _ in 0..20 {
        shop.invoice();
    }
    let of = |under_way: &[OutgoingDelivery], id: &str| under_way.iter().filter(|it| it.endpoint_id == id).count();
    let mut under_way = shop.due();
    assert_eq!((of(&under_way, &slow), of(&under_way, &quick)), (2, 2));
    // The slow one answers nothing while the quick one is told everything.
    let mut told = 0;
    while let Some(index) = under_way.iter().position(|it| it.endpoint_id == quick) {
        let delivery = under_way.remove(index);
        shop.record(&delivery, &answer(204));
        told += 1;
        let more = shop.next(&under_way);
        under_way.extend(more);
    }
    assert_eq!((told, of(&under_way, &slow), under_way.len()), (20, 2, 2));
}

/// However many endpoints are dead and however much waits for them, half of the places stay free for those that answer.
#[test]
fn dead_endpoints_leave_places_free() {
    let mut shop = Shop::open();
    for path in ["1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        shop.endpoint(path);
    }
    shop.invoice();
    shop.answer_all(500);
    let (good, _) = shop.endpoint("good");
    shop.now_ms += 5_000;
    for _ in 0..10 {
        shop.invoice();
    }
    let due = shop.due();
    let failing: Vec<&str> = due.iter().filter(|it| it.is_failing).map(|it| it.endpoint_id.as_str()).collect();
    assert_eq!((due.len(), failing.len()), (5, 3), "two to the good one, three to dead ones");
    assert_eq!(due[0].endpoint_id, good, "the good one first");
    assert!(failing[0] != failing[1] && failing[1] != failing[2] && failing[0] != failing[2], "one to each");
    // A dead one that answers again is as good as any.
    let revived = failing[0].to_owned();
    let delivery = due.iter().find(|it| it.endpoint_id == revived).unwrap();
    shop.record(delivery, &answer(200));
    assert_eq!(shop.due().iter().filter(|it| it.endpoint_id == revived).count(), 2);
}

/// At one endpoint, later tries and first tries go side by side: neither kind waits for the other to run out.
#[test]
fn neither_retries_nor_news_starve() {
    let mut shop = Shop::open();
    shop.endpoint("hooks");
    for _ in 0..5 {
        shop.invoice();
    }
    shop.answer_all(500);
    shop.now_ms += 5_000;
    for _ in 0..5 {
        shop.invoice();
    }
    // It fails, so one at a time, the new one first.
    let probe = shop.due();
    assert_eq!((probe.len(), probe[0].is_retry), (1, false));
    shop.record(&probe[0], &answer(200));
    let mut under_way = shop.due();
    for _ in 0..3 {
        let mut kinds: Vec<bool> = under_way.iter().map(|it| it.is_retry).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, [false, true], "one of each");
        let done = under_way.remove(0);
        shop.record(&done, &answer(200));
        let more = shop.next(&under_way);
        under_way.extend(more);
    }
    for delivery in under_way {
        shop.record(&delivery, &answer(200));
    }
    shop.answer_all(200);
    assert!(shop.deliveries().iter().all(|delivery| delivery["status"] == "delivered"));
}

#[test]
fn a_damaged_secret_holds_up_nobody_else() {
    let mut shop = Shop::open();
    let (damaged, _) = shop.endpoint("damaged");
    let (good, _) = shop.endpoint("good");
    shop.invoice();
    shop.sql.run("UPDATE webhook_endpoints SET secret = 'x' WHERE id = ?", &[damaged.as_str().into()]).unwrap();
    let due = shop.due();
    assert_eq!((due.len(), &due[0].endpoint_id), (1, &good));
    assert!(shop.endpoints()[1]["disabled_reason"].as_str().unwrap().contains("can't be read"));
}

/// Types that an endpoint has asked for, and what it is told after its mark has moved over what is not for it.
#[test]
fn marks_pass_over_what_is_not_wanted_and_stop_at_what_waits() {
    let mut shop = Shop::open();
    let create = WebhookEndpointCreate {
        url: "http://127.0.0.1:9/paid".into(),
        types: Some(vec!["invoice.paid".into(), "invoice.cancelled".into()]),
    };
    assert_eq!(shop.seller(Command::CreateWebhookEndpoint { create }).status, 201);
    let settled = |shop: &mut Shop| {
        let row = shop.sql.run_one("SELECT settled FROM webhook_endpoints", &[]).unwrap().unwrap();
        row.integer(0).unwrap()
    };
    let made: Vec<_> = (0..40).map(|_| shop.invoice()).collect();
    assert_eq!((settled(&mut shop), shop.deliveries().len(), shop.due().len()), (32, 0, 0));
    shop.seller(Command::CancelInvoice { id: made[0].id.clone() });
    for _ in 0..60 {
        shop.invoice();
    }
    // The call-off is event 41.
    assert_eq!((settled(&mut shop), shop.due().len()), (40, 1));
    let (listed, due) = (shop.deliveries(), shop.due());
    assert_eq!(
        (listed.len(), listed[0]["status"].as_str(), listed[0]["attempts"].as_u64()),
        (1, Some("pending"), Some(0))
    );
    assert_eq!(
        (listed[0]["id"].as_str(), listed[0]["type"].as_str()),
        (Some(due[0].id.as_str()), Some("invoice.cancelled"))
    );
    shop.record(&due[0], &answer(500));
    for _ in 0..32 {
        shop.invoice();
    }
    assert_eq!((settled(&mut shop), shop.due().len()), (128, 0), "what was tried is known by its row");
    shop.now_ms += 5_000;
    assert_eq!(shop.due()[0].id, due[0].id);
}

/// Five hundred events have piled up, and no new one comes: each try must not look through those before it again.
#[test]
fn marks_follow_what_is_tried_after_much_has_piled_up() {
    let mut shop = Shop::open();
    shop.endpoint("hooks");
    for _ in 0..500 {
        shop.invoice();
    }
    let settled = |shop: &mut Shop| {
        let row = shop.sql.run_one("SELECT settled FROM webhook_endpoints", &[]).unwrap().unwrap();
        row.integer(0).unwrap()
    };
    let mut tried = 0;
    loop {
        let due = shop.due();
        if due.is_empty() {
            break;
        }
        for delivery in &due {
            shop.record(delivery, &answer(204));
            tried += 1;
        }
        assert!(tried - settled(&mut shop) <= 66, "{tried} were tried, and the mark stands at {}", settled(&mut shop));
    }
    assert_eq!(tried, 500);
}

/// A crash after some of what was under way was recorded: what was not is sent again, what was is not.
#[test]
fn what_was_under_way_in_a_crash_is_sent_again_under_its_id() {
    let mut shop = Shop::open();
    shop.endpoint("hooks");
    for _ in 0..5 {
        shop.invoice();
    }
    let mut under_way = shop.due();
    assert_eq!(under_way.len(), 2);
    shop.record(&under_way[1], &answer(204));
    under_way.truncate(1);
    under_way.extend(shop.next(&under_way));
    // Here it dies, with two under way.
    let again = shop.due();
    let ids = |all: &[OutgoingDelivery]| all.iter().map(|it| header(it, "webhook-id").to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&under_way));
    shop.answer_all(204);
    let listed = shop.deliveries();
    assert_eq!(listed.len(), 5);
    assert!(listed.iter().all(|delivery| delivery["status"] == "delivered" && delivery["attempts"] == 1));
}

/// Deliveries with rows and without, over several endpoints, page by page.
#[test]
fn the_list_shows_what_waits_and_what_was_tried_in_one_order() {
    let mut shop = Shop::open();
    let (off, _) = shop.endpoint("off");
    shop.endpoint("slow");
    shop.endpoint("quick");
    for _ in 0..4 {
        shop.invoice();
    }
    for delivery in shop.due() {
        let status = if delivery.request.url.ends_with("slow") { 500 } else { 204 };
        shop.record(&delivery, &answer(status));
    }
    assert_eq!(shop.seller(Command::DeleteWebhookEndpoint { id: off.clone() }).status, 204);
    let all = shop.deliveries();
    assert_eq!(all.len(), 12);
    let mut paged: Vec<Json> = Vec::new();
    let mut cursor = None;
    loop {
        let list = ListQuery { cursor, limit: 5 };
        let page: Json = serde_json::from_str(&shop.seller(Command::ListDeliveries(list)).body).unwrap();
        paged.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|delivery| delivery["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 12, "each has an id of its own");
    assert!(all.iter().rev().map(|delivery| delivery["id"].as_str().unwrap()).is_sorted());
    let count = |status: &str| all.iter().filter(|delivery| delivery["status"] == status).count();
    // Of the deleted one two were told and two given up; of the slow one, which fails, one is to be sent again.
    assert_eq!((count("delivered"), count("failed"), count("pending")), (4, 2, 6), "{all:?}");
    let given_up = all.iter().filter(|delivery| delivery["status"] == "failed");
    assert!(given_up.into_iter().all(|delivery| delivery["endpoint_id"] == off.as_str() && delivery["attempts"] == 0));
}
