//! Where the checkout's files are. Their names carry their content's hash; the build passes them in.

use std::collections::BTreeMap;

use groat_checkout::language::LANGUAGES;
use serde::Deserialize;

/// Addresses of the checkout's script, Wasm, style sheet and texts, and of what it loads only when it is picked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AssetUrls {
    /// The script that starts the Wasm.
    pub checkout_js: String,
    /// The Wasm.
    pub checkout_wasm: String,
    /// The style sheet.
    pub checkout_css: String,
    /// The texts in each language, by its tag.
    pub texts: BTreeMap<String, String>,
    /// WalletConnect's script.
    pub walletconnect_js: String,
    /// Its Wasm.
    pub walletconnect_wasm: String,
}

impl AssetUrls {
    /// What this Worker was built with: `GROAT_ASSETS`, or fixed names in a build that has no checkout beside it.
    pub fn built() -> Self {
        option_env!("GROAT_ASSETS").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_else(Self::development)
    }

    fn development() -> Self {
        Self {
            checkout_js: "/assets/checkout.js".to_owned(),
            checkout_wasm: "/assets/checkout_bg.wasm".to_owned(),
            checkout_css: "/assets/checkout.css".to_owned(),
            texts: LANGUAGES
                .iter()
                .map(|each| (each.tag.to_owned(), format!("/assets/text.{}.txt", each.tag)))
                .collect(),
            walletconnect_js: "/assets/walletconnect.js".to_owned(),
            walletconnect_wasm: "/assets/walletconnect.wasm".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_build_passes() {
        let json = r#"{"checkout_js":"/assets/checkout.1f.js","checkout_wasm":"/assets/checkout.2e_bg.wasm","checkout_css":"/assets/checkout.3d.css","walletconnect_js":"/assets/walletconnect.4c.js","walletconnect_wasm":"/assets/walletconnect.5d.wasm","texts":{"de":"/assets/text.de.4c.txt"}}"#;
        let assets: AssetUrls = serde_json::from_str(json).unwrap();
        assert_eq!(assets.checkout_wasm, "/assets/checkout.2e_bg.wasm");
        assert_eq!(assets.texts["de"], "/assets/text.de.4c.txt");
        let built = AssetUrls::built();
        assert!(
            [&built.checkout_js, &built.checkout_wasm, &built.checkout_css, &built.walletconnect_js]
                .iter()
                .all(|url| url.starts_with("/assets/"))
        );
    }
}
