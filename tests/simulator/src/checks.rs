//! The reckoning: what every store says at the end against what truly stands on the chains.
//!
//! The truth is worked out here from the chain's blocks and the quotes, with arithmetic of its own: nothing of core's
//! code decides anything, but for the replay of an invoice's events, which is what is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use alloy_primitives::U256;
use groat_core::asset::{AssetId, AssetKind, asset_info};
use groat_core::invoice::{Event, Exception, Invoice, Payment, Quote, Status};
use groat_edge::chain::Watcher;
use groat_edge::store::turn::Home as _;
use serde_json::Value;

use crate::chain::Transfer;
use crate::home::{SimHttp, StoreHome};
use crate::world::World;

/// "All of it", in parts.
const WHOLE: u64 = 1_000_000_000_000_000_000;
/// An alarm may be set so much after what is due.
const ALARM_SLACK_MS: i64 = 1_000;

/// Nothing waits for something that will never come: what is due has an alarm, and what is open or confirming is due.
pub fn nothing_is_stuck(world: &Rc<World>) {
    for (index, object) in world.objects.iter().enumerate() {
        if world.engine.is_busy(index) || world.monitor.is_violated() {
            continue;
        }
        let due_ms = if index < world.plan.stores {
            StoreHome::new(world, index).step(|store| store.next_due_ms().ok().flatten()).ok().flatten()
        } else {
            let (mut sql, http) = (object.disk.clone(), SimHttp(Rc::clone(world)));
            let config = &world.chains[index - world.plan.stores].config;
            let watcher = Watcher::open(&mut sql, &http, config);
            watcher.ok().and_then(|mut watcher| watcher.next_due_ms(world.engine.now_ms()).ok()).flatten()
        };
        object.commit();
        let Some(due_ms) = due_ms else { continue };
        let alarm_ms = object.alarm_ms();
        let latest_ms = due_ms.max(world.engine.now_ms()) + ALARM_SLACK_MS + object.lateness_ms.get();
        world.monitor.check(alarm_ms.is_some_and(|alarm_ms| alarm_ms <= latest_ms), "what is due has an alarm", || {
            format!("{}: due at {due_ms}, alarm {alarm_ms:?}, now {}", object.name, world.engine.now_ms())
        });
    }
}

/// Compares everything.
pub fn reckon(world: &Rc<World>) {
    if world.monitor.is_violated() {
        return;
    }
    let mut addresses: BTreeMap<String, String> = BTreeMap::new();
    for store in 0..world.plan.stores {
        let invoices = invoices(world, store);
        idempotent(world, store, &invoices);
        for (invoice, events) in &invoices {
            if world.monitor.is_violated() {
                return;
            }
            replay(world, invoice, events);
            let address = format!("{:#x}", invoice.terms.deposit.address());
            if let Some(other) = addresses.insert(address.clone(), invoice.terms.id.clone()) {
                world
                    .monitor
                    .violate("no address is used twice", format!("{address}: {other} and {}", invoice.terms.id));
            }
            reckon_invoice(world, invoice);
        }
        deliveries(world, store, &invoices);
    }
    shown(world);
}

/// An invoice has just become paid: then so much money once stood under enough canonical blocks. It may have been taken
/// back a moment ago, which nobody here can know yet. Each unit is taken at the best of its asset's quotes.
pub fn paid_is_final(world: &World, store: usize, id: &str) {
    let rows = world.objects[store].disk.0.borrow_mut().inspect("SELECT body FROM invoices WHERE id = ?", &[id.into()]);
    let invoice = rows.first().and_then(|row| serde_json::from_str::<Invoice>(row.text(0).ok()?).ok());
    let Some(invoice) = invoice.filter(|invoice| invoice.status == Status::Paid && invoice.accepted.is_none()) else {
        return;
    };
    let mut paid = U256::ZERO;
    for chain in &world.chains {
        for (asset, amount, transfer) in chain.ever_arrived(invoice.terms.deposit.address()) {
            let is_deep = |quote: &&Quote| transfer.deepest.get() >= u64::from(quote.confirmations_required);
            let quotes = invoice.quotes.iter().filter(|quote| quote.asset == asset).filter(is_deep);
            paid += quotes.map(|quote| worth(quote, amount)).max().unwrap_or_default();
        }
    }
    let is_enough = paid + hair(&invoice) >= threshold(&invoice);
    world.monitor.check(is_enough, "paid only with final money", || {
        format!("{id} is paid with {paid} of 10^18 deep enough, of {:?}", invoice.payments)
    });
}

