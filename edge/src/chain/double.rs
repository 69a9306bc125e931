//! A chain in memory that answers JSON-RPC as nodes do, with every fault that nodes have, and a store that takes notes.
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
use super::deliver::{NotTaken, Stores};
use super::messages::{Observation, ObserveRequest};
use crate::outbound::{Answer, Http, HttpError, Request};
use crate::sql::{NativeSql, Row, Sql, SqlError, Value as SqlValue};

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

    fn answered_by(&self, request: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        match fault {
            Some(Fault::Serves(other)) => other.answer(request, None),
            fault => self.answer(request, fault),
        }
    }

    fn answer(&self, request: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        let method = request["method"].as_str().unwrap();
        let parameters = &request["params"];
        let blocks = self.blocks.borrow();
        let lag = match fault {
            Some(Fault::Lags(lag)) => *lag,
            Some(Fault::LogsLag(lag)) if method == "eth_getLogs" => *lag,
            _ => 0,
        };
        let blocks = &blocks[..blocks.len().saturating_sub(lag).max(1)];
        match (method, fault) {
            (method, Some(Fault::Refuses(refused))) if method == *refused => Err("method is not for you".to_owned()),
            ("eth_chainId", Some(Fault::OtherChain)) => Ok(json!("0x1")),
            ("eth_chainId", _) => Ok(json!(format!("{:#x}", self.number.get()))),
            ("eth_getBlockByNumber", fault) => Ok(match find(blocks, &parameters[0]) {
                None => Value::Null,
                Some(height) => {
                    let ahead_s = if let Some(Fault::Dates(ahead_s)) = fault { *ahead_s } else { 0 };
                    let number = match fault {
                        Some(Fault::HeadAt(number)) if parameters[0] == "latest" => (*number).to_owned(),
                        _ => format!("{height:#x}"),
                    };
                    json!({
                        "number": number, "hash": blocks[height].hash, "parentHash": blocks[height].parent,
                        "timestamp": format!("{:#x}", blocks[height].time_ms / 1_000 + ahead_s),
                    })
                }
            }),
            ("eth_getLogs", fault) => logs(blocks, &parameters[0], fault),
            ("eth_call", fault) => self.call(blocks, parameters, fault),
            _ => Err(format!("the method {method} does not exist")),
        }
    }

    fn call(&self, blocks: &[Mined], parameters: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        let height = find(blocks, &parameters[1]).ok_or("header not found")?;
        let data = hex::decode(parameters[0]["data"].as_str().unwrap()).unwrap();
        if let Some(token) = parameters[0]["to"].as_str() {
            assert_eq!(data, hex!("313ce567"));
            let decimals = self.decimals.borrow().get(&token.parse::<Address>().unwrap()).copied();
            return Ok(decimals.map_or(json!("0x"), |decimals| json!(B256::from(U256::from(decimals)))));
        }
        if matches!(fault, Some(Fault::NoOldState(kept)) if (height as u64) + kept < blocks.len() as u64) {
            return Err("missing trie node".to_owned());
        }
        let reader = hex::decode(groat_core::evm::BALANCE_READER_CREATION_CODE.trim()).unwrap();
        let packed = data.strip_prefix(reader.as_slice()).expect("the reader's code stands first");
        assert_eq!(packed.len() % 20, 0);
        let token = Address::from_slice(&packed[..20]);
        let mut out = vec![0];
        for account in packed[20..].chunks(20).map(Address::from_slice) {
            let known = if token.is_zero() {
                blocks[height].coins.get(&account)
            } else {
                blocks[height].tokens.get(&(token, account))
            };
            let forged = match fault {
                Some(Fault::ForgesCoin { to, amount, height: from }) if token.is_zero() => {
                    (*to == account && height as u64 >= *from).then_some(*amount)
                }
                Some(Fault::ForgesToken { to, amount, height: from }) if token == USDC => {
                    (*to == account && height as u64 >= *from).then_some(*amount)
                }
                Some(Fault::HugeAmounts) => Some(u128::MAX),
                _ => None,
            };
            let balance = known.copied().unwrap_or_default().saturating_add(forged.unwrap_or_default());
            out.extend_from_slice(&balance.to_be_bytes());
        }
        assert!(out.len() <= 24_576, "code size limit");
        Ok(json!(format!("0x{}", hex::encode(out))))
    }
}

