//! Whether the chain can be read just now: what the last poll said, or with nothing to watch, a call made for the question.

use groat_core::asset::LOCAL_CHAIN;

use super::answers::{chain_id_call, read_chain_id};
use super::follow;
use super::ledger;
use super::limits::{HEALTH_FRESH_MS, RPC_TIMEOUT_MS, STALLED_MS};

use super::messages::{ChainHealth, NodeHealth};
use super::rpc::{Node, RpcError};
use super::state::{NodeState, State};
use super::watches;
use crate::config::ChainConfig;
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// Says how the chain is; asks a node first, unless one was asked lately.
pub async fn health<S: Sql, H: Http>(
    sql: &mut S,
    http: &H,
    config: &ChainConfig,
    clock: &impl Fn() -> i64,
) -> Result<ChainHealth, SqlError> {
    let tried_ms = State::load(sql)?.tried_ms;
    if tried_ms.is_none_or(|tried_ms| (clock() - tried_ms).abs() >= HEALTH_FRESH_MS) {
        probe(sql, http, config, clock).await?;
    }
    let state = State::load(sql)?;
    let unproven = state.head.map_or(Ok(0), |head| ledger::count_unproven(sql, head.height))?;
    // The last time that nodes were asked, one answered well.
    let available = state.answered_ms.is_some() && state.answered_ms == state.tried_ms;
    // The local chain makes a block when it is asked to; nobody waits for the next one.
    let is_stalled = config.id != LOCAL_CHAIN
        && state.next_poll_ms.is_some()
        && state.head_since_ms.is_some_and(|since_ms| clock() - since_ms >= STALLED_MS);
    let nodes = NodeState::load_all(sql, &config.rpc)?.into_iter();
    let of_node = |node: NodeState| NodeHealth { available: node.error.is_none(), head: node.head, error: node.error };
    Ok(ChainHealth {
        available,
        delayed: !available || is_stalled || unproven > 0,
        unproven,
        nodes: nodes.map(of_node).collect(),
        head: state.head.map(|head| head.height),
        age_ms: state.answered_ms.map(|answered_ms| (clock() - answered_ms).max(0)),
        error: state.error,
        rpc_calls: state.rpc_calls,
        watches: watches::count(sql)?,
    })
}

/// Asks for the chain's number: the nodes that have not failed lately, or all where each has, until one answers well.
async fn probe<S: Sql, H: Http>(
    sql: &mut S,
    http: &H,
    config: &ChainConfig,
    clock: &impl Fn() -> i64,
) -> Result<(), SqlError> {
    let started_ms = clock();
    let mut nodes = NodeState::load_all(sql, &config.rpc)?;
    if nodes.iter().any(|state| state.retry_at_ms <= started_ms) {
        nodes.retain(|state| state.retry_at_ms <= started_ms);
    }
    for state in &mut nodes {
        let url = state.url.clone();
        let single = state.single_until_ms > started_ms;
        let node = Node::new(http, &url, clock, RPC_TIMEOUT_MS.into(), single);
        let expected = config.id.evm_number();
        let result = match node.call(chain_id_call()).await.and_then(|answer| read_chain_id(&answer)) {
            Ok(found) if found == expected => Ok(()),
            Ok(found) => Err(RpcError::OtherChain { expected, found }),
            Err(error) => Err(error),
        };
        let ended_ms = clock();
        State::change(sql, |row| row.rpc_calls += node.calls())?;
        match result {
            Ok(()) => {
                let fault = follow::token_fault(sql)?;
                let was_resting = state.retry_at_ms > started_ms;
                state.recovered(sql)?;
                return State::change(sql, |row| {
                    (row.tried_ms, row.answered_ms, row.error) = (Some(ended_ms), Some(ended_ms), fault);
                    if was_resting {
                        row.next_poll_ms = row.next_poll_ms.map(|next_ms| next_ms.min(ended_ms));
                    }
                });
            }
            Err(error) => {
                state.failed(sql, &error, ended_ms)?;
                State::change(sql, |row| (row.tried_ms, row.error) = (Some(ended_ms), Some(error.to_string())))?;
            }
        }
    }
    Ok(())
}
