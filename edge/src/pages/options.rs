//! How a page was asked for: the query that the loader writes (`docs/frame-protocol.md`) or a person types.
//!
//! What only changes looks (`locale`, `theme`) falls back when it makes no sense; what means something is refused.
//! Parameters of others, such as a newsletter's `utm_source`, are passed over.

use std::borrow::Cow;

use thiserror::Error;

/// The seller's own word for the order is at most this long.
const MAX_REFERENCE_CHARS: usize = 200;
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

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the buyer's device is set.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// As the page carries it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
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
    /// Light or dark.
    pub theme: Theme,
    /// The amount that the page names, still unchecked: `Price::parse` says whether it is one.
    pub amount: Option<String>,
    /// The currency of `amount`, still unchecked.
    pub currency: Option<String>,
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
        if options.embed.is_some() && options.origin.is_none() {
            let problem = "is missing; a checkout in a frame must know which page holds it";
            return Err(OptionError { param: "origin", problem });
        }
        Ok(options)
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
            "theme" => {
                self.theme = match value.as_str() {
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    _ => Theme::Auto,
                }
            }
            "amount" => self.amount = Some(value),
            _ => self.currency = Some(value),
        }
        Ok(())
    }
}

const KNOWN: [&str; 7] = ["embed", "origin", "reference", "locale", "theme", "amount", "currency"];

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

/// Letters and digits in groups of one to eight, as BCP 47 tags are; what languages there are is the checkout's to know.
fn is_language_tag(text: &str) -> bool {
    let is_group =
        |group: &str| (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 35 && text.split('-').all(is_group) && text.bytes().take(2).all(|byte| byte.is_ascii_alphabetic())
}
