//! Hearing of changes: a WebSocket where every message is a whole snapshot, and conditional requests beside it.
//!
//! [`Line`] decides, without a browser; `socket.rs` carries it out.

mod line;
mod socket;

pub use line::{Line, Move, Signal};
pub use socket::Live;
