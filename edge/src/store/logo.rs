//! A logo: a small picture, known by its first bytes and not by what it says it is.
//!
//! It is served under its own address with a policy that lets it do nothing, and shown only through `<img>`, where an SVG
//! runs no script and loads nothing. What is refused here besides would only be of use to something else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::problem::{Code, Refusal};

/// A logo is fetched with the page, beside the address and the QR code: as much as those together.
const MAX_BYTES: usize = 24 * 1024;
/// Sides in pixels: a picture of few bytes and many pixels would fill a phone's memory.
const MAX_SIDE: u32 = 2_048;

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogoKind {
    Png,
    Svg,
    WebP,
}

impl LogoKind {
    const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::WebP];

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::WebP => "image/webp",
        }
    }

    pub const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::WebP => "webp",
        }
    }

    /// Whether these bytes are such a picture, of a bearable size.
    fn is(self, bytes: &[u8]) -> bool {
        match self {
            Self::Png => png_sides(bytes).is_some_and(are_bearable),
            Self::Svg => std::str::from_utf8(bytes).is_ok_and(is_svg),
            Self::WebP => webp_sides(bytes).is_some_and(are_bearable),
        }
    }
}

/// A picture that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logo {
    pub kind: LogoKind,
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Reads a `data:` address.
    pub fn read(uri: &str) -> Result<Self, Refusal> {
        let refuse = |detail: String| Refusal::of(Code::FieldInvalid, "branding.logo", detail);
        let form =
            || refuse("branding.logo must be data:image/png;base64,… or the same with svg+xml or webp".to_owned());
        let (media_type, text) =
            uri.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).ok_or_else(form)?;
        let kind = LogoKind::ALL.into_iter().find(|kind| kind.media_type() == media_type).ok_or_else(form)?;
        let bytes = STANDARD.decode(text).map_err(|_| form())?;
        if bytes.len() > MAX_BYTES {
            return Err(refuse(format!("branding.logo has {} bytes; at most {MAX_BYTES} are allowed", bytes.len())));
        }
        if !kind.is(&bytes) {
            let what = match kind {
                LogoKind::Svg => "an SVG without scripts, document type, foreign objects and other files".to_owned(),
                _ => format!("a picture of this kind of at most {MAX_SIDE} by {MAX_SIDE} pixels"),
            };
            return Err(refuse(format!("branding.logo says {media_type}; its bytes are not {what}")));
        }
        Ok(Self { kind, bytes })
    }
}

fn are_bearable((width, height): (u32, u32)) -> bool {
    (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height)
}

/// Width and height of a PNG (PNG specification 5.2 and 11.2.2).
fn png_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let side = |at: usize| rest.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((side(0)?, side(4)?))
}

/// Width and height of a WebP in any of its three forms (RFC 9649).
fn webp_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP";
    let byte = |at: usize| bytes.get(at).copied().map(u32::from);
    let two = |at: usize| Some(byte(at)? | byte(at + 1)? << 8);
    let three = |at: usize| Some(two(at)? | byte(at + 2)? << 16);
    if !is_webp {
        return None;
    }
    match bytes.get(12..16)? {
        b"VP8X" => Some((three(24)? + 1, three(27)? + 1)),
        b"VP8L" if byte(20)? == 0x2f => {
            let bits = two(21)? | two(23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " if bytes.get(23..26)? == [0x9d, 0x01, 0x2a] => Some((two(26)? & 0x3fff, two(28)? & 0x3fff)),
        _ => None,
    }
}

/// An SVG that only draws.
fn is_svg(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
    let root = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, after)| after),
        None => text.as_str(),
    };
    // Generators sign their work in comments before the root.
    let mut root = root.trim_start();
    while let Some(rest) = root.strip_prefix("<!--") {
        root = rest.split_once("-->").map_or("", |(_, after)| after).trim_start();
    }
    let is_root = root.strip_prefix("<svg").is_some_and(|rest| rest.starts_with([' ', '>', '\n', '\t', '\r', '/']));
    let refused = ["<script", "<!doctype", "<!entity", "<foreignobject", "<iframe", "javascript:", "<?xml-stylesheet"];
    let loads = ["href=\"http", "href='http", "href=\"//", "href='//", "@import"];
    is_root
        && text.ends_with('>')
        && !refused.iter().chain(&loads).any(|word| text.contains(word))
        && !has_handler(&text)
}

