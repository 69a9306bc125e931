//! A second opinion: what one node shows is asked of another, where more than one is configured.
//!
//! Twice in a payment's life: when it is first seen, so that two others can expose a forgery before anybody is told of it,
//! and when it is deep enough to be final, for until a second node shows it in the same block it stays one confirmation
//! short. A reorg that would take payments back is put to the others too. What nobody else can say anything about is told,
//! and stays unproven.

use std::collections::{BTreeMap, BTreeSet};

use groat_core::asset::AssetKind;
use groat_core::evm::{Address, B256};
use groat_core::money::Amount;
use groat_core::planted::{self, Bug};

use super::answers::{
    BalanceAt, Block, Blocks, Log, LogKind, balances_call, block_call, head_call, logs_call, read_balances, read_block,
    read_block_at, read_logs,
};
use super::ledger::{self, Found, Sweep, Unproven};
use super::limits::{CLAIMED_BLOCKS_AT_ONCE, CLAIMS_AT_ONCE, STALE_HEAD_MS, WITNESS_MOST_MS};
use super::rpc::{Call, Node, RpcError};
use super::state::{Checkpoint, NodeState, State};
use super::write;
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// Nodes that must show a payment before it is proven.
const NEEDED: u32 = 2;
/// Nodes that must deny what only one shows before it is taken for a lie.
const DENIALS: u32 = 2;

/// Something that one node shows.
#[derive(Debug, Clone)]
struct Claim {
    address: Address,
    height: u64,
    block: B256,
    evidence: Evidence,
}

#[derive(Debug, Clone)]
enum Evidence {
    /// A transaction's nth transfer of a token to the address.
    Token { contract: Address, transaction: B256, ordinal: usize, amount: Amount },
    /// All that arrived up to the block `at`, and what of it had left: amounts by the log's block and place.
    Coin { total: Amount, at: u64, left: Vec<Left> },
}

/// Coins that left, with the log that says so; `id` is given where nobody else has shown it yet.
#[derive(Debug, Clone)]
struct Left {
    sweep: Sweep,
    log: Option<(String, B256, u64)>,
}

/// What another node says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// It shows the same.
    Shown,
    /// It has the same block without it.
    Denied,
    /// It has another block there.
    Elsewhere,
    /// It cannot say.
    Unknown,
}

/// What all nodes together say of a claim.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    shows: u32,
    denials: u32,
}

impl Tally {
    const fn is_proven(self) -> bool {
        self.shows >= NEEDED
    }

    const fn is_refuted(self) -> bool {
        !self.is_proven() && self.denials >= DENIALS
    }

    fn count(&mut self, verdict: Verdict, elsewhere_denies: bool) {
        self.shows += u32::from(verdict == Verdict::Shown);
        let denies = verdict == Verdict::Denied || (elsewhere_denies && verdict == Verdict::Elsewhere);
        self.denials += u32::from(denies);
    }
}

/// The nodes, one of which is the one that speaks just now.
pub struct Nodes<'a, H> {
    /// How to reach them.
    pub http: &'a H,
    /// All of them, in the order of the configuration.
    pub states: &'a mut [NodeState],
    /// The one that speaks.
    pub speaker: usize,
    /// The clock.
    pub clock: &'a dyn Fn() -> i64,
}

impl<H: Http> Nodes<'_, H> {
    /// Whether there is anybody else at all.
    pub fn are_several(&self) -> bool {
        self.states.len() > 1
    }

    /// The others that are not left alone just now.
    pub fn others(&self) -> Vec<usize> {
        let now_ms = (self.clock)();
        let is_asked = |index: &usize| *index != self.speaker && self.states[*index].retry_at_ms <= now_ms;
        (0..self.states.len()).filter(is_asked).collect()
    }

    /// Asks one of the nodes about claims; a fault of it is noted, and is no opinion.
    async fn ask(
        &mut self,
        sql: &mut impl Sql,
        index: usize,
        tokens: &[Address],
        claims: &[Claim],
    ) -> Result<Vec<Verdict>, SqlError> {
        let state = &mut self.states[index];
        let (url, single) = (state.url.clone(), state.single_until_ms > (self.clock)());
        let node = Node::new(self.http, &url, self.clock, WITNESS_MOST_MS, single);
        let verdicts = judge(&node, tokens, claims).await;
        State::change(sql, |row| row.rpc_calls += node.calls())?;
        match verdicts {
            Ok(verdicts) => {
                if node.is_single() {
                    state.takes_no_batches(sql, (self.clock)())?;
                }
                Ok(verdicts)
            }
            Err(error) => {
                state.failed(sql, &error, (self.clock)())?;
                Ok(vec![Verdict::Unknown; claims.len()])
            }
        }
    }

    /// Asks nodes one after the other until each claim is proven; says what each one said. `elsewhere_denies` where the block
    /// is so old that a node with another one does not merely lag.
    async fn tally(
        &mut self,
        sql: &mut impl Sql,
        tokens: &[Address],
        claims: &[Claim],
        (mut tallies, asked, elsewhere_denies): (Vec<Tally>, Vec<usize>, bool),
    ) -> Result<(Vec<Tally>, Vec<(usize, Vec<Verdict>)>), SqlError> {
        let mut said = Vec::new();
        for index in asked {
            if tallies.iter().all(|tally| tally.is_proven()) {
                break;
            }
            let verdicts = self.ask(sql, index, tokens, claims).await?;
            for (tally, verdict) in tallies.iter_mut().zip(&verdicts) {
                tally.count(*verdict, elsewhere_denies);
            }
            said.push((index, verdicts));
        }
        Ok((tallies, said))
    }
}