/// What base units come to at a quote, of [`WHOLE`].
fn worth(quote: &Quote, base_units: u128) -> U256 {
    U256::from(base_units) * U256::from(quote.share) / U256::from(quote.amount.to_base_units().max(1))
}

/// What must have come, of [`WHOLE`].
fn threshold(invoice: &Invoice) -> U256 {
    let tolerance = u64::from(invoice.terms.tolerance_basis_points);
    U256::from(WHOLE) / U256::from(10_000) * U256::from(10_000 - tolerance)
}

/// What cutting at different places may make of a difference.
fn hair(invoice: &Invoice) -> U256 {
    U256::from(2 * (invoice.quotes.len() + invoice.payments.len() + invoice.refunds.len()) + 2)
}

type Stored = (Invoice, Vec<(i64, Event)>);

/// What a store has on disk.
fn invoices(world: &World, store: usize) -> Vec<Stored> {
    let mut disk = world.objects[store].disk.0.borrow_mut();
    if disk.inspect("SELECT name FROM sqlite_master WHERE name = 'invoices'", &[]).is_empty() {
        return Vec::new();
    }
    let rows = disk.inspect("SELECT id, body, status FROM invoices ORDER BY sequence", &[]);
    let mut stored = Vec::new();
    for row in rows {
        let (id, body) = (row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default());
        let Ok(invoice) = serde_json::from_str::<Invoice>(body) else {
            world.monitor.violate("stored rows can be read", body.to_owned());
            continue;
        };
        world.monitor.check(row.text(2) == Ok(invoice.status.as_str()), "the column says what the fold says", || {
            format!("{id}: {:?} and {}", row.text(2), invoice.status.as_str())
        });
        let events = match disk.history(id) {
            Ok(events) => events,
            Err(refusal) => {
                world.monitor.violate("stored rows can be read", format!("{id}: {}", refusal.detail));
                continue;
            }
        };
        for (version, happened) in (1..).zip(&events) {
            let is_next = happened.version == version;
            world.monitor.check(is_next, "events have no gaps", || format!("{id}: {happened:?}"));
        }
        let parsed = events.into_iter().map(|happened| (happened.at_ms, happened.event)).collect();
        stored.push((invoice, parsed));
    }
    stored
}

/// The stored fold is what its events fold into.
fn replay(world: &World, invoice: &Invoice, events: &[(i64, Event)]) {
    let id = &invoice.terms.id;
    let mut fold: Option<Invoice> = None;
    for (at_ms, event) in events {
        let next = match (&fold, event) {
            (None, Event::Created { terms }) => Some(Invoice::create((**terms).clone()).invoice),
            (Some(fold), event) => match fold.apply(event, *at_ms) {
                Ok(Some(transition)) => Some(transition.invoice),
                Ok(None) | Err(_) => None,
            },
            (None, _) => None,
        };
        if next.is_none() {
            world.monitor.violate("every stored event can be applied again", format!("{id}: {event:?}"));
            return;
        }
        fold = next;
    }
    world.monitor.check(fold.as_ref() == Some(invoice), "the fold is the replay of its events", || {
        format!("{id}: stored {invoice:?}, replayed {fold:?}")
    });
    let newest = world.monitor.newest(id);
    world.monitor.check(newest == invoice.version, "the newest version was pushed", || {
        format!("{id}: stored {}, shown {newest}", invoice.version)
    });
}

/// A request and its repeats made one invoice, and what was answered exists.
fn idempotent(world: &World, store: usize, invoices: &[Stored]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (invoice, _) in invoices {
        *counts.entry(invoice.terms.reference.as_deref().unwrap_or_default()).or_default() += 1;
    }
    for asked in world.known.asked.borrow().iter().filter(|asked| asked.store == store) {
        let count = counts.get(asked.reference.as_str()).copied().unwrap_or(0);
        let is_right = count <= 1 && (count == 1 || !asked.was_answered);
        world.monitor.check(is_right, "one request makes one invoice", || format!("{}: {count}", asked.reference));
    }
}

