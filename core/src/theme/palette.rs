//! The colours of a look, worked out from three: what is behind, what is read, what is pressed.
//!
//! Everything but those three is chosen so that it can be read: where a usual share of a mix would not do, it is moved
//! until it does. So what can be refused is the seller's own colours only, and [`Palette::faults`] proves the rest.

use super::colour::{Colour, FULL};

/// The contrast that text needs, in hundredths (WCAG 2.2, 1.4.3).
pub const TEXT: u64 = 450;
/// The contrast that a control's edge or a sign needs, in hundredths (WCAG 2.2, 1.4.11).
pub const SIGN: u64 = 300;

/// What the other colours are worked out from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    /// What is pressed, linked and focused.
    pub accent: Colour,
    /// What the checkout stands on.
    pub ground: Colour,
    /// What is read.
    pub text: Colour,
}

/// A colour of the style sheet, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the custom property of the same name in widget/style/tokens.css")]
pub enum Token {
    Page,
    Card,
    Sunk,
    Line,
    Edge,
    Text,
    Muted,
    Accent,
    AccentStrong,
    AccentSoft,
    OnAccent,
    Good,
    GoodSoft,
    Warn,
    WarnSoft,
    Bad,
    BadSoft,
}

impl Token {
    /// Every colour, in the order of the style sheet.
    #[rustfmt::skip]
    pub const ALL: [Self; 17] = [
        Self::Page, Self::Card, Self::Sunk, Self::Line, Self::Edge, Self::Text, Self::Muted, Self::Accent,
        Self::AccentStrong, Self::AccentSoft, Self::OnAccent, Self::Good, Self::GoodSoft, Self::Warn, Self::WarnSoft,
        Self::Bad, Self::BadSoft,
    ];

    /// Its custom property, without the dashes before it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Card => "card",
            Self::Sunk => "sunk",
            Self::Line => "line",
            Self::Edge => "edge",
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Accent => "accent",
            Self::AccentStrong => "accent-strong",
            Self::AccentSoft => "accent-soft",
            Self::OnAccent => "on-accent",
            Self::Good => "good",
            Self::GoodSoft => "good-soft",
            Self::Warn => "warn",
            Self::WarnSoft => "warn-soft",
            Self::Bad => "bad",
            Self::BadSoft => "bad-soft",
        }
    }
}

/// What stands on what, and the contrast that it needs. `tests/tests/theme.rs` holds the style sheet to it.
#[rustfmt::skip]
pub const PAIRS: [(Token, Token, u64); 32] = {
    use Token::{
        Accent, AccentSoft, AccentStrong, Bad, BadSoft, Card, Edge, Good, GoodSoft, Line, Muted, OnAccent, Page, Sunk,
        Text as Read, Warn, WarnSoft,
    };
    [
        (Read,         Page,         TEXT),
        (Read,         Card,         TEXT),
        (Read,         Sunk,         TEXT),
        (Read,         AccentSoft,   TEXT),
        (Read,         GoodSoft,     TEXT),
        (Read,         WarnSoft,     TEXT),
        (Read,         BadSoft,      TEXT),
        (Muted,        Page,         TEXT),
        (Muted,        Card,         TEXT),
        (Muted,        Sunk,         TEXT),
        (Muted,        GoodSoft,     TEXT),
        (Muted,        WarnSoft,     TEXT),
        (Accent,       Card,         TEXT),
        (Accent,       Sunk,         TEXT),
        (Accent,       AccentSoft,   TEXT),
        (AccentStrong, Card,         TEXT),
        (AccentStrong, Sunk,         TEXT),
        (AccentStrong, AccentSoft,   TEXT),
        (OnAccent,     Accent,       TEXT),
        (OnAccent,     AccentStrong, TEXT),
        (Good,         Card,         TEXT),
        (Good,         Sunk,         TEXT),
        (Good,         GoodSoft,     TEXT),
        (Warn,         Card,         TEXT),
        (Warn,         WarnSoft,     TEXT),
        (Bad,          Card,         TEXT),
        (Bad,          BadSoft,      TEXT),
        (Edge,         Card,         SIGN),
        (Edge,         Sunk,         SIGN),
        (Edge,         AccentSoft,   SIGN),
        (Card,         Good,         SIGN),
        (Good,         Line,         SIGN),
    ]
};

/// Usual shares of [`FULL`], of the ground with the text: they make the look that nobody changed.
const SUNK: u16 = 11;
const PAGE: u16 = 13;
const LINE: u16 = 34;
const EDGE: u16 = 128;
const MUTED: u16 = 178;
/// Behind a dark card the page is darker still.
const DARK_PAGE: u16 = 115;
/// Of the text with the accent: what greys are mixed of, so that they belong to the look.
const TONE: u16 = 48;
/// Of the ground with a tint.
const SOFT: u16 = 28;
/// Of the accent with the text.
const STRONG: u16 = 60;

