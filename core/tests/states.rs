//! Every state that an invoice can get into, found by trying: from an invoice quoted in two assets, all that buyers,
//! sellers, chains and clocks do, in every order up to a depth. What is found stands as one aligned table in
//! `docs/invoice-states.md`; a change of the rules changes the table. `GROAT_BLESS=1` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test: what fails here should stop it")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use groat_core::asset::{AssetId, ChainId};
use groat_core::evm::{Deposit, FACTORY};
use groat_core::invoice::{
    Action, ApplyError, Event, Exception, FULL_SHARE, Invoice, ObservedPayment, Quote, Refund, Status, Terms,
};
use groat_core::money::{Amount, Price, Rate};

const USDC: &str = "eip155:31337/erc20:0xf3477b76e8a7b3ffc73c95f21475a456ca00636a";
const ETH: &str = "eip155:31337/slip44:60";
const DAI: &str = "eip155:31337/erc20:0xac50919f319ffef734dd67076273a6a70a58f447";
const CHAIN: ChainId = ChainId::Eip155(31_337);
/// The window closes here, unless half has come; two confirmations make a payment final.
const DUE: i64 = 1_000;
const TOP_UP: i64 = 500;
/// Acts in a row. With one more, no further combination of status and exceptions appears.
const DEPTH: usize = 7;

/// What can happen, each at most once in a story; a reorg takes everything, and what it took may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Part,
    Rest,
    Extra,
    Late,
    Stray,
    Deepen,
    Reorg,
    Return,
    Value,
    Expire,
    Cancel,
    Accept,
    Refund,
}

const ACTS: [(Act, &str); 13] = [
    (Act::Part, "a part comes"),
    (Act::Rest, "the rest comes"),
    (Act::Extra, "more comes"),
    (Act::Late, "money comes too late"),
    (Act::Stray, "money comes in an asset that was not quoted"),
    (Act::Deepen, "confirmations are reached"),
    (Act::Reorg, "a reorg takes all of it"),
    (Act::Return, "what was taken comes back"),
    (Act::Value, "the store takes that asset, and values it"),
    (Act::Expire, "the window closes"),
    (Act::Cancel, "the seller cancels"),
    (Act::Accept, "the seller accepts"),
    (Act::Refund, "the seller records a refund"),
];

/// An invoice and the chain under it.
#[derive(Clone)]
struct World {
    invoice: Invoice,
    standing: BTreeSet<Act>,
    taken: BTreeSet<Act>,
    done: BTreeSet<Act>,
    is_deep: bool,
    now_ms: i64,
    sequence: u64,
}

fn asset(id: &str) -> AssetId {
    id.parse().unwrap()
}

fn units(base_units: u128) -> Amount {
    Amount::from_base_units(base_units).unwrap()
}

fn quote(id: &str, amount: u128, created_at_ms: i64, unasked: bool) -> Event {
    let quote = Quote {
        id: format!("quo_{id}"),
        asset: asset(id),
        amount: units(amount),
        share: FULL_SHARE,
        unasked,
        rate: Rate::parse("1").unwrap(),
        confirmations_required: 2,
        created_at_ms,
        expires_at_ms: created_at_ms + DUE,
    };
    Event::Quoted { quote: Box::new(quote) }
}

impl World {
    fn new() -> Self {
        let terms = Terms {
            id: "inv_test".into(),
            product: None,
            price: Price::parse("49.00", "USD").unwrap(),
            reference: None,
            metadata: BTreeMap::new(),
            redirect_url: None,
            deposit: Deposit::for_invoice("inv_test", FACTORY),
            tolerance_basis_points: 0,
            top_up_ms: TOP_UP,
            late_grace_ms: 0,
            created_at_ms: 0,
            expires_at_ms: DUE,
        };
        let mut invoice = Invoice::create(terms).invoice;
        for (event, now_ms) in
            [(quote(ETH, 16_334_000_000_000_000, 1, false), 1), (quote(USDC, 49_000_000, 2, false), 2)]
        {
            invoice = invoice.apply(&event, now_ms).unwrap().unwrap().invoice;
        }
        let (standing, taken, done) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { invoice, standing, taken, done, is_deep: false, now_ms: 10, sequence: 0 }
    }

