//! The Worker's entry: names the request, finds the call, and makes sure that every failure is an answer.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use worker::{Context, Env, Headers, Method, Request, Response, console_error, event};

use super::calls::{Asked, answer_call};
use super::drill;
use super::page_calls::answer_page;
use super::random::RuntimeEntropy;
use super::{configuration, now_ms};
use crate::api::{self, Call};
use crate::openapi::routes::allowed_methods;
use crate::problem::{Code, Refusal};
use crate::store::Entropy;

/// What goes back, before it becomes the runtime's response.
pub struct Reaction {
    /// HTTP status.
    pub status: u16,
    /// Headers, the content type among them.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Reaction {
    /// A JSON answer of the API.
    pub fn json(status: u16, body: String) -> Self {
        Self { status, headers: vec![("content-type", "application/json".to_owned())], body }
    }

    /// A problem of the API, as JSON already.
    pub fn refused(status: u16, body: String) -> Self {
        let mut headers = vec![("content-type", "application/problem+json".to_owned())];
        if status == 503 {
            headers.push(("retry-after", RETRY_AFTER_S.to_owned()));
        }
        Self { status, headers, body }
    }

    fn problem(refusal: &Refusal, request_id: &str) -> Self {
        let body = serde_json::to_string(&refusal.to_problem(request_id)).unwrap_or_default();
        Self::refused(refusal.code.status(), body)
    }
}

/// When to come back after a 503: rates are asked for again after this time.
const RETRY_AFTER_S: &str = "10";

/// Every failure is an answer, a panic too: it unwinds to here and nowhere else.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    let request_id = new_request_id();
    let served = AssertUnwindSafe(serve(request, &env, &request_id)).catch_unwind().await;
    let fault = match served {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "a panic".to_owned(),
    };
    let refusal = Refusal::internal(&format!("{request_id}: {fault}"));
    to_response(Reaction::problem(&refusal, &request_id), &request_id, false)
}

async fn serve(mut request: Request, env: &Env, request_id: &str) -> worker::Result<Response> {
    let path = request.path();
    match path.as_str() {
        drill::PATH => drill::panic_if_local(env),
        drill::STORE_PATH => {
            super::ask::<()>(env, "STORE", "0000000000", drill::STORE_PATH, None).await?;
        }
        _ => {}
    }
    let method = request.method();
    if method == Method::Options && path.starts_with("/v1/") {
        return preflight();
    }
    // A checkout makes its first move in a page, where HEAD asks for the headers of GET.
    let method_name = if method == Method::Head { "GET".to_owned() } else { method.to_string() };
    let routed = api::route(&method_name, &path);
    let is_page = routed.as_ref().is_ok_and(Call::is_page);
    let outcome = match routed {
        Err(refusal) => Err(refusal),
        Ok(Call::WatchInvoice(id)) => return watch(request, env, &id, request_id).await,
        Ok(call) if is_page => Ok(answer_page(env, &request, call, request_id).await),
        Ok(call) => match read(&mut request, request_id, &call).await {
            Ok(asked) => answer_call(env, asked, call).await,
            Err(refusal) => Err(refusal),
        },
    };
    let mut reaction = outcome.unwrap_or_else(|refusal| {
        if refusal.code == Code::Internal {
            console_error!("{request_id} {method_name} {path}: {}", refusal.detail);
        }
        Reaction::problem(&refusal, request_id)
    });
    if reaction.status == 405 {
        reaction.headers.push(("allow", allowed_methods(&path)));
    }
    to_response(reaction, request_id, is_page)
}

fn new_request_id() -> String {
    let bytes = RuntimeEntropy.bytes16().unwrap_or_default();
    format!("req_{}", alloy_primitives::hex::encode(&bytes[..10]))
}

/// Reads what came with a call: the key, the idempotency key, the query and the bounded body.
async fn read(request: &mut Request, request_id: &str, call: &Call) -> Result<Asked, Refusal> {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    let url = request.url().map_err(|error| Refusal::internal(&error))?;
    let authorization = header("authorization");
    let key = api::bearer(authorization.as_deref())?.map(str::to_owned);
    let if_none_match = header("if-none-match");
    let content_type = header("content-type");
    let is_post = request.method() == Method::Post;
    let idempotency_key = api::idempotency_key(header("idempotency-key").filter(|_| is_post))?;
    let body = read_body(request).await?;
    if !body.is_empty() || takes_body(call) {
        api::check_json(content_type.as_deref())?;
    }
    Ok(Asked {
        request_id: request_id.to_owned(),
        method: request.method().to_string(),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        key,
        idempotency_key,
        if_none_match,
        body,
    })
}

