//! One chain of the world: its canonical blocks, as they truly are, and the nodes that show them, or something else.
//!
//! The truth is kept here in plain lists, apart from the JSON-RPC that the watcher is shown.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use alloy_primitives::{Address, B256};
use groat_core::asset::{ASSETS, AssetId, AssetKind, ChainId};
use groat_edge::chain::double::{Act, ChainDouble, Fault, Transaction};
use groat_edge::config::ChainConfig;

use crate::plan::{ChainPlan, NodeFault, Returned};

/// Blocks before the story begins: room for the deepest reorg.
const HISTORY_BLOCKS: u32 = 70;

/// A transaction, and all the blocks that ever held it.
#[derive(Debug)]
pub struct Transfer {
    /// What it does, as nodes show it.
    pub transaction: Transaction,
    /// Not mined before.
    pub not_before_ms: Cell<i64>,
    /// Times of all blocks that held it, on any branch, in whole seconds as chains have them.
    pub seen_ms: RefCell<Vec<i64>>,
    /// Confirmations it had at most, on the canonical chain.
    pub deepest: Cell<u64>,
}

/// A block.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its time.
    pub time_ms: i64,
    /// What it holds.
    pub transfers: Vec<Rc<Transfer>>,
}

/// A node.
pub struct Node {
    /// What is wrong with it.
    pub fault: Cell<Option<NodeFault>>,
    /// What it shows, where that is not the canonical chain.
    pub copy: RefCell<Option<ChainDouble>>,
    /// What it keeps leaving out.
    pub omitted: Cell<Option<B256>>,
}

/// A chain.
pub struct SimChain {
    /// Its id.
    pub id: ChainId,
    /// What its watcher is told.
    pub config: ChainConfig,
    /// Time between blocks.
    pub block_ms: i64,
    /// The canonical chain as honest nodes show it.
    pub double: ChainDouble,
    /// The canonical chain.
    pub blocks: RefCell<Vec<Block>>,
    /// What waits to be mined.
    pub pool: RefCell<Vec<Rc<Transfer>>>,
    /// Every transaction that was ever sent.
    all: RefCell<Vec<Rc<Transfer>>>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// No blocks before.
    pub stalled_until_ms: Cell<i64>,
    /// A node has ever shown a payment that never was.
    pub has_lied: Cell<bool>,
    /// Blocks were ever taken back: a look at coins may then fall between two branches, and take a later block's time.
    pub has_reorged: Cell<bool>,
    /// A node has ever forgotten old states: then a coin's time is a guess.
    pub lost_old_states: Cell<bool>,
    /// Assets of the registry.
    pub assets: Vec<AssetId>,
    salts: Cell<u64>,
}

impl SimChain {
    /// A chain with a history that ends at `now_ms`.
    pub fn new(index: usize, plan: &ChainPlan, now_ms: i64) -> Self {
        let id = ChainId::Eip155(plan.number);
        let first_ms = now_ms - i64::from(HISTORY_BLOCKS) * plan.block_ms;
        let double = ChainDouble::of_chain(id, first_ms);
        let rpc = (0..plan.nodes).map(|node| format!("https://node{node}.chain{index}.example")).collect();
        let chain = Self {
            id,
            config: ChainConfig { id, rpc, confirmations: plan.confirmations, poll_ms: plan.poll_ms },
            block_ms: plan.block_ms,
            double,
            blocks: RefCell::new(vec![Block { time_ms: first_ms, transfers: Vec::new() }]),
            pool: RefCell::default(),
            all: RefCell::default(),
            nodes: (0..plan.nodes)
                .map(|_| Node { fault: Cell::new(None), copy: RefCell::new(None), omitted: Cell::new(None) })
                .collect(),
            stalled_until_ms: Cell::new(0),
            has_lied: Cell::new(false),
            has_reorged: Cell::new(false),
            lost_old_states: Cell::new(false),
            assets: ASSETS.iter().map(|asset| asset.id).filter(|asset| asset.chain == id).collect(),
            salts: Cell::new(1_000),
        };
        for _ in 1..=HISTORY_BLOCKS {
            let last_ms = chain.blocks.borrow().last().map_or(first_ms, |block| block.time_ms);
            chain.append(last_ms + plan.block_ms, Vec::new());
        }
        chain
    }

    /// Height of the head.
    pub fn head(&self) -> u64 {
        self.blocks.borrow().len() as u64 - 1
    }

