//! Copying to the clipboard.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlDocument;

use groat_checkout::model::Copied;
use groat_checkout::wire::Json;

/// Copies `text`. Where the browser refuses (a frame without permission, a page without HTTPS), selects what is shown
/// and copies that in the old way; false if only the selection could be made.
pub async fn copy(copied: Copied, text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // Not there at all outside HTTPS, whatever the type says.
    if navigator.field("clipboard").is_some() && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    select(&window, copied).unwrap_or(false)
}

fn select(window: &web_sys::Window, copied: Copied) -> Option<bool> {
    let document = window.document()?;
    let shown = document.query_selector(if copied == Copied::Amount { ".digits" } else { ".grouped" }).ok()??;
    window.get_selection().ok()??.select_all_children(&shown).ok()?;
    document.dyn_into::<HtmlDocument>().ok()?.exec_command("copy").ok()
}
