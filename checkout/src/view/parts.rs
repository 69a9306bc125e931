//! The parts that every state is built of. Each is one shape of markup, whatever it is used for, and a [`Column`] sets them
//! one under another: the checkout's weight grows with the kinds of parts, hardly with the states.
//!
//! A part is made twice: as HTML text (`html.rs`) and as a Leptos view (in the widget). A test in the browser holds the two
//! together over every state.

use crate::model::{Act, Copied, Model};
use crate::qr::Drawing;
use crate::text::Text;
use crate::wire::Money;

/// Parts in their order, each set under the one before.
pub trait Column: Default {
    /// A price as people write it.
    fn price(money: &Money) -> String;
    /// A time as people write it.
    fn time(time_ms: i64) -> String;

    /// The whole card: whose checkout it is, then the state. See [`Card`].
    fn card(&mut self, card: Card<Self>);
    /// The heading of a state. Focus goes here when the state changes.
    fn title(&mut self, text: &str);
    /// A paragraph; what it is for is in its class.
    fn line(&mut self, class: &str, text: &str);
    /// Text within a line.
    fn words(&mut self, class: &str, text: &str);
    /// A group of parts.
    fn group(&mut self, class: &str, parts: Self);
    /// A run of parts within a line.
    fn run(&mut self, class: &str, parts: Self);
    /// A picture drawn by the style sheet, which says nothing to a screen reader.
    fn drawn(&mut self, class: &str);
    /// A button. `spoken` is what a screen reader says instead of its parts.
    fn control(&mut self, class: &str, spoken: Option<Text>, act: &Act, parts: Self);
    /// A row that can be pressed: coins, networks, wallets. Without an act it is shown but can't be taken.
    fn row(&mut self, class: &str, act: Option<&Act>, is_open: Option<bool>, parts: Self);
    /// A list of rows.
    fn list(&mut self, rows: Self);
    /// A button that is on or off.
    fn switch(&mut self, act: &Act, is_on: bool, label: &str);
    /// A link to outside. `target` is `_blank` for a new tab, `_top` to leave the seller's page. `spoken` is what a
    /// screen reader says instead of the label.
    fn link(&mut self, class: &str, target: &str, address: &str, label: &str, spoken: Option<&str>);
    /// Names and values.
    fn facts(&mut self, rows: Self);
    /// One name and its value.
    fn fact(&mut self, name: Text, value: Self);
    /// A coin's sign in its colour. The style sheet knows the colours of a few symbols.
    fn sign(&mut self, symbol: &str, sign: &str);
    /// A wallet's picture: only ever through `<img>`, where a picture can do nothing.
    fn logo(&mut self, icon: &str);
    /// Groups of letters that are selected as one.
    fn code(&mut self, groups: Self);
    /// The time left.
    fn timer(&mut self, class: &str, label: &str, left: &str);
    /// A QR code.
    fn qr(&mut self, label: &str, drawing: &Drawing);
    /// How much of something is there.
    fn progress(&mut self, label: &str, value: u64, max: u64);
    /// A step of several.
    fn step(&mut self, class: &str, is_current: bool, name: &str);
    /// The steps.
    fn steps(&mut self, steps: Self);

    /// The heading of a state, and what was not clean.
    fn heading(&mut self, model: &Model) {
        self.title(&model.title());
        for text in model.notes() {
            self.line("notice warn", text.get());
        }
    }

    /// A button with a label. Its class says how much it weighs: `main`, `quiet` or `text`.
    fn button(&mut self, class: &str, label: &str, act: &Act) {
        let mut parts = Self::default();
        parts.words("", label);
        self.control(class, None, act, parts);
    }

    /// A button that copies, and says that it did.
    fn copy_button(&mut self, model: &Model, spoken: Text, copied: Copied) {
        let is_copied = model.copied == Some(copied);
        let mut parts = Self::default();
        parts.drawn(if is_copied { "icon check" } else { "icon pages" });
        let (class, name) = if is_copied { ("copy done", copied.told()) } else { ("copy", spoken) };
        let short = if is_copied { Text::Copied } else { Text::Copy };
        // A link is nowhere to be seen: what is copied has to be said.
        parts.words("", if copied == Copied::Link { name } else { short }.get());
        self.control(class, Some(name), &Act::Copy(copied), parts);
    }

    /// One name and its value, where that is text.
    fn plain_fact(&mut self, name: Text, value: &str) {
        let mut parts = Self::default();
        parts.words("", value);
        self.fact(name, parts);
    }

    /// One name and its value, where that is an id.
    fn id_fact(&mut self, name: Text, id: &str) {
        let mut parts = Self::default();
        parts.words("mono", id);
        self.fact(name, parts);
    }

    /// A coin's mark: its sign.
    fn mark(&mut self, symbol: &str) {
        let sign = match symbol {
            "ETH" | "WETH" => "Ξ",
            "BTC" | "WBTC" => "₿",
            "USDC" | "USDT" | "DAI" => "$",
            _ => symbol.get(..1).unwrap_or("¤"),
        };
        self.sign(symbol, sign);
    }

    /// An address or hash in groups of four, so that it can be compared by eye. Selecting it gives it whole.
    fn grouped(&mut self, text: &str) {
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
        self.code(groups);
    }
}

/// What stands around every state.
pub struct Card<C> {
    /// Names the state.
    pub screen: &'static str,
    /// Nothing where there is no head.
    pub head_class: &'static str,
    /// Store, time left, product, price.
    pub head: C,
    /// The state.
    pub body: C,
    /// The last line.
    pub foot: &'static str,
    /// What a screen reader is to say.
    pub announcement: String,
}

/// `true` or `false` for an ARIA attribute.
pub const fn flag(is_on: bool) -> &'static str {
    if is_on { "true" } else { "false" }
}

/// The type of an act's button: without scripts, one that submits still works.
pub const fn kind(act: Option<&Act>) -> &'static str {
    match act {
        Some(act) if act.is_for_edge() => "submit",
        _ => "button",
    }
}
