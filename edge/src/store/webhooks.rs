//! Webhook endpoints, and the event log.

use groat_core::id::{IdKind, StoreId};
use groat_core::invoice::Notice;
use groat_core::time::print_rfc3339;
use groat_core::webhook::{ROTATION_OVERLAP_MS, WebhookSecret};
use groat_core::wire::{
    WebhookEndpoint, WebhookEndpointCreate, WebhookEndpointCreated, WebhookEndpointUpdate, WebhookEventLog,
};
use serde_json::value::RawValue;

use super::command::{EventQuery, ListQuery};
use super::deliveries::MAX_ENDPOINT_SEQUENCE;
use super::webhook_url::check_webhook_url;
use super::{Store, from_stored, to_json};
use crate::problem::{Code, Refusal};
use crate::sql::{Row, Sql};

/// Endpoints a store may have: each event goes to each of them.
const MAX_ENDPOINTS: i64 = 10;

fn read_endpoint(row: &Row, now_ms: i64) -> Result<WebhookEndpoint, Refusal> {
    Ok(WebhookEndpoint {
        id: row.text(0)?.to_owned(),
        url: row.text(1)?.to_owned(),
        types: row.optional_text(2)?.map(from_stored).transpose()?,
        enabled: row.integer(3)? == 1,
        disabled_at: row.optional_integer(6)?.map(print_rfc3339),
        disabled_reason: row.optional_text(7)?.map(str::to_owned),
        old_secret_valid_until: row.optional_integer(8)?.filter(|until_ms| *until_ms > now_ms).map(print_rfc3339),
        created_at: print_rfc3339(row.integer(4)?),
    })
}

/// The end of the event log.
const NEWEST: &str = "(SELECT COALESCE(MAX(sequence), 0) FROM events)";

const ENDPOINT_COLUMNS: &str =
    "id, url, types, enabled, created_ms, sequence, disabled_ms, disabled_reason, old_secret_until_ms";