/// Whether two others expose something among what was just found. Only what is new is asked about.
pub async fn is_forged<S: Sql, H: Http>(
    sql: &mut S,
    nodes: &mut Nodes<'_, H>,
    tokens: &[Address],
    found: &[&Found],
    sweeps: &[(Address, String, Sweep)],
) -> Result<bool, SqlError> {
    if nodes.states.len() <= DENIALS as usize || planted::is(Bug::OneNodeBelieved) {
        return Ok(false);
    }
    let mut news = Vec::new();
    for found in found {
        if !ledger::is_known(sql, found)? {
            news.push(claim(sql, found, found.payment.height, sweeps)?);
        }
    }
    let claims = some(news.into_iter().flatten(), |claim| claim);
    if claims.is_empty() {
        return Ok(false);
    }
    let own = vec![Tally { shows: 1, denials: 0 }; claims.len()];
    let others = nodes.others();
    let (tallies, _) = nodes.tally(sql, tokens, &claims, (own, others, false)).await?;
    Ok(tallies.into_iter().any(Tally::is_refuted))
}

/// Proves what lies deep enough, if two nodes show it now. (1) Asks the one that speaks, for the payment may come from
/// another, and the others; (2) what two show is proven, and reported; (3) what two deny and not two show is taken back,
/// and whoever showed it is left alone for a while.
pub async fn settle<S: Sql, H: Http>(
    sql: &mut S,
    nodes: &mut Nodes<'_, H>,
    tokens: &[Address],
    head: u64,
) -> Result<(), SqlError> {
    if !nodes.are_several() || planted::is(Bug::OneNodeBelieved) {
        return sql.atomically(|sql| {
            let proven = ledger::prove_all(sql)?;
            if proven.is_empty() { Ok(()) } else { write::report(sql, head, &proven) }
        });
    }
    let mut waiting: Vec<(Unproven, Claim)> = Vec::new();
    for unproven in ledger::unproven(sql, head, CLAIMS_AT_ONCE)? {
        // The newest block that is deep enough: what stands there is final, and its state is young.
        let at = unproven.found.payment.height.max((head + 1).saturating_sub(u64::from(unproven.confirmations)));
        if let Some(claim) = claim(sql, &unproven.found, at, &[])? {
            waiting.push((unproven, claim));
        }
    }
    let waiting = some(waiting.into_iter(), |(_, claim)| claim);
    if waiting.is_empty() {
        return Ok(());
    }
    // (1)
    let claims: Vec<Claim> = waiting.iter().map(|(_, claim)| claim.clone()).collect();
    let asked = std::iter::once(nodes.speaker).chain(nodes.others()).collect();
    let nobody = vec![Tally::default(); claims.len()];
    let (tallies, said) = nodes.tally(sql, tokens, &claims, (nobody, asked, true)).await?;
    // (2)
    sql.atomically(|sql| {
        let mut proven = BTreeSet::new();
        for ((unproven, claim), _) in waiting.iter().zip(&tallies).filter(|(_, tally)| tally.is_proven()) {
            ledger::prove(sql, &unproven.found, &claim.evidence.new_sweeps())?;
            proven.insert(unproven.found.address);
        }
        if proven.is_empty() { Ok(()) } else { write::report(sql, head, &proven) }
    })?;
    // (3)
    let refuted: Vec<usize> = (0..claims.len()).filter(|index| tallies[*index].is_refuted()).collect();
    if let Some(lowest) = refuted.iter().map(|index| claims[*index].height).min() {
        let now_ms = (nodes.clock)();
        let showed = |verdicts: &[Verdict]| refuted.iter().any(|index| verdicts[*index] == Verdict::Shown);
        for (index, _) in said.iter().filter(|(_, verdicts)| showed(verdicts)) {
            let error = RpcError::Outvoted("two others do not show a payment that it shows");
            nodes.states[*index].failed(sql, &error, now_ms)?;
        }
        ledger::take_back_from(sql, lowest)?;
        State::change(sql, |row| row.next_poll_ms = Some(now_ms))?;
    }
    Ok(())
}

