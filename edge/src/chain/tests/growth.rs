//! What a block costs as open invoices grow: figure c.

use super::*;

/// Open invoices, JSON-RPC calls, HTTP requests and bytes of the largest request, for a block in which somebody pays.
fn cost(open: u64) -> (usize, u64, usize) {
    let scene = scene();
    scene.watch(1..=open);
    scene.settle();
    scene.block(&[]);
    scene.chain.take_calls();
    let before = scene.chain.requests.get();
    scene.chain.largest.set(0);
    scene.block(&[scene.pays_token(open, 5), scene.pays_coin(1, 6)]);
    let calls = scene.chain.take_calls().len();
    assert_eq!((scene.standing(open), scene.standing(1)), (vec![(5, 1)], vec![(6, 1)]));
    (calls, scene.chain.requests.get() - before, scene.chain.largest.get())
}

#[test]
fn ten_thousand_open_invoices_cost_six_times_the_calls_of_one_hundred() {
    let costs = [100, 1_000, 10_000].map(|open| (open, cost(open)));
    for (open, (calls, requests, bytes)) in costs {
        println!(
            "figure c: {open} open invoices: {calls} JSON-RPC calls a block in {requests} requests, the largest of {bytes} bytes"
        );
    }
    let [few, some, many] = costs.map(|(_, (calls, ..))| calls);
    assert_eq!((few, some), (3, 3), "up to a thousand, one filter and one list of balances hold all");
    // The head, ten filters of 1,000 addresses, seven lists of 1,500.
    assert_eq!(many, 1 + 10 + 7);
    for (open, (_, requests, bytes)) in costs {
        assert!(requests <= 5 && bytes <= 500_020, "{open}: {requests} requests, {bytes} bytes");
    }
}

/// Money on a chain that was not quoted: the watch comes with its quick pace over, and is looked at with the late ones.
#[test]
fn money_on_a_chain_that_was_not_quoted_is_seen_within_a_minute() {
    for blocks_later in [1, 20, 200] {
        let scene = scene();
        let unquoted = |number: u64| Watch { active_until_ms: scene.now(), ..watch_since(number, scene.now()) };
        let watches: Vec<Watch> = (1..=50).map(unquoted).collect();
        scene.open(|watcher| watcher.watch(&watches, scene.now()).unwrap());
        scene.settle();
        scene.blocks(blocks_later);
        scene.chain.take_calls();
        scene.block(&[scene.pays_token(1, 49), scene.pays_coin(2, 50)]);
        let paid_ms = scene.now();
        while scene.told(1).is_empty() || scene.told(2).is_empty() {
            scene.block(&[]);
            let waited_ms = scene.now() - paid_ms;
            assert!(waited_ms <= crate::chain::limits::LATE_POLL_MS + BLOCK_MS, "{waited_ms} ms");
        }
        assert!(scene.told(1)[0].payments[0].block_time_ms == paid_ms);
        scene.blocks(30);
        assert!(scene.standing(1)[0].1 >= u64::from(CONFIRMATIONS), "and then followed at the quick pace");
    }
    // Nobody pays: a look a minute, whatever the number of addresses.
    let scene = scene();
    let watches: Vec<Watch> =
        (1..=500).map(|number| Watch { active_until_ms: scene.now(), ..watch_since(number, scene.now()) }).collect();
    scene.open(|watcher| watcher.watch(&watches, scene.now()).unwrap());
    scene.blocks(3);
    scene.chain.take_calls();
    scene.blocks(300);
    let calls = scene.chain.take_calls().len();
    assert!(calls <= 11 * 9, "{calls} calls in ten minutes");
}
