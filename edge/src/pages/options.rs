//! How a page was asked for: the query that the loader writes (`docs/frame-protocol.md`) or a person types.
//!
//! What only changes looks (`locale`, `theme`, `do`) falls back when it makes no sense; what means something is refused.
//! Parameters of others, such as a newsletter's `utm_source`, are passed over.

use std::borrow::Cow;

use groat_checkout::model::Act;
use groat_core::theme::{Theme, theme_words};
use groat_core::time::print_rfc3339;
use groat_core::wire::{Branding, Opening};
use thiserror::Error;

/// The seller's own word for the order is at most this long.
const MAX_REFERENCE_CHARS: usize = 200;
/// Longer than every word of a theme once.
const MAX_THEME_CHARS: usize = 240;
/// Host names have at most 253 characters.
const MAX_ORIGIN_CHARS: usize = 280;

/// A parameter was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{param} {problem}")]
pub struct OptionError {
    /// Which.
    pub param: &'static str,
    /// Why, and what to give instead.
    pub problem: &'static str,
}

/// How the checkout stands in the seller's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embed {
    /// Over it.
    Modal,
    /// In its flow.
    Inline,
}

impl Embed {
    /// As the page carries it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Modal => "modal",
            Self::Inline => "inline",
        }
    }
}

/// What the page's address asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageOptions {
    /// In a frame, and how; none as a page of its own.
    pub embed: Option<Embed>,
    /// The origin of the page that holds the frame. Grants nothing.
    pub origin: Option<String>,
    /// The seller's own word for the order.
    pub reference: Option<String>,
    /// A language tag such as `de` or `pt-BR`.
    pub locale: Option<String>,
    /// A look, in the words of `groat_core::theme`: `dark`, `midnight`, `paper light`.
    pub theme: Option<String>,
    /// The amount that the page names, still unchecked: `Price::parse` says whether it is one.
    pub amount: Option<String>,
    /// The currency of `amount`, still unchecked.
    pub currency: Option<String>,
    /// What a buyer without scripts asked to see.
    pub act: Option<Act>,
}

impl PageOptions {
    /// Reads the part of the address behind the question mark.
    pub fn parse(query: &str) -> Result<Self, OptionError> {
        let mut options = Self::default();
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(param) = KNOWN.iter().copied().find(|known| *known == name) else { continue };
            if seen.contains(&name) {
                return Err(OptionError { param, problem: "is given twice" });
            }
            seen.push(name);
            options.set(param, value.into_owned())?;
        }
        options.drop_embed_without_origin();
        Ok(options)
    }

    /// The same for a page that says what is wrong: what makes no sense is left out.
    pub fn parse_what_makes_sense(query: &str) -> Self {
        let mut options = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(param) = KNOWN.iter().copied().find(|known| *known == name) {
                // What was refused stays as it was.
                let _ = options.set(param, value.into_owned());
            }
        }
        options.drop_embed_without_origin();
        options
    }

    /// A frame that does not know its page can't speak to it: it is shown as a page of its own.
    fn drop_embed_without_origin(&mut self) {
        if self.origin.is_none() {
            self.embed = None;
        }
    }

    /// What a page of a store with this brand looks like.
    pub fn look(&self, branding: &Branding) -> Theme {
        theme_words(self.theme.as_deref().unwrap_or_default()).on(&branding.theme)
    }

    /// As the page carries it.
    pub fn opening(&self, branding: &Branding, now_ms: i64) -> Opening {
        Opening {
            embed: self.embed.map(|embed| embed.as_str().to_owned()),
            origin: self.origin.clone(),
            reference: self.reference.clone(),
            locale: self.locale.clone(),
            theme: self.look(branding).mode.as_str().to_owned(),
            brand: branding.for_page(),
            server_time: print_rfc3339(now_ms),
        }
    }

    fn set(&mut self, param: &'static str, value: String) -> Result<(), OptionError> {
        let refuse = |problem| Err(OptionError { param, problem });
        match param {
            "embed" => match value.as_str() {
                "modal" => self.embed = Some(Embed::Modal),
                "inline" => self.embed = Some(Embed::Inline),
                _ => return refuse("must be modal or inline"),
            },
            "origin" if is_origin(&value) => self.origin = Some(value),
            "origin" => return refuse("is not an origin such as https://shop.example"),
            "reference" if value.chars().count() > MAX_REFERENCE_CHARS => {
                return refuse("is longer than 200 characters");
            }
            "reference" if value.chars().any(char::is_control) => return refuse("has control characters"),
            "reference" => self.reference = Some(value).filter(|value| !value.is_empty()),
            "locale" => self.locale = Some(value).filter(|value| is_language_tag(value)),
            "theme" => self.theme = Some(value).filter(|value| is_theme(value)),
            "amount" => self.amount = Some(value),
            "do" => self.act = Act::parse(&value),
            _ => self.currency = Some(value),
        }
        Ok(())
    }
}

const KNOWN: [&str; 8] = ["embed", "origin", "reference", "locale", "theme", "amount", "currency", "do"];

/// `scheme://host[:port]` in the one spelling that browsers give as `location.origin`: lower case, no slash at the end.
pub fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if !matches!(scheme, "https" | "http") || text.len() > MAX_ORIGIN_CHARS {
        return false;
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let port_is_good = port.is_none_or(|port| !port.starts_with('0') && port.parse::<u16>().is_ok());
    port_is_good && (is_host_name(host) || is_ipv6(host))
}

fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_ipv6(host: &str) -> bool {
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inside.is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok_and(|address| address.to_string() == inside))
}

