//! Products. A deleted one stays readable for the invoices that sold it.

use groat_core::id::{IdKind, StoreId};
use groat_core::money::Price;
use groat_core::time::print_rfc3339;
use groat_core::wire::{Delivery, List, Product, ProductCreate, ProductUpdate, ProductView};
use serde::{Deserialize, Serialize};

use super::command::ListQuery;
use super::settings::{check_price, check_text};
use super::{Store, from_stored, to_json};
use crate::problem::{Code, Refusal};
use crate::sql::{Row, Sql};

const MAX_NAME_CHARACTERS: usize = 120;
const MAX_DESCRIPTION_CHARACTERS: usize = 500;
const MAX_MESSAGE_CHARACTERS: usize = 1_000;
/// Characters of any address a seller sets; browsers and servers agree up to here.
pub const MAX_URL_CHARACTERS: usize = 2_000;

/// A product as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredProduct {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub price: Price,
    pub delivery: Option<Delivery>,
    pub created_at_ms: i64,
}

impl StoredProduct {
    fn view(&self) -> Product {
        Product {
            id: self.id.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            price: self.price.into(),
            delivery: self.delivery.clone(),
            created_at: print_rfc3339(self.created_at_ms),
        }
    }

    /// What buyers see.
    pub fn public_view(&self) -> ProductView {
        ProductView { id: self.id.clone(), name: self.name.clone(), description: self.description.clone() }
    }
}

fn check_description(description: Option<String>) -> Result<Option<String>, Refusal> {
    let given = description.filter(|text| !text.trim().is_empty());
    given.map(|text| check_text("description", &text, MAX_DESCRIPTION_CHARACTERS)).transpose()
}

fn check_delivery(delivery: Option<Delivery>) -> Result<Option<Delivery>, Refusal> {
    let Some(delivery) = delivery else { return Ok(None) };
    let url = delivery.url.map(|url| check_link("delivery.url", &url)).transpose()?;
    let message =
        delivery.message.map(|text| check_text("delivery.message", &text, MAX_MESSAGE_CHARACTERS)).transpose()?;
    Ok(Some(Delivery { url, message }))
}

/// An https address that a buyer may be sent to; plain HTTP only to the own machine.
pub fn check_link(param: &str, url: &str) -> Result<String, Refusal> {
    let own_machine = ["http://127.0.0.1", "http://localhost"]
        .iter()
        .filter_map(|start| url.strip_prefix(start)?.split(['/', '?', '#']).next())
        .any(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()));
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let has_host = host.starts_with(|character: char| character.is_ascii_alphanumeric())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'));
    let printable = url.bytes().all(|byte| (0x21..0x7f).contains(&byte) && !matches!(byte, b'"' | b'<' | b'>' | b'\\'));
    if !printable || url.len() > MAX_URL_CHARACTERS || !(has_host || own_machine) {
        let detail = format!("{param} must be an https address of at most {MAX_URL_CHARACTERS} characters");
        return Err(Refusal::of(Code::FieldInvalid, param, detail));
    }
    Ok(url.to_owned())
}

fn read(row: &Row) -> Result<StoredProduct, Refusal> {
    from_stored(row.text(0)?)
}

