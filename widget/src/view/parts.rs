//! The parts that every state is built of. Each is one type of view, whatever it is used for, and a [`Column`] sets
//! them one under another: the checkout's weight grows with the kinds of parts, hardly with the states.

use std::sync::Arc;

use leptos::prelude::*;

use crate::checkout::{Act, Copied, Model};
use crate::text::Text;

/// Parts in their order.
#[derive(Default)]
pub struct Column(Vec<AnyView>);

/// An attribute in the one form that the views keep, so that there is one way to set it and not one for each type.
pub fn attribute(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn maybe(text: Option<&str>) -> Option<Arc<str>> {
    text.map(attribute)
}

impl Column {
    /// The parts, to be put into a view.
    pub fn parts(self) -> Vec<AnyView> {
        self.0
    }

    /// Any other view.
    pub fn add(&mut self, part: AnyView) {
        self.0.push(part);
    }

    /// The heading of a state, and what was not clean. Focus goes here when the state changes.
    pub fn heading(&mut self, model: &Model) {
        let title = model.title();
        self.add(view! { <h1 id="groat-title" class="title" tabindex="-1">{title}</h1> }.into_any());
        for text in model.notes() {
            self.line("notice warn", text.get());
        }
    }

    /// A paragraph; what it is for is in its class.
    pub fn line(&mut self, class: &str, text: &str) {
        let (class, text) = (attribute(class), text.to_owned());
        self.add(view! { <p class=class>{text}</p> }.into_any());
    }

    /// Text within a line.
    pub fn words(&mut self, class: &str, text: &str) {
        let (class, text) = (attribute(class), text.to_owned());
        self.add(view! { <span class=class>{text}</span> }.into_any());
    }

    /// A group of parts.
    pub fn group(&mut self, class: &str, parts: Self) {
        let class = attribute(class);
        self.add(view! { <div class=class>{parts.0}</div> }.into_any());
    }

    /// A run of parts within a line.
    pub fn run(&mut self, class: &str, parts: Self) {
        let class = attribute(class);
        self.add(view! { <span class=class>{parts.0}</span> }.into_any());
    }

    /// A picture drawn by the style sheet, which says nothing to a screen reader.
    pub fn drawn(&mut self, class: &str) {
        let class = attribute(class);
        self.add(view! { <i class=class aria-hidden="true"></i> }.into_any());
    }

    /// A button with a label. Its class says how much it weighs: `main`, `quiet` or `text`.
    pub fn button(&mut self, class: &str, label: &str, act: &Act) {
        let mut parts = Self::default();
        parts.words("", label);
        self.control(class, None, act, parts);
    }

    /// A button whose parts need other words for a screen reader.
    pub fn control(&mut self, class: &str, spoken: Option<Text>, act: &Act, parts: Self) {
        let (class, act) = (attribute(class), attribute(&act.to_attribute()));
        let spoken = maybe(spoken.map(Text::get));
        self.add(
            view! { <button type="button" class=class data-do=act aria-label=spoken>{parts.0}</button> }.into_any(),
        );
    }

    /// A button that copies, and says that it did.
    pub fn copy_button(&mut self, model: &Model, spoken: Text, copied: Copied) {
        let is_copied = model.copied == Some(copied);
        let mut parts = Self::default();
        parts.drawn(if is_copied { "icon check" } else { "icon pages" });
        parts.words("", if is_copied { Text::Copied } else { Text::Copy }.get());
        self.control(if is_copied { "copy done" } else { "copy" }, Some(spoken), &Act::Copy(copied), parts);
    }

    /// A row that can be pressed: coins, networks, wallets. Without an act it is shown but can't be taken.
    pub fn row(&mut self, class: &str, act: Option<&Act>, is_open: Option<bool>, parts: Self) {
        let class = attribute(class);
        let is_off = maybe(act.is_none().then_some("true"));
        let act = act.map(|act| attribute(&act.to_attribute()));
        let expanded = maybe(is_open.map(flag));
        self.add(
            view! {
                <li>
                    <button type="button" class=class data-do=act aria-disabled=is_off aria-expanded=expanded>
                        {parts.0}
                    </button>
                </li>
            }
            .into_any(),
        );
    }

    /// A list of rows.
    pub fn list(&mut self, rows: Self) {
        self.add(view! { <ul class="options" role="list">{rows.0}</ul> }.into_any());
    }

    /// A link to outside. `target` is `_blank` for a new tab, `_top` to leave the seller's page. `spoken` is what a
    /// screen reader says instead of the label.
    pub fn link(&mut self, class: &str, target: &str, address: &str, label: &str, spoken: Option<&str>) {
        let (class, target, address) = (attribute(class), attribute(target), attribute(address));
        let (label, spoken) = (label.to_owned(), maybe(spoken));
        self.add(
            view! { <a class=class href=address target=target rel="noopener noreferrer" aria-label=spoken>{label}</a> }
                .into_any(),
        );
    }

    /// Names and values.
    pub fn facts(&mut self, rows: Self) {
        self.add(view! { <dl class="facts">{rows.0}</dl> }.into_any());
    }

    /// One name and its value.
    pub fn fact(&mut self, name: Text, value: Self) {
        let name = name.get().to_owned();
        self.add(view! { <div><dt>{name}</dt><dd>{value.0}</dd></div> }.into_any());
    }

    /// One name and its value, where that is text.
    pub fn plain_fact(&mut self, name: Text, value: &str) {
        let mut parts = Self::default();
        parts.words("", value);
        self.fact(name, parts);
    }

    /// One name and its value, where that is an id.
    pub fn id_fact(&mut self, name: Text, id: &str) {
        let mut parts = Self::default();
        parts.words("mono", id);
        self.fact(name, parts);
    }

    /// A coin's mark: its sign in its colour. The style sheet knows the colours of a few symbols.
    pub fn mark(&mut self, symbol: &str) {
        let sign = match symbol {
            "ETH" | "WETH" => "Ξ",
            "BTC" | "WBTC" => "₿",
            "USDC" | "USDT" | "DAI" => "$",
            _ => symbol.get(..1).unwrap_or("¤"),
        };
        let (sign, coin) = (sign.to_owned(), attribute(symbol));
        self.add(view! { <i class="mark" data-coin=coin aria-hidden="true">{sign}</i> }.into_any());
    }

    /// A wallet's picture: only ever through `<img>`, where a picture can do nothing.
    pub fn logo(&mut self, icon: &str) {
        let icon = attribute(icon);
        self.add(view! { <img class="logo" src=icon alt="" width="40" height="40" /> }.into_any());
    }

    /// An address or hash in groups of four, so that it can be compared by eye. Selecting it gives it whole.
    pub fn grouped(&mut self, text: &str) {
        let mut groups = Self::default();
        let mut rest = text;
        // `0x` stays with the first group.
        let mut length = if rest.starts_with("0x") { 6 } else { 4 };
        while !rest.is_empty() {
            // Ids are ASCII; anything else is shown in one piece.
            let (head, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
            groups.words("", head);
            rest = tail;
            length = 4;
        }
        self.add(view! { <code class="grouped">{groups.0}</code> }.into_any());
    }
}

/// `true` or `false` for an ARIA attribute.
pub const fn flag(is_on: bool) -> &'static str {
    if is_on { "true" } else { "false" }
}
