//! What stands around every state: whose checkout it is, what is bought, how the line is.

use super::brand;
use super::parts::{Card, Column};
use crate::format;
use crate::model::{Act, Link, Model};
use crate::text::Text;
use crate::wire::Embed;

/// Less than this left is shown as urgent, in milliseconds.
const URGENT_MS: i64 = 60_000;

/// The whole checkout.
pub fn checkout<C: Column>(model: &Model) -> C {
    let mut head = C::default();
    let has_head = !model.store_name().is_empty() || model.page.embed == Embed::Modal;
    if has_head {
        bar(model, &mut head);
        order(model, &mut head);
    }
    let mut body = C::default();
    line(model, &mut body);
    super::screen(model, &mut body);
    brand::own_line(model, &mut body);
    let mut whole = C::default();
    whole.card(Card {
        screen: model.screen().name(),
        head_class: if has_head { "head" } else { "" },
        head,
        body,
        foot: Text::StraightToSeller.get(),
        announcement: model.announcement.clone(),
    });
    whole
}

/// The store, the time left, the way out.
fn bar<C: Column>(model: &Model, head: &mut C) {
    let mut bar = C::default();
    let store_name = model.store_name();
    if !store_name.is_empty() {
        brand::logo(model, &mut bar);
    }
    bar.words("store", store_name);
    if let (None, Some(price)) = (model.product(), model.price()) {
        bar.words("price", &C::price(price));
    }
    if let Some(left_ms) = model.deadline_ms().filter(|_| model.screen().has_countdown()) {
        let left_ms = left_ms - model.now_ms;
        let class = if left_ms <= URGENT_MS { "time urgent" } else { "time" };
        bar.timer(class, Text::TimeLeft.get(), &format::countdown(left_ms));
    }
    if model.page.embed == Embed::Modal {
        let mut cross = C::default();
        cross.drawn("icon cross");
        bar.control("close", Some(Text::CloseCheckout), &Act::Close, cross);
    }
    head.group("bar", bar);
}

/// What is bought, for how much.
fn order<C: Column>(model: &Model, head: &mut C) {
    if let (Some(product), Some(price)) = (model.product(), model.price()) {
        let mut order = C::default();
        order.words("product", &product.name);
        order.words("price", &C::price(price));
        head.group("order", order);
    }
}

/// How the line is, where that matters.
fn line<C: Column>(model: &Model, body: &mut C) {
    match model.link {
        Link::Live => {}
        Link::Reconnecting => body.line("notice wait", Text::Reconnecting.get()),
        Link::Offline => body.line("notice wait", Text::Offline.get()),
    }
}

/// A step back.
pub fn back<C: Column>(column: &mut C) {
    let mut parts = C::default();
    parts.drawn("icon back-arrow");
    parts.words("", Text::Back.get());
    column.control("back", None, &Act::Back, parts);
}