impl<S: Sql> Store<'_, S> {
    pub(super) fn create_product(&mut self, store: &StoreId, create: ProductCreate) -> Result<String, Refusal> {
        let product = StoredProduct {
            id: IdKind::Product.from_random(store, self.entropy.bytes16()?),
            name: check_text("name", &create.name, MAX_NAME_CHARACTERS)?,
            description: check_description(create.description)?,
            price: check_price("price.amount", &create.price.amount, &create.price.currency)?,
            delivery: check_delivery(create.delivery)?,
            created_at_ms: self.now_ms,
        };
        let values = [product.id.as_str().into(), to_json(&product)?.into()];
        self.sql.run("INSERT INTO products (id, body) VALUES (?, ?)", &values)?;
        to_json(&product.view())
    }

    /// A product on sale.
    pub(super) fn product_on_sale(&mut self, id: &str) -> Result<StoredProduct, Refusal> {
        let row = self.sql.run_one("SELECT body FROM products WHERE id = ? AND deleted = 0", &[id.into()])?;
        row.map(|row| read(&row)).transpose()?.ok_or_else(|| Refusal::not_found("product"))
    }

    /// What a product delivers, on sale or not.
    pub(super) fn delivery_of(&mut self, id: &str) -> Result<Option<Delivery>, Refusal> {
        let row = self.sql.run_one("SELECT body FROM products WHERE id = ?", &[id.into()])?;
        Ok(row.map(|row| read(&row)).transpose()?.and_then(|product| product.delivery))
    }

    pub(super) fn get_product(&mut self, id: &str) -> Result<String, Refusal> {
        to_json(&self.product_on_sale(id)?.view())
    }

    pub(super) fn update_product(&mut self, id: &str, update: ProductUpdate) -> Result<String, Refusal> {
        let mut product = self.product_on_sale(id)?;
        if let Some(name) = update.name {
            product.name = check_text("name", &name, MAX_NAME_CHARACTERS)?;
        }
        if update.description.is_some() {
            product.description = check_description(update.description)?;
        }
        if let Some(price) = update.price {
            product.price = check_price("price.amount", &price.amount, &price.currency)?;
        }
        if update.delivery.is_some() {
            product.delivery = check_delivery(update.delivery)?;
        }
        self.sql.run("UPDATE products SET body = ? WHERE id = ?", &[to_json(&product)?.into(), id.into()])?;
        to_json(&product.view())
    }

    pub(super) fn delete_product(&mut self, id: &str) -> Result<(), Refusal> {
        self.product_on_sale(id)?;
        self.sql.run("UPDATE products SET deleted = 1 WHERE id = ?", &[id.into()])?;
        Ok(())
    }

    pub(super) fn list_products(&mut self, list: &ListQuery) -> Result<String, Refusal> {
        let statement =
            "SELECT body, sequence FROM products WHERE deleted = 0 AND sequence < ? ORDER BY sequence DESC LIMIT ?";
        let rows = self.sql.run(statement, &list.bindings())?;
        let page = list.page(rows, 1, |row| Ok(read(row)?.view()))?;
        to_json(&page)
    }
}

impl ListQuery {
    /// The two values that every list statement ends with: entries below, and one more than asked, to see if more follow.
    pub(super) fn bindings(&self) -> [crate::sql::Value; 2] {
        let below = self.cursor.unwrap_or(crate::sql::MAX_SAFE_INTEGER);
        [below.into(), i64::from(self.limit + 1).into()]
    }

    /// Cuts the page, and names the next one by the sequence of its last entry.
    pub(super) fn page<T>(
        &self,
        mut rows: Vec<Row>,
        sequence_column: usize,
        read: impl Fn(&Row) -> Result<T, Refusal>,
    ) -> Result<List<T>, Refusal> {
        let more = rows.len() > usize::from(self.limit);
        rows.truncate(usize::from(self.limit));
        let last = rows.last().map(|row| row.integer(sequence_column)).transpose()?;
        let next_cursor = last.filter(|_| more).map(|sequence| sequence.to_string());
        Ok(List { data: rows.iter().map(read).collect::<Result<_, _>>()?, next_cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        for url in ["https://shop.example/thanks?a=1#b", "http://127.0.0.1:8080/x", "http://localhost"] {
            assert!(check_link("redirect_url", url).is_ok(), "{url}");
        }
        for url in [
            "",
            "javascript:alert(1)",
            "http://shop.example",
            "https://",
            "https://a[b",
            "http://127.0.0.1:80@a.example/",
            "https://user@shop.example/",
            "https:///x",
            "//shop.example",
            "https://a\"b",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example",
            "data:text/html,x",
            "https://a b",
            " https://a",
        ] {
            assert!(check_link("redirect_url", url).is_err(), "{url}");
        }
    }
}
