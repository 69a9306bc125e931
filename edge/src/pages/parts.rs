//! The parts of the first paint, in the markup that the checkout's own views make, so that the same style sheet fits and
//! nothing jumps when it takes over. Text is escaped here and nowhere else.

use groat_core::wire::{Money, OptionView, ProductView, Unavailable};

use super::escape::escape;
use super::price::price;
use super::texts::{self, fill};

/// The card around every state: whose checkout it is, what is bought, then `body`.
pub(super) fn card(screen: &str, head: &str, body: &str) -> String {
    format!(
        "<div class=\"card\" data-screen=\"{screen}\">\n{head}<section class=\"body\" aria-labelledby=\"groat-title\">\n\
         {body}</section>\n{}</div>\n",
        line("foot", texts::STRAIGHT_TO_SELLER),
    )
}

/// Store, time limit, product and price.
pub(super) fn head(store: &str, product: Option<&ProductView>, money: &Money, until: Option<&str>) -> String {
    let until = until.map(|at| {
        format!(
            "<span class=\"time\"><time datetime=\"{}\">until {}</time></span>",
            escape(at),
            escape(&clock_time(at))
        )
    });
    let product = product.map_or("", |product| product.name.as_str());
    format!(
        "<header class=\"head\"><div class=\"bar\">{}{}{}</div><div class=\"order\">{}{}</div></header>\n",
        drawn("shop"),
        words("store", store),
        until.unwrap_or_default(),
        words("product", product),
        words("price", &price(money)),
    )
}

/// `10:15 UTC` of an RFC 3339 time.
fn clock_time(at: &str) -> String {
    at.get(11..16).map_or_else(String::new, |time| format!("{time} UTC"))
}

/// The heading of a state.
pub(super) fn heading(text: &str) -> String {
    format!("<h1 id=\"groat-title\" class=\"title\" tabindex=\"-1\">{}</h1>\n", escape(text))
}

/// A paragraph.
pub(super) fn line(class: &str, text: &str) -> String {
    format!("<p class=\"{class}\">{}</p>\n", escape(text))
}

/// Text within a line.
pub(super) fn words(class: &str, text: &str) -> String {
    format!("<span class=\"{class}\">{}</span>", escape(text))
}

/// A picture drawn by the style sheet.
pub(super) fn drawn(class: &str) -> String {
    format!("<span class=\"{class}\" aria-hidden=\"true\"></span>")
}

/// A link out of the frame, if the address is one of the web's: nothing stored may run as a script.
pub(super) fn link(class: &str, target: &str, url: &str, label: &str) -> Option<String> {
    let is_web = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    is_web.then(|| {
        let (url, label) = (escape(url), escape(label));
        format!("<a class=\"{class}\" href=\"{url}\" target=\"{target}\" rel=\"noopener noreferrer\">{label}</a>\n")
    })
}

/// Up to this many options all stand in one list; more are folded by symbol, as the checkout does.
const FLAT_MAX: usize = 4;

/// Heading, lead and rows of what can be chosen. Rows to read: the checkout makes them ones to press.
pub(super) fn choose(options: &[OptionView]) -> String {
    let mut body = heading(texts::CHOOSE_TITLE);
    if options.is_empty() {
        body.push_str(&line("lead", texts::NOTHING_TO_CHOOSE));
        return body;
    }
    if options.iter().all(|option| option.unavailable_reason == Some(Unavailable::RatesUnavailable)) {
        body.push_str(&line("notice warn", texts::NO_PRICES));
        return body;
    }
    body.push_str(&line("lead", texts::CHOOSE_LEAD));
    body.push_str("<ul class=\"options\" role=\"list\">\n");
    for group in groups(options) {
        match group.as_slice() {
            [first, _, ..] if options.len() > FLAT_MAX => body.push_str(&folded(&first.symbol, group.len())),
            options => body.extend(options.iter().map(|option| row(option))),
        }
    }
    body.push_str("</ul>\n");
    if options.iter().any(|option| option.testnet) {
        body.push_str(&line("badge", texts::TESTNET));
    }
    body
}

