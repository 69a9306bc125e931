//! Tokens that stand at an address although no log said so: a node may leave out a log and never know.
//!
//! Balances are compared with what was recorded, now and then, through another node than the one that speaks where there
//! is one. A difference is no payment, for it has no transaction and no block: it only has the address looked at again,
//! through another node if there is one. `docs/decisions/0009-tokens-count-by-their-logs.md` says why.

use std::collections::BTreeMap;

use groat_core::evm::Address;
use groat_core::money::Amount;

use super::agree::Nodes;
use super::answers::{BalanceAt, Block, balances_call, head_call, read_balances, read_block};
use super::ledger;
use super::limits::{ADDRESSES_PER_BALANCE_CALL, RECONCILE_DOUBLINGS, RECONCILE_MS, RESCAN_WHOLE_MS, WITNESS_MOST_MS};
use super::rpc::{Call, Node, RpcError};
use super::state::{Reach, State};
use super::watches::{self, Lane};
use crate::outbound::Http;
use crate::sql::{Sql, SqlError};

/// (1) Asks every other node how it is; (2) asks one of them, or the only one, for all tokens' balances; (3) compares them
/// with what was recorded, and has the addresses that hold more looked at again.
pub async fn reconcile<S: Sql, H: Http>(
    sql: &mut S,
    nodes: &mut Nodes<'_, H>,
    tokens: &[Address],
    head: Block,
) -> Result<(), SqlError> {
    let now_ms = (nodes.clock)();
    let state = State::load(sql)?;
    if state.reconcile_due_ms == 0 {
        // Just awake: what has been looked at now is compared after a while.
        return State::change(sql, |row| row.reconcile_due_ms = now_ms + RECONCILE_MS);
    }
    if state.reconcile_due_ms > now_ms {
        return Ok(());
    }
    // An address whose logs are not known up to the head cannot be compared.
    let is_known = |lane: Lane, reach: Option<Reach>| (lane, reach == Some(Reach::both(head.number)));
    let mut addresses = Vec::new();
    for (lane, is_known) in [is_known(Lane::Active, state.active), is_known(Lane::Late, state.late)] {
        let of_lane = watches::lane(sql, lane)?;
        if !is_known && !of_lane.is_empty() {
            return Ok(());
        }
        addresses.extend(of_lane);
    }
    State::change(sql, |row| row.reconcile_due_ms = now_ms + RECONCILE_MS)?;
    // (1)
    nodes.roll_call(sql).await?;
    // (2)
    let Some(balances) = nodes.balances(sql, tokens, head, &addresses).await? else { return Ok(()) };
    // (3)
    let known = ledger::tokens_known(sql)?;
    let holds_more = |key: &(Address, Address), amount: &Amount| known.get(key).is_none_or(|known| amount > known);
    let mut unexplained: Vec<Address> = balances
        .iter()
        .filter(|(key, amount)| !amount.is_zero() && holds_more(key, amount))
        .map(|((address, _), _)| *address)
        .collect();
    unexplained.dedup();
    let state = State::load(sql)?;
    if unexplained.is_empty() {
        return State::change(sql, |row| (row.reconciled, row.unexplained) = (Some(head.number), 0));
    }
    let from = state.reconciled.filter(|_| state.unexplained == 0);
    for address in &unexplained {
        watches::look_again(sql, *address, from, now_ms - RESCAN_WHOLE_MS)?;
    }
    if nodes.are_several() {
        let speaker = nodes.speaker;
        nodes.states[speaker].failed(sql, &RpcError::Inconsistent("tokens that no log of it explains"), now_ms)?;
    }
    State::change(sql, |row| {
        row.reconcile_due_ms = now_ms + (RECONCILE_MS << row.unexplained.min(RECONCILE_DOUBLINGS));
        row.unexplained = row.unexplained.saturating_add(1);
        row.next_poll_ms = Some(now_ms);
    })
}

/// By address and token.
type Balances = BTreeMap<(Address, Address), Amount>;

impl<H: Http> Nodes<'_, H> {
    /// Asks every node that does not speak for its head, so that health can say how each is.
    async fn roll_call(&mut self, sql: &mut impl Sql) -> Result<(), SqlError> {
        for index in self.others() {
            let answers = self.quick(sql, index, vec![head_call()]).await?;
            let head = answers.and_then(|answers| {
                let head = answers.first().map(read_block).transpose()?.flatten();
                head.ok_or(RpcError::Malformed("a chain without a head"))
            });
            let now_ms = (self.clock)();
            match head {
                Ok(head) => self.states[index].heard(sql, head.number)?,
                Err(error) => self.states[index].failed(sql, &error, now_ms)?,
            }
        }
        Ok(())
    }

    /// All tokens' balances after a block, as the first of the others says who can, or else the one that speaks. `None`
    /// where nobody can say.
    async fn balances(
        &mut self,
        sql: &mut impl Sql,
        tokens: &[Address],
        head: Block,
        addresses: &[Address],
    ) -> Result<Option<Balances>, SqlError> {
        let pieces: Vec<(Address, &[Address])> = tokens
            .iter()
            .flat_map(|token| addresses.chunks(ADDRESSES_PER_BALANCE_CALL).map(|piece| (*token, piece)))
            .collect();
        if pieces.is_empty() {
            return Ok(Some(Balances::new()));
        }
        let call = |(token, piece): &(Address, &[Address])| balances_call(BalanceAt::Hash(head.hash), *token, piece);
        for index in self.others().into_iter().chain([self.speaker]) {
            let Ok(answers) = self.quick(sql, index, pieces.iter().map(call).collect()).await? else { continue };
            let mut balances = Balances::new();
            let mut is_whole = true;
            for ((token, piece), answer) in pieces.iter().zip(&answers) {
                match read_balances(answer, piece.len()) {
                    // A balance above the maximum is none that could be credited.
                    Ok(amounts) => {
                        let named = piece.iter().zip(amounts);
                        balances.extend(named.filter_map(|(address, amount)| Some(((*address, *token), amount?))));
                    }
                    Err(_) => is_whole = false,
                }
            }
            if is_whole {
                return Ok(Some(balances));
            }
        }
        Ok(None)
    }

    /// Calls that must all succeed, for which nobody waits long.
    async fn quick(
        &mut self,
        sql: &mut impl Sql,
        index: usize,
        calls: Vec<Call>,
    ) -> Result<Result<Vec<serde_json::Value>, RpcError>, SqlError> {
        let url = self.states[index].url.clone();
        let single = self.states[index].single_until_ms > (self.clock)();
        let node = Node::new(self.http, &url, self.clock, WITNESS_MOST_MS, single);
        let answers = node.all(calls).await;
        State::change(sql, |row| row.rpc_calls += node.calls())?;
        Ok(answers)
    }
}
