//! Keys and envelopes, from the field's own crates; nothing here is invented.

mod envelope;
mod keys;

pub use envelope::{Sealed, open, seal};
pub use keys::{Key, KeyPair, Topic, digest};
