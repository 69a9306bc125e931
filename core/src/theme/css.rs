//! A theme as CSS: custom properties of fixed names, whose values are numbers, opaque colours and fixed lists.

use std::fmt::Write as _;

use super::check::Theme;
use super::choice::{Button, Font, Mode};
use super::palette::{Palette, Seeds, Token};
use super::preset::{Look, Preset};

/// Declarations, in their order.
type Declarations = Vec<(String, String)>;

/// The main button's properties, in the order of [`Button::tokens`].
const BUTTON: [&str; 4] = ["main", "on-main", "main-line", "main-over"];

/// Under what is light a soft shadow lies, around what is dark a line.
const LIGHT_SHADOW: &str = "0 1px 2px #10182814,0 12px 32px #10182814";
const DARK_SHADOW: &str = "0 0 0 1px var(--line)";

/// Which of the two the browser is to ask for.
const IN_THE_LIGHT: &str = "@media (prefers-color-scheme:light)";
const IN_THE_DARK: &str = "@media (prefers-color-scheme:dark)";

/// What a page says beyond the style sheet of every page, which holds the usual look; nothing for that one.
pub fn style_of_page(theme: &Theme) -> String {
    let usual = Preset::default().look();
    let Look { light, dark, .. } = theme.look;
    // Twice the root, so that it counts more than the style sheet's rules for light and dark.
    let rule = |declarations| rule(":root:root", "--", &declarations);
    let beyond = |seeds: Seeds, usual: Seeds| {
        let usual = side(usual);
        rule(side(seeds).into_iter().filter(|declaration| !usual.contains(declaration)).collect())
    };
    let usual_shape = shape(&usual);
    let mut css = rule(shape(&theme.look).into_iter().filter(|one| !usual_shape.contains(one)).collect());
    let (light, dark) = (beyond(light, usual.light), beyond(dark, usual.dark));
    match theme.mode {
        Mode::Light => css += &light,
        Mode::Dark => css += &dark,
        Mode::Auto => {
            css += &within(IN_THE_LIGHT, &light);
            css += &within(IN_THE_DARK, &dark);
        }
    }
    css
}

/// The whole theme for the seller's own page: every token as `--groat-…`, and the button `.groat-button`.
pub fn style_of_button(theme: &Theme) -> String {
    let Look { light, dark, .. } = theme.look;
    let rule = |declarations: &Declarations| rule(":root", "--groat-", declarations);
    let mut css = rule(&shape(&theme.look));
    match theme.mode {
        Mode::Light => css += &rule(&side(light)),
        Mode::Dark => css += &rule(&side(dark)),
        Mode::Auto => {
            css += &rule(&side(light));
            css += &within(IN_THE_DARK, &rule(&side(dark)));
        }
    }
    css + GROAT_BUTTON
}

/// The seller's button, in the tokens above.
const GROAT_BUTTON: &str = "\
.groat-button{display:inline-flex;align-items:center;justify-content:center;min-height:48px;padding:8px 24px;\
border:1px solid var(--groat-main-line);border-radius:var(--groat-radius);background:var(--groat-main);\
color:var(--groat-on-main);font:600 1rem/1.5 var(--groat-font);text-decoration:none;cursor:pointer}\
.groat-button:hover{background:var(--groat-main-over)}\
.groat-button:focus-visible{outline:3px solid var(--groat-accent);outline-offset:2px}";

/// The style sheet's own tokens (`widget/style/tokens.css`): the usual look, in the form in which it is kept.
pub fn style_sheet() -> String {
    let usual = Preset::default().look();
    let block = |selector: &str, declarations: &Declarations, indent: &str| {
        let lines = declarations.iter().fold(String::new(), |mut lines, (name, value)| {
            let dashes = if name == "color-scheme" { "" } else { "--" };
            let _ = writeln!(lines, "{indent}  {dashes}{name}: {};", spaced(value));
            lines
        });
        format!("{indent}{selector} {{\n{lines}{indent}}}\n")
    };
    let scheme = |name: &str, seeds| {
        let mut declarations = vec![("color-scheme".to_owned(), name.to_owned())];
        declarations.extend(side(seeds).into_iter().filter(|(name, _)| name != "color-scheme"));
        declarations
    };
    let mut light = scheme("light", usual.light);
    light.extend(shape(&usual));
    light.push(("mono".to_owned(), Font::Mono.families().to_owned()));
    let dark = scheme("dark", usual.dark);
    [
        "/* What a look is made of. A theme sets these and nothing else; every pair of text and ground is at least 4.5:1.\n   \
         Printed by core/src/theme: GROAT_BLESS=1 cargo test -p groat-tests --test theme */\n",
        &block(":root", &light, ""),
        "\n/* Twice the same: by the buyer's system, and by the seller's tag. */\n",
        "@media (prefers-color-scheme: dark) {\n",
        &block(":root:not([data-theme=\"light\"])", &dark, "  "),
        "}\n\n",
        &block(":root[data-theme=\"dark\"]", &dark, ""),
    ]
    .concat()
}

/// With a space after each comma, as style sheets are written.
fn spaced(value: &str) -> String {
    value.split(',').collect::<Vec<_>>().join(", ")
}

/// What is the same in the light and in the dark.
fn shape(look: &Look) -> Declarations {
    let mut shape =
        vec![("radius".to_owned(), format!("{}px", look.radius)), ("font".to_owned(), look.font.families().to_owned())];
    shape.extend(button(look.button));
    shape
}

fn button(button: Button) -> impl Iterator<Item = (String, String)> {
    BUTTON.into_iter().zip(button.tokens()).map(|(name, token)| (name.to_owned(), format!("var(--{token})")))
}

/// What is light or dark.
fn side(seeds: Seeds) -> Declarations {
    let palette = Palette::of(seeds);
    let mut side: Declarations =
        Token::ALL.iter().map(|token| (token.name().to_owned(), palette.get(*token).to_string())).collect();
    let (scheme, shadow) = if seeds.is_dark() { ("dark", DARK_SHADOW) } else { ("light", LIGHT_SHADOW) };
    side.push(("shadow".to_owned(), shadow.to_owned()));
    side.push(("color-scheme".to_owned(), scheme.to_owned()));
    side
}

/// A rule; nothing for no declarations. Custom properties begin with `prefix`, also where others name them.
fn rule(selector: &str, prefix: &str, declarations: &Declarations) -> String {
    if declarations.is_empty() {
        return String::new();
    }
    let is_own = prefix == "--";
    let lines = declarations.iter().filter(|(name, _)| is_own || name != "color-scheme").map(|(name, value)| {
        let value = if is_own { value.clone() } else { value.replace("var(--", &format!("var({prefix}")) };
        if name == "color-scheme" { format!("{name}:{value}") } else { format!("{prefix}{name}:{value}") }
    });
    format!("{selector}{{{}}}", lines.collect::<Vec<_>>().join(";"))
}

fn within(media: &str, rules: &str) -> String {
    if rules.is_empty() { String::new() } else { format!("{media}{{{rules}}}") }
}
