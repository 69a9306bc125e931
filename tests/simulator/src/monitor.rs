//! What is watched while a story runs: the trace, the versions everyone was shown, the events that were sent.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::Value;

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: &'static str,
    /// What was seen.
    pub detail: String,
}

/// What was shown of one invoice.
#[derive(Default)]
struct Shown {
    newest: u64,
    by_version: BTreeMap<u64, String>,
}

/// Watches.
pub struct Monitor {
    is_traced: bool,
    lines: RefCell<Vec<String>>,
    violation: RefCell<Option<Violation>>,
    shown: RefCell<BTreeMap<String, Shown>>,
    sent: RefCell<BTreeMap<String, String>>,
    /// Answers by idempotency key.
    pub answers: RefCell<BTreeMap<u64, (u16, String)>>,
    /// Checks made, so that a run that checks nothing is seen.
    pub checks: Cell<u64>,
}

impl Monitor {
    /// Keeps the trace only if asked to.
    pub fn new(is_traced: bool) -> Self {
        Self {
            is_traced,
            lines: RefCell::default(),
            violation: RefCell::default(),
            shown: RefCell::default(),
            sent: RefCell::default(),
            answers: RefCell::default(),
            checks: Cell::new(0),
        }
    }

    /// Adds a line to the trace.
    pub fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            self.lines.borrow_mut().push(line());
        }
    }

    /// The trace.
    pub fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.borrow_mut())
    }

    /// Notes what does not hold; the first counts.
    pub fn violate(&self, invariant: &'static str, detail: String) {
        self.trace(|| format!("VIOLATED: {invariant}: {detail}"));
        self.violation.borrow_mut().get_or_insert(Violation { invariant, detail });
    }

    /// Checks something.
    pub fn check(&self, holds: bool, invariant: &'static str, detail: impl FnOnce() -> String) {
        self.checks.set(self.checks.get() + 1);
        if !holds {
            self.violate(invariant, detail());
        }
    }

    /// Whether anything does not hold.
    pub fn is_violated(&self) -> bool {
        self.violation.borrow().is_some()
    }

    /// What does not hold.
    pub fn violation(&self) -> Option<Violation> {
        self.violation.borrow().clone()
    }

    /// Somebody was shown an invoice, after it was durable: versions never go back, and each shows one state.
    pub fn saw(&self, invoice: &str, snapshot: &str, how: &str) {
        let Ok(mut value) = serde_json::from_str::<Value>(snapshot) else {
            self.violate("answers are JSON", snapshot.to_owned());
            return;
        };
        let version = value["version"].as_u64().unwrap_or(0);
        self.trace(|| {
            let payments = value["payments"].as_array().map_or(0, Vec::len);
            format!(
                "{how}: {invoice} version {version} {} {} payments={payments}",
                value["status"], value["exceptions"]
            )
        });
        {
            let mut all = self.shown.borrow_mut();
            let shown = all.entry(invoice.to_owned()).or_default();
            self.check(version >= shown.newest, "versions never go back", || {
                format!("{invoice} was {how} at version {version} after {}", shown.newest)
            });
            shown.newest = version;
        }
        self.check_value(invoice, version, &mut value);
    }

    /// Each version shows one state, however old the answer is that shows it.
    pub fn check_state(&self, invoice: &str, snapshot: &str) {
        if let Ok(mut value) = serde_json::from_str::<Value>(snapshot) {
            let version = value["version"].as_u64().unwrap_or(0);
            self.check_value(invoice, version, &mut value);
        }
    }

    fn check_value(&self, invoice: &str, version: u64, value: &mut Value) {
        // What is the same in every view of one version.
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|name, _| {
                ["version", "status", "exceptions", "payments", "price", "expires_at", "quote"].contains(&name.as_str())
            });
        }
        let state = value.to_string();
        let mut all = self.shown.borrow_mut();
        let shown = all.entry(invoice.to_owned()).or_default();
        let known = shown.by_version.entry(version).or_insert_with(|| state.clone());
        self.check(*known == state, "one version shows one state", || {
            format!("{invoice} version {version} was {known}, now {state}")
        });
    }

    /// The newest version that anyone was shown.
    pub fn newest(&self, invoice: &str) -> u64 {
        self.shown.borrow().get(invoice).map_or(0, |shown| shown.newest)
    }

    /// A webhook was sent: its id and body are the same on every try.
    pub fn sent(&self, id: &str, body: &str) {
        let mut sent = self.sent.borrow_mut();
        let known = sent.entry(id.to_owned()).or_insert_with(|| body.to_owned());
        self.check(known == body, "an event's body is the same on every try", || format!("{id}: {known}, then {body}"));
    }

    /// All events that were ever sent.
    pub fn all_sent(&self) -> BTreeMap<String, String> {
        self.sent.borrow().clone()
    }
}
