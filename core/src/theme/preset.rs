//! Looks to start from, each drawn light and dark.

use super::choice::{Button, Font};
use super::colour::Colour;
use super::palette::Seeds;

/// A look by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// White and blue: what a checkout looks like that nobody changed.
    #[default]
    Plain,
    /// Indigo, gold in the dark and violet in the light.
    Midnight,
    /// Cream and rust, with serifs.
    Paper,
    /// Green on near white, soft buttons.
    Forest,
    /// Pink and very round.
    Berry,
    /// Black and white, square, every letter as wide as the next.
    Mono,
}

/// What a look is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its colours in the light.
    pub light: Seeds,
    /// Its colours in the dark.
    pub dark: Seeds,
    /// How round corners are, in CSS pixels.
    pub radius: u8,
    /// Its font.
    pub font: Font,
    /// Its main button.
    pub button: Button,
}

impl Preset {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Plain, Self::Midnight, Self::Paper, Self::Forest, Self::Berry, Self::Mono];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Midnight => "midnight",
            Self::Paper => "paper",
            Self::Forest => "forest",
            Self::Berry => "berry",
            Self::Mono => "mono",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// What it is made of.
    pub const fn look(self) -> Look {
        match self {
            Self::Plain => Look {
                light: seeds([0x25, 0x50, 0xd0], [0xff, 0xff, 0xff], [0x10, 0x18, 0x28]),
                dark: seeds([0x8f, 0xb0, 0xff], [0x15, 0x1a, 0x21], [0xea, 0xee, 0xf4]),
                radius: 12,
                font: Font::System,
                button: Button::Filled,
            },
            Self::Midnight => Look {
                light: seeds([0x5a, 0x35, 0xc4], [0xfb, 0xfa, 0xff], [0x1c, 0x16, 0x3f]),
                dark: seeds([0xf2, 0xc3, 0x5b], [0x17, 0x13, 0x33], [0xf1, 0xed, 0xff]),
                radius: 14,
                font: Font::Geometric,
                button: Button::Filled,
            },
            Self::Paper => Look {
                light: seeds([0x9c, 0x38, 0x1d], [0xfd, 0xf8, 0xee], [0x2b, 0x21, 0x18]),
                dark: seeds([0xf0, 0xa2, 0x6b], [0x23, 0x1c, 0x16], [0xf4, 0xea, 0xda]),
                radius: 4,
                font: Font::Serif,
                button: Button::Filled,
            },
            Self::Forest => Look {
                light: seeds([0x1f, 0x6b, 0x3a], [0xfb, 0xfd, 0xf9], [0x14, 0x24, 0x1a]),
                dark: seeds([0x86, 0xd9, 0x9f], [0x10, 0x1b, 0x15], [0xe7, 0xf3, 0xe9]),
                radius: 10,
                font: Font::Humanist,
                button: Button::Soft,
            },
            Self::Berry => Look {
                light: seeds([0xc2, 0x18, 0x5b], [0xff, 0xf8, 0xfb], [0x3a, 0x0f, 0x2a]),
                dark: seeds([0xff, 0x8f, 0xbb], [0x24, 0x11, 0x1d], [0xff, 0xea, 0xf3]),
                radius: 24,
                font: Font::Rounded,
                button: Button::Filled,
            },
            Self::Mono => Look {
                light: seeds([0x00, 0x00, 0x00], [0xff, 0xff, 0xff], [0x00, 0x00, 0x00]),
                dark: seeds([0xff, 0xff, 0xff], [0x00, 0x00, 0x00], [0xff, 0xff, 0xff]),
                radius: 0,
                font: Font::Mono,
                button: Button::Outline,
            },
        }
    }
}

const fn seeds(accent: [u8; 3], ground: [u8; 3], text: [u8; 3]) -> Seeds {
    const fn colour([red, green, blue]: [u8; 3]) -> Colour {
        Colour::new(red, green, blue)
    }
    Seeds { accent: colour(accent), ground: colour(ground), text: colour(text) }
}
