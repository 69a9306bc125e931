//! The document around every page.

use groat_checkout::language::Language;
use groat_checkout::view::escape;
use groat_core::theme::{Colour, Mode, Theme, style_of_page};

use super::assets::AssetUrls;
use super::escape::json_for_html;
use super::headers::SHOWN_SCRIPT;

/// What a page puts into the document. `main` is HTML: the checkout's views, in which everything is escaped.
pub(super) struct Document<'a> {
    pub language: &'static Language,
    pub title: &'a str,
    pub theme: &'a Theme,
    pub embed: &'a str,
    pub main: String,
    /// What the form around it carries, so that pressing twice makes nothing twice.
    pub form_key: String,
    /// What the checkout starts from, as JSON.
    pub data: String,
    /// Without scripts the page asks again by itself after these seconds.
    pub refresh_s: Option<u32>,
}

impl Document<'_> {
    pub fn render(&self, assets: &AssetUrls) -> String {
        let title = escape(self.title);
        let (theme, embed) = (self.theme.mode.as_str(), escape(self.embed));
        let (style, wasm, script) =
            (escape(&assets.checkout_css), escape(&assets.checkout_wasm), escape(&assets.checkout_js));
        let refresh = self.refresh_s.map_or_else(String::new, |seconds| {
            format!("<noscript><meta http-equiv=\"refresh\" content=\"{seconds}\"></noscript>\n")
        });
        let theme_colours = theme_colours(self.theme);
        let (language, direction) = (self.language.tag, self.language.direction());
        let texts = escape(assets.texts.get(language).map_or("", String::as_str));
        // After the style sheet, over whose tokens it counts. The policy names its hash.
        let own_style = match style_of_page(self.theme) {
            none if none.is_empty() => none,
            style => format!("<style>{style}</style>\n"),
        };
        let (main, data) = (&self.main, json_for_html(&self.data));
        let form_key = escape(&self.form_key);
        // The texts, the Wasm and the script start loading with the page, side by side.
        format!(
            "<!doctype html>\n\
             <html lang=\"{language}\" dir=\"{direction}\" data-theme=\"{theme}\" data-embed=\"{embed}\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <script>{SHOWN_SCRIPT}</script>\n\
             <title>{title}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             {theme_colours}\
             <meta name=\"robots\" content=\"noindex\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <link rel=\"stylesheet\" href=\"{style}\">\n\
             {own_style}\
             <link id=\"groat-text\" rel=\"preload\" as=\"fetch\" crossorigin type=\"text/plain\" href=\"{texts}\">\n\
             <link id=\"groat-wasm\" rel=\"preload\" as=\"fetch\" crossorigin type=\"application/wasm\" href=\"{wasm}\">\n\
             <link rel=\"modulepreload\" href=\"{script}\">\n\
             {refresh}</head>\n\
             <body>\n\
             <form method=\"post\">\n\
             <input type=\"hidden\" name=\"key\" value=\"{form_key}\">\n\
             <main id=\"groat\">{main}</main>\n\
             </form>\n\
             <script type=\"application/json\" id=\"groat-page\">{data}</script>\n\
             <script type=\"module\" src=\"{script}\"></script>\n\
             </body>\n\
             </html>\n"
        )
    }
}

/// The colour of the browser's own frame on a phone.
fn theme_colours(theme: &Theme) -> String {
    let one = |colour: Colour, media: &str| format!("<meta name=\"theme-color\" content=\"{colour}\"{media}>\n");
    let (light, dark) = (theme.look.light.ground, theme.look.dark.ground);
    match theme.mode {
        Mode::Light => one(light, ""),
        Mode::Dark => one(dark, ""),
        Mode::Auto => {
            let in_the = |side: &str| format!(" media=\"(prefers-color-scheme: {side})\"");
            one(light, &in_the("light")) + &one(dark, &in_the("dark"))
        }
    }
}
