//! Buyers, sellers and bad luck: carries out the actions of the plan.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use alloy_primitives::Address;
use groat_core::asset::{AssetId, AssetKind, asset_info};
use groat_core::evm::parse_address;
use groat_core::wire::{InvoiceCreate, PriceInput, StoreUpdate, WebhookEndpointCreate};
use groat_edge::chain::double::Act;
use groat_edge::store::{Command, QuoteRates, Reply, StoreRequest};
use serde_json::Value;

use crate::plan::{Action, SECOND, Share};
use crate::world::{START_MS, World};

/// Tries of one request, each with the same idempotency key.
const TRIES: u32 = 8;
/// A client gives up on an answer after this time.
const CLIENT_TIMEOUT_MS: i64 = 30 * SECOND;
/// Payout addresses that sellers use, by number.
const PAYOUTS: [&str; 3] = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
];

/// What everyone outside knows of the invoices of a run.
#[derive(Default)]
pub struct Known {
    /// By the plan's number.
    pub invoices: RefCell<BTreeMap<usize, KnownInvoice>>,
    /// Creations that were asked for.
    pub asked: RefCell<Vec<Asked>>,
    /// Numbers for idempotency keys.
    pub keys: Cell<u64>,
}

/// One creation that was asked for, under one idempotency key.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The store.
    pub store: usize,
    /// The reference, which names the creation.
    pub reference: String,
    /// Whether anyone was told that it was made.
    pub was_answered: bool,
}

/// What a buyer knows of an invoice.
#[derive(Debug, Clone)]
pub struct KnownInvoice {
    /// The store.
    pub store: usize,
    /// Its id.
    pub id: String,
    /// Its price in cents.
    pub cents: u64,
    /// Where to pay.
    pub address: Option<Address>,
    /// Amounts that were quoted, in order; an asset may stand here again.
    pub quotes: Vec<(AssetId, u128)>,
    /// The seller took what had arrived as full payment.
    pub was_accepted: bool,
}

/// Opens every store: settings and two endpoints.
pub fn open_stores(world: &Rc<World>) {
    for store in 0..world.stores.len() {
        let world_of_task = Rc::clone(world);
        world.engine.spawn(None, async move { open_store(&world_of_task, store).await });
    }
}

async fn open_store(world: &Rc<World>, store: usize) {
    let known = &world.stores[store];
    let initialise = |_| Command::Initialise {
        name: format!("Store {store}"),
        id: known.id.to_string(),
        public_key: known.public_key.clone(),
        secret_key_hash: groat_edge::store::hash_secret(&known.secret_key),
    };
    ask(world, store, false, 0, initialise).await;
    let update = |_| Command::UpdateStore {
        update: StoreUpdate {
            payout_addresses: Some(BTreeMap::from([("eip155".to_owned(), PAYOUTS[0].to_owned())])),
            // All but the last, which is thus the wrong asset wherever it arrives.
            assets: Some(world.assets.iter().rev().skip(1).rev().map(ToString::to_string).collect()),
            invoice_minutes: Some(1),
            top_up_minutes: Some(world.plan.top_up_minutes),
            late_grace_minutes: Some(world.plan.late_grace_minutes),
            ..StoreUpdate::default()
        },
    };
    ask(world, store, true, 0, update).await;
    for endpoint in 0..2 {
        let url = format!("https://hook{endpoint}.store{store}.example/in");
        let create =
            |_| Command::CreateWebhookEndpoint { create: WebhookEndpointCreate { url: url.clone(), types: None } };
        if let Some(reply) = ask(world, store, true, 0, create).await {
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            *world.endpoints[store][endpoint].known.borrow_mut() = Some((text("id"), text("secret")));
        }
    }
}

