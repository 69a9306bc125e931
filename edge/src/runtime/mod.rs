//! The shells on the Workers runtime: decode, call the plain logic, encode.

mod calls;
mod chain_do;
mod drill;
mod file_calls;
mod form_calls;
mod meter;
mod network;
mod outbound;
mod page_calls;
mod random;
mod rates_cache;
mod sql;
mod store_do;
mod worker;

use std::cell::RefCell;
use std::rc::Rc;

use ::worker::{Env, Method, Request, RequestInit, Response};
use groat_core::id::StoreId;
use serde::Serialize;

use crate::config::Config;
use crate::problem::Refusal;
use crate::store::{ChainPolicy, Platform, Reply, StoreRequest};

/// The one clock.
fn now_ms() -> i64 {
    i64::try_from(::worker::Date::now().as_millis()).unwrap_or(i64::MAX)
}

thread_local! {
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

/// The configuration, parsed once an isolate.
fn configuration(env: &Env) -> ::worker::Result<Rc<Config>> {
    if let Some(config) = CONFIG.with_borrow(Clone::clone) {
        return Ok(config);
    }
    let variable = |name: &str| env.var(name).ok().map(|variable| variable.to_string());
    let config = Config::from_variables(variable).map_err(|error| ::worker::Error::RustError(error.to_string()))?;
    let config = Rc::new(config);
    CONFIG.with_borrow_mut(|kept| *kept = Some(Rc::clone(&config)));
    Ok(config)
}

/// What stores need to know of the configuration.
fn platform(config: &Config) -> Platform {
    let own_host = config.public_url.as_deref().and_then(|url| url.split("://").nth(1));
    let chains = config.chains.values().map(|chain| {
        // Only the local chain's RPC is shown to buyers: others carry the operator's key.
        let wallet_rpc = chain.rpc.first().filter(|_| config.is_local()).cloned();
        (chain.id, ChainPolicy { confirmations: chain.confirmations, wallet_rpc })
    });
    Platform {
        local: config.is_local(),
        webhooks_allow_loopback: config.webhooks_allow_loopback,
        own_host: own_host.map(|host| host.split(['/', ':']).next().unwrap_or(host).to_owned()),
        chains: chains.collect(),
        limits: config.limits,
    }
}

/// Sends a request to a Durable Object, by the name of its binding and its own.
async fn ask<T: Serialize>(
    env: &Env,
    binding: &str,
    name: &str,
    path: &str,
    body: Option<&T>,
) -> ::worker::Result<Response> {
    let stub = env.durable_object(binding)?.get_by_name(name)?;
    let mut init = RequestInit::new();
    if let Some(body) = body {
        init.with_method(Method::Post).with_body(Some(serde_json::to_string(body)?.into()));
    }
    stub.fetch_with_request(Request::new_with_init(&format!("https://object{path}"), &init)?).await
}

/// Asks a store's object.
async fn ask_store(env: &Env, store: &StoreId, request: &StoreRequest) -> Result<Reply, Refusal> {
    let answer = async {
        let mut response = ask(env, "STORE", store.digits(), store_do::COMMAND_PATH, Some(request)).await?;
        response.json::<Reply>().await
    };
    answer.await.map_err(|error| Refusal::internal(&error))
}
