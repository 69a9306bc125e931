//! Mutation without coverage, for the share that runs in `cargo test`: the same inputs on every machine.

/// Longer inputs find nothing that shorter ones don't, and cost time.
const MAX_LENGTH: usize = 4_096;

/// What parsers trip over.
const TOKENS: &[&str] = &[
    "0",
    "-1",
    "1e9",
    "0x",
    ".",
    "..",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "null",
    "true",
    "\\u0000",
    "é",
    "\u{202e}",
    " ",
    "\n",
    "18446744073709551615",
    "340282366920938463463374607431768211455",
    "1000000000000000000000000000000000000",
    "9007199254740993",
    "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "-9223372036854775808",
    "9223372036854775807",
    "eip155:",
    "/erc20:",
    "@",
    "https://",
    "127.0.0.1",
    "%",
    "&",
    "=",
];

/// Xorshift: small, fast and the same everywhere.
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 11).unwrap_or_default() % limit.max(1)
    }
}

/// A seed with one to eight changes.
pub fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len() + 1);
        match random.below(7) {
            0 => bytes.insert(at, random.next().to_le_bytes()[0]),
            1 => _ = bytes.drain(at..(at + random.below(16)).min(bytes.len())),
            2 => {
                let token = TOKENS[random.below(TOKENS.len())].bytes();
                bytes.splice(at..at, token);
            }
            3 => {
                let end = (at + 1 + random.below(8)).min(bytes.len());
                let token = TOKENS[random.below(TOKENS.len())].bytes();
                bytes.splice(at.min(end)..end, token);
            }
            4 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(64)).min(other.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
        }
    }
    bytes.truncate(MAX_LENGTH);
    bytes
}
