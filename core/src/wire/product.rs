//! Products: priced items, with what is delivered when one is paid.

use serde::{Deserialize, Serialize};

use super::common::Money;
use super::invoice::PriceInput;

/// What a buyer gets once the invoice is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// An https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A text, up to 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A product: what the seller sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Product {
    /// `prod_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The price.
    pub price: Money,
    /// What is delivered; shown to the buyer only on a paid invoice.
    pub delivery: Option<Delivery>,
    /// When it was made.
    pub created_at: String,
}

/// Body of `POST /v1/products`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProductCreate {
    /// The name, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: String,
    /// The description, up to 500 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 500)))]
    pub description: Option<String>,
    /// The price.
    pub price: PriceInput,
    /// What is delivered when it is paid.
    pub delivery: Option<Delivery>,
}

/// Body of `PATCH /v1/products/{id}`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProductUpdate {
    /// The name, 1 to 120 characters.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 120)))]
    pub name: Option<String>,
    /// The description, up to 500 characters.
    #[cfg_attr(feature = "schema", schemars(length(max = 500)))]
    pub description: Option<String>,
    /// The price.
    pub price: Option<PriceInput>,
    /// What is delivered when it is paid.
    pub delivery: Option<Delivery>,
}
