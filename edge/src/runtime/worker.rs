//! The Worker's entry: names the request, finds the call, and makes sure that every failure is an answer.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use groat_core::wire::Problem;
use worker::{Context, Env, Headers, Method, Request, Response, console_error, event};

use super::calls::{Asked, answer_call};
use super::drill;
use super::file_calls::{File, answer_file};
use super::form_calls::answer_form;
use super::meter::{self, Meter};
use super::page_calls::{answer_page, error_page};
use super::random::RuntimeEntropy;
use super::store_do::CLIENT_HEADER;
use super::{configuration, now_ms};
use crate::api::{self, Call};
use crate::limits::{Client, Gate, Weight};
use crate::openapi::routes::{allowed_methods, route_of, routes_at};
use crate::pages::{FormError, PageError};
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
        match status {
            429 => {
                let problem: Option<Problem> = serde_json::from_str(&body).ok();
                let seconds = problem.and_then(|problem| problem.retry_after_s);
                headers.extend(seconds.map(|seconds| ("retry-after", seconds.to_string())));
            }
            503 => headers.push(("retry-after", RETRY_AFTER_S.to_owned())),
            _ => {}
        }
        Self { status, headers, body }
    }

    fn problem(refusal: &Refusal, request_id: &str) -> Self {
        let body = serde_json::to_string(&refusal.to_problem(request_id)).unwrap_or_default();
        Self::refused(refusal.code.status(), body)
    }
}

/// When to come back for a WebSocket: others are closed as buyers leave.
const SOCKET_RETRY_S: u32 = 60;
/// When to come back after a 503: rates are asked for again after this time.
const RETRY_AFTER_S: &str = "10";

/// Every failure is an answer, a panic too: it unwinds to here and nowhere else.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    let request_id = new_request_id();
    let common = common_headers(&request);
    let served = AssertUnwindSafe(serve(request, &env, &request_id, &common)).catch_unwind().await;
    let fault = match served {
        Ok(Ok(response)) => return Ok(response),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "a panic".to_owned(),
    };
    let refusal = Refusal::internal(&format!("{request_id}: {fault}"));
    to_response(Reaction::problem(&refusal, &request_id), &request_id, &common)
}

/// What every answer to this request goes out with, unless it says otherwise.
fn common_headers(request: &Request) -> CommonHeaders {
    let is_https = request.url().is_ok_and(|url| url.scheme() == "https");
    let path = request.path();
    if request.method() == Method::Options {
        api::preflight_headers(routes_at(&path), is_https)
    } else {
        api::api_headers(route_of(&method_name(request), &path), is_https)
    }
}

