//! What can be chosen from a list: each choice stands for one text that is written here and nowhere else.

/// Makes an enum of words with `parse`, `as_str` and `ALL`.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name { $($(#[$what])* $variant),+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one of this very word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }
    };
}

words! {
    /// Light or dark.
    Mode {
        /// As the buyer's device is set.
        #[default]
        Auto = "auto",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

words! {
    /// A family of fonts that the buyer's device has: none is fetched.
    Font {
        /// The device's own.
        #[default]
        System = "system",
        /// Open and drawn by hand.
        Humanist = "humanist",
        /// Round and even.
        Geometric = "geometric",
        /// With serifs.
        Serif = "serif",
        /// With round ends.
        Rounded = "rounded",
        /// Every letter as wide as the next.
        Mono = "mono",
    }
}

impl Font {
    /// The list of families for CSS.
    pub const fn families(self) -> &'static str {
        match self {
            Self::System => r#"system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif"#,
            Self::Humanist => r#"Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",sans-serif"#,
            Self::Geometric => r#""Avenir Next",Avenir,Montserrat,Corbel,"URW Gothic",sans-serif"#,
            Self::Serif => r#"Charter,"Bitstream Charter","Iowan Old Style",Cambria,"DejaVu Serif",serif"#,
            Self::Rounded => {
                r#"ui-rounded,"Hiragino Maru Gothic ProN",Quicksand,Nunito,"Varela Round",Comfortaa,system-ui,sans-serif"#
            }
            Self::Mono => r#"ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace"#,
        }
    }
}

words! {
    /// How the main button is drawn.
    Button {
        /// In the accent.
        #[default]
        Filled = "filled",
        /// A line in the accent.
        Outline = "outline",
        /// On a soft shade of the accent.
        Soft = "soft",
    }
}

impl Button {
    /// Its background, text, border, and its background under the pointer: tokens, of pairs that are checked.
    pub const fn tokens(self) -> [&'static str; 4] {
        match self {
            Self::Filled => ["accent", "on-accent", "accent", "accent-strong"],
            Self::Outline => ["card", "accent", "accent", "accent-soft"],
            Self::Soft => ["accent-soft", "accent-strong", "accent-soft", "sunk"],
        }
    }
}
