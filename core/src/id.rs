//! Ids and keys. Each carries its store's id, so that a request finds its object without a directory.
//!
//! | id | form | random bits |
//! |---|---|---|
//! | store | `st_` + 10 | 50 |
//! | product, quote, endpoint, key's name | `prod_`, `quo_`, `we_`, `key_` + store's 10 + 16 | 80 |
//! | event | `evt_` + store's 10 + its number's 8 + 8 | 40 |
//! | delivery | `del_` + store's 10 + its event's number's 8 + its endpoint's 8 | 0: only the seller's key can ask for one |
//! | invoice | `inv_` + store's 10 + 26 | 128 |
//! | key | `pk_live_`, `sk_live_` (`test` on a local chain) + store's 10 + `_` + 26 | 128 |
//!
//! The alphabet is Crockford's base 32 in lower case: no i, l, o or u.

use std::fmt;

use thiserror::Error;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const STORE_LENGTH: usize = 10;
const SHORT_LENGTH: usize = 16;
const LONG_LENGTH: usize = 26;
/// Of a short id, where it begins with a number: 2^40 rows are more than an object's storage holds.
const NUMBER_LENGTH: usize = 8;

/// The text is not an id of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a valid {0} id")]
pub struct InvalidId(pub &'static str);

/// Writes `length` base-32 digits from the bits of `bytes`, which the caller takes from a secure source.
fn encode(bytes: [u8; 16], length: usize) -> String {
    let mut bits = u128::from_be_bytes(bytes);
    let digit = |bits: u128| char::from(ALPHABET[usize::try_from(bits & 31).unwrap_or_default()]);
    (0..length)
        .map(|_| {
            let character = digit(bits);
            bits >>= 5;
            character
        })
        .collect()
}

/// Writes a number up to 2^40 in the alphabet, so that ids sort as their numbers do.
fn encode_number(number: u64) -> String {
    let digit = |place: usize| char::from(ALPHABET[usize::try_from((number >> (5 * place)) & 31).unwrap_or_default()]);
    (0..NUMBER_LENGTH).rev().map(digit).collect()
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// A store's ten digits, as they stand in all its ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(String);

impl StoreId {
    /// Makes an id from random bytes.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(encode(bytes, STORE_LENGTH))
    }

    /// Reads `st_…`.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        text.strip_prefix("st_").and_then(Self::from_digits).ok_or(InvalidId("store"))
    }

    fn from_digits(digits: &str) -> Option<Self> {
        is_digits(digits, STORE_LENGTH).then(|| Self(digits.to_owned()))
    }

    /// The ten digits alone, the name of the store's object.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "st_{}", self.0)
    }
}

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// `inv_`
    Invoice,
    /// `prod_`
    Product,
    /// `quo_`
    Quote,
    /// `we_`
    WebhookEndpoint,
    /// `evt_`
    Event,
    /// `del_`
    Delivery,
    /// `key_`: names a key, and is none.
    Key,
}

impl IdKind {
    const fn form(self) -> (&'static str, usize, &'static str) {
        match self {
            Self::Invoice => ("inv_", LONG_LENGTH, "invoice"),
            Self::Product => ("prod_", SHORT_LENGTH, "product"),
            Self::Quote => ("quo_", SHORT_LENGTH, "quote"),
            Self::WebhookEndpoint => ("we_", SHORT_LENGTH, "webhook endpoint"),
            Self::Event => ("evt_", SHORT_LENGTH, "event"),
            Self::Delivery => ("del_", SHORT_LENGTH, "delivery"),
            Self::Key => ("key_", SHORT_LENGTH, "key"),
        }
    }

    /// Makes an id of this kind for `store` from random bytes.
    pub fn from_random(self, store: &StoreId, bytes: [u8; 16]) -> String {
        let (prefix, length, _) = self.form();
        format!("{prefix}{}{}", store.0, encode(bytes, length))
    }

    /// Makes an id that begins with a number and ends at random: rows that are numbered anyway are found by it without an
    /// index. Numbers up to 2^40.
    pub fn numbered(self, store: &StoreId, number: u64, bytes: [u8; 16]) -> String {
        let (prefix, length, _) = self.form();
        format!("{prefix}{}{}{}", store.0, encode_number(number), encode(bytes, length - NUMBER_LENGTH))
    }

    /// Makes a short id of two numbers, for what two numbered rows name together. Numbers up to 2^40.
    pub fn paired(self, store: &StoreId, first: u64, second: u64) -> String {
        let (prefix, _, _) = self.form();
        format!("{prefix}{}{}{}", store.0, encode_number(first), encode_number(second))
    }

    /// The number that an id made by [`Self::numbered`] begins with, if the text is an id of this kind.
    pub fn number_of(self, id: &str) -> Result<u64, InvalidId> {
        self.number_at(id, 0)
    }

    /// The numbers of an id made by [`Self::paired`], if the text is an id of this kind.
    pub fn pair_of(self, id: &str) -> Result<(u64, u64), InvalidId> {
        Ok((self.number_at(id, 0)?, self.number_at(id, NUMBER_LENGTH)?))
    }

    fn number_at(self, id: &str, place: usize) -> Result<u64, InvalidId> {
        self.store_of(id)?;
        let (prefix, _, name) = self.form();
        let digits = id.get(prefix.len() + STORE_LENGTH + place..).and_then(|rest| rest.get(..NUMBER_LENGTH));
        let value = |digit: u8| ALPHABET.iter().position(|known| *known == digit).and_then(|at| u64::try_from(at).ok());
        let read = |number: u64, digit: u8| Some((number << 5) + value(digit)?);
        digits.and_then(|digits| digits.bytes().try_fold(0, read)).ok_or(InvalidId(name))
    }

