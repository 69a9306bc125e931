//! QR codes as one SVG path. Error correction M: a screen is clean, and fewer modules are larger ones. For texts that are
//! long and good for minutes only, L.

use std::cell::RefCell;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Room for 213 characters; a larger code could not be scanned from a screen at this size.
const VERSION_MAX: u8 = 10;
/// The quiet zone that scanners need, in modules on each side (ISO/IEC 18004). It is drawn, and stays light in dark mode.
const QUIET_ZONE: i32 = 4;

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
    drawn(text, QrCodeEcc::Medium)
}

/// Draws a long text with the least correction, so that its modules stay large.
pub fn draw_light(text: &str) -> Option<Drawing> {
    drawn(text, QrCodeEcc::Low)
}

fn drawn(text: &str, correction: QrCodeEcc) -> Option<Drawing> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        if last.0 != text {
            *last = (text.to_owned(), draw_new(text, correction)?);
        }
        Some(last.1.clone())
    })
}

fn draw_new(text: &str, correction: QrCodeEcc) -> Option<Drawing> {
    let code = encode(text, correction)?;
    let width = code.size();
    let mut path = String::new();
    for row in 0..width {
        let mut column = 0;
        while let Some(from) = (column..width).find(|at| code.get_module(*at, row)) {
            let to = (from..width).find(|at| !code.get_module(*at, row)).unwrap_or(width);
            push_run(&mut path, from + QUIET_ZONE, row + QUIET_ZONE, to - from);
            column = to;
        }
    }
    let side = (width + 2 * QUIET_ZONE).to_string();
    Some(Drawing { view_box: ["0 0 ", &side, " ", &side].concat(), path })
}

/// The text as bytes: mixed as addresses and hashes are, looking for runs of digits or capitals saves nothing.
fn encode(text: &str, correction: QrCodeEcc) -> Option<QrCode> {
    let segments = [QrSegment::make_bytes(text.as_bytes())];
    let (least, most) = (Version::new(1), Version::new(VERSION_MAX));
    QrCode::encode_segments_advanced(&segments, correction, least, most, None, false).ok()
}

/// A run of dark modules in one row, as a rectangle.
fn push_run(path: &mut String, x: i32, y: i32, length: i32) {
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
        let code = encode(text, QrCodeEcc::Medium).unwrap();
        let grid = modules(&drawing);
        assert_eq!(code.size(), 29, "version 3 holds an address");
        assert_eq!(grid.len(), 29 + 8);
        for (y, line) in (-QUIET_ZONE..).zip(&grid) {
            for (x, is_dark) in (-QUIET_ZONE..).zip(line) {
                // Outside the code the library says light.
                assert_eq!(*is_dark, code.get_module(x, y), "module {x}, {y}");
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
        // As long as a WalletConnect code is.
        assert_eq!(draw_light(&"x".repeat(187)).unwrap().view_box, "0 0 57 57");
    }
}
