//! A chain in memory that answers JSON-RPC as nodes do, with every fault that nodes have (`node.rs`), and a store that takes
//! notes (`around.rs`).
//!
//! For tests and the simulator; the Worker is built without it.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test double: what surprises it is a failed test"
)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use alloy_primitives::{Address, B256, U256, address, hex, keccak256};
use groat_core::asset::{ASSETS, AssetInfo, AssetKind, ChainId};
use groat_core::evm::FACTORY;
use serde_json::{Value, json};

use super::answers::{SWEPT, TRANSFER};
use crate::outbound::{Answer, Http, HttpError, Request};

mod around;
mod node;

pub use around::{SharedSql, StoresDouble};

/// The tokens of Base, the chain of the double.
pub const USDC: Address = address!("833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
pub const DAI: Address = address!("50c5725949A6F0c72E6C4a641F24049A917DB0Cb");
pub const CHAIN_NUMBER: u64 = 8_453;

/// What a transaction does; its hash is its own, wherever a reorg puts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub hash: B256,
    pub acts: Vec<Act>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Token { token: Address, to: Address, amount: u128 },
    Coin { to: Address, amount: u128 },
    Sweep { deposit: Address },
    SweepToken { token: Address, deposit: Address },
}

#[derive(Debug, Clone)]
struct Mined {
    hash: B256,
    parent: B256,
    time_ms: i64,
    logs: Vec<Value>,
    coins: BTreeMap<Address, u128>,
    tokens: BTreeMap<(Address, Address), u128>,
}

/// How a node misbehaves.
#[derive(Debug, Clone)]
pub enum Fault {
    Timeout,
    /// Answers each request only after so many milliseconds of the scene's clock.
    Slow(u32),
    Status(u16),
    /// 429 with the seconds after which one may come back.
    RateLimited(u32),
    /// Refuses arrays: with this status, or where it is 200, with one error object.
    NoBatches(u16),
    /// Follows another chain with the same or another number: moved there, or making it up.
    Serves(Rc<ChainDouble>),
    /// Leaves out transfers where logs are asked for; what the contracts say of balances is true.
    OmitsLogs,
    /// Shows a token payment that never was, wherever its block's logs or later balances are asked for.
    ForgesToken {
        to: Address,
        amount: u128,
        height: u64,
    },
    /// Shows coins that never came, from a block on.
    ForgesCoin {
        to: Address,
        amount: u128,
        height: u64,
    },
    /// Says that coins left that never came.
    ForgesSweep {
        deposit: Address,
        amount: u128,
        height: u64,
    },
    /// Names this height for its head.
    HeadAt(&'static str),
    /// Dates all blocks so many seconds further.
    Dates(i64),
    /// Shows every amount and balance as the largest there can be.
    HugeAmounts,
    Text(&'static str),
    OtherChain,
    /// Shows a chain that many blocks shorter, and answers a range beyond it with what it has.
    Lags(usize),
    /// The same, but only where logs are asked for: a pool of nodes of which one is behind.
    LogsLag(usize),
    /// Takes no more blocks than this in a log call.
    MaxRange(u64),
    /// Refuses balances older than this many blocks.
    NoOldState(u64),
    /// Leaves out the last answer of a batch, or answers with other ids.
    DropsAnswer,
    WrongIds,
    /// Adds to every list of logs one that names this address.
    ForgesLog(Address),
    /// Puts logs into a block that is not canonical.
    MovesLogs,
    /// Refuses a method.
    Refuses(&'static str),
}

type Hook = Box<dyn FnOnce()>;

pub struct ChainDouble {
    blocks: RefCell<Vec<Mined>>,
    salt: Cell<u64>,
    transactions: Cell<u64>,
    pub faults: RefCell<BTreeMap<String, Fault>>,
    pub calls: RefCell<Vec<String>>,
    pub decimals: RefCell<BTreeMap<Address, u8>>,
    pub number: Cell<u64>,
    /// The scene's clock, for answers that take time.
    pub clock: RefCell<Option<Rc<Cell<i64>>>>,
    /// Requests, each of which may hold many calls, and bytes of the largest.
    pub requests: Cell<u64>,
    pub largest: Cell<usize>,
    /// Runs while the next request with this method is in flight.
    pub meanwhile: RefCell<Option<(&'static str, Hook)>>,
}

impl std::fmt::Debug for ChainDouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "a chain of {} blocks", self.head() + 1)
    }
}

impl ChainDouble {
    /// A chain of one block.
    pub fn new(time_ms: i64) -> Self {
        let chain = Self {
            blocks: RefCell::default(),
            salt: Cell::new(0),
            transactions: Cell::new(0),
            faults: RefCell::default(),
            calls: RefCell::default(),
            decimals: RefCell::new(
                [(USDC, 6), (address!("fde4C96c8593536E31F229EA8f37b2ADa2699bb2"), 6), (DAI, 18)].into(),
            ),
            number: Cell::new(CHAIN_NUMBER),
            clock: RefCell::default(),
            requests: Cell::new(0),
            largest: Cell::new(0),
            meanwhile: RefCell::default(),
        };
        chain.mine(time_ms, &[]);
        chain
    }

