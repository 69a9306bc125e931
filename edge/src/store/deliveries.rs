//! Deliveries: one for each event and each endpoint that wants it. The event log itself is the outbox.
//!
//! A delivery has a row once it has been tried. Until then it follows from the event, which is stored in the same step as what
//! it tells of, and from the endpoint, which knows up to where everything is `settled`: tried, or not for it. That mark is
//! moved only now and then, so that it costs next to nothing: what lies behind it and has a row is not sent again.

use groat_core::id::{IdKind, StoreId};
use groat_core::time::print_rfc3339;
use groat_core::wire::WebhookDelivery;

use super::command::ListQuery;
use super::{Store, to_json};
use crate::problem::Refusal;
use crate::sql::{Row, Sql};

/// Events after which the marks are moved: what is asked after each request looks at so many of them at most, beside those
/// that wait.
const EVENTS_BETWEEN_MARKS: i64 = 32;
/// Endpoints that a store may ever have had: in a list's cursor a delivery's two numbers stand as one, which must survive the
/// runtime's binding.
pub(super) const MAX_ENDPOINT_SEQUENCE: i64 = (1 << ENDPOINT_BITS) - 1;
const ENDPOINT_BITS: u32 = 20;

/// Of an event and an endpoint, whether the one is still to be sent to the other for the first time. Of a list of types that is
/// damaged, nothing is believed: rather an event too many than one too few.
pub(super) const IS_UNTRIED: &str = "webhook_endpoints.enabled = 1 AND events.sequence > webhook_endpoints.settled \
    AND CASE WHEN types IS NULL OR NOT json_valid(types) THEN 1 WHEN json_type(types) <> 'array' THEN 1 \
        ELSE instr(types, '\"' || events.type || '\"') > 0 END \
    AND NOT EXISTS (SELECT 1 FROM deliveries \
        WHERE event_sequence = events.sequence AND endpoint_sequence = webhook_endpoints.sequence)";

/// What names a delivery: its event's number and its endpoint's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeliveryNumber {
    pub(super) event: i64,
    pub(super) endpoint: i64,
}

impl DeliveryNumber {
    /// Reads `del_…`; what is no id of a delivery is not found.
    pub(super) fn parse(id: &str) -> Result<Self, Refusal> {
        let (event, endpoint) = IdKind::Delivery.pair_of(id).map_err(|_| Refusal::not_found("delivery"))?;
        let number = |number| i64::try_from(number).map_err(|error| Refusal::internal(&error));
        Ok(Self { event: number(event)?, endpoint: number(endpoint)? })
    }

    pub(super) fn id(self, store: &StoreId) -> Result<String, Refusal> {
        let number = |number| u64::try_from(number).map_err(|error| Refusal::internal(&error));
        Ok(IdKind::Delivery.paired(store, number(self.event)?, number(self.endpoint)?))
    }

    /// Both as one, in the order of lists.
    const fn cursor(self) -> i64 {
        self.event << ENDPOINT_BITS | self.endpoint
    }

    const fn of_cursor(cursor: i64) -> Self {
        Self { event: cursor >> ENDPOINT_BITS, endpoint: cursor & MAX_ENDPOINT_SEQUENCE }
    }
}

fn read_delivery(store: &StoreId, row: &Row) -> Result<WebhookDelivery, Refusal> {
    let number = DeliveryNumber::of_cursor(row.integer(0)?);
    Ok(WebhookDelivery {
        id: number.id(store)?,
        event_id: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        endpoint_id: row.text(3)?.to_owned(),
        invoice_id: row.text(4)?.to_owned(),
        status: row.text(5)?.to_owned(),
        attempts: u32::try_from(row.integer(6)?).unwrap_or_default(),
        last_response_status: row.optional_integer(7)?.and_then(|status| u16::try_from(status).ok()),
        last_error: row.optional_text(8)?.map(str::to_owned),
        next_attempt_at: row.optional_integer(9)?.map(print_rfc3339),
        created_at: print_rfc3339(row.integer(10)?),
    })
}

