//! Where the buyer is on the edge's page when the checkout takes it over: whoever walks by keyboard goes on from there.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};

/// What can have focus. The markup is the same before and after, so its place among these names it.
const FOCUSABLE: &str = "button, a, [tabindex]";

/// Where focus was: on which screen, and at which place.
pub struct Focus(Option<(String, u32)>);

impl Focus {
    /// What has focus in `root`, if anything there has.
    pub fn of(root: &Element, document: &Document) -> Self {
        Self(document.active_element().and_then(|active| {
            let screen = root.first_element_child()?.get_attribute("data-screen")?;
            let all = root.query_selector_all(FOCUSABLE).ok()?;
            let at = (0..all.length()).find(|at| all.get(*at).is_some_and(|node| active.is_same_node(Some(&node))))?;
            Some((screen, at))
        }))
    }

    /// Gives it back. Where another screen is shown by now, its heading gets it.
    pub fn restore(self, root: &Element, screen: &str) {
        let Some((screen_before, at)) = self.0 else { return };
        let node = if screen_before == screen {
            root.query_selector_all(FOCUSABLE).ok().and_then(|all| all.get(at))
        } else {
            root.query_selector("h1").ok().flatten().map(Into::into)
        };
        if let Some(element) = node.and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
            _ = element.focus();
        }
    }
}