/// Options of one symbol together, in the order of the first of each.
fn groups(options: &[OptionView]) -> Vec<Vec<&OptionView>> {
    let mut groups: Vec<Vec<&OptionView>> = Vec::new();
    for option in options {
        match groups.iter_mut().find(|group| group[0].symbol == option.symbol) {
            Some(group) => group.push(option),
            None => groups.push(vec![option]),
        }
    }
    groups
}

/// A coin with several networks.
fn folded(symbol: &str, networks: usize) -> String {
    let under = fill(texts::NETWORKS_OF, &[&networks.to_string()]);
    list_item("", symbol, symbol, &under, &drawn("icon fold"))
}

fn list_item(off: &str, symbol: &str, name: &str, under: &str, rest: &str) -> String {
    format!(
        "<li><div class=\"row\"{off}>{}<span class=\"what\">{}{}</span>{rest}</div></li>\n",
        mark(symbol),
        words("name", name),
        words("under", under),
    )
}

fn row(option: &OptionView) -> String {
    let reason = match option.unavailable_reason {
        Some(Unavailable::NetworkUnavailable) => texts::NETWORK_UNAVAILABLE,
        Some(Unavailable::AssetOffPeg) => texts::ASSET_OFF_PEG,
        Some(Unavailable::RatesUnavailable) | None => texts::RATES_UNAVAILABLE,
    };
    let (off, name, under, rest) = match &option.amount {
        Some(amount) if option.available => {
            let cost = words("cost", &format!("{amount} {}", option.symbol)) + &drawn("icon go");
            ("", option.symbol.clone(), option.chain_name.as_str(), cost)
        }
        // The reason alone would not tell which network.
        _ => {
            let name = fill(texts::ASSET_ON, &[&option.symbol, &option.chain_name]);
            (" aria-disabled=\"true\"", name, reason, String::new())
        }
    };
    list_item(off, &option.symbol, &name, under, &rest)
}

/// A coin's sign in its colour.
pub(super) fn mark(symbol: &str) -> String {
    let sign = match symbol {
        "ETH" => "Ξ",
        "USDC" | "USDT" | "DAI" => "$",
        _ => symbol.get(..1).unwrap_or("¤"),
    };
    format!("<span class=\"mark\" data-coin=\"{}\" aria-hidden=\"true\">{}</span>", escape(symbol), escape(sign))
}

/// An address in groups of four, so that it can be compared by eye. Selecting it gives it whole.
pub(super) fn grouped(text: &str) -> String {
    let mut rest = text;
    let mut groups = String::new();
    while !rest.is_empty() {
        let length = if groups.is_empty() && rest.starts_with("0x") { 6 } else { 4 };
        let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        groups.push_str(&words("", head));
        rest = tail;
    }
    format!("<code class=\"grouped\">{groups}</code>")
}

/// A name and its value.
pub(super) fn fact(name: &str, value: &str) -> String {
    format!("<dl class=\"facts plain\"><div><dt>{}</dt><dd>{}</dd></div></dl>\n", escape(name), words("mono", value))
}

/// The amount, large and exact.
pub(super) fn amount(label: &str, digits: &str, symbol: &str, chain_name: &str) -> String {
    format!(
        "<div class=\"amount\">{}<div class=\"split\"><span class=\"figure\">{}{}</span></div>\
         <div class=\"asset\">{}{}</div></div>\n",
        line("label", label),
        words("digits", digits),
        words("symbol", symbol),
        mark(symbol),
        words("on", &fill(texts::ASSET_ON, &[symbol, chain_name])),
    )
}

/// The deposit address, whole.
pub(super) fn address(text: &str) -> String {
    format!(
        "<div class=\"address\"><div class=\"split\">{}</div>{}</div>\n",
        line("label", texts::ADDRESS),
        grouped(text)
    )
}
