//! Whole pages: their shape, what they show in each state, and that nothing a stranger wrote can break out.

use groat_core::invoice::Status;
use groat_core::wire::{
    AddChain, Delivery, InvoicePage, InvoiceSnapshot, Money, NativeCurrency, Opening, OptionView, PayPage, PaymentView,
    ProductView, QuoteView, StoreView, Unavailable, UrisView, WalletCallView,
};

use super::*;

mod brand;
mod errors;
mod invoice;
mod language;
mod markup;
mod pay;

const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const NOW: &str = "2026-11-21T10:00:01Z";

fn assets() -> AssetUrls {
    AssetUrls {
        checkout_js: "/assets/checkout.1f.js".to_owned(),
        checkout_wasm: "/assets/checkout.2e_bg.wasm".to_owned(),
        checkout_css: "/assets/checkout.3d.css".to_owned(),
        texts: ["en", "de", "ar"].map(|tag| (tag.to_owned(), format!("/assets/text.{tag}.4c.txt"))).into(),
        walletconnect_js: "/assets/walletconnect.4c.js".to_owned(),
        walletconnect_wasm: "/assets/walletconnect.5d.wasm".to_owned(),
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
    Opening { embed: None, origin: None, reference: None, locale: None, theme, brand: None, server_time }
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
        walletconnect: None,
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
        walletconnect: None,
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

/// Type and value of every control that can be pressed, in order.
fn controls(html: &str) -> Vec<(&str, &str)> {
    let tags = html.split("<button ").skip(1).filter_map(|rest| rest.split('>').next());
    tags.filter_map(|tag| Some((attribute(tag, "type")?, attribute(tag, "value")?))).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}

/// The page with a form key of its own.
fn pay(page: &PayPage) -> String {
    render_pay(page, Shown { form_key: "1f".to_owned(), ..Shown::default() }, &assets())
}

fn invoice(page: &InvoicePage) -> String {
    render_invoice(page, Shown { form_key: "1f".to_owned(), ..Shown::default() }, &assets())
}

fn quote_of(page: &mut InvoicePage) -> &mut QuoteView {
    page.invoice.quote.as_mut().unwrap()
}