    /// The payments on the chain, as a watcher reports them.
    fn report(&mut self) -> Event {
        self.sequence += 1;
        let payment = |act: &Act| {
            let (id, on, amount, block_time_ms) = match act {
                Act::Part => ("part", USDC, 20_000_000, 11),
                Act::Rest => ("rest", ETH, 9_668_000_000_000_000, 12),
                Act::Extra => ("extra", USDC, 5_000_000, 13),
                Act::Late => ("late", USDC, 49_000_000, DUE + TOP_UP + 1),
                _ => ("stray", DAI, 49_000_000_000_000_000_000, 14),
            };
            ObservedPayment {
                id: id.into(),
                asset: asset(on),
                amount: units(amount),
                transaction: None,
                height: 10,
                block_time_ms,
                unproven: false,
            }
        };
        let head = if self.is_deep { 20 } else { 10 };
        let payments = self.standing.iter().map(payment).collect();
        Event::Observed { chain: CHAIN, sequence: self.sequence, head, payments }
    }

    /// Does an act, and says whether it was an event. `None` where it can't be, or has been.
    fn act(&self, act: Act) -> Option<(Self, Result<bool, ApplyError>)> {
        let mut next = self.clone();
        if !matches!(act, Act::Reorg | Act::Return | Act::Deepen) && !next.done.insert(act) {
            return None;
        }
        let event = match act {
            Act::Part | Act::Rest | Act::Extra | Act::Stray => {
                next.standing.insert(act);
                next.report()
            }
            Act::Late => {
                next.now_ms = next.now_ms.max(DUE + TOP_UP + 1);
                next.standing.insert(act);
                next.report()
            }
            Act::Deepen if !self.is_deep && !self.standing.is_empty() => {
                next.is_deep = true;
                next.report()
            }
            Act::Reorg if !self.standing.is_empty() => {
                next.taken.append(&mut next.standing);
                next.is_deep = false;
                next.report()
            }
            Act::Return if !self.taken.is_empty() => {
                next.standing.append(&mut next.taken);
                next.report()
            }
            Act::Value if self.standing.contains(&Act::Stray) => {
                quote(DAI, 49_000_000_000_000_000_000, self.now_ms, true)
            }
            Act::Deepen | Act::Reorg | Act::Return | Act::Value => return None,
            Act::Expire => {
                next.now_ms = next.now_ms.max(self.invoice.closes_at_ms());
                Event::Expired
            }
            Act::Cancel => Event::Cancelled,
            Act::Accept => Event::Accepted,
            Act::Refund => Event::Refunded {
                refund: Refund {
                    asset: asset(USDC),
                    amount: units(1_000_000),
                    transaction: "0x01".into(),
                    recorded_at_ms: 1,
                },
            },
        };
        next.now_ms += 1;
        let outcome = self.invoice.apply(&event, next.now_ms);
        let outcome = outcome.map(|transition| {
            let is_event = transition.is_some();
            if let Some(transition) = transition {
                assert_eq!(transition.invoice.version, self.invoice.version + 1);
                next.invoice = transition.invoice;
            }
            is_event
        });
        Some((next, outcome))
    }

    /// What decides about all that can follow.
    fn key(&self) -> String {
        let invoice = &self.invoice;
        let accepted = invoice.accepted.as_ref().map(|accepted| &accepted.payments);
        let (status, exceptions) = (invoice.status, &invoice.exceptions);
        format!(
            "{status:?}{exceptions:?}{:?}{:?}{:?}{}{}{}{accepted:?}{}",
            self.standing,
            self.taken,
            self.done,
            self.is_deep,
            invoice.expired,
            invoice.extended,
            invoice.refunds_before_paid,
        )
    }
}

type Kind = (Status, BTreeSet<Exception>);

