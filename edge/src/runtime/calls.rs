//! The API's calls: finds the store that a call is for, fetches rates where they are needed, asks the store's object.

use groat_core::asset::{AssetId, ChainId};
use groat_core::id::{ApiKey, IdKind, InvalidId, KeyKind, StoreId};
use groat_core::invoice::Status;
use groat_core::money::{Currency, Price};
use groat_core::wire::{
    Health, HealthChain, HealthNode, InvoiceCreate, InvoiceSnapshot, Network, QuoteCreate, StoreCreate, StoreCreated,
    TransactionHint,
};
use sha2::{Digest, Sha256};
use worker::Env;

use super::ask_store;
use super::network::{
    chain_availability, chain_health, look, quote_rates, rates_in, remember_currency, usual_currency,
};
use super::random::RuntimeEntropy;
use super::worker::{Reaction, clock, settled};
use crate::api::{self, Call, asset_options, event_query, list_query, parse_body, status_filter};
use crate::chain::messages::{ChainHealth, NodeHealth};
use crate::config::Config;
use crate::limits::Client;
use crate::problem::{Code, Refusal};
use crate::store::{Command, Entropy, PageFacts, QuoteRates, Reply, StoreRequest, check_transaction_hash, hash_secret};

/// What came with a call.
pub struct Asked {
    /// Names the request.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query.
    pub query: String,
    /// The key.
    pub key: Option<String>,
    /// Who it came from.
    pub client: Client,
    /// The idempotency key of a POST.
    pub idempotency_key: Option<String>,
    /// The `If-None-Match` header.
    pub if_none_match: Option<String>,
    /// The body.
    pub body: String,
}

impl Asked {
    /// What an idempotency key stands for: the very same request.
    fn hash(&self) -> String {
        let parts = [self.method.as_str(), "\n", &self.path, "\n", &self.body];
        alloy_primitives::hex::encode(Sha256::digest(parts.concat()))
    }

    fn request(&self, command: Command) -> StoreRequest {
        StoreRequest {
            request_id: self.request_id.clone(),
            key: self.key.clone(),
            client: Some(self.client.clone()),
            idempotency: self.idempotency_key.clone().map(|key| (key, self.hash())),
            command,
        }
    }

    /// The store of the key: most calls are about "my store".
    fn key_store(&self) -> Result<StoreId, Refusal> {
        let missing = || Refusal::new(Code::KeyInvalid, "send the store's key as Authorization: Bearer sk_…");
        let key = self.key.as_deref().ok_or_else(missing)?;
        ApiKey::parse(key).map(|key| key.store).ok_or_else(crate::store::unknown_key)
    }

    /// The store of an id. A key of another store finds nothing here.
    fn id_store(&self, kind: IdKind, id: &str) -> Result<StoreId, Refusal> {
        let InvalidId(what) = match kind.store_of(id) {
            Ok(store) => {
                let Some(key) = &self.key else { return Ok(store) };
                let key = ApiKey::parse(key).ok_or_else(crate::store::unknown_key)?;
                if key.store == store {
                    return Ok(store);
                }
                InvalidId("object with this id")
            }
            Err(invalid) => invalid,
        };
        Err(Refusal::not_found(what))
    }
}