/// Asks a store as the Worker does for a client who repeats the request, with one idempotency key, until an answer comes.
/// The first answers may get lost on the way back.
async fn ask(
    world: &Rc<World>,
    store: usize,
    as_seller: bool,
    lost_answers: u32,
    command: impl Fn(Option<QuoteRates>) -> Command,
) -> Option<Reply> {
    let key = world.known.keys.get();
    world.known.keys.set(key + 1);
    let mut lost = 0;
    for _ in 0..TRIES {
        let mut rates = None;
        // The object asks the Worker for rates at most once.
        for _ in 0..2 {
            let request = StoreRequest {
                request_id: format!("req_{key}"),
                key: as_seller.then(|| world.stores[store].secret_key.clone()),
                idempotency: Some((format!("key-{key}"), format!("body-{key}"))),
                client: None,
                command: command(rates.clone()),
            };
            let Some(reply) = world.call_store(store, request, CLIENT_TIMEOUT_MS).await else { break };
            if let Some(currency) = &reply.needs_rates {
                world.monitor.check(rates.is_none() && currency == "USD", "rates are asked for once", || {
                    format!("store {store} asks for {currency} again")
                });
                rates = Some(world.rates());
                continue;
            }
            world.monitor.check(reply.status != 500 || !world.is_fair.get(), "no request fails by itself", || {
                reply.body.clone()
            });
            check_quote(world, &reply, rates.as_ref());
            world.trace(|| format!("store {store} answers {} {}", reply.status, short(&reply.body)));
            if lost < lost_answers {
                lost += 1;
                world.kept_answer(key, &reply);
                break;
            }
            if reply.status != 500 {
                world.kept_answer(key, &reply);
                return Some(reply);
            }
            break;
        }
        world.engine.delay(2 * SECOND).await;
    }
    None
}

fn short(text: &str) -> String {
    text.chars().take(160).collect()
}

/// A quote made from rates must be worth the price at those rates, and no more than a step above it; without a rate there
/// is none.
fn check_quote(world: &World, reply: &Reply, rates: Option<&QuoteRates>) {
    let Some(rates) = rates.filter(|_| reply.status == 201) else { return };
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let quote = &body["quote"];
    let Some(asset) = quote["asset"].as_str().and_then(|text| text.parse::<AssetId>().ok()) else { return };
    let Some(info) = asset_info(asset) else { return };
    if body["payments"].as_array().is_some_and(|payments| !payments.is_empty()) {
        return; // A quote for the rest of a price.
    }
    let Some(rate) = rates.by_symbol.get(info.symbol) else {
        world.monitor.violate("no quote without a rate", format!("{asset} was quoted: {quote}"));
        return;
    };
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<u128>().ok()).unwrap_or(0);
    let units = number(&quote["base_units"]);
    let cents = body["price"]["amount"].as_str().map_or(0, |text| text.replace('.', "").parse::<u128>().unwrap_or(0));
    // In 128 bits: units / 10^decimals × rate against cents / 100, all scaled to 10^6 of a cent.
    let worth = |units: u128| {
        let (whole, part) = (units / 10_u128.pow(info.decimals.into()), units % 10_u128.pow(info.decimals.into()));
        let rate_millionths = rate.mantissa() / 10_u128.pow(12);
        whole * rate_millionths * 100 + part * rate_millionths / 10_u128.pow(info.decimals.into()) * 100
    };
    let step = 10_u128.pow(u32::from(info.decimals - info.quote_decimals));
    let slack = cents * 1_000_000 / 100_000 + 1_000;
    let is_right =
        worth(units) + slack >= cents * 1_000_000 && worth(units.saturating_sub(step)) <= cents * 1_000_000 + slack;
    world.monitor.check(is_right, "a quote is worth its price", || {
        format!("{units} of {asset} at {} for {cents} cents", rate.print())
    });
}

