//! Every command on one screen.

use groat_core::id::StoreId;

use super::command::{Command, Reply, StoreRequest};
use super::invoices::page_facts;
use super::keys::{Caller, unknown, without_key};
use super::settings::Settings;
use super::{Store, to_json};
use crate::limits::Client;
use crate::problem::Refusal;
use crate::sql::Sql;

impl<S: Sql> Store<'_, S> {
    /// (1) Finds out who asks, (2) gives the kept answer of an idempotency key, (3) runs the command and (4) keeps its
    /// answer, both or neither. A refusal becomes a problem in the reply.
    pub fn handle(&mut self, request: StoreRequest) -> Reply {
        let request_id = request.request_id.clone();
        self.try_handle(request).unwrap_or_else(|refusal| problem(&refusal, &request_id))
    }

    fn try_handle(&mut self, request: StoreRequest) -> Result<Reply, Refusal> {
        self.client = request.client.clone().unwrap_or_else(|| Client::at(None));
        let Some(settings) = self.settings()? else {
            return self.atomically(|store| store.handle_without_store(&request));
        };
        // (1)
        let caller = self.caller(request.key.as_deref())?;
        // (2)
        let idempotency = request.idempotency.map(|(key, hash)| (scoped(caller, &key), hash));
        if let Some((key, hash)) = &idempotency
            && let Some(reply) = self.replay(key, hash)?
        {
            return Ok(Reply { page: Some(page_facts(&settings)), ..reply });
        }
        if stands_by_itself(&request.command) {
            return self.perform(&settings, caller, idempotency.as_ref(), request.command);
        }
        self.atomically(|store| store.perform(&settings, caller, idempotency.as_ref(), request.command))
    }

    fn perform(
        &mut self,
        settings: &Settings,
        caller: Caller,
        idempotency: Option<&(String, String)>,
        command: Command,
    ) -> Result<Reply, Refusal> {
        // (3)
        self.note_use()?;
        let makes_key = matches!(command, Command::CreateKey { .. } | Command::IssueKey { .. });
        let reply = self.run(settings, caller, command)?;
        // (4)
        if let (Some((key, hash)), None) = (idempotency, &reply.needs_rates) {
            let kept = if makes_key { &without_key(&reply)? } else { &reply };
            self.keep_answer(key, hash, kept)?;
        }
        Ok(reply)
    }

    fn run(&mut self, settings: &Settings, caller: Caller, command: Command) -> Result<Reply, Refusal> {
        use groat_core::invoice::Event::{Accepted, Cancelled};
        if needs_seller(&command) {
            if only_reads(&command) { caller.require_reader() } else { caller.require_seller() }?;
        }
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        Ok(match command {
            Command::Initialise { .. } => return Err(Refusal::internal(&"the store exists already")),
            Command::GetStore => json(Self::settings_json(settings)?),
            Command::UpdateStore { update } => json(self.update_settings(settings.clone(), update)?),
            Command::CreateKey { create } | Command::IssueKey { create } => created(self.create_key(&store, create)?),
            Command::ListKeys(list) => json(self.list_keys(&list)?),
            Command::RevokeKey { id } => no_content(self.revoke_key(settings.clone(), &id)?),
            Command::CreateProduct { create } => created(self.create_product(&store, create)?),
            Command::GetProduct { id } => json(self.get_product(&id)?),
            Command::ListProducts(list) => json(self.list_products(&list)?),
            Command::UpdateProduct { id, update } => json(self.update_product(&id, update)?),
            Command::DeleteProduct { id } => no_content(self.delete_product(&id)?),
            Command::CreateInvoice { create, rates } => {
                self.create_invoice(settings, caller, create, rates.as_ref())?
            }
            Command::GetInvoice { id } => {
                let invoice = self.invoice(&id)?;
                self.invoice_reply(settings, &invoice, caller, 200)?
            }
            Command::ListInvoices { status, list } => json(self.list_invoices(settings, status, &list)?),
            Command::CancelInvoice { id } => self.seller_act(settings, caller, &id, &Cancelled)?,
            Command::AcceptInvoice { id } => self.seller_act(settings, caller, &id, &Accepted)?,
            Command::CreateRefund { id, create } => self.create_refund(settings, caller, &id, &create)?,
            Command::CreateQuote { id, asset, rates } => {
                self.create_quote(settings, caller, &id, &asset, rates.as_ref())?
            }
            Command::CreateWebhookEndpoint { create } => created(self.create_endpoint(&store, &create)?),
            Command::GetWebhookEndpoint { id } => json(self.get_endpoint(&id)?),
            Command::ListWebhookEndpoints(list) => json(self.list_endpoints(&list)?),
            Command::UpdateWebhookEndpoint { id, update } => json(self.update_endpoint(&id, &update)?),
            Command::RotateWebhookSecret { id } => json(self.rotate_secret(&id)?),
            Command::DeleteWebhookEndpoint { id } => no_content(self.delete_endpoint(&id)?),
            Command::ListDeliveries(list) => json(self.list_deliveries(&store, &list)?),
            Command::Redeliver { id } => json(self.redeliver(&store, &id)?),
            Command::ListEvents(query) => json(self.list_events(&query)?),
            Command::PayFacts { what } => json(self.pay_facts(settings, what)?),
            Command::GetLogo { name } => json(self.logo(&name)?),
            Command::GetTheme => json(to_json(&settings.branding.theme)?),
            Command::Observe { observations } => no_content(self.observe(settings, observations)?),
        })
    }

    /// A store that was never made knows one command; every key for it is unknown.
    fn handle_without_store(&mut self, request: &StoreRequest) -> Result<Reply, Refusal> {
        match &request.command {
            Command::Initialise { name, id, public_key, secret_key_hash } => {
                let settings = self.initialise(id.clone(), name, public_key.clone(), secret_key_hash)?;
                let reply = created(Self::settings_json(&settings)?);
                if let Some((key, hash)) = &request.idempotency {
                    self.keep_answer(&scoped(Caller::Anyone, key), hash, &reply)?;
                }
                Ok(reply)
            }
            _ => Ok(Self::reply_without_store(request)),
        }
    }

    /// The answer of an object whose store was never made: every key for it is unknown, and nothing is there.
    pub fn reply_without_store(request: &StoreRequest) -> Reply {
        let refusal = if request.key.is_some() { unknown() } else { Refusal::not_found("thing") };
        problem(&refusal, &request.request_id)
    }

    fn seller_act(
        &mut self,
        settings: &Settings,
        caller: Caller,
        id: &str,
        event: &groat_core::invoice::Event,
    ) -> Result<Reply, Refusal> {
        let invoice = self.invoice(id)?;
        let invoice = self.advance(settings, &invoice, event)?.unwrap_or(invoice);
        self.invoice_reply(settings, &invoice, caller, 200)
    }
}

