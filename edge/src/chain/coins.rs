//! Native coin, seen by balance, so that what a contract sends counts too.
//!
//! What arrived in all is the balance and what the factory says was swept. Where that has grown since the last look over
//! more than one block, the blocks are searched for, because a payment's height and time decide whether it is final and
//! in time. A node without the old states cannot say: then the payment is as young as the head, which is the careful side
//! for finality, and if that makes it late, the seller decides.

use std::collections::BTreeMap;

use groat_core::asset::AssetId;
use groat_core::evm::Address;
use groat_core::invoice::ObservedPayment;
use groat_core::money::Amount;

use super::answers::{BalanceAt, Block, balances_call, block_call, read_balances, read_block_at};
use super::ledger::{Coins, Found, Sweep};
use super::limits::{COIN_SEARCH_ADDRESSES, COIN_SEARCH_ROUNDS};
use super::rpc::{Node, RpcError};
use super::scan::Sight;
use crate::outbound::Http;

/// Orders coins behind tokens of the same block.
const COIN_PLACE: u64 = 1 << 40;

/// An address where more has arrived than is recorded.
struct Growth {
    address: Address,
    /// Recorded up to `low`.
    known: Amount,
    /// Arrived up to `high`.
    total: Amount,
    sweeps: Vec<Sweep>,
    /// The last block where `known` holds.
    low: u64,
    /// A block where more than `known` holds.
    high: u64,
    /// What had arrived up to `high`.
    at_high: Amount,
    payments: Vec<(Amount, Amount, u64)>,
}

/// What is recorded of native coin: payments, and sweeps by id.
pub struct Recorded {
    /// By address.
    pub coins: BTreeMap<Address, Coins>,
    /// By address and id.
    pub sweeps: BTreeMap<Address, BTreeMap<String, Sweep>>,
}

/// Native payments since the last look. (1) Compares totals, (2) searches the blocks, (3) fetches their times. Also says
/// how many addresses hold less than they should, which no honest node shows.
pub async fn find<H: Http>(
    node: &Node<'_, H>,
    asset: AssetId,
    head: Block,
    sight: &mut Sight,
    mut recorded: Recorded,
) -> Result<(Vec<Found>, usize), RpcError> {
    // (1)
    for (address, id, sweep) in sight.sweeps.iter().filter(|(.., sweep)| sweep.token.is_zero()) {
        recorded.sweeps.entry(*address).or_default().insert(id.clone(), *sweep);
    }
    let mut growths = Vec::new();
    let mut shrunk = 0;
    for (address, looked_at, balance) in &sight.balances {
        let Coins { total: known, height } = recorded.coins.get(address).copied().unwrap_or_default();
        let sweeps: Vec<Sweep> =
            recorded.sweeps.get(address).map(|sweeps| sweeps.values().copied().collect()).unwrap_or_default();
        match balance.and_then(|balance| total(balance, &sweeps, head.number)) {
            Some(total) if total > known => {
                let low = height.max(*looked_at).min(head.number.saturating_sub(1));
                growths.push(Growth {
                    address: *address,
                    known,
                    total,
                    sweeps,
                    low,
                    high: head.number,
                    at_high: total,
                    payments: Vec::new(),
                });
            }
            Some(total) if total == known => {}
            _ => shrunk += 1,
        }
    }
    // (2)
    let searched = growths.len().min(COIN_SEARCH_ADDRESSES);
    search(node, head, &mut growths[..searched]).await?;
    // (3)
    let mut found = Vec::new();
    for growth in &mut growths {
        if growth.known < growth.total {
            growth.step(head.number, growth.total);
        }
        for (amount, total, height) in &growth.payments {
            let block = canonical_block(node, sight, *height).await?;
            let payment = ObservedPayment {
                id: format!("{asset}/{}", total.to_base_units()),
                asset,
                amount: *amount,
                transaction: None,
                height: *height,
                block_time_ms: block.time_ms,
                unproven: true,
            };
            found.push(Found { address: growth.address, payment, place: COIN_PLACE, block: block.hash, is_coin: true });
        }
    }
    Ok((found, shrunk))
}

impl Growth {
    /// Records that up to `height` the total had grown to `total`, and goes on from there.
    fn step(&mut self, height: u64, total: Amount) {
        self.payments.push((total.saturating_sub(self.known), total, height));
        self.known = total;
        self.low = height;
    }

    /// Settles what needs no further question.
    fn settle(&mut self, head: u64) {
        while self.known < self.total && self.high == self.low + 1 {
            let at_high = self.at_high;
            self.step(self.high, at_high);
            (self.high, self.at_high) = (head, self.total);
        }
    }
}

/// Halves the ranges, all addresses in one batch a round, until each growth stands at its block.
async fn search<H: Http>(node: &Node<'_, H>, head: Block, growths: &mut [Growth]) -> Result<(), RpcError> {
    for _ in 0..COIN_SEARCH_ROUNDS {
        for growth in growths.iter_mut() {
            growth.settle(head.number);
        }
        let mut open: Vec<&mut Growth> = growths.iter_mut().filter(|growth| growth.known < growth.total).collect();
        if open.is_empty() {
            return Ok(());
        }
        let middles: Vec<u64> = open.iter().map(|growth| growth.low.midpoint(growth.high)).collect();
        let call = |(growth, middle): (&&mut Growth, &u64)| {
            balances_call(BalanceAt::Height(*middle), Address::ZERO, &[growth.address])
        };
        let calls = open.iter().zip(&middles).map(call).collect();
        for ((growth, middle), answer) in open.iter_mut().zip(middles).zip(node.each(calls).await?) {
            // A refusal means that the state is gone; every other range would be older still.
            let Ok(answer) = answer else { return Ok(()) };
            let balance = read_balances(&answer, 1)?.pop().flatten();
            let at_middle = balance.and_then(|balance| total(balance, &growth.sweeps, middle));
            let at_middle = at_middle.ok_or(RpcError::Malformed("a balance above the maximum"))?;
            if at_middle < growth.known || at_middle > growth.at_high {
                return Err(RpcError::Inconsistent("a total that does not only grow"));
            }
            if at_middle > growth.known {
                (growth.high, growth.at_high) = (middle, at_middle);
            } else {
                growth.low = middle;
            }
        }
    }
    Ok(())
}

/// The balance after a block and all that was swept up to it.
fn total(balance: Amount, sweeps: &[Sweep], height: u64) -> Option<Amount> {
    let until = sweeps.iter().filter(|sweep| sweep.height <= height);
    until.map(|sweep| sweep.amount).try_fold(balance, Amount::checked_add)
}

async fn canonical_block<H: Http>(node: &Node<'_, H>, sight: &mut Sight, height: u64) -> Result<Block, RpcError> {
    if let Some(block) = sight.blocks.get(&height) {
        return Ok(*block);
    }
    let block = read_block_at(&node.call(block_call(height)).await?, height)?;
    let block = block.ok_or(RpcError::Inconsistent("a block below the head is missing"))?;
    sight.blocks.insert(height, block);
    Ok(block)
}
