//! `/pay/…`: what it shows, and what its form sends.

use groat_core::wire::Unavailable;

use super::super::headers::SHOWN_SCRIPT;
use super::super::{Shown, render_pay};
use super::{assets, controls, data, option, pay, pay_page, read_aloud};
use groat_checkout::model::Act;

#[test]
fn pay_page_shows_what_it_costs() {
    let page = pay_page("Paper Boat");
    let html = pay(&page);
    assert_eq!(
        read_aloud(&html),
        "Paper Boat Paper Boat $1,049.00 How would you like to pay? The amount is locked once you choose. \
         Ξ ETH Local chain 0.016337 ETH $ USDC on Base This network is unavailable right now \
         $ DAI on Base The price is unavailable right now Test network. These coins have no value. \
         Your money goes straight to the seller. Nobody holds it in between."
    );
    assert_eq!(data(&html), serde_json::to_value(&page).unwrap());
    for part in [
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\" data-theme=\"auto\" data-embed=\"modal\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<title>Paper Boat · Paper Boat</title>",
        "<link rel=\"stylesheet\" href=\"/assets/checkout.3d.css\">",
        "<link id=\"groat-wasm\" rel=\"preload\" as=\"fetch\" crossorigin type=\"application/wasm\" href=\"/assets/checkout.2e_bg.wasm\">",
        "<link rel=\"modulepreload\" href=\"/assets/checkout.1f.js\">",
        "<script type=\"module\" src=\"/assets/checkout.1f.js\"></script>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.find(SHOWN_SCRIPT).unwrap() < html.find("stylesheet").unwrap(), "the frame is uncovered first");
}

#[test]
fn pay_page_without_anything_to_choose() {
    let mut page = pay_page("Paper Boat");
    page.product = None;
    page.options.clear();
    assert!(read_aloud(&pay(&page)).contains("This shop takes no coins at the moment."));
    page.options = vec![option("ETH", "Base", None, Some(Unavailable::RatesUnavailable))];
    assert!(read_aloud(&pay(&page)).contains("Prices aren’t available right now"));
}

#[test]
fn many_options_are_folded_by_coin() {
    let mut page = pay_page("Paper Boat");
    let on = |symbol, chain| option(symbol, chain, Some("1"), None);
    page.options = vec![on("ETH", "Base"), on("USDC", "Base"), on("ETH", "Ethereum"), on("POL", "Polygon")];
    assert!(
        read_aloud(&pay(&page))
            .contains("Ξ ETH Base 1 ETH Ξ ETH Ethereum 1 ETH $ USDC Base 1 USDC P POL Polygon 1 POL")
    );
    page.options.push(on("ETH", "Optimism"));
    assert!(read_aloud(&pay(&page)).contains("Ξ ETH 3 networks $ USDC Base 1 USDC P POL Polygon 1 POL"));
}

/// What can be chosen is a button of the page's form, and what can't is none: a purchase needs no script.
#[test]
fn choosing_is_a_form() {
    let html = pay(&pay_page("Paper Boat"));
    assert!(html.contains(
        "<form method=\"post\">\n<input type=\"hidden\" name=\"key\" value=\"1f\">\n<main id=\"groat\"><div class=\"card\""
    ));
    // The page stands in a frame: what closes it needs a script.
    assert_eq!(controls(&html), [("button", "close"), ("submit", "choose:eip155:31337/slip44:60")]);
}

/// Networks of a folded coin are shown to whoever asked for them, by the page's address.
#[test]
fn a_fold_opens_without_scripts() {
    let mut page = pay_page("Paper Boat");
    page.options = (0..5).map(|at| option("USDC", &format!("Chain {at}"), Some("1"), None)).collect();
    let folded = pay(&page);
    assert_eq!(controls(&folded)[1..], [("submit", "group:USDC")]);
    let shown = Shown { act: Some(Act::Group("USDC".to_owned())), ..Shown::default() };
    let open = render_pay(&page, shown, &assets());
    assert_eq!(controls(&open).len(), 2 + 5);
    assert!(read_aloud(&open).contains("USDC 5 networks Chain 0 USDC 1 USDC"));
}