/// The caller is part of an idempotency key, so that nobody is given another's answer.
fn scoped(caller: Caller, key: &str) -> String {
    format!("{caller:?}/{key}")
}

/// What writes nothing, and need not open a transaction for it; and reports, each of which is a step of its own.
const fn stands_by_itself(command: &Command) -> bool {
    matches!(
        command,
        Command::GetStore
            | Command::ListKeys(_)
            | Command::GetProduct { .. }
            | Command::ListProducts(_)
            | Command::GetInvoice { .. }
            | Command::ListInvoices { .. }
            | Command::GetWebhookEndpoint { .. }
            | Command::ListWebhookEndpoints(_)
            | Command::ListDeliveries(_)
            | Command::ListEvents(_)
            | Command::PayFacts { .. }
            | Command::GetLogo { .. }
            | Command::GetTheme
            | Command::Observe { .. }
    )
}

/// What only the secret key may ask. Closed, so that a new command is decided here.
const fn needs_seller(command: &Command) -> bool {
    match command {
        Command::Initialise { .. }
        | Command::IssueKey { .. }
        | Command::CreateInvoice { .. }
        | Command::GetInvoice { .. }
        | Command::CreateQuote { .. }
        | Command::PayFacts { .. }
        | Command::GetLogo { .. }
        | Command::GetTheme
        | Command::Observe { .. } => false,
        Command::GetStore
        | Command::UpdateStore { .. }
        | Command::CreateKey { .. }
        | Command::ListKeys(_)
        | Command::RevokeKey { .. }
        | Command::CreateProduct { .. }
        | Command::GetProduct { .. }
        | Command::ListProducts(_)
        | Command::UpdateProduct { .. }
        | Command::DeleteProduct { .. }
        | Command::ListInvoices { .. }
        | Command::CancelInvoice { .. }
        | Command::AcceptInvoice { .. }
        | Command::CreateRefund { .. }
        | Command::CreateWebhookEndpoint { .. }
        | Command::GetWebhookEndpoint { .. }
        | Command::ListWebhookEndpoints(_)
        | Command::UpdateWebhookEndpoint { .. }
        | Command::RotateWebhookSecret { .. }
        | Command::DeleteWebhookEndpoint { .. }
        | Command::ListDeliveries(_)
        | Command::Redeliver { .. }
        | Command::ListEvents(_) => true,
    }
}

/// What a secret key that only reads may ask of that. Whatever is not named here changes something, or shows the keys.
const fn only_reads(command: &Command) -> bool {
    matches!(
        command,
        Command::GetStore
            | Command::GetProduct { .. }
            | Command::ListProducts(_)
            | Command::ListInvoices { .. }
            | Command::GetWebhookEndpoint { .. }
            | Command::ListWebhookEndpoints(_)
            | Command::ListDeliveries(_)
            | Command::ListEvents(_)
    )
}

/// A refusal as a reply.
pub(super) fn problem(refusal: &Refusal, request_id: &str) -> Reply {
    let problem = refusal.to_problem(request_id);
    Reply { status: problem.status, ..json(to_json(&problem).unwrap_or_default()) }
}

fn json(body: String) -> Reply {
    Reply { status: 200, body, version: None, needs_rates: None, page: None }
}

fn created(body: String) -> Reply {
    Reply { status: 201, ..json(body) }
}

fn no_content((): ()) -> Reply {
    Reply { status: 204, ..json(String::new()) }
}
