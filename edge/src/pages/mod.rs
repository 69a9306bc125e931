//! The pages a buyer sees before any Wasm has loaded: pure functions from the wire types to complete HTML.
//!
//! They never decide anything, and write no style and no script of their own but one fixed line. What a seller or a buyer
//! typed reaches the page only through [`escape`]. The checkout takes over `<main id="groat">` when it starts.

mod assets;
mod error;
mod escape;
mod headers;
mod invoice;
mod layout;
mod options;
mod parts;
mod pay;
mod price;
#[cfg(test)]
mod tests;
mod texts;

pub use assets::AssetUrls;
pub use error::{ErrorContext, PageError, render_error};
pub use escape::{escape, json_for_html};
pub use headers::{Caching, PERMISSIONS_POLICY, STRICT_TRANSPORT, security_headers};
pub use invoice::render_invoice;
pub use options::{Embed, OptionError, PageOptions, Theme, is_origin};
pub use pay::render_pay;