/// Good, warning and bad news: the same in every look, so that they are known again. A sign's colour and its tint.
type Signs = [(Colour, Colour); 3];
const TINTS: [Colour; 3] =
    [Colour::new(0x10, 0xa4, 0x63), Colour::new(0xff, 0xb4, 0x00), Colour::new(0xf0, 0x50, 0x3f)];
const LIGHT_SIGNS: Signs = [
    (Colour::new(0x0a, 0x71, 0x45), TINTS[0]),
    (Colour::new(0x73, 0x47, 0x00), TINTS[1]),
    (Colour::new(0xb3, 0x26, 0x1e), TINTS[2]),
];
const DARK_SIGNS: Signs = [
    (Colour::new(0x5c, 0xd1, 0x97), TINTS[0]),
    (Colour::new(0xf0, 0xc0, 0x67), TINTS[1]),
    (Colour::new(0xff, 0x9b, 0x92), TINTS[2]),
];

/// All colours of a look, light or dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette([Colour; Token::ALL.len()]);

impl Palette {
    /// Works the colours out. Right for any seeds, readable where text and accent can be read on the ground.
    pub fn of(seeds: Seeds) -> Self {
        let Seeds { accent, ground, text } = seeds;
        let is_dark = seeds.is_dark();
        let reads = |colour: Colour, on: Colour| colour.contrast(on) >= TEXT;
        let surface = |tint: Colour, share: u16| up_to(ground, tint, share, |mixed| reads(text, mixed));
        let tone = text.mix(accent, TONE);
        let sunk = up_to(ground, tone, SUNK, |mixed| reads(text, mixed) && reads(accent, mixed));
        let page = if is_dark { ground.mix(Colour::BLACK, DARK_PAGE) } else { surface(tone, PAGE) };
        let page = if reads(text, page) { page } else { ground };
        let accent_soft = up_to(ground, accent, SOFT, |mixed| reads(text, mixed) && reads(accent, mixed));
        let [good, warn, bad] = (if is_dark { DARK_SIGNS } else { LIGHT_SIGNS }).map(|(sign, tint)| {
            let soft = surface(tint, SOFT);
            (from(sign, [text; 2], 0, |mixed| [ground, sunk, soft].iter().all(|on| reads(mixed, *on))), soft)
        });
        let on_accent = if !is_dark && reads(Colour::WHITE, accent) { Colour::WHITE } else { ground };
        let accent_strong = up_to(accent, text, STRONG, |mixed| {
            [ground, sunk, accent_soft, on_accent].iter().all(|on| reads(mixed, *on))
        });
        let muted = from(ground, [tone, text], MUTED, |mixed| {
            [ground, sunk, page, good.1, warn.1].iter().all(|on| reads(mixed, *on))
        });
        let edge = from(ground, [tone, text], EDGE, |mixed| {
            [ground, sunk, accent_soft].iter().all(|on| mixed.contrast(*on) >= SIGN)
        });
        let line = up_to(ground, tone, LINE, |mixed| good.0.contrast(mixed) >= SIGN);
        #[rustfmt::skip]
        let all = [
            page, ground, sunk, line, edge, text, muted, accent, accent_strong, accent_soft, on_accent, good.0, good.1,
            warn.0, warn.1, bad.0, bad.1,
        ];
        Self(all)
    }

    /// A colour.
    pub const fn get(&self, token: Token) -> Colour {
        self.0[token as usize]
    }

    /// The pairs that can't be read, with their contrast in hundredths.
    pub fn faults(&self) -> impl Iterator<Item = (Token, Token, u64)> {
        PAIRS.iter().filter_map(|(above, below, least)| {
            let contrast = self.get(*above).contrast(self.get(*below));
            (contrast < *least).then_some((*above, *below, contrast))
        })
    }
}

impl Seeds {
    /// Light text on a dark ground.
    pub fn is_dark(self) -> bool {
        self.text.light() > self.ground.light()
    }
}

/// The mix of `from` with as much of `to` as does, `share` at most; `from` itself where none does.
fn up_to(from: Colour, to: Colour, share: u16, does: impl Fn(Colour) -> bool) -> Colour {
    (1..=share).rev().map(|share| from.mix(to, share)).find(|mixed| does(*mixed)).unwrap_or(from)
}

/// The mix of `from` with as little as does of the first of `to`, else of the second, `share` at least; the last of them
/// where none does.
fn from(from: Colour, to: [Colour; 2], share: u16, does: impl Fn(Colour) -> bool) -> Colour {
    let mut mixes = to.into_iter().flat_map(|to| (share..=FULL).map(move |share| from.mix(to, share)));
    mixes.find(|mixed| does(*mixed)).unwrap_or(to[1])
}

/// The colour nearest to `colour`, towards black or white, that can be read on `ground`.
pub fn nearest_readable(colour: Colour, ground: Colour) -> Option<Colour> {
    let ends = [Colour::BLACK, Colour::WHITE];
    let mut mixes = (0..=FULL).flat_map(|share| ends.map(|end| colour.mix(end, share)));
    mixes.find(|mixed| mixed.contrast(ground) >= TEXT)
}