/// Whether others, who are alive, still follow the chain that a node has left: at least as many as those who left it.
pub async fn is_dissent<S: Sql, H: Http>(
    sql: &mut S,
    nodes: &mut Nodes<'_, H>,
    newest: Checkpoint,
) -> Result<bool, SqlError> {
    let (mut staying, mut leaving) = (0, 1);
    for index in nodes.others() {
        let state = &mut nodes.states[index];
        let (url, single) = (state.url.clone(), state.single_until_ms > (nodes.clock)());
        let node = Node::new(nodes.http, &url, nodes.clock, WITNESS_MOST_MS, single);
        let block = block_of_living(&node, newest.height, (nodes.clock)()).await;
        State::change(sql, |row| row.rpc_calls += node.calls())?;
        match block {
            Ok(Some(block)) if block.hash == newest.hash => staying += 1,
            Ok(Some(_)) => leaving += 1,
            Ok(None) => {}
            Err(error) => state.failed(sql, &error, (nodes.clock)())?,
        }
    }
    Ok(staying >= leaving)
}

/// The block that a node has at a height; nothing of a node that stands still.
async fn block_of_living<H: Http>(node: &Node<'_, H>, height: u64, now_ms: i64) -> Result<Option<Block>, RpcError> {
    let [head, block] = <[_; 2]>::try_from(node.all(vec![head_call(), block_call(height)]).await?)
        .map_err(|_| RpcError::Malformed("no answer"))?;
    let is_alive = read_block(&head)?.is_some_and(|head| (now_ms - head.time_ms).abs() <= STALE_HEAD_MS);
    Ok(read_block_at(&block, height)?.filter(|_| is_alive))
}

/// What there is to show for a payment. Nothing for one whose name is none, which no node can make.
fn claim(
    sql: &mut impl Sql,
    found: &Found,
    at: u64,
    news: &[(Address, String, Sweep)],
) -> Result<Option<Claim>, SqlError> {
    let (address, payment) = (found.address, &found.payment);
    let mut name = payment.id.rsplit('/');
    let last = name.next().unwrap_or_default();
    let evidence = match payment.asset.kind {
        AssetKind::Erc20(contract) => {
            let transaction = name.next().and_then(|hash| hash.parse().ok());
            transaction.zip(last.parse().ok()).map(|(transaction, ordinal)| Evidence::Token {
                contract,
                transaction,
                ordinal,
                amount: payment.amount,
            })
        }
        AssetKind::Native(_) => {
            let mut left = BTreeMap::new();
            for (id, sweep, is_proven) in ledger::sweeps_of(sql, address)? {
                left.insert(id, (sweep, is_proven));
            }
            for (_, id, sweep) in news.iter().filter(|(of, _, sweep)| *of == address && sweep.token.is_zero()) {
                left.entry(id.clone()).or_insert((*sweep, false));
            }
            let left = left.into_iter().filter(|(_, (sweep, _))| sweep.height <= at);
            let left = left.map(|(id, (sweep, is_proven))| {
                let log = id.split_once('/').and_then(|(block, index)| block.parse().ok().zip(index.parse().ok()));
                let log = log.map(|(block, index)| (id, block, index));
                Left { sweep, log: log.filter(|_| !is_proven) }
            });
            Amount::parse_base_units(last).ok().map(|total| Evidence::Coin { total, at, left: left.collect() })
        }
    };
    Ok(evidence.map(|evidence| Claim { address, height: payment.height, block: found.block, evidence }))
}

/// As many as are asked about at once.
fn some<T>(all: impl Iterator<Item = T>, claim_of: impl Fn(&T) -> &Claim) -> Vec<T> {
    let mut blocks = BTreeSet::new();
    all.take(CLAIMS_AT_ONCE)
        .take_while(|one| {
            blocks.insert(claim_of(one).block);
            blocks.len() <= CLAIMED_BLOCKS_AT_ONCE
        })
        .collect()
}

impl Evidence {
    /// The sweeps that are shown together with it.
    fn new_sweeps(&self) -> Vec<String> {
        match self {
            Self::Token { .. } => Vec::new(),
            Self::Coin { left, .. } => left.iter().filter_map(|left| Some(left.log.as_ref()?.0.clone())).collect(),
        }
    }
}

/// What a node has to say about the blocks of claims.
#[derive(Default)]
struct Testimony {
    canonical: BTreeMap<u64, B256>,
    logs: BTreeMap<B256, Vec<Log>>,
    balances: BTreeMap<(u64, Address), Amount>,
}

