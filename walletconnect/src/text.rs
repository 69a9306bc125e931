//! Bytes as text: hexadecimal for keys and topics, base58 for the client's name, base64 for envelopes and tokens.
//!
//! Written here and not taken from a crate: together they are a tenth of what `base64` alone adds to the module.

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
const BASE58_DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The parts as one text. The standard library's own is a kilobyte for each kind of list.
#[inline(never)]
pub fn concat(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number's digits. The standard library's own bring all of its formatting.
pub fn decimal(number: u64) -> String {
    let mut digits = [0; 20];
    let (mut rest, mut at) = (number, digits.len());
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            return digits[at..].iter().map(|digit| char::from(*digit)).collect();
        }
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(HEX_DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(HEX_DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads 32 bytes of hexadecimal, in either case; anything else is nothing.
pub fn read_hex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = pair else { return None };
        let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

/// Base58 with Bitcoin's alphabet.
pub fn base58(bytes: &[u8]) -> String {
    // Little-endian digits; each byte multiplies the number so far by 256.
    let mut digits: Vec<u8> = Vec::new();
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or_default();
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or_default());
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| 0);
    let digits = zeros.chain(digits.into_iter().rev());
    digits.map(|digit| char::from(BASE58_DIGITS[usize::from(digit)])).collect()
}

/// Base64 with padding, as in envelopes.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = digits64(bytes, *b"+/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Base64 for addresses, without padding, as in tokens.
pub fn base64_url(bytes: &[u8]) -> String {
    digits64(bytes, *b"-_")
}

fn digits64(bytes: &[u8], last: [u8; 2]) -> String {
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..=group.len() {
            let digit = u8::try_from(bits >> (18 - 6 * index) & 63).unwrap_or_default();
            text.push(char::from(match digit {
                0..26 => b'A' + digit,
                26..52 => b'a' + digit - 26,
                52..62 => b'0' + digit - 52,
                _ => last[usize::from(digit - 62)],
            }));
        }
    }
    text
}

/// Reads base64 with padding, strictly: there is one text for each bytes.
pub fn read_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_whole_or_not() {
        let bytes: [u8; 32] = std::array::from_fn(|index| u8::try_from(index * 8 + 3).unwrap());
        assert_eq!(read_hex32(&hex(&bytes)), Some(bytes));
        assert_eq!(read_hex32(&hex(&bytes).to_uppercase()), Some(bytes));
        for broken in ["", "00", &"0".repeat(63), &"0".repeat(65), &"g".repeat(64), &"é".repeat(32), &"+1".repeat(32)]
        {
            assert_eq!(read_hex32(broken), None, "{broken}");
        }
    }

    #[test]
    fn numbers_as_the_standard_library_writes_them() {
        for number in [0, 9, 10, 1_795_340_060_506_907_000, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }

    #[test]
    fn base58_as_others_write_it() {
        // Vectors of the base58 draft (draft-msporny-base58-03).
        assert_eq!(base58(b"Hello World!"), "2NEpo7TZRRrLZSi2U");
        assert_eq!(base58(&[0, 0, 0x28, 0x7f, 0xb4, 0xcd]), "11233QC4");
        assert_eq!(base58(&[]), "");
    }

    #[test]
    fn base64_as_the_specification_writes_it() {
        // RFC 4648, section 10, and the digits at the end of the alphabet.
        let table =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (bytes, text) in table {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(read_base64(text).unwrap(), bytes.as_bytes());
            assert_eq!(base64_url(bytes.as_bytes()), text.trim_end_matches('='));
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
        assert_eq!(base64_url(&[0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn base64_is_read_whole_or_not() {
        for broken in [
            "Z", "Zg", "Zg=", "Zg===", "Zm9v====", "=", "====", "Z===", "Zh==", "Zm9=", "Zm8-", "Zg==Zg==", "Zm 8=",
            "Zmé=",
        ] {
            assert_eq!(read_base64(broken), None, "{broken}");
        }
    }
}
