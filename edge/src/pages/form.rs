//! What a page's form sends, where no script runs: which control was pressed, in the checkout's own words for its acts.
//!
//! It decides nothing: the same calls are made of it that the checkout makes, with the same limits.

use groat_checkout::model::{Act, form_attempt_key};
use thiserror::Error;

use super::options::PageOptions;

/// Longer than the key that a page carries: 32 hexadecimal digits.
const MAX_KEY_CHARS: usize = 64;
/// Longer than any act: the longest names an asset.
const MAX_ACT_CHARS: usize = 200;

/// A pressed control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What it does.
    pub act: Act,
    /// The page's own key.
    key: String,
}

/// The form was not one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the field {0} is missing or not as this page sends it; open the page again")]
pub struct FormError(pub &'static str);

impl Form {
    /// Reads a body of `application/x-www-form-urlencoded`.
    pub fn parse(body: &str) -> Result<Self, FormError> {
        let field = |wanted: &str| {
            form_urlencoded::parse(body.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        let is_printable = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let act = field("do").filter(|act| is_printable(act) && act.len() <= MAX_ACT_CHARS);
        let act = act.and_then(|act| Act::parse(&act)).filter(Act::is_for_edge).ok_or(FormError("do"))?;
        let key = field("key").filter(|key| is_printable(key) && key.len() <= MAX_KEY_CHARS).ok_or(FormError("key"))?;
        Ok(Self { act, key })
    }

    /// The idempotency key of what is asked for: one page asks once for each asset, however often it is sent.
    pub fn idempotency_key(&self, asset: &str) -> String {
        form_attempt_key(&self.key, asset)
    }

    /// The page's own key: a page that says what went wrong keeps it, so that trying again is the same attempt.
    pub fn page_key(&self) -> &str {
        &self.key
    }
}

/// Whether a form was sent by a page of another site: what it makes would count against the limits of a buyer who knows
/// nothing of it. Every current browser says where a form comes from; one that does not is let through, since nothing but
/// an unpaid invoice is at stake.
pub fn is_from_elsewhere(sec_fetch_site: Option<&str>) -> bool {
    !matches!(sec_fetch_site, None | Some("same-origin" | "none"))
}

/// `path` as this page is shown: in the same frame, language and look. `act` is what the buyer asked to see there.
pub fn address(path: &str, options: &PageOptions, act: Option<&Act>) -> String {
    let act = act.map(Act::to_attribute);
    let is_pay = path.starts_with("/pay/");
    #[rustfmt::skip]
    let parameters = [
        ("amount",    options.amount.as_deref().filter(|_| is_pay)),
        ("currency",  options.currency.as_deref().filter(|_| is_pay)),
        ("embed",     options.embed.map(super::Embed::as_str)),
        ("origin",    options.origin.as_deref()),
        ("reference", options.reference.as_deref()),
        ("locale",    options.locale.as_deref()),
        ("theme",     options.theme.as_deref()),
        ("do",        act.as_deref()),
    ];
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?))));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_page_sends_and_nothing_else() {
        let choose = Act::Choose("eip155:1/slip44:60".to_owned());
        let long = format!("do=choose%3A{}&key=1f", "x".repeat(200));
        #[rustfmt::skip]
        let table: &[(&str, Result<Act, &str>)] = &[
            ("key=1f&do=choose%3Aeip155%3A1%2Fslip44%3A60", Ok(choose)),
            ("do=have-paid&key=1f&utm=x",                   Ok(Act::HavePaid)),
            ("do=group%3AUSDC&key=1f",                      Ok(Act::Group("USDC".to_owned()))),
            ("do=wallets&key=1f",                           Ok(Act::Wallets)),
            ("do=ask-anyway&key=1f",                        Err("do")),
            ("do=wallet%3Ax&key=1f",                        Err("do")),
            ("do=copy-amount&key=1f",                       Err("do")),
            ("do=choose%3Aa%0Ab&key=1f",                    Err("do")),
            (long.as_str(),                                 Err("do")),
            ("key=1f",                                      Err("do")),
            ("do=reload",                                   Err("key")),
            ("do=reload&key=",                              Err("key")),
            ("do=reload&key=a%20b",                         Err("key")),
            ("",                                            Err("do")),
        ];
        for (body, expected) in table {
            let read = Form::parse(body).map(|form| form.act).map_err(|FormError(field)| field);
            assert_eq!(read, *expected, "{body}");
        }
        let form = Form::parse("do=reload&key=1f").unwrap();
        assert_eq!(form.idempotency_key("eip155:1/slip44:60"), "form-1f-eip155:1/slip44:60");
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        let table = [
            (None, false),
            (Some("same-origin"), false),
            (Some("none"), false),
            (Some("same-site"), true),
            (Some("cross-site"), true),
            (Some("x"), true),
        ];
        for (site, expected) in table {
            assert_eq!(is_from_elsewhere(site), expected, "{site:?}");
        }
    }

    #[test]
    fn an_address_keeps_how_the_page_is_shown() {
        let query = "embed=modal&origin=https://shop.example&reference=a%26b&theme=dark&amount=5.00&currency=EUR&do=qr";
        let options = PageOptions::parse(query).unwrap();
        assert_eq!(
            address("/pay/pk_1", &options, Some(&Act::Group("USDC".to_owned()))),
            "/pay/pk_1?amount=5.00&currency=EUR&embed=modal&origin=https%3A%2F%2Fshop.example&reference=a%26b&theme=dark\
             &do=group%3AUSDC"
        );
        assert_eq!(
            address("/i/inv_1", &options, None),
            "/i/inv_1?embed=modal&origin=https%3A%2F%2Fshop.example&reference=a%26b&theme=dark"
        );
        assert_eq!(address("/i/inv_1", &PageOptions::default(), None), "/i/inv_1");
    }
}
