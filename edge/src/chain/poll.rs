//! One poll: asks a node what is new, and writes what it said, all at once.
//!
//! While a node is awaited, watches and hints may come in: everything read before an `await` is read again where it is
//! written. Polls themselves never overlap, for only the alarm makes them.

use groat_core::asset::{ASSETS, AssetId, AssetKind, ChainId};

use super::answers::Block;
use super::coins::{self, Recorded};
use super::follow::{self, PollError};
use super::ledger::{self, Found};
use super::limits::LATE_POLL_MS;
use super::rpc::{Node, RpcError};
use super::scan::{self, Scan, Sight};
use super::state::{NodeState, Reach, State};
use super::watches::{self, Lane};
use crate::config::ChainConfig;
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// How far a poll came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Everything that was due is known up to the head.
    AtHead,
    /// There is more to look at.
    Behind {
        /// A whole range went well.
        full_range: bool,
    },
}

/// What came of a poll that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    progress: Progress,
    /// Addresses that hold less than they should.
    shrunk: usize,
}

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
    if watches::count(sql)? == 0 {
        return sleep(sql);
    }
    // (2)
    let mut nodes = NodeState::load_all(sql, &config.rpc)?;
    let mut fault = None;
    for state in nodes.iter_mut().filter(|state| state.retry_at_ms <= started_ms) {
        let url = state.url.clone();
        let node = Node::new(http, &url);
        let result = follow_chain(sql, &node, state, config, started_ms).await;
        let ended_ms = clock();
        State::change(sql, |row| row.rpc_calls += node.calls())?;
        // (3)
        let error = match result {
            Ok(outcome) => {
                state.succeeded(sql, outcome.progress == Progress::Behind { full_range: true })?;
                return succeeded(sql, config, outcome, started_ms, ended_ms);
            }
            Err(PollError::RangeRefused) if state.shrink_range(sql)? => {
                return State::change(sql, |row| {
                    (row.tried_ms, row.answered_ms) = (Some(ended_ms), Some(ended_ms));
                    row.next_poll_ms = Some(ended_ms);
                });
            }
            Err(PollError::RangeRefused) => RpcError::Malformed("not even one block's logs"),
            Err(PollError::Rpc(error)) => error,
            Err(PollError::Sql(error)) => return Err(error),
        };
        state.failed(sql, &error, ended_ms)?;
        fault = Some((ended_ms, error.to_string()));
    }
    let next_poll_ms = nodes.iter().map(|state| state.retry_at_ms).min();
    State::change(sql, |row| {
        row.next_poll_ms = next_poll_ms.map(|next_ms| next_ms.max(started_ms));
        if let Some((ended_ms, error)) = fault {
            (row.tried_ms, row.error) = (Some(ended_ms), Some(error));
        }
    })
}

/// With nothing to watch there is nothing to remember, and no alarm.
fn sleep(sql: &mut impl Sql) -> Result<(), SqlError> {
    sql.run("DELETE FROM checkpoints", &[])?;
    State::change(sql, |row| {
        (row.active, row.late, row.late_due_ms) = (None, None, 0);
        row.next_poll_ms = None;
    })
}

fn succeeded(
    sql: &mut impl Sql,
    config: &ChainConfig,
    outcome: Outcome,
    started_ms: i64,
    ended_ms: i64,
) -> Result<(), SqlError> {
    let shrunk = || {
        let count = outcome.shrunk;
        (count > 0).then(|| format!("{count} addresses hold less coin than arrived, though nothing was swept"))
    };
    let fault = follow::token_fault(sql)?.or_else(shrunk);
    let only_late = watches::lane(sql, Lane::Active)?.is_empty() && watches::joiners(sql)?.is_empty();
    State::change(sql, |row| {
        (row.tried_ms, row.answered_ms, row.error) = (Some(ended_ms), Some(ended_ms), fault);
        // Every lane that was due has reached the head, be it that there was no new block.
        if outcome.progress == Progress::AtHead && row.late_due_ms <= started_ms {
            row.late_due_ms = started_ms + LATE_POLL_MS;
        }
        row.next_poll_ms = Some(match outcome.progress {
            Progress::Behind { .. } => ended_ms,
            Progress::AtHead if row.looked_ms > started_ms => ended_ms,
            Progress::AtHead if only_late => row.late_due_ms.max(ended_ms),
            Progress::AtHead => (started_ms + i64::from(config.poll_ms)).max(ended_ms),
        });
    })
}

