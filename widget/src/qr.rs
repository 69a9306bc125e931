//! QR codes as one SVG path. Error correction M: a screen is clean, and fewer modules are larger ones.

use std::cell::RefCell;

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

/// Room for 213 characters; a larger code could not be scanned from a phone's screen at this size.
const VERSION_MAX: i16 = 10;
/// The quiet zone that scanners need, in modules on each side (ISO/IEC 18004). It is drawn, and stays light in dark mode.
const QUIET_ZONE: usize = 4;

/// A drawn QR code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawing {
    /// `viewBox` of the SVG, quiet zone included.
    pub view_box: String,
    /// `d` of the path of all dark modules.
    pub path: String,
}

thread_local! {
    /// The last code drawn: a view is rendered each second, and drawing is the dearest part of it.
    static LAST: RefCell<(String, Drawing)> = RefCell::default();
}

/// Draws `text`. Nothing if it is too long for a QR code, which no payment URI is.
pub fn draw(text: &str) -> Option<Drawing> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        if last.0 != text {
            *last = (text.to_owned(), draw_new(text)?);
        }
        Some(last.1.clone())
    })
}

fn draw_new(text: &str) -> Option<Drawing> {
    let code = (1..=VERSION_MAX).find_map(|version| encode(text, Version::Normal(version)))?;
    let width = code.width();
    let modules = code.into_colors();
    let mut path = String::new();
    for (row, line) in modules.chunks(width).enumerate() {
        let mut column = 0;
        while let Some(from) = (column..width).find(|at| line[*at] == Color::Dark) {
            let to = (from..width).find(|at| line[*at] == Color::Light).unwrap_or(width);
            push_run(&mut path, from + QUIET_ZONE, row + QUIET_ZONE, to - from);
            column = to;
        }
    }
    let side = (width + 2 * QUIET_ZONE).to_string();
    Some(Drawing { view_box: ["0 0", &side, &side].join(" "), path })
}

/// The text as bytes, if it fits. The library's own way first looks for runs of digits and capitals: mixed as addresses
/// and hashes are, that saves nothing and weighs 2 kB.
fn encode(text: &str, version: Version) -> Option<QrCode> {
    let mut bits = Bits::new(version);
    bits.push_byte_data(text.as_bytes()).ok()?;
    bits.push_terminator(EcLevel::M).ok()?;
    QrCode::with_bits(bits, EcLevel::M).ok()
}

/// A run of dark modules in one row, as a rectangle.
fn push_run(path: &mut String, x: usize, y: usize, length: usize) {
    let (x, y, length) = (x.to_string(), y.to_string(), length.to_string());
    for part in ["M", &x, " ", &y, "h", &length, "v1h-", &length, "z"] {
        path.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills the path into a grid again.
    fn modules(drawing: &Drawing) -> Vec<Vec<bool>> {
        let side: usize = drawing.view_box.split(' ').nth(2).unwrap().parse().unwrap();
        let mut grid = vec![vec![false; side]; side];
        for run in drawing.path.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let (x, y, length): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            grid[y][x..x + length].fill(true);
        }
        grid
    }

    #[test]
    fn draws_every_module_and_a_quiet_zone() {
        let text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        let drawing = draw(text).unwrap();
        let code = encode(text, Version::Normal(3)).unwrap();
        let grid = modules(&drawing);
        assert_eq!(grid.len(), code.width() + 8);
        for (y, line) in grid.iter().enumerate() {
            for (x, is_dark) in line.iter().enumerate() {
                let inside = (4..code.width() + 4).contains(&x) && (4..code.width() + 4).contains(&y);
                let expected = inside && code[(x - 4, y - 4)] == Color::Dark;
                assert_eq!(*is_dark, expected, "module {x}, {y}");
            }
        }
    }

    #[test]
    fn draws_what_it_is_asked_for_now() {
        let first = draw("one").unwrap();
        assert_ne!(draw("another, longer text").unwrap(), first);
        assert_eq!(draw("one").unwrap(), first);
        assert_eq!(draw(&"x".repeat(213)).unwrap().view_box, "0 0 65 65");
        assert_eq!(draw(&"x".repeat(214)), None);
    }
}
