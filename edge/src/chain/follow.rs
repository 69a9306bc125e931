//! Following one chain through one node: that it is the right chain, that its tokens are what the registry says, and where
//! it parted from what was seen before.

use std::collections::BTreeMap;

use groat_core::asset::{ASSETS, AssetKind, ChainId, LOCAL_CHAIN, chain_info};
use groat_core::evm::Address;
use thiserror::Error;

use super::answers::{
    Block, block_call, chain_id_call, decimals_call, head_call, read_block, read_block_at, read_chain_id, read_decimals,
};
use super::ledger;
use super::limits::{
    ANCESTORS_PER_BATCH, BLOCK_CLOCK_MARGIN_MS, FUTURE_HEAD_MS, HEAD_HASTE, HEAD_LEAP_BLOCKS, SHRUNK_AFTER_MS,
    SHRUNK_BLOCKS, STALE_HEAD_MS, START_SEARCH_CALLS, TOKEN_RECHECK_MS,
};
use super::rpc::{Node, RpcError};
use super::scan::ScanError;
use super::state::{Checkpoint, State, address_text};
use super::watches::{self, Joiner};
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// Why a poll came to nothing.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum PollError {
    /// The node failed: another one is asked.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node would not look at so many blocks at once.
    #[error("the node refused a range of blocks")]
    RangeRefused,
    /// Storage.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl From<ScanError> for PollError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::RangeRefused => Self::RangeRefused,
            ScanError::Rpc(error) => Self::Rpc(error),
        }
    }
}

/// Checks that a node follows the chain. The local chain is a new one after each start, which its first block shows.
pub async fn identify<H: Http>(sql: &mut impl Sql, node: &Node<'_, H>, chain: ChainId) -> Result<(), PollError> {
    let found = read_chain_id(&node.call(chain_id_call()).await?)?;
    let expected = chain.evm_number();
    if found != expected {
        return Err(RpcError::OtherChain { expected, found }.into());
    }
    if chain == LOCAL_CHAIN {
        let genesis = read_block_at(&node.call(block_call(0)).await?, 0)?;
        let genesis = genesis.ok_or(RpcError::Malformed("a chain without a first block"))?.hash.to_string();
        let known = State::load(sql)?.genesis;
        if known.as_ref() != Some(&genesis) {
            if known.is_some() {
                ledger::start_over(sql)?;
            }
            State::change(sql, |state| state.genesis = Some(genesis))?;
        }
    }
    Ok(())
}

/// The listed tokens that count: those whose contract says the decimals that the registry says. Asked once of each; one
/// that was wrong is asked again, and should it become right, everything is looked at again.
pub async fn tokens<H: Http>(
    sql: &mut impl Sql,
    node: &Node<'_, H>,
    chain: ChainId,
    now_ms: i64,
) -> Result<Vec<Address>, PollError> {
    let listed = ASSETS.iter().filter(|asset| asset.id.chain == chain).filter_map(|asset| match asset.id.kind {
        AssetKind::Erc20(contract) => Some((contract, asset.decimals)),
        AssetKind::Native(_) => None,
    });
    let (mut counting, mut unsure) = (Vec::new(), Vec::new());
    for (contract, decimals) in listed {
        let statement = "SELECT counts, checked_ms FROM tokens WHERE contract = ?";
        match sql.run_one(statement, &[address_text(contract).into()])? {
            Some(row) if row.integer(0)? != 0 => counting.push(contract),
            Some(row) if row.integer(1)? + TOKEN_RECHECK_MS > now_ms => {}
            row => unsure.push((contract, decimals, row.is_some())),
        }
    }
    let calls = unsure.iter().map(|(contract, ..)| decimals_call(*contract)).collect();
    let answers = node.each(calls).await?;
    for ((contract, decimals, was_wrong), answer) in unsure.into_iter().zip(answers) {
        let counts = answer.is_ok_and(|answer| read_decimals(&answer) == Ok(Some(decimals)));
        let statement = "INSERT OR REPLACE INTO tokens (contract, counts, checked_ms) VALUES (?, ?, ?)";
        sql.run(statement, &[address_text(contract).into(), counts.into(), now_ms.into()])?;
        if counts {
            counting.push(contract);
            if was_wrong {
                ledger::rescan(sql)?;
            }
        }
    }
    Ok(counting)
}

