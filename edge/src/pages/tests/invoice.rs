//! `/i/…` in every state that an invoice can get into.

use groat_checkout::model::Act;
use groat_checkout::wire::Problem;
use groat_core::invoice::{Exception, Status};
use groat_core::wire::{Delivery, InvoicePage, Network};

use super::super::{Shown, render_invoice};
use super::{assets, data, invoice, invoice_page, payment, quote_of, read_aloud};

/// One row a state: what must be read there, and whether the address may be.
#[test]
fn invoice_page_in_each_state() {
    type Change = fn(&mut InvoicePage);
    #[rustfmt::skip]
    let table: &[(&str, Status, Change, &str, bool)] = &[
        ("paying",     Status::Open,       |_| {},                                     "Pay ETH on Local chain Send exactly 0.016337 ETH", true),
        ("paying",     Status::Open,       |page| page.invoice.payments = vec![payment(1)], "A part has arrived 0.016337 ETH has arrived. Please send the rest to the same address. Still to pay", true),
        ("choosing",   Status::Open,       |page| page.invoice.quote = None,           "How would you like to pay?", false),
        ("stale",      Status::Open,       |page| quote_of(page).expires_at = "2026-11-21T10:00:01Z".to_owned(), "This amount is no longer valid", false),
        ("time-up",    Status::Open,       |page| page.opening.server_time = "2026-11-21T10:15:00.250Z".to_owned(), "The time is over", false),
        ("paying",     Status::Open,       |page| page.opening.server_time = "2026-11-21T10:14:59.999Z".to_owned(), "Send exactly", true),
        ("confirming", Status::Confirming, |page| page.invoice.payments = vec![payment(0)], "Payment seen Local chain shows your payment.", false),
        ("confirming", Status::Confirming, |page| page.invoice.payments = vec![payment(3), payment(1)], "1 of 3 confirmations", false),
        ("paying",     Status::Open,       |page| page.invoice.network = Some(Network::Delayed), "This network is slow to answer right now. Payments show up later than usual, and none is lost. Send exactly", true),
        ("confirming", Status::Confirming, |page| page.invoice.network = Some(Network::Delayed), "This network is slow to answer right now.", false),
        ("confirming", Status::Confirming, |_| {},                                     "0 of 3 confirmations", false),
        ("paid",       Status::Paid,       |_| {},                                     "Thank you. Paper Boat has your payment. Your purchase Paper Boat Open your purchase Return to Paper Boat Receipt Shop Paper Boat", false),
        ("paid",       Status::Paid,       |page| page.invoice.delivery = None,        "has your payment. Return to Paper Boat Receipt", false),
        ("expired",    Status::Expired,    |_| {},                                     "The time to pay is over Nothing has arrived.", false),
        ("expired",    Status::Expired,    |page| page.invoice.payments = vec![payment(1)], "0.016337 ETH has arrived, less than the whole amount.", false),
        ("cancelled",  Status::Cancelled,  |_| {},                                     "Payment cancelled", false),
    ];
    for (screen, status, change, expected, shows_address) in table {
        let mut page = invoice_page("Paper Boat", *status);
        change(&mut page);
        let html = invoice(&page);
        assert!(html.contains(&format!("data-screen=\"{screen}\"")), "{screen}: {expected}");
        let text = read_aloud(&html);
        assert!(text.contains(expected), "{screen}: {text}");
        let grouped = "0x5aAe b605 3F3E 94C9 b9A0 9f33 6694 35E7 Ef1B eAed";
        // On a receipt it says where the money went, and is not offered to be copied and paid to.
        assert_eq!(text.contains(grouped), *shows_address || *screen == "paid", "{screen}: {text}");
        assert_eq!(html.contains("copy-address"), *shows_address, "{screen}");
        assert_eq!(data(&html), serde_json::to_value(&page).unwrap());
    }
}

/// What only the page's address says, where no script runs.
#[test]
fn a_buyer_without_scripts_sees_each_way_to_pay() {
    #[rustfmt::skip]
    let table: &[(Act, &str, &str, Option<&str>)] = &[
        (Act::Exchange, "exchange", "Send from an exchange",    None),
        (Act::HavePaid, "looking",  "Looking for your payment", None),
        (Act::Wallets,  "wallets",  "Open this payment in your wallet’s app: MetaMask", Some("https://link.metamask.io/dapp/pay.example/i/inv_")),
        (Act::Wallet("x".to_owned()), "paying", "Send exactly", None),
    ];
    let page = invoice_page("Paper Boat", Status::Open);
    for (act, screen, expected, link) in table {
        let own_origin = "https://pay.example".to_owned();
        let shown = Shown { act: Some(act.clone()), own_origin, ..Shown::default() };
        let html = render_invoice(&page, shown, &assets());
        assert!(html.contains(&format!("data-screen=\"{screen}\"")), "{act:?}");
        assert!(read_aloud(&html).contains(expected), "{act:?}: {}", read_aloud(&html));
        assert!(link.is_none_or(|link| html.contains(link)), "{act:?}");
    }
    let shown = Shown { act: Some(Act::Wallets), ..Shown::default() };
    assert!(!render_invoice(&page, shown, &assets()).contains("link.metamask.io"));
}

/// A refused choice stands on its page to be made again, under the key that it was made with.
#[test]
fn what_was_refused_can_be_tried_again() {
    let problem = Problem { code: "rate_limited".into(), detail: "Wait.".into(), request_id: None };
    let shown = Shown {
        form_key: "1f".to_owned(),
        problem: Some(("eip155:1/slip44:60".to_owned(), problem)),
        ..Shown::default()
    };
    let html = render_invoice(&invoice_page("Paper Boat", Status::Open), shown, &assets());
    assert!(html.contains("data-screen=\"failed\"") && html.contains("name=\"key\" value=\"1f\""));
    assert!(html.contains("value=\"choose:eip155:1/slip44:60\"><span class=\"\">Try again"), "{html}");
}

/// Every state that an invoice can get into has a page that says what was not clean, and the sellers' guide quotes it.
#[test]
fn every_documented_state_has_its_page() {
    let document = include_str!("../../../../docs/invoice-states.md");
    let guide = include_str!("../../../../docs/sellers.md");
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
        let text = read_aloud(&invoice(&page));
        let is_late = page.invoice.exceptions.contains(&Exception::Late);
        let is_only_part = page.invoice.exceptions == [Exception::Underpaid];
        for exception in &page.invoice.exceptions {
            let sentence = match (exception, status) {
                (Exception::Underpaid, Status::Expired) if is_late => continue,
                (Exception::Underpaid, Status::Expired) if is_only_part => "has arrived, less than the whole amount.",
                (Exception::Underpaid, Status::Expired) => "What arrived is recorded and not lost",
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

/// The time limit is the nearer of the quote's and the invoice's; without scripts the page asks again by itself.
#[test]
fn invoice_page_says_until_when() {
    let mut page = invoice_page("Paper Boat", Status::Open);
    quote_of(&mut page).expires_at = "2026-11-21T10:09:30Z".to_owned();
    let html = invoice(&page);
    assert!(html.contains("role=\"timer\" aria-label=\"Time left\">9:29</span>"));
    assert!(html.contains("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>"));
    assert!(!invoice(&invoice_page("", Status::Paid)).contains("http-equiv"));
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
        let html = invoice(&page);
        assert!(!html.contains("<a "), "{url}");
    }
}
