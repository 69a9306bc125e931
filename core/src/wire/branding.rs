//! A store's brand: what its checkout looks like and says beyond the usual.

use serde::{Deserialize, Serialize};

/// What a checkout looks like. What is absent is the preset's. Refused where text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThemeSetting {
    /// A look to start from: `plain` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// `auto` (as the buyer's device is set, if absent), `light` or `dark`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How round corners are, 0 to 24 CSS pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius: Option<u16>,
    /// A family of fonts that devices have: none is fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub font: Option<String>,
    /// How the main button is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<String>,
    /// Colours in the light.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<ThemeColours>,
    /// Colours in the dark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dark: Option<ThemeColours>,
}

/// Three colours, `#rrggbb`; all others follow from them. Text and accent need a contrast of 4.5:1 with the ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThemeColours {
    /// What is pressed, linked and focused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// What the checkout stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// What is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What the store itself says in its checkout: plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BrandTexts {
    /// A line while there is something to pay, up to 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// A line once it is paid, up to 280 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<String>,
    /// Where a buyer can ask: an https or mailto address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
}

/// A store's brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Branding {
    /// The look.
    pub theme: ThemeSetting,
    /// Where the logo is on this deployment.
    pub logo: Option<String>,
    /// The store's own texts.
    pub texts: BrandTexts,
}

/// A change of the brand: what is absent stays; what is given is replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BrandingUpdate {
    /// The look.
    pub theme: Option<ThemeSetting>,
    /// The logo as `data:image/png;base64,…` (or `svg+xml`, `webp`), at most 24 kB; an empty text takes it away.
    pub logo: Option<String>,
    /// The store's own texts.
    pub texts: Option<BrandTexts>,
}

/// The brand as the checkout's pages carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BrandView {
    /// Where the logo is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// A line while there is something to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// A line once it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<String>,
    /// Where a buyer can ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support: Option<String>,
}

impl Branding {
    /// What a page carries of it; nothing where there is only a look, which is in the page's style.
    pub fn for_page(&self) -> Option<BrandView> {
        let BrandTexts { note, thanks, support } = self.texts.clone();
        let view = BrandView { logo: self.logo.clone(), note, thanks, support };
        (view != BrandView::default()).then_some(view)
    }
}
