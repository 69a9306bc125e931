//! One poll: asks one node after the other what is new, until one answers well.
//!
//! While a node is awaited, watches and hints may come in: everything read before an `await` is read again where it is
//! written. Polls themselves never overlap, for only the alarm makes them.

use std::collections::BTreeMap;

use groat_core::asset::{ASSETS, AssetId, AssetKind, ChainId};
use groat_core::evm::Address;
use groat_core::planted::{self, Bug};

use super::agree::{self, Nodes};
use super::answers::Block;
use super::coins::{self, Recorded};
use super::follow::{self, Fork, PollError};
use super::ledger;
use super::limits::POLL_MOST_MS;
use super::reconcile;
use super::rpc::{Node, RpcError};
use super::scan::{self, Scan, Sight};
use super::state::{NodeState, Reach, State};
use super::watches::{self, Joiner, Lane};
use super::write::{self, Seen};
use crate::config::ChainConfig;
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// Polls, if there is anything to watch. (1) Tidies; (2) asks one node after the other until one answers well; (3) notes
/// how it went and when to poll next. Only a failure of the storage is an error.
pub async fn poll<S: Sql, H: Http>(
    sql: &mut S,
    http: &H,
    config: &ChainConfig,
    clock: &impl Fn() -> i64,
) -> Result<(), SqlError> {
    // (1)
    let started_ms = clock();
    watches::tidy(sql, started_ms)?;
    if !watches::has_any(sql, &Lane::ALL)? {
        return sleep(sql);
    }
    // (2)
    let mut states = NodeState::load_all(sql, &config.rpc)?;
    let mut fault = None;
    let mut are_behind = false;
    for speaker in 0..states.len() {
        let state = &states[speaker];
        if state.retry_at_ms > started_ms {
            continue;
        }
        let url = state.url.clone();
        let node = Node::new(http, &url, clock, POLL_MOST_MS, state.single_until_ms > started_ms);
        let mut nodes = Nodes { http, states: &mut states, speaker, clock };
        let result = follow_chain(sql, &node, &mut nodes, config, started_ms).await;
        let ended_ms = clock();
        // (3)
        let state = &mut states[speaker];
        let mut row = State::load(sql)?;
        row.rpc_calls += node.calls();
        if node.is_single() {
            state.takes_no_batches(sql, ended_ms)?;
        }
        let error = match result {
            Ok((seen, tokens)) => {
                state.succeeded(sql, seen.is_full_range(state.log_range))?;
                // With news half written, nobody would ever be told of it.
                sql.atomically(|sql| {
                    write::write(sql, &mut row, &seen, started_ms)?;
                    write::conclude(sql, &mut row, &seen, config, started_ms, ended_ms)?;
                    row.save(sql)
                })?;
                return afterwards(sql, Nodes { http, states: &mut states, speaker, clock }, &seen, &tokens).await;
            }
            Err(PollError::RangeRefused) if state.shrink_range(sql)? => {
                (row.tried_ms, row.answered_ms, row.next_poll_ms) = (Some(ended_ms), Some(ended_ms), Some(ended_ms));
                return row.save(sql);
            }
            Err(PollError::RangeRefused) => RpcError::Malformed("not even one block's logs"),
            Err(PollError::Rpc(error)) => error,
            Err(PollError::Sql(error)) => return Err(error),
        };
        row.save(sql)?;
        are_behind |= matches!(error, RpcError::Behind { .. });
        state.failed(sql, &error, ended_ms)?;
        fault = Some((ended_ms, error.to_string()));
    }
    let next_poll_ms = states.iter().map(|state| state.retry_at_ms).min();
    State::change(sql, |row| {
        row.next_poll_ms = next_poll_ms.map(|next_ms| next_ms.max(started_ms));
        if are_behind {
            row.behind_since_ms = row.behind_since_ms.or(Some(started_ms));
        }
        if let Some((ended_ms, error)) = fault {
            (row.tried_ms, row.error) = (Some(ended_ms), Some(error));
        }
    })
}

/// What is done once the head is reached: (1) a second opinion on what is about to be final; (2) now and then, tokens
/// compared with logs.
async fn afterwards<S: Sql, H: Http>(
    sql: &mut S,
    mut nodes: Nodes<'_, H>,
    seen: &Seen,
    tokens: &[Address],
) -> Result<(), SqlError> {
    if !seen.is_at_head() {
        return Ok(());
    }
    // (1)
    agree::settle(sql, &mut nodes, tokens, seen.head.number).await?;
    // (2)
    if planted::is(Bug::EmptyLogsBelieved) {
        return Ok(());
    }
    reconcile::reconcile(sql, &mut nodes, tokens, seen.head).await
}

/// With nothing to watch there is nothing to remember, and no alarm.
fn sleep(sql: &mut impl Sql) -> Result<(), SqlError> {
    sql.run("DELETE FROM checkpoints", &[])?;
    State::change(sql, |row| {
        (row.active, row.late, row.late_due_ms, row.head, row.next_poll_ms) = (None, None, 0, None, None);
        (row.reconciled, row.reconcile_due_ms, row.unexplained) = (None, 0, 0);
        (row.behind_since_ms, row.head_since_ms) = (None, None);
    })
}

