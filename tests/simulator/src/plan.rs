//! The story of one seed, written down before it begins: who does what when, and what breaks. Plain data, so that a
//! failing story can be told again with parts left out.

use crate::random::Random;

/// Milliseconds of a second.
pub const SECOND: i64 = 1_000;

/// One story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The seed, which also decides how long each message travels.
    pub seed: u64,
    /// Stores.
    pub stores: usize,
    /// Chains.
    pub chains: Vec<ChainPlan>,
    /// Stores hold a window open for so many minutes more once half has arrived.
    pub top_up_minutes: u16,
    /// Stores take money that comes so many minutes too late.
    pub late_grace_minutes: u16,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
}

/// One chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainPlan {
    /// Its EIP-155 number, from the registry.
    pub number: u64,
    /// RPC nodes.
    pub nodes: usize,
    /// Time between blocks.
    pub block_ms: i64,
    /// Time between polls.
    pub poll_ms: u32,
    /// Confirmations asked for.
    pub confirmations: u32,
}

/// Something at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Since the beginning.
    pub at_ms: i64,
    /// What.
    pub action: Action,
}

/// How much of what is owed a buyer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Exactly the quote.
    Exact,
    /// So many per cent of it.
    Percent(u64),
    /// A little less: within a tolerance of 1 %, if the store has one.
    Short,
    /// One base unit.
    Dust,
}

/// What a node does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeFault {
    /// Never answers.
    Timeout,
    /// Answers with this HTTP status.
    Status(u16),
    /// Answers what is no JSON-RPC.
    Garbage,
    /// Follows another chain.
    OtherChain,
    /// Is so many blocks behind.
    Lags(usize),
    /// Is behind where logs are asked for.
    LogsLag(usize),
    /// Takes only so many blocks in a log call.
    MaxRange(u64),
    /// Has forgotten older states.
    NoOldState(u64),
    /// Leaves out an answer of a batch.
    DropsAnswer,
    /// Answers under other ids.
    WrongIds,
    /// Names another block in its logs.
    MovesLogs,
    /// Shows a payment that never was, at the newest invoice's address.
    Forges,
    /// Leaves out a payment of an invoice.
    Omits,
    /// Stays on its own branch.
    Forks,
}

/// What a webhook endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointFault {
    /// Answers with this status.
    Status(u16),
    /// Never answers.
    Timeout,
    /// Takes the event, but its answer gets lost.
    AnswerLost,
}

/// What becomes of the transactions of blocks that a reorg takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// They stand in the new branch.
    All,
    /// They come back later.
    Later,
    /// Every second one never comes back.
    Half,
    /// They never come back.
    None,
}