    /// The same for any chain of the registry, with its tokens.
    pub fn of_chain(chain: ChainId, time_ms: i64) -> Self {
        let double = Self::new(time_ms);
        double.number.set(chain.evm_number());
        let token = |asset: &AssetInfo| match asset.id.kind {
            AssetKind::Erc20(contract) if asset.id.chain == chain => Some((contract, asset.decimals)),
            _ => None,
        };
        *double.decimals.borrow_mut() = ASSETS.iter().filter_map(token).collect();
        double
    }

    /// What a node shows that goes its own way from here: a fork, if it mines with another salt, or a lie.
    #[must_use]
    pub fn copy(&self, salt: u64) -> Self {
        Self {
            blocks: self.blocks.clone(),
            salt: Cell::new(salt),
            transactions: self.transactions.clone(),
            faults: RefCell::default(),
            calls: RefCell::default(),
            decimals: self.decimals.clone(),
            number: self.number.clone(),
            clock: RefCell::default(),
            requests: Cell::new(0),
            largest: Cell::new(0),
            meanwhile: RefCell::default(),
        }
    }

    /// The salt of the blocks to come; an honest copy takes it over at each reorg.
    pub fn salt(&self) -> u64 {
        self.salt.get()
    }

    /// Puts a transfer that never happened into the newest block, whose hash stays.
    pub fn forge(&self, token: Address, to: Address, amount: u128, transaction: B256) {
        let number = self.head();
        let mut blocks = self.blocks.borrow_mut();
        let block = blocks.last_mut().unwrap();
        let index = block.logs.len();
        block.logs.push(json!({
            "address": token, "topics": [TRANSFER, Address::repeat_byte(9).into_word(), to.into_word()],
            "data": B256::from(U256::from(amount)), "blockNumber": format!("{number:#x}"), "blockHash": block.hash,
            "transactionHash": transaction, "logIndex": format!("{index:#x}"), "removed": false,
        }));
    }

    /// Leaves out the logs of a transaction, wherever it stands.
    pub fn omit(&self, transaction: B256) {
        for block in self.blocks.borrow_mut().iter_mut() {
            block.logs.retain(|log| log["transactionHash"] != json!(transaction));
        }
    }

    pub fn transaction(&self, acts: &[Act]) -> Transaction {
        self.transactions.set(self.transactions.get() + 1);
        Transaction { hash: keccak256(self.transactions.get().to_be_bytes()), acts: acts.to_vec() }
    }

    pub fn head(&self) -> u64 {
        self.blocks.borrow().len() as u64 - 1
    }

    pub fn time_ms(&self, height: u64) -> i64 {
        self.blocks.borrow()[usize::try_from(height).unwrap()].time_ms
    }

    pub fn mine(&self, time_ms: i64, transactions: &[Transaction]) {
        let mut blocks = self.blocks.borrow_mut();
        let parent = blocks.last().map_or(B256::ZERO, |block| block.hash);
        let mut coins = blocks.last().map(|block| block.coins.clone()).unwrap_or_default();
        let mut tokens = blocks.last().map(|block| block.tokens.clone()).unwrap_or_default();
        let (number, salt) = (blocks.len() as u64, self.salt.get());
        let hash =
            keccak256([parent.as_slice(), &number.to_be_bytes(), &time_ms.to_be_bytes(), &salt.to_be_bytes()].concat());
        let mut logs: Vec<Value> = Vec::new();
        for transaction in transactions {
            for act in &transaction.acts {
                let index = logs.len();
                let mut log = |contract: Address, topics: [B256; 3], amount: u128| {
                    logs.push(json!({
                        "address": contract, "topics": topics, "data": B256::from(U256::from(amount)),
                        "blockNumber": format!("{number:#x}"), "blockHash": hash, "transactionHash": transaction.hash,
                        "logIndex": format!("{index:#x}"), "removed": false,
                    }));
                };
                match act {
                    Act::Token { token, to, amount } => {
                        log(*token, [TRANSFER, Address::repeat_byte(9).into_word(), to.into_word()], *amount);
                        let held = tokens.entry((*token, *to)).or_default();
                        *held = held.saturating_add(*amount);
                    }
                    Act::Coin { to, amount } => *coins.entry(*to).or_default() += amount,
                    Act::Sweep { deposit } => {
                        let amount = coins.remove(deposit).unwrap_or_default();
                        log(FACTORY, [SWEPT, B256::ZERO, deposit.into_word()], amount);
                    }
                    Act::SweepToken { token, deposit } => {
                        let amount = tokens.remove(&(*token, *deposit)).unwrap_or_default();
                        log(FACTORY, [SWEPT, token.into_word(), deposit.into_word()], amount);
                    }
                }
            }
        }
        blocks.push(Mined { hash, parent, time_ms, logs, coins, tokens });
    }

    /// Takes blocks back; what is mined next differs from what was there.
    pub fn take_back(&self, depth: usize) {
        let mut blocks = self.blocks.borrow_mut();
        let left = blocks.len().saturating_sub(depth).max(1);
        blocks.truncate(left);
        self.salt.set(self.salt.get() + 1);
    }

    /// JSON-RPC calls since this was last asked.
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.borrow_mut())
    }
}
