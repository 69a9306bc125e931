//! A theme in one line, as a page's tag carries it: `midnight`, `dark`, `paper light`, `accent:#8a2be2 radius:4`.

use super::check::Theme;
use super::choice::Mode;
use super::preset::Preset;
use crate::wire::{ThemeColours, ThemeSetting};

/// Longer than every word once.
const MAX_CHARS: usize = 240;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThemeWords {
    /// Light or dark, whatever the store has set.
    pub mode: Option<Mode>,
    /// A look in place of the store's, or on top of it if it names no preset.
    pub setting: ThemeSetting,
}

/// Reads a line of words between spaces. What makes no sense is passed over: a look falls back.
pub fn theme_words(line: &str) -> ThemeWords {
    let mut words = ThemeWords::default();
    if line.chars().count() > MAX_CHARS {
        return words;
    }
    for word in line.split_ascii_whitespace() {
        match word.split_once(':') {
            Some((name, value)) => words.set(name, value),
            None if Preset::parse(word).is_some() => words.setting.preset = Some(word.to_owned()),
            None => words.mode = Mode::parse(word).or(words.mode),
        }
    }
    words
}

impl ThemeWords {
    fn set(&mut self, name: &str, value: &str) {
        let setting = &mut self.setting;
        let text = Some(value.to_owned());
        match name {
            "radius" => setting.radius = value.parse().ok(),
            "font" => setting.font = text,
            "button" => setting.button = text,
            _ => {
                let (name, side) = match name.strip_suffix("-dark") {
                    Some(name) => (name, &mut setting.dark),
                    None => (name, &mut setting.light),
                };
                let colours = side.get_or_insert_with(ThemeColours::default);
                match name {
                    "accent" => colours.accent = text,
                    "ground" => colours.ground = text,
                    "text" => colours.text = text,
                    _ => {}
                }
            }
        }
    }

    /// The theme of a page of a store that has set `store`: that of the line, or the store's where the line's can't be
    /// read.
    pub fn on(&self, store: &ThemeSetting) -> Theme {
        let wanted = if self.setting.preset.is_some() { self.setting.clone() } else { self.over(store) };
        // What is stored was checked; should the rules have become stricter since, the usual look is always right.
        let kept = || Theme::check(store).unwrap_or_default();
        let mut theme = Theme::check(&wanted).unwrap_or_else(|_| kept());
        theme.mode = self.mode.unwrap_or_else(|| kept().mode);
        theme
    }

    fn over(&self, store: &ThemeSetting) -> ThemeSetting {
        let one = |mine: &Option<String>, theirs: &Option<String>| mine.clone().or_else(|| theirs.clone());
        let side = |mine: &Option<ThemeColours>, theirs: &Option<ThemeColours>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => Some(ThemeColours {
                accent: one(&mine.accent, &theirs.accent),
                ground: one(&mine.ground, &theirs.ground),
                text: one(&mine.text, &theirs.text),
            }),
            (mine, theirs) => mine.clone().or_else(|| theirs.clone()),
        };
        let mine = &self.setting;
        ThemeSetting {
            preset: store.preset.clone(),
            mode: store.mode.clone(),
            radius: mine.radius.or(store.radius),
            font: one(&mine.font, &store.font),
            button: one(&mine.button, &store.button),
            light: side(&mine.light, &store.light),
            dark: side(&mine.dark, &store.dark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{Button, Font};

    #[test]
    fn a_line_falls_back_to_the_store() {
        let store = ThemeSetting { preset: Some("paper".into()), mode: Some("dark".into()), ..ThemeSetting::default() };
        let own = Theme::check(&store).unwrap();
        let of = |look: Preset, mode| Theme { look: look.look(), mode };
        #[rustfmt::skip]
        let table: &[(&str, Theme)] = &[
            ("",                            own),
            ("auto",                        Theme { mode: Mode::Auto, ..own }),
            ("light",                       Theme { mode: Mode::Light, ..own }),
            ("midnight",                    of(Preset::Midnight, Mode::Dark)),
            ("midnight light",              of(Preset::Midnight, Mode::Light)),
            (" light   plain ",             of(Preset::Plain, Mode::Light)),
            ("purple",                      own),
            ("Dark MIDNIGHT",               own),
            ("dark light",                  Theme { mode: Mode::Light, ..own }),
            ("accent:#ffffff",              own),
            ("plain accent:#ffff00 light",  Theme { mode: Mode::Light, ..own }),
            ("font:comic",                  own),
            ("radius:99",                   own),
            ("x:y",                         own),
            ("light:expression(1) :",       own),
        ];
        for (line, expected) in table {
            assert_eq!(theme_words(line).on(&store), *expected, "{line}");
        }
        let long = format!("midnight {}", "x".repeat(240));
        assert_eq!(theme_words(&long).on(&store), own);
    }

    #[test]
    fn words_lie_over_the_stores_look_or_a_preset() {
        let store = ThemeSetting { preset: Some("forest".into()), radius: Some(3), ..ThemeSetting::default() };
        let theme = theme_words("font:mono accent:#0000aa button:outline").on(&store);
        assert_eq!((theme.look.font, theme.look.button, theme.look.radius), (Font::Mono, Button::Outline, 3));
        assert_eq!(theme.look.light.accent.to_string(), "#0000aa");
        assert_eq!(theme.look.dark, Preset::Forest.look().dark);
        let theme = theme_words("berry radius:2 ground-dark:#000000").on(&store);
        assert_eq!((theme.look.radius, theme.look.font), (2, Font::Rounded));
        assert_eq!(theme.look.dark.ground.to_string(), "#000000");
    }
}
