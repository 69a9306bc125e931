//! The pinned bytecode of `contracts/`, as lower-case hexadecimal. `contracts/test/` compiles it anew and compares.

/// Creation code of the factory, as deployed through the deterministic deployment proxy with salt zero.
pub const FACTORY_CREATION_CODE: &str = include_str!("forwarder_factory.hex");

/// Creation code of a forwarder, without its payout address.
pub const FORWARDER_CREATION_CODE: &str = include_str!("forwarder.hex");

/// Creation code of the balance reader, whose constructor answers: for `eth_call` only, never deployed.
pub const BALANCE_READER_CREATION_CODE: &str = include_str!("balance_reader.hex");
