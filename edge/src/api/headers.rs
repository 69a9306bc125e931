//! The headers that every answer of the API goes out with. Pages have their own, in `pages::headers`.

use crate::openapi::routes::{Auth, Gives, Route};
use crate::pages::{PERMISSIONS_POLICY, STRICT_TRANSPORT};

/// An answer of the API is data: nothing in it may run, load or be framed, should a browser ever show it.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// Headers that a page may send with its call.
const ALLOWED_HEADERS: &str = "authorization, content-type, idempotency-key, if-none-match";
/// Headers that a page may read from the answer.
const EXPOSED_HEADERS: &str = "etag, retry-after, x-request-id";

/// What a file goes out with in place of the headers above: any page may load it, and keep it for `kept`. Opened by itself
/// it is a page without rights, so that a picture with a script in it does nothing.
pub fn file_headers(media_type: &str, kept: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-type", media_type.to_owned()),
        ("content-security-policy", format!("{POLICY}; sandbox")),
        ("cache-control", format!("public, {kept}")),
        ("cross-origin-resource-policy", "cross-origin".to_owned()),
        // A page that reads it as fonts and modules are read asks for this too.
        ("access-control-allow-origin", "*".to_owned()),
    ]
}

/// Whether any page may make this call. Calls that need a secret key or the operator's token are for servers: a page that
/// has one has given it away, and browsers should not help. There are no cookies, so nothing else is at stake.
pub const fn is_for_pages(route: &Route) -> bool {
    let is_data = matches!(route.gives, Gives::Json | Gives::WebSocket);
    is_data && matches!(route.auth, Auth::Open | Auth::OpenOrSecret | Auth::PublicOrSecret)
}

/// The headers of an answer: to a known call, or to what is none.
pub fn api_headers(route: Option<&Route>, is_https: bool) -> Vec<(&'static str, String)> {
    let is_public = route.is_some_and(is_for_pages);
    let mut headers = vec![
        ("content-security-policy", POLICY.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("permissions-policy", PERMISSIONS_POLICY.to_owned()),
        // Answers hold what a seller or a buyer may see, each at its moment.
        ("cache-control", "no-store".to_owned()),
        ("cross-origin-resource-policy", if is_public { "cross-origin" } else { "same-origin" }.to_owned()),
    ];
    if is_https {
        headers.push(("strict-transport-security", STRICT_TRANSPORT.to_owned()));
    }
    if is_public {
        headers.push(("access-control-allow-origin", "*".to_owned()));
        headers.push(("access-control-expose-headers", EXPOSED_HEADERS.to_owned()));
    }
    headers
}

/// The headers of the answer to a browser that asks beforehand what it may call at a path: `calls` are those of the path.
pub fn preflight_headers<'a>(calls: impl Iterator<Item = &'a Route>, is_https: bool) -> Vec<(&'static str, String)> {
    let public: Vec<&Route> = calls.filter(|route| is_for_pages(route)).collect();
    let mut headers = api_headers(public.first().copied(), is_https);
    if !public.is_empty() {
        let methods: Vec<&str> = public.iter().map(|route| route.method.as_str()).collect();
        headers.push(("access-control-allow-methods", methods.join(", ")));
        headers.push(("access-control-allow-headers", ALLOWED_HEADERS.to_owned()));
        headers.push(("access-control-max-age", "86400".to_owned()));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::routes::{ROUTES, routes_at};
    use crate::pages::{Others, security_headers};

    /// The calls that pages may make, by name: one more is a decision.
    const FOR_PAGES: [&str; 8] = [
        "createInvoice",
        "getInvoice",
        "createQuote",
        "announceTransaction",
        "watchInvoice",
        "getRates",
        "getHealth",
        "getOpenApi",
    ];

    fn headers_of(route: &Route) -> Vec<(&'static str, String)> {
        match route.gives {
            Gives::Json | Gives::WebSocket | Gives::File => api_headers(Some(route), true),
            Gives::Page => security_headers("https://pay.example", &Others::default(), ""),
            // A static file: the platform serves it, with the headers that the build writes beside it.
            Gives::Script => Vec::new(),
        }
    }

    /// Every route, page or data, has every header that it must have.
    #[test]
    fn every_route_is_covered() {
        for route in ROUTES.iter().filter(|route| route.gives != Gives::Script) {
            let headers = headers_of(route);
            let value = |name: &str| {
                let mut found = headers.iter().filter(|(known, _)| *known == name);
                let value = found.next().unwrap_or_else(|| panic!("{} lacks {name}", route.operation_id)).1.clone();
                assert!(found.next().is_none(), "{} has {name} twice", route.operation_id);
                value
            };
            let policy = value("content-security-policy");
            for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors "] {
                assert!(policy.contains(part), "{}: {policy}", route.operation_id);
            }
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert_eq!(value("x-content-type-options"), "nosniff");
            assert_eq!(value("referrer-policy"), "no-referrer");
            assert!(value("permissions-policy").contains("camera=()"));
            assert_eq!(value("strict-transport-security"), "max-age=31536000");
            assert_eq!(value("cache-control"), "no-store");
        }
    }

    #[test]
    fn only_what_pages_may_do_is_open_to_pages() {
        for route in ROUTES.iter().filter(|route| matches!(route.gives, Gives::Json | Gives::WebSocket)) {
            let is_open = api_headers(Some(route), true).iter().any(|(name, _)| name.starts_with("access-control"));
            assert_eq!(is_open, FOR_PAGES.contains(&route.operation_id), "{}", route.operation_id);
        }
        assert!(!api_headers(None, true).iter().any(|(name, _)| name.starts_with("access-control")));
    }

    #[test]
    fn a_file_has_no_rights_by_itself() {
        let headers = file_headers("image/svg+xml", "max-age=60");
        let value = |name: &str| headers.iter().find(|(known, _)| *known == name).unwrap().1.as_str();
        assert!(value("content-security-policy").starts_with("default-src 'none'; "));
        assert!(value("content-security-policy").ends_with("; sandbox"));
        assert_eq!((value("cache-control"), value("content-type")), ("public, max-age=60", "image/svg+xml"));
    }

    #[test]
    fn answers_what_a_page_asks_beforehand() {
        let allowed = |path: &str| {
            let headers = preflight_headers(routes_at(path), true);
            headers.iter().find(|(name, _)| *name == "access-control-allow-methods").map(|(_, value)| value.clone())
        };
        #[rustfmt::skip]
        let table: &[(&str, Option<&str>)] = &[
            ("/v1/invoices",               Some("POST")),
            ("/v1/invoices/inv_1",         Some("GET")),
            ("/v1/invoices/inv_1/quotes",  Some("POST")),
            ("/v1/invoices/inv_1/cancel",  None),
            ("/v1/store",                  None),
            ("/v1/keys",                   None),
            ("/v1/stores",                 None),
            ("/v1/nothing",                None),
        ];
        for (path, expected) in table {
            assert_eq!(allowed(path).as_deref(), *expected, "{path}");
        }
    }

    #[test]
    fn plain_http_promises_nothing() {
        assert!(!api_headers(None, false).iter().any(|(name, _)| *name == "strict-transport-security"));
    }
}
