//! Keeps a line to the relay while there is something to say or to hear. Decides; the shell opens and closes.
//!
//! A phone puts the page to sleep when the wallet comes to the front, and its socket dies there, often without a word. So
//! when the page is back, a closed socket is opened at once, and an open one has to prove that it lives.

/// The first retry follows at once, for a socket that was dropped; the last pause repeats.
const PAUSES_MS: [u64; 6] = [50, 500, 1_000, 2_000, 4_000, 10_000];
/// Longer than a slow network takes to open a socket.
const OPENING_MS: u64 = 10_000;
/// How long an open socket may take to answer when the page is back.
const PROOF_MS: u64 = 1_500;
/// As many failures as a passing trouble has; then the buyer is told.
const FAILURES_UNTIL_TOLD: usize = 3;

/// What the shell has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Move {
    Open,
    Close,
    Prove,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No socket; one is opened then.
    Closed {
        until_ms: u64,
    },
    Opening {
        since_ms: u64,
    },
    Open {
        proof_by_ms: Option<u64>,
    },
    /// The relay does not want us.
    Refused,
}

#[derive(Debug)]
pub struct Line {
    phase: Phase,
    failures: usize,
}

impl Line {
    pub const fn new() -> Self {
        Self { phase: Phase::Closed { until_ms: 0 }, failures: 0 }
    }

    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// The relay was told to be wanted again: a refusal is forgotten.
    pub fn reset(&mut self) {
        if self.phase == Phase::Refused {
            *self = Self::new();
        }
    }

    /// Opened; says whether the buyer had been told of trouble.
    pub fn opened(&mut self) -> bool {
        self.phase = Phase::Open { proof_by_ms: None };
        let was_told = self.failures >= FAILURES_UNTIL_TOLD;
        self.failures = 0;
        was_told
    }

    /// Anything that arrives is a proof.
    pub fn heard(&mut self) {
        if self.is_open() {
            self.phase = Phase::Open { proof_by_ms: None };
        }
    }

    pub fn refused(&mut self) {
        self.phase = Phase::Refused;
    }

    /// Closed or failed; says whether it is time to tell the buyer.
    pub fn lost(&mut self, now_ms: u64) -> bool {
        // Counted only up to what matters.
        let pause = PAUSES_MS[self.failures.min(PAUSES_MS.len() - 1)];
        self.phase = Phase::Closed { until_ms: now_ms + pause };
        self.failures = (self.failures + 1).min(PAUSES_MS.len());
        self.failures == FAILURES_UNTIL_TOLD
    }

    /// The page is in front again, or the device online.
    pub fn woken(&mut self, now_ms: u64) -> Option<Move> {
        match self.phase {
            Phase::Closed { .. } => {
                self.phase = Phase::Closed { until_ms: now_ms };
                None
            }
            Phase::Open { proof_by_ms: None } => {
                self.phase = Phase::Open { proof_by_ms: Some(now_ms + PROOF_MS) };
                Some(Move::Prove)
            }
            // It began in front of a sleeping page: whether it still lives nobody knows.
            Phase::Opening { since_ms } if now_ms > since_ms + PROOF_MS => {
                self.phase = Phase::Closed { until_ms: now_ms };
                Some(Move::Close)
            }
            _ => None,
        }
    }

    /// What is to be done now. `is_wanted` says whether there is anything to say or to hear.
    pub fn due(&mut self, now_ms: u64, is_wanted: bool) -> Option<Move> {
        match self.phase {
            Phase::Closed { until_ms } if is_wanted && now_ms >= until_ms => {
                self.phase = Phase::Opening { since_ms: now_ms };
                Some(Move::Open)
            }
            Phase::Opening { .. } | Phase::Open { .. } if !is_wanted => {
                *self = Self::new();
                Some(Move::Close)
            }
            _ => None,
        }
    }

    /// Whether a socket took too long to open or to prove itself: it is to be closed and counts as lost.
    pub fn is_overdue(&self, now_ms: u64) -> bool {
        match self.phase {
            Phase::Opening { since_ms } => now_ms >= since_ms + OPENING_MS,
            Phase::Open { proof_by_ms: Some(by_ms) } => now_ms >= by_ms,
            _ => false,
        }
    }

    /// When to look again.
    pub const fn deadline_ms(&self) -> Option<u64> {
        match self.phase {
            Phase::Closed { until_ms } => Some(until_ms),
            Phase::Opening { since_ms } => Some(since_ms + OPENING_MS),
            Phase::Open { proof_by_ms } => proof_by_ms,
            Phase::Refused => None,
        }
    }
}