fn find(blocks: &[Mined], which: &Value) -> Option<usize> {
    match which {
        Value::String(tag) if tag == "latest" => Some(blocks.len() - 1),
        Value::String(height) => {
            let height = usize::from_str_radix(height.strip_prefix("0x").unwrap(), 16).unwrap();
            (height < blocks.len()).then_some(height)
        }
        by_hash => {
            let hash: B256 = serde_json::from_value(by_hash["blockHash"].clone()).unwrap();
            blocks.iter().position(|block| block.hash == hash)
        }
    }
}

fn logs(blocks: &[Mined], filter: &Value, fault: Option<&Fault>) -> Result<Value, String> {
    let (from, to) = if filter["blockHash"].is_null() {
        let bound =
            |name: &str| usize::from_str_radix(filter[name].as_str().unwrap().strip_prefix("0x").unwrap(), 16).unwrap();
        (bound("fromBlock"), bound("toBlock"))
    } else {
        let height = find(blocks, filter).ok_or("unknown block")?;
        (height, height)
    };
    assert!(from <= to, "a range that ends before it begins");
    if matches!(fault, Some(Fault::MaxRange(most)) if (to - from) as u64 >= *most) {
        return Err("range too large".to_owned());
    }
    let within = |list: &Value, entry: &Value| list.as_array().unwrap().contains(entry);
    assert!(filter["topics"][2].as_array().unwrap().len() <= 1_000, "too many topics");
    let is_asked = |log: &&Value| {
        within(&filter["address"], &log["address"])
            && within(&filter["topics"][0], &log["topics"][0])
            && within(&filter["topics"][2], &log["topics"][2])
    };
    // A node that is behind answers with what it has.
    let made_up = |contract: Address, topics: [B256; 3], amount: u128, height: u64| {
        let at = usize::try_from(height).unwrap();
        let log = (from..=to).contains(&at).then(|| blocks.get(at)).flatten().map(|block| {
            json!({
                "address": contract, "topics": topics, "data": B256::from(U256::from(amount)),
                "blockNumber": format!("{height:#x}"), "blockHash": block.hash,
                "transactionHash": keccak256(amount.to_be_bytes()), "logIndex": "0xfe",
            })
        });
        log.filter(|log| is_asked(&log))
    };
    let made_up = match fault {
        Some(Fault::ForgesToken { to, amount, height }) => {
            made_up(USDC, [TRANSFER, B256::ZERO, to.into_word()], *amount, *height)
        }
        Some(Fault::ForgesSweep { deposit, amount, height }) => {
            made_up(FACTORY, [SWEPT, B256::ZERO, deposit.into_word()], *amount, *height)
        }
        _ => None,
    };
    let blocks = &blocks[from.min(blocks.len())..(to + 1).min(blocks.len())];
    let mut found: Vec<Value> = blocks.iter().flat_map(|block| &block.logs).filter(is_asked).cloned().collect();
    match fault {
        Some(Fault::ForgesLog(address)) => found.push(json!({
            "address": USDC, "topics": [TRANSFER, B256::ZERO, address.into_word()], "data": B256::from(U256::from(1)),
            "blockNumber": format!("{to:#x}"), "blockHash": blocks.last().unwrap().hash,
            "transactionHash": B256::ZERO, "logIndex": "0xff",
        })),
        Some(Fault::OmitsLogs) => found.retain(|log| log["topics"][0] != json!(TRANSFER)),
        Some(Fault::HugeAmounts) => found.iter_mut().for_each(|log| log["data"] = json!(B256::repeat_byte(0xFF))),
        Some(Fault::MovesLogs) => found.iter_mut().for_each(|log| log["blockHash"] = json!(B256::repeat_byte(7))),
        _ => {}
    }
    found.extend(made_up);
    Ok(Value::Array(found))
}

