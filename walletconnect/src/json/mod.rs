//! JSON as the protocol needs it: numbers keep their digits.
//!
//! The browser's parser would do, but for one thing: the relay's ids are integers of 19 digits, which it rounds. And with
//! one reader the tests read what the buyer's browser reads.

mod print;
mod read;

pub use print::{Object, list, quoted};
pub use read::{DEPTH_MAX, Malformed};

/// A JSON value. Of two fields with one name the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as its digits.
    Number(String),
    /// A text, without escapes.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// Names and values, in their order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads one JSON text.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        read::read(text)
    }

    /// A field of an object. Absent, `null` and not an object are the same: nothing.
    #[inline(never)]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Self::Object(fields) = self else { return None };
        let (_, value) = fields.iter().find(|(found, _)| found == name)?;
        (!matches!(value, Self::Null)).then_some(value)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is a whole one that fits, written as a number or as a text.
    #[inline(never)]
    pub fn as_integer(&self) -> Option<u64> {
        let (Self::Number(digits) | Self::Text(digits)) = self else { return None };
        // `parse` would take a sign too.
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    }

    /// Whether a field of an object is `true`.
    #[inline(never)]
    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Self::Bool(true)))
    }

    /// The entries of a list; none of anything else.
    pub fn items(&self) -> &[Value] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The fields of an object; none of anything else.
    pub fn fields(&self) -> &[(String, Value)] {
        if let Self::Object(fields) = self { fields } else { &[] }
    }

    /// A whole-number field of an object.
    #[inline(never)]
    pub fn integer_of(&self, name: &str) -> Option<u64> {
        self.get(name)?.as_integer()
    }

    /// The entries of a list in a field.
    #[inline(never)]
    pub fn items_of(&self, name: &str) -> &[Value] {
        self.get(name).map(Self::items).unwrap_or_default()
    }

    /// A text field of an object.
    #[inline(never)]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }
}
