//! A colour that hides nothing: red, green and blue, always opaque.

use std::fmt;

use super::linear::{LINEAR, WHOLE};

/// A colour of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour([u8; 3]);

/// The whole of a [`Colour::mix`].
pub const FULL: u16 = 256;

/// Added to both lights of a contrast: what a screen reflects (WCAG 2.2, "contrast ratio").
const FLARE: u64 = WHOLE / 20;

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Red, green and blue.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rrggbb` and no other form: a name, a function or a fourth channel could be transparent.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.as_bytes();
        let digit = |at: usize| match digits.get(at)? {
            byte @ b'0'..=b'9' => Some(byte - b'0'),
            byte @ b'a'..=b'f' => Some(byte - b'a' + 10),
            byte @ b'A'..=b'F' => Some(byte - b'A' + 10),
            _ => None,
        };
        let channel = |at: usize| Some(digit(at)? << 4 | digit(at + 1)?);
        if digits.len() != 6 {
            return None;
        }
        Some(Self([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// `share` of [`FULL`] of the way to `other`.
    #[must_use]
    pub fn mix(self, other: Self, share: u16) -> Self {
        let share = u32::from(share.min(FULL));
        let whole = u32::from(FULL);
        let channel = |at: usize| {
            let mixed = (u32::from(self.0[at]) * (whole - share) + u32::from(other.0[at]) * share + whole / 2) / whole;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self([channel(0), channel(1), channel(2)])
    }

    /// Relative luminance (WCAG 2.2), in ten-thousands of a millionth.
    pub(super) fn light(self) -> u64 {
        let [red, green, blue] = self.0.map(|value| u64::from(LINEAR[usize::from(value)]));
        2_126 * red + 7_152 * green + 722 * blue
    }

    /// The contrast with `other`, in hundredths, rounded down: 450 is 4.5:1.
    pub fn contrast(self, other: Self) -> u64 {
        let (one, two) = (self.light() + FLARE * 10_000, other.light() + FLARE * 10_000);
        one.max(two) * 100 / one.min(two)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_form_only() {
        assert_eq!(Colour::parse("#2550D0"), Some(Colour::new(0x25, 0x50, 0xd0)));
        assert_eq!(Colour::new(0x25, 0x50, 0xd0).to_string(), "#2550d0");
        #[rustfmt::skip]
        let refused = [
            "", "#", "2550d0", "#fff", "#2550d", "#2550d00", "#2550d0ff", "#2550dg", " #2550d0", "#2550d0 ", "red",
            "transparent", "rgb(0,0,0)", "#2550d0;", "#２５５０ｄ０", "#٢٥٥٠٠٠", "#-1-1-1", "#+1+1+1", "url(#a)", "#é0é0",
        ];
        for text in refused {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    /// Figures of the WCAG's own examples and of pairs that are commonly cited.
    #[test]
    fn contrasts_are_the_known_ones() {
        #[rustfmt::skip]
        let table = [
            ("#000000", "#ffffff", 2100),
            ("#777777", "#ffffff", 447),
            ("#767676", "#ffffff", 454),
            ("#949494", "#ffffff", 303),
            ("#ff0000", "#ffffff", 399),
            ("#0000ff", "#ffffff", 859),
            ("#123456", "#123456", 100),
        ];
        for (one, two, expected) in table {
            let (first, second) = (Colour::parse(one).unwrap(), Colour::parse(two).unwrap());
            assert_eq!((first.contrast(second), second.contrast(first)), (expected, expected), "{one} {two}");
        }
    }

    #[test]
    fn mixes_from_one_end_to_the_other() {
        let (one, two) = (Colour::parse("#000000").unwrap(), Colour::parse("#ff8001").unwrap());
        assert_eq!((one.mix(two, 0), one.mix(two, FULL), one.mix(two, 1_000)), (one, two, two));
        assert_eq!(one.mix(two, 128).to_string(), "#804001");
    }
}