impl Http for ChainDouble {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
        let calls = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        let methods: Vec<String> = calls.iter().map(|call| call["method"].as_str().unwrap().to_owned()).collect();
        self.calls.borrow_mut().extend(methods.iter().cloned());
        let hook = self.meanwhile.borrow_mut().take_if(|(method, _)| methods.iter().any(|called| called == method));
        if let Some((_, hook)) = hook {
            hook();
        }
        self.requests.set(self.requests.get() + 1);
        self.largest.set(self.largest.get().max(request.body.as_ref().map_or(0, String::len)));
        let fault = self.faults.borrow().get(&request.url).cloned();
        let takes = |time_ms: u32| {
            if let Some(clock) = &*self.clock.borrow() {
                clock.set(clock.get() + i64::from(time_ms.min(request.timeout_ms)));
            }
        };
        match &fault {
            Some(Fault::Timeout) => {
                takes(u32::MAX);
                return Err(HttpError::Timeout(request.timeout_ms));
            }
            Some(Fault::Slow(time_ms)) => {
                takes(*time_ms);
                if *time_ms > request.timeout_ms {
                    return Err(HttpError::Timeout(request.timeout_ms));
                }
            }
            Some(Fault::Status(status)) => {
                return Ok(Answer { status: *status, retry_after_s: None, body: String::new() });
            }
            Some(Fault::RateLimited(seconds)) => {
                return Ok(Answer { status: 429, retry_after_s: Some(*seconds), body: String::new() });
            }
            Some(Fault::NoBatches(200)) if body.is_array() => {
                let refusal = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"#;
                return Ok(answer(refusal.to_owned()));
            }
            Some(Fault::NoBatches(status)) if body.is_array() => {
                return Ok(Answer { status: *status, retry_after_s: None, body: String::new() });
            }
            Some(Fault::Text(text)) => return Ok(answer((*text).to_owned())),
            _ => {}
        }
        let mut answers: Vec<Value> = calls
            .iter()
            .map(|call| match self.answered_by(call, fault.as_ref()) {
                Ok(result) => json!({"jsonrpc": "2.0", "id": call["id"], "result": result}),
                Err(message) => {
                    json!({"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": message}})
                }
            })
            .collect();
        match fault {
            Some(Fault::DropsAnswer) if answers.len() > 1 => drop(answers.pop()),
            Some(Fault::WrongIds) => answers.iter_mut().for_each(|answer| answer["id"] = json!(77)),
            _ => {}
        }
        // Nodes may answer a batch in any order.
        answers.reverse();
        Ok(answer(if body.is_array() { Value::Array(answers) } else { answers.pop().unwrap_or_default() }.to_string()))
    }
}

fn answer(body: String) -> Answer {
    Answer { status: 200, retry_after_s: None, body }
}

/// Stores that note what they are told.
#[derive(Default)]
pub struct StoresDouble {
    pub told: RefCell<Vec<(String, Observation)>>,
    pub refuses: Cell<bool>,
    /// Refuses after so many more.
    pub takes: Cell<Option<u32>>,
    pub requests: Cell<usize>,
}

impl Stores for StoresDouble {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        self.requests.set(self.requests.get() + 1);
        let left = self.takes.get();
        self.takes.set(left.map(|left| left.saturating_sub(1)));
        if self.refuses.get() || left == Some(0) {
            return Err(NotTaken("refused".to_owned()));
        }
        let told = request.observations.iter().map(|observation| (store.to_owned(), observation.clone()));
        self.told.borrow_mut().extend(told);
        Ok(())
    }
}

/// Storage that several handlers of one object share, as they do on the runtime.
#[derive(Clone)]
pub struct SharedSql(pub Rc<RefCell<NativeSql>>);

impl Sql for SharedSql {
    fn run(&mut self, statement: &str, values: &[SqlValue]) -> Result<Vec<Row>, SqlError> {
        self.0.borrow_mut().run(statement, values)
    }
}
