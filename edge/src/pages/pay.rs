//! `/pay/…`: what is bought, its price, and what it comes to in each asset.

use groat_core::wire::PayPage;

use super::assets::AssetUrls;
use super::layout::Document;
use super::parts::{card, choose, head};

/// The page before anything has been created.
pub fn render_pay(page: &PayPage, assets: &AssetUrls) -> String {
    let what = page.product.as_ref().map_or("Payment", |product| product.name.as_str());
    let title = format!("{what} · {}", page.store.name);
    let head = head(&page.store.name, page.product.as_ref(), &page.price, None);
    let mut body = choose(&page.options);
    if !page.options.is_empty() {
        body.push_str(
            "<noscript><p class=\"notice warn\">To choose, please allow this page to run scripts.</p></noscript>\n",
        );
    }
    let main = card("choosing", &head, &body);
    let data = serde_json::to_string(page).unwrap_or_default();
    let embed = page.opening.embed.as_deref();
    Document { title: &title, theme: &page.opening.theme, embed, main, data, refresh_s: None }.render(assets)
}