/// The money of one invoice against the chains. First each thing that the store took down is compared with what truly
/// happened: amounts, times of arrival, the window. Then the status is worked out anew from them.
fn reckon_invoice(world: &World, invoice: &Invoice) {
    let id = &invoice.terms.id;
    let check = |holds, invariant, detail: &dyn Fn() -> String| world.monitor.check(holds, invariant, detail);
    for chain in &world.chains {
        let arrived = chain.arrived(invoice.terms.deposit.address());
        let ever = chain.ever_arrived(invoice.terms.deposit.address());
        let mut truth: BTreeMap<AssetId, u128> = BTreeMap::new();
        for (asset, amount, _) in &arrived {
            *truth.entry(*asset).or_default() += amount;
        }
        let mut credited: BTreeMap<AssetId, u128> = BTreeMap::new();
        for payment in invoice.payments.iter().filter(|payment| payment.asset.chain == chain.id) {
            *credited.entry(payment.asset).or_default() += payment.amount.to_base_units();
            let is_quoted = invoice.quotes.iter().any(|quote| quote.asset == payment.asset);
            check(payment.is_final() || !is_quoted, "what stands for long is final", &|| format!("{id}: {payment:?}"));
            // A coin's payment is named by its running total: what comes in the place of one that a reorg took is that one.
            // Its block is searched for by height, so a reorg in the middle of a look, or a node without old states, gives it
            // the time of a later block; never of an earlier one.
            let is_coin = matches!(payment.asset.kind, AssetKind::Native(_));
            let is_search = is_coin && (chain.lost_old_states.get() || chain.has_reorged.get());
            let held = |(asset, _, transfer): &(AssetId, u128, Rc<Transfer>)| {
                let is_time = |time_ms: &i64| {
                    *time_ms == payment.arrived_at_ms || (is_search && *time_ms <= payment.arrived_at_ms)
                };
                *asset == payment.asset && transfer.seen_ms.borrow().iter().any(is_time)
            };
            let held = if is_coin { ever.iter().any(held) } else { arrived.iter().any(held) };
            check(held, "money arrived when its block says", &|| {
                format!("{id}: {payment:?}, in blocks of {arrived:?}")
            });
        }
        check(truth == credited, "every unit is credited exactly once, or reversed", &|| {
            format!("{id} on {}: arrived {truth:?}, credited {credited:?}", chain.id)
        });
    }
    let ids: BTreeSet<&str> = invoice.payments.iter().map(|payment| payment.id.as_str()).collect();
    check(ids.len() == invoice.payments.len(), "every unit is credited exactly once, or reversed", &|| {
        format!("{id}: a payment stands twice: {:?}", invoice.payments)
    });
    window(world, invoice);
    let expected = expected_status(world, invoice);
    check(expected.contains(&invoice.status), "the status is what the chains say", &|| {
        format!("{id} is {}, expected one of {expected:?}: {invoice:?}", invoice.status.as_str())
    });
    exceptions(world, invoice);
}

/// The window stays open longer exactly if half came within the first one: surely, if it stands there now; not, if it never
/// did on any branch.
fn window(world: &World, invoice: &Invoice) {
    let half = U256::from(WHOLE) / U256::from(2);
    let first_ms = invoice.terms.expires_at_ms;
    let now: U256 = worth_of(invoice, |payment| payment.arrived_at_ms <= first_ms);
    let mut ever = U256::ZERO;
    for chain in &world.chains {
        for (asset, amount, transfer) in chain.ever_arrived(invoice.terms.deposit.address()) {
            let was_early = transfer.seen_ms.borrow().iter().any(|time_ms| *time_ms <= first_ms);
            let quotes = invoice.quotes.iter().filter(|quote| quote.asset == asset && was_early);
            ever += quotes.map(|quote| worth(quote, amount)).max().unwrap_or_default();
        }
    }
    let must = now >= half + hair(invoice) && invoice.cancelled_at_ms.is_none() && invoice.accepted.is_none();
    // One node's word may hold a window open for a while; it settles nothing.
    let may = ever + hair(invoice) >= half || world.chains.iter().any(|chain| chain.has_lied.get());
    world.monitor.check(
        (invoice.extended || !must) && (may || !invoice.extended),
        "half in time holds the window open",
        || format!("{}: extended {}, now {now}, ever {ever}", invoice.terms.id, invoice.extended),
    );
}