/// Carries out one action of the plan.
pub fn act(world: &Rc<World>, step: usize) {
    let action = world.plan.steps[step].action.clone();
    world.trace(|| format!("{action:?}"));
    match action {
        Action::Create { invoice, store, cents, asset, lost_answers } => {
            let world_of_task = Rc::clone(world);
            world.engine.spawn(None, async move {
                create(&world_of_task, invoice, store, cents, asset, lost_answers).await;
            });
        }
        Action::Quote { invoice, asset } => {
            let world_of_task = Rc::clone(world);
            let asset = world.assets[asset % world.assets.len()];
            world.engine.spawn(None, async move {
                let Some(known) = world_of_task.known_invoice(invoice) else { return };
                let quote = |rates| Command::CreateQuote { id: known.id.clone(), asset: asset.to_string(), rates };
                if let Some(reply) = ask(&world_of_task, known.store, false, 0, quote).await {
                    learn(&world_of_task, invoice, &reply);
                }
            });
        }
        Action::Pay { invoices, asset, share, wait_ms } => pay(world, &invoices, asset, share, wait_ms),
        Action::PayUnlisted { invoice, chain } => {
            if let Some(to) = world.known_invoice(invoice).and_then(|known| known.address) {
                let token = Address::repeat_byte(0xEE);
                world.chains[chain].submit(&[Act::Token { token, to, amount: 1_000_000_000_000 }], 0);
            }
        }
        Action::Sweep { invoice, chain } => {
            if let Some(deposit) = world.known_invoice(invoice).and_then(|known| known.address) {
                world.chains[chain].submit(&[Act::Sweep { deposit }], 0);
            }
        }
        Action::Hint { chain } => world.look(chain),
        Action::Read { invoice } => seller(world, invoice, false, |id| Command::GetInvoice { id }),
        Action::Cancel { invoice } => seller(world, invoice, true, |id| Command::CancelInvoice { id }),
        Action::Accept { invoice } => accept(world, invoice),
        Action::Refund { invoice, percent } => refund(world, invoice, percent, step),
        Action::Settings { store, payout, tolerance, confirmations } => {
            let world_of_task = Rc::clone(world);
            world.engine.spawn(None, async move {
                let chain = world_of_task.chains[0].id.to_string();
                let update = |_| Command::UpdateStore {
                    update: StoreUpdate {
                        payout_addresses: Some(BTreeMap::from([(
                            "eip155".to_owned(),
                            PAYOUTS[usize::from(payout) % PAYOUTS.len()].to_owned(),
                        )])),
                        underpayment_tolerance_basis_points: Some(tolerance),
                        confirmations: Some(BTreeMap::from([(chain.clone(), confirmations)])),
                        ..StoreUpdate::default()
                    },
                };
                ask(&world_of_task, store, true, 0, update).await;
            });
        }
        Action::Redeliver { store } => {
            let world_of_task = Rc::clone(world);
            world.engine.spawn(None, async move { redeliver(&world_of_task, store).await });
        }
        other => trouble(world, &other),
    }
}

/// What breaks.
fn trouble(world: &Rc<World>, action: &Action) {
    match *action {
        Action::Endpoint { store, endpoint, fault, for_ms } => {
            world.endpoints[store][endpoint].fault.set(Some(fault));
            world.mend_after(for_ms, move |world| world.endpoints[store][endpoint].fault.set(None));
        }
        Action::Node { chain, node, fault, for_ms } => {
            let target = newest_target(world);
            let has_broken = world.chains[chain].break_node(node, fault, target);
            if has_broken {
                world.mend_after(for_ms, move |world| world.chains[chain].mend_node(node));
            }
        }
        Action::Reorg { chain, depth, returned, is_longer } => {
            world.chains[chain].reorg(depth, returned, is_longer, world.engine.now_ms());
        }
        Action::Stall { chain, for_ms } => {
            world.chains[chain].stalled_until_ms.set(world.engine.now_ms() + for_ms);
        }
        Action::Crash { object, writes } => world.objects[object].crash_after(writes),
        Action::Kill { object } => world.die(object, None),
        Action::Throw { object } => world.objects[object].throw_next(),
        Action::AlarmAgain { object } => world.alarm(object, true),
        Action::AlarmLate { object, by_ms } => {
            world.objects[object].lateness_ms.set(by_ms);
            world.mend_after(by_ms * 10, move |world| world.objects[object].lateness_ms.set(0));
        }
        Action::Partition { object, for_ms } => {
            *world.partitioned.borrow_mut().entry(object).or_default() += 1;
            world.mend_after(for_ms, move |world| {
                if let Some(faults) = world.partitioned.borrow_mut().get_mut(&object) {
                    *faults = faults.saturating_sub(1);
                }
            });
        }
        Action::NoRate { asset, for_ms } => {
            let asset = world.assets[asset % world.assets.len()];
            let Some(symbol) = asset_info(asset).map(|info| info.symbol) else { return };
            *world.without_rate.borrow_mut().entry(symbol).or_default() += 1;
            world.mend_after(for_ms, move |world| {
                if let Some(faults) = world.without_rate.borrow_mut().get_mut(symbol) {
                    *faults = faults.saturating_sub(1);
                }
            });
        }
        _ => {}
    }
}

