//! The languages there are, and which one a buyer gets.
//!
//! What it is for: the edge holds them all, prints a page in one, and names that one's file to the browser. English and
//! the names of the texts are in `text.rs`; each other language is a file in `languages/`, which a translator can read.
//! A test refuses a file that lacks a text, has one too many, or leaves out a place.

use std::sync::OnceLock;

use crate::text::{ENGLISH, NAMES, Translation};

/// A language that the checkout speaks.
#[derive(Debug)]
pub struct Language {
    /// Its tag, as BCP 47 has it.
    pub tag: &'static str,
    /// True if it is written from right to left.
    pub is_rtl: bool,
    /// `Name = text` in each line; nothing for English.
    file: &'static str,
    texts: OnceLock<Vec<&'static str>>,
}

/// Declares the languages; each but English has the file of its tag.
macro_rules! languages {
    ($($tag:literal $direction:ident;)*) => {
        [
            Language { tag: "en", is_rtl: false, file: "", texts: OnceLock::new() },
            $(Language {
                tag: $tag,
                is_rtl: languages!($direction),
                file: include_str!(concat!("../languages/", $tag, ".txt")),
                texts: OnceLock::new(),
            },)*
        ]
    };
    (rtl) => { true };
    (ltr) => { false };
}

/// All of them, English first.
#[rustfmt::skip]
pub static LANGUAGES: [Language; 19] = languages! {
    "ar" rtl;
    "de" ltr;
    "es" ltr;
    "fr" ltr;
    "he" rtl;
    "hi" ltr;
    "id" ltr;
    "it" ltr;
    "ja" ltr;
    "ko" ltr;
    "nl" ltr;
    "pl" ltr;
    "pt-BR" ltr;
    "ru" ltr;
    "tr" ltr;
    "uk" ltr;
    "vi" ltr;
    "zh-Hans" ltr;
};

/// More languages than a person reads are not looked at.
const MAX_RANGES: usize = 20;

/// Older names of languages that some systems still send.
const RENAMED: [(&str, &str); 2] = [("iw", "he"), ("in", "id")];

impl Language {
    /// Its texts. What a file lacks is said in English.
    pub fn translation(&'static self) -> Translation {
        let texts = self.texts.get_or_init(|| {
            let mut texts = ENGLISH.to_vec();
            for (name, text) in entries(self.file) {
                if let Some(place) = NAMES.iter().position(|known| *known == name).and_then(|at| texts.get_mut(at)) {
                    *place = text;
                }
            }
            texts
        });
        Translation { tag: self.tag, is_rtl: self.is_rtl, texts }
    }

    /// The word for the direction in HTML.
    pub const fn direction(&self) -> &'static str {
        if self.is_rtl { "rtl" } else { "ltr" }
    }
}

/// Names and texts of a file; empty lines and those that begin with `#` are the translator's own.
fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once('=').unwrap_or((line, ""))).map(|(name, text)| (name.trim(), text.trim()))
}

/// The language for a page: what its address asks for, or else the best of what the browser accepts
/// (`Accept-Language`, RFC 9110), or else English.
pub fn choose(asked: Option<&str>, accepted: &str) -> &'static Language {
    let of_the_address = asked.and_then(find).map(|found| found.0);
    of_the_address.or_else(|| best(accepted)).unwrap_or_else(english)
}

/// The language of who asks for none that there is.
pub fn english() -> &'static Language {
    let [english, ..] = &LANGUAGES;
    english
}

/// How well a language does for who asked for another form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is the same language.
    Good,
    /// It can be read with effort: only if nothing else is asked for.
    Poor,
}

/// The language for one tag: `de-AT` is read by `de`, and `pt-PT` by `pt-BR`.
fn find(tag: &str) -> Option<(&'static Language, Fit)> {
    let mut parts = tag.split('-');
    let primary = parts.next()?.to_ascii_lowercase();
    let primary = RENAMED.iter().find(|(old, _)| *old == primary).map_or(primary.as_str(), |(_, new)| new);
    let language = LANGUAGES.iter().find(|language| language.tag.split('-').next() == Some(primary))?;
    // The other script: named, or that of the place.
    let mut parts = parts.map(str::to_ascii_lowercase);
    let is_traditional = primary == "zh" && parts.any(|part| matches!(part.as_str(), "hant" | "tw" | "hk" | "mo"));
    Some((language, if is_traditional { Fit::Poor } else { Fit::Good }))
}

/// The best language by weight; of equal weights, the first.
fn best(accepted: &str) -> Option<&'static Language> {
    let mut ranges: Vec<(&str, u16)> = accepted.split(',').take(MAX_RANGES).filter_map(weighed).collect();
    ranges.sort_by_key(|(_, weight)| u16::MAX - weight);
    let found: Vec<_> = ranges.iter().filter_map(|(tag, _)| find(tag)).collect();
    let good = found.iter().find(|(_, fit)| *fit == Fit::Good);
    good.or_else(|| found.first()).map(|(language, _)| *language)
}

/// A tag and its weight in thousandths; nothing for what is not accepted.
fn weighed(range: &str) -> Option<(&str, u16)> {
    let (tag, parameter) = range.split_once(';').unwrap_or((range, ""));
    let weight = match parameter.trim().strip_prefix("q=") {
        None => 1_000,
        Some(weight) => thousandths(weight)?,
    };
    (weight > 0).then_some((tag.trim(), weight))
}