/// Answers a call of the API.
pub async fn answer_call(env: &Env, asked: Asked, call: Call) -> Result<Reaction, Refusal> {
    let config = settled(env)?;
    let command = match call {
        Call::GetHealth => return health(env, &config).await,
        Call::GetOpenApi => return Ok(Reaction::json(200, crate::openapi::DOCUMENT.to_owned())),
        Call::GetRates => return get_rates(&config, &asked).await,
        Call::CreateStore => return create_store(env, &config, &asked).await,
        Call::IssueKey(store) => return issue_key(env, &config, &asked, &store).await,
        Call::CreateInvoice => return create_invoice(env, &config, &asked).await,
        Call::CreateQuote(id) => return create_quote(env, &config, &asked, id).await,
        Call::GetInvoice(id) => return get_invoice(env, &config, &asked, id).await,
        Call::AnnounceTransaction(id) => return announce(env, &config, &asked, id).await,
        Call::CancelInvoice(id) => {
            return invoice_act(env, &asked, &id, Command::CancelInvoice { id: id.clone() }).await;
        }
        Call::AcceptInvoice(id) => {
            return invoice_act(env, &asked, &id, Command::AcceptInvoice { id: id.clone() }).await;
        }
        Call::CreateRefund(id) => {
            let create = parse_body(&asked.body)?;
            return invoice_act(env, &asked, &id, Command::CreateRefund { id: id.clone(), create }).await;
        }
        Call::GetStore => Command::GetStore,
        Call::UpdateStore => Command::UpdateStore { update: parse_body(&asked.body)? },
        Call::CreateKey => Command::CreateKey { create: parse_body(&asked.body)? },
        Call::ListKeys => Command::ListKeys(list_query(&asked.query)?),
        Call::RevokeKey(id) => Command::RevokeKey { id },
        Call::CreateProduct => Command::CreateProduct { create: parse_body(&asked.body)? },
        Call::ListProducts => Command::ListProducts(list_query(&asked.query)?),
        Call::GetProduct(id) => Command::GetProduct { id },
        Call::UpdateProduct(id) => Command::UpdateProduct { id, update: parse_body(&asked.body)? },
        Call::DeleteProduct(id) => Command::DeleteProduct { id },
        Call::ListInvoices => {
            Command::ListInvoices { status: status_filter(&asked.query)?, list: list_query(&asked.query)? }
        }
        Call::CreateWebhookEndpoint => Command::CreateWebhookEndpoint { create: parse_body(&asked.body)? },
        Call::ListWebhookEndpoints => Command::ListWebhookEndpoints(list_query(&asked.query)?),
        Call::GetWebhookEndpoint(id) => Command::GetWebhookEndpoint { id },
        Call::UpdateWebhookEndpoint(id) => Command::UpdateWebhookEndpoint { id, update: parse_body(&asked.body)? },
        Call::RotateWebhookSecret(id) => Command::RotateWebhookSecret { id },
        Call::DeleteWebhookEndpoint(id) => Command::DeleteWebhookEndpoint { id },
        Call::ListWebhookDeliveries => Command::ListDeliveries(list_query(&asked.query)?),
        Call::RedeliverWebhook(id) => Command::Redeliver { id },
        Call::ListEvents => Command::ListEvents(event_query(&asked.query)?),
        // Answered before: a socket, pages and files.
        Call::WatchInvoice(_)
        | Call::ShowPayPage(_)
        | Call::SubmitPayPage(_)
        | Call::ShowInvoicePage(_)
        | Call::SubmitInvoicePage(_)
        | Call::ShowTheme(_)
        | Call::ShowLogo(..) => {
            return Err(Refusal::internal(&"a page was asked of the API"));
        }
    };
    let store = asked.key_store()?;
    Ok(plain(ask_store(env, &store, &asked.request(command)).await?))
}

/// An answer of the store's object as it is.
fn plain(reply: Reply) -> Reaction {
    if reply.status >= 400 {
        Reaction::refused(reply.status, reply.body)
    } else {
        Reaction::json(reply.status, reply.body)
    }
}