fn newest_target(world: &World) -> Option<(Address, u128)> {
    let invoices = world.known.invoices.borrow();
    let newest = invoices.values().next_back()?;
    Some((newest.address?, u128::from(newest.cents) * 10_000))
}

async fn create(world: &Rc<World>, invoice: usize, store: usize, cents: u64, asset: Option<usize>, lost_answers: u32) {
    let reference = format!("order-{invoice}");
    let asked = Asked { store, reference: reference.clone(), was_answered: false };
    let index = {
        let mut all = world.known.asked.borrow_mut();
        all.push(asked);
        all.len() - 1
    };
    let asset = asset.map(|asset| world.assets[asset % world.assets.len()].to_string());
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let command = |rates| Command::CreateInvoice {
        create: InvoiceCreate {
            price: Some(PriceInput { amount: amount.clone(), currency: "USD".to_owned() }),
            asset: asset.clone(),
            reference: Some(reference.clone()),
            ..InvoiceCreate::default()
        },
        rates,
    };
    let Some(reply) = ask(world, store, true, lost_answers, command).await else { return };
    if reply.status == 201 {
        world.known.asked.borrow_mut()[index].was_answered = true;
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let known = KnownInvoice { store, id, cents, address: None, quotes: Vec::new(), was_accepted: false };
        world.known.invoices.borrow_mut().insert(invoice, known);
        learn(world, invoice, &reply);
    }
}

/// A buyer reads what to pay where.
fn learn(world: &World, invoice: usize, reply: &Reply) {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let quote = &body["quote"];
    let (Some(address), Some(asset), Some(units)) = (
        quote["address"].as_str().and_then(|text| parse_address(text).ok()),
        quote["asset"].as_str().and_then(|text| text.parse::<AssetId>().ok()),
        quote["base_units"].as_str().and_then(|text| text.parse::<u128>().ok()),
    ) else {
        return;
    };
    if let Some(known) = world.known.invoices.borrow_mut().get_mut(&invoice) {
        known.address = Some(address);
        known.quotes.push((asset, units));
    }
}

/// Pays one or several invoices in one transaction, each in its last quoted asset, or in one that is named.
fn pay(world: &Rc<World>, invoices: &[usize], asset: Option<usize>, share: Share, wait_ms: i64) {
    let mut acts: BTreeMap<usize, Vec<Act>> = BTreeMap::new();
    for invoice in invoices {
        let Some(known) = world.known_invoice(*invoice) else { continue };
        let (Some(to), Some((quoted, units))) = (known.address, known.quotes.last().copied()) else { continue };
        let asset = asset.map_or(quoted, |asset| world.assets[asset % world.assets.len()]);
        let units = match (known.quotes.iter().rev().find(|(known, _)| *known == asset), asset_info(asset)) {
            (Some((_, units)), _) => *units,
            // Not quoted: about as many dollars, or a coin.
            (None, Some(info)) => 10_u128.pow(info.decimals.into()) / 100 * u128::from(known.cents),
            (None, None) => units,
        };
        let amount = match share {
            Share::Exact => units,
            Share::Percent(percent) => (units / 100 * u128::from(percent)).max(1),
            Share::Short => (units - units / 150).max(1),
            Share::Dust => 1,
        };
        let act = match asset.kind {
            AssetKind::Erc20(token) => Act::Token { token, to, amount },
            AssetKind::Native(_) => Act::Coin { to, amount },
        };
        if let Some(chain) = crate::home::position(world, asset.chain) {
            acts.entry(chain).or_default().push(act);
        }
    }
    for (chain, acts) in acts {
        world.chains[chain].submit(&acts, world.engine.now_ms() + wait_ms);
    }
}

