//! What a store shows and says of itself, beyond its look: its logo, a line of its own, where to ask.
//!
//! All of it is text and one picture. It stands beside what is to be paid, never in its place.

use super::parts::Column;
use crate::model::{Model, Screen};
use crate::text::Text;

/// The logo, or a sign for a shop. The store's name stands beside it, so it says nothing to a screen reader.
pub fn logo<C: Column>(model: &Model, bar: &mut C) {
    match &model.page.brand.logo {
        Some(address) => bar.logo(address),
        None => bar.drawn("shop"),
    }
}

/// The store's own line for this state, under what the state says.
pub fn own_line<C: Column>(model: &Model, body: &mut C) {
    let brand = &model.page.brand;
    let line = match model.screen() {
        Screen::Choosing(_) | Screen::Paying(_) => &brand.note,
        Screen::Paid(_) => &brand.thanks,
        _ => &None,
    };
    if let Some(line) = line {
        body.line("own", line);
    }
    if let Some(address) = &brand.support {
        body.link("own", "_blank", address, &Text::Support.with(&[model.store_name()]), None);
    }
}
