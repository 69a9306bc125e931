//! Webhooks on their way out: which are due, what is sent, what follows from the answer.

use groat_core::time::{DAY_MS, SECOND_MS};
use groat_core::webhook::{RETRY_SCHEDULE_MS, WebhookSecret};

use super::Store;
use crate::outbound::{Answer, HttpError, Method, Request};
use crate::problem::Refusal;
use crate::sql::Sql;

/// Deliveries sent side by side: the platform opens six connections at once.
pub const DELIVERIES_AT_ONCE: i64 = 6;
/// An endpoint must answer within this time; Standard Webhooks recommends 15 to 30 s.
const TIMEOUT_MS: u32 = 15_000;
/// The answer's body is thrown away; more than this is not even read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Characters of a failure kept for the seller.
const MAX_ERROR_CHARACTERS: usize = 200;
/// The answer that switches an endpoint off.
const GONE: u16 = 410;

/// One request to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingDelivery {
    /// `del_…`
    pub id: String,
    /// The request.
    pub request: Request,
}

/// What became of a delivery.
pub type Outcome = Result<Answer, HttpError>;

impl<S: Sql> Store<'_, S> {
    /// Deliveries whose time has come, signed for this try. The event's id and body are the same on every try.
    pub fn due_deliveries(&mut self) -> Result<Vec<OutgoingDelivery>, Refusal> {
        let rows = self.sql.run(
            "SELECT deliveries.id, events.id, events.body, url, secret FROM deliveries \
             JOIN events ON events.id = event_id JOIN webhook_endpoints ON webhook_endpoints.id = endpoint_id \
             WHERE next_ms <= ? ORDER BY next_ms, deliveries.sequence LIMIT ?",
            &[self.now_ms.into(), DELIVERIES_AT_ONCE.into()],
        )?;
        let timestamp_s = self.now_ms.div_euclid(SECOND_MS);
        rows.iter()
            .map(|row| {
                let (event_id, body) = (row.text(1)?, row.text(2)?);
                let secret = WebhookSecret::parse(row.text(4)?).map_err(|error| Refusal::internal(&error))?;
                let headers = [
                    ("content-type", "application/json".to_owned()),
                    ("user-agent", concat!("Groat/", env!("CARGO_PKG_VERSION")).to_owned()),
                    ("webhook-id", event_id.to_owned()),
                    ("webhook-timestamp", timestamp_s.to_string()),
                    ("webhook-signature", secret.sign(event_id, timestamp_s, body)),
                ];
                let request = Request {
                    method: Method::Post,
                    url: row.text(3)?.to_owned(),
                    headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                    body: Some(body.to_owned()),
                    timeout_ms: TIMEOUT_MS,
                    max_answer_bytes: MAX_ANSWER_BYTES,
                };
                Ok(OutgoingDelivery { id: row.text(0)?.to_owned(), request })
            })
            .collect()
    }

    /// Records a try: done on 2xx, off on 410, otherwise the next try by the schedule, until the schedule ends.
    pub fn record_delivery(&mut self, id: &str, outcome: &Outcome) -> Result<(), Refusal> {
        let row = self.sql.run_one("SELECT attempts, endpoint_id FROM deliveries WHERE id = ?", &[id.into()])?;
        let Some(row) = row else { return Ok(()) };
        let attempts = row.integer(0)? + 1;
        let endpoint = row.text(1)?.to_owned();
        let (response_status, error) = match outcome {
            Ok(answer) if (200..300).contains(&answer.status) => (Some(answer.status), None),
            Ok(answer) if (300..400).contains(&answer.status) => (
                Some(answer.status),
                Some("answered a redirect, which is not followed; give the final address".to_owned()),
            ),
            Ok(answer) => (Some(answer.status), Some(format!("answered {}", answer.status))),
            // An answer too large to read was still an answer, but its status is not known.
            Err(error) => (None, Some(error.to_string().chars().take(MAX_ERROR_CHARACTERS).collect())),
        };
        let wait = usize::try_from(attempts).ok().and_then(|attempts| RETRY_SCHEDULE_MS.get(attempts));
        let asked_to_wait_ms = match outcome {
            Ok(answer) => answer.retry_after_s.map_or(0, |seconds| i64::from(seconds) * SECOND_MS).min(DAY_MS),
            Err(_) => 0,
        };
        let (status, next_ms) = match (&error, wait) {
            (None, _) => ("delivered", None),
            (Some(_), Some(wait)) if response_status != Some(GONE) => {
                ("pending", Some(self.now_ms + (*wait).max(asked_to_wait_ms)))
            }
            _ => ("failed", None),
        };
        let values = [
            status.into(),
            attempts.into(),
            next_ms.into(),
            response_status.map(i64::from).into(),
            error.into(),
            id.into(),
        ];
        self.sql.run(
            "UPDATE deliveries SET status = ?, attempts = ?, next_ms = ?, last_status = ?, last_error = ? WHERE id = ?",
            &values,
        )?;
        if response_status == Some(GONE) {
            self.sql.run("UPDATE webhook_endpoints SET enabled = 0 WHERE id = ?", &[endpoint.as_str().into()])?;
            self.give_up_on(&endpoint, "the endpoint answered 410 Gone and is switched off")?;
        }
        Ok(())
    }

    /// Gives up what is still to be sent to an endpoint.
    pub(super) fn give_up_on(&mut self, endpoint: &str, why: &str) -> Result<(), Refusal> {
        self.sql.run(
            "UPDATE deliveries SET status = 'failed', next_ms = NULL, last_error = ? \
             WHERE endpoint_id = ? AND next_ms IS NOT NULL",
            &[why.into(), endpoint.into()],
        )?;
        Ok(())
    }
}