impl<S: Sql> Store<'_, S> {
    /// Deliveries below one in the order of lists, newest first: those that were tried, and those that have no row yet.
    fn deliveries_below(&mut self, below: DeliveryNumber, limit: i64) -> Result<Vec<Row>, Refusal> {
        let statement = format!(
            "SELECT event_sequence * {endpoints} + endpoint_sequence, events.id, events.type, endpoint_id, invoice_id, status, \
                attempts, last_status, last_error, next_ms, events.created_ms \
             FROM (SELECT * FROM (SELECT event_sequence, endpoint_sequence, endpoint_id, status, attempts, last_status, \
                    last_error, next_ms FROM deliveries WHERE (event_sequence, endpoint_sequence) < (?, ?) \
                    ORDER BY event_sequence DESC, endpoint_sequence DESC LIMIT ?) \
                UNION ALL SELECT * FROM (SELECT events.sequence, webhook_endpoints.sequence, webhook_endpoints.id, 'pending', \
                    0, NULL, NULL, events.created_ms FROM events CROSS JOIN webhook_endpoints \
                    WHERE events.sequence > (SELECT MIN(settled) FROM webhook_endpoints WHERE enabled = 1) \
                    AND events.sequence <= ? AND (events.sequence < ? OR webhook_endpoints.sequence < ?) AND {IS_UNTRIED} \
                    ORDER BY events.sequence DESC, webhook_endpoints.sequence DESC LIMIT ?)) \
             JOIN events ON events.sequence = event_sequence \
             ORDER BY event_sequence DESC, endpoint_sequence DESC LIMIT ?",
            endpoints = MAX_ENDPOINT_SEQUENCE + 1,
        );
        let DeliveryNumber { event, endpoint } = below;
        let values = [event, endpoint, limit, event, event, endpoint, limit, limit].map(Into::into);
        Ok(self.sql.run(&statement, &values)?)
    }

    pub(super) fn list_deliveries(&mut self, store: &StoreId, list: &ListQuery) -> Result<String, Refusal> {
        let below = DeliveryNumber::of_cursor(list.cursor.unwrap_or(crate::sql::MAX_SAFE_INTEGER));
        let rows = self.deliveries_below(below, i64::from(list.limit + 1))?;
        to_json(&list.page(rows, 0, |row| read_delivery(store, row))?)
    }

    fn delivery(&mut self, store: &StoreId, number: DeliveryNumber) -> Result<WebhookDelivery, Refusal> {
        let below = DeliveryNumber { endpoint: number.endpoint + 1, ..number };
        let rows = self.deliveries_below(below, 1)?;
        let is_it = |row: &&Row| row.integer(0) == Ok(number.cursor());
        rows.first().filter(is_it).map_or_else(|| Err(Refusal::not_found("delivery")), |row| read_delivery(store, row))
    }

    /// Sends a delivery again now, whatever became of it. The event keeps its id; an endpoint that is off is switched on.
    pub(super) fn redeliver(&mut self, store: &StoreId, id: &str) -> Result<String, Refusal> {
        let number = DeliveryNumber::parse(id)?;
        let found = self.delivery(store, number)?;
        if !self.endpoint(&found.endpoint_id)?.enabled {
            self.enable_endpoint(&found.endpoint_id)?;
        }
        // One without a row waits for its first try.
        self.sql.run(
            "UPDATE deliveries SET status = 'pending', attempts = 0, next_ms = ? \
             WHERE event_sequence = ? AND endpoint_sequence = ?",
            &[self.now_ms.into(), number.event.into(), number.endpoint.into()],
        )?;
        to_json(&self.delivery(store, number)?)
    }

    /// Gives up what is still to be sent to an endpoint. It must be on still, or be one that has nothing untried.
    pub(super) fn give_up_on(&mut self, endpoint: &str, why: &str) -> Result<(), Refusal> {
        self.sql.run(
            "UPDATE deliveries SET status = 'failed', next_ms = NULL, last_error = ? \
             WHERE next_ms IS NOT NULL AND endpoint_sequence = (SELECT sequence FROM webhook_endpoints WHERE id = ?)",
            &[why.into(), endpoint.into()],
        )?;
        let statement = format!(
            "INSERT INTO deliveries (event_sequence, endpoint_sequence, endpoint_id, status, attempts, last_error) \
             SELECT events.sequence, webhook_endpoints.sequence, webhook_endpoints.id, 'failed', 0, ? \
             FROM webhook_endpoints CROSS JOIN events WHERE webhook_endpoints.id = ? AND {IS_UNTRIED}"
        );
        self.sql.run(&statement, &[why.into(), endpoint.into()])?;
        Ok(())
    }

    /// Moves marks to before the first event that waits for its first try: those that are far behind an event which was made
    /// or tried just now. Without this, what is tried after much has piled up would be looked through again for each try.
    pub(super) fn move_marks(&mut self, event: i64) -> Result<(), Refusal> {
        if event % EVENTS_BETWEEN_MARKS != 0 {
            return Ok(());
        }
        let statement = format!(
            "UPDATE webhook_endpoints SET settled = COALESCE((SELECT MIN(events.sequence) FROM events WHERE {IS_UNTRIED}), \
                (SELECT MAX(sequence) FROM events) + 1) - 1 \
             WHERE enabled = 1 AND settled <= ?"
        );
        self.sql.run(&statement, &[(event - EVENTS_BETWEEN_MARKS).into()])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::MAX_SAFE_INTEGER;

    #[test]
    fn a_cursor_holds_both_numbers() {
        for (event, endpoint) in [(1, 1), (7, MAX_ENDPOINT_SEQUENCE), (1 << 32, 3)] {
            let number = DeliveryNumber { event, endpoint };
            assert_eq!(DeliveryNumber::of_cursor(number.cursor()), number);
            assert!(number.cursor() < DeliveryNumber { event: event + 1, endpoint: 0 }.cursor());
            assert!(number.cursor() < MAX_SAFE_INTEGER);
        }
    }
}