/// All that can happen. Invoices are named by the number of the action that made them, chains, stores and assets by index:
/// what does not exist (any more) makes the action do nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A buyer or a seller's server makes an invoice.
    Create {
        /// Its name in the plan.
        invoice: usize,
        /// The store.
        store: usize,
        /// The price in cents of dollars.
        cents: u64,
        /// The asset that is quoted at once.
        asset: Option<usize>,
        /// Answers are lost so many times after the commit, and the request repeated.
        lost_answers: u32,
    },
    /// The buyer chooses an asset.
    Quote {
        /// The invoice.
        invoice: usize,
        /// The asset.
        asset: usize,
    },
    /// The buyer pays.
    Pay {
        /// The invoices, in one transaction.
        invoices: Vec<usize>,
        /// In an asset that may or may not have been quoted; the last quoted one where absent.
        asset: Option<usize>,
        /// How much.
        share: Share,
        /// How long the transaction waits in the pool.
        wait_ms: i64,
    },
    /// Somebody sends a worthless token that nobody listed.
    PayUnlisted {
        /// The invoice.
        invoice: usize,
        /// The chain.
        chain: usize,
    },
    /// The seller sweeps coins.
    Sweep {
        /// The invoice.
        invoice: usize,
        /// The chain.
        chain: usize,
    },
    /// The buyer's wallet names its transaction.
    Hint {
        /// The chain.
        chain: usize,
    },
    /// Somebody looks at an invoice.
    Read {
        /// The invoice.
        invoice: usize,
    },
    /// The seller calls an invoice off.
    Cancel {
        /// The invoice.
        invoice: usize,
    },
    /// The seller takes what arrived as full payment.
    Accept {
        /// The invoice.
        invoice: usize,
    },
    /// The seller records that a part was sent back.
    Refund {
        /// The invoice.
        invoice: usize,
        /// So much of the first payment.
        percent: u64,
    },
    /// The seller changes settings.
    Settings {
        /// The store.
        store: usize,
        /// Another payout address.
        payout: u8,
        /// Tolerance in 1/100 of a per cent.
        tolerance: u16,
        /// Confirmations on the first chain.
        confirmations: u32,
    },
    /// The seller sends every delivery again that has failed.
    Redeliver {
        /// The store.
        store: usize,
    },
    /// A webhook endpoint fails for a while.
    Endpoint {
        /// The store.
        store: usize,
        /// Which of its endpoints.
        endpoint: usize,
        /// How.
        fault: EndpointFault,
        /// How long.
        for_ms: i64,
    },
    /// A node fails for a while.
    Node {
        /// The chain.
        chain: usize,
        /// Which of its nodes.
        node: usize,
        /// How.
        fault: NodeFault,
        /// How long.
        for_ms: i64,
    },
    /// A chain takes blocks back and goes on otherwise.
    Reorg {
        /// The chain.
        chain: usize,
        /// How many blocks.
        depth: usize,
        /// What becomes of their transactions.
        returned: Returned,
        /// Whether the new branch is longer at once; otherwise the head has moved back for a while.
        is_longer: bool,
    },
    /// A chain makes no blocks for a while.
    Stall {
        /// The chain.
        chain: usize,
        /// How long.
        for_ms: i64,
    },
    /// An object dies before one of its next writes.
    Crash {
        /// The object: stores first, then chains.
        object: usize,
        /// Writes that still succeed.
        writes: u32,
    },
    /// An object dies while it waits, or sleeps.
    Kill {
        /// The object.
        object: usize,
    },
    /// The next step of an object meets a failing storage.
    Throw {
        /// The object.
        object: usize,
    },
    /// An alarm comes though it was served already.
    AlarmAgain {
        /// The object.
        object: usize,
    },
    /// Alarms come late for a while.
    AlarmLate {
        /// The object.
        object: usize,
        /// By how much, and for how long ten times of it.
        by_ms: i64,
    },
    /// Objects do not reach each other for a while.
    Partition {
        /// The object that can't be reached.
        object: usize,
        /// How long.
        for_ms: i64,
    },
    /// The exchanges agree on no price of an asset for a while.
    NoRate {
        /// The asset.
        asset: usize,
        /// How long.
        for_ms: i64,
    },
}

/// Chains that stories are about, with different pace.
const CHAINS: [(u64, i64, u32); 4] = [(8_453, 2_000, 3), (1, 12_000, 2), (137, 2_000, 6), (56, 1_500, 4)];

