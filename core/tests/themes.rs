//! Themes: every look can be read, every theme that is taken can be read, and nothing of a seller's reaches CSS as text.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the right line")]

use groat_core::theme::{
    Button, Colour, Font, Mode, PAIRS, Palette, Preset, TEXT, Theme, nearest_readable, style_of_button, style_of_page,
    theme_words,
};
use groat_core::wire::{ThemeColours, ThemeSetting};
use proptest::prelude::*;

fn colours(accent: Option<&str>, ground: Option<&str>, text: Option<&str>) -> ThemeColours {
    let own = |text: Option<&str>| text.map(str::to_owned);
    ThemeColours { accent: own(accent), ground: own(ground), text: own(text) }
}

fn assert_readable(theme: &Theme) {
    for seeds in [theme.look.light, theme.look.dark] {
        let palette = Palette::of(seeds);
        let faults: Vec<_> = palette.faults().collect();
        assert!(faults.is_empty(), "{seeds:?}: {faults:?}");
    }
}

#[test]
fn every_preset_can_be_read() {
    for preset in Preset::ALL {
        let setting = ThemeSetting { preset: Some(preset.as_str().into()), ..ThemeSetting::default() };
        let theme = Theme::check(&setting).unwrap();
        assert_eq!(theme.look, preset.look());
        assert_readable(&theme);
        assert!(!theme.look.light.is_dark() && theme.look.dark.is_dark(), "{preset:?}");
    }
}

/// The look that nobody changed is in the style sheet already.
#[test]
fn the_usual_look_costs_nothing() {
    for mode in Mode::ALL {
        assert_eq!(style_of_page(&Theme { mode: *mode, ..Theme::default() }), "");
    }
    let rounder = Theme::check(&ThemeSetting { radius: Some(20), ..ThemeSetting::default() }).unwrap();
    assert_eq!(style_of_page(&rounder), ":root:root{--radius:20px}");
}

#[test]
fn a_refusal_names_the_field_and_what_would_do() {
    let light =
        |accent, ground, text| ThemeSetting { light: Some(colours(accent, ground, text)), ..ThemeSetting::default() };
    let word = |preset: &str| ThemeSetting { preset: Some(preset.into()), ..ThemeSetting::default() };
    #[rustfmt::skip]
    let table = [
        (light(Some("#ffd400"), None, None), "light.accent", "light.accent #ffd400 on light.ground #ffffff has a contrast of 1.43:1 and needs 4.5:1; the nearest colour that does is #8c7500"),
        (light(None, None, Some("#777777")), "light.text",   "light.text #777777 on light.ground #ffffff has a contrast of 4.47:1 and needs 4.5:1; the nearest colour that does is #767676"),
        (light(Some("red"), None, None),     "light.accent", "light.accent is \"red\"; give a colour as #rrggbb"),
        (light(None, Some("#fff"), None),    "light.ground", "light.ground is \"#fff\"; give a colour as #rrggbb"),
        (ThemeSetting { dark: Some(colours(Some("#222222"), None, None)), ..ThemeSetting::default() }, "dark.accent", "dark.accent #222222 on dark.ground #151a21 has a contrast of 1.09:1 and needs 4.5:1; the nearest colour that does is #828282"),
        (ThemeSetting { radius: Some(25), ..ThemeSetting::default() },            "radius", "radius is 25; give 0 to 24"),
        (ThemeSetting { mode: Some("dim".into()), ..ThemeSetting::default() },    "mode",   "mode is \"dim\"; give one of auto, light, dark"),
        (ThemeSetting { font: Some("Comic".into()), ..ThemeSetting::default() },  "font",   "font is \"Comic\"; give one of system, humanist, geometric, serif, rounded, mono"),
        (ThemeSetting { button: Some("3d".into()), ..ThemeSetting::default() },   "button", "button is \"3d\"; give one of filled, outline, soft"),
        (word("Plain"),                                                           "preset", "preset is \"Plain\"; give one of plain, midnight, paper, forest, berry, mono"),
    ];
    for (setting, param, problem) in table {
        let error = Theme::check(&setting).unwrap_err();
        assert_eq!((error.param.as_str(), error.problem.as_str()), (param, problem));
    }
}

/// A dark ground in the light brings the text and the accent that can be read on it.
#[test]
fn what_is_not_given_fits_the_ground() {
    let setting = ThemeSetting { light: Some(colours(None, Some("#101010"), None)), ..ThemeSetting::default() };
    let theme = Theme::check(&setting).unwrap();
    assert_eq!(theme.look.light.text, Preset::Plain.look().dark.text);
    assert!(theme.look.light.is_dark());
    assert!(style_of_page(&theme).contains("color-scheme:dark"));
}

/// The form of everything that is printed. What is not of it can't be, whatever a seller sends.
fn assert_only_tokens(css: &str) {
    let fixed: Vec<String> = Font::ALL.iter().map(|font| font.families().to_owned()).collect();
    let mut rest = css.to_owned();
    for media in ["@media (prefers-color-scheme:light){", "@media (prefers-color-scheme:dark){"] {
        rest = rest.replace(media, "");
    }
    let rules: Vec<&str> = rest.split('}').filter(|rule| !rule.is_empty()).collect();
    for rule in rules {
        let declarations = rule.strip_prefix(":root:root{").unwrap_or_else(|| panic!("{rule}"));
        for declaration in declarations.split(';') {
            let (name, value) = declaration.split_once(':').unwrap();
            let is_known = match name {
                "color-scheme" => matches!(value, "light" | "dark"),
                "--radius" => value.strip_suffix("px").is_some_and(|px| px.parse::<u8>().is_ok_and(|px| px <= 24)),
                "--font" => fixed.iter().any(|font| font == value),
                "--main" | "--on-main" | "--main-line" | "--main-over" => {
                    Button::ALL.iter().flat_map(|one| one.tokens()).any(|token| value == format!("var(--{token})"))
                }
                "--shadow" => value == "0 0 0 1px var(--line)" || value.starts_with("0 1px 2px #10182814,"),
                _ => name.starts_with("--") && Colour::parse(value).is_some(),
            };
            assert!(is_known, "{declaration}");
        }
    }
}

