//! Secure random bytes from the runtime's Web Crypto.

use crate::problem::Refusal;
use crate::store::Entropy;

/// The runtime's randomness.
pub struct RuntimeEntropy;

impl Entropy for RuntimeEntropy {
    fn bytes16(&mut self) -> Result<[u8; 16], Refusal> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| Refusal::internal(&error))?;
        Ok(bytes)
    }
}
