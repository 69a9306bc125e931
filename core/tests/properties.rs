//! What holds for every text and every history, not only for the examples in the unit tests: parsers never panic, take
//! exactly what they print, refuse what is out of range and change no digit; an invoice is what its facts say.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails with the right line")]

mod invoice_model;
mod readers;

use groat_core::asset::{ASSETS, AssetId, CHAINS, ChainId, asset_info, chain_info};
use groat_core::evm::{Address, parse_address, parse_payout_address, payment_call};
use groat_core::id::{ApiKey, IdKind, KeyKind, StoreId};
use groat_core::money::{
    Amount, Currency, MAX_BASE_UNITS, MAX_DECIMALS, MAX_MINOR_UNITS, Price, Rate, parse_decimal, print_decimal,
};
use groat_core::quote::{quoted_amount, quoted_part};
use groat_core::time::print_rfc3339;
use groat_core::uri::{eip681, plain_address};
use groat_core::webhook::WebhookSecret;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::collection::vec;
use proptest::prelude::*;
use readers::{Paid, fraction, read_eip681, read_rfc3339, read_transfer};

/// Texts that are nearly numbers, and some that are anything.
fn number_like() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?",
        3 => "[0-9.]{0,50}",
        2 => "[-+0-9.eE, _xX]{0,20}",
        1 => ".{0,60}",
    ]
}

fn scaled(text: &str, decimals: u8) -> Option<BigRational> {
    Some(fraction(text)? * BigRational::from_integer(BigInt::from(10).pow(u32::from(decimals))))
}

fn kinds() -> [IdKind; 6] {
    use IdKind::{Delivery, Event, Invoice, Product, Quote, WebhookEndpoint};
    [Invoice, Product, Quote, WebhookEndpoint, Event, Delivery]
}

