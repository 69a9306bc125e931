//! The style sheet is what themes are checked against: its tokens are the usual look, and whatever it sets on something
//! else is a pair that `core` checks. `GROAT_BLESS=1` writes what is printed from the looks.

use std::collections::{BTreeMap, BTreeSet};

use groat_core::theme::{Mode, PAIRS, Preset, Theme, style_of_page, style_sheet};
use groat_tests::{read, root, sources_below};

const TOKENS: &str = "widget/style/tokens.css";
const BRANDS: &str = "widget/dev/brands.json";

fn compare(path: &str, printed: &str) {
    if std::env::var_os("GROAT_BLESS").is_some() {
        std::fs::write(root().join(path), printed).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    assert!(read(path) == printed, "{path} is out of date: run with GROAT_BLESS=1 and look at the diff");
}

#[test]
fn the_style_sheets_tokens_are_the_usual_look() {
    compare(TOKENS, &style_sheet());
}

/// The looks for `widget/dev`, whose pages are made without the edge.
#[test]
fn the_development_server_knows_every_look() {
    let style = |preset: Preset, mode: Mode| style_of_page(&Theme { look: preset.look(), mode });
    let of = |preset: Preset| {
        let modes = Mode::ALL.iter().map(|mode| (mode.as_str(), style(preset, *mode)));
        (preset.as_str(), modes.collect::<BTreeMap<_, _>>())
    };
    let brands: BTreeMap<_, _> = Preset::ALL.into_iter().map(of).collect();
    compare(BRANDS, &(serde_json::to_string_pretty(&brands).unwrap() + "\n"));
}

/// A rule's selectors and the properties that it sets.
fn rules(sheet: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let without_comments: String =
        sheet.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, after)| after)).collect();
    without_comments
        .split('}')
        .filter_map(|rule| rule.rsplit_once('{'))
        .map(|(selector, body)| {
            let properties = body.split(';').filter_map(|one| one.split_once(':'));
            let own = |(name, value): (&str, &str)| (name.trim().to_owned(), value.trim().to_owned());
            (selector.rsplit('{').next().unwrap_or_default().trim().to_owned(), properties.map(own).collect())
        })
        .collect()
}

fn token(value: Option<&String>) -> Option<String> {
    let name = value?.strip_prefix("var(--")?.split(')').next()?;
    (!name.contains("main")).then(|| name.to_owned())
}

/// Every rule that sets a text on a ground, both by tokens; and every text or ground that a rule sets alone, which stands
/// on the card or under its text.
#[test]
fn what_stands_on_something_is_checked() {
    let checked: BTreeSet<(String, String)> =
        PAIRS.iter().map(|(above, below, _)| (above.name().to_owned(), below.name().to_owned())).collect();
    let mut seen = 0;
    for path in sources_below("widget/style").iter().filter(|path| path.as_str() != TOKENS) {
        for (selector, properties) in rules(&read(path)) {
            let above = token(properties.get("color"));
            let below = token(properties.get("background").or_else(|| properties.get("background-color")));
            // A picture drawn in one colour, or white on a coin's own: no theme changes it.
            if properties.contains_key("mask") || properties.contains_key("content") || selector == ".mark" {
                continue;
            }
            let pair = match (above, below) {
                (None, None) => continue,
                (above, below) => (above.unwrap_or("text".into()), below.unwrap_or("card".into())),
            };
            // Track and filling of a progress bar are each other's ground; a sign on the accent is no text, nor is a blank.
            if selector.contains("progress")
                || selector.contains("[aria-checked")
                || [".shop", ".blank"].contains(&selector.as_str())
            {
                continue;
            }
            seen += 1;
            assert!(
                checked.contains(&pair),
                "{path}: {selector} sets {} on {}, which no theme is checked for",
                pair.0,
                pair.1
            );
        }
    }
    assert!(seen > 25, "the style sheets were not understood: {seen} pairs");
}