/// What health says of tokens that do not count.
pub fn token_fault(sql: &mut impl Sql) -> Result<Option<String>, SqlError> {
    let rows = sql.run("SELECT contract FROM tokens WHERE counts = 0 ORDER BY contract", &[])?;
    let contracts = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    let told = || format!("not counted, for the contract is missing or says other decimals: {}", contracts.join(", "));
    Ok((!contracts.is_empty()).then(told))
}

/// The newest block. No chain has blocks of the future, nor grows by millions at once; the local one may do both.
pub async fn head<H: Http>(
    sql: &mut impl Sql,
    node: &Node<'_, H>,
    chain: ChainId,
    now_ms: i64,
) -> Result<Block, PollError> {
    let head = read_block(&node.call(head_call()).await?)?.ok_or(RpcError::Malformed("a chain without a head"))?;
    if chain == LOCAL_CHAIN {
        return Ok(head);
    }
    if head.time_ms > now_ms + FUTURE_HEAD_MS {
        return Err(RpcError::Malformed("a head of the future").into());
    }
    if let Some((height, time_ms)) = ledger::newest_checkpoint(sql)? {
        let pace_ms = u64::from(chain_info(chain).map_or(1_000, |info| info.block_time_ms).max(1));
        let passed_ms = u64::try_from(head.time_ms - time_ms).unwrap_or_default();
        let most = HEAD_LEAP_BLOCKS + passed_ms.saturating_mul(HEAD_HASTE) / pace_ms;
        if head.number.saturating_sub(height) > most {
            return Err(RpcError::Malformed("a head higher than the chain can have grown").into());
        }
    }
    Ok(head)
}

/// Where a node's chain parts from what was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// The newest block seen before.
    pub newest: Checkpoint,
    /// The newest block that is still canonical, where one is known.
    pub ancestor: Option<Checkpoint>,
}

/// Looks for a reorg. (1) The newest block seen before must lie below the head, or be it; (2) if it does not, the newest
/// checkpoint that does is the common ancestor.
pub async fn find_fork<H: Http>(
    sql: &mut impl Sql,
    node: &Node<'_, H>,
    head: Block,
    now_ms: i64,
) -> Result<Option<Fork>, PollError> {
    // (1)
    let state = State::load(sql)?;
    let Some(newest) = state.head else { return Ok(None) };
    let is_next = head.number == newest.height + 1 && head.parent == newest.hash;
    if is_next || head.hash == newest.hash || newest_canonical(node, head, &[newest]).await? == Some(newest) {
        return Ok(None);
    }
    // (2)
    let known = ledger::checkpoints_up_to(sql, head.number)?;
    let behind = RpcError::Behind { head: head.number, known: newest.height };
    let mut ancestor = None;
    for batch in known.chunks(ANCESTORS_PER_BATCH) {
        ancestor = newest_canonical(node, head, batch).await?;
        if ancestor.is_some() {
            break;
        }
    }
    // A lower head on top of nothing but known blocks is a node that lags, or cannot be told from one: unless nobody has
    // shown the rest for long, and it is little or the head is young, as it is not where a node catches up.
    if head.number < newest.height && ancestor == known.first().copied() {
        let is_lasting = state.behind_since_ms.is_some_and(|since_ms| now_ms - since_ms >= SHRUNK_AFTER_MS);
        let is_little = ancestor.is_some() && newest.height - head.number <= SHRUNK_BLOCKS;
        let is_young = (now_ms - head.time_ms).abs() <= STALE_HEAD_MS;
        // Of one chain a lower block is an older one: a lower head that is younger stands on another branch.
        let is_later = |(height, time_ms): (u64, i64)| height == newest.height && head.time_ms > time_ms;
        let is_other_branch = ledger::newest_checkpoint(sql)?.is_some_and(is_later);
        if !(is_other_branch || is_lasting && (is_little || is_young)) {
            return Err(behind.into());
        }
    }
    Ok(Some(Fork { newest, ancestor }))
}

