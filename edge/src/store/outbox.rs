//! Webhooks on their way out: which are sent next, what is sent, what follows from the answer.

use groat_core::id::IdKind;
use groat_core::planted::{self, Bug};
use groat_core::time::{DAY_MS, SECOND_MS};
use groat_core::webhook::{RETRY_SCHEDULE_MS, WebhookSecret, sign_with_all};

use super::Store;
use super::deliveries::{DeliveryNumber, IS_UNTRIED};
use super::webhook_url::check_webhook_url;
use crate::outbound::{Answer, HttpError, Method, Request};
use crate::problem::Refusal;
use crate::sql::{Row, Sql};

/// Deliveries sent side by side: the platform opens six connections at once.
pub const DELIVERIES_AT_ONCE: usize = 6;
/// Of these, to one endpoint: one that turns slow holds up a third of them until it times out once.
const AT_ONCE_TO_ONE: usize = 2;
/// Of these, to all endpoints whose last try failed, one to each: the other half stays free for those that answer.
const AT_ONCE_TO_FAILING: usize = 3;
/// An endpoint must answer within this time; Standard Webhooks recommends 15 to 30 s.
const TIMEOUT_MS: u32 = 15_000;
/// Characters of a failure kept for the seller.
const MAX_ERROR_CHARACTERS: usize = 200;
/// The answer that switches an endpoint off.
const GONE: u16 = 410;

/// Each endpoint that is on, with when the first event was made that waits for its first try, and when its next later try is
/// due: a few steps into an index, however many deliveries wait.
pub(super) fn which_wait() -> String {
    format!(
        "SELECT id, url, failing, secret, old_secret, old_secret_until_ms, sequence, \
            (SELECT events.created_ms FROM events WHERE {IS_UNTRIED} ORDER BY events.sequence LIMIT 1) AS first_ms, \
            (SELECT MIN(next_ms) FROM deliveries \
             WHERE endpoint_sequence = webhook_endpoints.sequence AND next_ms IS NOT NULL) AS retry_ms \
         FROM webhook_endpoints WHERE enabled = 1"
    )
}

/// One request to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingDelivery {
    /// `del_…`
    pub id: String,
    /// `we_…`
    pub endpoint_id: String,
    /// True if it was tried before.
    pub is_retry: bool,
    /// True if the endpoint's last try failed.
    pub is_failing: bool,
    /// The request.
    pub request: Request,
}

/// What became of a delivery.
pub type Outcome = Result<Answer, HttpError>;

/// An endpoint for which something is due.
struct Waiting {
    id: String,
    sequence: i64,
    url: String,
    secrets: Vec<WebhookSecret>,
    is_failing: bool,
    since_ms: i64,
}

