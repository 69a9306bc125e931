//! What happens in a sale: connecting, paying, refusals, leaving, the ends of things.

use super::*;
use crate::session::{Account, Wallet};

#[test]
fn a_wallet_connects_and_pays() {
    let mut world = World::new();
    world.settle();
    let accounts = vec![Account { chain: "eip155:8453".to_owned(), address: ADDRESS.to_owned() }];
    let wallet = Wallet { name: "Wallet".to_owned(), link: Some("wallet://".to_owned()) };
    assert_eq!(world.told.last(), Some(&Event::Connected { accounts, wallet, asked: None }));
    assert_eq!(world.last(1103).get("result"), Some(&Value::Bool(true)));
    world.take(PAY);
    let params = world.last(1108).get("params").unwrap();
    assert_eq!(params.text_of("chainId"), Some("eip155:8453"));
    let request = params.get("request").unwrap();
    assert_eq!(request.text_of("method"), Some("eth_sendTransaction"));
    let transaction = format!(r#"[{{"from":"{ADDRESS}","to":"{ADDRESS}","value":"0x1","data":"0x"}}]"#);
    assert_eq!(request.get("params").unwrap().print(), transaction);
    world.answer(&hash());
    assert_eq!(world.told.last(), Some(&sent()));
    assert!(world.is_acknowledged());
}

#[test]
fn a_refusal_says_what_to_do() {
    #[rustfmt::skip]
    let table = [
        (r#""error":{"code":4001,"message":"no"}"#,          "transaction_refused"),
        (r#""error":{"code":5000,"message":"no"}"#,          "transaction_refused"),
        (r#""error":{"code":4902,"message":"chain"}"#,       "wrong_chain"),
        (r#""error":{"code":5100}"#,                         "wrong_chain"),
        (r#""error":{"code":5101}"#,                         "wallet_unsupported"),
        (r#""error":{"code":8000}"#,                         "request_expired"),
        (r#""error":{"code":-32000,"message":"no gas"}"#,    "wallet_error"),
        (r#""error":"odd""#,                                 "wallet_error"),
        (r#""result":"0x12""#,                               "malformed"),
        (r#""result":true"#,                                 "malformed"),
        (r#""nothing":1"#,                                   "malformed"),
    ];
    for (answer, expected) in table {
        let mut world = World::new();
        world.settle();
        world.take(PAY);
        world.answer(answer);
        assert_eq!(world.failures(), [expected], "{answer}");
        // The session goes on.
        world.take(PAY);
        world.answer(&hash());
        assert_eq!(world.told.last(), Some(&sent()), "{answer}");
    }
}

#[test]
fn a_declined_proposal_ends_it() {
    for (code, expected) in [(5000, "wallet_rejected"), (5100, "wallet_unsupported"), (5104, "wallet_unsupported")] {
        let mut world = World::new();
        world.connect();
        let (key, id) = (world.pairing.clone().unwrap().key, world.last(1100).get("id").unwrap().print());
        world.say(&key, &format!(r#"{{"id":{id},"jsonrpc":"2.0","error":{{"code":{code},"message":"no"}}}}"#));
        assert_eq!(world.failures(), [expected]);
        assert_eq!(world.closes, 1, "nothing to hear any more");
    }
}

#[test]
fn what_a_wallet_agrees_to_must_serve() {
    #[rustfmt::skip]
    let table = [
        (&["eip155:10"][..],             "eth_sendTransaction", "wrong_chain",        5100),
        (&[][..],                        "eth_sendTransaction", "wrong_chain",        5100),
        (&["eip155:1", "eip155:8453"][..], "personal_sign",     "wallet_unsupported", 5101),
    ];
    for (chains, method, expected, code) in table {
        let mut world = World::new();
        world.connect();
        world.agree();
        let params = world.settlement(chains, method);
        world.ask(7, "wc_sessionSettle", &params);
        assert_eq!(world.failures(), [expected]);
        assert_eq!(world.last(1103).get("error").unwrap().integer_of("code"), Some(code));
    }
}

#[test]
fn one_transaction_at_a_time_and_only_where_there_is_an_account() {
    let mut world = World::new();
    world.take(PAY);
    world.take(Input::Ping);
    assert_eq!(world.failures(), ["not_connected", "not_connected"]);
    world.settle();
    world.take(Input::Send { chain: "eip155:1", call: CALL, reference: "" });
    world.take(PAY);
    world.take(PAY);
    assert_eq!(world.failures()[2..], ["wrong_chain", "already_asking"]);
    assert_eq!(world.published.iter().filter(|(_, tag, _)| *tag == 1108).count(), 1);
}

#[test]
fn a_late_answer_is_still_an_answer() {
    let mut world = World::new();
    world.settle();
    world.take(PAY);
    world.pass(299_000);
    assert!(world.failures().is_empty());
    world.pass(1_000);
    assert_eq!(world.failures(), ["request_expired"]);
    world.pass(1_000);
    assert_eq!(world.failures().len(), 1, "told once");
    world.answer(&hash());
    assert_eq!(world.told.last(), Some(&sent()));
}

#[test]
fn a_code_ends_but_not_before_the_mailbox_was_looked_into() {
    let mut world = World::new();
    world.connect();
    world.pass(300_000);
    assert_eq!(world.failures(), ["pairing_expired"]);

    let mut world = World::new();
    world.connect();
    world.take(Input::Closed { code: 1006, reason: "" });
    world.pass(300_000);
    assert!(world.failures().is_empty(), "an answer may wait at the relay");
    world.pass(30_000);
    assert!(world.failures().contains(&"pairing_expired"));
}

#[test]
fn the_wallet_may_ping_update_extend_and_leave() {
    let mut world = World::new();
    world.settle();
    for (id, method, tag) in [(8, "wc_sessionPing", 1115), (9, "wc_sessionEvent", 1111), (10, "wc_sessionExtend", 1107)]
    {
        world.ask(id, method, "{}");
        assert_eq!(world.last(tag).get("result"), Some(&Value::Bool(true)), "{method}");
        assert_eq!(world.last(tag).integer_of("id"), Some(id));
    }
    // The settlement lasted a day; extending gave seven.
    world.pass(6 * 86_400_000);
    assert!(world.failures().is_empty());
    let params = world.settlement(&["eip155:1"], "eth_sendTransaction");
    world.ask(20, "wc_sessionUpdate", &params);
    assert!(matches!(world.told.last(), Some(Event::Connected { accounts, .. }) if accounts[0].chain == "eip155:1"));
    // Late, and unfit.
    for (id, params) in [(19, params.as_str()), (21, "{}")] {
        world.ask(id, "wc_sessionUpdate", params);
        assert_eq!(world.last(1105).get("error").unwrap().integer_of("code"), Some(1003), "{id}");
    }
    world.ask(22, "wc_sessionExtend", r#"{"expiry":1}"#);
    assert_eq!(world.last(1107).get("error").unwrap().integer_of("code"), Some(1004));
    world.take(Input::Ping);
    let id = world.last(1114).get("id").unwrap().print();
    let key = world.session.unwrap();
    world.say(&key, &format!(r#"{{"id":{id},"jsonrpc":"2.0","result":true}}"#));
    assert_eq!(world.told.last(), Some(&Event::Alive));
    world.take(Input::Send { chain: "eip155:1", call: CALL, reference: "" });
    world.ask(23, "wc_sessionDelete", r#"{"code":6000,"message":"bye"}"#);
    assert_eq!(world.last(1113).get("result"), Some(&Value::Bool(true)));
    assert_eq!(world.failures(), ["wallet_gone"]);
}

#[test]
fn a_session_ends_by_itself() {
    let mut world = World::new();
    world.settle();
    world.pass(86_400_000);
    assert_eq!(world.failures(), ["session_expired"]);
    world.take(PAY);
    assert_eq!(world.failures().last(), Some(&"not_connected"));
}

#[test]
fn leaving_tells_the_wallet_and_hangs_up() {
    let mut world = World::new();
    world.settle();
    world.take(Input::Disconnect);
    assert_eq!(world.last(1112).get("params").unwrap().integer_of("code"), Some(6000));
    assert_eq!(world.failures(), ["disconnected"]);
    assert_eq!(world.closes, 1);
}

#[test]
fn without_a_project_nothing_is_tried() {
    let mut world = World::new();
    world.client = Client::new(Config { project_id: String::new(), ..config() }, None, &mut world.random);
    world.take(Input::Connect);
    assert_eq!((world.failures(), world.opens), (vec!["no_project_id"], 0));
}
