//! Reading and writing invoices: every change goes through [`Store::advance`].

use groat_core::id::StoreId;
use groat_core::invoice::{ApplyError, Event, Invoice, Notice, Status, Transition};
use groat_core::time::print_rfc3339;
use groat_core::wire::{
    InvoiceSnapshot, SnapshotContext, WebhookEvent, WebhookEventData, public_snapshot, seller_snapshot,
};

use super::command::{ListQuery, PageFacts, Reply};
use super::keys::Caller;
use super::settings::Settings;
use super::{Store, from_stored, to_json};
use crate::chain::messages::Observation;
use crate::problem::{Code, Refusal};
use crate::sql::{Sql, Value};

/// Invoices closed in one alarm; the next follows at once.
const MAX_EXPIRIES_AT_ONCE: i64 = 100;

impl From<ApplyError> for Refusal {
    fn from(error: ApplyError) -> Self {
        Self::new(Code::InvoiceState, error.to_string())
    }
}

impl<S: Sql> Store<'_, S> {
    pub(super) fn invoice(&mut self, id: &str) -> Result<Invoice, Refusal> {
        self.find_invoice(id)?.ok_or_else(|| Refusal::not_found("invoice"))
    }

    fn find_invoice(&mut self, id: &str) -> Result<Option<Invoice>, Refusal> {
        let row = self.sql.run_one("SELECT body FROM invoices WHERE id = ?", &[id.into()])?;
        row.map(|row| from_stored(row.text(0)?)).transpose()
    }

    /// Applies an event and stores what follows: the event, the fold, the event log and its deliveries, all in one
    /// synchronous block. `None` where the event changes nothing.
    pub(super) fn advance(
        &mut self,
        settings: &Settings,
        invoice: &Invoice,
        event: &Event,
    ) -> Result<Option<Invoice>, Refusal> {
        match invoice.apply(event, self.now_ms)? {
            None => Ok(None),
            Some(transition) => self.store_transitions(settings, Some(invoice), &[(transition, event)]).map(Some),
        }
    }

    /// Stores one or more transitions in a row from `before`: each event, and the fold once. The first one of an invoice
    /// makes its row.
    pub(super) fn store_transitions(
        &mut self,
        settings: &Settings,
        before: Option<&Invoice>,
        transitions: &[(Transition, &Event)],
    ) -> Result<Invoice, Refusal> {
        let last = transitions.last().ok_or_else(|| Refusal::internal(&"no transition to store"))?;
        let invoice = last.0.invoice.clone();
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        let (id, body) = (invoice.terms.id.clone(), to_json(&invoice)?);
        let push = to_json(&self.snapshot(settings, &invoice, Caller::Anyone)?)?;
        let lines = self.lines(transitions)?;
        let (status, closes_ms) = (invoice.status.as_str(), invoice.closes_at_ms());
        if let Some(before) = before {
            let recent = if self.make_room(before, &lines)? { "recent || ?" } else { "?" };
            let values: [Value; 5] = [lines.into(), body.into(), status.into(), closes_ms.into(), id.as_str().into()];
            if (before.status, before.closes_at_ms()) == (invoice.status, closes_ms) {
                // Naming a column writes its index, even where it stays the same.
                let [lines, body, _, _, id] = values;
                self.sql.run(
                    &format!("UPDATE invoices SET recent = {recent}, body = ? WHERE id = ?"),
                    &[lines, body, id],
                )?;
            } else {
                let statement =
                    format!("UPDATE invoices SET recent = {recent}, body = ?, status = ?, expires_ms = ? WHERE id = ?");
                self.sql.run(&statement, &values)?;
            }
        } else {
            self.sql.run(
                "INSERT INTO invoices (recent, body, status, expires_ms, id) VALUES (?, ?, ?, ?, ?)",
                &[lines.into(), body.into(), status.into(), closes_ms.into(), id.as_str().into()],
            )?;
        }
        for (transition, _) in transitions {
            for notice in &transition.notices {
                let (kind, body) = self.log_entry(settings, &transition.invoice, *notice)?;
                self.log_event(&store, &kind, &id, body)?;
            }
        }
        self.effects.push(id, push);
        Ok(invoice)
    }

    /// The entry of the event log for a notice: `(type, body)`.
    fn log_entry(
        &mut self,
        settings: &Settings,
        invoice: &Invoice,
        notice: Notice,
    ) -> Result<(String, String), Refusal> {
        let kind = notice.webhook_type().to_owned();
        let data = WebhookEventData { invoice: self.snapshot(settings, invoice, Caller::Seller)? };
        let body = to_json(&WebhookEvent { kind: kind.clone(), timestamp: print_rfc3339(self.now_ms), data })?;
        Ok((kind, body))
    }

    /// The view of an invoice that `caller` may see. Assets to choose from are filled in by the Worker, which has rates.
    pub(super) fn snapshot(
        &mut self,
        settings: &Settings,
        invoice: &Invoice,
        caller: Caller,
    ) -> Result<InvoiceSnapshot, Refusal> {
        let paid_product = invoice.terms.product.as_ref().filter(|_| invoice.status == Status::Paid);
        let delivery = paid_product.map(|product| self.delivery_of(&product.id)).transpose()?.flatten();
        let chain = invoice.current_quote().map(|quote| quote.asset.chain);
        let policy = chain.and_then(|chain| self.platform.chains.get(&chain));
        let context = SnapshotContext {
            store_name: &settings.name,
            options: Vec::new(),
            delivery,
            local_wallet_rpc: policy.and_then(|policy| policy.wallet_rpc.as_deref()),
            now_ms: self.now_ms,
        };
        Ok(if caller.sees_all() { seller_snapshot(invoice, context) } else { public_snapshot(invoice, context) })
    }

    /// An answer that shows an invoice.
    pub(super) fn invoice_reply(
        &mut self,
        settings: &Settings,
        invoice: &Invoice,
        caller: Caller,
        status: u16,
    ) -> Result<Reply, Refusal> {
        let body = to_json(&self.snapshot(settings, invoice, caller)?)?;
        let page = Some(page_facts(settings));
        Ok(Reply { status, body, version: Some(invoice.version), needs_rates: None, page })
    }

    pub(super) fn list_invoices(
        &mut self,
        settings: &Settings,
        status: Option<Status>,
        list: &ListQuery,
    ) -> Result<String, Refusal> {
        let [below, limit] = list.bindings();
        let rows = match status {
            Some(status) => self.sql.run(
                "SELECT body, sequence FROM invoices WHERE status = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
                &[status.as_str().into(), below, limit],
            )?,
            None => self.sql.run(
                "SELECT body, sequence FROM invoices WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
                &[below, limit],
            )?,
        };
        let page = list.page(rows, 1, |row| from_stored::<Invoice>(row.text(0)?))?;
        let views = page.data.iter().map(|invoice| self.snapshot(settings, invoice, Caller::Seller));
        let data = views.collect::<Result<Vec<_>, _>>()?;
        to_json(&groat_core::wire::List { data, next_cursor: page.next_cursor })
    }

    /// Takes reports, each whole or not at all. One that fails holds up no other; the watcher sends it again.
    pub(super) fn observe(&mut self, settings: &Settings, observations: Vec<Observation>) -> Result<(), Refusal> {
        let mut outcome = Ok(());
        for observation in observations {
            let taken = self.atomically(|store| store.observe_one(settings, observation));
            outcome = outcome.and(taken);
        }
        outcome
    }

    /// (1) Drops a report older than one that was taken, (2) applies it, (3) where it changed nothing, remembers how far the
    /// chain has told.
    fn observe_one(&mut self, settings: &Settings, observation: Observation) -> Result<(), Refusal> {
        let Some(invoice) = self.find_invoice(&observation.invoice_id)? else { return Ok(()) };
        if invoice.terms.deposit.address() != observation.address {
            return Err(Refusal::internal(&format!("report for {} names another address", observation.invoice_id)));
        }
        let chain = observation.chain.to_string();
        let sequence = i64::try_from(observation.sequence).map_err(|error| Refusal::internal(&error))?;
        // (1)
        let row = self.sql.run_one(
            "SELECT sequence FROM reports WHERE invoice_id = ? AND chain = ?",
            &[observation.invoice_id.as_str().into(), chain.as_str().into()],
        )?;
        let silent = row.map(|row| row.integer(0)).transpose()?;
        let told = invoice.sequences.get(&observation.chain).is_some_and(|taken| observation.sequence <= *taken);
        if told || silent.is_some_and(|taken| sequence <= taken) {
            return Ok(());
        }
        // (2)
        let event = Event::Observed {
            chain: observation.chain,
            sequence: observation.sequence,
            head: observation.head,
            payments: observation.payments,
        };
        if let Some(invoice) = self.advance(settings, &invoice, &event)? {
            // The invoice itself says how far its chain has told.
            return self.take_strays(settings, invoice);
        }
        // (3)
        self.sql.run(
            "INSERT OR REPLACE INTO reports (invoice_id, chain, sequence) VALUES (?, ?, ?)",
            &[observation.invoice_id.into(), chain.into(), sequence.into()],
        )?;
        Ok(())
    }

    /// Closes the windows that are due. True if more are waiting.
    pub fn expire_due(&mut self) -> Result<bool, Refusal> {
        let Some(settings) = self.settings()? else { return Ok(false) };
        let rows = self.sql.run(
            "SELECT body FROM invoices INDEXED BY invoices_open WHERE status = 'open' AND expires_ms <= ? ORDER BY expires_ms LIMIT ?",
            &[self.now_ms.into(), MAX_EXPIRIES_AT_ONCE.into()],
        )?;
        // One that can't be closed holds up no other.
        let mut outcome = Ok(());
        for row in &rows {
            let closed = self.atomically(|store| {
                let invoice: Invoice = from_stored(row.text(0)?)?;
                store.advance(&settings, &invoice, &Event::Expired).map(|_| ())
            });
            outcome = outcome.and(closed);
        }
        outcome?;
        Ok(i64::try_from(rows.len()).unwrap_or_default() == MAX_EXPIRIES_AT_ONCE)
    }
}

/// What a page needs beside a snapshot.
pub(super) fn page_facts(settings: &Settings) -> PageFacts {
    PageFacts {
        public_key: settings.public_key.clone(),
        allowed_origins: settings.allowed_origins.clone(),
        assets: settings.assets.clone(),
        peg_deviation_basis_points: settings.peg_deviation_basis_points,
        branding: settings.branding.view(&settings.id),
        walletconnect: settings.walletconnect.clone(),
    }
}