/// (1) Checks the operator's token, (2) makes ids and keys, from the idempotency key where there is one so that the same
/// request finds the same store, (3) makes the store.
async fn create_store(env: &Env, config: &Config, asked: &Asked) -> Result<Reaction, Refusal> {
    // (1)
    let presented = require_operator(config, asked)?;
    let StoreCreate { name } = parse_body(&asked.body)?;
    // (2)
    let bytes = |purpose: &str| -> Result<[u8; 16], Refusal> {
        let Some(key) = &asked.idempotency_key else { return RuntimeEntropy.bytes16() };
        let digest = Sha256::digest(["groat/store/1", purpose, presented, key].join("\n"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Ok(bytes)
    };
    let store = StoreId::from_random(bytes("id")?);
    let live = !config.is_local();
    let public_key = ApiKey::from_random(KeyKind::Public, live, &store, bytes("pk")?);
    let secret_key = ApiKey::from_random(KeyKind::Secret, live, &store, bytes("sk")?);
    // (3)
    let command = Command::Initialise {
        name,
        id: store.to_string(),
        public_key: public_key.reveal().to_owned(),
        secret_key_hash: hash_secret(secret_key.reveal()),
    };
    let request = StoreRequest { key: None, ..asked.request(command) };
    let reply = ask_store(env, &store, &request).await?;
    if reply.status != 201 {
        return Ok(plain(reply));
    }
    let made: groat_core::wire::Store = parse_own(&reply.body)?;
    let created = StoreCreated {
        id: made.id,
        name: made.name,
        public_key: public_key.reveal().to_owned(),
        secret_key: secret_key.reveal().to_owned(),
    };
    Ok(Reaction::json(201, own_json(&created)?))
}

/// The operator's token, which the caller must have presented.
fn require_operator<'a>(config: &Config, asked: &'a Asked) -> Result<&'a str, Refusal> {
    let refuse = |detail| Refusal::new(Code::KeyInvalid, detail);
    let token = config.operator_token.as_ref().ok_or_else(|| {
        refuse(
            "this deployment has no OPERATOR_TOKEN; its operator sets it with: npx wrangler secret put OPERATOR_TOKEN",
        )
    })?;
    let presented =
        asked.key.as_deref().ok_or_else(|| refuse("send the operator's token as Authorization: Bearer …"))?;
    if token.matches(presented) { Ok(presented) } else { Err(refuse("this needs the operator's token")) }
}

/// A key for a store that has lost its own. The store knows nothing of operators, so the key stays out of the request.
async fn issue_key(env: &Env, config: &Config, asked: &Asked, store: &str) -> Result<Reaction, Refusal> {
    require_operator(config, asked)?;
    let store = StoreId::parse(store).map_err(|_| Refusal::not_found("store"))?;
    let command = Command::IssueKey { create: parse_body(&asked.body)? };
    let request = StoreRequest { key: None, ..asked.request(command) };
    Ok(plain(ask_store(env, &store, &request).await?))
}

/// (1) Asks the store; (2) where it needs rates, fetches them and asks again; (3) fills in what can be chosen.
async fn create_invoice(env: &Env, config: &Config, asked: &Asked) -> Result<Reaction, Refusal> {
    let create: InvoiceCreate = parse_body(&asked.body)?;
    let store = asked.key_store()?;
    if let Some(asset) = &create.asset {
        require_network(env, config, asset).await?;
    }
    let command = |rates| Command::CreateInvoice { create: create.clone(), rates };
    let reply = with_rates(env, config, asked, &store, command).await?;
    invoice_reaction(env, config, reply, None).await
}

async fn create_quote(env: &Env, config: &Config, asked: &Asked, id: String) -> Result<Reaction, Refusal> {
    let QuoteCreate { asset } = parse_body(&asked.body)?;
    let store = asked.id_store(IdKind::Invoice, &id)?;
    require_network(env, config, &asset).await?;
    let command = |rates| Command::CreateQuote { id: id.clone(), asset: asset.clone(), rates };
    let reply = with_rates(env, config, asked, &store, command).await?;
    invoice_reaction(env, config, reply, None).await
}

async fn get_invoice(env: &Env, config: &Config, asked: &Asked, id: String) -> Result<Reaction, Refusal> {
    let store = asked.id_store(IdKind::Invoice, &id)?;
    let reply = ask_store(env, &store, &asked.request(Command::GetInvoice { id })).await?;
    invoice_reaction(env, config, reply, asked.if_none_match.as_deref()).await
}

async fn invoice_act(env: &Env, asked: &Asked, id: &str, command: Command) -> Result<Reaction, Refusal> {
    asked.key_store()?;
    let store = asked.id_store(IdKind::Invoice, id)?;
    Ok(plain(ask_store(env, &store, &asked.request(command)).await?))
}

