//! What stores are told, and that they are told.

use super::*;
use crate::chain::double::Fault;
use crate::chain::messages::ObserveRequest;
use crate::chain::{NotTaken, WatchError, deliver, reports};

/// Stores of which some take 15 seconds to say nothing.
struct SlowStores {
    slow: Vec<String>,
    clock: Rc<Cell<i64>>,
    told: RefCell<Vec<(String, i64)>>,
}

impl crate::chain::Stores for SlowStores {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        assert!(!request.observations.is_empty());
        if !self.slow.iter().any(|slow| slow == store) {
            self.told.borrow_mut().push((store.to_owned(), self.clock.get()));
            return Ok(());
        }
        // Whoever can go on meanwhile does.
        let started_ms = self.clock.get();
        let mut turns = 50;
        std::future::poll_fn(|context| {
            turns -= 1;
            context.waker().wake_by_ref();
            if turns > 0 { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
        })
        .await;
        self.clock.set(self.clock.get().max(started_ms + 15_000));
        Err(NotTaken("no answer in time".to_owned()))
    }
}

#[test]
fn slow_stores_keep_neither_the_others_nor_the_chain_waiting() {
    let scene = scene();
    for number in 1..=40 {
        let store = store(u8::try_from(number).unwrap());
        let invoice_id = IdKind::Invoice.from_random(&store, u128::from(number).to_be_bytes());
        let watch = Watch { store: store.digits().to_owned(), invoice_id, ..watch_since(number, scene.now()) };
        scene.open(|watcher| watcher.watch(&[watch], scene.now()).unwrap());
    }
    let clock = Rc::clone(&scene.now_ms);
    let slow = (1..=5).map(|number| store(number).digits().to_owned()).collect();
    let stores = SlowStores { slow, clock: Rc::clone(&clock), told: RefCell::default() };
    let tick = || {
        let clock = Rc::clone(&clock);
        scene.open(|watcher| block_on(watcher.tick(&stores, &move || clock.get())).unwrap());
    };
    tick();
    scene.pass(BLOCK_MS);
    let paid: Vec<_> = (1..=40).map(|number| scene.pays_coin(number, 5)).collect();
    scene.chain.mine(scene.now(), &paid);
    let paid_ms = scene.now();
    tick();
    assert_eq!(scene.now() - paid_ms, 15_000, "all slow ones at once");
    let told = stores.told.borrow().clone();
    assert_eq!(told.len(), 35);
    assert!(told.iter().all(|(_, at_ms)| *at_ms == paid_ms), "the others do not wait");
    // From now on only one delivery after another of the slow ones is waited for, less and less often.
    let mut waited_ms = 0;
    for _ in 0..400 {
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), &[]);
        let before_ms = scene.now();
        while scene.next_due_ms().is_some_and(|due_ms| due_ms <= scene.now()) {
            tick();
        }
        waited_ms += scene.now() - before_ms;
    }
    assert!(waited_ms <= 14 * 15_000, "{waited_ms} ms");
}

#[test]
fn what_a_store_does_not_take_is_told_again() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.stores.refuses.set(true);
    scene.block(&[scene.pays_token(1, 49)]);
    assert_eq!(scene.stores.requests.get(), 1);
    // The object may have been put away in between: a watcher is made anew from storage each time.
    scene.blocks(100);
    let tries = scene.stores.requests.get();
    assert!((6..=10).contains(&tries), "{tries} tries in 200 seconds");
    scene.stores.refuses.set(false);
    scene.pass(5 * 60_000);
    scene.settle();
    let told = scene.told(1);
    assert_eq!(told.len(), 1, "only the newest report is worth telling");
    assert_eq!(scene.standing(1), [(49, 3)]);
    let requests = scene.stores.requests.get();
    scene.blocks(5);
    assert_eq!(scene.stores.requests.get(), requests, "taken is taken");
}

#[test]
fn each_store_is_told_of_its_own() {
    let scene = scene();
    let others = |number: u64| {
        let id = IdKind::Invoice.from_random(&store(2), u128::from(number).to_be_bytes());
        Watch { store: store(2).digits().to_owned(), invoice_id: id, ..watch_since(number, scene.now()) }
    };
    scene.watch(1..=250);
    scene.open(|watcher| watcher.watch(&[others(300), others(301)], scene.now()).unwrap());
    scene.settle();
    let paid: Vec<_> = (1..=250).chain([300, 301]).map(|number| scene.pays_coin(number, 5)).collect();
    scene.block(&paid);
    assert_eq!(scene.stores.requests.get(), 3 + 1, "a hundred at a time");
    let told = scene.stores.told.borrow();
    for (to, observation) in told.iter() {
        let owner = IdKind::Invoice.store_of(&observation.invoice_id).unwrap();
        assert_eq!(to, owner.digits());
    }
    assert_eq!(told.iter().filter(|(to, _)| to == store(2).digits()).count(), 2);
}

