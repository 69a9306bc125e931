//! Secure random bytes from the runtime's Web Crypto.

/// Sixteen bytes, enough for any id or key.
pub fn bytes16() -> Result<[u8; 16], worker::Error> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Fills a buffer.
pub fn fill(bytes: &mut [u8]) -> Result<(), worker::Error> {
    getrandom::fill(bytes).map_err(|error| worker::Error::RustError(format!("no randomness: {error}")))
}
