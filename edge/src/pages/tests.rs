//! Whole pages: their shape, what they show in each state, and that nothing a stranger wrote can break out.

use groat_core::invoice::{Exception, Status};
use groat_core::wire::{
    AddChain, Delivery, InvoicePage, InvoiceSnapshot, Money, NativeCurrency, Network, Opening, OptionView, PayPage,
    PaymentView, ProductView, QuoteView, StoreView, Unavailable, UrisView, WalletCallView,
};

use super::headers::SHOWN_SCRIPT;
use super::*;

const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const NOW: &str = "2026-11-21T10:00:01Z";

fn assets() -> AssetUrls {
    AssetUrls {
        checkout_js: "/assets/checkout.1f.js".to_owned(),
        checkout_wasm: "/assets/checkout.2e_bg.wasm".to_owned(),
        checkout_css: "/assets/checkout.3d.css".to_owned(),
    }
}

fn option(symbol: &str, chain_name: &str, amount: Option<&str>, unavailable_reason: Option<Unavailable>) -> OptionView {
    OptionView {
        asset: "eip155:31337/slip44:60".to_owned(),
        symbol: symbol.to_owned(),
        name: symbol.to_owned(),
        chain: "eip155:31337".to_owned(),
        chain_name: chain_name.to_owned(),
        testnet: true,
        amount: amount.map(str::to_owned),
        available: unavailable_reason.is_none(),
        unavailable_reason,
    }
}

fn money(amount: &str) -> Money {
    Money { amount: amount.to_owned(), currency: "USD".to_owned() }
}

/// A page on which everything a person typed is `typed`.
fn opening() -> Opening {
    let (theme, server_time) = ("dark".to_owned(), NOW.to_owned());
    Opening { embed: None, origin: None, reference: None, locale: None, theme, server_time }
}

fn pay_page(typed: &str) -> PayPage {
    PayPage {
        kind: "pay".to_owned(),
        opening: Opening {
            embed: Some("modal".to_owned()),
            origin: Some("https://shop.example".to_owned()),
            reference: Some(typed.to_owned()),
            theme: "auto".to_owned(),
            ..opening()
        },
        key: "pk_test_0000000000_00000000000000000000000000".to_owned(),
        store: StoreView { name: typed.to_owned() },
        product: Some(product(typed)),
        open_amount: false,
        price: money("1049.00"),
        options: vec![
            option("ETH", "Local chain", Some("0.016337"), None),
            option("USDC", "Base", Some("49.01"), Some(Unavailable::NetworkUnavailable)),
            option("DAI", "Base", None, Some(Unavailable::RatesUnavailable)),
        ],
    }
}

fn product(typed: &str) -> ProductView {
    ProductView { id: "prod_1".to_owned(), name: typed.to_owned(), description: Some(typed.to_owned()) }
}

fn quote() -> QuoteView {
    let native_currency = NativeCurrency { name: "Ether".to_owned(), symbol: "ETH".to_owned(), decimals: 18 };
    QuoteView {
        id: "quo_1".to_owned(),
        asset: "eip155:31337/slip44:60".to_owned(),
        symbol: "ETH".to_owned(),
        chain: "eip155:31337".to_owned(),
        chain_name: "Local chain".to_owned(),
        testnet: true,
        decimals: 18,
        amount: "0.016337".to_owned(),
        base_units: "16337000000000000".to_owned(),
        amount_received: "0".to_owned(),
        base_units_received: "0".to_owned(),
        amount_due: "0.016337".to_owned(),
        base_units_due: "16337000000000000".to_owned(),
        address: ADDRESS.to_owned(),
        rate: money("3000"),
        confirmations_required: 3,
        uris: UrisView { plain: ADDRESS.to_owned(), eip681: format!("ethereum:{ADDRESS}@31337?value=1") },
        wallet_call: WalletCallView {
            chain: "eip155:31337".to_owned(),
            chain_id: 31_337,
            to: ADDRESS.to_owned(),
            value: "0x1".to_owned(),
            data: "0x".to_owned(),
        },
        add_chain: AddChain {
            chain_id: "0x7a69".to_owned(),
            chain_name: "Local chain".to_owned(),
            native_currency,
            rpc_urls: Vec::new(),
            block_explorer_urls: Vec::new(),
        },
        created_at: "2026-11-21T10:00:00Z".to_owned(),
        expires_at: "2026-11-21T10:15:00Z".to_owned(),
    }
}

