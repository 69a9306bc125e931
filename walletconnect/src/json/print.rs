//! Prints JSON without spaces: values that were read, and objects field by field.
//!
//! Objects are written straight into text: building them as values first made the module 2 kB (brotli) heavier.

use super::Value;
use crate::text::decimal;

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

impl Value {
    /// The value as JSON.
    pub fn print(&self) -> String {
        let mut out = String::new();
        value(&mut out, self);
        out
    }
}

/// An object that is being written.
#[derive(Debug)]
pub struct Object(String);

impl Default for Object {
    fn default() -> Self {
        Self::new()
    }
}

impl Object {
    /// With no field yet.
    pub fn new() -> Self {
        Self(String::from("{"))
    }

    /// With what JSON-RPC puts first: the id, as JSON, and the version.
    pub fn rpc(id: &str) -> Self {
        let mut object = Self::new();
        object.raw("id", id).text("jsonrpc", "2.0");
        object
    }

    /// A field that is JSON already.
    #[inline(never)]
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        text(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// A text.
    #[inline(never)]
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.raw(name, &quoted(value))
    }

    /// A text, or `null`.
    #[inline(never)]
    pub fn optional(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value { self.text(name, value) } else { self.raw(name, "null") }
    }

    /// A whole number.
    #[inline(never)]
    pub fn integer(&mut self, name: &str, number: u64) -> &mut Self {
        self.raw(name, &decimal(number))
    }

    /// `true` or `false`.
    #[inline(never)]
    pub fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str, texts: &[String]) -> &mut Self {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        self.raw(name, &list(&texts))
    }

    /// The object as JSON; nothing more is written into it.
    #[inline(never)]
    pub fn end(&mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }
}

/// A list of what is JSON already.
#[inline(never)]
pub fn list(items: &[String]) -> String {
    let mut out = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(item);
    }
    out.push(']');
    out
}

/// A text as JSON.
#[inline(never)]
pub fn quoted(value: &str) -> String {
    let mut out = String::new();
    text(&mut out, value);
    out
}

fn value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(digits) => out.push_str(digits),
        Value::Text(value) => text(out, value),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(Value::print).collect();
            out.push_str(&list(&items));
        }
        Value::Object(fields) => {
            let mut object = Object::new();
            for (name, value) in fields {
                object.raw(name, &value.print());
            }
            out.push_str(&object.end());
        }
    }
}

#[inline(never)]
fn text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\u{1f}' => {
                let code = usize::try_from(u32::from(character)).unwrap_or_default();
                out.push_str("\\u00");
                out.push(char::from(HEX_DIGITS[code >> 4 & 15]));
                out.push(char::from(HEX_DIGITS[code & 15]));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
