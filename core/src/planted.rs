//! Known bugs, planted so that the simulator can show that it finds them. Each was made by somebody else, in code or in
//! operation.
//!
//! Without the feature `planted`, which only the simulator has, every one of them is a constant `false` and leaves nothing
//! behind; a test of the tree's structure holds it out of everything that ships.

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// What was paid stays paid, whatever a reorg takes back.
    SettledStays,
    /// A payment is final as soon as it is seen.
    ConfirmationsIgnored,
    /// Any payment settles any price.
    AmountNotCompared,
    /// A report that comes again is credited again.
    CreditedTwice,
    /// Without a rate, a coin is worth one dollar.
    MissingRateIsOne,
    /// A repeated request is a new one.
    NoIdempotency,
    /// All invoices of a store share an address.
    AddressReused,
    /// Nobody looks at an address once the window has closed.
    ListeningStopsAtExpiry,
    /// Each try of a webhook has an id of its own.
    NewIdOnEachTry,
    /// A webhook counts as sent before it is.
    SentFromMemory,
    /// After a fault the alarm is not set again.
    AlarmNotSetAgain,
    /// A node that is behind is believed that there are no logs.
    EmptyLogsBelieved,
    /// Blocks are never compared with those seen before.
    ReorgNotSeen,
    /// One node's word is enough.
    OneNodeBelieved,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::SettledStays,
        Self::ConfirmationsIgnored,
        Self::AmountNotCompared,
        Self::CreditedTwice,
        Self::MissingRateIsOne,
        Self::NoIdempotency,
        Self::AddressReused,
        Self::ListeningStopsAtExpiry,
        Self::NewIdOnEachTry,
        Self::SentFromMemory,
        Self::AlarmNotSetAgain,
        Self::EmptyLogsBelieved,
        Self::ReorgNotSeen,
        Self::OneNodeBelieved,
    ];
}

#[cfg(feature = "planted")]
std::thread_local! {
    static PLANTED: core::cell::Cell<Option<Bug>> = const { core::cell::Cell::new(None) };
}

/// Plants a bug in this thread, or none.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether a bug is planted.
#[cfg(feature = "planted")]
pub fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether a bug is planted: never.
#[cfg(not(feature = "planted"))]
#[inline]
pub const fn is(_: Bug) -> bool {
    false
}