/// Asks a node. (1) In one batch: the blocks at the claims' heights, the logs of their blocks by hash, and balances;
/// (2) compares. What it refuses, it cannot say.
async fn judge<H: Http>(node: &Node<'_, H>, tokens: &[Address], claims: &[Claim]) -> Result<Vec<Verdict>, RpcError> {
    // (1)
    let heights: BTreeSet<u64> = claims.iter().map(|claim| claim.height).collect();
    let mut logs: BTreeMap<(u64, B256), BTreeSet<Address>> = BTreeMap::new();
    let mut balances: BTreeMap<u64, BTreeSet<Address>> = BTreeMap::new();
    for claim in claims {
        match &claim.evidence {
            Evidence::Token { .. } => {
                logs.entry((claim.height, claim.block)).or_default().insert(claim.address);
            }
            Evidence::Coin { at, left, .. } => {
                balances.entry(*at).or_default().insert(claim.address);
                for (sweep, (_, block, _)) in left.iter().filter_map(|left| Some((left.sweep, left.log.as_ref()?))) {
                    logs.entry((sweep.height, *block)).or_default().insert(claim.address);
                }
            }
        }
    }
    let list = |set: &BTreeSet<Address>| set.iter().copied().collect::<Vec<_>>();
    let mut calls: Vec<Call> = heights.iter().map(|height| block_call(*height)).collect();
    calls.extend(logs.iter().map(|((height, hash), set)| logs_call(one_block(*height, *hash), tokens, &list(set))));
    calls.extend(balances.iter().map(|(at, set)| balances_call(BalanceAt::Height(*at), Address::ZERO, &list(set))));
    let mut answers = node.each(calls).await?.into_iter();
    let mut testimony = Testimony::default();
    for (height, answer) in heights.into_iter().zip(answers.by_ref()) {
        let block = answer.map_or(Ok(None), |answer| read_block_at(&answer, height))?;
        testimony.canonical.extend(block.map(|block| (height, block.hash)));
    }
    for (((height, hash), set), answer) in logs.iter().zip(answers.by_ref()) {
        if let Ok(answer) = answer {
            let found = read_logs(&answer, one_block(*height, *hash), tokens, set)?;
            testimony.logs.insert(*hash, found);
        }
    }
    for ((at, set), answer) in balances.iter().zip(answers) {
        if let Ok(answer) = answer {
            let amounts = set.iter().zip(read_balances(&answer, set.len())?);
            testimony.balances.extend(amounts.filter_map(|(address, amount)| Some(((*at, *address), amount?))));
        }
    }
    // (2)
    Ok(claims.iter().map(|claim| testimony.verdict(claim)).collect())
}

/// A block as far as a question for its logs needs it.
const fn one_block(number: u64, hash: B256) -> Blocks {
    Blocks::One(Block { number, hash, parent: B256::ZERO, time_ms: 0 })
}

impl Testimony {
    fn verdict(&self, claim: &Claim) -> Verdict {
        match self.canonical.get(&claim.height) {
            None => return Verdict::Unknown,
            Some(block) if *block != claim.block => return Verdict::Elsewhere,
            Some(_) => {}
        }
        let is_shown = match &claim.evidence {
            Evidence::Token { contract, transaction, ordinal, amount } => self.logs.get(&claim.block).map(|logs| {
                let kind = LogKind::Transfer { token: *contract };
                let of_claim =
                    |log: &&Log| log.kind == kind && log.transaction == *transaction && log.deposit == claim.address;
                logs.iter().filter(of_claim).nth(*ordinal).is_some_and(|log| log.amount == *amount)
            }),
            Evidence::Coin { total, at, left } => {
                let holds = self.balances.get(&(*at, claim.address)).copied();
                let sum =
                    holds.map(|holds| left.iter().try_fold(holds, |sum, left| sum.checked_add(left.sweep.amount)));
                let has_left = left.iter().filter_map(|left| Some((left.sweep, left.log.as_ref()?)));
                let has_left = has_left.map(|(sweep, (_, block, index))| {
                    let is_it = |log: &Log| {
                        log.index == *index
                            && log.deposit == claim.address
                            && log.amount == sweep.amount
                            && log.kind == LogKind::Swept { token: Address::ZERO }
                    };
                    self.logs.get(block).map(|logs| logs.iter().any(is_it))
                });
                let has_left: Option<Vec<bool>> = has_left.collect();
                sum.zip(has_left).map(|(sum, left)| sum.is_some_and(|sum| sum >= *total) && left.iter().all(|is| *is))
            }
        };
        match is_shown {
            None => Verdict::Unknown,
            Some(true) => Verdict::Shown,
            Some(false) => Verdict::Denied,
        }
    }
}