fn any_colour() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        2 => Just(None),
        6 => any::<[u8; 3]>().prop_map(|[red, green, blue]| Some(Colour::new(red, green, blue).to_string())),
        1 => "[#0-9a-fA-F;{}():/*<> -]{0,12}".prop_map(Some),
    ]
}

fn any_colours() -> impl Strategy<Value = Option<ThemeColours>> {
    let some = (any_colour(), any_colour(), any_colour())
        .prop_map(|(accent, ground, text)| Some(ThemeColours { accent, ground, text }));
    prop_oneof![1 => Just(None), 3 => some]
}

fn word(known: Vec<&'static str>) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        3 => Just(None),
        9 => proptest::sample::select(known).prop_map(|word| Some(word.to_owned())),
        1 => ".{0,12}".prop_map(Some),
    ]
}

fn any_setting() -> impl Strategy<Value = ThemeSetting> {
    (
        word(Preset::ALL.iter().map(|one| one.as_str()).collect()),
        word(Mode::ALL.iter().map(|one| one.as_str()).collect()),
        proptest::option::of(0_u16..30),
        word(Font::ALL.iter().map(|one| one.as_str()).collect()),
        word(Button::ALL.iter().map(|one| one.as_str()).collect()),
        any_colours(),
        any_colours(),
    )
        .prop_map(|(preset, mode, radius, font, button, light, dark)| ThemeSetting {
            preset,
            mode,
            radius,
            font,
            button,
            light,
            dark,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_taken_can_be_read(setting in any_setting()) {
        if let Ok(theme) = Theme::check(&setting) {
            assert_readable(&theme);
            assert_only_tokens(&style_of_page(&theme));
        }
    }

    /// Taken seeds are many, not the few that a random pick finds: text and accent of a readable contrast.
    #[test]
    fn readable_seeds_are_taken(ground in any::<[u8; 3]>(), text in any::<[u8; 3]>(), accent in any::<[u8; 3]>()) {
        let [ground, text, accent] = [ground, text, accent].map(|[red, green, blue]| Colour::new(red, green, blue));
        let text = nearest_readable(text, ground).unwrap();
        let accent = nearest_readable(accent, ground).unwrap();
        let print = |colour: Colour| Some(colour.to_string());
        let light = Some(ThemeColours { accent: print(accent), ground: print(ground), text: print(text) });
        let setting = ThemeSetting { light, ..ThemeSetting::default() };
        match Theme::check(&setting) {
            Ok(theme) => assert_readable(&theme),
            // Between black and white there is a narrow band of grounds where both can be read; there text and accent may
            // stand on different sides.
            Err(error) => {
                let is_between = [Colour::BLACK, Colour::WHITE].iter().all(|end| end.contrast(ground) >= TEXT);
                prop_assert!(is_between && error.param == "light.ground", "{error}");
            }
        }
    }

    #[test]
    fn what_a_refusal_suggests_is_taken(ground in any::<[u8; 3]>(), accent in any::<[u8; 3]>()) {
        let [ground, accent] = [ground, accent].map(|[red, green, blue]| Colour::new(red, green, blue));
        let suggested = nearest_readable(accent, ground).unwrap();
        prop_assert!(suggested.contrast(ground) >= TEXT);
        prop_assert!(accent.contrast(ground) < TEXT || suggested == accent);
    }

    /// Whatever stands in a tag's `theme` and in the store's settings, the page prints tokens and nothing else.
    #[test]
    fn a_line_of_words_prints_only_tokens(
        line in "((plain|midnight|dark|light|accent:|ground:|text-dark:|radius:|font:)[#0-9a-f;{}:/*<>()\\\\ ]{0,9} ?){0,6}",
        setting in any_setting(),
    ) {
        let theme = theme_words(&line).on(&setting);
        assert_readable(&theme);
        assert_only_tokens(&style_of_page(&theme));
        prop_assert!(!style_of_button(&theme).contains('<'));
    }
}

/// The table of lights is what the definition says, as far as a contrast tells: to a hundredth, for every value.
#[test]
#[allow(clippy::float_arithmetic, reason = "the definition is in real numbers")]
fn lights_are_what_the_definition_says() {
    for value in 0_u8..=255 {
        let share = f64::from(value) / 255.0;
        let light = if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) };
        let channels = [(0.2126, [value, 0, 0]), (0.7152, [0, value, 0]), (0.0722, [0, 0, value])];
        for (weight, [red, green, blue]) in channels {
            let exact = (weight * light + 0.05) / 0.05 * 100.0;
            let contrast = Colour::new(red, green, blue).contrast(Colour::BLACK);
            let told = f64::from(u32::try_from(contrast).unwrap());
            assert!(told <= exact + 0.01 && exact < told + 1.01, "{red} {green} {blue}: {told} for {exact}");
        }
    }
}

#[test]
fn every_pair_names_two_colours() {
    for (above, below, least) in PAIRS {
        assert!(above != below && least >= 300, "{above:?} on {below:?}");
    }
}
