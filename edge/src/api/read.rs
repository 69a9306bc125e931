//! Reads headers, queries and bodies. Everything here is what a stranger sent.

use groat_core::id::IdKind;
use groat_core::invoice::Status;
use serde::de::DeserializeOwned;

use crate::problem::{Code, Refusal};
use crate::sql::MAX_SAFE_INTEGER;
use crate::store::{EventQuery, ListQuery};

/// The largest body: the largest legal one (a logo of 24 KiB in base64, and other settings) is under 48 KiB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// An idempotency key is as long as Stripe's.
const MAX_IDEMPOTENCY_KEY: usize = 255;
/// Entries of a page, unless asked otherwise, and at most.
const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

/// The key of `Authorization: Bearer …`.
pub fn bearer(header: Option<&str>) -> Result<Option<&str>, Refusal> {
    let Some(header) = header else { return Ok(None) };
    let (scheme, key) = header.split_once(' ').unwrap_or((header, ""));
    if scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() {
        Ok(Some(key.trim()))
    } else {
        Err(Refusal::of(Code::KeyInvalid, "Authorization", "the header must read: Authorization: Bearer sk_…"))
    }
}

/// A valid `Idempotency-Key`: 1 to 255 printable ASCII characters.
pub fn idempotency_key(header: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(key) = header else { return Ok(None) };
    let printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY || !printable {
        let detail = format!("give 1 to {MAX_IDEMPOTENCY_KEY} printable ASCII characters");
        return Err(Refusal::of(Code::ParameterInvalid, "Idempotency-Key", detail));
    }
    Ok(Some(key))
}

/// Refuses a body that is not declared as JSON.
pub fn check_json(content_type: Option<&str>) -> Result<(), Refusal> {
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Refusal::of(Code::ContentType, "Content-Type", "send the body as application/json"))
}

/// Reads a JSON body, with the position of what is wrong in it.
pub fn parse_body<T: DeserializeOwned>(body: &str) -> Result<T, Refusal> {
    // serde would take a list for an object, its entries as the fields in order.
    if body.trim_start().starts_with('[') {
        return Err(Refusal::new(Code::BodyInvalid, "the body is a list; send an object"));
    }
    serde_json::from_str(body).map_err(|error| {
        // serde's own words name the field and what was expected; they hold nothing but what the caller sent.
        let text: String = error.to_string().chars().take(300).collect();
        Refusal::new(Code::BodyInvalid, format!("the body is not the JSON that is expected: {text}"))
    })
}

/// One value of a query, if it is given.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// `cursor` and `limit`.
pub fn list_query(query: &str) -> Result<ListQuery, Refusal> {
    let cursor = query_value(query, "cursor").map(|text| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<i64>().ok().filter(|number| digits && *number <= MAX_SAFE_INTEGER);
        let detail = "give the next_cursor of the page before, unchanged";
        number.ok_or_else(|| Refusal::of(Code::ParameterInvalid, "cursor", detail))
    });
    Ok(ListQuery { cursor: cursor.transpose()?, limit: limit(query)? })
}

/// `cursor` and `limit` of the event log, where a cursor is an event.
pub fn event_query(query: &str) -> Result<EventQuery, Refusal> {
    let after = query_value(query, "cursor");
    if after.as_ref().is_some_and(|id| IdKind::Event.store_of(id).is_err()) {
        let detail = "give the id of an event, such as the webhook-id of the last one you have handled";
        return Err(Refusal::of(Code::ParameterInvalid, "cursor", detail));
    }
    Ok(EventQuery { after, limit: limit(query)? })
}

fn limit(query: &str) -> Result<u16, Refusal> {
    let limit = query_value(query, "limit").map(|text| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u16>().ok().filter(|number| digits && (1..=MAX_LIMIT).contains(number));
        number
            .ok_or_else(|| Refusal::of(Code::ParameterInvalid, "limit", format!("give a number from 1 to {MAX_LIMIT}")))
    });
    Ok(limit.transpose()?.unwrap_or(DEFAULT_LIMIT))
}

/// The `status` of a list of invoices.
pub fn status_filter(query: &str) -> Result<Option<Status>, Refusal> {
    let Some(word) = query_value(query, "status") else { return Ok(None) };
    let refuse = || {
        let detail = "give one of open, confirming, paid, expired, cancelled";
        Refusal::of(Code::ParameterInvalid, "status", detail)
    };
    Status::parse(&word).map(Some).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_types() {
        assert_eq!(bearer(None), Ok(None));
        assert_eq!(bearer(Some("Bearer sk_1")), Ok(Some("sk_1")));
        assert_eq!(bearer(Some("bearer sk_1")), Ok(Some("sk_1")));
        for header in ["", "Bearer", "Bearer ", "Basic x", "sk_1"] {
            assert_eq!(bearer(Some(header)).unwrap_err().code, Code::KeyInvalid, "{header:?}");
        }
        for key in [String::new(), "x".repeat(256), "é".into(), "a\u{7f}".into()] {
            assert!(idempotency_key(Some(key)).is_err());
        }
        assert!(idempotency_key(Some("order 7".into())).is_ok());
        assert!(check_json(Some("application/json; charset=utf-8")).is_ok());
        assert!(check_json(Some("text/plain")).is_err() && check_json(None).is_err());
    }

    #[test]
    fn lists() {
        assert_eq!(list_query(""), Ok(ListQuery { cursor: None, limit: 20 }));
        assert_eq!(list_query("limit=100&cursor=7"), Ok(ListQuery { cursor: Some(7), limit: 100 }));
        for query in [
            "limit=0",
            "limit=101",
            "limit=x",
            "limit=-1",
            "limit=%2B5",
            "cursor=",
            "cursor=-1",
            "cursor=1e3",
            "cursor=99999999999999999999",
            "cursor=%2B1",
        ] {
            assert_eq!(list_query(query).unwrap_err().code, Code::ParameterInvalid, "{query}");
        }
        let id = IdKind::Event.from_random(&groat_core::id::StoreId::from_random([1; 16]), [2; 16]);
        let query = EventQuery { after: Some(id.clone()), limit: 3 };
        assert_eq!(event_query(&format!("cursor={id}&limit=3")), Ok(query));
        for query in ["cursor=7", "cursor=", "cursor=evt_1", "limit=0"] {
            assert_eq!(event_query(query).unwrap_err().code, Code::ParameterInvalid, "{query}");
        }
        assert_eq!(status_filter("status=paid"), Ok(Some(Status::Paid)));
        assert!(status_filter("status=PAID").is_err());
    }
}
