//! Signatures of Standard Webhooks 1.0 (symmetric, `v1`), and its retry schedule.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::time::{HOUR_MS, MINUTE_MS, SECOND_MS};

/// Waits before each try, counted from the try before; the last comes 75 hours and a half after the first.
pub const RETRY_SCHEDULE_MS: [i64; 10] = [
    0,
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
];

/// How long a secret that was rotated out still signs beside the new one: time to put the new one in place.
pub const ROTATION_OVERLAP_MS: i64 = 24 * HOUR_MS;

/// A secret must have 24 to 64 bytes.
const SECRET_BYTES: core::ops::RangeInclusive<usize> = 24..=64;

/// Why a text is not a webhook secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("webhook secret is not whsec_ followed by base64 of 24 to 64 bytes")]
pub struct SecretError;

/// A webhook signing secret. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// Takes random bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self(bytes.to_vec())) } else { Err(SecretError) }
    }

    /// Reads `whsec_…`.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix("whsec_").ok_or(SecretError)?;
        Self::from_bytes(&STANDARD.decode(encoded).map_err(|_| SecretError)?)
    }

    /// The text that the seller keeps.
    pub fn reveal(&self) -> String {
        format!("whsec_{}", STANDARD.encode(&self.0))
    }

    /// The `webhook-signature` header for a body sent under `id` at `timestamp_s` (seconds since 1970).
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        // HMAC takes keys of any length; the error cannot occur, and an empty signature would be refused by everyone.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for part in [id, ".", &timestamp_s.to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The header's value where several secrets are valid at once: their signatures in order, with spaces between.
pub fn sign_with_all(secrets: &[WebhookSecret], id: &str, timestamp_s: i64, body: &str) -> String {
    let signatures: Vec<String> = secrets.iter().map(|secret| secret.sign(id, timestamp_s, body)).collect();
    signatures.join(" ")
}

impl core::fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("WebhookSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret.reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }

    #[test]
    fn signs_with_each_valid_secret_newest_first() {
        let new = WebhookSecret::from_bytes(&[1; 32]).unwrap();
        let old = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let header = sign_with_all(&[new.clone(), old], id, 1_614_265_330, r#"{"test": 2432232314}"#);
        let first = new.sign(id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(header, format!("{first} v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn refuses_weak_secrets() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!"] {
            assert!(WebhookSecret::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_that_was_rotated_out_signs_for_a_day() {
        assert_eq!(ROTATION_OVERLAP_MS, 86_400_000);
    }

    #[test]
    fn schedule_covers_75_hours() {
        assert_eq!(RETRY_SCHEDULE_MS.iter().sum::<i64>(), 75 * HOUR_MS + 35 * MINUTE_MS + 5 * SECOND_MS);
    }
}