    /// A transaction for the pool.
    pub fn submit(&self, acts: &[Act], not_before_ms: i64) -> Rc<Transfer> {
        let transfer = Rc::new(Transfer {
            transaction: self.double.transaction(acts),
            not_before_ms: Cell::new(not_before_ms),
            seen_ms: RefCell::default(),
            deepest: Cell::new(0),
        });
        self.pool.borrow_mut().push(Rc::clone(&transfer));
        self.all.borrow_mut().push(Rc::clone(&transfer));
        transfer
    }

    /// Mines what waits.
    pub fn mine(&self, now_ms: i64) {
        let ready = |transfer: &Rc<Transfer>| transfer.not_before_ms.get() <= now_ms;
        let (mined, left): (Vec<_>, Vec<_>) = std::mem::take(&mut *self.pool.borrow_mut()).into_iter().partition(ready);
        *self.pool.borrow_mut() = left;
        self.append(now_ms, mined);
    }

    fn append(&self, time_ms: i64, transfers: Vec<Rc<Transfer>>) {
        let transactions: Vec<Transaction> = transfers.iter().map(|transfer| transfer.transaction.clone()).collect();
        self.double.mine(time_ms, &transactions);
        for node in &self.nodes {
            let copy = node.copy.borrow();
            let Some(copy) = copy.as_ref() else { continue };
            // A node on a branch of its own has blocks of its own, with the same transactions in them.
            copy.mine(time_ms, &transactions);
            if let Some(omitted) = node.omitted.get() {
                copy.omit(omitted);
            }
        }
        for transfer in &transfers {
            transfer.seen_ms.borrow_mut().push(time_ms.div_euclid(1_000) * 1_000);
        }
        let mut blocks = self.blocks.borrow_mut();
        blocks.push(Block { time_ms, transfers });
        // Deeper than any confirmations that are asked for.
        for (depth, block) in (1..=u64::from(HISTORY_BLOCKS)).zip(blocks.iter().rev()) {
            for transfer in &block.transfers {
                transfer.deepest.set(transfer.deepest.get().max(depth));
            }
        }
    }

    /// Takes blocks back, and mines another branch in their place if it is longer at once.
    pub fn reorg(&self, depth: usize, returned: Returned, is_longer: bool, now_ms: i64) {
        let mut removed = {
            let mut blocks = self.blocks.borrow_mut();
            let depth = depth.min(blocks.len() - 2);
            let from = blocks.len() - depth;
            blocks.split_off(from)
        };
        self.has_reorged.set(true);
        self.double.take_back(removed.len());
        for node in &self.nodes {
            // Liars follow; a node on a branch of its own stays there.
            if let Some(copy) = node.copy.borrow().as_ref()
                && node.fault.get() != Some(NodeFault::Forks)
            {
                copy.take_back(removed.len());
            }
        }
        let times: Vec<i64> = removed.iter().map(|block| block.time_ms).collect();
        let transfers = removed.drain(..).flat_map(|block| block.transfers);
        for (index, transfer) in transfers.enumerate() {
            match returned {
                Returned::All => {}
                Returned::Later => transfer.not_before_ms.set(now_ms + [10_000, 17_000, 24_000, 45_000][index % 4]),
                Returned::Half if index % 2 == 0 => {}
                Returned::Half | Returned::None => continue,
            }
            self.pool.borrow_mut().push(transfer);
        }
        if is_longer {
            // Blocks that are dated as the old ones were, and one more.
            for time_ms in times {
                self.mine_dated(time_ms, now_ms);
            }
            self.mine(now_ms);
        }
    }

    fn mine_dated(&self, time_ms: i64, now_ms: i64) {
        // A transaction can't stand in a block that is older than itself.
        let ready = |transfer: &Rc<Transfer>| transfer.not_before_ms.get() <= time_ms.min(now_ms);
        let (mined, left): (Vec<_>, Vec<_>) = std::mem::take(&mut *self.pool.borrow_mut()).into_iter().partition(ready);
        *self.pool.borrow_mut() = left;
        self.append(time_ms, mined);
    }