fn payment(confirmations: u32) -> PaymentView {
    PaymentView {
        id: "1".to_owned(),
        asset: "eip155:31337/slip44:60".to_owned(),
        symbol: "ETH".to_owned(),
        chain_name: "Local chain".to_owned(),
        amount: "0.016337".to_owned(),
        base_units: "16337000000000000".to_owned(),
        transaction: None,
        explorer_url: None,
        confirmations,
        confirmations_required: 3,
        is_final: confirmations >= 3,
        late: false,
        credited: true,
        arrived_at: NOW.to_owned(),
        seen_at: NOW.to_owned(),
    }
}

fn invoice_page(typed: &str, status: Status) -> InvoicePage {
    let delivery =
        Delivery { url: Some("https://shop.example/get?a=1&b=2".to_owned()), message: Some(typed.to_owned()) };
    let invoice = InvoiceSnapshot {
        id: "inv_00000000000000000000000000000000000".to_owned(),
        version: 2,
        status,
        exceptions: Vec::new(),
        store: StoreView { name: typed.to_owned() },
        product: Some(product(typed)),
        price: money("49.00"),
        reference: Some(typed.to_owned()),
        created_at: "2026-11-21T10:00:00Z".to_owned(),
        expires_at: "2026-11-21T10:15:00Z".to_owned(),
        redirect_url: Some("https://shop.example/thanks".to_owned()),
        quote: Some(quote()),
        cancelled_at: None,
        accepted_at: None,
        payments: Vec::new(),
        refunds: Vec::new(),
        options: pay_page(typed).options,
        delivery: (status == Status::Paid).then_some(delivery),
        network: None,
        server_time: NOW.to_owned(),
        metadata: None,
        actions: None,
    };
    InvoicePage {
        kind: "invoice".to_owned(),
        opening: opening(),
        key: "pk_test_0000000000_00000000000000000000000000".to_owned(),
        invoice,
    }
}

