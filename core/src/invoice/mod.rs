//! The invoice: one request for one payment, as an append-only list of events and the state they fold into.
//!
//! [`Invoice::apply`] is the only way forward. It decides; it never reads a clock and never waits. Nothing but chain
//! evidence makes an invoice [`Status::Paid`], except the seller's recorded [`Event::Accepted`].

mod apply;
mod event;
#[cfg(test)]
mod limits_test;
mod settle;
#[cfg(test)]
mod settle_test;
mod state;
#[cfg(test)]
pub(crate) mod table_test;

pub use apply::{ApplyError, MAX_QUOTES, MAX_REFUNDS, Notice, Transition};
pub use event::{Event, ObservedPayment};
pub use settle::{FULL_SHARE, Settlement};
pub use state::{
    Acceptance, Action, Exception, Invoice, LostPayment, Payment, ProductCopy, Quote, Refund, Status, Terms,
};
