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
    select(&window, copied, text).unwrap_or(false)
}

fn select(window: &web_sys::Window, copied: Copied, text: &str) -> Option<bool> {
    let document = window.document()?;
    let shown = match copied {
        Copied::Amount => document.query_selector(".digits").ok()??,
        Copied::Address | Copied::Hash => document.query_selector(".grouped").ok()??,
        // Nowhere written out: put there for as long as it takes.
        Copied::Link => {
            let element = document.create_element("pre").ok()?;
            element.set_text_content(Some(text));
            document.body()?.append_child(&element).ok()?;
            element
        }
    };
    window.get_selection().ok()??.select_all_children(&shown).ok()?;
    let is_made = document.dyn_into::<HtmlDocument>().ok()?.exec_command("copy").ok();
    if copied == Copied::Link {
        shown.remove();
    }
    is_made
}
