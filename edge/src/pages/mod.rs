//! The pages a buyer sees before any Wasm has loaded, and without it: pure functions from the wire types to complete HTML.
//!
//! What they show is the checkout's own views (`groat-checkout`), printed; here are only the document around them, its
//! headers, what an address asks for, and what a page's form sends. They never decide anything, and write no
//! script of their own but one fixed line, and no style but a theme's tokens. What a seller or a buyer typed reaches the page only through
//! `groat_checkout::view::escape`. The checkout takes over `<main id="groat">` when it starts.

mod assets;
mod error;
mod escape;
mod form;
mod headers;
mod layout;
mod options;
mod render;
#[cfg(test)]
mod tests;

pub use assets::AssetUrls;
pub use error::{ErrorContext, PageError, error_style, render_error};
pub use escape::json_for_html;
pub use form::{Form, FormError, address, is_from_elsewhere};
pub use headers::{Others, PERMISSIONS_POLICY, STRICT_TRANSPORT, security_headers};
pub use options::{Embed, OptionError, PageOptions, is_origin};
pub use render::{Shown, render_invoice, render_pay};