impl Plan {
    /// Writes down the story of a seed.
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed, 1);
        let stores = 1 + random.index(2);
        let first = random.index(CHAINS.len());
        let chains: Vec<ChainPlan> = (0..2)
            .map(|index| {
                let (number, block_ms, confirmations) = CHAINS[(first + index) % CHAINS.len()];
                let poll_ms = u32::try_from(random.range(4, 9) * 1_000).unwrap_or(5_000);
                let nodes = random.pick(&[1, 2, 3, 3]);
                let confirmations = random.pick(&[confirmations, confirmations, 1, confirmations + 3]);
                ChainPlan { number, nodes, block_ms, poll_ms, confirmations }
            })
            .collect();
        let lasts_ms = random.time_ms(90, 240) * SECOND;
        let top_up_minutes = random.pick(&[0, 0, 1]);
        let late_grace_minutes = random.pick(&[0, 0, 1]);
        let mut plan = Self { seed, stores, chains, top_up_minutes, late_grace_minutes, steps: Vec::new() };
        let buyers = random.range(2, 6);
        for buyer in 0..usize::try_from(buyers).unwrap_or(2) {
            plan.buyer(&mut random, buyer, lasts_ms);
        }
        let troubles = random.pick(&[0, 4, 8, 12, 20, 30]);
        for _ in 0..troubles {
            let at_ms = random.time_ms(0, lasts_ms);
            let action = plan.trouble(&mut random, usize::try_from(buyers).unwrap_or(2));
            plan.steps.push(Step { at_ms, action });
        }
        plan.steps.sort_by_key(|step| step.at_ms);
        plan
    }

    /// What one buyer does with one invoice, or the seller for them.
    fn buyer(&mut self, random: &mut Random, invoice: usize, lasts_ms: i64) {
        let store = random.index(self.stores);
        let asset = random.index(self.assets());
        let mut at_ms = random.time_ms(0, lasts_ms * 2 / 3);
        let quoted_at_once = random.percent(80);
        let lost_answers = random.pick(&[0, 0, 0, 1, 2]);
        let cents = random.pick(&[1, 100, 1_999, 4_900, 200_000, 12_345]);
        let create = Action::Create { invoice, store, cents, asset: quoted_at_once.then_some(asset), lost_answers };
        let mut push = |at_ms: i64, action: Action| self.steps.push(Step { at_ms, action });
        push(at_ms, create);
        at_ms += random.time_ms(1, 5) * SECOND;
        if !quoted_at_once {
            push(at_ms, Action::Quote { invoice, asset });
            at_ms += random.time_ms(1, 5) * SECOND;
        }
        let pay = |asset, share, wait_ms| Action::Pay { invoices: vec![invoice], asset, share, wait_ms };
        let other = random.index(plan_assets());
        match random.below(14) {
            0..=2 => push(at_ms, pay(None, Share::Exact, 0)),
            3 => {
                push(at_ms, pay(None, Share::Exact, 0));
                push(at_ms + random.time_ms(0, 90) * SECOND, pay(None, Share::Exact, 0));
            }
            // Late, or nearly.
            4 => push(at_ms + random.time_ms(40, 120) * SECOND, pay(None, Share::Exact, 0)),
            5 => {
                push(at_ms, pay(None, Share::Percent(40), 0));
                push(at_ms + random.time_ms(1, 50) * SECOND, pay(None, Share::Percent(60), 0));
            }
            // Two assets, perhaps on two chains.
            6 => {
                push(at_ms, pay(None, Share::Percent(50), 0));
                push(at_ms + 2 * SECOND, Action::Quote { invoice, asset: other });
                push(at_ms + random.time_ms(8, 40) * SECOND, pay(None, Share::Percent(50), 0));
            }
            7 => push(at_ms, pay(None, Share::Percent(random.pick(&[1, 50, 99])), 0)),
            8 => push(at_ms, pay(None, random.pick(&[Share::Short, Share::Dust, Share::Percent(101)]), 0)),
            // In an asset that was not quoted, perhaps on a chain that was not.
            9 => push(at_ms, pay(Some(other), Share::Exact, 0)),
            10 if invoice > 0 => push(
                at_ms,
                Action::Pay { invoices: vec![0, invoice, invoice / 2], asset: None, share: Share::Exact, wait_ms: 0 },
            ),
            11 => {
                push(at_ms + random.time_ms(0, 60) * SECOND, Action::Cancel { invoice });
                push(at_ms + random.time_ms(0, 60) * SECOND, pay(None, Share::Exact, 0));
            }
            12 => {
                push(at_ms, Action::PayUnlisted { invoice, chain: random.index(2) });
                push(at_ms + SECOND, pay(None, Share::Exact, random.time_ms(0, 60) * SECOND));
            }
            _ => {}
        }
        if random.percent(20) {
            push(at_ms + random.time_ms(0, 60) * SECOND, Action::Quote { invoice, asset: other });
        }
        if random.percent(15) {
            push(at_ms + random.time_ms(10, 90) * SECOND, Action::Accept { invoice });
        }
        if random.percent(12) {
            let percent = random.pick(&[1, 50, 100, 120]);
            push(at_ms + random.time_ms(10, 90) * SECOND, Action::Refund { invoice, percent });
        }
        if random.percent(10) {
            push(at_ms + random.time_ms(0, 90) * SECOND, Action::Cancel { invoice });
        }
        if random.percent(20) {
            push(at_ms + random.time_ms(20, 90) * SECOND, Action::Sweep { invoice, chain: random.index(2) });
        }
        if random.percent(40) {
            push(at_ms + SECOND, Action::Hint { chain: random.index(2) });
        }
        if random.percent(60) {
            push(at_ms + random.time_ms(0, 60) * SECOND, Action::Read { invoice });
        }
    }

    /// One thing that breaks.
    fn trouble(&self, random: &mut Random, buyers: usize) -> Action {
        let objects = self.stores + self.chains.len();
        let (object, chain) = (random.index(objects), random.index(self.chains.len()));
        let for_ms = random.time_ms(5, 60) * SECOND;
        match random.below(20) {
            0..=3 => Action::Crash { object, writes: u32::try_from(random.below(12)).unwrap_or(0) },
            4 | 5 => Action::Kill { object },
            6 => Action::Throw { object },
            7 => Action::AlarmAgain { object },
            8 => Action::AlarmLate { object, by_ms: random.time_ms(1, 20) * SECOND },
            9 => Action::Partition { object, for_ms },
            10..=12 => {
                let is_longer = random.percent(75);
                // A shorter branch looks like a node that lags until it has outgrown the old one.
                let depth = random.pick(&[1, 1, 2, 3, 5, 8, 20, if is_longer { 64 } else { 20 }]);
                let returned = random.pick(&[Returned::All, Returned::Later, Returned::Half, Returned::None]);
                Action::Reorg { chain, depth, returned, is_longer }
            }
            13..=15 => Action::Node { chain, node: random.index(3), fault: node_fault(random), for_ms },
            16 => Action::Endpoint {
                store: random.index(self.stores),
                endpoint: random.index(2),
                fault: random.pick(&[
                    EndpointFault::Status(500),
                    EndpointFault::Status(301),
                    EndpointFault::Status(410),
                    EndpointFault::Timeout,
                    EndpointFault::AnswerLost,
                ]),
                for_ms,
            },
            17 => Action::Stall { chain, for_ms },
            18 => Action::NoRate { asset: random.index(plan_assets()), for_ms },
            _ => match random.below(4) {
                0 => Action::Settings {
                    store: random.index(self.stores),
                    payout: u8::try_from(random.range(1, 3)).unwrap_or(1),
                    tolerance: random.pick(&[0, 100]),
                    confirmations: u32::try_from(random.range(1, 8)).unwrap_or(1),
                },
                1 => Action::Redeliver { store: random.index(self.stores) },
                2 => Action::Read { invoice: random.index(buyers) },
                _ => Action::Hint { chain },
            },
        }
    }

    /// Assets that stores take: those of all chains of the story.
    fn assets(&self) -> usize {
        self.chains.len() * ASSETS_PER_CHAIN
    }
}

/// Coin, USDC, USDT and DAI.
pub const ASSETS_PER_CHAIN: usize = 4;

const fn plan_assets() -> usize {
    2 * ASSETS_PER_CHAIN
}

fn node_fault(random: &mut Random) -> NodeFault {
    random.pick(&[
        NodeFault::Timeout,
        NodeFault::Status(429),
        NodeFault::Status(503),
        NodeFault::Garbage,
        NodeFault::OtherChain,
        NodeFault::Lags(3),
        NodeFault::Lags(25),
        NodeFault::LogsLag(5),
        NodeFault::MaxRange(1),
        NodeFault::MaxRange(10),
        NodeFault::NoOldState(2),
        NodeFault::DropsAnswer,
        NodeFault::WrongIds,
        NodeFault::MovesLogs,
        NodeFault::Forges,
        NodeFault::Omits,
        NodeFault::Forks,
    ])
}
