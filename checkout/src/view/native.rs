//! Prices and times where the platform has no `Intl`: in tests that run natively, which read pages in English. What buyers
//! see is printed by `intl.rs`.

use crate::wire::Money;
use groat_core::time::print_rfc3339;

/// `$1,049.00`, or the code of any other currency before the figure.
pub(super) fn price(money: &Money) -> String {
    let (whole, fraction) = money.amount.split_once('.').unwrap_or((&money.amount, ""));
    let mut figure = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            figure.push(',');
        }
        figure.push(digit);
    }
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if money.currency == "USD" { "$".to_owned() } else { format!("{}\u{a0}", money.currency) };
    [sign.as_str(), &figure, point, fraction].concat()
}

/// The time in RFC 3339, which is UTC.
pub(super) fn time(time_ms: i64, _zone: Option<&str>) -> String {
    print_rfc3339(time_ms)
}
