//! The brand: what is taken, what is refused and whom it blames, and what becomes of a logo.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groat_core::wire::{Branding, Problem, Store as StoreView};
use serde_json::{Value, json};

use super::*;
use crate::store::{PayFacts, ServedLogo};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

fn svg(text: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(text))
}

impl Shop {
    fn brand(&mut self, branding: &Value) -> Reply {
        let update = serde_json::from_value(json!({ "branding": branding })).unwrap();
        self.seller(Command::UpdateStore { update })
    }

    fn branding(&mut self) -> Branding {
        let reply = self.seller(Command::GetStore);
        serde_json::from_str::<StoreView>(&reply.body).unwrap().branding
    }

    fn logo(&mut self, address: &str) -> Reply {
        let name = address.rsplit('/').next().unwrap().to_owned();
        self.ask(None, Command::GetLogo { name })
    }
}

#[test]
fn a_brand_is_kept_and_replaced_part_by_part() {
    let mut shop = Shop::open();
    assert_eq!(shop.branding(), Branding::default());
    let theme = json!({"preset": "paper", "light": {"accent": "#8A2BE2"}});
    assert_eq!(shop.brand(&json!({ "theme": theme })).status, 200);
    assert_eq!(shop.brand(&json!({"texts": {"note": "  Ships on Mondays. ", "thanks": ""}})).status, 200);
    let branding = shop.branding();
    assert_eq!(serde_json::to_value(&branding.theme).unwrap(), theme, "as it was given");
    assert_eq!((branding.texts.note.as_deref(), branding.texts.thanks), (Some("Ships on Mondays."), None));
    assert_eq!(shop.brand(&json!({"theme": {}})).status, 200);
    assert_eq!(shop.branding().theme, ThemeSetting::default());
    assert_eq!(shop.branding().texts.note.as_deref(), Some("Ships on Mondays."));
}

#[test]
fn a_logo_has_an_address_of_its_own_until_another_takes_its_place() {
    let mut shop = Shop::open();
    shop.brand(&json!({ "logo": svg(SVG) }));
    let first = shop.branding().logo.unwrap();
    assert!(first.starts_with("/logo/st_") && first.rsplit('.').next() == Some("svg"), "{first}");
    let served: ServedLogo = serde_json::from_str(&shop.logo(&first).body).unwrap();
    assert_eq!((served.media_type.as_str(), STANDARD.decode(served.base64).unwrap()), ("image/svg+xml", SVG.into()));
    // The same again, and something else beside it, changes nothing.
    shop.brand(&json!({ "logo": svg(SVG) }));
    shop.brand(&json!({"texts": {}}));
    assert_eq!(shop.branding().logo.as_ref(), Some(&first));
    // A refused one changes nothing either.
    assert_eq!(shop.brand(&json!({ "theme": {}, "logo": svg("<svg><script/></svg>") })).status, 422);
    assert_eq!(shop.logo(&first).status, 200);
    shop.brand(&json!({ "logo": svg("<svg> </svg>") }));
    let second = shop.branding().logo.unwrap();
    assert!(second != first && shop.logo(&first).status == 404 && shop.logo(&second).status == 200);
    shop.brand(&json!({"logo": ""}));
    assert_eq!((shop.branding().logo, shop.logo(&second).status), (None, 404));
}

#[test]
fn a_refusal_blames_the_field() {
    let mut shop = Shop::open();
    let long = "x".repeat(141);
    #[rustfmt::skip]
    let table: &[(Value, &str)] = &[
        (json!({"theme": {"preset": "x"}}),                                "branding.theme.preset"),
        (json!({"theme": {"radius": 25}}),                                 "branding.theme.radius"),
        (json!({"theme": {"light": {"accent": "red"}}}),                   "branding.theme.light.accent"),
        (json!({"theme": {"light": {"accent": "#ffff00"}}}),               "branding.theme.light.accent"),
        (json!({"theme": {"dark": {"text": "#333333"}}}),                  "branding.theme.dark.text"),
        (json!({"texts": {"note": long}}),                                 "branding.texts.note"),
        (json!({"texts": {"thanks": "a\u{0}b"}}),                          "branding.texts.thanks"),
        (json!({"texts": {"support": "javascript:alert(1)"}}),             "branding.texts.support"),
        (json!({"logo": "https://shop.example/logo.png"}),                 "branding.logo"),
    ];
    for (branding, param) in table {
        let reply = shop.brand(branding);
        let problem: Problem = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(
            (reply.status, problem.code.as_str(), problem.param.as_deref()),
            (422, "field_invalid", Some(*param))
        );
    }
    assert_eq!(shop.branding(), Branding::default(), "nothing of a refused change is kept");
}

/// Settings of a store that was made before there were brands.
#[test]
fn older_settings_have_no_brand() {
    let mut shop = Shop::open();
    shop.sql.run("UPDATE settings SET body = json_remove(body, '$.branding')", &[]).unwrap();
    assert_eq!(shop.branding(), Branding::default());
}

#[test]
fn pages_are_told_the_brand() {
    let mut shop = Shop::open();
    shop.brand(&json!({"theme": {"preset": "berry"}, "texts": {"support": "mailto:help@shop.example"}}));
    let invoice = shop.invoice();
    let told = shop.ask(None, Command::GetInvoice { id: invoice.id }).page.unwrap().branding;
    assert_eq!(
        (told.theme.preset.as_deref(), told.texts.support.as_deref()),
        (Some("berry"), Some("mailto:help@shop.example"))
    );
    let theme: ThemeSetting = serde_json::from_str(&shop.ask(None, Command::GetTheme).body).unwrap();
    assert_eq!(theme.preset.as_deref(), Some("berry"));
    // What a Worker of an older version was told knows no brand.
    let older = json!({"public_key": "pk", "allowed_origins": [], "assets": [], "peg_deviation_basis_points": 200});
    let price = groat_core::money::Price::parse("1", "USD").unwrap();
    let facts = json!({"store_name": "x", "product": null, "price": price, "page": older});
    assert_eq!(serde_json::from_value::<PayFacts>(facts).unwrap().page.branding, Branding::default());
}