/// The quote at whose rate a payment counts: the newest of its asset made before it arrived, or else the oldest.
fn quote_of<'a>(invoice: &'a Invoice, payment: &Payment) -> Option<&'a Quote> {
    let mut of_asset: Vec<&Quote> = invoice.quotes.iter().filter(|quote| quote.asset == payment.asset).collect();
    of_asset.sort_by_key(|quote| quote.created_at_ms);
    let before = of_asset.iter().rev().find(|quote| quote.created_at_ms < payment.arrived_at_ms);
    before.or(of_asset.first()).copied()
}

fn worth_of(invoice: &Invoice, counts: impl Fn(&Payment) -> bool) -> U256 {
    let counted = invoice.payments.iter().filter(|payment| counts(payment));
    let of_payment = |payment: &Payment| {
        quote_of(invoice, payment).map_or(U256::ZERO, |quote| worth(quote, payment.amount.to_base_units()))
    };
    counted.map(of_payment).fold(U256::ZERO, |sum, worth| sum + worth)
}

fn closes_ms(invoice: &Invoice) -> i64 {
    invoice.terms.expires_at_ms + if invoice.extended { invoice.terms.top_up_ms } else { 0 }
}

fn is_after_cancellation(invoice: &Invoice, payment: &Payment) -> bool {
    invoice.cancelled_at_ms.is_some_and(|cancelled_ms| payment.seen_at_ms > cancelled_ms)
}

fn expected_status(world: &World, invoice: &Invoice) -> BTreeSet<Status> {
    let known = world.known.invoices.borrow().values().find(|known| known.id == invoice.terms.id).cloned();
    if let Some(accepted) = &invoice.accepted {
        let was_asked = known.is_none_or(|known| known.was_accepted);
        world.monitor.check(was_asked, "only the seller accepts", || invoice.terms.id.clone());
        let stands = |id: &String| invoice.payments.iter().any(|payment| payment.id == *id);
        if accepted.payments.iter().all(stands) {
            return BTreeSet::from([Status::Paid]);
        }
    }
    if invoice.cancelled_at_ms.is_some() {
        return BTreeSet::from([Status::Cancelled]);
    }
    let latest_ms = closes_ms(invoice) + invoice.terms.late_grace_ms;
    let counted = worth_of(invoice, |payment| payment.arrived_at_ms <= latest_ms);
    let early = invoice.refunds.iter().take(invoice.refunds_before_paid);
    let sent_back = early.fold(U256::ZERO, |sum, refund| {
        let newest = invoice.quotes.iter().filter(|quote| quote.asset == refund.asset);
        let newest = newest.max_by_key(|quote| quote.created_at_ms);
        sum + newest.map_or(U256::ZERO, |quote| worth(quote, refund.amount.to_base_units()))
    });
    let held = counted.saturating_sub(sent_back);
    let (threshold, hair) = (threshold(invoice), hair(invoice));
    let mut expected = BTreeSet::new();
    if held + hair >= threshold {
        expected.insert(Status::Paid);
    }
    if held < threshold + hair && (held < threshold || invoice.quotes.len() > 1 || sent_back > U256::ZERO) {
        expected.insert(Status::Expired);
    }
    expected
}

/// What was not clean is flagged, as far as it does not depend on what once was.
fn exceptions(world: &World, invoice: &Invoice) {
    let closes_ms = closes_ms(invoice);
    let is_late = |payment: &Payment| payment.arrived_at_ms > closes_ms || is_after_cancellation(invoice, payment);
    let is_wrong = |payment: &Payment| invoice.quotes.iter().all(|quote| quote.asset != payment.asset);
    let all = worth_of(invoice, |_| true);
    // More than each amount's rounding to what a person can type.
    let step = |quote: &Quote| {
        let step = asset_info(quote.asset).map_or(1, |info| 10_u128.pow((info.decimals - info.quote_decimals).into()));
        worth(quote, step)
    };
    let rounding = invoice.quotes.iter().map(step).fold(U256::ZERO, |sum, step| sum + step);
    let is_far_over = all > U256::from(WHOLE) + rounding + hair(invoice);
    let is_not_over = all <= U256::from(WHOLE);
    let has = |exception: Exception| invoice.exceptions.contains(&exception);
    let facts = [
        ("late", has(Exception::Late) == invoice.payments.iter().any(is_late)),
        ("wrong_asset", has(Exception::WrongAsset) == invoice.payments.iter().any(is_wrong)),
        ("overpaid", (has(Exception::Overpaid) || !is_far_over) && (!has(Exception::Overpaid) || !is_not_over)),
    ];
    for (name, holds) in facts {
        world.monitor.check(holds, "what was not clean is flagged", || {
            format!("{} {name}: {:?}, all {all}, {:?}", invoice.terms.id, invoice.exceptions, invoice.payments)
        });
    }
}

