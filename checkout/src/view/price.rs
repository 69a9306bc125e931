//! A price as English-speaking buyers write it: `$49.00`, `CHF 1,200.00`. The same as the checkout's own `Intl` prints, so
//! that nothing moves when it takes over.

use crate::wire::Money;

/// Signs that stand at once before the figure; other currencies stand as their code and a space.
#[rustfmt::skip]
const SIGNS: [(&str, &str); 22] = [
    ("USD", "$"),   ("EUR", "€"),   ("GBP", "£"),   ("JPY", "¥"),   ("INR", "₹"),   ("CNY", "CN¥"), ("KRW", "₩"),   ("BRL", "R$"),
    ("CAD", "CA$"), ("AUD", "A$"),  ("NZD", "NZ$"), ("HKD", "HK$"), ("MXN", "MX$"), ("TWD", "NT$"), ("XCD", "EC$"), ("ILS", "₪"),
    ("PHP", "₱"),   ("VND", "₫"),
    // The space is one that does not break.
    ("XAF", "FCFA\u{a0}"), ("XOF", "F\u{202f}CFA\u{a0}"), ("XPF", "CFPF\u{a0}"), ("XCG", "Cg.\u{a0}"),
];

/// The price with its currency's sign and thousands in groups. Exact: digits are only set apart.
pub(super) fn print(money: &Money) -> String {
    let (whole, fraction) = money.amount.split_once('.').unwrap_or((&money.amount, ""));
    let mut figure = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            figure.push(',');
        }
        figure.push(digit);
    }
    if !fraction.is_empty() {
        figure.push('.');
        figure.push_str(fraction);
    }
    match SIGNS.iter().find(|(code, _)| *code == money.currency) {
        Some((_, sign)) => format!("{sign}{figure}"),
        None => format!("{}\u{a0}{figure}", money.currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_intl_does() {
        #[rustfmt::skip]
        let table: &[(&str, &str, &str)] = &[
            ("49.00",      "USD", "$49.00"),
            ("1234567.50", "USD", "$1,234,567.50"),
            ("5.00",       "EUR", "€5.00"),
            ("500",        "JPY", "¥500"),
            ("1500",       "JPY", "¥1,500"),
            ("1200.00",    "CHF", "CHF\u{a0}1,200.00"),
            ("1.234",      "KWD", "KWD\u{a0}1.234"),
            ("123456",     "XOF", "F\u{202f}CFA\u{a0}123,456"),
        ];
        for (amount, currency, expected) in table {
            let money = Money { amount: (*amount).to_owned(), currency: (*currency).to_owned() };
            assert_eq!(&print(&money), expected);
        }
    }
}
