//! Every limit of the watcher, with its reason.

/// Watches in one request: StoreDo's outbox sends them in such pieces.
pub const WATCHES_PER_REQUEST: usize = 500;
/// Observations in one delivery: about 100 kB at a payment each.
pub const OBSERVATIONS_PER_REQUEST: usize = 100;
