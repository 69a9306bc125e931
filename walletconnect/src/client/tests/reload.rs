//! Sockets that fail, pages that are loaded again, phones that sleep.

use super::*;

#[test]
fn a_session_outlives_a_reload_and_so_does_a_question() {
    let mut world = World::new();
    world.settle();
    world.take(PAY);
    world.reload();
    world.take(Input::Resume);
    assert!(matches!(world.told.last(), Some(Event::Connected { asked: Some(asked), .. }) if asked == "inv_1"));
    world.take(Input::Opened);
    world.answer(&hash());
    assert_eq!(world.told.last(), Some(&sent()));
}

#[test]
fn a_wallet_may_agree_while_the_page_is_away() {
    let mut world = World::new();
    world.connect();
    world.take(Input::Closed { code: 1006, reason: "" });
    let uri = world.told[0].clone();
    world.reload();
    world.take(Input::Resume);
    assert_eq!(world.told, [uri], "the same code");
    world.take(Input::Opened);
    world.agree();
    world.reload();
    world.take(Input::Resume);
    world.take(Input::Opened);
    let params = world.settlement(&["eip155:1"], "eth_sendTransaction");
    world.ask(7, "wc_sessionSettle", &params);
    assert!(matches!(world.told.last(), Some(Event::Connected { .. })), "{:?}", world.told);
}

#[test]
fn what_was_said_without_a_socket_is_said_when_it_opens() {
    let mut world = World::new();
    world.settle();
    world.take(Input::Closed { code: 1006, reason: "" });
    world.take(PAY);
    assert!(world.published.iter().all(|(_, tag, _)| *tag != 1108));
    world.reload();
    world.take(Input::Resume);
    world.take(Input::Opened);
    assert_eq!(world.published.iter().filter(|(_, tag, _)| *tag == 1108).count(), 1);
    // Taken: not said again.
    world.take(Input::Closed { code: 1006, reason: "" });
    world.pass(50);
    world.take(Input::Opened);
    assert_eq!(world.published.iter().filter(|(_, tag, _)| *tag == 1108).count(), 1);
}

#[test]
fn the_first_retry_is_quick_and_the_buyer_is_told_once() {
    let mut world = World::new();
    world.take(Input::Connect);
    assert_eq!(world.opens, 1);
    let mut pauses = Vec::new();
    for _ in 0..7 {
        world.take(Input::Closed { code: 1006, reason: "" });
        pauses.push(world.wake_at_ms.unwrap() - world.now_ms);
        world.now_ms = world.wake_at_ms.unwrap();
        world.take(Input::Tick);
    }
    assert_eq!(pauses, [50, 500, 1_000, 2_000, 4_000, 10_000, 10_000]);
    assert_eq!((world.opens, world.failures()), (8, vec!["relay_unreachable"]));
    world.take(Input::Opened);
    assert_eq!(world.told.last(), Some(&Event::Restored));
}

#[test]
fn a_page_that_comes_back_opens_at_once() {
    let mut world = World::new();
    world.settle();
    for _ in 0..5 {
        world.take(Input::Closed { code: 1006, reason: "" });
        world.pass(10_000);
    }
    world.take(Input::Closed { code: 1006, reason: "" });
    let opens = world.opens;
    world.take(Input::Woken);
    assert_eq!(world.opens, opens + 1);
}

#[test]
fn a_socket_that_only_seems_open_is_given_up() {
    let mut world = World::new();
    world.settle();
    // The relay does not answer any more.
    let mut take = |input: Input<'_>, at_ms: u64| world.client.take(input, START_MS + at_ms, &mut world.random);
    let outputs = take(Input::Woken, 0);
    assert!(outputs.iter().any(|output| matches!(output, Output::Transmit(_))), "it is asked");
    assert!(outputs.contains(&Output::WakeAt(START_MS + 1_500)));
    let outputs = take(Input::Tick, 1_500);
    assert!(outputs.contains(&Output::Close), "{outputs:?}");
    assert!(take(Input::Tick, 1_550).iter().any(|output| matches!(output, Output::Open(_))));
    // One that never opens neither holds it up.
    let outputs = take(Input::Tick, 11_550);
    assert!(outputs.contains(&Output::Close), "{outputs:?}");
}