/// What stands in `<main>` as a reader sees it: without tags, entities resolved, one line.
fn read_aloud(html: &str) -> String {
    let main = html.split("<main id=\"groat\">").nth(1).unwrap().split("</main>").next().unwrap();
    let mut text = String::new();
    let mut in_tag = false;
    for character in main.chars() {
        match character {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push(' ');
            }
            other if !in_tag => text.push(other),
            _ => {}
        }
    }
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The JSON that the checkout starts from.
fn data(html: &str) -> serde_json::Value {
    let json = html.split("id=\"groat-page\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn pay_page_shows_what_it_costs() {
    let page = pay_page("Paper Boat");
    let html = render_pay(&page, &assets());
    assert_eq!(
        read_aloud(&html),
        "Paper Boat Paper Boat $1,049.00 How would you like to pay? The amount is locked once you choose. \
         Ξ ETH Local chain 0.016337 ETH $ USDC on Base This network is unavailable right now \
         $ DAI on Base The price is unavailable right now Test network. These coins have no value. \
         To choose, please allow this page to run scripts. \
         Your money goes straight to the seller. Nobody holds it in between."
    );
    assert_eq!(data(&html), serde_json::to_value(&page).unwrap());
    for part in [
        "<!doctype html>\n<html lang=\"en\" data-theme=\"auto\" data-embed=\"modal\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<title>Paper Boat · Paper Boat</title>",
        "<link rel=\"stylesheet\" href=\"/assets/checkout.3d.css\">",
        "<link id=\"groat-wasm\" rel=\"preload\" as=\"fetch\" crossorigin type=\"application/wasm\" href=\"/assets/checkout.2e_bg.wasm\">",
        "<link rel=\"modulepreload\" href=\"/assets/checkout.1f.js\">",
        "<script type=\"module\" src=\"/assets/checkout.1f.js\"></script>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.find(SHOWN_SCRIPT).unwrap() < html.find("stylesheet").unwrap(), "the frame is uncovered first");
}

#[test]
fn pay_page_without_anything_to_choose() {
    let mut page = pay_page("Paper Boat");
    page.product = None;
    page.options.clear();
    assert!(read_aloud(&render_pay(&page, &assets())).contains("This store takes no coins at the moment."));
    page.options = vec![option("ETH", "Base", None, Some(Unavailable::RatesUnavailable))];
    assert!(read_aloud(&render_pay(&page, &assets())).contains("Prices can’t be had right now"));
}

#[test]
fn many_options_are_folded_by_coin() {
    let mut page = pay_page("Paper Boat");
    let on = |symbol, chain| option(symbol, chain, Some("1"), None);
    page.options = vec![on("ETH", "Base"), on("USDC", "Base"), on("ETH", "Ethereum"), on("POL", "Polygon")];
    assert!(
        read_aloud(&render_pay(&page, &assets()))
            .contains("Ξ ETH Base 1 ETH Ξ ETH Ethereum 1 ETH $ USDC Base 1 USDC P POL Polygon 1 POL")
    );
    page.options.push(on("ETH", "Optimism"));
    assert!(
        read_aloud(&render_pay(&page, &assets())).contains("Ξ ETH 3 networks $ USDC Base 1 USDC P POL Polygon 1 POL")
    );
}

/// One row a state: what must be read there, and whether the address may be.
#[test]
fn invoice_page_in_each_state() {
    type Change = fn(&mut InvoicePage);
    #[rustfmt::skip]
    let table: &[(&str, Status, Change, &str, bool)] = &[
        ("paying",     Status::Open,       |_| {},                                     "Pay ETH on Local chain Send exactly 0.016337 ETH", true),
        ("paying",     Status::Open,       |page| page.invoice.payments = vec![payment(1)], "A part has arrived Still to pay", true),
        ("choosing",   Status::Open,       |page| page.invoice.quote = None,           "How would you like to pay?", false),
        ("stale",      Status::Open,       |page| quote_of(page).expires_at = "2026-11-21T10:00:01Z".to_owned(), "This amount is no longer valid", false),
        ("time-up",    Status::Open,       |page| page.opening.server_time = "2026-11-21T10:15:00.250Z".to_owned(), "The time is over", false),
        ("paying",     Status::Open,       |page| page.opening.server_time = "2026-11-21T10:14:59.999Z".to_owned(), "Send exactly", true),
        ("confirming", Status::Confirming, |page| page.invoice.payments = vec![payment(0)], "Payment seen Local chain shows your payment.", false),
        ("confirming", Status::Confirming, |page| page.invoice.payments = vec![payment(3), payment(1)], "1 of 3 confirmations", false),
        ("paying",     Status::Open,       |page| page.invoice.network = Some(Network::Delayed), "This network is slow to answer right now. Payments show up later than usual, and none is lost. To this address", true),
        ("confirming", Status::Confirming, |page| page.invoice.network = Some(Network::Delayed), "This network is slow to answer right now.", false),
        ("confirming", Status::Confirming, |_| {},                                     "0 of 0 confirmations", false),
        ("paid",       Status::Paid,       |_| {},                                     "Thank you. Paper Boat has your payment. Your purchase Paper Boat Open your purchase Return to Paper Boat", false),
        ("paid",       Status::Paid,       |page| page.invoice.delivery = None,        "has your payment. Return to", false),
        ("expired",    Status::Expired,    |_| {},                                     "The time to pay is over Nothing has arrived.", false),
        ("expired",    Status::Expired,    |page| page.invoice.payments = vec![payment(1)], "What arrived is recorded", false),
        ("cancelled",  Status::Cancelled,  |_| {},                                     "Payment cancelled", false),
    ];
    for (screen, status, change, expected, shows_address) in table {
        let mut page = invoice_page("Paper Boat", *status);
        change(&mut page);
        let html = render_invoice(&page, &assets());
        assert!(html.contains(&format!("data-screen=\"{screen}\"")), "{screen}: {expected}");
        let text = read_aloud(&html);
        assert!(text.contains(expected), "{screen}: {text}");
        let grouped = "0x5aAe b605 3F3E 94C9 b9A0 9f33 6694 35E7 Ef1B eAed";
        assert_eq!(text.contains(grouped), *shows_address, "{screen}: {text}");
        assert_eq!(data(&html), serde_json::to_value(&page).unwrap());
    }
}

/// Every state that an invoice can get into has a page that says what was not clean, and the sellers' guide quotes it.
#[test]
fn every_documented_state_has_its_page() {
    let document = include_str!("../../../docs/invoice-states.md");
    let guide = include_str!("../../../docs/sellers.md");
    let rows = document.lines().skip_while(|line| !line.starts_with("status ")).skip(1);
    let mut count = 0;
    for row in rows.take_while(|row| !row.starts_with("```")) {
        count += 1;
        let mut cells = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        let status = Status::parse(cells.next().unwrap()).unwrap();
        let exceptions = cells.next().unwrap().split(' ').filter(|word| *word != "-");
        let mut page = invoice_page("Paper Boat", status);
        page.invoice.exceptions =
            exceptions.map(|word| serde_json::from_value(serde_json::json!(word)).unwrap()).collect();
        page.invoice.payments = vec![payment(1)];
        let text = read_aloud(&render_invoice(&page, &assets()));
        for exception in &page.invoice.exceptions {
            let sentence = match (exception, status) {
                (Exception::Underpaid | Exception::Late, Status::Expired) => "What arrived is recorded and not lost",
                (Exception::Underpaid, _) => "Less has arrived than was asked for.",
                (Exception::Late, _) => "Money arrived after the time was over.",
                (Exception::Overpaid, _) => "More has arrived than was asked for.",
                (Exception::Reversed, _) => "The network took back a payment that had been seen.",
                (Exception::WrongAsset, _) => "Money arrived in another coin or on another network.",
            };
            assert!(text.contains(sentence), "{row}: {text}");
            assert!(guide.contains(sentence), "the sellers' guide does not say: {sentence}");
        }
    }
    assert!(count > 50, "{count} rows read of docs/invoice-states.md");
}

fn quote_of(page: &mut InvoicePage) -> &mut QuoteView {
    page.invoice.quote.as_mut().unwrap()
}

/// The time limit is the nearer of the quote's and the invoice's; without scripts the page asks again by itself.
#[test]
fn invoice_page_says_until_when() {
    let mut page = invoice_page("Paper Boat", Status::Open);
    quote_of(&mut page).expires_at = "2026-11-21T10:09:30Z".to_owned();
    let html = render_invoice(&page, &assets());
    assert!(html.contains("<time datetime=\"2026-11-21T10:09:30Z\">until 10:09 UTC</time>"));
    assert!(html.contains("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>"));
    assert!(!render_invoice(&invoice_page("", Status::Paid), &assets()).contains("http-equiv"));
}

/// What a stored link may be is checked when it is stored; it is not trusted again here.
#[test]
fn only_links_of_the_web_are_linked() {
    for url in
        ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example", ""]
    {
        let mut page = invoice_page("Paper Boat", Status::Paid);
        page.invoice.redirect_url = Some(url.to_owned());
        page.invoice.delivery = Some(Delivery { url: Some(url.to_owned()), message: None });
        let html = render_invoice(&page, &assets());
        assert!(!html.contains("<a "), "{url}");
    }
}

#[test]
fn error_pages_say_why_and_can_be_closed() {
    let option = PageOptions::parse("embed=popup").unwrap_err();
    #[rustfmt::skip]
    let table: &[(PageError, u16, &str, &str)] = &[
        (PageError::NotFound,                              404, "not_found",              "no page at this address"),
        (PageError::ProductNotFound,                       404, "not_found",              "not on sale"),
        (PageError::InvoiceNotFound,                       404, "not_found",              "no such payment"),
        (PageError::StoreNotReady,                         422, "payout_address_missing", "not ready to take payments yet"),
        (PageError::AmountRefused("it is too small".into()), 422, "amount_invalid",       "can’t be paid here: it is too small."),
        (PageError::Option(option),                        400, "parameter_invalid",      "embed must be modal or inline."),
        (PageError::FramingRefused,                        403, "origin_not_allowed",     "add the page’s origin to allowed_origins"),
        (PageError::RatesUnavailable,                      503, "rates_unavailable",      "Prices can’t be had right now"),
        (PageError::TooMany(30),                           429, "rate_limited",           "try again in 30 seconds"),
        (PageError::Internal,                              500, "internal",               "Something went wrong on our side"),
    ];
    let query = "embed=modal&origin=https%3A%2F%2Fshop.example&theme=light";
    let context = ErrorContext { query, request_id: "req_1", now_ms: 1_795_255_200_000 };
    for (error, status, code, expected) in table {
        assert_eq!((error.status(), error.code()), (*status, *code));
        let html = render_error(error, &context, &assets());
        assert!(read_aloud(&html).contains(expected), "{error:?}");
        assert!(read_aloud(&html).contains("Request: req_1"));
        let data = data(&html);
        assert_eq!((&data["kind"], &data["embed"]), (&"problem".into(), &"modal".into()));
        assert_eq!((&data["origin"], &data["theme"]), (&"https://shop.example".into(), &"light".into()));
        assert_eq!((&data["problem"]["code"], &data["problem"]["request_id"]), (&(*code).into(), &"req_1".into()));
        assert_eq!(data["server_time"], "2026-11-21T10:00:00Z");
    }
    for error in crate::problem::Code::ALL.iter().map(|code| (code.as_str(), code.status())) {
        let shared = table.iter().find(|(.., code, _)| *code == error.0);
        assert!(shared.is_none_or(|(_, status, ..)| *status == error.1), "{error:?} has one status on pages and calls");
    }
}

/// Texts that have broken pages before: out of text, attributes, scripts, comments, URLs and encodings.
const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</SCRIPT ><svg/onload=alert(1)>",
    "<!--<script>",
    "--><img src=x onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "' autofocus onfocus='alert(1)",
    "\" style=\"position:fixed\" x=\"",
    "</title><script>alert(1)</script>",
    "</main></body></html><script>",
    "]]><script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "{0}{1}",
    "&lt;script&gt;&#60;img&#62;",
    "javascript:alert(1)",
    "\u{2028}\u{2029}\u{feff}\u{202e}",
    "<\u{0}script>",
    "\\u003cscript\\u003e",
    "\u{1d5}<a href=//evil.example>",
];

/// The same and more, by class: what the whole is attacked with, in a real browser too (`tests/browser/xss.test.mjs`).
fn nasty() -> Vec<String> {
    let corpus: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../../tests/lib/xss.json")).unwrap();
    assert_eq!(corpus.len(), 100);
    let texts = corpus.iter().map(|entry| entry["text"].as_str().unwrap().to_owned());
    texts.chain(NASTY.iter().map(|text| (*text).to_owned())).collect()
}

/// Attributes whose value a browser follows or runs.
const ACTIVE: [&str; 10] =
    ["href", "src", "srcset", "action", "formaction", "style", "content", "http-equiv", "data", "srcdoc"];

/// What a browser makes of a page, by a tokenizer that is not ours: every tag and comment in order, with the names of the
/// attributes, and the value of those that do something. Inline scripts are there with their text; data is not a script.
fn tags(html: &str) -> Vec<String> {
    use html5gum::{DefaultEmitter, Token, Tokenizer};
    let mut emitter = DefaultEmitter::default();
    // As a browser does where a script, a style or a title begins.
    emitter.naively_switch_states(true);
    let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (mut tags, mut in_script) = (Vec::new(), false);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let attributes: Vec<String> = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| {
                        let (name, value) = (text_of(name), text_of(value));
                        assert!(!name.starts_with("on"), "an event handler: {name}={value}");
                        if ACTIVE.contains(&name.as_str()) { format!("{name}={value}") } else { name }
                    })
                    .collect();
                let name = text_of(&tag.name);
                let is_data = tag.attributes.get(&b"type"[..]).is_some_and(|kind| kind.ends_with(b"json"));
                in_script = name == "script" && !is_data;
                tags.push(format!("<{name} {}>", attributes.join(" ")).replace(" >", ">"));
            }
            Token::EndTag(tag) => {
                in_script = false;
                tags.push(format!("</{}>", text_of(&tag.name)));
            }
            Token::String(text) if in_script => tags.push(text_of(&text)),
            Token::Comment(text) => tags.push(format!("<!--{}-->", text_of(&text))),
            Token::String(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    tags
}

