//! A store's brand: checked when it is set. The logo is kept apart from the settings, which are read on every request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groat_core::theme::Theme;
use groat_core::wire::{BrandTexts, Branding, BrandingUpdate, ThemeSetting};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::logo::Logo;
use super::settings::check_text;
use super::{Store, to_json};
use crate::problem::{Code, Refusal};
use crate::sql::Sql;

/// A line beside what is to be paid; longer would push the address off a phone's first screen.
const MAX_NOTE_CHARACTERS: usize = 140;
/// A few sentences once all is done.
const MAX_THANKS_CHARACTERS: usize = 280;
/// Longer than any address that a person writes down.
const MAX_SUPPORT_CHARACTERS: usize = 200;
/// Digits of a logo's name: enough that two logos of one store never share one.
const NAME_DIGITS: usize = 20;

/// A brand as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct StoredBranding {
    /// The look, as the seller gave it.
    pub theme: ThemeSetting,
    /// The logo's file name: its hash and kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The store's own texts.
    #[serde(default)]
    pub texts: BrandTexts,
}

impl StoredBranding {
    /// As the API and the pages show it. `store` is the store's id.
    pub fn view(&self, store: &str) -> Branding {
        let logo = self.logo.as_ref().map(|name| format!("/logo/{store}/{name}"));
        Branding { theme: self.theme.clone(), logo, texts: self.texts.clone() }
    }
}

/// A logo as it is served: `GET /logo/…`. Between the store's object and the Worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedLogo {
    /// Its media type.
    pub media_type: String,
    /// Its bytes in base64.
    pub base64: String,
}

impl<S: Sql> Store<'_, S> {
    /// (1) Checks all of it, (2) keeps the logo, (3) answers the brand for the settings.
    pub(super) fn update_branding(
        &mut self,
        mut branding: StoredBranding,
        update: BrandingUpdate,
    ) -> Result<StoredBranding, Refusal> {
        // (1)
        if let Some(theme) = update.theme {
            branding.theme = check_theme(theme)?;
        }
        if let Some(texts) = update.texts {
            branding.texts = check_texts(texts)?;
        }
        let logo =
            update.logo.map(|uri| if uri.is_empty() { Ok(None) } else { Logo::read(&uri).map(Some) }).transpose()?;
        // (2)
        match logo {
            Some(Some(logo)) => branding.logo = Some(self.keep_logo(&logo)?),
            Some(None) => {
                self.sql.run("DELETE FROM logo", &[])?;
                branding.logo = None;
            }
            None => {}
        }
        // (3)
        Ok(branding)
    }

    /// Puts the logo in the place of the one before, under a name that no other logo has: it may be kept for ever.
    fn keep_logo(&mut self, logo: &Logo) -> Result<String, Refusal> {
        let digest = alloy_primitives::hex::encode(Sha256::digest(&logo.bytes));
        let name = format!("{}.{}", digest.get(..NAME_DIGITS).unwrap_or_default(), logo.kind.ending());
        let base64 = STANDARD.encode(&logo.bytes);
        self.sql.run(
            "INSERT OR REPLACE INTO logo (one, name, media_type, base64) VALUES (1, ?, ?, ?)",
            &[name.as_str().into(), logo.kind.media_type().into(), base64.into()],
        )?;
        Ok(name)
    }

    /// The logo of this name, if it is the store's.
    pub(super) fn logo(&mut self, name: &str) -> Result<String, Refusal> {
        let row = self.sql.run_one("SELECT media_type, base64 FROM logo WHERE name = ?", &[name.into()])?;
        let row = row.ok_or_else(|| Refusal::not_found("logo"))?;
        to_json(&ServedLogo { media_type: row.text(0)?.to_owned(), base64: row.text(1)?.to_owned() })
    }
}

fn check_theme(theme: ThemeSetting) -> Result<ThemeSetting, Refusal> {
    let refuse = |error: groat_core::theme::ThemeError| {
        Refusal::of(Code::FieldInvalid, &format!("branding.theme.{}", error.param), error.problem)
    };
    Theme::check(&theme).map(|_| theme).map_err(refuse)
}

/// An empty text is none.
fn check_texts(texts: BrandTexts) -> Result<BrandTexts, Refusal> {
    let check = |name: &str, text: Option<String>, most| {
        let text = text.filter(|text| !text.trim().is_empty());
        text.map(|text| check_text(&format!("branding.texts.{name}"), &text, most)).transpose()
    };
    let support = check("support", texts.support, MAX_SUPPORT_CHARACTERS)?;
    if let Some(address) = &support
        && !is_support(address)
    {
        let param = "branding.texts.support";
        let detail = format!("{param} is not an address such as https://shop.example/help or mailto:help@shop.example");
        return Err(Refusal::of(Code::FieldInvalid, param, detail));
    }
    Ok(BrandTexts {
        note: check("note", texts.note, MAX_NOTE_CHARACTERS)?,
        thanks: check("thanks", texts.thanks, MAX_THANKS_CHARACTERS)?,
        support,
    })
}

/// A web page or a mailbox, spelt out in printable ASCII: what a browser would follow and nothing that it would run.
fn is_support(address: &str) -> bool {
    let is_plain =
        address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`'));
    let is_host = |host: &str| {
        host.contains('.') && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    let page = address.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let mailbox = address.strip_prefix("mailto:").map(|rest| rest.split('?').next().unwrap_or_default());
    let is_mailbox = |mailbox: &str| {
        mailbox.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !name.contains(':') && is_host(host))
    };
    is_plain && (page.is_some_and(is_host) || mailbox.is_some_and(is_mailbox))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_is_a_page_or_a_mailbox() {
        #[rustfmt::skip]
        let table = [
            ("https://shop.example",                  true),
            ("https://shop.example/help?a=1#b",       true),
            ("mailto:help@shop.example",              true),
            ("mailto:help@shop.example?subject=x",    true),
            ("http://shop.example",                   false),
            ("javascript:alert(1)",                   false),
            ("JAVASCRIPT:alert(1)",                   false),
            ("data:text/html,x",                      false),
            ("https://user@shop.example",             false),
            ("https://",                              false),
            ("https://localhost",                     false),
            ("mailto:",                               false),
            ("mailto:javascript:x@a.example",         false),
            ("https://shop.example/\"onload=x",       false),
            ("https://shop.example/ x",               false),
            ("//shop.example",                        false),
            ("https:\\\\shop.example",                false),
        ];
        for (address, expected) in table {
            assert_eq!(is_support(address), expected, "{address}");
        }
    }
}
