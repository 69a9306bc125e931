//! What a sale costs in rows written, which the platform bills most and its free plan bounds; and that what saves them loses
//! no report. On the real runtime `cargo xtask bench sale` counts.

use super::*;
use crate::sql::CountingSql;

const SALES: u32 = 100;
/// Rows that a block's poll and its deliveries write for all sales together.
const SHARED: i64 = 4;

/// A scene whose written rows are counted.
struct Counted {
    scene: Scene,
    rows: Cell<i64>,
}

impl Counted {
    /// Where something was sold before: what a watcher writes once is no sale's.
    fn new(urls: &[&str]) -> Self {
        let counted = Self { scene: scene_with_nodes(urls), rows: Cell::new(0) };
        counted.scene.watch([1_000]);
        counted.scene.settle();
        counted.scene.blocks(2);
        counted
    }

    fn open<T>(&self, act: impl FnOnce(&mut Watcher<'_, CountingSql<'_, SharedSql>, ChainDouble>) -> T) -> T {
        let mut sql = self.scene.sql.clone();
        let mut sql = CountingSql::of(&mut sql);
        let done = act(&mut Watcher::open(&mut sql, self.scene.chain.as_ref(), &self.scene.config).unwrap());
        self.rows.set(self.rows.get() + sql.take_rows());
        done
    }

    fn block(&self, transactions: &[Transaction]) {
        let scene = &self.scene;
        scene.pass(BLOCK_MS);
        scene.chain.mine(scene.now(), transactions);
        while scene.next_due_ms().is_some_and(|due_ms| due_ms <= scene.now()) {
            let clock = Rc::clone(&scene.now_ms);
            self.open(|watcher| block_on(watcher.tick(&scene.stores, &move || clock.get())).unwrap());
        }
    }

    /// Made, watched with one request, paid in one block, told until final. Rows written.
    fn sell(&self) -> i64 {
        let scene = &self.scene;
        let watches: Vec<Watch> = (1..=u64::from(SALES)).map(|number| watch_since(number, scene.now())).collect();
        self.open(|watcher| watcher.watch(&watches, scene.now()).unwrap());
        self.block(&[]);
        let paid: Vec<_> = (1..=u64::from(SALES)).map(|number| scene.pays_token(number, 49)).collect();
        self.block(&paid);
        (0..CONFIRMATIONS).for_each(|_| self.block(&[]));
        for number in 1..=u64::from(SALES) {
            let told = scene.told(number);
            assert_eq!(told.len(), 3, "seen, and two steps to the third confirmation");
            assert!(told[2].payments.iter().all(|paid| !paid.unproven) && scene.standing(number) == [(49, 3)]);
        }
        self.rows.take()
    }
}

/// Watched, joined, paid, told three times; later moved to the slow pace, and forgotten with its payment.
#[test]
fn a_clean_sale_writes_six_rows() {
    let counted = Counted::new(&["http://node-1"]);
    let (sales, sold) = (i64::from(SALES), counted.sell());
    println!("{sold} rows for {sales} sales");
    assert!((6 * sales..=6 * sales + 5 * SHARED).contains(&sold), "{sold} rows for {sales} sales");
    counted.scene.pass(WINDOW_MS);
    (0..2).for_each(|_| counted.block(&[]));
    let slowed = counted.rows.take();
    assert!((sales..=sales + 3 * SHARED).contains(&slowed), "{slowed} rows");
    counted.scene.pass(30 * DAY_MS);
    counted.block(&[]);
    assert_eq!(counted.scene.health().watches, 0);
    let forgotten = counted.rows.take();
    assert!(forgotten >= 2 * sales, "{forgotten} rows");
}

/// An invoice's address is watched on all chains, whichever was quoted.
#[test]
fn a_sale_on_another_chain_writes_two_rows() {
    let counted = Counted::new(&["http://node-1"]);
    let (sales, now_ms) = (i64::from(SALES), counted.scene.now());
    let unquoted = |number: u64| Watch { active_until_ms: now_ms, ..watch_since(number, now_ms) };
    let watches: Vec<Watch> = (1..=u64::from(SALES)).map(unquoted).collect();
    counted.open(|watcher| watcher.watch(&watches, now_ms).unwrap());
    (0..5).for_each(|_| counted.block(&[]));
    let rows = counted.rows.take();
    assert!((2 * sales..=2 * sales + 5 * SHARED).contains(&rows), "{rows} rows for {sales} sales");
}

/// A second node proves each payment, which an index finds until then.
#[test]
fn with_two_nodes_a_clean_sale_writes_eight_rows() {
    let (sales, sold) = (i64::from(SALES), Counted::new(&["http://node-1", "http://node-2"]).sell());
    println!("{sold} rows for {sales} sales");
    assert!((8 * sales..=8 * sales + 5 * SHARED).contains(&sold), "{sold} rows for {sales} sales");
}

/// A store that takes nothing must not have its old invoices looked at with every poll, nor be forgotten.
#[test]
fn what_a_store_never_takes_goes_to_the_slow_pace_all_the_same() {
    let scene = scene();
    scene.watch([1]);
    scene.settle();
    scene.stores.refuses.set(true);
    scene.block(&[scene.pays_token(1, 49)]);
    scene.blocks(3);
    scene.pass(WINDOW_MS);
    scene.blocks(2);
    scene.chain.take_calls();
    scene.blocks(20);
    let calls = scene.chain.take_calls().len();
    assert!(calls <= 8, "{calls} calls for twenty blocks");
    scene.stores.refuses.set(false);
    scene.pass(5 * 60_000);
    scene.settle();
    assert_eq!(scene.standing(1), [(49, 3)]);
    // And once more from there: news of a late address is told as well.
    scene.block(&[scene.pays_token(1, 50)]);
    scene.blocks(60);
    assert_eq!(scene.standing(1).iter().map(|(amount, _)| *amount).collect::<Vec<_>>(), [49, 50]);
}

/// More reports than one request holds: what was taken before the store failed is not lost, and the rest is told later.
#[test]
fn a_store_that_fails_midway_is_told_the_rest() {
    let scene = scene();
    scene.watch(1..=250);
    scene.settle();
    let paid: Vec<_> = (1..=250).map(|number| scene.pays_coin(number, 5)).collect();
    scene.stores.takes.set(Some(2));
    scene.block(&paid);
    assert_eq!((1..=250).filter(|number| !scene.told(*number).is_empty()).count(), 200);
    scene.stores.takes.set(None);
    scene.pass(5_000);
    scene.settle();
    assert!((1..=250).all(|number| scene.standing(number).first().is_some_and(|(amount, _)| *amount == 5)));
    let requests = scene.stores.requests.get();
    scene.pass(60_000);
    scene.settle();
    assert_eq!(scene.stores.requests.get(), requests, "taken is taken");
}
