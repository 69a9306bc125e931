//! Every limit of the watcher, with its reason.

use groat_core::time::{DAY_MS, MINUTE_MS, SECOND_MS};

/// Watches in one request: StoreDo's outbox sends them in such pieces.
pub const WATCHES_PER_REQUEST: usize = 500;
/// Observations in one delivery: about 100 kB at two payments each.
pub const OBSERVATIONS_PER_REQUEST: usize = 100;
/// Payments told of one asset at one address, the largest first: dust sent to bury a payment cannot.
pub const PAYMENTS_PER_ASSET: usize = 50;
/// Reports on the way from a payment's first block to its finality, the last one included: buyers see it move, and a chain
/// that asks for forty confirmations costs no more than one that asks for four.
pub const PROGRESS_STEPS: u32 = 4;
/// Confirmations that a watch may ask for.
pub const MAX_CONFIRMATIONS: u32 = 1_000;

/// Blocks whose hashes are kept to find where a reorg began. Polygon's deepest, in 2023, took back 157.
pub const REORG_WINDOW_BLOCKS: u64 = 256;
/// Checkpoints compared in one batch while looking for the fork, nearest first.
pub const ANCESTORS_PER_BATCH: usize = 16;
/// Heights above this are refused; it is far beyond any chain and exact in a float.
pub const MAX_HEIGHT: u64 = 1 << 52;
/// Block times above this are refused, for the same reason: the year 5138.
pub const MAX_BLOCK_TIME_SECONDS: u64 = 100_000_000_000;

/// Deposit addresses in one log filter. Geth refuses more than 1,000 alternatives in a position.
pub const ADDRESSES_PER_LOG_CALL: usize = 1_000;
/// Addresses in one balance call. Its answer counts as code, which is bound to 24,576 bytes (EIP-170), 16 of them an
/// address; the question counts as init code, bound to 49,152 bytes (EIP-3860), 20 of them an address.
pub const ADDRESSES_PER_BALANCE_CALL: usize = 1_500;
/// Blocks in one log call at first. Providers allow 5 to 10,000; what one refuses is cut down and remembered.
pub const LOG_RANGE_BLOCKS: u64 = 1_000;
/// A refused range is divided by this.
pub const LOG_RANGE_DIVISOR: u64 = 4;
/// More logs than this from more than one block may have been cut off silently: a smaller range is asked for.
pub const LOGS_PER_ANSWER: usize = 5_000;
/// Calls in one HTTP request; public nodes refuse larger batches.
pub const CALLS_PER_BATCH: usize = 20;
/// Text in one HTTP request, unless a single call is longer: providers take from one to a few million.
pub const BYTES_PER_BATCH: usize = 500_000;
/// Calls in flight to a node that takes no batches; the platform opens six connections at once.
pub const SINGLE_CALLS_AT_ONCE: usize = 4;
/// A node that refused a batch is offered one again after this time.
pub const SINGLE_MS: i64 = DAY_MS;
/// An answer above this would press on the object's memory of 128 MB.
pub const MAX_ANSWER_BYTES: usize = 4_000_000;
/// A node that takes longer is as good as down.
pub const RPC_TIMEOUT_MS: u32 = 10_000;
/// All of one node's answers in one poll: an alarm has 15 minutes, and other nodes want to be asked too.
pub const POLL_MOST_MS: i64 = MINUTE_MS;
/// All answers of a node that is asked for a second opinion, or for its health: nobody waits for it as for the first.
pub const WITNESS_MOST_MS: i64 = 5 * SECOND_MS;
/// Text of a node's error that is kept.
pub const ERROR_TEXT_CHARACTERS: usize = 160;

/// The first pause after a node failed; it doubles with each failure in a row.
pub const NODE_RETRY_FIRST_MS: i64 = SECOND_MS;
/// The longest pause of a node that fails; a buyer waits at most this much longer once it is back.
pub const NODE_RETRY_MOST_MS: i64 = 30 * SECOND_MS;
/// The longest pause that a node may ask for with `Retry-After`.
pub const NODE_RETRY_AFTER_MOST_MS: i64 = 5 * MINUTE_MS;
/// How often a token whose contract was missing or said other decimals is asked again.
pub const TOKEN_RECHECK_MS: i64 = MINUTE_MS;