#[test]
fn everything_listed_is_found_by_its_id() {
    for chain in &CHAINS {
        assert_eq!(chain_info(chain.id).map(|found| found.name), Some(chain.name));
    }
    for asset in &ASSETS {
        assert_eq!(asset_info(asset.id).map(|found| (found.id, found.name)), Some((asset.id, asset.name)));
    }
    let nowhere = ChainId::Eip155(2);
    assert!(chain_info(nowhere).is_none() && asset_info(AssetId { chain: nowhere, ..ASSETS[0].id }).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every history gives the invoice that its facts give.
    #[test]
    fn an_invoice_is_what_its_facts_say(story in vec(any::<u8>(), 0..320)) {
        invoice_model::run(&story);
    }

    #[test]
    fn decimals_are_exact_or_refused(text in number_like(), decimals in 0u8..=MAX_DECIMALS) {
        if let Ok(value) = parse_decimal(&text, decimals) {
            prop_assert_eq!(Some(BigRational::from_integer(value.into())), scaled(&text, decimals), "{}", text);
            let printed = print_decimal(value, decimals, 0);
            prop_assert_eq!(parse_decimal(&printed, decimals), Ok(value));
            prop_assert_eq!(fraction(&printed), fraction(&text), "the printed number is the number");
        } else {
            // What is a plain number with few enough decimals is refused only when it is too large.
            let plain = fraction(&text).filter(|_| text == "0" || text.starts_with("0.") || !text.starts_with('0'));
            let few = text.split_once('.').is_none_or(|(_, digits)| digits.len() <= usize::from(decimals));
            let most = BigRational::from_integer(u128::MAX.into());
            prop_assert!(plain.is_none() || !few || scaled(&text, decimals).is_some_and(|value| value > most), "{}", text);
        }
    }

    #[test]
    fn amounts_are_exact_or_refused(text in number_like(), decimals in 0u8..=MAX_DECIMALS) {
        if let Ok(amount) = Amount::parse(&text, decimals) {
            prop_assert!(amount.to_base_units() <= MAX_BASE_UNITS);
            prop_assert_eq!(Some(BigRational::from_integer(amount.to_base_units().into())), scaled(&text, decimals));
            prop_assert_eq!(Amount::parse(&amount.print(decimals, 0), decimals), Ok(amount));
        }
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).ok(), Amount::parse_base_units(&text).ok());
    }

    #[test]
    fn amounts_add_and_subtract_within_their_range(one in 0..=MAX_BASE_UNITS, other in 0..=MAX_BASE_UNITS) {
        let [a, b] = [one, other].map(|units| Amount::from_base_units(units).unwrap());
        prop_assert_eq!(a.checked_add(b).map(Amount::to_base_units), Some(one + other).filter(|sum| *sum <= MAX_BASE_UNITS));
        prop_assert_eq!(a.saturating_sub(b).to_base_units(), one.saturating_sub(other));
        prop_assert_eq!(serde_json::from_str::<Amount>(&serde_json::to_string(&a).unwrap()).unwrap(), a);
        prop_assert_eq!(a.is_zero(), one == 0);
    }

    #[test]
    fn prices_are_exact_or_refused(text in number_like(), code in prop_oneof![Just("USD"), Just("JPY"), Just("KWD"), Just("CLF"), "[A-Za-z ]{0,4}".prop_map(|code| &*code.leak())]) {
        if let Ok(price) = Price::parse(&text, code) {
            let exponent = price.currency().exponent();
            prop_assert!((1..=MAX_MINOR_UNITS).contains(&price.to_minor_units()));
            let currency = price.currency();
            prop_assert_eq!(currency.code(), code);
            prop_assert_eq!(Some(BigRational::from_integer(price.to_minor_units().into())), scaled(&text, exponent));
            prop_assert_eq!(fraction(&price.print_amount()), fraction(&text));
            prop_assert_eq!(serde_json::from_str::<Price>(&serde_json::to_string(&price).unwrap()).unwrap(), price);
        }
        prop_assert_eq!(Currency::parse(code).is_ok(), Price::parse("1", code).is_ok());
    }

    /// A rate keeps eighteen decimals of what was sent, never rounds up, and prints what it keeps.
    #[test]
    fn rates_are_what_was_sent(text in number_like()) {
        if let Ok(rate) = Rate::parse(&text) {
            let kept = BigRational::new(rate.mantissa().into(), Rate::scale().into());
            let sent = fraction(&text).unwrap();
            let below = &sent - &kept;
            prop_assert!(below >= BigRational::from_integer(0.into()) && below < BigRational::new(1.into(), Rate::scale().into()));
            prop_assert!(rate.mantissa() > 0 && kept <= BigRational::from_integer(1_000_000_000_000u64.into()));
            prop_assert_eq!(Rate::parse(&rate.print()), Ok(rate));
            prop_assert_eq!(serde_json::from_str::<Rate>(&serde_json::to_string(&rate).unwrap()).unwrap(), rate);
        }
        if let Ok(inverse) = Rate::parse_inverse(&text) {
            let per_coin = Rate::parse(&text).unwrap();
            let exact = BigRational::new((Rate::scale()).into(), per_coin.mantissa().into());
            let kept = BigRational::new(inverse.mantissa().into(), Rate::scale().into());
            let below = exact - kept;
            prop_assert!(below >= BigRational::from_integer(0.into()) && below < BigRational::new(1.into(), Rate::scale().into()));
        }
    }

    #[test]
    fn rates_compare_as_fractions_do(one in 1u128..1_000_000_000_000_000_000_000, other in 1u128..1_000_000_000_000_000_000_000, basis_points in 0u32..30_000) {
        let [a, b] = [one, other].map(|mantissa| Rate::parse(&print_decimal(mantissa, 18, 0)).unwrap());
        let (low, high) = (one.min(other), one.max(other));
        let apart = BigRational::new((high - low).into(), low.into());
        prop_assert_eq!(a.agrees_with(b, basis_points), apart <= BigRational::new(basis_points.into(), 10_000.into()));
        prop_assert_eq!(a.midpoint(b), b.midpoint(a));
        let middle = a.midpoint(b).mantissa();
        prop_assert!(middle - low <= high - middle && high - middle <= middle - low + 1);
    }

    /// A quote covers its part of the price, and one step less would not.
    #[test]
    fn quotes_cover_what_they_are_for(minor in 1u128..=MAX_MINOR_UNITS, share in 1u64..=1_000_000_000_000_000_000, mantissa in 1_000_000u128..1_000_000_000_000_000_000_000_000, which in 0..ASSETS.len(), code in prop_oneof![Just("USD"), Just("JPY"), Just("KWD")]) {
        let exponent = Currency::parse(code).unwrap().exponent();
        let price = Price::parse(&print_decimal(minor, exponent, exponent), code).unwrap();
        let rate = Rate::parse(&print_decimal(mantissa, 18, 0)).unwrap();
        let asset = &ASSETS[which];
        let full: u64 = 1_000_000_000_000_000_000;
        let ratio = |over: BigInt, under: BigInt| BigRational::new(over, under);
        let ten = |power: u8| BigInt::from(10).pow(u32::from(power));
        let exact = ratio(minor.into(), ten(exponent)) * ratio(share.into(), full.into()) * ratio(Rate::scale().into(), mantissa.into())
            * BigRational::from_integer(ten(asset.decimals));
        let step = BigRational::from_integer(ten(asset.decimals - asset.quote_decimals));
        match quoted_part(price, share, rate, asset) {
            Ok(amount) => {
                let amount_exact = BigRational::from_integer(amount.to_base_units().into());
                prop_assert!(amount_exact >= exact && &amount_exact - &step < exact);
                prop_assert!((amount_exact / step).is_integer());
                if share == full { prop_assert_eq!(quoted_amount(price, rate, asset), Ok(amount)); }
            }
            Err(_) => prop_assert!(exact + step > BigRational::from_integer(MAX_BASE_UNITS.into())),
        }
    }

    #[test]
    fn ids_have_one_spelling(text in prop_oneof![
        "(eip155:)?[0-9]{0,22}(/)?(slip44|erc20)?:?.{0,44}",
        "eip155:[1-9][0-9]{0,6}/slip44:[0-9]{1,11}",
        "eip155:[1-9][0-9]{0,20}/erc20:0x[0-9a-f]{40}",
        "(eip155|bip122|EIP155):[0-9+]{0,20}",
    ]) {
        if let Ok(asset) = text.parse::<AssetId>() {
            prop_assert_eq!(asset.to_string(), text.to_lowercase());
            prop_assert_eq!(asset.to_string().parse::<AssetId>(), Ok(asset));
            prop_assert_eq!(serde_json::from_str::<AssetId>(&serde_json::to_string(&asset).unwrap()).unwrap(), asset);
        }
        if let Ok(chain) = text.parse::<ChainId>() {
            prop_assert!(chain.evm_number() > 0);
            prop_assert_eq!(chain.to_string(), text);
        }
    }

    #[test]
    fn addresses_are_taken_whole_or_refused(bytes: [u8; 20], flip in 0usize..40, text in "(0x)?[0-9a-fA-F]{38,42}") {
        let address = Address::from(bytes);
        let checksummed = address.to_checksum(None);
        let lower = checksummed.to_lowercase();
        prop_assert_eq!(parse_address(&checksummed), Ok(address));
        prop_assert_eq!(parse_address(&lower), Ok(address));
        prop_assert_eq!(parse_payout_address(&lower).is_ok(), bytes != [0; 20]);
        // A letter in the other case breaks the checksum, unless it was the only capital.
        let mut other: Vec<u8> = checksummed.bytes().collect();
        if other[flip + 2].is_ascii_alphabetic() {
            other[flip + 2] ^= 0x20;
            let other = String::from_utf8(other).unwrap();
            prop_assert_eq!(parse_address(&other).is_ok(), other == lower);
        }
        if let Ok(address) = parse_address(&text) {
            prop_assert_eq!(address.to_checksum(None).to_lowercase(), text.to_lowercase());
        }
    }

    #[test]
    fn groat_ids_name_their_store_and_nothing_else(store: [u8; 16], bytes: [u8; 16], other: [u8; 16], at in 0usize..64, with in any::<char>()) {
        let store = StoreId::from_random(store);
        prop_assert_eq!(StoreId::parse(&store.to_string()), Ok(store.clone()));
        prop_assert_eq!(format!("st_{}", store.digits()), store.to_string());
        for kind in kinds() {
            let id = kind.from_random(&store, bytes);
            prop_assert_eq!(kind.store_of(&id), Ok(store.clone()));
            prop_assert_eq!(kinds().iter().filter(|kind| kind.store_of(&id).is_ok()).count(), 1);
            let mut characters: Vec<char> = id.chars().collect();
            let at = at % characters.len();
            characters[at] = with;
            let damaged: String = characters.into_iter().collect();
            let is_digit = with.is_ascii_digit() || (with.is_ascii_lowercase() && !"ilou".contains(with));
            if !is_digit && damaged != id { prop_assert!(kind.store_of(&damaged).is_err(), "{}", damaged); }
        }
        let invoice = |bytes| IdKind::Invoice.from_random(&store, bytes);
        prop_assert_eq!(invoice(bytes) == invoice(other), bytes == other, "all 128 bits are in the id");
        for kind in [KeyKind::Public, KeyKind::Secret] {
            for live in [true, false] {
                let key = ApiKey::from_random(kind, live, &store, bytes);
                prop_assert_eq!(ApiKey::parse(key.reveal()), Some(key.clone()));
                prop_assert_eq!(key.reveal().contains("_live_"), live);
                let shown = format!("{key:?}");
                prop_assert!(shown.contains(store.digits()), "a log can tell whose key it was: {}", shown);
                prop_assert!(!shown.contains(&key.reveal()[19..]));
            }
        }
    }

    #[test]
    fn nothing_panics_on_any_text(text in ".{0,80}") {
        let _ = (text.parse::<AssetId>(), text.parse::<ChainId>(), StoreId::parse(&text), parse_payout_address(&text));
        let _ = (Rate::parse(&text), Rate::parse_inverse(&text), Currency::parse(&text), Price::parse(&text, &text));
        let _ = kinds().map(|kind| kind.store_of(&text));
        if let Some(key) = ApiKey::parse(&text) { prop_assert_eq!(key.reveal(), text.as_str()); }
        if let Ok(secret) = WebhookSecret::parse(&text) { prop_assert_eq!(secret.reveal(), text); }
    }

    #[test]
    fn times_read_back_as_they_were(time_ms in prop_oneof![-62_135_596_800_000i64..253_402_300_800_000, any::<i64>()]) {
        let printed = print_rfc3339(time_ms);
        // Four digits of the year are what RFC 3339 has; beyond them it only must not panic.
        if (-62_135_596_800_000..253_402_300_800_000).contains(&time_ms) {
            prop_assert_eq!(read_rfc3339(&printed), Some(time_ms), "{}", printed);
            prop_assert_eq!(printed.contains('.'), time_ms.rem_euclid(1_000) != 0);
        }
    }

    #[test]
    fn webhook_secrets_read_back_and_sign_apart(bytes in vec(any::<u8>(), 0..80), id in "[a-z_0-9]{1,20}", timestamp: i64, body in ".{0,60}", other in ".{0,60}") {
        match WebhookSecret::from_bytes(&bytes) {
            Ok(secret) => {
                prop_assert!((24..=64).contains(&bytes.len()));
                let read = WebhookSecret::parse(&secret.reveal()).unwrap();
                prop_assert!(read == secret);
                prop_assert_eq!(secret.sign(&id, timestamp, &body), read.sign(&id, timestamp, &body));
                prop_assert_eq!(secret.sign(&id, timestamp, &body) == secret.sign(&id, timestamp, &other), body == other);
                prop_assert_ne!(secret.sign(&id, timestamp, &body), secret.sign(&id, timestamp ^ 1, &body));
                let mut another = bytes.clone();
                another[0] ^= 1;
                prop_assert_ne!(secret.sign(&id, timestamp, &body), WebhookSecret::from_bytes(&another).unwrap().sign(&id, timestamp, &body));
            }
            Err(_) => prop_assert!(!(24..=64).contains(&bytes.len())),
        }
    }

    /// What a wallet reads out of a URI or of a call's data is the payment that was meant.
    #[test]
    fn wallets_read_the_payment_that_was_meant(to: [u8; 20], units in 0..=MAX_BASE_UNITS, which in 0..ASSETS.len()) {
        let (asset, to, amount) = (ASSETS[which].id, Address::from(to), Amount::from_base_units(units).unwrap());
        let meant = Paid { asset, to, base_units: units };
        prop_assert_eq!(read_eip681(&eip681(asset, to, amount)), Some(meant));
        prop_assert_eq!(parse_address(&plain_address(to)), Ok(to));
        let call = payment_call(asset, to, amount);
        prop_assert_eq!(read_transfer(asset.chain, call.to, call.value.to_base_units(), &call.data), Some(meant));
    }
}
