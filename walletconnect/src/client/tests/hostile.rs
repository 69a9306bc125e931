//! Strangers: the relay, whoever has seen the code, and a wallet that does not keep to the protocol.

use super::*;
use proptest::prelude::*;

#[test]
fn a_frame_that_says_nothing_changes_nothing() {
    let mut world = World::new();
    world.settle();
    let (told, frames) = (world.told.clone(), world.frames.len());
    let long = format!(r#"{{"id":1,"result":"{}"}}"#, "x".repeat(600_000));
    for frame in [
        "",
        "null",
        "[]",
        "{",
        "garbage",
        r#"{"id":1}"#,
        r#"{"method":"irn_subscription"}"#,
        r#"{"id":1,"method":"irn_subscription","params":{"data":{"topic":7}}}"#,
        r#"{"id":1,"method":"irn_other","params":{"data":{"topic":"a","message":"b"}}}"#,
        r#"{"id":-1,"result":true}"#,
        r#"{"id":99999999999999999999,"result":true}"#,
        &long,
    ] {
        world.take(Input::Frame(frame));
        assert_eq!((&world.told, world.frames.len()), (&told, frames), "{frame:.60}");
    }
}

#[test]
fn a_message_counts_once_and_only_under_its_key() {
    let mut world = World::new();
    world.settle();
    world.take(PAY);
    let id = world.last(1108).get("id").unwrap().print();
    let answer = format!(r#"{{"id":{id},"jsonrpc":"2.0",{}}}"#, hash());
    let key = world.session.unwrap();
    let pairing = world.pairing.clone().unwrap().key;
    // By whoever has seen the code: under the pairing's key, on either topic; and garbage.
    let forged = seal(&pairing, &answer, &mut world.random).unwrap();
    let told = world.told.len();
    for topic in [key.topic(), pairing.topic()] {
        world.deliver(topic.as_str(), &forged);
        assert!(world.is_acknowledged());
    }
    for sealed in ["", "AAAA", "not base64", &forged[..forged.len() - 4]] {
        world.deliver(key.topic().as_str(), sealed);
    }
    assert_eq!(world.told.len(), told);
    // The true one, three times.
    let sealed = seal(&key, &answer, &mut world.random).unwrap();
    for _ in 0..3 {
        world.deliver(key.topic().as_str(), &sealed);
        assert!(world.is_acknowledged());
    }
    world.answer(&hash());
    assert_eq!(world.told[told..], [sent()]);
}

#[test]
fn our_own_words_are_not_the_wallets() {
    let mut world = World::new();
    world.take(Input::Connect);
    let outputs = world.client.take(Input::Opened, world.now_ms, &mut world.random);
    let proposal = outputs.iter().find_map(|output| {
        let Output::Transmit(frame) = output else { return None };
        Value::read(frame).ok()?.get("params")?.text_of("sessionProposal").map(str::to_owned)
    });
    let topic = world.pairing.as_ref().unwrap().key.topic();
    world.deliver(topic.as_str(), &proposal.unwrap());
    assert!(world.published.is_empty(), "nothing is answered");
}

#[test]
fn only_who_agreed_can_settle() {
    let mut world = World::new();
    world.connect();
    world.agree();
    let params = world.settlement(&["eip155:1"], "eth_sendTransaction");
    let other = params.replace(&world.pair.public().unwrap(), &"0".repeat(64));
    let over = params.replace(&(START_MS / 1_000 + 86_400).to_string(), &(START_MS / 1_000).to_string());
    // Under the pairing's key, which whoever has seen the code holds too.
    let pairing = world.pairing.clone().unwrap().key;
    world.say(&pairing, &format!(r#"{{"id":5,"jsonrpc":"2.0","method":"wc_sessionSettle","params":{params}}}"#));
    assert_eq!(world.last(1103).get("error").unwrap().integer_of("code"), Some(1005));
    world.ask(6, "wc_sessionSettle", &other);
    assert_eq!(world.last(1103).get("error").unwrap().integer_of("code"), Some(1005));
    assert_eq!(world.told.len(), 1, "only the code: {:?}", world.told);
    world.ask(7, "wc_sessionSettle", &params);
    assert!(matches!(world.told.last(), Some(Event::Connected { .. })));
    // Again: nothing new.
    world.ask(8, "wc_sessionSettle", &params);
    assert_eq!((world.told.len(), world.last(1103).get("result")), (2, Some(&Value::Bool(true))));

    let mut world = World::new();
    world.connect();
    world.agree();
    world.ask(7, "wc_sessionSettle", &over);
    assert_eq!(world.failures(), ["malformed"]);
}

#[test]
fn a_second_wallet_with_the_same_code_comes_too_late() {
    let mut world = World::new();
    world.connect();
    world.agree();
    let agreed = world.session.unwrap();
    world.pair = KeyPair::generate(&mut world.random);
    world.agree();
    let params = world.settlement(&["eip155:1"], "eth_sendTransaction");
    world.ask(7, "wc_sessionSettle", &params);
    assert_eq!(world.told.len(), 1, "{:?}", world.told);
    assert_ne!(world.session.unwrap(), agreed);
}

#[test]
fn a_key_of_small_order_is_refused() {
    let mut world = World::new();
    world.connect();
    let (key, id) = (world.pairing.clone().unwrap().key, world.last(1100).get("id").unwrap().print());
    let zero = "0".repeat(64);
    world.say(&key, &format!(r#"{{"id":{id},"jsonrpc":"2.0","result":{{"responderPublicKey":"{zero}"}}}}"#));
    assert_eq!(world.failures(), ["malformed"]);
}

#[test]
fn a_wallet_can_ask_nothing_of_us() {
    let mut world = World::new();
    world.settle();
    #[rustfmt::skip]
    let table = [
        ("wc_sessionRequest",   1109, 3001),
        ("wc_sessionPropose",   1101, 10001),
        ("wc_sessionSteal",        1, 10001),
    ];
    for (method, tag, code) in table {
        world.ask(50, method, "{}");
        assert_eq!(world.last(tag).get("error").unwrap().integer_of("code"), Some(code), "{method}");
    }
    let told = world.told.len();
    let pairing = world.pairing.clone().unwrap().key;
    for method in ["wc_sessionDelete", "wc_sessionUpdate", "wc_sessionExtend"] {
        world.say(&pairing, &format!(r#"{{"id":51,"jsonrpc":"2.0","method":"{method}","params":{{}}}}"#));
    }
    assert_eq!(world.told.len(), told, "the code's key ends no session");
}

#[test]
fn a_flood_fills_nothing() {
    let mut world = World::new();
    world.settle();
    // Nothing is taken by the relay any more.
    let key = world.session.unwrap();
    let mut kept = 0;
    for id in 0..500 {
        let sealed = seal(
            &key,
            &format!(r#"{{"id":{id},"jsonrpc":"2.0","method":"wc_sessionPing","params":{{}}}}"#),
            &mut world.random,
        );
        let data = Object::new().text("topic", key.topic().as_str()).text("message", &sealed.unwrap()).end();
        let frame = format!(r#"{{"id":{id},"method":"irn_subscription","params":{{"data":{data}}}}}"#);
        let outputs = world.client.take(Input::Frame(&frame), world.now_ms, &mut world.random);
        kept = outputs
            .iter()
            .find_map(|it| if let Output::Keep(text) = it { Some(text.len()) } else { None })
            .unwrap_or(kept);
    }
    assert!(kept < 64 * 1_000, "{kept} bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_that_is_said_breaks_it(
        frames in prop::collection::vec(".{0,80}", 0..4),
        method in "wc_[a-zA-Z]{0,20}|wc_session(Settle|Update|Extend|Delete|Event|Request)",
        params in r#"\{("(namespaces|expiry|controller|id)":([0-9]{1,22}|"[a-f]{0,6}"|\{\}|\[\]|null))?\}|[0-9]{1,3}"#,
        id in r#"[0-9]{1,22}|"[a-z0-9]{0,6}"|null|\{\}"#,
    ) {
        let mut world = World::new();
        world.settle();
        for frame in &frames {
            world.take(Input::Frame(frame));
        }
        let key = world.session.unwrap();
        world.say(&key, &format!(r#"{{"id":{id},"jsonrpc":"2.0","method":"{method}","params":{params}}}"#));
        prop_assert!(world.is_acknowledged());
        // It still pays, unless the wallet has left.
        if method != "wc_sessionDelete" {
            world.take(PAY);
            world.answer(&hash());
            prop_assert_eq!(world.told.last(), Some(&sent()));
        }
    }
}