/// Payments that a second node is asked about at once; more wait for the next poll.
pub const CLAIMS_AT_ONCE: usize = 200;
/// Blocks that a second node is asked about at once, three calls each at most.
pub const CLAIMED_BLOCKS_AT_ONCE: usize = 16;
/// How often the tokens at all addresses are compared with the logs that were seen, and every node is asked how it is.
/// A little under [`LATE_POLL_MS`], for late addresses can be compared only when they have just been looked at.
pub const RECONCILE_MS: i64 = 55 * SECOND_MS;
/// That pause doubles so often at most while looking again explains nothing.
pub const RECONCILE_DOUBLINGS: u32 = 4;
/// Addresses older than this are looked at again only from where the tokens last agreed, at first.
pub const RESCAN_WHOLE_MS: i64 = 60 * MINUTE_MS;
/// Nobody has shown the newest known block for this long: the chain may have shrunk for good.
pub const SHRUNK_AFTER_MS: i64 = 10 * MINUTE_MS;
/// So many blocks fewer are then believed of any node.
pub const SHRUNK_BLOCKS: u64 = 64;
/// A head older than this is no news of the chain: its node stands still, or is catching up.
pub const STALE_HEAD_MS: i64 = 2 * MINUTE_MS;
/// A head dated further ahead of our clock than this is a lie.
pub const FUTURE_HEAD_MS: i64 = 60 * MINUTE_MS;
/// A head may be so many blocks further than a known block, and [`HEAD_HASTE`] times what the chain's pace gives.
pub const HEAD_LEAP_BLOCKS: u64 = 10_000;
/// How much faster than its usual pace a chain may have grown.
pub const HEAD_HASTE: u64 = 20;
/// A chain without a new block for this long makes buyers wait: they are told so.
pub const STALLED_MS: i64 = 3 * MINUTE_MS;

/// A poll may start this early: an alarm that was set a moment before the last poll began must not come in vain.
pub const EARLY_MS: i64 = 100;
/// The pace for addresses where only late money is expected.
pub const LATE_POLL_MS: i64 = MINUTE_MS;
/// Buyers' hints start at most one poll in this time, however many come.
pub const LOOK_INTERVAL_MS: i64 = SECOND_MS;
/// How far a block's time may lie behind ours, where the past of a new address is looked at.
pub const BLOCK_CLOCK_MARGIN_MS: i64 = 2 * MINUTE_MS;
/// A clock that is corrected goes back by less than this, which delays nothing that anybody would notice.
pub const CLOCK_STEP_MS: i64 = 2 * SECOND_MS;
/// Headers fetched to find the block of a time.
pub const START_SEARCH_CALLS: u32 = 12;
/// Rounds to find the blocks in which coins arrived, one call for each address a round.
pub const COIN_SEARCH_ROUNDS: u32 = 48;
/// Addresses whose coins are searched for at once; others take the head's height and time.
pub const COIN_SEARCH_ADDRESSES: usize = CALLS_PER_BATCH;
/// What health says is taken from memory for this long, so that it costs at most one call in that time.
pub const HEALTH_FRESH_MS: i64 = 10 * SECOND_MS;

/// Stores that are told at once; the platform opens six connections at once.
pub const DELIVERIES_AT_ONCE: usize = 6;
/// The first pause after a store did not take a delivery; it doubles with each failure in a row.
pub const DELIVERY_RETRY_FIRST_MS: i64 = SECOND_MS;
/// The longest pause between deliveries to a store that fails.
pub const DELIVERY_RETRY_MOST_MS: i64 = 5 * MINUTE_MS;
/// What could not be delivered is kept this long after its watch ended.
pub const UNDELIVERED_KEPT_MS: i64 = 7 * DAY_MS;
