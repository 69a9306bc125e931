//! Parts as HTML text: how the edge prints the checkout. The one way from text to markup is [`escape`].

use super::parts::{Card, Column, flag, kind};
#[cfg(all(feature = "intl", target_arch = "wasm32"))]
use crate::intl as platform;
use crate::model::Act;
use crate::qr::Drawing;
use crate::text::Text;
use crate::wire::Money;

#[cfg(not(all(feature = "intl", target_arch = "wasm32")))]
use super::native as platform;

/// The one time zone that is the same everywhere.
const UTC: &str = "UTC";

/// HTML, everything in it escaped.
#[derive(Debug, Default)]
pub struct Html(String);

/// Text as it may stand between tags or inside a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(&mut escaped, text);
    escaped
}

fn push_escaped(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

/// Attributes by their names; those without a value are left out.
type Attributes<'a> = &'a [(&'a str, Option<&'a str>)];

impl Html {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn open(&mut self, tag: &str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            let Some(value) = value else { continue };
            for part in [" ", name, "=\""] {
                self.0.push_str(part);
            }
            push_escaped(&mut self.0, value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    fn close(&mut self, tag: &str) {
        for part in ["</", tag, ">"] {
            self.0.push_str(part);
        }
    }

    fn text(&mut self, tag: &str, attributes: Attributes<'_>, text: &str) {
        self.open(tag, attributes);
        push_escaped(&mut self.0, text);
        self.close(tag);
    }

    fn parts(&mut self, tag: &str, attributes: Attributes<'_>, parts: &Self) {
        self.open(tag, attributes);
        self.0.push_str(&parts.0);
        self.close(tag);
    }
}

impl Column for Html {
    fn price(money: &Money) -> String {
        platform::price(money)
    }

    /// The buyer's time zone is not known here, so it is UTC and says so.
    fn time(time_ms: i64) -> String {
        [platform::time(time_ms, Some(UTC)).as_str(), " ", UTC].concat()
    }

    fn card(&mut self, card: Card<Self>) {
        self.open("div", &[("class", Some("card")), ("data-screen", Some(card.screen))]);
        self.parts("header", &[("class", Some(card.head_class))], &card.head);
        self.parts("section", &[("class", Some("body")), ("aria-labelledby", Some("groat-title"))], &card.body);
        self.text("p", &[("class", Some("foot"))], card.foot);
        self.text("p", &[("class", Some("unseen")), ("role", Some("status"))], &card.announcement);
        self.close("div");
    }

    fn title(&mut self, text: &str) {
        self.text("h1", &[("id", Some("groat-title")), ("class", Some("title")), ("tabindex", Some("-1"))], text);
    }

    fn line(&mut self, class: &str, text: &str) {
        self.text("p", &[("class", Some(class))], text);
    }

    fn words(&mut self, class: &str, text: &str) {
        self.text("span", &[("class", Some(class))], text);
    }

    fn group(&mut self, class: &str, parts: Self) {
        self.parts("div", &[("class", Some(class))], &parts);
    }

    fn run(&mut self, class: &str, parts: Self) {
        self.parts("span", &[("class", Some(class))], &parts);
    }

    fn drawn(&mut self, class: &str) {
        self.text("i", &[("class", Some(class)), ("aria-hidden", Some("true"))], "");
    }

    fn control(&mut self, class: &str, spoken: Option<Text>, act: &Act, parts: Self) {
        let value = act.to_attribute();
        self.parts(
            "button",
            &[
                ("type", Some(kind(Some(act)))),
                ("class", Some(class)),
                ("name", Some("do")),
                ("value", Some(&value)),
                ("aria-label", spoken.map(Text::get)),
            ],
            &parts,
        );
    }

    fn row(&mut self, class: &str, act: Option<&Act>, is_open: Option<bool>, parts: Self) {
        let value = act.map(Act::to_attribute);
        self.open("li", &[]);
        self.parts(
            "button",
            &[
                ("type", Some(kind(act))),
                ("class", Some(class)),
                ("name", Some("do")),
                ("value", value.as_deref()),
                ("aria-disabled", act.is_none().then_some("true")),
                ("aria-expanded", is_open.map(flag)),
            ],
            &parts,
        );
        self.close("li");
    }

    fn list(&mut self, rows: Self) {
        self.parts("ul", &[("class", Some("options")), ("role", Some("list"))], &rows);
    }

    fn switch(&mut self, act: &Act, is_on: bool, label: &str) {
        let (value, mut parts) = (act.to_attribute(), Self::default());
        parts.words("", label);
        self.parts(
            "button",
            &[
                ("type", Some(kind(Some(act)))),
                ("class", Some("switch")),
                ("name", Some("do")),
                ("value", Some(&value)),
                ("role", Some("switch")),
                ("aria-checked", Some(flag(is_on))),
            ],
            &parts,
        );
    }

    fn link(&mut self, class: &str, target: &str, address: &str, label: &str, spoken: Option<&str>) {
        self.text(
            "a",
            &[
                ("class", Some(class)),
                ("href", Some(address)),
                ("target", Some(target)),
                ("rel", Some("noopener noreferrer")),
                ("aria-label", spoken),
            ],
            label,
        );
    }

    fn facts(&mut self, rows: Self) {
        self.parts("dl", &[("class", Some("facts"))], &rows);
    }

    fn fact(&mut self, name: Text, value: Self) {
        self.open("div", &[]);
        self.text("dt", &[], name.get());
        self.parts("dd", &[], &value);
        self.close("div");
    }

    fn sign(&mut self, symbol: &str, sign: &str) {
        self.text("i", &[("class", Some("mark")), ("data-coin", Some(symbol)), ("aria-hidden", Some("true"))], sign);
    }

    fn logo(&mut self, icon: &str) {
        let size = Some("40");
        let attributes = [("class", Some("logo")), ("src", Some(icon)), ("alt", Some("")), ("width", size)];
        self.open("img", &[attributes.as_slice(), &[("height", size)]].concat());
    }

    fn code(&mut self, groups: Self) {
        self.parts("code", &[("class", Some("grouped"))], &groups);
    }

    fn timer(&mut self, class: &str, label: &str, left: &str) {
        self.text("span", &[("class", Some(class)), ("role", Some("timer")), ("aria-label", Some(label))], left);
    }

    fn qr(&mut self, label: &str, drawing: &Drawing) {
        self.open(
            "svg",
            &[
                ("class", Some("qr")),
                ("role", Some("img")),
                ("aria-label", Some(label)),
                ("viewBox", Some(&drawing.view_box)),
                ("shape-rendering", Some("crispEdges")),
            ],
        );
        self.text("path", &[("d", Some(&drawing.path))], "");
        self.close("svg");
    }

    fn progress(&mut self, label: &str, value: u64, max: u64) {
        let (value, max) = (value.to_string(), max.to_string());
        self.text("progress", &[("max", Some(&max)), ("value", Some(&value)), ("aria-label", Some(label))], "");
    }

    fn step(&mut self, class: &str, is_current: bool, name: &str) {
        self.text("li", &[("class", Some(class)), ("aria-current", is_current.then_some("step"))], name);
    }

    fn steps(&mut self, steps: Self) {
        self.parts("ol", &[("class", Some("steps")), ("role", Some("list"))], &steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_means_something_in_html() {
        assert_eq!(escape(r#"<a href="x" b='y'>&amp;"#), "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
        assert_eq!(escape("Café ☕ 12,50 €"), "Café ☕ 12,50 €");
    }

    #[test]
    fn text_and_attributes_are_escaped_and_absent_ones_left_out() {
        let mut html = Html::default();
        html.link("\"main\"", "_top", "https://a.example/?a=1&b=\"", "<b>", None);
        assert_eq!(
            html.into_text(),
            "<a class=\"&quot;main&quot;\" href=\"https://a.example/?a=1&amp;b=&quot;\" target=\"_top\" \
             rel=\"noopener noreferrer\">&lt;b&gt;</a>"
        );
    }
}