/// (1) The right chain and its tokens; (2) its head, and back to the common ancestor where it parted; (3) what to look at;
/// (4) a look; (5) coins; (6) everything written at once.
async fn follow_chain<S: Sql, H: Http>(
    sql: &mut S,
    node: &Node<'_, H>,
    state: &NodeState,
    config: &ChainConfig,
    now_ms: i64,
) -> Result<Outcome, PollError> {
    // (1)
    if !state.verified {
        follow::identify(sql, node, config.id).await?;
    }
    let tokens = follow::tokens(sql, node, config.id, now_ms).await?;
    // (2)
    let head = follow::head(node).await?;
    follow::return_to_canonical(sql, node, head).await?;
    follow::find_beginnings(sql, node, config.id, head).await?;
    // (3)
    let scans = scans(sql, head, state.log_range, now_ms)?;
    if scans.is_empty() {
        return Ok(Outcome { progress: Progress::AtHead, shrunk: 0 });
    }
    // (4)
    let mut sight = scan::look(node, config.id, head, &scans, &tokens).await?;
    // (5)
    let with_late = scans.iter().any(|scan| scan.lane == Lane::Late);
    let recorded = Recorded { coins: ledger::coins(sql, with_late)?, sweeps: ledger::sweeps(sql, with_late)? };
    let asset = native_asset(config.id)?;
    let (coins, shrunk) = coins::find(node, asset, head, &mut sight, recorded).await?;
    // (6)
    write(sql, head, &scans, &sight, &coins, now_ms)?;
    let is_whole = |scan: &Scan| scan.to == head.number;
    let full_range = scans.iter().any(|scan| scan.to >= scan.from && scan.to - scan.from + 1 >= state.log_range);
    let progress = if scans.iter().all(is_whole) { Progress::AtHead } else { Progress::Behind { full_range } };
    Ok(Outcome { progress, shrunk })
}

fn native_asset(chain: ChainId) -> Result<AssetId, SqlError> {
    let is_native = |id: &AssetId| id.chain == chain && matches!(id.kind, AssetKind::Native(_));
    let asset = ASSETS.iter().map(|asset| asset.id).find(is_native);
    asset.ok_or_else(|| SqlError::Statement(format!("the registry lists no coin of {chain}")))
}

/// What to look at: each lane from where it stands, the joining addresses from the one furthest back; nothing where a lane
/// has reached the head already.
fn scans(sql: &mut impl Sql, head: Block, log_range: u64, now_ms: i64) -> Result<Vec<Scan>, SqlError> {
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
    let joiners: Vec<_> = joiners.iter().filter_map(|joiner| Some((joiner.address, joiner.reach?))).collect();
    if let Some(furthest) = joiners.iter().map(|(_, reach)| reach.logs).min() {
        let (from, to) = (furthest + 1, end(furthest + 1));
        let is_met = |reach: Reach| reach.logs < to || to == head.number;
        let met = |(address, reach): (_, Reach)| is_met(reach).then_some((address, reach.coins));
        scans.push(Scan { lane: Lane::Joining, deposits: joiners.into_iter().filter_map(met).collect(), from, to });
    }
    Ok(scans)
}

/// Writes what was seen: no `await` in here.
fn write(
    sql: &mut impl Sql,
    head: Block,
    scans: &[Scan],
    sight: &Sight,
    coins: &[Found],
    now_ms: i64,
) -> Result<(), SqlError> {
    for found in sight.tokens.iter().chain(coins) {
        ledger::record_payment(sql, found)?;
    }
    for (address, id, sweep) in &sight.sweeps {
        ledger::record_sweep(sql, *address, id, *sweep)?;
    }
    for scan in scans {
        advance(sql, head, scan, now_ms)?;
        if let Some(block) = sight.blocks.get(&scan.to) {
            ledger::keep_checkpoint(sql, block.number, block.hash, block.time_ms)?;
        }
    }
    let state = State::load(sql)?;
    for (lane, reach) in [(Lane::Active, state.active), (Lane::Late, state.late)] {
        if reach == Some(Reach::both(head.number)) {
            watches::report(sql, lane, head.number, now_ms)?;
        }
    }
    State::change(sql, |row| row.head = Some(head.number))
}

/// Moves a lane, or the addresses that join, up to the last block that was looked at.
fn advance(sql: &mut impl Sql, head: Block, scan: &Scan, now_ms: i64) -> Result<(), SqlError> {
    let is_whole = scan.to == head.number;
    // Balances are looked at where the head is reached.
    let moved = |reach: Option<Reach>| {
        let coins = if is_whole { Some(scan.to) } else { reach.map(|reach| reach.coins) };
        coins.map(|coins| Reach { logs: scan.to, coins })
    };
    match scan.lane {
        Lane::Active => State::change(sql, |row| row.active = moved(row.active)),
        Lane::Late => State::change(sql, |row| row.late = moved(row.late)),
        Lane::Joining if !is_whole => {
            scan.deposits.iter().try_for_each(|(address, _)| watches::set_scanned(sql, *address, scan.to))
        }
        Lane::Joining => {
            let mut is_empty = |lane| watches::lane(sql, lane).map(|addresses| addresses.is_empty());
            let (no_active, no_late) = (is_empty(Lane::Active)?, is_empty(Lane::Late)?);
            for (address, _) in &scan.deposits {
                watches::join(sql, *address, now_ms)?;
            }
            State::change(sql, |row| {
                if no_active {
                    row.active = Some(Reach::both(head.number));
                }
                if no_late {
                    row.late = Some(Reach::both(head.number));
                }
            })
        }
    }
}
