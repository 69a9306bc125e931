//! The few questions a reader asks of parsed JSON; the browser's answers, and those of `serde_json`.

#[cfg(feature = "browser")]
use wasm_bindgen::JsValue;

/// Parsed JSON. An absent field and a `null` one are the same: nothing.
pub trait Json: Sized {
    /// A field of an object.
    fn field(&self, name: &str) -> Option<Self>;
    /// The text, if it is one.
    fn text(&self) -> Option<String>;
    /// The number, if it is one without a fraction, not negative and exactly representable.
    fn integer(&self) -> Option<u64>;
    /// Whether it is `true`.
    fn is_true(&self) -> bool;
    /// The entries, if it is a list.
    fn items(&self) -> Option<Vec<Self>>;
    /// The value as JSON text.
    fn print(&self) -> String;
}

/// The edge's answer is not what this checkout was built for. Names the first field that is missing or not as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Whole numbers above this are not exact in JSON as browsers read it: 2^53 - 1.
#[cfg(feature = "browser")]
const INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

#[cfg(feature = "browser")]
impl Json for JsValue {
    fn field(&self, name: &str) -> Option<Self> {
        // Reflect refuses what is not an object; then there is no such field.
        let value = js_sys::Reflect::get(self, &Self::from_str(name)).ok()?;
        (!value.is_null() && !value.is_undefined()).then_some(value)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: whole, and 0 to 2^53 - 1")]
    fn integer(&self) -> Option<u64> {
        let number = self.as_f64()?;
        ((0.0..=INTEGER_MAX).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    }

    fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }

    fn items(&self) -> Option<Vec<Self>> {
        js_sys::Array::is_array(self).then(|| js_sys::Array::from(self).to_vec())
    }

    fn print(&self) -> String {
        js_sys::JSON::stringify(self).map(String::from).unwrap_or_default()
    }
}

#[cfg(any(test, feature = "serde"))]
impl Json for serde_json::Value {
    fn field(&self, name: &str) -> Option<Self> {
        self.get(name).filter(|value| !value.is_null()).cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn integer(&self) -> Option<u64> {
        self.as_u64()
    }

    fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }

    fn print(&self) -> String {
        self.to_string()
    }
}