fn seller(world: &Rc<World>, invoice: usize, as_seller: bool, command: impl Fn(String) -> Command + 'static) {
    let world_of_task = Rc::clone(world);
    world.engine.spawn(None, async move {
        let Some(known) = world_of_task.known_invoice(invoice) else { return };
        let reply = ask(&world_of_task, known.store, as_seller, 0, |_| command(known.id.clone())).await;
        if let Some(reply) = reply.filter(|reply| reply.status == 200) {
            world_of_task.saw_answer(&known.id, &reply);
        }
    });
}

fn accept(world: &Rc<World>, invoice: usize) {
    let world_of_task = Rc::clone(world);
    world.engine.spawn(None, async move {
        let Some(known) = world_of_task.known_invoice(invoice) else { return };
        // From the moment that it is asked, it may have happened.
        if let Some(known) = world_of_task.known.invoices.borrow_mut().get_mut(&invoice) {
            known.was_accepted = true;
        }
        ask(&world_of_task, known.store, true, 0, |_| Command::AcceptInvoice { id: known.id.clone() }).await;
    });
}

/// Records that a part of what arrived in the first payment's asset was sent back.
fn refund(world: &Rc<World>, invoice: usize, percent: u64, step: usize) {
    let world_of_task = Rc::clone(world);
    world.engine.spawn(None, async move {
        let world = &world_of_task;
        let Some(known) = world.known_invoice(invoice) else { return };
        let get = |_| Command::GetInvoice { id: known.id.clone() };
        let Some(reply) = ask(world, known.store, true, 0, get).await else { return };
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let payment = &body["payments"][0];
        let (Some(asset), Some(units)) = (
            payment["asset"].as_str().and_then(|text| text.parse::<AssetId>().ok()),
            payment["base_units"].as_str().and_then(|text| text.parse::<u128>().ok()),
        ) else {
            return;
        };
        let Some(info) = asset_info(asset) else { return };
        let units = (units / 100 * u128::from(percent)).max(1);
        let scale = 10_u128.pow(info.decimals.into());
        let amount = format!("{}.{:0width$}", units / scale, units % scale, width = usize::from(info.decimals));
        let transaction = format!("0x{step:064x}");
        let create = groat_core::wire::RefundCreate { asset: asset.to_string(), amount, transaction };
        ask(world, known.store, true, 0, |_| Command::CreateRefund { id: known.id.clone(), create: create.clone() })
            .await;
    });
}

async fn redeliver(world: &Rc<World>, store: usize) {
    let list = |_| Command::ListDeliveries(groat_edge::store::ListQuery { cursor: None, limit: 100 });
    let Some(reply) = ask(world, store, true, 0, list).await else { return };
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let deliveries = body["data"].as_array().cloned().unwrap_or_default();
    for delivery in deliveries.iter().filter(|delivery| delivery["status"] == "failed").take(3) {
        let id = delivery["id"].as_str().unwrap_or_default().to_owned();
        ask(world, store, true, 0, |_| Command::Redeliver { id: id.clone() }).await;
    }
}

impl World {
    /// What is known of an invoice, if it was made.
    pub fn known_invoice(&self, invoice: usize) -> Option<KnownInvoice> {
        self.known.invoices.borrow().get(&invoice).cloned()
    }

    /// Somebody was answered with an invoice as it stands, whose version the answer may be older than by its journey.
    fn saw_answer(&self, id: &str, reply: &Reply) {
        let version = reply.version.unwrap_or(0);
        self.monitor.check(version > 0, "answers name their version", || format!("{id}: {}", reply.body));
        self.monitor.check_state(id, &reply.body);
    }

    /// An answer came for an idempotency key: the first one stands.
    fn kept_answer(&self, key: u64, reply: &Reply) {
        if reply.status >= 300 {
            return; // What was refused may be asked again.
        }
        let mut kept = self.monitor.answers.borrow_mut();
        let (status, body) = kept.entry(key).or_insert_with(|| (reply.status, reply.body.clone()));
        self.monitor.check((*status, &*body) == (reply.status, &reply.body), "a repeat gives the same answer", || {
            format!("key {key}: {status} {body}, then {} {}", reply.status, reply.body)
        });
    }

    /// Time since the story began.
    pub fn elapsed_ms(&self) -> i64 {
        self.engine.now_ms() - START_MS
    }
}
