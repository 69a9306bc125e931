//! Pages that say why there is nothing to pay.

use groat_checkout::language;

use super::super::{ErrorContext, Form, PageError, PageOptions, render_error};
use super::{assets, data, read_aloud};

#[test]
fn error_pages_say_why_and_can_be_closed() {
    let option = PageOptions::parse("embed=popup").unwrap_err();
    #[rustfmt::skip]
    let table: &[(PageError, u16, &str, &str)] = &[
        (PageError::NotFound,                              404, "not_found",              "no page at this address"),
        (PageError::ProductNotFound,                       404, "not_found",              "not on sale"),
        (PageError::InvoiceNotFound,                       404, "not_found",              "no such payment"),
        (PageError::StoreNotReady,                         422, "payout_address_missing", "not ready to take payments yet"),
        (PageError::AmountRefused("it is too small".into()), 422, "amount_invalid",       "can’t be paid here: it is too small."),
        (PageError::Option(option),                        400, "parameter_invalid",      "embed must be modal or inline."),
        (PageError::FramingRefused,                        403, "origin_not_allowed",     "add the page’s origin to allowed_origins"),
        (PageError::FromElsewhere,                         403, "origin_not_allowed",     "sent from a page of another site"),
        (PageError::Form(Form::parse("").unwrap_err()),    400, "body_invalid",           "the field do is missing"),
        (PageError::RatesUnavailable,                      503, "rates_unavailable",      "Prices aren’t available right now"),
        (PageError::TooMany(30),                           429, "rate_limited",           "try again in 30 seconds"),
        (PageError::Internal,                              500, "internal",               "Something went wrong on our side"),
    ];
    let query = "embed=modal&origin=https%3A%2F%2Fshop.example&theme=light";
    let context = ErrorContext { query, language: language::english(), request_id: "req_1", now_ms: 1_795_255_200_000 };
    for (error, status, code, expected) in table {
        assert_eq!((error.status(), error.code()), (*status, *code));
        let html = render_error(error, &context, &assets());
        assert!(read_aloud(&html).contains(expected), "{error:?}");
        assert!(read_aloud(&html).contains("Request: req_1"));
        let data = data(&html);
        assert_eq!((&data["kind"], &data["embed"]), (&"problem".into(), &"modal".into()));
        assert_eq!((&data["origin"], &data["theme"]), (&"https://shop.example".into(), &"light".into()));
        assert_eq!((&data["problem"]["code"], &data["problem"]["request_id"]), (&(*code).into(), &"req_1".into()));
        assert_eq!(data["server_time"], "2026-11-21T10:00:00Z");
    }
    for error in crate::problem::Code::ALL.iter().map(|code| (code.as_str(), code.status())) {
        let shared = table.iter().find(|(.., code, _)| *code == error.0);
        assert!(shared.is_none_or(|(_, status, ..)| *status == error.1), "{error:?} has one status on pages and calls");
    }
}
