//! The event log: for whoever missed a webhook.

use super::*;

impl Shop {
    fn log(&mut self, after: Option<&str>, limit: u16) -> (Json, String) {
        let query = EventQuery { after: after.map(str::to_owned), limit };
        let reply = self.seller(Command::ListEvents(query));
        assert_eq!(reply.status, 200, "{}", reply.body);
        (serde_json::from_str(&reply.body).unwrap(), reply.body)
    }
}

fn ids(page: &Json) -> Vec<String> {
    page["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// Whoever heard only the first webhook reads on from its id, and gets the very bytes of the others.
#[test]
fn has_what_a_missed_webhook_had_byte_for_byte() {
    let mut shop = Shop::open();
    shop.webhook("http://127.0.0.1:9/hooks");
    let invoice = shop.invoice();
    shop.observe(&invoice, 1, 10, 49_000_000);
    shop.observe(&invoice, 2, 11, 49_000_000);
    let mut sent = Vec::new();
    loop {
        let due = shop.act(|store| store.due_deliveries()).unwrap();
        if due.is_empty() {
            break;
        }
        for delivery in due {
            shop.act(|store| store.record_delivery(&delivery.id, &answer(204))).unwrap();
            let id = delivery.request.headers.iter().find(|(name, _)| name == "webhook-id").unwrap().1.clone();
            sent.push((id, delivery.request.body.unwrap()));
        }
    }
    assert_eq!(sent.len(), 4);
    let (page, text) = shop.log(Some(&sent[0].0), 100);
    let (missed, bodies): (Vec<String>, Vec<&str>) =
        sent[1..].iter().map(|(id, body)| (id.clone(), body.as_str())).unzip();
    assert_eq!((ids(&page), &page["next_cursor"]), (missed, &Json::Null));
    assert!(text.contains(&format!("\"data\":[{}]", bodies.join(","))), "not byte for byte: {text}");
    // From the last one there is nothing yet, and later what came later.
    let last = sent[3].0.clone();
    assert_eq!(ids(&shop.log(Some(&last), 100).0), [""; 0]);
    shop.invoice();
    assert_eq!(shop.log(Some(&last), 100).0["data"][0]["type"], "invoice.created");
}

#[test]
fn a_reader_misses_nothing_and_sees_nothing_twice_while_events_arrive() {
    let mut shop = Shop::open();
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    for round in 0..40 {
        if round < 20 {
            let made = shop.invoice();
            if round % 3 == 0 {
                shop.seller(Command::CancelInvoice { id: made.id });
            }
        }
        let (page, _) = shop.log(cursor.as_deref(), 1 + round % 2);
        let ids = ids(&page);
        assert_eq!(ids.len(), page["data"].as_array().unwrap().len());
        // `next_cursor` goes through a page's rest; the last id goes on from the end.
        assert!(page["next_cursor"].is_null() || page["next_cursor"].as_str() == ids.last().map(String::as_str));
        cursor = ids.last().cloned().or(cursor);
        seen.extend(ids);
    }
    let rows = shop.sql.run("SELECT id FROM events ORDER BY sequence", &[]).unwrap();
    let all: Vec<String> = rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect();
    assert_eq!((all.len(), &seen), (27, &all));
}

#[test]
fn an_unknown_event_is_no_cursor() {
    let mut shop = Shop::open();
    let reply = shop.seller(Command::ListEvents(EventQuery { after: Some("evt_x".into()), limit: 1 }));
    assert_eq!((reply.status, code(&reply).as_str()), (400, "parameter_invalid"));
    assert_eq!(shop.log(None, 1).0["ids"], serde_json::json!([]));
}
