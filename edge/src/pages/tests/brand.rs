//! Pages in a brand: its tokens in one style that the policy names, its texts escaped, its logo a picture.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groat_core::theme::{Mode, Preset, Theme, style_of_page};
use groat_core::wire::BrandView;
use sha2::{Digest, Sha256};

use super::*;

fn shown(theme: Theme) -> Shown {
    Shown { theme, ..Shown::default() }
}

#[test]
fn the_usual_look_has_no_style_of_its_own() {
    let page = render_pay(&pay_page("Field Guide"), Shown::default(), &assets());
    assert!(!page.contains("<style"), "{page}");
    let headers = security_headers("https://pay.example", &Others::default(), &style_of_page(&Theme::default()));
    assert!(headers.iter().any(|(_, value)| value.contains("style-src 'self'; ")));
}

/// What stands between the tags is what the header names: worked out here from the page as it is sent.
#[test]
fn the_policy_allows_the_very_style_of_the_page() {
    for preset in Preset::ALL.into_iter().skip(1) {
        for mode in Mode::ALL {
            let theme = Theme { look: preset.look(), mode: *mode };
            let page = render_pay(&pay_page("Field Guide"), shown(theme), &assets());
            let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
            let hash = STANDARD.encode(Sha256::digest(style));
            let headers = security_headers("https://pay.example", &Others::default(), &style_of_page(&theme));
            assert!(headers.iter().any(|(_, value)| value.contains(&format!("style-src 'self' 'sha256-{hash}'; "))));
            assert!(page.contains(&format!("data-theme=\"{}\"", mode.as_str())), "{preset:?}");
            assert!(page.find("rel=\"stylesheet\"") < page.find("<style>"), "it counts over the style sheet");
        }
    }
}

#[test]
fn a_brands_texts_and_logo_are_text_and_a_picture() {
    let mut page = pay_page("Field Guide");
    page.opening.brand = Some(BrandView {
        logo: Some("/logo/st_1/a.svg\" onerror=\"x".to_owned()),
        note: Some("<b>Now</b> & \"then\"</style><script>".to_owned()),
        thanks: Some("never here".to_owned()),
        support: Some("https://shop.example/?a=1&b=2".to_owned()),
    });
    let html = render_pay(&page, Shown::default(), &assets());
    assert!(html.contains("<img class=\"logo\" src=\"/logo/st_1/a.svg&quot; onerror=&quot;x\" alt=\"\""), "{html}");
    assert!(html.contains("&lt;b&gt;Now&lt;/b&gt; &amp; &quot;then&quot;&lt;/style&gt;&lt;script&gt;</p>"));
    assert!(html.contains("href=\"https://shop.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\""));
    let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    assert!(!main.contains("never here") && !main.contains("<b>"));
}

/// What came from elsewhere than the edge's own check is not followed: the reader looks again.
#[test]
fn a_strange_brand_is_left_out() {
    let mut page = pay_page("Field Guide");
    page.opening.brand = Some(BrandView {
        logo: Some("https://elsewhere.example/x.svg".to_owned()),
        support: Some("javascript:alert(1)".to_owned()),
        ..BrandView::default()
    });
    let html = render_pay(&page, Shown::default(), &assets());
    let main = html.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    assert!(!main.contains("elsewhere") && !main.contains("javascript:"), "{main}");
}
