//! Paid: the goods, the receipt, and the way back.

use super::parts::Column;
use super::receipt;
use crate::model::{Act, Model};
use crate::text::Text;
use crate::wire::{Delivery, Embed, Invoice};

/// The invoice is paid, finally.
pub fn paid<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    let store = invoice.store_name.as_str();
    column.drawn("tick");
    column.heading(model);
    column.line("lead", &Text::PaidLead.with(&[store]));
    if let Some(delivery) = &invoice.delivery {
        // One main action: back to the shop where the seller names a page for it, else to the goods.
        let class = if invoice.redirect_url.is_some() { "quiet" } else { "main" };
        delivered(delivery, class, column);
    }
    let back = Text::ReturnToShop.with(&[store]);
    if let Some(address) = &invoice.redirect_url {
        column.link("main", "_top", address, &back, None);
    } else if model.page.embed == Embed::Modal {
        let has_goods = invoice.delivery.as_ref().is_some_and(|delivery| delivery.url.is_some());
        column.button(if has_goods { "quiet" } else { "main" }, &back, &Act::Close);
    }
    column.line("label", Text::Receipt.get());
    receipt::receipt(model, invoice, column);
    column.button("quiet", Text::Print.get(), &Act::Print);
}

fn delivered<C: Column>(delivery: &Delivery, class: &str, column: &mut C) {
    let mut parts = C::default();
    parts.line("label", Text::DeliveryTitle.get());
    if let Some(message) = &delivery.message {
        parts.line("message", message);
    }
    if let Some(address) = &delivery.url {
        parts.link(class, "_blank", address, Text::DeliveryOpen.get(), None);
    }
    column.group("delivery", parts);
}
