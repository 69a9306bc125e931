//! Requests that the edge makes: to exchanges, RPC nodes and webhook endpoints. A trait, so that tests can answer.

use thiserror::Error;

/// A request. Redirects are never followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: Method,
    /// The address.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body of a POST.
    pub body: Option<String>,
    /// Give up after this time.
    pub timeout_ms: u32,
    /// Give up on an answer larger than this; with none, its body is not wanted, and not read.
    pub max_answer_bytes: Option<usize>,
}

/// The methods used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The `Retry-After` header in seconds, where it is given as such.
    pub retry_after_s: Option<u32>,
    /// The body as text; empty where it was not wanted.
    pub body: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HttpError {
    /// No connection, a broken one, or a body that is no text.
    #[error("could not be reached: {0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("did not answer within {0} ms")]
    Timeout(u32),
    /// An answer above the limit.
    #[error("answered more than {0} bytes")]
    TooLarge(usize),
}

/// Sends requests.
#[expect(async_fn_in_trait, reason = "a Durable Object runs on one thread, so no Send bound is wanted")]
pub trait Http {
    /// Sends one request and reads the whole answer.
    async fn send(&self, request: Request) -> Result<Answer, HttpError>;
}
