//! What the checkout says and shows, written once: the widget shows it in the browser, the edge prints it as HTML.
//!
//! What it is for: `wire` reads what the edge sends; `model` holds the rules (one model, every state in one `match`);
//! `view` makes markup of the model; `text` holds what is said and `language` in which languages; `networks` and `apps` know
//! the outside by name; `qr`, `format`, `intl` are what they sound like.
//!
//! What it never does: touch a browser, a clock, a network or Leptos. It decides nothing about money either: that is what
//! snapshots say.

pub mod apps;
pub mod format;
#[cfg(feature = "intl")]
pub mod intl;
#[cfg(any(test, feature = "languages"))]
pub mod language;
pub mod model;
pub mod networks;
pub mod qr;
pub mod text;
pub mod view;
pub mod wire;