/// A hint: makes the chain's watcher look at once. What it finds decides; the hint never does.
async fn announce(env: &Env, config: &Config, asked: &Asked, id: String) -> Result<Reaction, Refusal> {
    let TransactionHint { chain, hash } = parse_body(&asked.body)?;
    let refuse = |param, detail: String| Refusal::of(Code::FieldInvalid, param, detail);
    let id_store = asked.id_store(IdKind::Invoice, &id)?;
    let chain: ChainId = chain.parse().map_err(|error| refuse("chain", format!("chain {error}")))?;
    let hash = check_transaction_hash("hash", &hash)?;
    let reply = ask_store(env, &id_store, &asked.request(Command::GetInvoice { id })).await?;
    if reply.status != 200 {
        return Ok(plain(reply));
    }
    if config.chain(chain).is_none() {
        return Err(refuse("chain", format!("{chain} is not watched here")));
    }
    look(env, chain, &hash).await;
    Ok(Reaction { status: 202, ..invoice_reaction(env, config, reply, None).await? })
}

async fn get_rates(config: &Config, asked: &Asked) -> Result<Reaction, Refusal> {
    let code = api::query_value(&asked.query, "currency");
    let refuse = |detail: String| Refusal::of(Code::ParameterInvalid, "currency", detail);
    let code = code.ok_or_else(|| refuse("give ?currency=USD or another ISO 4217 code".to_owned()))?;
    let currency = Currency::parse(&code).map_err(|error| refuse(error.to_string()))?;
    let table = rates_in(config, currency, clock()).await;
    Ok(Reaction::json(200, own_json(&table.to_view())?))
}

/// What is said of a chain whose own object does not answer.
const NO_WATCHER: &str =
    "the watcher of this chain does not answer; what arrives meanwhile is found when it does again";

const fn health_node(node: &NodeHealth) -> HealthNode {
    HealthNode { available: node.available, head: node.head }
}

async fn health(env: &Env, config: &Config) -> Result<Reaction, Refusal> {
    let chains: Vec<ChainId> = config.chains.keys().copied().collect();
    let known = chain_health(env, &chains, clock()).await;
    let chains: Vec<HealthChain> = known
        .into_iter()
        .map(|(chain, health)| HealthChain {
            chain: chain.to_string(),
            name: groat_core::asset::chain_info(chain).map_or(String::new(), |info| info.name.to_owned()),
            available: health.as_ref().is_some_and(|health| health.available),
            delayed: health.as_ref().is_none_or(|health| health.delayed),
            message: health.as_ref().map_or_else(|| Some(NO_WATCHER.to_owned()), ChainHealth::message),
            head: health.as_ref().and_then(|health| health.head),
            nodes: health.map_or_else(Vec::new, |health| health.nodes.iter().map(health_node).collect()),
        })
        .collect();
    let is_ok = chains.iter().all(|chain| chain.available && !chain.delayed);
    let status = if is_ok { "ok" } else { "degraded" };
    let health = Health { status: status.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), chains };
    Ok(Reaction::json(200, own_json(&health)?))
}

/// Asks a store with rates in the currency it needed last; where it answers that it needs others, fetches them and asks
/// once more.
async fn with_rates(
    env: &Env,
    config: &Config,
    asked: &Asked,
    store: &StoreId,
    command: impl Fn(Option<QuoteRates>) -> Command,
) -> Result<Reply, Refusal> {
    let mut rates = match usual_currency(store) {
        Some(currency) => Some(quote_rates(config, currency).await),
        None => None,
    };
    for _ in 0..2 {
        let reply = ask_store(env, store, &asked.request(command(rates.take()))).await?;
        let Some(code) = &reply.needs_rates else { return Ok(reply) };
        let currency = Currency::parse(code).map_err(|error| Refusal::internal(&error))?;
        remember_currency(store, currency);
        rates = Some(quote_rates(config, currency).await);
    }
    Err(Refusal::internal(&"the store keeps asking for rates"))
}