/// Whatever is typed into names, descriptions, messages and references: the page has the very same tags and attributes.
#[test]
fn nothing_typed_changes_the_markup() {
    let render = |typed: &str| {
        let context = ErrorContext { query: "", request_id: typed, now_ms: 0 };
        let encoded: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let query = format!("reference={encoded}");
        [
            render_pay(&pay_page(typed), &assets()),
            render_invoice(&invoice_page(typed, Status::Open), &assets()),
            render_invoice(&invoice_page(typed, Status::Confirming), &assets()),
            render_invoice(&invoice_page(typed, Status::Paid), &assets()),
            render_error(&PageError::AmountRefused(typed.to_owned()), &context, &assets()),
            render_error(&PageError::Internal, &ErrorContext { query: &query, ..context }, &assets()),
        ]
    };
    let harmless = render("Paper Boat").map(|html| tags(&html));
    assert!(harmless[0].contains(&SHOWN_SCRIPT.to_owned()), "inline scripts are looked at: {:?}", harmless[0]);
    for typed in nasty() {
        let pages = render(&typed);
        for (html, expected) in pages.iter().zip(&harmless) {
            assert_eq!(&tags(html), expected, "{typed}");
        }
        assert_eq!(data(&pages[0])["store"]["name"], typed, "the checkout gets it as it was typed");
    }
}

/// Quotes come from our own core, yet nothing there is trusted to be harmless either.
#[test]
fn nothing_quoted_changes_the_markup() {
    let render = |text: &str| {
        let mut page = invoice_page("Paper Boat", Status::Open);
        let quote = quote_of(&mut page);
        for field in [&mut quote.symbol, &mut quote.chain_name, &mut quote.amount_due, &mut quote.address] {
            text.clone_into(field);
        }
        page.invoice.price = Money { amount: text.to_owned(), currency: text.to_owned() };
        render_invoice(&page, &assets())
    };
    let count = |html: &str| {
        let mut tags = tags(html);
        // A long address has more groups; all of them are the same plain tag.
        tags.dedup();
        tags.retain(|tag| tag != "<span class>" && tag != "</span>");
        tags
    };
    let harmless = count(&render("0x5aAeb6053F3E94C9"));
    for text in nasty() {
        assert_eq!(count(&render(&text)), harmless, "{text}");
    }
}
