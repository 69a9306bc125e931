//! Every refusal of the API: its stable code, its HTTP status and its title, in one place.

use groat_core::wire::Problem;

use crate::sql::SqlError;

/// Where codes are explained.
const EXPLAINED_AT: &str = "https://groat.dev/errors/";

/// A refusal: what went wrong this time, and which field is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What went wrong and what to do. Public.
    pub detail: String,
    /// The offending field or parameter.
    pub param: Option<String>,
    /// Of a 429: seconds until it is worth asking again.
    pub retry_after_s: Option<u32>,
}

/// Declares the codes with what each means for HTTP.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident, $code:literal, $status:literal, $title:literal;)*) => {
        /// The stable codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word that programs compare.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// What it means in general.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or not of the expected shape.
    BodyInvalid, "body_invalid", 400, "The body could not be read";
    /// A query parameter or header has a wrong form.
    ParameterInvalid, "parameter_invalid", 400, "A parameter is not valid";
    /// No key, or one that is not valid.
    KeyInvalid, "key_invalid", 401, "The key is missing or not valid";
    /// A valid key of the wrong kind.
    KeyNotAllowed, "key_not_allowed", 403, "This key may not do this";
    /// The page's origin is not among the store's.
    OriginNotAllowed, "origin_not_allowed", 403, "This page may not do this";
    /// There is no such thing, or it belongs to another store.
    NotFound, "not_found", 404, "Not found";
    /// The path knows other methods.
    MethodNotAllowed, "method_not_allowed", 405, "The method is not allowed here";
    /// The same idempotency key came with another body.
    IdempotencyConflict, "idempotency_conflict", 409, "The idempotency key was used for another request";
    /// The invoice does not stand where this is possible.
    InvoiceState, "invoice_state", 409, "The invoice does not allow this now";
    /// The body is over the limit.
    BodyTooLarge, "body_too_large", 413, "The body is too large";
    /// The body is not declared as JSON.
    ContentType, "content_type", 415, "The content type is not supported";
    /// A field's value is refused.
    FieldInvalid, "field_invalid", 422, "A field is not valid";
    /// An amount or a currency is refused.
    AmountInvalid, "amount_invalid", 422, "The amount is not valid";
    /// The asset is unknown or the store does not take it.
    AssetNotAccepted, "asset_not_accepted", 422, "The asset is not accepted";
    /// An address that receives money is refused.
    AddressInvalid, "address_invalid", 422, "The address is not valid";
    /// The store has no payout address yet.
    PayoutAddressMissing, "payout_address_missing", 422, "The store has no payout address";
    /// The store does not let buyers name the amount.
    OpenAmountNotAllowed, "open_amount_not_allowed", 422, "Open amounts are not allowed";
    /// The webhook address is refused.
    WebhookUrlInvalid, "webhook_url_invalid", 422, "The webhook address is not valid";
    /// The store's last key of its kind would be gone.
    KeyLast, "key_last", 409, "The last key can't be revoked";
    /// A stated limit is reached.
    LimitReached, "limit_reached", 429, "A limit is reached";
    /// Too much in too short a time; `Retry-After` says when to come back.
    RateLimited, "rate_limited", 429, "Too many requests";
    /// A bug or broken storage; the log has it under the request's id.
    Internal, "internal", 500, "Something went wrong on our side";
    /// The chain's RPC does not answer.
    NetworkUnavailable, "network_unavailable", 503, "This network is unavailable right now";
    /// A coin that follows a currency stands too far from it.
    AssetOffPeg, "asset_off_peg", 503, "This coin has left its peg";
    /// Too few exchanges agree.
    RatesUnavailable, "rates_unavailable", 503, "Exchange rates are unavailable right now";
}

impl Refusal {
    /// A refusal without a field to blame.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), param: None, retry_after_s: None }
    }

    /// A refusal that blames a field.
    pub fn of(code: Code, param: &str, detail: impl Into<String>) -> Self {
        Self { param: Some(param.to_owned()), ..Self::new(code, detail) }
    }

    /// Too much for now. Buyers read `detail`.
    pub fn later(detail: impl Into<String>, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds.max(1)), ..Self::new(Code::RateLimited, detail) }
    }

    /// Nothing of this kind is here.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what} in this store"))
    }

    /// The body of the answer.
    pub fn to_problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: format!("{EXPLAINED_AT}{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code.as_str().to_owned(),
            param: self.param.clone(),
            retry_after_s: self.retry_after_s,
            request_id: request_id.to_owned(),
        }
    }
}

/// Storage failures are logged by the shell; the public text says nothing of them.
impl From<SqlError> for Refusal {
    fn from(error: SqlError) -> Self {
        Self::internal(&error)
    }
}

impl Refusal {
    /// A fault on our side. The cause goes to the log, never into the answer.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        log_fault(&cause.to_string());
        Self::new(Code::Internal, "the request failed on our side; try again, and tell the operator the request_id")
    }
}

#[cfg(target_arch = "wasm32")]
fn log_fault(text: &str) {
    worker::console_error!("fault: {text}");
}

/// The simulator provokes thousands, and finds those that matter by what follows from them.
#[cfg(all(not(target_arch = "wasm32"), feature = "native"))]
const fn log_fault(_: &str) {}

#[cfg(all(not(target_arch = "wasm32"), not(feature = "native")))]
fn log_fault(text: &str) {
    eprintln!("fault: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_words() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        assert!(Code::ALL.iter().all(|code| (400..600).contains(&code.status())));
    }
}
