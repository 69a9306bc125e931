//! One look at the chain: which addresses over which blocks, asked in one batch, and the answers checked against each other.
//!
//! Reads only: what was found is written by `poll`, all at once.

use std::collections::{BTreeMap, BTreeSet};

use groat_core::asset::{AssetId, AssetKind, ChainId};
use groat_core::evm::Address;
use groat_core::invoice::ObservedPayment;
use groat_core::money::Amount;
use groat_core::planted::{self, Bug};

use super::answers::{
    BalanceAt, Block, Blocks, Log, LogKind, balances_call, block_call, logs_call, read_balances, read_block_at,
    read_logs,
};
use super::ledger::{Found, Sweep};
use super::limits::{ADDRESSES_PER_BALANCE_CALL, ADDRESSES_PER_LOG_CALL, LOGS_PER_ANSWER};
use super::rpc::{Call, Node, RpcError};
use super::watches::Lane;
use crate::outbound::{Http, HttpError};

/// Addresses that are looked at together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Their lane.
    pub lane: Lane,
    /// The addresses, each with the last block whose balances are known.
    pub deposits: Vec<(Address, u64)>,
    /// The first block that is not known.
    pub from: u64,
    /// The last block that is looked at; below `from` there is nothing to look at but balances.
    pub to: u64,
}

/// What the chain said.
#[derive(Debug, Default)]
pub struct Sight {
    /// Tokens that arrived.
    pub tokens: Vec<Found>,
    /// What left for payouts, by address and id.
    pub sweeps: Vec<(Address, String, Sweep)>,
    /// Native balances after the head, of the addresses whose scan reaches it, with the last block where they are known.
    pub balances: Vec<(Address, u64, Option<Amount>)>,
    /// Blocks known to be canonical.
    pub blocks: BTreeMap<u64, Block>,
}

/// Why there is nothing to see.
#[derive(Debug, PartialEq, Eq)]
pub enum ScanError {
    /// The node would not look at so many blocks at once.
    RangeRefused,
    /// The node failed.
    Rpc(RpcError),
}

impl From<RpcError> for ScanError {
    fn from(error: RpcError) -> Self {
        Self::Rpc(error)
    }
}

/// What one call of the batch is for.
enum Purpose {
    Logs { blocks: Blocks, deposits: BTreeSet<Address>, is_proof: bool },
    Block { height: u64 },
    Balances { of: Vec<(Address, u64)> },
}

/// Looks. (1) Logs, the last blocks of ranges, and balances in one batch; (2) the blocks that hold logs; (3) both
/// compared: a log counts only if its block is the canonical one of its height.
pub async fn look<H: Http>(
    node: &Node<'_, H>,
    chain: ChainId,
    head: Block,
    scans: &[Scan],
    tokens: &[Address],
) -> Result<Sight, ScanError> {
    let mut sight = Sight::default();
    sight.blocks.insert(head.number, head);

    // (1)
    let (purposes, calls): (Vec<_>, Vec<_>) = questions(head, scans, tokens).into_iter().unzip();
    let is_range = |scan: &Scan| scan.from < scan.to;
    let has_range = scans.iter().any(is_range);
    let answers = match node.each(calls).await {
        Err(RpcError::Http(HttpError::TooLarge(_) | HttpError::Timeout(_))) if has_range => {
            return Err(ScanError::RangeRefused);
        }
        answers => answers?,
    };
    let mut logs: Vec<Log> = Vec::new();
    for (purpose, answer) in purposes.into_iter().zip(answers) {
        match purpose {
            Purpose::Logs { blocks, deposits, is_proof } => {
                let is_range = matches!(blocks, Blocks::Range(from, to) if from < to);
                match answer {
                    Err(RpcError::Refused { .. }) if is_range => return Err(ScanError::RangeRefused),
                    answer => {
                        let found = read_logs(&answer?, blocks, tokens, &deposits)?;
                        if is_range && found.len() > LOGS_PER_ANSWER {
                            return Err(ScanError::RangeRefused);
                        }
                        if !is_proof {
                            logs.extend(found);
                        }
                    }
                }
            }
            Purpose::Block { height } => keep_block(&mut sight.blocks, &answer?, height)?,
            Purpose::Balances { of } => {
                let amounts = read_balances(&answer?, of.len())?;
                let with_amount =
                    of.into_iter().zip(amounts).map(|((address, known), amount)| (address, known, amount));
                sight.balances.extend(with_amount);
            }
        }
    }

    // (2)
    let heights: BTreeSet<u64> = logs.iter().map(|log| log.height).collect();
    let missing: Vec<u64> = heights.into_iter().filter(|height| !sight.blocks.contains_key(height)).collect();
    let answers = node.all(missing.iter().map(|height| block_call(*height)).collect()).await?;
    for (height, answer) in missing.into_iter().zip(answers) {
        keep_block(&mut sight.blocks, &answer, height)?;
    }

    // (3)
    sort(&mut sight, chain, logs)?;
    Ok(sight)
}

