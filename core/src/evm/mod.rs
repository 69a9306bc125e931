//! EVM chains: addresses with their checksum, deposit addresses, and the calls a wallet is asked to sign.

mod address;
mod bytecode;
mod call;
mod deposit;

pub use address::{AddressError, parse_address, parse_payout_address};
pub use alloy_primitives::{Address, B256, U256, keccak256};
pub use bytecode::{BALANCE_READER_CREATION_CODE, FACTORY_CREATION_CODE, FORWARDER_CREATION_CODE};
pub use call::{WalletCall, payment_call};
pub use deposit::{Deposit, FACTORY, PROXY};
