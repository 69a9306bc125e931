//! `/i/{invoice}`: the invoice as it stands, readable and payable without any script.

use groat_core::wire::InvoicePage;

use super::assets::AssetUrls;
use super::layout::Document;
use super::pay::order;

/// The page of an invoice.
pub fn render_invoice(page: &InvoicePage, assets: &AssetUrls) -> String {
    let invoice = &page.invoice;
    let main = order(&invoice.store.name, invoice.product.as_ref(), &invoice.price.amount, &invoice.price.currency);
    let data = serde_json::to_string(page).ok();
    let title = format!("Payment · {}", invoice.store.name);
    Document { title: &title, theme: &page.theme, embed: page.embed.as_deref(), main, data }.render(assets)
}
