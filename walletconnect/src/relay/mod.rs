//! The relay: a mailbox service over one WebSocket. It sees topics and sealed envelopes, and nothing of what is in them.

mod auth;
mod line;
mod rpc;

pub use auth::{address, token};
pub(crate) use line::{Line, Move};
pub(crate) use rpc::{Fetched, Incoming, Message, Publication, acknowledge, fetch, read, subscribe};