/// Takes back what is above the common ancestor.
pub fn take_back(sql: &mut impl Sql, fork: Fork) -> Result<(), SqlError> {
    match fork.ancestor {
        Some(ancestor) => ledger::roll_back(sql, ancestor),
        None => ledger::start_over(sql),
    }
}

/// The first of these checkpoints that the node still has in its chain.
async fn newest_canonical<H: Http>(
    node: &Node<'_, H>,
    head: Block,
    checkpoints: &[Checkpoint],
) -> Result<Option<Checkpoint>, RpcError> {
    let at_head = checkpoints.iter().copied().find(|known| known.height == head.number && known.hash == head.hash);
    if at_head.is_some() {
        return Ok(at_head);
    }
    let below: Vec<Checkpoint> = checkpoints.iter().copied().filter(|known| known.height < head.number).collect();
    let answers = node.all(below.iter().map(|known| block_call(known.height)).collect()).await?;
    for (known, answer) in below.into_iter().zip(answers) {
        let block = read_block_at(&answer, known.height)?;
        let block = block.ok_or(RpcError::Inconsistent("a block below the head is missing"))?;
        if block.hash == known.hash {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// Finds where new addresses begin: the last block that is surely older than they are. Nothing is written, for most have
/// reached the head with this poll.
pub async fn find_beginnings<H: Http>(
    sql: &mut impl Sql,
    node: &Node<'_, H>,
    chain: ChainId,
    head: Block,
    now_ms: i64,
) -> Result<BTreeMap<Address, u64>, PollError> {
    // A clock that is ahead of the chain's made the address later than the chain would say: by so much further back.
    let ahead_ms = (now_ms - head.time_ms).max(0);
    let on_chain = |joiner: Joiner| Joiner { since_ms: joiner.since_ms.min(now_ms) - ahead_ms, ..joiner };
    let mut beginnings = BTreeMap::new();
    let mut unknown: Vec<Joiner> = Vec::new();
    let joiners = watches::joiners(sql)?.into_iter().filter(|joiner| joiner.reach.is_none());
    for joiner in joiners.map(on_chain) {
        match ledger::checkpoint_before(sql, joiner.since_ms - BLOCK_CLOCK_MARGIN_MS)? {
            Some(height) => drop(beginnings.insert(joiner.address, height)),
            None => unknown.push(joiner),
        }
    }
    if let Some(since_ms) = unknown.iter().map(|joiner| joiner.since_ms).min() {
        let beginning = block_before(node, chain, head, since_ms - BLOCK_CLOCK_MARGIN_MS).await?;
        beginnings.extend(unknown.into_iter().map(|joiner| (joiner.address, beginning)));
    }
    Ok(beginnings)
}

/// A block that is as old as a time, and not much older: guessed from the chain's pace, then further back until it fits.
async fn block_before<H: Http>(node: &Node<'_, H>, chain: ChainId, head: Block, time_ms: i64) -> Result<u64, RpcError> {
    let block_time_ms = chain_info(chain).map_or(1_000, |info| info.block_time_ms).max(1);
    let age_ms = u64::try_from(head.time_ms - time_ms).unwrap_or(0);
    let mut distance = age_ms / u64::from(block_time_ms) + 1;
    let mut height = head.number.saturating_sub(distance);
    if age_ms == 0 {
        return Ok(height);
    }
    for _ in 0..START_SEARCH_CALLS {
        if height == 0 {
            break;
        }
        let block = read_block_at(&node.call(block_call(height)).await?, height)?;
        if block.ok_or(RpcError::Inconsistent("a block below the head is missing"))?.time_ms <= time_ms {
            break;
        }
        distance = distance.saturating_mul(2);
        height = head.number.saturating_sub(distance);
    }
    Ok(height)
}
