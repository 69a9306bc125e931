//! ChainDo's logic: follows one chain and reports what arrives at watched addresses.

pub mod limits;
pub mod messages;
