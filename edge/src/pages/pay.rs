//! `/pay/…`: what is bought, its price, and what it comes to in each asset.

use groat_core::wire::{OptionView, PayPage, ProductView, Unavailable};

use super::assets::AssetUrls;
use super::escape::escape;
use super::layout::Document;

/// The page before anything has been created.
pub fn render_pay(page: &PayPage, assets: &AssetUrls) -> String {
    let what = page.product.as_ref().map_or("Payment", |product| product.name.as_str());
    let title = format!("{what} · {}", page.store.name);
    let mut main = order(&page.store.name, page.product.as_ref(), &page.price.amount, &page.price.currency);
    main.push_str("<h1 class=\"title\">How would you like to pay?</h1>\n");
    main.push_str(&options(&page.options));
    main.push_str("<noscript><p class=\"note\">To go on, please allow this page to run scripts.</p></noscript>\n");
    let data = serde_json::to_string(page).ok();
    Document { title: &title, theme: &page.theme, embed: page.embed.as_deref(), main, data }.render(assets)
}

/// Store, product and price, at the top of every page.
pub(super) fn order(store: &str, product: Option<&ProductView>, amount: &str, currency: &str) -> String {
    let product = product.map(|product| format!("<p class=\"product\">{}</p>\n", escape(&product.name)));
    format!(
        "<header class=\"order\">\n<p class=\"store\">{}</p>\n{}<p class=\"price\">{} {}</p>\n</header>\n",
        escape(store),
        product.unwrap_or_default(),
        escape(amount),
        escape(currency),
    )
}

/// The assets with their amounts. A list to read: the checkout makes it one to choose from.
pub(super) fn options(options: &[OptionView]) -> String {
    if options.is_empty() {
        return "<p class=\"note\">This store takes no coins at the moment. Please ask the seller.</p>\n".to_owned();
    }
    let rows: String = options.iter().map(option).collect();
    format!("<ul class=\"options\">\n{rows}</ul>\n")
}

fn option(option: &OptionView) -> String {
    let right = match (&option.amount, option.available, option.unavailable_reason) {
        (Some(amount), true, _) => format!("≈ {} {}", escape(amount), escape(&option.symbol)),
        (_, _, Some(Unavailable::NetworkUnavailable)) => "This network is unavailable right now".to_owned(),
        _ => "The price is unavailable right now".to_owned(),
    };
    format!(
        "<li class=\"option\"><span class=\"asset\">{}</span> <span class=\"network\">{}</span> <span class=\"amount\">{right}</span></li>\n",
        escape(&option.symbol),
        escape(&option.chain_name),
    )
}
