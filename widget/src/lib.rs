//! The checkout: what runs in the frame that a seller's page opens, and on a payment link's page.
//!
//! What it is for: it shows the invoice that the edge made, and asks wallets to pay it.
//!
//! What it never does: decide whether an invoice is paid, compute an amount, load anything from another origin, or
//! speak to any window but the one its address names.
//!
//! Code map: rules, texts and views are in the crate `groat-checkout`; `parts` makes Leptos views of them; `app` is the
//! shell around them; `api`, `live`, `host`, `walletconnect`, `copy` are what it does to the world; `clock` is what it sounds like.

pub mod api;
pub mod app;
pub mod clock;
mod copy;
mod device;
mod focus;
pub mod host;
mod js;
pub mod live;
pub mod parts;
pub mod walletconnect;

use groat_checkout::text::{self, Translation};
use groat_checkout::wire;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Document;

/// Lighter than the standard library's (`docs/decisions/0003-what-the-checkout-leaves-out.md`).
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

// Where it runs, its tests run too; natively they would need all of Leptos and the browser's API compiled once more.
#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Takes the page over, in its language: `texts` is that language's file, whose address the page names. Texts of another
/// build are not taken, and the page stays what the edge printed, which can be paid from too.
#[wasm_bindgen]
pub fn open(texts: String) {
    #[cfg(all(debug_assertions, target_arch = "wasm32"))]
    console_error_panic_hook::set_once();
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let (Some(root), Some(data)) = (document.get_element_by_id("groat"), document.get_element_by_id("groat-page"))
    else {
        return;
    };
    let Some(translation) = translation(&document, texts) else { return };
    text::speak(translation);
    let (page, invoice) = read_page(&data.text_content().unwrap_or_default());
    app::run(&root, page, invoice);
}

/// The page says which language it is in.
fn translation(document: &Document, texts: String) -> Option<Translation> {
    let page = document.document_element()?;
    let is_rtl = page.get_attribute("dir").as_deref() == Some("rtl");
    Translation::unpack(page.get_attribute("lang")?, is_rtl, texts)
}

/// The page's data; what can't be read becomes a page that says so.
pub fn read_page(json: &str) -> (wire::Page, Option<wire::Invoice>) {
    let read = js::parse(json).map_or(Err(wire::Malformed("page")), |json| wire::page(&json));
    read.unwrap_or_else(|field| (wire::Page::unreadable(api::unreadable(&field)), None))
}
