//! Assets and chains by their CAIP-19 and CAIP-2 ids, and the registry of those that Groat knows.

mod id;
mod registry;

pub use id::{AssetId, AssetKind, ChainId, IdError};
pub use registry::{ASSETS, AssetInfo, CHAINS, ChainInfo, LOCAL_CHAIN, asset_info, chain_info};
