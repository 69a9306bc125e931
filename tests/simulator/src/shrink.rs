//! Makes a failing story short: leaves actions out, and makes the rest simpler, as long as the same invariant breaks.

use crate::plan::{Action, Plan, Share};
use crate::pool::Pool;
use crate::run::run;

/// The shortest story found that breaks the same invariant.
pub fn shrink(plan: &Plan, invariant: &str, databases: &mut Pool) -> Plan {
    let mut fails =
        |plan: &Plan| run(plan, databases, false).violation.is_some_and(|violation| violation.invariant == invariant);
    let mut best = plan.clone();
    loop {
        let before = best.clone();
        leave_out(&mut best, &mut fails);
        simplify(&mut best, &mut fails);
        if best == before {
            return best;
        }
    }
}

/// Leaves out halves, quarters, and at last single actions.
fn leave_out(best: &mut Plan, fails: &mut impl FnMut(&Plan) -> bool) {
    let mut size = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut from = 0;
        while from < best.steps.len() {
            let mut shorter = best.clone();
            shorter.steps.drain(from..(from + size).min(best.steps.len()));
            if fails(&shorter) {
                *best = shorter;
            } else {
                from += size;
            }
        }
        if size == 1 {
            return;
        }
        size = size.div_ceil(2);
    }
}

/// Tries a simpler form of each part.
fn simplify(best: &mut Plan, fails: &mut impl FnMut(&Plan) -> bool) {
    let mut attempt = |best: &mut Plan, simpler: Plan| {
        if simpler != *best && fails(&simpler) {
            *best = simpler;
        }
    };
    attempt(best, Plan { top_up_minutes: 0, late_grace_minutes: 0, ..best.clone() });
    for chain in 0..best.chains.len() {
        let mut simpler = best.clone();
        (simpler.chains[chain].nodes, simpler.chains[chain].confirmations) = (1, 1);
        attempt(best, simpler);
    }
    for step in 0..best.steps.len() {
        let mut simpler = best.clone();
        match &mut simpler.steps[step].action {
            Action::Create { lost_answers, .. } => *lost_answers = 0,
            Action::Pay { share, wait_ms, .. } => (*share, *wait_ms) = (Share::Exact, 0),
            Action::Crash { writes, .. } => *writes = 0,
            Action::Reorg { depth, .. } => *depth = 1,
            _ => continue,
        }
        attempt(best, simpler);
    }
}