#[test]
fn a_socket_that_lives_is_kept() {
    let mut world = World::new();
    world.settle();
    world.take(Input::Woken);
    world.pass(60_000);
    assert_eq!(world.closes, 0);
}

#[test]
fn a_refused_project_is_not_tried_again_until_asked() {
    let mut world = World::new();
    world.take(Input::Connect);
    world.take(Input::Closed { code: 3000, reason: "Unauthorized: invalid key" });
    assert_eq!(world.failures(), ["project_refused"]);
    world.pass(60_000);
    world.take(Input::Woken);
    assert_eq!(world.opens, 1);
    world.take(Input::Connect);
    assert_eq!(world.opens, 2);
}

#[test]
fn an_older_relay_gets_proposals_as_messages() {
    let mut world = World::new();
    world.take(Input::Connect);
    let outputs = world.client.take(Input::Opened, world.now_ms, &mut world.random);
    let frames: Vec<Value> = outputs
        .iter()
        .filter_map(|output| if let Output::Transmit(frame) = output { Value::read(frame).ok() } else { None })
        .collect();
    let proposal = frames.iter().find(|frame| frame.text_of("method") == Some("wc_proposeSession")).unwrap();
    let id = proposal.get("id").unwrap().print();
    let refusal = format!(r#"{{"id":{id},"jsonrpc":"2.0","error":{{"code":-32601,"message":"Method not found"}}}}"#);
    world.take(Input::Frame(&refusal));
    assert!(world.failures().is_empty());
    let (topic, tag, _) = world.published.last().unwrap();
    assert_eq!((topic.as_str(), *tag), (world.pairing.as_ref().unwrap().key.topic().as_str(), 1100));
    world.agree();
}

#[test]
fn what_was_kept_is_read_whole_or_not_at_all() {
    let mut world = World::new();
    world.settle();
    world.take(Input::Closed { code: 1006, reason: "" });
    world.take(PAY);
    let kept = world.kept.clone().unwrap();
    let resumed = |text: &str, config: Config| {
        let mut random = Counter(9);
        let outputs = Client::new(config, Some(text), &mut random).take(Input::Resume, START_MS, &mut random);
        outputs.iter().any(|output| matches!(output, Output::Tell(Event::Connected { .. })))
    };
    assert!(resumed(&kept, config()));
    assert!(!resumed(&kept, Config { project_id: "other".to_owned(), ..config() }));
    assert!(!resumed(&kept, Config { relay_url: "wss://other.example".to_owned(), ..config() }));
    for (from, to) in [
        (ADDRESS, "0x12"),
        ("eip155:8453\ninv_1\n", "eip155:8453\n"),
        ("inv_1\n", "inv_1\ninv_1\n"),
        ("\n1108\n", "\n+1108\n"),
        ("\n1108\n", "\nmany\n"),
    ] {
        assert!(kept.contains(from), "{from}");
        assert!(!resumed(&kept.replacen(from, to, 1), config()), "{from}");
    }
    assert!(!resumed(&kept.replacen('2', "3", 1), config()), "another version's");
    assert!(!resumed(&[&kept, "\n"].concat(), config()), "a line too many");
    // The keys: who we are at the relay, and the session's.
    for line in [3, 4, 8] {
        let key = kept.lines().nth(line).unwrap();
        assert_eq!(key.len(), 64, "{line}: {key}");
        assert!(!resumed(&kept.replacen(key, &["g", &key[1..]].concat(), 1), config()), "{line}");
    }
    for end in (0..kept.len()).filter(|end| kept.is_char_boundary(*end)) {
        assert!(!resumed(&kept[..end], config()), "{end}");
    }
}
