//! What stands around every state: whose checkout it is, what is bought, how the line is.

use leptos::prelude::*;

use super::parts::{Column, attribute};
use crate::checkout::{Act, Link, Model};
use crate::format;
use crate::text::Text;
use crate::wire::Embed;

/// Less than this left is shown as urgent, in milliseconds.
const URGENT_MS: i64 = 60_000;

/// The whole checkout.
pub fn checkout(model: &Model) -> AnyView {
    let screen = attribute(model.screen().name());
    let announcement = model.announcement.clone();
    let mut head = Column::default();
    let has_head = !model.store_name().is_empty() || model.page.embed == Embed::Modal;
    if has_head {
        bar(model, &mut head);
        order(model, &mut head);
    }
    let head_class = attribute(if has_head { "head" } else { "" });
    let mut body = Column::default();
    line(model, &mut body);
    super::screen(model, &mut body);
    let foot = String::from(Text::StraightToSeller.get());
    view! {
        <div class="card" data-screen=screen>
            <header class=head_class>{head.parts()}</header>
            <section class="body" aria-labelledby="groat-title">{body.parts()}</section>
            <p class="foot">{foot}</p>
            <p class="unseen" role="status">{announcement}</p>
        </div>
    }
    .into_any()
}

/// The store, the time left, the way out.
fn bar(model: &Model, head: &mut Column) {
    let mut bar = Column::default();
    let store_name = model.store_name();
    if !store_name.is_empty() {
        bar.drawn("shop");
    }
    bar.words("store", store_name);
    if let Some(left_ms) = model.deadline_ms().filter(|_| model.screen().has_countdown()) {
        let left_ms = left_ms - model.now_ms;
        let class = attribute(if left_ms <= URGENT_MS { "time urgent" } else { "time" });
        let (label, left) = (attribute(Text::TimeLeft.get()), format::countdown(left_ms));
        bar.add(view! { <span class=class role="timer" aria-label=label>{left}</span> }.into_any());
    }
    if model.page.embed == Embed::Modal {
        let mut cross = Column::default();
        cross.drawn("icon cross");
        bar.control("close", Some(Text::CloseCheckout), &Act::Close, cross);
    }
    head.group("bar", bar);
}

/// What is bought, for how much.
fn order(model: &Model, head: &mut Column) {
    if let Some(price) = model.price() {
        let mut order = Column::default();
        order.words("product", model.product().map_or("", |product| product.name.as_str()));
        order.words("price", &format::price(price));
        head.group("order", order);
    }
}

/// How the line is, where that matters.
fn line(model: &Model, body: &mut Column) {
    match model.link {
        Link::Live => {}
        Link::Reconnecting => body.line("notice wait", Text::Reconnecting.get()),
        Link::Offline => body.line("notice wait", Text::Offline.get()),
    }
}

/// A step back.
pub fn back(column: &mut Column) {
    let mut parts = Column::default();
    parts.drawn("icon back-arrow");
    parts.words("", Text::Back.get());
    column.control("back", None, &Act::Back, parts);
}