impl<S: Sql> Store<'_, S> {
    /// What to send now, where nothing is under way.
    pub fn due_deliveries(&mut self) -> Result<Vec<OutgoingDelivery>, Refusal> {
        self.next_deliveries(&[])
    }

    /// What to send now beside what is under way, signed for this try. The event's id and body are the same on each.
    ///
    /// Each endpoint gets one before any gets a second, those that answer before those that fail, those that have waited
    /// longest first. First tries go before later ones, and beside a first try goes a later one.
    pub fn next_deliveries(&mut self, under_way: &[OutgoingDelivery]) -> Result<Vec<OutgoingDelivery>, Refusal> {
        let waiting = self.waiting_endpoints()?;
        let mut all = under_way.to_vec();
        for share in 1..=AT_ONCE_TO_ONE {
            for endpoint in &waiting {
                let own = all.iter().filter(|delivery| delivery.endpoint_id == endpoint.id).count();
                let to_failing = all.iter().filter(|delivery| delivery.is_failing).count();
                let may_fail = share == 1 && to_failing < AT_ONCE_TO_FAILING;
                if all.len() < DELIVERIES_AT_ONCE && own < share && (!endpoint.is_failing || may_fail) {
                    all.extend(self.next_to(endpoint, &all)?);
                }
            }
        }
        Ok(all.split_off(under_way.len()))
    }

    fn waiting_endpoints(&mut self) -> Result<Vec<Waiting>, Refusal> {
        let mut waiting = Vec::new();
        for row in self.sql.run(&which_wait(), &[])? {
            // A first try is due since its event was made, also where the clock was set back since.
            let first_ms = row.optional_integer(7)?.map(|first_ms| first_ms.min(self.now_ms));
            let due = [first_ms, row.optional_integer(8)?];
            let due = due.into_iter().flatten().filter(|due_ms| *due_ms <= self.now_ms).min();
            let Some(since_ms) = due else { continue };
            let id = row.text(0)?.to_owned();
            let is_overlap = row.optional_integer(5)?.is_some_and(|until_ms| until_ms > self.now_ms);
            let old = row.optional_text(4)?;
            if old.is_some() && !is_overlap {
                self.forget_old_secret(&id)?;
            }
            let secrets = std::iter::once(row.text(3)?).chain(old.filter(|_| is_overlap)).map(WebhookSecret::parse);
            match secrets.collect::<Result<Vec<_>, _>>() {
                Ok(secrets) => {
                    let (url, is_failing, sequence) = (row.text(1)?.to_owned(), row.integer(2)? == 1, row.integer(6)?);
                    waiting.push(Waiting { id, sequence, url, secrets, is_failing, since_ms });
                }
                // One damaged row must not hold up the other endpoints.
                Err(error) => {
                    Refusal::internal(&format!("{id}: {error}"));
                    self.disable_endpoint(&id, "its stored secret can't be read; make a new endpoint")?;
                }
            }
        }
        waiting.sort_by_key(|endpoint| (endpoint.is_failing, endpoint.since_ms));
        Ok(waiting)
    }

    /// The next delivery to one endpoint, if one is due and not under way.
    fn next_to(
        &mut self,
        endpoint: &Waiting,
        under_way: &[OutgoingDelivery],
    ) -> Result<Option<OutgoingDelivery>, Refusal> {
        let store = IdKind::WebhookEndpoint.store_of(&endpoint.id).map_err(|error| Refusal::internal(&error))?;
        let is_own = |delivery: &&OutgoingDelivery| delivery.endpoint_id == endpoint.id;
        let first_is_under_way = under_way.iter().filter(is_own).any(|delivery| !delivery.is_retry);
        for is_retry in [first_is_under_way, !first_is_under_way] {
            let most = i64::try_from(AT_ONCE_TO_ONE).unwrap_or(1);
            let rows = if is_retry {
                let statement = "SELECT event_sequence, events.id, events.body FROM deliveries \
                    JOIN events ON events.sequence = event_sequence \
                    WHERE endpoint_sequence = ? AND next_ms <= ? ORDER BY next_ms, event_sequence LIMIT ?";
                self.sql.run(statement, &[endpoint.sequence.into(), self.now_ms.into(), most.into()])?
            } else {
                let statement = format!(
                    "SELECT events.sequence, events.id, events.body FROM webhook_endpoints CROSS JOIN events \
                     WHERE webhook_endpoints.sequence = ? AND {IS_UNTRIED} ORDER BY events.sequence LIMIT ?"
                );
                self.sql.run(&statement, &[endpoint.sequence.into(), most.into()])?
            };
            for row in rows {
                let number = DeliveryNumber { event: row.integer(0)?, endpoint: endpoint.sequence };
                let id = number.id(&store)?;
                if under_way.iter().any(|delivery| delivery.id == id) {
                    continue;
                }
                // Settings may have changed since the endpoint was made.
                let policy = self.platform;
                let checked =
                    check_webhook_url(&endpoint.url, policy.webhooks_allow_loopback, policy.own_host.as_deref());
                if let Err(why) = checked {
                    self.atomically(|store| store.record_try(&id, None, Some(&why), 0))?;
                    continue;
                }
                return Ok(Some(self.outgoing(endpoint, id, &row, is_retry)?));
            }
        }
        Ok(None)
    }

    fn outgoing(&self, endpoint: &Waiting, id: String, row: &Row, is_retry: bool) -> Result<OutgoingDelivery, Refusal> {
        let (event_id, body) = (row.text(1)?, row.text(2)?);
        let timestamp_s = self.now_ms.div_euclid(SECOND_MS);
        let fresh = planted::is(Bug::NewIdOnEachTry).then(|| format!("{event_id}-{timestamp_s}"));
        let event_id = fresh.as_deref().unwrap_or(event_id);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("user-agent", concat!("Groat/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("webhook-id", event_id.to_owned()),
            ("webhook-timestamp", timestamp_s.to_string()),
            ("webhook-signature", sign_with_all(&endpoint.secrets, event_id, timestamp_s, body)),
        ];
        let request = Request {
            method: Method::Post,
            url: endpoint.url.clone(),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: Some(body.to_owned()),
            timeout_ms: TIMEOUT_MS,
            // The status says all; a long or strange body must not make a failure of it.
            max_answer_bytes: None,
        };
        Ok(OutgoingDelivery {
            id,
            endpoint_id: endpoint.id.clone(),
            is_retry,
            is_failing: endpoint.is_failing,
            request,
        })
    }

    /// Records a try: done on 2xx, off on 410, otherwise the next try by the schedule, until the schedule ends.
    pub fn record_delivery(&mut self, id: &str, outcome: &Outcome) -> Result<(), Refusal> {
        let (status, error) = match outcome {
            Ok(answer) if (200..300).contains(&answer.status) => (Some(answer.status), None),
            Ok(answer) if (300..400).contains(&answer.status) => (
                Some(answer.status),
                Some("answered a redirect, which is not followed; give the final address".to_owned()),
            ),
            Ok(answer) => (Some(answer.status), Some(format!("answered {}", answer.status))),
            Err(error) => (None, Some(error.to_string().chars().take(MAX_ERROR_CHARACTERS).collect())),
        };
        let asked_to_wait_ms = match outcome {
            Ok(answer) => answer.retry_after_s.map_or(0, |seconds| i64::from(seconds) * SECOND_MS).min(DAY_MS),
            Err(_) => 0,
        };
        self.atomically(|store| store.record_try(id, status, error.as_deref(), asked_to_wait_ms))
    }

    /// (1) Finds the delivery and its endpoint, (2) decides when it goes out again, (3) writes it down, (4) remembers how the endpoint
    /// fares, and switches it off where it asked for that, (5) moves its mark where much had piled up.
    fn record_try(
        &mut self,
        id: &str,
        response_status: Option<u16>,
        error: Option<&str>,
        asked_to_wait_ms: i64,
    ) -> Result<(), Refusal> {
        // (1)
        let number = DeliveryNumber::parse(id)?;
        let tried = self.sql.run_one(
            "SELECT attempts, endpoint_id FROM deliveries WHERE event_sequence = ? AND endpoint_sequence = ?",
            &[number.event.into(), number.endpoint.into()],
        )?;
        let found = self.sql.run_one(
            "SELECT id, enabled, failing FROM webhook_endpoints WHERE sequence = ?",
            &[number.endpoint.into()],
        )?;
        let endpoint = match (&tried, &found) {
            (Some(row), _) => row.text(1)?.to_owned(),
            (None, Some(row)) => row.text(0)?.to_owned(),
            // What is deleted has rows for all that was under way.
            (None, None) => return Ok(()),
        };
        let attempts = tried.map(|row| row.integer(0)).transpose()?.unwrap_or_default() + 1;
        // None where it was deleted or switched off while the delivery was under way.
        let was_failing = match found {
            Some(row) if row.integer(1)? == 1 => Some(row.integer(2)? == 1),
            _ => None,
        };
        // (2)
        let is_gone = response_status == Some(GONE);
        let wait = usize::try_from(attempts).ok().and_then(|attempts| RETRY_SCHEDULE_MS.get(attempts));
        let (status, next_ms) = match (error, wait) {
            (None, _) => ("delivered", None),
            (Some(_), Some(wait)) if !is_gone && was_failing.is_some() => {
                ("pending", Some(self.now_ms + (*wait).max(asked_to_wait_ms)))
            }
            _ => ("failed", None),
        };
        // (3)
        let values = [
            number.event.into(),
            number.endpoint.into(),
            endpoint.as_str().into(),
            status.into(),
            attempts.into(),
            next_ms.into(),
            response_status.map(i64::from).into(),
            error.into(),
        ];
        self.sql.run(
            "INSERT INTO deliveries (event_sequence, endpoint_sequence, endpoint_id, status, attempts, next_ms, last_status, \
                last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (event_sequence, endpoint_sequence) DO UPDATE SET status = excluded.status, \
                attempts = excluded.attempts, next_ms = excluded.next_ms, last_status = excluded.last_status, \
                last_error = excluded.last_error",
            &values,
        )?;
        // (4)
        if is_gone && was_failing.is_some() {
            self.disable_endpoint(&endpoint, "it answered 410 Gone")?;
        } else if was_failing.is_some_and(|was| was != error.is_some()) {
            self.sql.run(
                "UPDATE webhook_endpoints SET failing = ? WHERE id = ?",
                &[error.is_some().into(), endpoint.into()],
            )?;
        }
        // (5)
        self.move_marks(number.event)
    }
}