/// (1) The right chain and its tokens; (2) its head, and back to the common ancestor where it parted, unless others stay;
/// (3) what to look at; (4) a look; (5) coins; (6) a second opinion on what is new.
async fn follow_chain<S: Sql, H: Http>(
    sql: &mut S,
    node: &Node<'_, H>,
    nodes: &mut Nodes<'_, H>,
    config: &ChainConfig,
    now_ms: i64,
) -> Result<(Seen, Vec<Address>), PollError> {
    let (is_verified, log_range) = (nodes.states[nodes.speaker].verified, nodes.states[nodes.speaker].log_range);
    // (1)
    if !is_verified {
        follow::identify(sql, node, config.id).await?;
    }
    let tokens = follow::tokens(sql, node, config.id, now_ms).await?;
    // (2)
    let head = follow::head(sql, node, config.id, now_ms).await?;
    let fork = follow::find_fork(sql, node, head, now_ms).await?;
    let fork = fork.filter(|_| !planted::is(Bug::ReorgNotSeen));
    if let Some(fork) = fork {
        take_back(sql, node, nodes, config, fork, is_verified).await?;
    }
    let has_returned = fork.is_some();
    let beginnings = follow::find_beginnings(sql, node, config.id, head, now_ms).await?;
    // (3)
    let scans = scans(sql, head, log_range, &beginnings, now_ms)?;
    if scans.is_empty() {
        let (sight, coins) = (Sight::default(), Vec::new());
        return Ok((Seen { head, scans, sight, coins, beginnings, shrunk: 0, has_returned }, tokens));
    }
    // (4)
    let mut sight = scan::look(node, config.id, head, &scans, &tokens).await?;
    // (5)
    let with_late = scans.iter().any(|scan| scan.lane == Lane::Late);
    let recorded = Recorded { coins: ledger::coins(sql, with_late)?, sweeps: ledger::sweeps(sql, with_late)? };
    let asset = native_asset(config.id)?;
    let (mut coins, shrunk) = coins::find(node, asset, head, &mut sight, recorded).await?;
    // (6)
    for found in sight.tokens.iter_mut().chain(&mut coins) {
        found.payment.unproven = nodes.are_several();
    }
    let found: Vec<_> = sight.tokens.iter().chain(&coins).collect();
    if agree::is_forged(sql, nodes, &tokens, &found, &sight.sweeps).await? {
        return Err(RpcError::Outvoted("two others do not show a payment that it shows").into());
    }
    Ok((Seen { head, scans, sight, coins, beginnings, shrunk, has_returned }, tokens))
}

/// Goes back to the common ancestor. (1) A node may have been moved to another chain: it shows its own again. (2) What was
/// told would be taken back: others are asked whether they left that chain too.
async fn take_back<S: Sql, H: Http>(
    sql: &mut S,
    node: &Node<'_, H>,
    nodes: &mut Nodes<'_, H>,
    config: &ChainConfig,
    fork: Fork,
    was_verified: bool,
) -> Result<(), PollError> {
    // (1)
    if was_verified {
        follow::identify(sql, node, config.id).await?;
        // The local chain is forgotten where it is a new one.
        if State::load(sql)?.head.is_none() {
            return Ok(());
        }
    }
    // (2)
    let above = fork.ancestor.map_or(0, |ancestor| ancestor.height);
    let is_felt = nodes.are_several() && ledger::has_payments_above(sql, above)?;
    if is_felt && agree::is_dissent(sql, nodes, fork.newest).await? {
        return Err(RpcError::Outvoted("it left a chain that others still follow").into());
    }
    Ok(follow::take_back(sql, fork)?)
}

fn native_asset(chain: ChainId) -> Result<AssetId, SqlError> {
    let is_native = |id: &AssetId| id.chain == chain && matches!(id.kind, AssetKind::Native(_));
    let asset = ASSETS.iter().map(|asset| asset.id).find(is_native);
    asset.ok_or_else(|| SqlError::Statement(format!("the registry lists no coin of {chain}")))
}

/// What to look at: each lane from where it stands, the joining addresses from the one furthest back; nothing where a lane
/// has reached the head already.
fn scans(
    sql: &mut impl Sql,
    head: Block,
    log_range: u64,
    beginnings: &BTreeMap<Address, u64>,
    now_ms: i64,
) -> Result<Vec<Scan>, SqlError> {
    let state = State::load(sql)?;
    let mut scans = Vec::new();
    let end = |from: u64| head.number.min(from.saturating_add(log_range - 1));
    let late = state.late.filter(|_| state.late_due_ms <= now_ms);
    for (lane, reach) in [(Lane::Active, state.active), (Lane::Late, late)] {
        let Some(reach) = reach.filter(|reach| reach.logs < head.number) else { continue };
        let deposits: Vec<_> = watches::lane(sql, lane)?.into_iter().map(|address| (address, reach.coins)).collect();
        if !deposits.is_empty() {
            scans.push(Scan { lane, deposits, from: reach.logs + 1, to: end(reach.logs + 1) });
        }
    }
    let joiners = watches::joiners(sql)?;
    let begins = |address: &Address| beginnings.get(address).copied().map(Reach::both);
    let reach_of = |joiner: &Joiner| joiner.reach.or_else(|| begins(&joiner.address));
    let joiners: Vec<_> = joiners.iter().filter_map(|joiner| Some((joiner.address, reach_of(joiner)?))).collect();
    if let Some(furthest) = joiners.iter().map(|(_, reach)| reach.logs).min() {
        let (from, to) = (furthest + 1, end(furthest + 1));
        let is_met = |reach: Reach| reach.logs < to || to == head.number;
        let met = |(address, reach): (_, Reach)| is_met(reach).then_some((address, reach.coins));
        scans.push(Scan { lane: Lane::Joining, deposits: joiners.into_iter().filter_map(met).collect(), from, to });
    }
    Ok(scans)
}