impl<S: Sql> Store<'_, S> {
    pub(super) fn create_endpoint(
        &mut self,
        store: &StoreId,
        create: &WebhookEndpointCreate,
    ) -> Result<String, Refusal> {
        let policy = self.platform;
        check_webhook_url(&create.url, policy.webhooks_allow_loopback, policy.own_host.as_deref())
            .map_err(|detail| Refusal::of(Code::WebhookUrlInvalid, "url", detail))?;
        check_types(create.types.as_deref())?;
        let count = self.sql.run_one("SELECT COUNT(*), MAX(sequence) FROM webhook_endpoints", &[])?;
        let (count, newest) = match &count {
            Some(row) => (row.integer(0)?, row.optional_integer(1)?.unwrap_or_default()),
            None => (0, 0),
        };
        if count >= MAX_ENDPOINTS {
            let detail = format!("a store has at most {MAX_ENDPOINTS} webhook endpoints; delete one first");
            return Err(Refusal::new(Code::LimitReached, detail));
        }
        if newest >= MAX_ENDPOINT_SEQUENCE {
            return Err(Refusal::new(
                Code::LimitReached,
                "this store has had too many webhook endpoints; keep those it has",
            ));
        }
        let secret = self.new_secret()?;
        let id = IdKind::WebhookEndpoint.from_random(store, self.entropy.bytes16()?);
        let types = create.types.as_ref().map(to_json).transpose()?;
        let values =
            [id.as_str().into(), create.url.as_str().into(), types.into(), secret.as_str().into(), self.now_ms.into()];
        self.sql.run(
            &format!(
                "INSERT INTO webhook_endpoints (id, url, types, secret, created_ms, settled) VALUES (?, ?, ?, ?, ?, {NEWEST})"
            ),
            &values,
        )?;
        to_json(&WebhookEndpointCreated { endpoint: self.endpoint(&id)?, secret })
    }

    fn new_secret(&mut self) -> Result<String, Refusal> {
        let bytes = [self.entropy.bytes16()?, self.entropy.bytes16()?].concat();
        Ok(WebhookSecret::from_bytes(&bytes).map_err(|error| Refusal::internal(&error))?.reveal())
    }

    /// Gives a new secret. The one before it signs beside it for a while; one that was rotated out earlier no more.
    pub(super) fn rotate_secret(&mut self, id: &str) -> Result<String, Refusal> {
        self.endpoint(id)?;
        let secret = self.new_secret()?;
        self.sql.run(
            "UPDATE webhook_endpoints SET old_secret = secret, old_secret_until_ms = ?, secret = ? WHERE id = ?",
            &[(self.now_ms + ROTATION_OVERLAP_MS).into(), secret.as_str().into(), id.into()],
        )?;
        to_json(&WebhookEndpointCreated { endpoint: self.endpoint(id)?, secret })
    }

    /// Once it signs no more, nobody needs it.
    pub(super) fn forget_old_secret(&mut self, id: &str) -> Result<(), Refusal> {
        self.sql.run(
            "UPDATE webhook_endpoints SET old_secret = NULL, old_secret_until_ms = NULL WHERE id = ?",
            &[id.into()],
        )?;
        Ok(())
    }

    /// Switches an endpoint on or off.
    pub(super) fn update_endpoint(&mut self, id: &str, update: &WebhookEndpointUpdate) -> Result<String, Refusal> {
        let is_enabled = self.endpoint(id)?.enabled;
        match update.enabled {
            Some(true) if !is_enabled => self.enable_endpoint(id)?,
            Some(false) if is_enabled => self.disable_endpoint(id, "it was switched off by hand")?,
            _ => {}
        }
        self.get_endpoint(id)
    }

    /// What happened while it was off is not sent to it.
    pub(super) fn enable_endpoint(&mut self, id: &str) -> Result<(), Refusal> {
        self.sql.run(
            &format!(
                "UPDATE webhook_endpoints SET enabled = 1, disabled_ms = NULL, disabled_reason = NULL, failing = 0, \
                 settled = {NEWEST} WHERE id = ?"
            ),
            &[id.into()],
        )?;
        Ok(())
    }

    /// Switches an endpoint off, says why, and gives up what was still to be sent to it.
    pub(super) fn disable_endpoint(&mut self, id: &str, why: &str) -> Result<(), Refusal> {
        self.give_up_on(id, &format!("the endpoint is off: {why}"))?;
        self.sql.run(
            "UPDATE webhook_endpoints SET enabled = 0, disabled_ms = ?, disabled_reason = ? WHERE id = ?",
            &[self.now_ms.into(), why.into(), id.into()],
        )?;
        Ok(())
    }

    pub(super) fn endpoint(&mut self, id: &str) -> Result<WebhookEndpoint, Refusal> {
        let statement = format!("SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE id = ?");
        let row = self.sql.run_one(&statement, &[id.into()])?.ok_or_else(|| Refusal::not_found("webhook endpoint"))?;
        read_endpoint(&row, self.now_ms)
    }

    pub(super) fn get_endpoint(&mut self, id: &str) -> Result<String, Refusal> {
        to_json(&self.endpoint(id)?)
    }

    pub(super) fn list_endpoints(&mut self, list: &ListQuery) -> Result<String, Refusal> {
        let statement = format!(
            "SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE sequence < ? ORDER BY sequence DESC LIMIT ?"
        );
        let rows = self.sql.run(&statement, &list.bindings())?;
        let now_ms = self.now_ms;
        to_json(&list.page(rows, 5, |row| read_endpoint(row, now_ms))?)
    }

    /// Deletes an endpoint; what was still to be sent to it is given up.
    pub(super) fn delete_endpoint(&mut self, id: &str) -> Result<(), Refusal> {
        self.endpoint(id)?;
        self.give_up_on(id, "the endpoint was deleted")?;
        self.sql.run("DELETE FROM webhook_endpoints WHERE id = ?", &[id.into()])?;
        Ok(())
    }

    /// A page of the log, oldest first, so that a reader who follows it misses nothing and sees nothing twice, whatever
    /// is added meanwhile. Bodies go out as they were stored.
    pub(super) fn list_events(&mut self, query: &EventQuery) -> Result<String, Refusal> {
        let after = match &query.after {
            None => 0,
            Some(id) => {
                let unknown =
                    || Refusal::of(Code::ParameterInvalid, "cursor", "there is no event with this id in this store");
                let number = IdKind::Event.number_of(id).map_err(|_| unknown())?;
                let sequence = i64::try_from(number).map_err(|_| unknown())?;
                let known = "SELECT 1 FROM events WHERE sequence = ? AND id = ?";
                self.sql.run_one(known, &[sequence.into(), id.as_str().into()])?.ok_or_else(unknown)?;
                sequence
            }
        };
        let limit = usize::from(query.limit);
        let mut rows = self.sql.run(
            "SELECT id, body FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
            &[after.into(), i64::from(query.limit + 1).into()],
        )?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let raw = |row: &Row| {
            RawValue::from_string(row.text(1)?.to_owned())
                .map_err(|error| Refusal::internal(&format!("event: {error}")))
        };
        let data = rows.iter().map(raw).collect::<Result<Vec<_>, _>>()?;
        let ids = rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect::<Result<Vec<_>, Refusal>>()?;
        let next_cursor = ids.last().filter(|_| has_more).cloned();
        to_json(&WebhookEventLog { data, ids, next_cursor })
    }

    /// Writes the event log, which is what endpoints are told from.
    pub(super) fn log_event(
        &mut self,
        store: &StoreId,
        kind: &str,
        invoice_id: &str,
        body: String,
    ) -> Result<(), Refusal> {
        // Nothing is ever deleted from it.
        let newest = self.sql.run_one("SELECT sequence FROM events ORDER BY sequence DESC LIMIT 1", &[])?;
        let sequence = newest.map(|row| row.integer(0)).transpose()?.unwrap_or_default() + 1;
        let number = u64::try_from(sequence).map_err(|error| Refusal::internal(&error))?;
        let id = IdKind::Event.numbered(store, number, self.entropy.bytes16()?);
        let values = [sequence.into(), id.into(), kind.into(), invoice_id.into(), self.now_ms.into(), body.into()];
        self.sql.run(
            "INSERT INTO events (sequence, id, type, invoice_id, created_ms, body) VALUES (?, ?, ?, ?, ?, ?)",
            &values,
        )?;
        self.move_marks(sequence)
    }
}

fn check_types(types: Option<&[String]>) -> Result<(), Refusal> {
    let refuse = |detail: String| Refusal::of(Code::FieldInvalid, "types", detail);
    let Some(types) = types else { return Ok(()) };
    if types.is_empty() {
        return Err(refuse("types is empty, so nothing would be sent; leave it out for all types".to_owned()));
    }
    let known = |kind: &String| Notice::ALL.iter().any(|notice| notice.webhook_type() == kind);
    types.iter().find(|kind| !known(kind)).map_or(Ok(()), |kind| {
        let all: Vec<_> = Notice::ALL.iter().map(|notice| notice.webhook_type()).collect();
        Err(refuse(format!("{kind:?} is not a type; use {}", all.join(", "))))
    })
}