/// While a poll waits for the node, requests come in: they must not be lost, nor disturb it.
#[test]
fn watches_and_hints_that_come_during_a_poll_stay() {
    for method in ["eth_getBlockByNumber", "eth_getLogs", "eth_call"] {
        let scene = scene();
        scene.watch([1]);
        scene.settle();
        let (mut sql, chain, config) = (scene.sql.clone(), Rc::clone(&scene.chain), scene.config.clone());
        let now_ms = scene.now() + BLOCK_MS;
        let meanwhile = move || {
            let mut watcher = Watcher::open(&mut sql, chain.as_ref(), &config).unwrap();
            watcher.watch(&[watch_since(2, now_ms - 1_000)], now_ms).unwrap();
            let longer = Watch { confirmations: 5, ..watch_since(1, START_MS) };
            watcher.watch(&[longer], now_ms).unwrap();
            watcher.look(now_ms).unwrap();
        };
        *scene.chain.meanwhile.borrow_mut() = Some((method, Box::new(meanwhile)));
        scene.block(&[scene.pays_token(1, 49), scene.pays_token(2, 50)]);
        assert!(scene.chain.meanwhile.borrow().is_none(), "it happened");
        scene.blocks(6);
        assert_eq!((scene.standing(1), scene.standing(2)), (vec![(49, 5)], vec![(50, 3)]), "{method}");
    }
}

#[test]
fn what_changes_while_a_store_is_told_is_told_next() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    // The store's answer to the first report is on its way while a newer report is made.
    scene.stores.refuses.set(true);
    scene.block(&[scene.pays_token(1, 49)]);
    let mut sql = scene.sql.clone();
    let in_flight = reports::untold(&mut sql).unwrap();
    assert_eq!(in_flight.len(), 1);
    scene.block(&[]);
    deliver::note_taken(&mut sql, store(1).digits(), in_flight[0].sequence).unwrap();
    scene.stores.refuses.set(false);
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 2)]);
}

#[test]
fn a_sequence_outlives_the_loss_of_everything() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(3);
    let last = scene.told(1).last().unwrap().sequence;
    *scene.sql.0.borrow_mut() = NativeSql::in_memory().unwrap();
    scene.open(|watcher| watcher.watch(&[watch_since(1, START_MS)], scene.now()).unwrap());
    scene.pass(BLOCK_MS);
    scene.settle();
    let told = scene.told(1);
    assert_eq!(told.last().unwrap().payments, told[0].payments);
    assert!(told.last().unwrap().sequence > last);
}

#[test]
fn undelivered_reports_outlive_their_watch_for_a_while() {
    let scene = scene();
    let short = Watch { until_ms: scene.now() + 10_000, ..watch_since(1, scene.now()) };
    scene.open(|watcher| watcher.watch(&[short], scene.now()).unwrap());
    scene.settle();
    scene.stores.refuses.set(true);
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(10);
    scene.stores.refuses.set(false);
    scene.pass(5 * 60_000);
    scene.settle();
    assert_eq!(scene.told(1).len(), 1);
    scene.pass(60_000);
    scene.settle();
    assert_eq!((scene.health().watches, scene.next_due_ms()), (0, None));
}

#[test]
fn refuses_watches_that_cannot_be() {
    let scene = scene();
    let good = watch_since(1, scene.now());
    scene.open(|watcher| watcher.watch(std::slice::from_ref(&good), scene.now()).unwrap());
    let foreign = IdKind::Invoice.from_random(&store(2), [1; 16]);
    let of_other = IdKind::Invoice.from_random(&store(1), [1; 16]);
    #[rustfmt::skip]
    let table: &[(Watch, &str)] = &[
        (Watch { address: Address::ZERO,      ..watch_since(2, 0) }, "is the zero address"),
        (Watch { store: "nothing".to_owned(), ..watch_since(2, 0) }, "names an invoice of another store"),
        (Watch { invoice_id: foreign,         ..watch_since(2, 0) }, "names an invoice of another store"),
        (Watch { invoice_id: of_other,        ..good.clone() },      "belongs to another invoice"),
        (Watch { confirmations: 0,            ..watch_since(2, 0) }, "asks for no confirmations, or too many"),
        (Watch { confirmations: 1_001,        ..watch_since(2, 0) }, "asks for no confirmations, or too many"),
        (Watch { since_ms: -1,                ..watch_since(2, 0) }, "holds a time that cannot be"),
        (Watch { until_ms: i64::MAX,          ..watch_since(2, 0) }, "holds a time that cannot be"),
    ];
    for (watch, reason) in table {
        let both = [watch_since(3, scene.now()), watch.clone()];
        let error = scene.open(|watcher| watcher.watch(&both, scene.now())).unwrap_err();
        assert_eq!(error.to_string(), format!("the watch of {} {reason}", watch.address));
        assert_eq!(scene.health().watches, 1, "all or none");
    }
    let many: Vec<Watch> = (10..600).map(|number| watch_since(number, scene.now())).collect();
    assert_eq!(scene.open(|watcher| watcher.watch(&many, scene.now())), Err(WatchError::TooMany));
    // The same again, and one that has ended, are fine and change nothing.
    let ended = Watch { until_ms: scene.now(), ..watch_since(4, 0) };
    scene.open(|watcher| watcher.watch(&[good, ended], scene.now()).unwrap());
    assert_eq!(scene.health().watches, 1);
}

#[test]
fn a_dead_node_stops_no_delivery() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.stores.refuses.set(true);
    scene.block(&[scene.pays_token(1, 49)]);
    scene.fault("http://node-1", Some(Fault::Timeout));
    scene.stores.refuses.set(false);
    scene.pass(5_000);
    scene.settle();
    assert_eq!(scene.told(1).len(), 1);
}
