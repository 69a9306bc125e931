//! Envelopes of type 0: ChaCha20-Poly1305 under a key that both sides hold, as base64 of `00 ‖ iv ‖ ciphertext ‖ tag`.

use chacha20poly1305::aead::{AeadInPlace as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};

use super::Key;
use crate::client::Random;
use crate::text::{base64, read_base64};

const TYPE_0: u8 = 0;
const IV_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

/// An envelope as it travels.
pub type Sealed = String;

/// Seals a message. Nothing only for a message that is too long for the cipher (256 GB).
pub fn seal(key: &Key, message: &str, random: &mut dyn Random) -> Option<Sealed> {
    let mut iv = [0; IV_LENGTH];
    random.fill(&mut iv);
    let mut text = message.as_bytes().to_vec();
    let tag = cipher(key).encrypt_in_place_detached(&Nonce::from(iv), &[], &mut text).ok()?;
    let mut bytes = vec![TYPE_0];
    bytes.extend(iv);
    bytes.extend(text);
    bytes.extend(tag);
    Some(base64(&bytes))
}

/// Opens an envelope. Nothing if it is of another type, of another key, or was changed.
pub fn open(key: &Key, envelope: &str) -> Option<String> {
    let bytes = read_base64(envelope)?;
    let (kind, rest) = bytes.split_first()?;
    let (iv, rest) = rest.split_first_chunk::<IV_LENGTH>()?;
    let (text, tag) = rest.split_last_chunk::<TAG_LENGTH>()?;
    if *kind != TYPE_0 {
        return None;
    }
    let mut text = text.to_vec();
    cipher(key).decrypt_in_place_detached(&Nonce::from(*iv), &[], &mut text, &Tag::from(*tag)).ok()?;
    String::from_utf8(text).ok()
}

fn cipher(key: &Key) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&key.0.into())
}
