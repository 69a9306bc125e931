//! The document around every page.

use super::assets::AssetUrls;
use super::escape::{escape, json_for_html};
use super::headers::SHOWN_SCRIPT;

/// What a page puts into the document. `main` is HTML, made by this module's siblings with everything escaped.
pub(super) struct Document<'a> {
    pub title: &'a str,
    pub theme: &'a str,
    pub embed: Option<&'a str>,
    pub main: String,
    /// What the checkout starts from; without it no checkout is loaded.
    pub data: Option<String>,
}

impl Document<'_> {
    pub fn render(&self, assets: &AssetUrls) -> String {
        let title = escape(self.title);
        let (theme, embed) = (escape(self.theme), escape(self.embed.unwrap_or("page")));
        let style = escape(&assets.checkout_css);
        let (preloads, scripts) = match &self.data {
            None => (String::new(), String::new()),
            Some(json) => (preloads(assets), scripts(assets, json)),
        };
        let main = &self.main;
        format!(
            "<!doctype html>\n\
             <html lang=\"en\" data-theme=\"{theme}\" data-embed=\"{embed}\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <script>{SHOWN_SCRIPT}</script>\n\
             <title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             {THEME_COLOURS}\n\
             <meta name=\"robots\" content=\"noindex\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"{style}\">\n\
             {preloads}</head>\n\
             <body>\n\
             <main id=\"groat\">\n{main}</main>\n\
             {scripts}</body>\n\
             </html>\n"
        )
    }
}

const THEME_COLOURS: &str = "<meta name=\"theme-color\" content=\"#ffffff\" media=\"(prefers-color-scheme: light)\">\n\
                             <meta name=\"theme-color\" content=\"#101418\" media=\"(prefers-color-scheme: dark)\">";

/// The Wasm and the script start loading with the page, side by side.
fn preloads(assets: &AssetUrls) -> String {
    format!(
        "<link id=\"groat-wasm\" rel=\"preload\" as=\"fetch\" crossorigin type=\"application/wasm\" href=\"{}\">\n\
         <link rel=\"modulepreload\" href=\"{}\">\n",
        escape(&assets.checkout_wasm),
        escape(&assets.checkout_js),
    )
}

fn scripts(assets: &AssetUrls, json: &str) -> String {
    format!(
        "<script type=\"application/json\" id=\"groat-page\">{}</script>\n<script type=\"module\" src=\"{}\"></script>\n",
        json_for_html(json),
        escape(&assets.checkout_js),
    )
}