    /// The store that an id of this kind belongs to, if the text is one.
    pub fn store_of(self, id: &str) -> Result<StoreId, InvalidId> {
        let (prefix, length, name) = self.form();
        let digits = id.strip_prefix(prefix).filter(|digits| is_digits(digits, STORE_LENGTH + length));
        digits.and_then(|digits| StoreId::from_digits(&digits[..STORE_LENGTH])).ok_or(InvalidId(name))
    }
}

/// Who a key lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// `pk_`: may sit in a page.
    Public,
    /// `sk_`: the seller's server.
    Secret,
}

/// A store's key. Its `Debug` shows whose it is, never the key.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Public or secret.
    pub kind: KeyKind,
    /// The store it belongs to.
    pub store: StoreId,
    text: String,
}

impl ApiKey {
    /// Makes a key from random bytes; `live` says whether real money is at stake.
    pub fn from_random(kind: KeyKind, live: bool, store: &StoreId, bytes: [u8; 16]) -> Self {
        let prefix = match kind {
            KeyKind::Public => "pk",
            KeyKind::Secret => "sk",
        };
        let mode = if live { "live" } else { "test" };
        let text = format!("{prefix}_{mode}_{}_{}", store.0, encode(bytes, LONG_LENGTH));
        Self { kind, store: store.clone(), text }
    }

    /// Reads a key's form; whether it is valid only the store's object knows.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let kind = match parts.next()? {
            "pk" => KeyKind::Public,
            "sk" => KeyKind::Secret,
            _ => return None,
        };
        if !matches!(parts.next()?, "live" | "test") {
            return None;
        }
        let store = StoreId::from_digits(parts.next()?)?;
        let ends_well = is_digits(parts.next()?, LONG_LENGTH) && parts.next().is_none();
        ends_well.then(|| Self { kind, store, text: text.to_owned() })
    }

    /// The whole key.
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ApiKey({:?}, {})", self.kind, self.store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> StoreId {
        StoreId::from_random([7; 16])
    }

    #[test]
    fn ids_name_their_store() {
        use IdKind::*;
        for kind in [Invoice, Product, Quote, WebhookEndpoint, Event, Delivery, Key] {
            let id = kind.from_random(&store(), [0xA5; 16]);
            assert_eq!(kind.store_of(&id), Ok(store()), "{id}");
            for other in [Invoice, Product, Quote, WebhookEndpoint, Event, Delivery, Key] {
                assert_eq!(other.store_of(&id).is_ok(), other == kind);
            }
            assert!(kind.store_of(&id.to_uppercase()).is_err());
            assert!(kind.store_of(&id[..id.len() - 1]).is_err());
            assert!(kind.store_of(&format!("{id}0")).is_err());
        }
        assert_eq!(StoreId::parse(&store().to_string()), Ok(store()));
        assert_eq!(format!("st_{}", store().digits()), store().to_string());
    }

    #[test]
    fn numbered_ids_give_their_number_back() {
        for number in [0, 1, 31, 32, 0x00FF_0000_00A5, (1 << 40) - 1] {
            let id = IdKind::Event.numbered(&store(), number, [0xA5; 16]);
            assert_eq!((IdKind::Event.store_of(&id), IdKind::Event.number_of(&id)), (Ok(store()), Ok(number)), "{id}");
            assert_eq!(id.len(), IdKind::Event.from_random(&store(), [0; 16]).len());
            assert!(IdKind::Delivery.number_of(&id).is_err());
            assert!(IdKind::Event.number_of(&id[1..]).is_err());
        }
        let id = |number| IdKind::Event.numbered(&store(), number, [0; 16]);
        assert!(id(31) < id(32) && id(32) < id(1 << 20), "they sort as they were made");
        assert_ne!(id(1), IdKind::Event.numbered(&store(), 1, [1; 16]), "and can't be guessed from one another");
    }

    #[test]
    fn paired_ids_give_both_numbers_back() {
        for pair in [(0, 0), (1, 0), (0, 1), (33, (1 << 40) - 1), ((1 << 40) - 1, 33)] {
            let id = IdKind::Delivery.paired(&store(), pair.0, pair.1);
            assert_eq!(
                (IdKind::Delivery.store_of(&id), IdKind::Delivery.pair_of(&id)),
                (Ok(store()), Ok(pair)),
                "{id}"
            );
            assert!(IdKind::Event.pair_of(&id).is_err());
            assert!(IdKind::Delivery.pair_of(&id[..id.len() - 1]).is_err());
        }
    }

    #[test]
    fn invoice_ids_carry_128_random_bits() {
        let id = |bit: u32| IdKind::Invoice.from_random(&store(), (1u128 << bit).to_be_bytes());
        let mut ids: Vec<String> = (0..128).map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 128, "every bit shows in the id");
    }

    #[test]
    fn keys() {
        for kind in [KeyKind::Public, KeyKind::Secret] {
            let key = ApiKey::from_random(kind, false, &store(), [9; 16]);
            assert_eq!(ApiKey::parse(key.reveal()), Some(key.clone()));
            assert_eq!(format!("{key:?}"), format!("ApiKey({kind:?}, {})", store()), "says whose, and not which");
        }
        for text in [
            "",
            "pk",
            "pk_live_",
            "pk_live_abc_def",
            "xx_live_0000000000_00000000000000000000000000",
            "pk_prod_0000000000_00000000000000000000000000",
            "pk_live_0000000000_00000000000000000000000000_",
            "pk_live_000000000u_00000000000000000000000000",
        ] {
            assert!(ApiKey::parse(text).is_none(), "{text}");
        }
    }
}