/// `on…=` as the name of an attribute, in lower case.
fn has_handler(text: &str) -> bool {
    text.split([' ', '\n', '\t', '\r', '/', '"', '\'']).filter_map(|word| word.strip_prefix("on")).any(|word| {
        word.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(kind: &str, bytes: &[u8]) -> String {
        format!("data:image/{kind};base64,{}", STANDARD.encode(bytes))
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06"]
            .concat()
    }

    fn webp(form: [u8; 4], rest: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP".as_slice(), &form, b"\0\0\0\0", rest].concat()
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let extended = webp(*b"VP8X", &[0, 0, 0, 0, 99, 0, 0, 49, 0, 0]);
        let huge = webp(*b"VP8X", &[0, 0, 0, 0, 255, 255, 0, 49, 0, 0]);
        let lossless = webp(*b"VP8L", &[0x2f, 99, 0, 0, 0]);
        let lossy = webp(*b"VP8 ", &[0, 0, 0, 0x9d, 0x01, 0x2a, 100, 0, 50, 0]);
        #[rustfmt::skip]
        let table: &[(&str, Vec<u8>, bool)] = &[
            ("png",     png(64, 64),                                                   true),
            ("png",     png(2_048, 1),                                                 true),
            ("png",     png(2_049, 1),                                                 false),
            ("png",     png(0, 1),                                                     false),
            ("png",     b"\x89PNG\r\n\x1a\n".to_vec(),                                 false),
            ("png",     b"GIF89a".to_vec(),                                            false),
            ("png",     b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),       false),
            ("webp",    extended.clone(),                                              true),
            ("webp",    lossless,                                                      true),
            ("webp",    lossy,                                                         true),
            ("webp",    huge,                                                          false),
            ("webp",    webp(*b"ANIM", &[0; 20]),                                       false),
            ("webp",    b"RIFF\0\0\0\0WEBP".to_vec(),                                  false),
            ("png",     extended,                                                      false),
            ("svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>".to_vec(), true),
            ("svg+xml", b"<?xml version=\"1.0\"?>\n<!-- Made by x -->\n<svg/>".to_vec(), true),
            ("svg+xml", b"\xef\xbb\xbf<svg> </svg>\n".to_vec(),                        true),
            ("svg+xml", b"<svg><script>alert(1)</script></svg>".to_vec(),              false),
            ("svg+xml", b"<svg><SCRIPT/></svg>".to_vec(),                              false),
            ("svg+xml", b"<svg onload=\"alert(1)\"/>".to_vec(),                        false),
            ("svg+xml", b"<svg\nonLoad='x'/>".to_vec(),                                false),
            ("svg+xml", b"<svg/onload=x>".to_vec(),                                    false),
            ("svg+xml", b"<svg><a href=\"javascript:x\"/></svg>".to_vec(),             false),
            ("svg+xml", b"<svg><image href=\"https://a.example/x.png\"/></svg>".to_vec(), false),
            ("svg+xml", b"<svg><foreignObject/></svg>".to_vec(),                       false),
            ("svg+xml", b"<!DOCTYPE svg [<!ENTITY a \"b\">]><svg/>".to_vec(),          false),
            ("svg+xml", b"<html><svg/></html>".to_vec(),                               false),
            ("svg+xml", b"<svgx/>".to_vec(),                                           false),
            ("svg+xml", b"\xff\xfe<svg/>".to_vec(),                                    false),
            ("svg+xml", Vec::new(),                                                    false),
            ("svg+xml", png(1, 1),                                                     false),
        ];
        for (kind, bytes, expected) in table {
            assert_eq!(Logo::read(&uri(kind, bytes)).is_ok(), *expected, "{kind} {}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn only_one_form_of_address_is_read() {
        let good = uri("png", &png(1, 1));
        assert!(Logo::read(&good).is_ok());
        let table = [
            good.replace("png", "gif"),
            good.replace("png", "PNG"),
            good.replace(";base64", ";charset=utf-8;base64"),
            good.replace("data:", "DATA:"),
            good.replace("data:", "https:"),
            format!("{good} "),
            format!("{good}="),
            format!("{good}<"),
            "data:image/png,abc".to_owned(),
            "https://shop.example/logo.png".to_owned(),
        ];
        for uri in table {
            assert!(Logo::read(&uri).is_err(), "{uri}");
        }
        let large = [png(1, 1), vec![0; MAX_BYTES]].concat();
        let refusal = Logo::read(&uri("png", &large)).unwrap_err();
        assert!(refusal.detail.contains("24602 bytes; at most 24576"), "{}", refusal.detail);
    }
}