/// `0.8` as 800; nothing for what is no weight.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some(whole * 1_000 + fraction).filter(|weight| *weight <= 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses() {
        #[rustfmt::skip]
        let table: &[(Option<&str>, &str, &str)] = &[
            // asked,        accepted,                                  spoken
            (None,           "",                                        "en"),
            (None,           "de",                                      "de"),
            (None,           "de-AT,de;q=0.9,en;q=0.8",                 "de"),
            (None,           "en-GB,de;q=0.9",                          "en"),
            (None,           "en;q=0.1, DE-de;q=0.2",                   "de"),
            (None,           "de;q=0.5,ar;q=0.5",                       "de"),
            (None,           "de;q=0,ar",                               "ar"),
            (None,           "de;q=0",                                  "en"),
            (None,           "de;q=2,ar;q=0.3",                         "ar"),
            (None,           "de;q=x,ar;q=0.001",                       "ar"),
            (None,           "tlh,*;q=0.5",                             "en"),
            (None,           "tlh,ar;q=0.5,*;q=0.1",                    "ar"),
            (Some("ar"),     "de",                                      "ar"),
            (Some("ar-EG"),  "de",                                      "ar"),
            (Some("tlh"),    "de",                                      "de"),
            (Some("tlh"),    "",                                        "en"),
            (Some(""),       "de",                                      "de"),
            // Of the same language, another form; of another script, only if there is nothing better.
            (None,           "pt-PT,en;q=0.5",                          "pt-BR"),
            (None,           "zh-CN",                                   "zh-Hans"),
            (None,           "zh-TW,zh;q=0.9,en;q=0.8",                 "zh-Hans"),
            (None,           "zh-TW,ja;q=0.8",                          "ja"),
            (None,           "zh-Hant-HK,tlh",                          "zh-Hans"),
            (None,           "iw-IL",                                   "he"),
            (None,           "in",                                      "id"),
        ];
        for (asked, accepted, expected) in table {
            assert_eq!(choose(*asked, accepted).tag, *expected, "{asked:?} {accepted:?}");
        }
    }

    /// Each language is a file, and each file is a language.
    #[test]
    fn every_file_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("languages");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = files.collect();
        files.sort();
        let mut listed: Vec<String> =
            LANGUAGES.iter().skip(1).map(|language| format!("{}.txt", language.tag)).collect();
        listed.sort();
        assert_eq!(files, listed);
    }

    /// The places of a text, in the order of their numbers.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_text_of_a_file_has_its_name_and_its_places() {
        for language in LANGUAGES.iter().skip(1) {
            let mut seen = Vec::new();
            for (name, text) in entries(language.file) {
                let of = format!("{} {name}", language.tag);
                let at = NAMES.iter().position(|known| *known == name);
                let english = ENGLISH[at.unwrap_or_else(|| panic!("{of} is no text"))];
                assert!(!text.trim().is_empty(), "{of} says nothing");
                assert!(!seen.contains(&name), "{of} is there twice");
                assert_eq!(places(text), places(english), "{of} has other places than English");
                seen.push(name);
            }
            let missing: Vec<_> = NAMES.iter().filter(|name| !seen.contains(name)).collect();
            assert!(missing.is_empty(), "{} lacks {missing:?}", language.tag);
        }
    }

    /// Who tells a device by voice what to press says what stands on the button (WCAG 2.5.3). A link's button shows its
    /// whole name.
    #[test]
    fn what_a_button_is_called_has_what_stands_on_it() {
        use crate::text::Text;
        #[rustfmt::skip]
        let table = [
            (Text::Copy,   [Text::CopyAmount,   Text::CopyAddress,   Text::CopyHash]),
            (Text::Copied, [Text::CopiedAmount, Text::CopiedAddress, Text::CopiedHash]),
        ];
        for language in &LANGUAGES {
            crate::text::speaking(language.translation(), || {
                for (shown, spoken) in &table {
                    for name in spoken.iter().map(|name| name.get().to_lowercase()) {
                        assert!(name.contains(&shown.get().to_lowercase()), "{}: {name}", language.tag);
                    }
                }
            });
        }
    }

    #[test]
    fn a_page_is_in_one_language_and_the_next_in_another() {
        let german = LANGUAGES.iter().find(|language| language.tag == "de").unwrap().translation();
        let say = || (crate::text::Text::Back.get(), crate::text::spoken().tag);
        assert_eq!(crate::text::speaking(german, say), ("Zurück", "de"));
        assert_eq!(say(), ("Back", "en"));
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        for language in &LANGUAGES {
            let translation = language.translation();
            let packed = translation.pack();
            assert!(!packed.contains('\u{2029}') && !packed.contains('\r'));
            let unpacked = Translation::unpack(language.tag.to_owned(), language.is_rtl, packed).unwrap();
            assert_eq!(unpacked.texts, &translation.texts[..unpacked.texts.len()]);
            assert!(unpacked.texts.len() > 100 && unpacked.texts.len() < translation.texts.len());
        }
        assert_eq!(Translation::unpack("de".to_owned(), false, "one\ntwo".to_owned()), None);
    }
}
