//! An alarm that sends: beside a slow endpoint the others go on, and a fault in one duty stops no other.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;

use groat_core::money::Currency;

use super::turn::{Fault, HandOver, Home, Memory, alarm, serve};
use super::*;
use crate::outbound::{Http, Request};
use crate::sql::{Row, SqlError, Value};

/// A database that is opened again for each step.
#[derive(Clone)]
struct Shared(Rc<RefCell<NativeSql>>);

impl Sql for Shared {
    fn run(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, SqlError> {
        self.0.borrow_mut().run(statement, values)
    }
}

/// Answers `/quick` at once, and `/slow` only after everything else has gone out.
#[derive(Default)]
struct Network {
    told: RefCell<Vec<String>>,
    slow_until: Cell<usize>,
}

impl Http for Network {
    async fn send(&self, request: Request) -> Outcome {
        self.told.borrow_mut().push(request.url.clone());
        if request.url.ends_with("/slow") {
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                if self.told.borrow().len() >= self.slow_until.get() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        answer(200)
    }
}

struct House {
    sql: Shared,
    platform: Platform,
    network: Network,
    memory: Memory,
    now_ms: i64,
    entropy: RefCell<Counter>,
    armed_ms: Cell<Option<i64>>,
    log: RefCell<Vec<String>>,
    /// Watches that were handed over beside the requests, with what is held until the answer is there.
    handed: RefCell<Vec<(usize, Option<HandOver>)>>,
}

impl House {
    fn of(shop: Shop, slow_until: usize) -> Self {
        let network = Network { told: RefCell::default(), slow_until: Cell::new(slow_until) };
        Self {
            sql: Shared(Rc::new(RefCell::new(shop.sql))),
            platform: shop.platform,
            network,
            memory: Memory::default(),
            now_ms: shop.now_ms,
            entropy: RefCell::new(Counter(1_000)),
            armed_ms: Cell::new(None),
            log: RefCell::default(),
            handed: RefCell::default(),
        }
    }

    fn told(&self, path: &str) -> usize {
        self.network.told.borrow().iter().filter(|url| url.ends_with(path)).count()
    }
}

impl Home for House {
    type Sql = Shared;

    fn memory(&self) -> &Memory {
        &self.memory
    }

    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn sql(&self) -> Shared {
        self.sql.clone()
    }

    fn step<T>(&self, act: impl FnOnce(&mut Store<'_, Shared>) -> T) -> Result<T, Fault> {
        let (mut sql, mut entropy) = (self.sql(), self.entropy.borrow_mut());
        Ok(act(&mut Store::new(&mut sql, &self.platform, &mut *entropy, self.now_ms())))
    }

    fn http(&self) -> &impl Http {
        &self.network
    }

    async fn rates(&self, _: Currency) -> Result<QuoteRates, Fault> {
        Err(Fault("nobody should ask".to_owned()))
    }

    async fn hand_over(&self, _: &OutgoingWatches) -> bool {
        true
    }

    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault> {
        self.armed_ms.set(Some(self.now_ms() + wait_ms));
        Ok(())
    }

    fn hand_over_detached(&self, due: Vec<OutgoingWatches>, turn: HandOver) {
        self.handed.borrow_mut().push((due[0].watches.len(), Some(turn)));
    }

    fn log(&self, text: &str) {
        self.log.borrow_mut().push(text.to_owned());
    }
}

fn two_endpoints_and_ten_events() -> Shop {
    let mut shop = Shop::open();
    shop.webhook("http://127.0.0.1:9/slow");
    shop.webhook("http://127.0.0.1:9/quick");
    for _ in 0..10 {
        shop.invoice();
    }
    shop
}

/// The slow endpoint answers its first only once the quick one has been told all ten: were the alarm to wait for it, it
/// would wait for ever.
#[test]
fn goes_on_beside_a_slow_endpoint() {
    let house = House::of(two_endpoints_and_ten_events(), 12);
    pollster::block_on(alarm(&house)).unwrap();
    assert_eq!((house.told("/quick"), house.told("/slow")), (10, 10));
    assert_eq!(house.log.borrow().as_slice(), [""; 0]);
    let rows = house.sql().run("SELECT COUNT(*) FROM deliveries WHERE status = 'delivered'", &[]).unwrap();
    assert_eq!(rows[0].integer(0).unwrap(), 20);
}

#[test]
fn a_fault_in_one_duty_stops_no_other() {
    let mut shop = two_endpoints_and_ten_events();
    shop.sql.run("UPDATE invoices SET body = '{' WHERE sequence = 1", &[]).unwrap();
    shop.now_ms += 15 * MINUTE;
    let house = House::of(shop, 0);
    pollster::block_on(alarm(&house)).unwrap();
    let expired = house.sql().run("SELECT COUNT(*) FROM invoices WHERE status = 'expired'", &[]).unwrap();
    assert_eq!(expired[0].integer(0).unwrap(), 9, "the other windows closed");
    assert_eq!((house.told("/quick"), house.told("/slow")), (19, 19), "all were sent, the expiries' too");
    let again_ms = Some(house.now_ms + 5_000);
    assert_eq!((house.log.borrow().len(), house.armed_ms.get()), (1, again_ms), "logged, and tried again");
}

/// While an answer of the chain's watcher is on its way, nothing is sent again with each request.
#[test]
fn one_hand_over_at_a_time_takes_along_what_is_made_meanwhile() {
    let mut shop = Shop::open();
    for _ in 0..3 {
        shop.invoice();
    }
    let house = House::of(shop, 0);
    let ask = || {
        let command = Command::GetStore;
        let request = StoreRequest { request_id: "req".into(), key: None, client: None, idempotency: None, command };
        pollster::block_on(serve(&house, request)).unwrap();
    };
    ask();
    ask();
    assert_eq!(house.handed.borrow().len(), 1);
    house.handed.borrow_mut()[0].1 = None;
    ask();
    let counts: Vec<usize> = house.handed.borrow().iter().map(|(count, _)| *count).collect();
    assert_eq!(counts, [3, 3]);
}
