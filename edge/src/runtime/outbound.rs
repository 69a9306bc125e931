//! [`Http`] on the runtime's `fetch`.

use worker::{AbortController, Delay, Fetch, Headers, RequestInit, RequestRedirect};

use crate::outbound::{Answer, Http, HttpError, Method, Request};

/// The runtime's `fetch`, without redirects, with a time limit and a size limit.
pub struct RuntimeHttp;

impl Http for RuntimeHttp {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let timeout = Delay::from(std::time::Duration::from_millis(u64::from(request.timeout_ms)));
        let controller = AbortController::default();
        let signal = controller.signal();
        let exchange = std::pin::pin!(exchange(&request, &signal));
        match futures_util::future::select(exchange, timeout).await {
            futures_util::future::Either::Left((answer, _)) => {
                if request.max_answer_bytes.is_none() {
                    // Frees the connection, which a body that nobody reads would hold.
                    controller.abort();
                }
                answer
            }
            futures_util::future::Either::Right(_) => {
                controller.abort();
                Err(HttpError::Timeout(request.timeout_ms))
            }
        }
    }
}

async fn exchange(request: &Request, signal: &worker::AbortSignal) -> Result<Answer, HttpError> {
    let unreachable = |error: worker::Error| HttpError::Unreachable(error.to_string());
    let headers = Headers::new();
    for (name, value) in &request.headers {
        headers.set(name, value).map_err(unreachable)?;
    }
    let mut init = RequestInit::new();
    init.with_headers(headers).with_redirect(RequestRedirect::Manual).with_method(match request.method {
        Method::Get => worker::Method::Get,
        Method::Post => worker::Method::Post,
    });
    init.with_body(request.body.as_deref().map(Into::into));
    let outgoing = worker::Request::new_with_init(&request.url, &init).map_err(unreachable)?;
    let mut response = Fetch::Request(outgoing).send_with_signal(signal).await.map_err(unreachable)?;
    let retry_after_s = response.headers().get("retry-after").ok().flatten().and_then(|text| text.parse().ok());
    let status = response.status_code();
    let Some(limit) = request.max_answer_bytes else {
        return Ok(Answer { status, retry_after_s, body: String::new() });
    };
    let declared = response.headers().get("content-length").ok().flatten().and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(HttpError::TooLarge(limit));
    }
    let body = read_bounded(&mut response, limit).await?;
    Ok(Answer { status, retry_after_s, body })
}

/// Reads chunk by chunk, so that an endless answer costs no more than the limit.
async fn read_bounded(response: &mut worker::Response, limit: usize) -> Result<String, HttpError> {
    use futures_util::StreamExt;
    let unreachable = |error: worker::Error| HttpError::Unreachable(error.to_string());
    let Ok(mut stream) = response.stream() else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(unreachable)?);
        if bytes.len() > limit {
            return Err(HttpError::TooLarge(limit));
        }
    }
    String::from_utf8(bytes).map_err(|_| HttpError::Unreachable("the answer is not UTF-8".to_owned()))
}
