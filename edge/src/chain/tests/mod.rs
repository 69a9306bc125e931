//! The watcher against a chain in memory, driven as the object drives it: through `watch`, `look`, `health`, and `tick` at
//! the time that `next_due_ms` says.

mod agreement;
mod calls;
mod clock;
mod credit;
mod delivery;
mod faults;
mod growth;
mod lanes;
mod misbehaving;
mod random;
mod reorgs;
mod rows;
mod schema;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use groat_core::asset::ChainId;
use groat_core::evm::Address;
use groat_core::id::{IdKind, StoreId};
use groat_core::time::DAY_MS;
use pollster::block_on;

use super::Watcher;
use super::double::{Act, CHAIN_NUMBER, ChainDouble, SharedSql, StoresDouble, Transaction, USDC};
use super::messages::{ChainHealth, Observation, Watch};
use crate::config::ChainConfig;
use crate::sql::NativeSql;

const START_MS: i64 = 1_795_000_000_000;
const BLOCK_MS: i64 = 2_000;
const WINDOW_MS: i64 = 15 * 60_000;
const CONFIRMATIONS: u32 = 3;

/// One chain, its watcher, its stores, and a clock.
struct Scene {
    chain: Rc<ChainDouble>,
    stores: StoresDouble,
    sql: SharedSql,
    config: ChainConfig,
    now_ms: Rc<Cell<i64>>,
}

fn scene() -> Scene {
    scene_with_nodes(&["http://node-1"])
}

/// A chain with ten blocks of history.
fn scene_with_nodes(urls: &[&str]) -> Scene {
    let scene = Scene {
        chain: Rc::new(ChainDouble::new(START_MS - 10 * BLOCK_MS)),
        stores: StoresDouble::default(),
        sql: SharedSql(Rc::new(RefCell::new(NativeSql::in_memory().unwrap()))),
        config: ChainConfig {
            id: ChainId::Eip155(CHAIN_NUMBER),
            rpc: urls.iter().map(|url| (*url).to_owned()).collect(),
            confirmations: CONFIRMATIONS,
            poll_ms: 2_000,
        },
        now_ms: Rc::new(Cell::new(START_MS)),
    };
    *scene.chain.clock.borrow_mut() = Some(Rc::clone(&scene.now_ms));
    for block in 1..=10 {
        scene.chain.mine(START_MS - (10 - block) * BLOCK_MS, &[]);
    }
    scene
}

fn address(number: u64) -> Address {
    let mut bytes = [0xAB; 20];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    Address::from(bytes)
}

fn store(number: u8) -> StoreId {
    StoreId::from_random([number; 16])
}

/// An invoice made at a time, with the usual window.
fn watch_since(number: u64, since_ms: i64) -> Watch {
    let store = store(1);
    Watch {
        address: address(number),
        invoice_id: IdKind::Invoice.from_random(&store, u128::from(number).to_be_bytes()),
        store: store.digits().to_owned(),
        confirmations: CONFIRMATIONS,
        since_ms,
        active_until_ms: since_ms + WINDOW_MS,
        until_ms: since_ms + WINDOW_MS + 30 * DAY_MS,
    }
}

impl Scene {
    fn now(&self) -> i64 {
        self.now_ms.get()
    }

    fn pass(&self, time_ms: i64) {
        self.now_ms.set(self.now() + time_ms);
    }

    fn open<T>(&self, act: impl FnOnce(&mut Watcher<'_, SharedSql, ChainDouble>) -> T) -> T {
        let mut sql = self.sql.clone();
        act(&mut Watcher::open(&mut sql, self.chain.as_ref(), &self.config).unwrap())
    }

    fn watch(&self, numbers: impl IntoIterator<Item = u64>) {
        let watches: Vec<Watch> = numbers.into_iter().map(|number| watch_since(number, self.now())).collect();
        for some in watches.chunks(super::limits::WATCHES_PER_REQUEST) {
            self.open(|watcher| watcher.watch(some, self.now()).unwrap());
        }
    }

    fn next_due_ms(&self) -> Option<i64> {
        self.open(|watcher| watcher.next_due_ms(self.now()).unwrap())
    }

    fn tick(&self) {
        let clock = Rc::clone(&self.now_ms);
        self.open(|watcher| block_on(watcher.tick(&self.stores, &move || clock.get())).unwrap());
    }

    fn health(&self) -> ChainHealth {
        let clock = Rc::clone(&self.now_ms);
        self.open(|watcher| block_on(watcher.health(&move || clock.get())).unwrap())
    }

    /// Ticks whenever something is due, until nothing is for a moment.
    fn settle(&self) {
        for _ in 0..500 {
            match self.next_due_ms() {
                Some(due_ms) if due_ms <= self.now() => self.tick(),
                _ => return,
            }
        }
        panic!("never comes to rest");
    }

    /// A block and all that the watcher makes of it.
    fn block(&self, transactions: &[Transaction]) {
        self.pass(BLOCK_MS);
        self.chain.mine(self.now(), transactions);
        self.settle();
    }

    fn blocks(&self, count: usize) {
        (0..count).for_each(|_| self.block(&[]));
    }

    /// Lets time pass, block by block, without the watcher.
    fn blocks_unseen(&self, count: usize) {
        for _ in 0..count {
            self.pass(BLOCK_MS);
            self.chain.mine(self.now(), &[]);
        }
    }

    fn pays_token(&self, number: u64, amount: u128) -> Transaction {
        self.chain.transaction(&[Act::Token { token: USDC, to: address(number), amount }])
    }

    fn pays_coin(&self, number: u64, amount: u128) -> Transaction {
        self.chain.transaction(&[Act::Coin { to: address(number), amount }])
    }

    fn fault(&self, url: &str, fault: Option<super::double::Fault>) {
        match fault {
            Some(fault) => self.chain.faults.borrow_mut().insert(url.to_owned(), fault),
            None => self.chain.faults.borrow_mut().remove(url),
        };
    }

    /// What the store was told of an address, in order.
    fn told(&self, number: u64) -> Vec<Observation> {
        let told = self.stores.told.borrow();
        told.iter()
            .map(|(_, observation)| observation)
            .filter(|told| told.address == address(number))
            .cloned()
            .collect()
    }

    /// Amount and depth of each payment in the newest report.
    fn standing(&self, number: u64) -> Vec<(u128, u64)> {
        let told = self.told(number);
        let Some(newest) = told.last() else { return Vec::new() };
        let depth = |height: u64| newest.head + 1 - height;
        newest.payments.iter().map(|payment| (payment.amount.to_base_units(), depth(payment.height))).collect()
    }
}
