//! Prices and times as people of a language write them, by the platform's own `Intl`: the browser has it, and so has the
//! Workers runtime. Digits are the Latin ones in every language: the amounts beside them, which wallets and exchanges take,
//! have no others.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::text::spoken;
use crate::wire::Money;

/// Asks for Latin digits.
const LATIN_DIGITS: &str = "-u-nu-latn";

/// Begin and end what is read from left to right, whatever stands around it (Unicode's isolates).
const LEFT_TO_RIGHT: &str = "\u{2066}";
const ISOLATE_END: &str = "\u{2069}";

fn locale() -> JsValue {
    JsValue::from_str(&[spoken().tag, LATIN_DIGITS].concat())
}

fn options(fields: &[(&str, JsValue)]) -> Object {
    let options = Object::new();
    for (name, value) in fields {
        // Setting a field of a fresh object can't fail.
        _ = Reflect::set(&options, &JsValue::from_str(name), value);
    }
    options
}

/// A price. `Intl` takes the decimal string as it is, exactly.
pub fn price(money: &Money) -> String {
    // Its own rule would round some currencies (49.50 HUF): as many decimals as came are shown.
    let decimals = money.amount.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let decimals: JsValue = u32::try_from(decimals).unwrap_or_default().into();
    let options = options(&[
        ("style", "currency".into()),
        ("currency", money.currency.as_str().into()),
        ("minimumFractionDigits", decimals.clone()),
        ("maximumFractionDigits", decimals),
    ]);
    let format: Function = Intl::NumberFormat::new(&Array::of1(&locale()), &options).format();
    let printed = format.call1(&JsValue::UNDEFINED, &money.amount.as_str().into());
    let printed = printed.ok().and_then(|text| text.as_string());
    let printed = printed.unwrap_or_else(|| [&money.amount, " ", &money.currency].concat());
    // As `US$` in Arabic: what stands around it would turn the sign to the other side.
    if spoken().is_rtl { [LEFT_TO_RIGHT, &printed, ISOLATE_END].concat() } else { printed }
}

/// A time, in the time zone of that name or else in that of the device.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay far below 2^53")]
pub fn time(time_ms: i64, zone: Option<&str>) -> String {
    let zone = zone.map_or(JsValue::UNDEFINED, JsValue::from_str);
    let options = options(&[("dateStyle", "medium".into()), ("timeStyle", "short".into()), ("timeZone", zone)]);
    let locale = [spoken().tag, LATIN_DIGITS].concat();
    Date::new(&(time_ms as f64).into()).to_locale_string(&locale, &options).into()
}