type CommonHeaders = Vec<(&'static str, String)>;

/// A checkout makes its first move in a page, where HEAD asks for the headers of GET.
fn method_name(request: &Request) -> String {
    match request.method() {
        Method::Head => "GET".to_owned(),
        method => method.to_string(),
    }
}

thread_local! {
    static GATE: RefCell<Option<Gate>> = const { RefCell::new(None) };
}

/// The isolate's gate.
fn at_gate<T>(env: &Env, act: impl FnOnce(&mut Gate) -> T) -> Result<T, Refusal> {
    let per_minute = settled(env)?.limits.client_requests_per_minute;
    let salt = RuntimeEntropy.bytes16()?;
    Ok(GATE.with_borrow_mut(|gate| act(gate.get_or_insert_with(|| Gate::new(per_minute, salt)))))
}

/// Who a request comes from.
fn client_of(request: &Request, env: &Env) -> Result<Client, Refusal> {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    Ok(Client::of(header, settled(env)?.is_local()))
}

async fn serve(mut request: Request, env: &Env, request_id: &str, common: &CommonHeaders) -> worker::Result<Response> {
    let path = request.path();
    match path.as_str() {
        drill::PATH => drill::panic_if_local(env),
        drill::STORE_PATH => {
            super::ask::<()>(env, "STORE", "0000000000", drill::STORE_PATH, None).await?;
        }
        meter::PATH if configuration(env).is_ok_and(|config| config.is_local()) => {
            return Response::from_json(&Meter::read());
        }
        _ => {}
    }
    let method = request.method();
    if method == Method::Options && path.starts_with("/v1/") {
        return to_response(Reaction { status: 204, headers: Vec::new(), body: String::new() }, request_id, common);
    }
    let method_name = method_name(&request);
    let routed = api::route(&method_name, &path);
    let is_page = routed.as_ref().is_ok_and(Call::is_page);
    let authorization = request.headers().get("authorization").ok().flatten();
    let presented = api::bearer(authorization.as_deref()).ok().flatten();
    let (weight, key) = Weight::of(routed.as_ref().ok(), presented);
    let client = client_of(&request, env);
    let entered = client.clone().and_then(|client| at_gate(env, |gate| gate.enter(&client, weight, key, clock()))?);
    let outcome = match (routed, entered) {
        (Ok(_), Err(refusal)) if is_page => Ok(error_page(&request, &refused_page(&refusal), request_id)),
        (Err(refusal), Ok(())) | (_, Err(refusal)) => Err(refusal),
        (Ok(Call::WatchInvoice(id)), Ok(())) => return watch(&request, env, &id, request_id, common).await,
        (Ok(call @ (Call::ShowTheme(_) | Call::ShowLogo(..))), Ok(())) => {
            let url = request.url().ok();
            let query = url.as_ref().and_then(|url| url.query()).unwrap_or_default();
            match answer_file(env, &call, query, request_id).await {
                Ok(file) => return file_response(file, request_id, common),
                Err(refusal) => Err(refusal),
            }
        }
        (Ok(call @ (Call::SubmitPayPage(_) | Call::SubmitInvoicePage(_))), Ok(())) => {
            match (read_body(&mut request).await, client.clone()) {
                (Ok(body), Ok(client)) => Ok(answer_form(env, &request, call, &body, client, request_id).await),
                (Err(refusal), _) | (_, Err(refusal)) => Ok(error_page(&request, &refused_page(&refusal), request_id)),
            }
        }
        (Ok(call), Ok(())) if is_page => Ok(answer_page(env, &request, call, request_id).await),
        (Ok(call), Ok(())) => match read(&mut request, request_id, &call, client.clone()).await {
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
    if let (Some(key), Ok(client)) = (key, client) {
        at_gate(env, |gate| gate.leave(&client, Some(key), reaction.status, clock())).unwrap_or_default();
    }
    // Pages bring all of theirs.
    let common = if is_page { &CommonHeaders::new() } else { common };
    to_response(reaction, request_id, common)
}

/// The page for a request that did not come through the gate.
fn refused_page(refusal: &Refusal) -> PageError {
    match refusal.retry_after_s {
        Some(seconds) => PageError::TooMany(seconds),
        None if refusal.code == Code::Internal => PageError::Internal,
        // A form whose body broke off, is too long or is no text.
        None => PageError::Form(FormError("do")),
    }
}

fn new_request_id() -> String {
    let bytes = RuntimeEntropy.bytes16().unwrap_or_default();
    format!("req_{}", alloy_primitives::hex::encode(&bytes[..10]))
}

/// Reads what came with a call: the key, the idempotency key, the query and the bounded body.
async fn read(
    request: &mut Request,
    request_id: &str,
    call: &Call,
    client: Result<Client, Refusal>,
) -> Result<Asked, Refusal> {
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
        client: client?,
        idempotency_key,
        if_none_match,
        body,
    })
}

const fn takes_body(call: &Call) -> bool {
    matches!(
        call,
        Call::CreateStore
            | Call::IssueKey(_)
            | Call::CreateKey
            | Call::UpdateStore
            | Call::CreateProduct
            | Call::UpdateProduct(_)
            | Call::CreateInvoice
            | Call::CreateQuote(_)
            | Call::AnnounceTransaction(_)
            | Call::CreateWebhookEndpoint
            | Call::UpdateWebhookEndpoint(_)
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
async fn watch(
    request: &Request,
    env: &Env,
    id: &str,
    request_id: &str,
    common: &CommonHeaders,
) -> worker::Result<Response> {
    let refuse = |refusal: Refusal| to_response(Reaction::problem(&refusal, request_id), request_id, common);
    let client = match client_of(request, env) {
        Ok(client) => client,
        Err(refusal) => return refuse(refusal),
    };
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
    headers.set(CLIENT_HEADER, &serde_json::to_string(&client)?)?;
    let mut init = worker::RequestInit::new();
    init.with_headers(headers);
    let url = format!("https://store{}{id}", super::store_do::SOCKET_PATH);
    let response = stub.fetch_with_request(Request::new_with_init(&url, &init)?).await?;
    match response.status_code() {
        101 => Ok(response),
        429 => refuse(Refusal::later(
            "Too many pages are open from this connection. This one asks again from time to time instead.",
            SOCKET_RETRY_S,
        )),
        _ => refuse(Refusal::not_found("invoice")),
    }
}

fn file_response(file: File, request_id: &str, common: &CommonHeaders) -> worker::Result<Response> {
    let response = Response::from_bytes(file.bytes)?;
    Ok(response.with_headers(headers_of(&file.headers, request_id, common)?))
}

fn headers_of(own: &CommonHeaders, request_id: &str, common: &CommonHeaders) -> worker::Result<Headers> {
    let headers = Headers::new();
    for (name, value) in common.iter().chain(own) {
        headers.set(name, value)?;
    }
    headers.set("x-request-id", request_id)?;
    Ok(headers)
}

fn to_response(reaction: Reaction, request_id: &str, common: &CommonHeaders) -> worker::Result<Response> {
    let headers = headers_of(&reaction.headers, request_id, common)?;
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