const fn takes_body(call: &Call) -> bool {
    matches!(
        call,
        Call::CreateStore
            | Call::UpdateStore
            | Call::CreateProduct
            | Call::UpdateProduct(_)
            | Call::CreateInvoice
            | Call::CreateQuote(_)
            | Call::AnnounceTransaction(_)
            | Call::CreateWebhookEndpoint
    )
}

async fn read_body(request: &mut Request) -> Result<String, Refusal> {
    use futures_util::StreamExt;
    let too_large = || {
        let detail = format!("the body is larger than {} bytes", api::MAX_BODY_BYTES);
        Refusal::new(Code::BodyTooLarge, detail)
    };
    let declared = request.headers().get("content-length").ok().flatten().and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|length| length > api::MAX_BODY_BYTES) {
        return Err(too_large());
    }
    if matches!(request.method(), Method::Get | Method::Head | Method::Delete) {
        return Ok(String::new());
    }
    let Ok(mut stream) = request.stream() else { return Ok(String::new()) };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let broken = |_| Refusal::new(Code::BodyInvalid, "the body broke off");
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if bytes.len() > api::MAX_BODY_BYTES {
            return Err(too_large());
        }
    }
    String::from_utf8(bytes).map_err(|_| Refusal::new(Code::BodyInvalid, "the body is not UTF-8"))
}

/// Passes a WebSocket on to the invoice's store.
async fn watch(request: Request, env: &Env, id: &str, request_id: &str) -> worker::Result<Response> {
    let refuse = |refusal: Refusal| to_response(Reaction::problem(&refusal, request_id), request_id, false);
    let Ok(store) = groat_core::id::IdKind::Invoice.store_of(id) else {
        return refuse(Refusal::not_found("invoice"));
    };
    let upgrade = request.headers().get("upgrade")?.unwrap_or_default();
    if !upgrade.eq_ignore_ascii_case("websocket") {
        let detail = "open this address as a WebSocket; to poll, use GET /v1/invoices/{id} with If-None-Match";
        return refuse(Refusal::of(Code::ParameterInvalid, "Upgrade", detail));
    }
    let stub = env.durable_object("STORE")?.get_by_name(store.digits())?;
    let headers = Headers::new();
    headers.set("upgrade", "websocket")?;
    let mut init = worker::RequestInit::new();
    init.with_headers(headers);
    let url = format!("https://store{}{id}", super::store_do::SOCKET_PATH);
    let response = stub.fetch_with_request(Request::new_with_init(&url, &init)?).await?;
    if response.status_code() == 101 { Ok(response) } else { refuse(Refusal::not_found("invoice")) }
}

/// Any page may call the API: what it may do is in the key, and there are no cookies to misuse.
const CORS: [(&str, &str); 2] =
    [("access-control-allow-origin", "*"), ("access-control-expose-headers", "etag, retry-after, x-request-id")];

fn preflight() -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in CORS {
        headers.set(name, value)?;
    }
    headers.set("access-control-allow-methods", "GET, POST, PATCH, DELETE")?;
    headers.set("access-control-allow-headers", "authorization, content-type, idempotency-key, if-none-match")?;
    headers.set("access-control-max-age", "86400")?;
    Ok(Response::empty()?.with_status(204).with_headers(headers))
}

fn to_response(reaction: Reaction, request_id: &str, is_page: bool) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &reaction.headers {
        headers.set(name, value)?;
    }
    headers.set("x-request-id", request_id)?;
    if !is_page {
        headers.set("x-content-type-options", "nosniff")?;
        if headers.get("cache-control")?.is_none() {
            headers.set("cache-control", "no-store")?;
        }
        for (name, value) in CORS {
            headers.set(name, value)?;
        }
    }
    let response = if matches!(reaction.status, 204 | 304) { Response::empty()? } else { Response::ok(reaction.body)? };
    Ok(response.with_status(reaction.status).with_headers(headers))
}

/// The clock of a request.
pub fn clock() -> i64 {
    now_ms()
}

/// The configuration, or a refusal that only the log explains.
pub fn settled(env: &Env) -> Result<std::rc::Rc<crate::config::Config>, Refusal> {
    configuration(env).map_err(|error| Refusal::internal(&error))
}