#[derive(Default)]
struct Found {
    /// The shortest story into each state, and what sellers can do there in all stories.
    states: BTreeMap<Kind, (Vec<&'static str>, BTreeSet<Action>)>,
    /// What each act leads to from each status.
    steps: BTreeMap<(Act, Status), BTreeSet<String>>,
}

fn explore() -> Found {
    let mut found = Found::default();
    let mut known = BTreeSet::new();
    let mut waiting = VecDeque::from([(World::new(), Vec::new())]);
    while let Some((world, story)) = waiting.pop_front() {
        let invoice = &world.invoice;
        check(invoice);
        let kind = (invoice.status, invoice.exceptions.clone());
        let state = found.states.entry(kind).or_insert_with(|| (story.clone(), BTreeSet::new()));
        state.1.extend(invoice.actions());
        if story.len() == DEPTH {
            continue;
        }
        for (act, words) in ACTS {
            let Some((next, outcome)) = world.act(act) else { continue };
            let result = match &outcome {
                Err(_) => "refused".to_owned(),
                Ok(false) => "nothing changes".to_owned(),
                Ok(true) => next.invoice.status.as_str().to_owned(),
            };
            found.steps.entry((act, invoice.status)).or_default().insert(result);
            if outcome == Ok(true) && known.insert(next.key()) {
                let story = story.iter().copied().chain([words]).collect();
                waiting.push_back((next, story));
            }
        }
    }
    found
}

/// What holds in every state, whatever led there.
fn check(invoice: &Invoice) {
    let (status, exceptions) = (invoice.status, &invoice.exceptions);
    let holds_money = !invoice.payments.is_empty();
    let closed = matches!(status, Status::Expired | Status::Cancelled);
    assert!(!(closed && holds_money && exceptions.is_empty()), "{invoice:#?} holds money that nobody is told of");
    assert!(status != Status::Paid || holds_money, "{invoice:#?} is paid by nothing");
    assert!(!exceptions.contains(&Exception::WrongAsset) || holds_money, "{invoice:#?} holds nothing that is wrong");
    for action in [Action::Accept, Action::Cancel, Action::Refund] {
        let event = match action {
            Action::Accept => Event::Accepted,
            Action::Cancel => Event::Cancelled,
            Action::Refund => {
                let held = |payment: &&groat_core::invoice::Payment| {
                    invoice.refunded(payment.asset) < invoice.received(payment.asset)
                };
                let on = invoice.payments.iter().find(held).map_or(asset(USDC), |payment| payment.asset);
                let transaction = "0xff".into();
                Event::Refunded { refund: Refund { asset: on, amount: units(1), transaction, recorded_at_ms: 9 } }
            }
        };
        let possible = matches!(invoice.apply(&event, 9_999), Ok(Some(_)));
        assert_eq!(invoice.actions().contains(&action), possible, "{action:?} of {invoice:#?}");
    }
}

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn words<T: serde::Serialize>(values: &BTreeSet<T>) -> String {
    let words: Vec<String> = values.iter().map(word).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(" ") }
}

/// Cells in columns, as wide as the widest.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

fn page(found: &Found) -> String {
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut states = vec![row(&["status", "exceptions", "the seller can", "shortest way here"])];
    for ((status, exceptions), (story, actions)) in &found.states {
        let story = if story.is_empty() { "made and quoted".to_owned() } else { story.join("; ") };
        states.push(vec![status.as_str().to_owned(), words(exceptions), words(actions), story]);
    }
    let statuses = [Status::Open, Status::Confirming, Status::Paid, Status::Expired, Status::Cancelled];
    let mut steps =
        vec![std::iter::once("what happens").chain(statuses.map(Status::as_str)).map(str::to_owned).collect()];
    for (act, words) in ACTS {
        let mut cells = vec![words.to_owned()];
        for status in statuses {
            let results = found.steps.get(&(act, status)).cloned().unwrap_or_default();
            let results: Vec<String> = results.into_iter().collect();
            cells.push(if results.is_empty() { "-".to_owned() } else { results.join(", ") });
        }
        steps.push(cells);
    }
    format!(
        "# Every state of an invoice\n\n\
         Generated by `core/tests/states.rs`, which tries everything that buyers, sellers, chains and clocks do, in every \
         order of up to {DEPTH} acts, on the very code that decides (`core/src/invoice`). Words are the API's. \
         `GROAT_BLESS=1 cargo test -p groat-core --test states` writes it anew.\n\n\
         ## Status and exceptions\n\n\
         These {count} combinations occur and no others. Which events (webhooks) they send and what the buyer reads \
         stands in [sellers.md](sellers.md).\n\n\
         ```\n{states}```\n\n\
         ## What leads where\n\n\
         For each status, what a step can lead to. *refused*: an error with code `invoice_state`. *nothing changes*: no \
         event, no new version.\n\n\
         ```\n{steps}```\n",
        count = found.states.len(),
        states = aligned(&states),
        steps = aligned(&steps),
    )
}

#[test]
fn every_state_is_documented() {
    let found = explore();
    let page = page(&found);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/invoice-states.md");
    if std::env::var_os("GROAT_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    for (line, (expected, found)) in page.lines().zip(written.lines()).enumerate() {
        assert_eq!(found, expected, "docs/invoice-states.md, line {}: GROAT_BLESS=1 writes it anew", line + 1);
    }
    assert_eq!(written.lines().count(), page.lines().count(), "docs/invoice-states.md: GROAT_BLESS=1 writes it anew");
}
