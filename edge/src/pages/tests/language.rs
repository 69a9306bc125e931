//! A page is in one language, whole: its text, its direction, its data's file.

use groat_checkout::language;

use super::super::{ErrorContext, PageError, Shown, render_error, render_pay};
use super::{assets, data, pay_page, read_aloud};

fn pay_in(tag: &str) -> String {
    let shown = Shown { language: language::choose(Some(tag), ""), ..Shown::default() };
    render_pay(&pay_page("Paper Boat"), shown, &assets())
}

#[test]
fn a_page_is_in_its_readers_language() {
    #[rustfmt::skip]
    let table = [
        // asked,   html,                                      file,                       words
        ("de-AT",   "<html lang=\"de\" dir=\"ltr\" ",          "/assets/text.de.4c.txt",   "Wie möchten Sie bezahlen?"),
        ("ar",      "<html lang=\"ar\" dir=\"rtl\" ",          "/assets/text.ar.4c.txt",   "كيف تودّ أن تدفع؟"),
        ("tlh",     "<html lang=\"en\" dir=\"ltr\" ",          "/assets/text.en.4c.txt",   "How would you like to pay?"),
    ];
    for (tag, html, file, words) in table {
        let page = pay_in(tag);
        assert!(page.contains(html), "{tag}");
        let link = format!(
            "<link id=\"groat-text\" rel=\"preload\" as=\"fetch\" crossorigin type=\"text/plain\" href=\"{file}\">"
        );
        assert!(page.contains(&link), "{tag}");
        assert!(read_aloud(&page).contains(words), "{tag}");
        assert_eq!(page.matches("/assets/text.").count(), 1, "{tag}: one language's file");
    }
}

#[test]
fn an_error_is_said_in_it_too() {
    let context = ErrorContext { query: "", language: language::choose(None, "de"), request_id: "req_1", now_ms: 0 };
    let page = render_error(&PageError::TooMany(30), &context, &assets());
    let detail = "Zu viele Anfragen auf einmal. Bitte versuchen Sie es in 30 Sekunden erneut.";
    assert!(read_aloud(&page).contains(detail));
    assert_eq!(data(&page)["problem"]["detail"], detail, "the checkout says it again from the data");
}

/// What goes from left to right is set apart, so that nothing around it turns it.
#[test]
fn values_are_set_apart_from_right_to_left() {
    let page = pay_in("ar");
    assert!(page.contains("\u{2068}USDC\u{2069} على \u{2068}Base\u{2069}"), "{page}");
    assert!(page.contains("\u{2068}0.016337\u{a0}ETH\u{2069}"), "{page}");
    assert!(!pay_in("de").contains('\u{2068}'));
}
