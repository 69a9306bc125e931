//! Nothing that a stranger wrote changes the markup.

use groat_checkout::language;
use groat_core::invoice::Status;
use groat_core::wire::Money;

use super::super::headers::SHOWN_SCRIPT;
use super::super::{ErrorContext, PageError, render_error};
use super::{assets, data, invoice, invoice_page, pay, pay_page, quote_of};

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
    let corpus: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../../../tests/lib/xss.json")).unwrap();
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
        let context = ErrorContext { query: "", language: language::english(), request_id: typed, now_ms: 0 };
        let encoded: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let query = format!("reference={encoded}");
        [
            pay(&pay_page(typed)),
            invoice(&invoice_page(typed, Status::Open)),
            invoice(&invoice_page(typed, Status::Confirming)),
            invoice(&invoice_page(typed, Status::Paid)),
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
        invoice(&page)
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