/// A quote on a chain that can't be watched now would make a buyer pay into the dark.
async fn require_network(env: &Env, config: &Config, asset: &str) -> Result<(), Refusal> {
    // What is no asset, or on no configured chain, is for the store to refuse.
    let Ok(asset) = asset.parse::<AssetId>() else { return Ok(()) };
    if config.chain(asset.chain).is_none() {
        return Ok(());
    }
    let available = chain_availability(env, &[asset.chain], clock()).await;
    if available.get(&asset.chain).copied().unwrap_or(false) {
        return Ok(());
    }
    let name = groat_core::asset::chain_info(asset.chain).map_or("this chain", |info| info.name);
    let detail =
        format!("{name} can't be reached right now; choose an asset on another network, or try again in a minute");
    Err(Refusal::of(Code::NetworkUnavailable, "asset", detail))
}

/// Fills in what can be chosen, and answers 304 to a caller that has this version.
async fn invoice_reaction(
    env: &Env,
    config: &Config,
    reply: Reply,
    if_none_match: Option<&str>,
) -> Result<Reaction, Refusal> {
    if reply.status >= 400 {
        return Ok(plain(reply));
    }
    let status = reply.status;
    let mut snapshot: InvoiceSnapshot = parse_own(&reply.body)?;
    snapshot.network = network_of(env, config, &snapshot).await;
    // Whoever asks again hears of the network too, though the invoice stands where it stood.
    let delayed = if snapshot.network.is_some() { "-delayed" } else { "" };
    let etag = reply.version.map(|version| format!("W/\"{version}{delayed}\""));
    if let (Some(etag), Some(known)) = (&etag, if_none_match) {
        let same = known.split(',').any(|known| known.trim().trim_start_matches("W/") == etag.trim_start_matches("W/"));
        if same {
            return Ok(Reaction { status: 304, headers: vec![("etag", etag.clone())], body: String::new() });
        }
    }
    let snapshot = with_options(env, config, &reply, snapshot).await?;
    let mut reaction = Reaction::json(status, own_json(&snapshot)?);
    reaction.headers.extend(etag.map(|etag| ("etag", etag)));
    Ok(reaction)
}

/// The snapshot in a reply as a page shows it.
pub async fn page_snapshot(env: &Env, config: &Config, reply: &Reply) -> Result<InvoiceSnapshot, Refusal> {
    let mut snapshot: InvoiceSnapshot = parse_own(&reply.body)?;
    snapshot.network = network_of(env, config, &snapshot).await;
    with_options(env, config, reply, snapshot).await
}

/// How the chain is on which money is awaited.
async fn network_of(env: &Env, config: &Config, snapshot: &InvoiceSnapshot) -> Option<Network> {
    let is_awaited = matches!(snapshot.status, Status::Open | Status::Confirming);
    let chain = snapshot.quote.as_ref().filter(|_| is_awaited)?.chain.parse().ok()?;
    config.chain(chain)?;
    let health = chain_health(env, &[chain], clock()).await.pop()?.1;
    health.is_none_or(|health| health.delayed).then_some(Network::Delayed)
}

/// Adds the assets that can be chosen.
async fn with_options(
    env: &Env,
    config: &Config,
    reply: &Reply,
    mut snapshot: InvoiceSnapshot,
) -> Result<InvoiceSnapshot, Refusal> {
    let Some(page) = &reply.page else { return Ok(snapshot) };
    if snapshot.status == Status::Open {
        let price = Price::parse(&snapshot.price.amount, &snapshot.price.currency);
        let price = price.map_err(|error| Refusal::internal(&error))?;
        snapshot.options = options_for(env, config, page, price).await;
    }
    Ok(snapshot)
}

/// What a store takes, priced now, with the chains that answer.
pub async fn options_for(
    env: &Env,
    config: &Config,
    page: &PageFacts,
    price: Price,
) -> Vec<groat_core::wire::OptionView> {
    let mut chains: Vec<ChainId> = page.assets.iter().map(|asset| asset.chain).collect();
    chains.sort_unstable();
    chains.dedup();
    let (rates, available) =
        futures_util::future::join(quote_rates(config, price.currency()), chain_availability(env, &chains, clock()))
            .await;
    asset_options(page, price, &rates, &available)
}

fn parse_own<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::internal(&error))
}

/// Serializes one of our own types.
pub fn own_json<T: serde::Serialize>(value: &T) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|error| Refusal::internal(&error))
}