/// What to ask. The head's logs are asked for by its hash, because a node that has not got it must then say so; asked for a
/// range that it does not know the end of, it would answer an empty list. So where a range ends below the head, the head's
/// logs are asked for all the same, as a proof that whoever answers has seen it.
fn questions(head: Block, scans: &[Scan], tokens: &[Address]) -> Vec<(Purpose, Call)> {
    let mut questions = Vec::new();
    let mut ends = BTreeSet::new();
    let mut balances: BTreeMap<Address, u64> = BTreeMap::new();
    for scan in scans.iter().filter(|scan| scan.from <= scan.to) {
        let is_lax = planted::is(Bug::EmptyLogsBelieved);
        let below_head = if is_lax { scan.to } else { scan.to.min(head.number.saturating_sub(1)) };
        let range = (scan.from <= below_head).then_some(Blocks::Range(scan.from, below_head));
        ends.extend(range.map(|_| scan.to));
        let deposits: Vec<Address> = scan.deposits.iter().map(|(address, _)| *address).collect();
        for (index, deposits) in deposits.chunks(ADDRESSES_PER_LOG_CALL).enumerate() {
            let is_proof = scan.to < head.number;
            let last = (!is_lax && (!is_proof || index == 0)).then_some(Blocks::One(head));
            for (blocks, is_proof) in
                range.map(|blocks| (blocks, false)).into_iter().chain(last.map(|last| (last, is_proof)))
            {
                let purpose = Purpose::Logs { blocks, deposits: deposits.iter().copied().collect(), is_proof };
                questions.push((purpose, logs_call(blocks, tokens, deposits)));
            }
        }
    }
    for scan in scans.iter().filter(|scan| scan.to == head.number) {
        balances.extend(scan.deposits.iter().copied());
    }
    // After the logs: still the same chain.
    questions.extend(ends.into_iter().map(|height| (Purpose::Block { height }, block_call(height))));
    let balances: Vec<(Address, u64)> = balances.into_iter().collect();
    for of in balances.chunks(ADDRESSES_PER_BALANCE_CALL) {
        let addresses: Vec<Address> = of.iter().map(|(address, _)| *address).collect();
        let call = balances_call(BalanceAt::Hash(head.hash), Address::ZERO, &addresses);
        questions.push((Purpose::Balances { of: of.to_vec() }, call));
    }
    questions
}

/// Keeps a block that was asked for by height. The head's own height must still hold the head.
fn keep_block(blocks: &mut BTreeMap<u64, Block>, answer: &serde_json::Value, height: u64) -> Result<(), RpcError> {
    let block = read_block_at(answer, height)?.ok_or(RpcError::Inconsistent("a block below the head is missing"))?;
    match blocks.insert(height, block) {
        Some(known) if known.hash != block.hash => Err(RpcError::Inconsistent("the head changed meanwhile")),
        _ => Ok(()),
    }
}

fn sort(sight: &mut Sight, chain: ChainId, logs: Vec<Log>) -> Result<(), RpcError> {
    // Counts a transaction's transfers of one token to one address, so that a payment keeps its name wherever a reorg
    // puts the transaction.
    let mut ordinals: BTreeMap<(_, Address, Address), u64> = BTreeMap::new();
    let mut logs = logs;
    logs.sort_by_key(|log| (log.height, log.index));
    logs.dedup();
    for log in logs {
        let block = sight.blocks.get(&log.height).filter(|block| block.hash == log.block_hash);
        let block = block.ok_or(RpcError::Inconsistent("a log's block is not the canonical one"))?;
        match log.kind {
            LogKind::Transfer { token } => {
                let ordinal = ordinals.entry((log.transaction, token, log.deposit)).or_default();
                let asset = AssetId { chain, kind: AssetKind::Erc20(token) };
                let payment = ObservedPayment {
                    id: format!("{asset}/{}/{ordinal}", log.transaction),
                    asset,
                    amount: log.amount,
                    transaction: Some(log.transaction.to_string()),
                    height: log.height,
                    block_time_ms: block.time_ms,
                    unproven: true,
                };
                *ordinal += 1;
                let (place, block) = (log.index, log.block_hash);
                sight.tokens.push(Found { address: log.deposit, payment, place, block, is_coin: false });
            }
            LogKind::Swept { token } => {
                // One sweep may serve an address several times in a transaction, so its place in the block names it;
                // a reorg takes sweeps back by height.
                let id = format!("{}/{}", log.block_hash, log.index);
                sight.sweeps.push((log.deposit, id, Sweep { token, amount: log.amount, height: log.height }));
            }
        }
    }
    Ok(())
}