/// A line of words; which of them mean something is the theme's to know.
fn is_theme(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b':' | b'#' | b'-');
    (1..=MAX_THEME_CHARS).contains(&text.len()) && text.bytes().all(inside)
}

/// Letters and digits in groups of one to eight, as BCP 47 tags are; what languages there are is the checkout's to know.
fn is_language_tag(text: &str) -> bool {
    let is_group =
        |group: &str| (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 35 && text.split('-').all(is_group) && text.bytes().take(2).all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use groat_core::theme::{Mode, Preset};
    use groat_core::wire::ThemeSetting;

    use super::*;

    #[test]
    fn reads_what_the_loader_writes() {
        let options = PageOptions::parse(
            "embed=modal&origin=https%3A%2F%2Fshop.example%3A8443&reference=order+7&locale=pt-BR&theme=dark&utm_source=x",
        );
        let expected = PageOptions {
            embed: Some(Embed::Modal),
            origin: Some("https://shop.example:8443".to_owned()),
            reference: Some("order 7".to_owned()),
            locale: Some("pt-BR".to_owned()),
            theme: Some("dark".to_owned()),
            amount: None,
            currency: None,
            act: None,
        };
        assert_eq!(options, Ok(expected));
        assert_eq!(PageOptions::parse(""), Ok(PageOptions::default()));
    }

    #[test]
    fn refuses_and_falls_back() {
        let long = format!("reference={}", "x".repeat(201));
        let full = format!("reference={}", "%C3%A9".repeat(200));
        #[rustfmt::skip]
        let table: &[(&str, Result<(), &str>)] = &[
            ("theme=purple&locale=%3Cscript%3E&do=dance",   Ok(())),
            ("locale=",                                     Ok(())),
            ("embed=inline&origin=http://localhost:3000",   Ok(())),
            ("embed=inline&origin=http://[::1]:3000",       Ok(())),
            (full.as_str(),                                 Ok(())),
            ("embed=popup&origin=https://a.example",        Err("embed")),
            ("embed=modal",                                 Ok(())),
            ("origin=",                                     Err("origin")),
            ("origin=null",                                 Err("origin")),
            ("origin=*",                                    Err("origin")),
            ("origin=https://a.example/",                   Err("origin")),
            ("origin=https://a.example/pay",                Err("origin")),
            ("origin=https://A.example",                    Err("origin")),
            ("origin=https://a.example:0443",               Err("origin")),
            ("origin=https://a.example:99999",              Err("origin")),
            ("origin=https://a.example:",                   Err("origin")),
            ("origin=https://user@a.example",               Err("origin")),
            ("origin=https://",                             Err("origin")),
            ("origin=https://a..example",                   Err("origin")),
            ("origin=https://-a.example",                   Err("origin")),
            ("origin=https://[::0001]",                     Err("origin")),
            ("origin=javascript:alert(1)",                  Err("origin")),
            ("origin=file://x",                             Err("origin")),
            ("origin=https://a.example%0d%0aX-Evil:1",      Err("origin")),
            ("origin=https://a.example%3B%20script-src%20*", Err("origin")),
            (long.as_str(),                                 Err("reference")),
            ("reference=a%00b",                             Err("reference")),
            ("reference=a%0Ab",                             Err("reference")),
            ("reference=a&reference=b",                     Err("reference")),
            ("amount=1&amount=2",                           Err("amount")),
        ];
        for (query, expected) in table {
            assert_eq!(PageOptions::parse(query).map(|_| ()).map_err(|error| error.param), *expected, "{query}");
        }
        let plain = PageOptions::parse("theme=%3Bpurple%7B&locale=%3Cscript%3E&reference=&do=dance").unwrap();
        assert_eq!(plain, PageOptions::default());
        assert_eq!(PageOptions::parse("embed=modal").unwrap().embed, None, "it could not speak to its page");
    }

    #[test]
    fn a_page_looks_as_its_tag_says_else_as_its_store() {
        let branding = Branding {
            theme: ThemeSetting { preset: Some("paper".into()), mode: Some("light".into()), ..ThemeSetting::default() },
            ..Branding::default()
        };
        #[rustfmt::skip]
        let table: &[(&str, Preset, Mode)] = &[
            ("",                                    Preset::Paper,    Mode::Light),
            ("theme=dark",                          Preset::Paper,    Mode::Dark),
            ("theme=midnight",                      Preset::Midnight, Mode::Light),
            ("theme=midnight+auto",                 Preset::Midnight, Mode::Auto),
            ("theme=purple",                        Preset::Paper,    Mode::Light),
            ("theme=dark%3B%7D",                    Preset::Paper,    Mode::Light),
            ("theme=accent%3A%23ffffff+dark",       Preset::Paper,    Mode::Dark),
        ];
        for (query, preset, mode) in table {
            let theme = PageOptions::parse(query).unwrap().look(&branding);
            assert_eq!((theme.look, theme.mode), (preset.look(), *mode), "{query}");
        }
    }

    #[test]
    fn an_error_page_keeps_what_makes_sense() {
        let options = PageOptions::parse_what_makes_sense(
            "embed=modal&origin=https://a.example&theme=dark&reference=a%00&embed=x",
        );
        assert_eq!(
            (options.embed, options.theme, options.reference),
            (Some(Embed::Modal), Some("dark".to_owned()), None)
        );
        assert_eq!(PageOptions::parse_what_makes_sense("embed=modal&origin=x"), PageOptions::default());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(query in "((embed|origin|reference|locale|theme)=)?.{0,60}(&origin=https?://[a-z0-9.:\\[\\]-]{0,20})?") {
            let _ = PageOptions::parse(&query);
            let _ = PageOptions::parse_what_makes_sense(&query);
        }
    }
}
