//! One run: the story, then a fair time in which nothing breaks any more, then the reckoning.

use std::rc::Rc;

use crate::checks;
use crate::engine::Wake;
use crate::monitor::Violation;
use crate::plan::{Plan, SECOND};
use crate::pool::Pool;
use crate::world::{START_MS, World};

/// Stores are opened in this time, before anything breaks.
const OPENING_MS: i64 = 3 * SECOND;
/// The longest time after which everything must have come right once nothing breaks: a window of one minute, nodes' and
/// deliveries' longest pauses, two looks at late addresses, and the blocks of the slowest chain.
const FAIR_MS: i64 = 7 * 60 * SECOND;
/// Chains stand still for so long at the end, for watchers to reach the head.
const STILL_MS: i64 = 70 * SECOND;
/// Webhooks may take as long as their schedule.
const SCHEDULE_MS: i64 = 100 * 60 * 60 * SECOND;

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The first invariant that does not hold.
    pub violation: Option<Violation>,
    /// The trace, if it was asked for.
    pub lines: Vec<String>,
    /// Checks made.
    pub checks: u64,
}

/// Tells a story to its end, or to the first violation.
pub fn run(plan: &Plan, databases: &mut Pool, is_traced: bool) -> Outcome {
    let world = World::new(plan.clone(), databases, is_traced);
    crate::actors::open_stores(&world);
    for (index, chain) in world.chains.iter().enumerate() {
        world.engine.at(START_MS + chain.block_ms, Wake::Mine(index));
    }
    world.run_until(START_MS + OPENING_MS);
    for (index, step) in plan.steps.iter().enumerate() {
        world.engine.at(START_MS + OPENING_MS + step.at_ms, Wake::Act(index));
    }
    let lasts_ms = plan.steps.last().map_or(0, |step| step.at_ms);
    world.run_until(START_MS + OPENING_MS + lasts_ms + SECOND);
    world.trace(|| "from here on nothing breaks".to_owned());
    mend_all(&world);
    world.run_until(world.engine.now_ms() + FAIR_MS);
    world.is_mining.set(false);
    world.run_until(world.engine.now_ms() + STILL_MS);
    checks::nothing_is_stuck(&world);
    world.are_chains_awake.set(false);
    world.run_until(world.engine.now_ms() + SCHEDULE_MS);
    checks::reckon(&world);
    let outcome = Outcome {
        violation: world.monitor.violation(),
        lines: world.monitor.take_lines(),
        checks: world.monitor.checks.get(),
    };
    world.end(databases);
    outcome
}

fn mend_all(world: &Rc<World>) {
    world.is_fair.set(true);
    for object in &world.objects {
        object.mend();
    }
    world.partitioned.borrow_mut().clear();
    world.without_rate.borrow_mut().clear();
    for chain in &world.chains {
        chain.stalled_until_ms.set(0);
        for node in 0..chain.nodes.len() {
            chain.mend_node(node);
        }
    }
    for endpoint in world.endpoints.iter().flatten() {
        endpoint.fault.set(None);
    }
}
