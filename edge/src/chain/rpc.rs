//! JSON-RPC to one node: batches, and answers matched to what was asked.
//!
//! Never decides which node to ask, and never trusts an answer further than its form: `answers` reads the content.

use std::cell::Cell;

use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::limits::{
    BYTES_PER_BATCH, CALLS_PER_BATCH, ERROR_TEXT_CHARACTERS, MAX_ANSWER_BYTES, RPC_TIMEOUT_MS, SINGLE_CALLS_AT_ONCE,
};
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
    /// The node answers, but too slowly for all that must be asked.
    #[error("the node took too long over all its answers")]
    TooSlow,
    /// Other nodes, asked apart, say otherwise.
    #[error("other nodes contradict the node: {0}")]
    Outvoted(&'static str),
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

/// A conversation with one node, which counts its calls and has an end.
pub struct Node<'a, H> {
    http: &'a H,
    url: &'a str,
    clock: &'a dyn Fn() -> i64,
    /// Nothing is asked after this time, and no answer waited for.
    until_ms: i64,
    calls: Cell<u64>,
    /// The node refuses batches: calls are made one by one.
    single: Cell<bool>,
}

impl<'a, H: Http> Node<'a, H> {
    /// Speaks to the node at `url` for `most_ms` and no longer; `single` says that it refuses batches.
    pub fn new(http: &'a H, url: &'a str, clock: &'a dyn Fn() -> i64, most_ms: i64, single: bool) -> Self {
        Self { http, url, clock, until_ms: clock() + most_ms, calls: Cell::new(0), single: Cell::new(single) }
    }

    /// JSON-RPC calls made so far, whatever came of them.
    pub fn calls(&self) -> u64 {
        self.calls.get()
    }

    /// Whether the node turned out to refuse batches.
    pub fn is_single(&self) -> bool {
        self.single.get()
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
        for batch in batches(&calls) {
            if self.single.get() || batch.len() == 1 {
                answers.extend(self.singly(&batch).await?);
                continue;
            }
            match self.batch(&batch).await? {
                Batch::Answered(answered) => answers.extend(answered),
                // Where the calls fail alone too, it was not the batch.
                Batch::Refused(error) => {
                    answers.extend(self.singly(&batch).await.map_err(|_| error)?);
                    self.single.set(true);
                }
            }
        }
        Ok(answers)
    }

    async fn singly(&self, calls: &[Prepared<'_>]) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
        let mut answers = Vec::with_capacity(calls.len());
        for some in calls.chunks(SINGLE_CALLS_AT_ONCE) {
            for answer in join_all(some.iter().map(|call| self.alone(call))).await {
                answers.extend(answer?);
            }
        }
        Ok(answers)
    }

    async fn alone(&self, call: &Prepared<'_>) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
        sort(std::slice::from_ref(call), read(&self.send(call.body.clone(), 1).await?)?)
    }

    async fn batch(&self, calls: &[Prepared<'_>]) -> Result<Batch, RpcError> {
        let bodies: Vec<&str> = calls.iter().map(|call| call.body.as_str()).collect();
        match self.send(format!("[{}]", bodies.join(",")), calls.len()).await {
            Err(error @ RpcError::Status { status, .. }) if BATCH_REFUSALS.contains(&status) => {
                Ok(Batch::Refused(error))
            }
            Err(error) => Err(error),
            Ok(answer) => match read(&answer).and_then(|answers| sort(calls, answers)) {
                Err(error) if !answer.trim_start().starts_with('[') => Ok(Batch::Refused(error)),
                answered => answered.map(Batch::Answered),
            },
        }
    }

    async fn send(&self, body: String, calls: usize) -> Result<String, RpcError> {
        let left_ms = u32::try_from(self.until_ms - (self.clock)()).ok().filter(|left_ms| *left_ms > 0);
        let left_ms = left_ms.ok_or(RpcError::TooSlow)?;
        self.calls.set(self.calls.get() + calls as u64);
        let request = Request {
            method: Method::Post,
            url: self.url.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Some(body),
            timeout_ms: left_ms.min(RPC_TIMEOUT_MS),
            max_answer_bytes: Some(MAX_ANSWER_BYTES),
        };
        let answer = self.http.send(request).await?;
        if answer.status != 200 {
            return Err(RpcError::Status { status: answer.status, retry_after_s: answer.retry_after_s });
        }
        Ok(answer.body)
    }
}

/// What became of a batch.
enum Batch {
    Answered(Vec<Result<Value, RpcError>>),
    /// As a whole. The calls may be fine one by one.
    Refused(RpcError),
}

/// What nodes that take no arrays, or none so large, answer.
const BATCH_REFUSALS: [u16; 6] = [400, 404, 405, 413, 415, 422];

/// A call with its text; its id is its place in its batch.
struct Prepared<'a> {
    id: u64,
    call: &'a Call,
    body: String,
}

/// Cuts calls into what goes into one HTTP request.
fn batches(calls: &[Call]) -> Vec<Vec<Prepared<'_>>> {
    let mut batches: Vec<Vec<Prepared<'_>>> = Vec::new();
    let mut bytes = 0;
    for call in calls {
        let prepare = |id: u64| {
            let body = json!({"jsonrpc": "2.0", "id": id, "method": call.method, "params": call.params});
            Prepared { id, call, body: body.to_string() }
        };
        let next = prepare(batches.last().map_or(0, |batch| batch.len() as u64));
        bytes += next.body.len();
        let batch = batches.last_mut().filter(|batch| batch.len() < CALLS_PER_BATCH && bytes <= BYTES_PER_BATCH);
        if let Some(batch) = batch {
            batch.push(next);
        } else {
            let first = prepare(0);
            bytes = first.body.len();
            batches.push(vec![first]);
        }
    }
    batches
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
fn sort(calls: &[Prepared<'_>], answers: Vec<Answer>) -> Result<Vec<Result<Value, RpcError>>, RpcError> {
    if answers.len() != calls.len() {
        return Err(RpcError::Malformed("calls and answers differ in number"));
    }
    let mut sorted: Vec<Option<Result<Value, RpcError>>> = vec![None; calls.len()];
    for answer in answers {
        let index = calls.iter().position(|call| call.id == answer.id);
        let index = index.ok_or(RpcError::Malformed("an answer to a call that was not made"))?;
        let result = match answer.error {
            None => Ok(answer.result),
            Some(error) => Err(RpcError::Refused {
                method: calls[index].call.method,
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
