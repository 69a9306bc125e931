//! `/pay/…` and `/i/…`: the checkout's own views, printed. What the page carries as data is read back as the checkout reads
//! it, so that both show the same state of the same model.

use groat_checkout::language::{self, Language};
use groat_checkout::model::{Act, Attempt, Model, Place};
use groat_checkout::text::{Text, speaking};
use groat_checkout::view::{self, Html};
use groat_checkout::wire::{self, Malformed, Problem};
use groat_core::theme::Theme;
use groat_core::wire::{InvoicePage, PayPage};
use serde::Serialize;

use super::assets::AssetUrls;
use super::layout::Document;

/// How often a page without scripts looks again while something may change, in seconds.
const REFRESH_S: u32 = 15;

/// What a page shows beyond its data.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Random text of this page alone: its forms carry it, so that pressing twice makes nothing twice.
    pub form_key: String,
    /// What a buyer without scripts asked to see.
    pub act: Option<Act>,
    /// What came of a form that could not be carried out, and the asset that it asked for.
    pub problem: Option<(String, Problem)>,
    /// The edge's own origin.
    pub own_origin: String,
    /// What everything on it is said in.
    pub language: &'static Language,
    /// What it looks like.
    pub theme: Theme,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            form_key: String::new(),
            act: None,
            problem: None,
            own_origin: String::new(),
            language: language::english(),
            theme: Theme::default(),
        }
    }
}

/// The page before anything has been created.
pub fn render_pay(page: &PayPage, shown: Shown, assets: &AssetUrls) -> String {
    render(page, shown, assets)
}

/// The page of an invoice as it stands.
pub fn render_invoice(page: &InvoicePage, shown: Shown, assets: &AssetUrls) -> String {
    render(page, shown, assets)
}

/// The page of `data`, which is one of the kinds that the checkout reads.
pub(super) fn render(data: &impl Serialize, shown: Shown, assets: &AssetUrls) -> String {
    let language = shown.language;
    speaking(language.translation(), || print(data, shown, language, assets))
}

fn print(data: &impl Serialize, shown: Shown, language: &'static Language, assets: &AssetUrls) -> String {
    let (form_key, look) = (shown.form_key.clone(), shown.theme);
    let model = model(data, shown);
    let document = Document {
        language,
        title: &model.page_title(),
        theme: &look,
        embed: model.page.embed.as_str(),
        form_key,
        main: view::checkout::<Html>(&model).into_text(),
        data: serde_json::to_string(data).unwrap_or_default(),
        // Every open invoice may change, and so may one that is being confirmed.
        refresh_s: model.is_awaited().then_some(REFRESH_S),
    };
    document.render(assets)
}

fn model(data: &impl Serialize, shown: Shown) -> Model {
    let json = serde_json::to_value(data).unwrap_or_default();
    let (page, invoice) = wire::page(&json).unwrap_or_else(|Malformed(field)| {
        // Core and checkout disagree on what a page is: a bug, which their shared golden files keep out.
        (
            wire::Page::unreadable(Problem {
                code: format!("unreadable_{field}"),
                detail: Text::UnreadableLead.into(),
                request_id: None,
            }),
            None,
        )
    });
    let mut model = Model::new(page, invoice, String::new());
    model.edge = shown.own_origin;
    if let Some(act) = shown.act {
        model.look(act);
    }
    if let Some((asset, problem)) = shown.problem {
        model.place = Place::Failed { attempt: Attempt { asset, key: String::new() }, problem };
    }
    model
}
