//! ISO 4217 currency codes and their exponents (decimals of the minor unit).

use thiserror::Error;

/// The code is not an active ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("currency is not an ISO 4217 code; use one such as USD, EUR or JPY, in capitals")]
pub struct UnknownCurrency;

/// An active ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// Finds a currency by its three capital letters.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        let code: [u8; 3] = code.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        let listed = |codes: &str| codes.as_bytes().chunks(4).any(|listed| listed[..3] == code);
        let exponent = EXPONENTS.iter().find(|(_, codes)| listed(codes)).map(|(exponent, _)| *exponent);
        exponent.map(|exponent| Self { code, exponent }).ok_or(UnknownCurrency)
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        // Only ASCII codes from the table below are ever held.
        core::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.
    pub const fn exponent(&self) -> u8 {
        self.exponent
    }
}

/// ISO 4217 list one, national currencies with a minor unit, by exponent.
const EXPONENTS: [(u8, &str); 4] = [
    (
        2,
        "USD EUR GBP CHF CAD AUD NZD CNY HKD SGD BRL MXN INR SEK NOK DKK PLN CZK HUF RON BGN TRY ILS ZAR THB MYR IDR \
         PHP TWD AED SAR ARS COP PEN UAH KZT GEL AMD AZN EGP MAD NGN KES GHS TZS PKR BDT LKR NPR MMK KHR LAK MNT UZS \
         KGS TJS TMT AFN IRR SYP LBP YER QAR ALL BAM MKD MDL RSD BYN RUB AOA BWP CDF CVE DZD ERN ETB GMD LRD LSL MGA \
         MRU MUR MVR MWK MZN NAD SCR SDG SHP SLE SOS SSP STN SZL ZMW ZWG BBD BMD BND BOB BSD BTN BZD CRC CUP DOP FJD \
         FKP GIP GTQ GYD HNL HTG JMD KPW KYD MOP NIO PAB PGK SBD SRD SVC TOP TTD UYU VES WST XCD XCG AWG",
    ),
    (0, "JPY KRW VND CLP ISK PYG UGX XAF XOF XPF BIF DJF GNF KMF RWF VUV"),
    (3, "KWD BHD OMR JOD TND IQD LYD"),
    (4, "CLF UYW"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_codes_and_exponents() {
        for (code, exponent) in [("USD", 2), ("AWG", 2), ("JPY", 0), ("VUV", 0), ("KWD", 3), ("CLF", 4), ("UYW", 4)] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!((currency.code(), currency.exponent()), (code, exponent));
        }
        for code in ["", "US", "USDT", "usd", "SD ", "D E", "BTC", "XXX", "ÄÖ"] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency), "{code:?}");
        }
    }

    #[test]
    fn lists_each_code_once() {
        let mut codes: Vec<&str> = EXPONENTS.iter().flat_map(|(_, codes)| codes.split(' ')).collect();
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        let listed = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), listed);
    }
}
