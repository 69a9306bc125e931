//! From what a seller asks for to a look that can be read, or a refusal that says what would do.

use thiserror::Error;

use super::choice::{Button, Font, Mode};
use super::colour::Colour;
use super::palette::{Palette, Seeds, TEXT, nearest_readable};
use super::preset::{Look, Preset};
use crate::wire::{ThemeColours, ThemeSetting};

/// The roundest corner, in CSS pixels: half of a button's height. Rounder would cut off what stands in rows.
pub const MAX_RADIUS: u16 = 24;

/// A look that can be read, and when it is light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// What it is made of.
    pub look: Look,
    /// Light or dark.
    pub mode: Mode,
}

impl Default for Theme {
    fn default() -> Self {
        Self { look: Preset::default().look(), mode: Mode::default() }
    }
}

/// A theme was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem}")]
pub struct ThemeError {
    /// The field, such as `light.accent`.
    pub param: String,
    /// What is wrong with it and what would do.
    pub problem: String,
}

impl Theme {
    /// The theme that a setting asks for.
    pub fn check(setting: &ThemeSetting) -> Result<Self, ThemeError> {
        let preset = choice("preset", setting.preset.as_deref(), Preset::parse, &Preset::ALL.map(Preset::as_str))?;
        let mode = choice("mode", setting.mode.as_deref(), Mode::parse, &names(Mode::ALL, Mode::as_str))?;
        let font = choice("font", setting.font.as_deref(), Font::parse, &names(Font::ALL, Font::as_str))?;
        let button = choice("button", setting.button.as_deref(), Button::parse, &names(Button::ALL, Button::as_str))?;
        let mut look = preset.unwrap_or_default().look();
        look.font = font.unwrap_or(look.font);
        look.button = button.unwrap_or(look.button);
        if let Some(radius) = setting.radius {
            let refuse = || refusal("radius", format!("radius is {radius}; give 0 to {MAX_RADIUS}"));
            look.radius = u8::try_from(radius).ok().filter(|_| radius <= MAX_RADIUS).ok_or_else(refuse)?;
        }
        let presets = [look.light, look.dark];
        look.light = colours("light", setting.light.as_ref(), look.light, presets)?;
        look.dark = colours("dark", setting.dark.as_ref(), look.dark, presets)?;
        Ok(Self { look, mode: mode.unwrap_or_default() })
    }
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

fn refusal(param: &str, problem: String) -> ThemeError {
    ThemeError { param: param.to_owned(), problem }
}

/// What of a seller's text is repeated in a refusal.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(30).collect::<String>())
}

fn choice<T>(
    param: &str,
    given: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    all: &[&str],
) -> Result<Option<T>, ThemeError> {
    let refuse = |word: &str| refusal(param, format!("{param} is {}; give one of {}", shown(word), all.join(", ")));
    given.map(|word| parse(word).ok_or_else(|| refuse(word))).transpose()
}

/// (1) Reads the colours, (2) fills in what was not given: from the preset, from its other side where that is read better
/// on the ground, (3) sees that text and accent can be read, (4) and with them all that follows from them.
fn colours(side: &str, given: Option<&ThemeColours>, preset: Seeds, presets: [Seeds; 2]) -> Result<Seeds, ThemeError> {
    let Some(given) = given else { return Ok(preset) };
    // (1)
    let read = |name: &str, text: &Option<String>| {
        let param = format!("{side}.{name}");
        let problem = |text: &str| format!("{param} is {}; give a colour as #rrggbb", shown(text));
        text.as_deref().map(|text| Colour::parse(text).ok_or_else(|| refusal(&param, problem(text)))).transpose()
    };
    let (accent, ground, text) =
        (read("accent", &given.accent)?, read("ground", &given.ground)?, read("text", &given.text)?);
    // (2)
    let ground = ground.unwrap_or(preset.ground);
    let fill = |given: Option<Colour>, of: fn(&Seeds) -> Colour| {
        let own = of(&preset);
        let other = || presets.iter().map(of).max_by_key(|colour| colour.contrast(ground)).unwrap_or(own);
        given.unwrap_or_else(|| if own.contrast(ground) >= TEXT { own } else { other() })
    };
    let seeds = Seeds { accent: fill(accent, |seeds| seeds.accent), ground, text: fill(text, |seeds| seeds.text) };
    // (3)
    for (name, colour) in [("text", seeds.text), ("accent", seeds.accent)] {
        let contrast = colour.contrast(ground);
        if contrast < TEXT {
            let (whole, part) = (contrast / 100, contrast % 100);
            let nearest =
                nearest_readable(colour, ground).map(|near| format!("; the nearest colour that does is {near}"));
            let problem = format!(
                "{side}.{name} {colour} on {side}.ground {ground} has a contrast of {whole}.{part:02}:1 and needs 4.5:1{}",
                nearest.unwrap_or_default()
            );
            return Err(refusal(&format!("{side}.{name}"), problem));
        }
    }
    // (4)
    if let Some((above, below, _)) = Palette::of(seeds).faults().next() {
        let (above, below) = (above.name(), below.name());
        let problem =
            format!("on {side}.ground {ground}, {above} can't be told from {below}; give a lighter or a darker ground");
        return Err(refusal(&format!("{side}.ground"), problem));
    }
    Ok(seeds)
}
