//! What a checkout looks like, as data: a few choices and colours, checked, from which every colour of the style sheet is
//! worked out.
//!
//! What it is for: a seller's brand on button, dialog and page. [`Theme::check`] takes a [`ThemeSetting`] or says what is
//! wrong with it and what would do; [`style_of_page`] and [`style_of_button`] print it as CSS.
//!
//! What it never does: let a text of the seller's reach CSS. What is printed is numbers, opaque colours and fixed words, so
//! no theme can move, cover or hide anything; and whatever stands on something else can be read on it (WCAG 2.2 AA).
//!
//! [`ThemeSetting`]: crate::wire::ThemeSetting

mod check;
mod choice;
mod colour;
mod css;
mod linear;
mod palette;
mod preset;
mod words;

pub use check::{MAX_RADIUS, Theme, ThemeError};
pub use choice::{Button, Font, Mode};
pub use colour::{Colour, FULL};
pub use css::{style_of_button, style_of_page, style_sheet};
pub use palette::{PAIRS, Palette, SIGN, Seeds, TEXT, Token, nearest_readable};
pub use preset::{Look, Preset};
pub use words::{ThemeWords, theme_words};