/// Every event reached every endpoint that lives, as it stands in the log; nothing else was sent.
fn deliveries(world: &World, store: usize, invoices: &[Stored]) {
    let mut disk = world.objects[store].disk.0.borrow_mut();
    if disk.inspect("SELECT name FROM sqlite_master WHERE name = 'events'", &[]).is_empty() {
        return;
    }
    let events: Vec<(String, String, String, i64)> = disk
        .inspect("SELECT id, body, type, created_ms FROM events ORDER BY sequence", &[])
        .iter()
        .map(|row| {
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            (text(0), text(1), text(2), row.integer(3).unwrap_or(0))
        })
        .collect();
    let logged: BTreeMap<&str, &str> = events.iter().map(|(id, body, ..)| (id.as_str(), body.as_str())).collect();
    for (id, body) in world.monitor.all_sent() {
        if id.contains(world.stores[store].id.digits()) {
            world.monitor.check(
                logged.get(id.as_str()) == Some(&body.as_str()),
                "what is sent stands in the log",
                || format!("{id}: sent {body}, logged {:?}", logged.get(id.as_str())),
            );
        }
    }
    for endpoint in &world.endpoints[store] {
        let known = endpoint.known.borrow();
        let Some((endpoint_id, _)) = known.as_ref().filter(|_| !endpoint.was_gone.get()) else { continue };
        let since_ms = disk
            .inspect("SELECT created_ms FROM webhook_endpoints WHERE id = ?", &[endpoint_id.as_str().into()])
            .first()
            .and_then(|row| row.integer(0).ok());
        let Some(since_ms) = since_ms else { continue };
        let taken = endpoint.taken.borrow();
        for (id, body, kind, _) in events.iter().filter(|(.., created_ms)| *created_ms > since_ms) {
            world.monitor.check(taken.get(id) == Some(body), "every event reaches an endpoint that lives", || {
                format!("{kind} {id} did not reach {endpoint_id}")
            });
        }
    }
    drop(disk);
    for (invoice, stored) in invoices {
        announced(world, invoice, stored, &events);
    }
}

/// Each change of status was announced, with the version that made it.
fn announced(world: &World, invoice: &Invoice, stored: &[(i64, Event)], events: &[(String, String, String, i64)]) {
    let id = invoice.terms.id.as_str();
    let mut told: BTreeSet<(u64, String)> = BTreeSet::new();
    for (_, body, kind, _) in events.iter().filter(|(_, body, ..)| body.contains(id)) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let snapshot = &body["data"]["invoice"];
        if snapshot["id"] == id {
            told.insert((snapshot["version"].as_u64().unwrap_or(0), kind.clone()));
        }
    }
    let mut fold: Option<Invoice> = None;
    for (at_ms, event) in stored {
        let next = match (&fold, event) {
            (None, Event::Created { terms }) => Invoice::create((**terms).clone()).invoice,
            (Some(before), event) => match before.apply(event, *at_ms) {
                Ok(Some(transition)) => transition.invoice,
                _ => return,
            },
            _ => return,
        };
        let before = fold.as_ref().map_or(Status::Open, |before| before.status);
        if next.status != before {
            let wanted = match next.status {
                Status::Open => None,
                _ if before == Status::Paid => Some("invoice.reversed"),
                status => Some(match status {
                    Status::Confirming => "invoice.confirming",
                    Status::Paid => "invoice.paid",
                    Status::Expired => "invoice.expired",
                    _ => "invoice.cancelled",
                }),
            };
            if let Some(wanted) = wanted {
                world.monitor.check(
                    told.contains(&(next.version, wanted.to_owned())),
                    "every change is announced",
                    || format!("{id} version {}: {} was not, only {told:?}", next.version, wanted),
                );
            }
        }
        fold = Some(next);
    }
}

/// Invoices that someone was told of exist.
fn shown(world: &World) {
    for known in world.known.invoices.borrow().values() {
        let mut disk = world.objects[known.store].disk.0.borrow_mut();
        let rows = disk.inspect("SELECT 1 FROM invoices WHERE id = ?", &[known.id.as_str().into()]);
        world.monitor.check(!rows.is_empty(), "what was answered exists", || known.id.clone());
    }
}
