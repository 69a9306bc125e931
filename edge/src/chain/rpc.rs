//! JSON-RPC to one node: batches, and answers matched to what was asked.
//!
//! Never decides which node to ask, and never trusts an answer further than its form: `answers` reads the content.

use std::cell::Cell;

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::limits::{CALLS_PER_BATCH, ERROR_TEXT_CHARACTERS, MAX_ANSWER_BYTES, RPC_TIMEOUT_MS};
use crate::outbound::{Http, HttpError, Method, Request};

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// Its parameters, an array.
    pub params: Value,
}

/// Why a node gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RpcError {
    /// No answer at all.
    #[error("the node {0}")]
    Http(#[from] HttpError),
    /// An HTTP status other than 200.
    #[error("the node answered HTTP {status}")]
    Status {
        /// The status.
        status: u16,
        /// The pause that the node asks for.
        retry_after_s: Option<u32>,
    },
    /// The node refused a call.
    #[error("the node refused {method}: {message} ({code})")]
    Refused {
        /// The method.
        method: &'static str,
        /// Its code.
        code: i64,
        /// Its text, cut.
        message: String,
    },
    /// The answer is not what was asked for.
    #[error("the node gave a malformed answer: {0}")]
    Malformed(&'static str),
    /// The node follows another chain.
    #[error("the node follows chain {found}, not {expected}")]
    OtherChain {
        /// The chain it should follow.
        expected: u64,
        /// The chain it follows.
        found: u64,
    },
    /// The node has not seen blocks that were seen before.
    #[error("the node is behind: it has block {head}, block {known} was seen before")]
    Behind {
        /// Its head.
        head: u64,
        /// The block that was seen.
        known: u64,
    },
    /// Answers of one poll do not belong together.
    #[error("the node's answers contradict each other: {0}")]
    Inconsistent(&'static str),
}

#[derive(Deserialize)]
struct Answer {
    id: u64,
    // A missing result and null are the same to all methods used: not found.
    #[serde(default)]
    result: Value,
    error: Option<ErrorObject>,
}

#[derive(Deserialize)]
struct ErrorObject {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    message: String,
}

/// A conversation with one node, which counts its calls.
pub struct Node<'a, H> {
    http: &'a H,
    url: &'a str,
    calls: Cell<u64>,
}

impl<'a, H: Http> Node<'a, H> {
    /// Speaks to the node at `url`.
    pub const fn new(http: &'a H, url: &'a str) -> Self {
        Self { http, url, calls: Cell::new(0) }
    }

    /// JSON-RPC calls made so far, whatever came of them.
    pub fn calls(&self) -> u64 {
        self.calls.get()
    }

    /// Makes one call.
    pub async fn call(&self, call: Call) -> Result<Value, RpcError> {
        self.all(vec![call]).await?.pop().ok_or(RpcError::Malformed("no answer"))
    }

    /// Makes calls, all of which must succeed.
    pub async fn all(&self, calls: Vec<Call>) -> Result<Vec<Value>, RpcError> {
        self.each(calls).await?.into_iter().collect()
    }

    /// Makes calls, each of which may be refused. Answers stand in the order of the calls.
    pub async fn each(&self, calls: Vec<Call>) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
        let mut answers = Vec::with_capacity(calls.len());
        for batch in calls.chunks(CALLS_PER_BATCH) {
            answers.extend(self.batch(batch).await?);
        }
        Ok(answers)
    }

    async fn batch(&self, calls: &[Call]) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
        self.calls.set(self.calls.get() + calls.len() as u64);
        let request = |(id, call): (usize, &Call)| json!({"jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params});
        let mut requests: Vec<Value> = calls.iter().enumerate().map(request).collect();
        // Not every node takes an array of one.
        let body = if requests.len() == 1 { requests.remove(0) } else { Value::Array(requests) };
        let request = Request {
            method: Method::Post,
            url: self.url.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Some(body.to_string()),
            timeout_ms: RPC_TIMEOUT_MS,
            max_answer_bytes: MAX_ANSWER_BYTES,
        };
        let answer = self.http.send(request).await?;
        if answer.status != 200 {
            return Err(RpcError::Status { status: answer.status, retry_after_s: answer.retry_after_s });
        }
        sort(calls, read(&answer.body)?)
    }
}

/// An array, or one object, which stands for a batch of one or for the refusal of the whole batch.
fn read(body: &str) -> Result<Vec<Answer>, RpcError> {
    let not_json_rpc = |_| RpcError::Malformed("not JSON-RPC");
    if body.trim_start().starts_with('[') {
        serde_json::from_str(body).map_err(not_json_rpc)
    } else {
        serde_json::from_str(body).map(|answer| vec![answer]).map_err(not_json_rpc)
    }
}

/// Brings the answers into the order of the calls; each call must be answered once.
fn sort(calls: &[Call], answers: Vec<Answer>) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
    if answers.len() != calls.len() {
        return Err(RpcError::Malformed("calls and answers differ in number"));
    }
    let mut sorted: Vec<Option<Result<Value, RpcError>>> = vec![None; calls.len()];
    for answer in answers {
        let index = usize::try_from(answer.id).ok().filter(|index| *index < calls.len());
        let index = index.ok_or(RpcError::Malformed("an answer to a call that was not made"))?;
        let result = match answer.error {
            None => Ok(answer.result),
            Some(error) => Err(RpcError::Refused {
                method: calls[index].method,
                code: error.code,
                message: printable(&error.message),
            }),
        };
        if sorted[index].replace(result).is_some() {
            return Err(RpcError::Malformed("two answers to one call"));
        }
    }
    Ok(sorted.into_iter().flatten().collect())
}

fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(ERROR_TEXT_CHARACTERS).collect()
}