    /// Lets a node fail. `target` is an address and an amount of this chain's first token that it may lie about.
    pub fn break_node(&self, node: usize, fault: NodeFault, target: Option<(Address, u128)>) -> bool {
        let is_lie = matches!(fault, NodeFault::Forges | NodeFault::Omits | NodeFault::Forks);
        // One of several may lie at a time.
        let liars = self.nodes.iter().filter(|node| node.copy.borrow().is_some()).count();
        if node >= self.nodes.len() || (is_lie && (self.nodes.len() < 2 || liars > 0)) {
            return false;
        }
        self.mend_node(node);
        let broken = &self.nodes[node];
        match fault {
            NodeFault::Forks => {
                self.salts.set(self.salts.get() + 1);
                *broken.copy.borrow_mut() = Some(self.double.copy(self.salts.get()));
            }
            NodeFault::Forges => {
                let Some((address, amount)) = target else { return false };
                let copy = self.double.copy(self.double.salt());
                let hash = B256::repeat_byte(0xF0);
                self.has_lied.set(true);
                copy.forge(self.token(), address, amount, hash);
                *broken.copy.borrow_mut() = Some(copy);
            }
            NodeFault::Omits => {
                let blocks = self.blocks.borrow();
                let newest = blocks.iter().rev().find_map(|block| block.transfers.last());
                let waiting = self.pool.borrow().first().map(|transfer| transfer.transaction.hash);
                let Some(hash) = waiting.or(newest.map(|transfer| transfer.transaction.hash)) else { return false };
                let copy = self.double.copy(self.double.salt());
                copy.omit(hash);
                broken.omitted.set(Some(hash));
                *broken.copy.borrow_mut() = Some(copy);
            }
            NodeFault::NoOldState(_) => self.lost_old_states.set(true),
            _ => {}
        }
        broken.fault.set(Some(fault));
        let fault = match fault {
            NodeFault::Timeout => Some(Fault::Timeout),
            NodeFault::Status(status) => Some(Fault::Status(status)),
            NodeFault::Garbage => Some(Fault::Text("<html>502 Bad Gateway</html>")),
            NodeFault::OtherChain => Some(Fault::OtherChain),
            NodeFault::Lags(blocks) => Some(Fault::Lags(blocks)),
            NodeFault::LogsLag(blocks) => Some(Fault::LogsLag(blocks)),
            NodeFault::MaxRange(blocks) => Some(Fault::MaxRange(blocks)),
            NodeFault::NoOldState(blocks) => Some(Fault::NoOldState(blocks)),
            NodeFault::DropsAnswer => Some(Fault::DropsAnswer),
            NodeFault::WrongIds => Some(Fault::WrongIds),
            NodeFault::MovesLogs => Some(Fault::MovesLogs),
            NodeFault::Forges | NodeFault::Omits | NodeFault::Forks => None,
        };
        if let Some(fault) = fault {
            self.double.faults.borrow_mut().insert(self.config.rpc[node].clone(), fault);
        }
        true
    }

    /// Makes a node honest again.
    pub fn mend_node(&self, node: usize) {
        if let Some(broken) = self.nodes.get(node) {
            broken.fault.set(None);
            broken.omitted.set(None);
            *broken.copy.borrow_mut() = None;
            self.double.faults.borrow_mut().remove(&self.config.rpc[node]);
        }
    }

    /// The first listed token.
    pub fn token(&self) -> Address {
        let token = |asset: &AssetId| match asset.kind {
            AssetKind::Erc20(contract) => Some(contract),
            AssetKind::Native(_) => None,
        };
        self.assets.iter().find_map(token).unwrap_or_default()
    }

    /// What canonically arrived at an address: asset, amount, and the transaction.
    pub fn arrived(&self, address: Address) -> Vec<(AssetId, u128, Rc<Transfer>)> {
        let blocks = self.blocks.borrow();
        self.among(blocks.iter().flat_map(|block| &block.transfers), address)
    }

    /// What arrived at an address on any branch, or still waits to.
    pub fn ever_arrived(&self, address: Address) -> Vec<(AssetId, u128, Rc<Transfer>)> {
        self.among(self.all.borrow().iter(), address)
    }

    fn among<'a>(
        &self,
        transfers: impl Iterator<Item = &'a Rc<Transfer>>,
        address: Address,
    ) -> Vec<(AssetId, u128, Rc<Transfer>)> {
        let asset_of = |act: &Act| match act {
            Act::Token { token, to, amount } if *to == address => {
                let is_token = |asset: &&AssetId| asset.kind == AssetKind::Erc20(*token);
                self.assets.iter().find(is_token).map(|asset| (*asset, *amount))
            }
            Act::Coin { to, amount } if *to == address => {
                let is_coin = |asset: &&AssetId| matches!(asset.kind, AssetKind::Native(_));
                self.assets.iter().find(is_coin).map(|asset| (*asset, *amount))
            }
            _ => None,
        };
        let of = |transfer: &Rc<Transfer>| {
            let acts = transfer.transaction.acts.iter().filter_map(asset_of).filter(|(_, amount)| *amount > 0);
            acts.map(|(asset, amount)| (asset, amount, Rc::clone(transfer))).collect::<Vec<_>>()
        };
        transfers.flat_map(of).collect()
    }
}
