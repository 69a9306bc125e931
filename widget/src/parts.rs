//! The checkout's parts as Leptos views. Each part is one type of view, whatever it is used for: that keeps the Wasm small.

use std::sync::Arc;

use groat_checkout::intl;
use groat_checkout::model::{Act, Model};
use groat_checkout::qr::Drawing;
use groat_checkout::text::Text;
use groat_checkout::view::{self, Card, Column, flag, kind};
use groat_checkout::wire::Money;
use leptos::prelude::*;

/// Parts in their order, as views.
#[derive(Default)]
pub struct Views(Vec<AnyView>);

/// An attribute in the one form that the views keep, so that there is one way to set it and not one for each type.
fn attribute(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn maybe(text: Option<&str>) -> Option<Arc<str>> {
    text.map(attribute)
}

/// What only some buttons have.
#[derive(Default)]
struct Press {
    spoken: Option<&'static str>,
    expanded: Option<&'static str>,
    checked: Option<&'static str>,
}

/// The checkout as it stands.
pub fn views(model: &Model) -> Vec<AnyView> {
    view::checkout::<Views>(model).0
}

impl Views {
    fn add(&mut self, part: AnyView) {
        self.0.push(part);
    }

    /// What the style sheet draws, and what a screen reader passes over.
    fn picture(&mut self, class: &str, coin: Option<&str>, sign: &str) {
        let (class, coin, sign) = (attribute(class), maybe(coin), sign.to_owned());
        self.add(view! { <i class=class data-coin=coin aria-hidden="true">{sign}</i> }.into_any());
    }

    /// Every button is this one shape: each further shape weighs.
    fn press(&mut self, class: &str, act: Option<&Act>, press: &Press, parts: Self) {
        let (kind, class) = (attribute(kind(act)), attribute(class));
        let value = act.map(|act| attribute(&act.to_attribute()));
        let off = maybe(act.is_none().then_some("true"));
        let (spoken, expanded, checked) = (maybe(press.spoken), maybe(press.expanded), maybe(press.checked));
        let role = maybe(press.checked.map(|_| "switch"));
        self.add(
            view! {
                <button
                    type=kind
                    class=class
                    name="do"
                    value=value
                    role=role
                    aria-label=spoken
                    aria-disabled=off
                    aria-expanded=expanded
                    aria-checked=checked
                >
                    {parts.0}
                </button>
            }
            .into_any(),
        );
    }
}

impl Column for Views {
    fn price(money: &Money) -> String {
        intl::price(money)
    }

    /// In the buyer's time zone.
    fn time(time_ms: i64) -> String {
        intl::time(time_ms, None)
    }

    fn card(&mut self, card: Card<Self>) {
        let (screen, head_class) = (attribute(card.screen), attribute(card.head_class));
        let (foot, announcement) = (card.foot.to_owned(), card.announcement);
        self.add(
            view! {
                <div class="card" data-screen=screen>
                    <header class=head_class>{card.head.0}</header>
                    <section class="body" aria-labelledby="groat-title">{card.body.0}</section>
                    <p class="foot">{foot}</p>
                    <p class="unseen" role="status">{announcement}</p>
                </div>
            }
            .into_any(),
        );
    }

    fn title(&mut self, text: &str) {
        let text = text.to_owned();
        self.add(view! { <h1 id="groat-title" class="title" tabindex="-1">{text}</h1> }.into_any());
    }

    fn line(&mut self, class: &str, text: &str) {
        let (class, text) = (attribute(class), text.to_owned());
        self.add(view! { <p class=class>{text}</p> }.into_any());
    }

    fn words(&mut self, class: &str, text: &str) {
        let (class, text) = (attribute(class), text.to_owned());
        self.add(view! { <span class=class>{text}</span> }.into_any());
    }

    fn group(&mut self, class: &str, parts: Self) {
        let class = attribute(class);
        self.add(view! { <div class=class>{parts.0}</div> }.into_any());
    }

    fn run(&mut self, class: &str, parts: Self) {
        let class = attribute(class);
        self.add(view! { <span class=class>{parts.0}</span> }.into_any());
    }

    fn drawn(&mut self, class: &str) {
        self.picture(class, None, "");
    }

    fn control(&mut self, class: &str, spoken: Option<Text>, act: &Act, parts: Self) {
        self.press(class, Some(act), &Press { spoken: spoken.map(Text::get), ..Press::default() }, parts);
    }

    fn row(&mut self, class: &str, act: Option<&Act>, is_open: Option<bool>, parts: Self) {
        let mut row = Self::default();
        row.press(class, act, &Press { expanded: is_open.map(flag), ..Press::default() }, parts);
        self.add(view! { <li>{row.0}</li> }.into_any());
    }

    fn list(&mut self, rows: Self) {
        self.add(view! { <ul class="options" role="list">{rows.0}</ul> }.into_any());
    }

    fn switch(&mut self, act: &Act, is_on: bool, label: &str) {
        let mut parts = Self::default();
        parts.words("", label);
        self.press("switch", Some(act), &Press { checked: Some(flag(is_on)), ..Press::default() }, parts);
    }

    fn link(&mut self, class: &str, target: &str, address: &str, label: &str, spoken: Option<&str>) {
        let (class, target, address) = (attribute(class), attribute(target), attribute(address));
        let (label, spoken) = (label.to_owned(), maybe(spoken));
        self.add(
            view! { <a class=class href=address target=target rel="noopener noreferrer" aria-label=spoken>{label}</a> }
                .into_any(),
        );
    }

    fn facts(&mut self, rows: Self) {
        self.add(view! { <dl class="facts">{rows.0}</dl> }.into_any());
    }

    fn fact(&mut self, name: Text, value: Self) {
        let name = name.get().to_owned();
        self.add(view! { <div><dt>{name}</dt><dd>{value.0}</dd></div> }.into_any());
    }

    fn sign(&mut self, symbol: &str, sign: &str) {
        self.picture("mark", Some(symbol), sign);
    }

    fn logo(&mut self, icon: &str) {
        let icon = attribute(icon);
        self.add(view! { <img class="logo" src=icon alt="" width="40" height="40" /> }.into_any());
    }

    fn code(&mut self, groups: Self) {
        self.add(view! { <code class="grouped">{groups.0}</code> }.into_any());
    }

    fn timer(&mut self, class: &str, label: &str, left: &str) {
        let (class, label, left) = (attribute(class), attribute(label), left.to_owned());
        self.add(view! { <span class=class role="timer" aria-label=label>{left}</span> }.into_any());
    }

    fn qr(&mut self, label: &str, drawing: &Drawing) {
        let (view_box, path, label) = (attribute(&drawing.view_box), attribute(&drawing.path), attribute(label));
        self.add(
            view! {
                <svg class="qr" role="img" aria-label=label viewBox=view_box shape-rendering="crispEdges">
                    <path d=path></path>
                </svg>
            }
            .into_any(),
        );
    }

    fn progress(&mut self, label: &str, value: u64, max: u64) {
        let (label, value, max) = (attribute(label), attribute(&value.to_string()), attribute(&max.to_string()));
        self.add(view! { <progress max=max value=value aria-label=label></progress> }.into_any());
    }

    fn step(&mut self, class: &str, is_current: bool, name: &str) {
        let (class, name) = (attribute(class), name.to_owned());
        let current = maybe(is_current.then_some("step"));
        self.add(view! { <li class=class aria-current=current>{name}</li> }.into_any());
    }

    fn steps(&mut self, steps: Self) {
        self.add(view! { <ol class="steps" role="list">{steps.0}</ol> }.into_any());
    }
}
