//! The reader: checks every field once, and names the first that is not as it must be.
//!
//! A field that is wrong is noted and reading goes on with an empty value, so that there is one place that refuses (the
//! end) and not one at every field.

use groat_core::invoice::{Exception, Status};

use super::json::{Json, Malformed};
use super::time::parse_rfc3339;
use super::types::{
    AssetOption, Brand, Delivery, Embed, Invoice, Money, Page, Payment, Problem, Product, Quote, Refund, Source, Theme,
    Unavailable, WalletCall, WalletConnect,
};

/// More entries than any list of an invoice may hold; what comes after is not read.
const ITEMS_MAX: usize = 200;
/// Longer than any text of an invoice; what is longer is refused.
const TEXT_LENGTH_MAX: usize = 4_000;
/// More than any coin has.
const DECIMALS_MAX: usize = 36;
/// Longer than any id.
const WORD_LENGTH_MAX: usize = 128;

/// Reads what `#groat-page` holds, and the invoice if it is an invoice's page.
pub fn page(json: &impl Json) -> Result<(Page, Option<Invoice>), Malformed> {
    let mut reader = Reader::default();
    let read = reader.page(json);
    reader.finish(read)
}

/// Reads an invoice's snapshot.
pub fn snapshot(json: &impl Json) -> Result<Invoice, Malformed> {
    let mut reader = Reader::default();
    let read = reader.snapshot(json);
    reader.finish(read)
}

/// Reads what `POST …/quotes` answers: the invoice with its new quote, or nothing if it is the quote alone.
pub fn answer(json: &impl Json) -> Result<Option<Invoice>, Malformed> {
    if json.field("version").is_some() { snapshot(json).map(Some) } else { Ok(None) }
}

/// Reads problem details. Whatever is missing is empty: there is always something to show.
pub fn problem(json: &impl Json) -> Problem {
    let mut reader = Reader::default();
    let mut said = |name| reader.maybe_text(json, name);
    let detail = said("detail").or_else(|| said("title"));
    Problem {
        code: said("code").unwrap_or_default(),
        detail: detail.unwrap_or_default(),
        request_id: said("request_id"),
    }
}

/// Notes the first field that is not as it must be.
#[derive(Default)]
struct Reader {
    wrong: Option<&'static str>,
}

impl Reader {
    fn finish<T>(self, read: T) -> Result<T, Malformed> {
        self.wrong.map_or(Ok(read), |name| Err(Malformed(name)))
    }

    fn refuse(&mut self, name: &'static str) {
        self.wrong = self.wrong.or(Some(name));
    }

    fn page(&mut self, json: &impl Json) -> (Page, Option<Invoice>) {
        let mut invoice = None;
        let source = match self.text(json, "kind").as_str() {
            "pay" => Source::Pay {
                key: self.word(json, "key"),
                store_name: self.store_name(json),
                product: self.product(json),
                price: self.price(json),
                options: self.list(json, "options", Self::option),
            },
            "invoice" => {
                invoice = json.field("invoice").map(|json| self.snapshot(&json));
                if invoice.is_none() {
                    self.refuse("invoice");
                }
                Source::Invoice
            }
            "problem" => Source::Problem(json.field("problem").map(|json| problem(&json)).unwrap_or_default()),
            _ => {
                self.refuse("kind");
                Source::Invoice
            }
        };
        let page = Page {
            source,
            embed: match self.maybe_text(json, "embed").as_deref() {
                Some("modal") => Embed::Modal,
                Some("inline") => Embed::Inline,
                _ => Embed::Link,
            },
            // Not any text: what is said to `*` is heard by everybody.
            origin: self.maybe_address(json, "origin"),
            reference: self.maybe_text(json, "reference"),
            theme: match self.maybe_text(json, "theme").as_deref() {
                Some("light") => Theme::Light,
                Some("dark") => Theme::Dark,
                _ => Theme::Auto,
            },
            brand: json.field("brand").map(|json| self.brand(&json)).unwrap_or_default(),
            walletconnect: json.field("walletconnect").map(|json| self.walletconnect(&json)),
            server_time_ms: self.time(json, "server_time"),
        };
        (page, invoice)
    }

    fn brand(&mut self, json: &impl Json) -> Brand {
        let is_ours = |address: &String| address.starts_with("/logo/");
        let is_support = |address: &String| ["https://", "mailto:"].iter().any(|start| address.starts_with(start));
        Brand {
            logo: self.maybe_text(json, "logo").filter(is_ours),
            note: self.maybe_text(json, "note"),
            thanks: self.maybe_text(json, "thanks"),
            support: self.maybe_text(json, "support").filter(is_support),
        }
    }

    fn snapshot(&mut self, json: &impl Json) -> Invoice {
        let mut invoice = Invoice {
            id: self.word(json, "id"),
            version: self.integer(json, "version"),
            status: self.status(json),
            exceptions: self.list(json, "exceptions", |_, entry| exception(entry)).into_iter().flatten().collect(),
            store_name: self.store_name(json),
            product: self.product(json),
            price: self.price(json),
            reference: self.maybe_text(json, "reference"),
            expires_at_ms: self.time(json, "expires_at"),
            redirect_url: self.maybe_address(json, "redirect_url"),
            quote: json.field("quote").map(|json| self.quote(&json)),
            payments: self.list(json, "payments", Self::payment),
            refunds: self.list(json, "refunds", Self::refund),
            options: self.list(json, "options", Self::option),
            delivery: json.field("delivery").map(|json| Delivery {
                url: self.maybe_address(&json, "url"),
                message: self.maybe_text(&json, "message"),
            }),
            is_delayed: self.maybe_text(json, "network").as_deref() == Some("delayed"),
            server_time_ms: self.time(json, "server_time"),
        };
        let has_received = invoice.payments.iter().any(|payment| payment.credited);
        if let Some(quote) = &mut invoice.quote {
            quote.has_received = has_received;
        }
        invoice
    }

    fn status(&mut self, json: &impl Json) -> Status {
        let status = Status::parse(&self.text(json, "status"));
        if status.is_none() {
            self.refuse("status");
        }
        status.unwrap_or(Status::Open)
    }

    fn quote(&mut self, json: &impl Json) -> Quote {
        let uris = json.field("uris");
        let add_chain = json.field("add_chain");
        let coin = add_chain.as_ref().and_then(|chain| chain.field("nativeCurrency"));
        if uris.is_none() {
            self.refuse("uris");
        }
        Quote {
            id: self.word(json, "id"),
            asset: self.text(json, "asset"),
            symbol: self.text(json, "symbol"),
            chain: self.text(json, "chain"),
            chain_name: self.text(json, "chain_name"),
            decimals: self.decimals(json),
            testnet: flag(json, "testnet"),
            amount: self.decimal(json, "amount"),
            has_received: false,
            amount_due: self.decimal(json, "amount_due"),
            address: self.word(json, "address"),
            confirmations_required: self.integer(json, "confirmations_required"),
            plain_uri: uris.as_ref().map(|uris| self.text(uris, "plain")).unwrap_or_default(),
            eip681_uri: uris.as_ref().and_then(|uris| self.maybe_text(uris, "eip681")),
            wallet_call: json.field("wallet_call").map(|call| WalletCall {
                chain_id: self.integer(&call, "chain_id"),
                to: self.hex(&call, "to"),
                value: self.hex(&call, "value"),
                data: self.hex(&call, "data"),
            }),
            fee_symbol: coin.and_then(|coin| self.maybe_text(&coin, "symbol")),
            add_chain: add_chain.map(|chain| chain.print()),
            expires_at_ms: self.time(json, "expires_at"),
        }
    }

    fn walletconnect(&mut self, json: &impl Json) -> WalletConnect {
        // A module is code: it comes from the page's own origin or not at all.
        let is_ours = |path: &str| path.starts_with("/assets/");
        WalletConnect {
            project_id: self.text(json, "project_id"),
            relay_url: self.text(json, "relay_url"),
            script: self.checked(json, "script", is_ours),
            wasm: self.checked(json, "wasm", is_ours),
        }
    }

    fn payment<J: Json>(&mut self, json: &J) -> Payment {
        Payment {
            symbol: self.text(json, "symbol"),
            chain_name: self.text(json, "chain_name"),
            amount: self.decimal(json, "amount"),
            credited: flag(json, "credited"),
            transaction: self.maybe_text(json, "transaction"),
            explorer_url: self.maybe_address(json, "explorer_url"),
            confirmations: self.integer(json, "confirmations"),
            confirmations_required: self.integer(json, "confirmations_required"),
            is_final: flag(json, "final"),
            seen_at_ms: self.time(json, "seen_at"),
        }
    }

    fn refund<J: Json>(&mut self, json: &J) -> Refund {
        Refund {
            symbol: self.text(json, "symbol"),
            amount: self.decimal(json, "amount"),
            transaction: self.text(json, "transaction"),
            explorer_url: self.maybe_address(json, "explorer_url"),
        }
    }

    fn option<J: Json>(&mut self, json: &J) -> AssetOption {
        let unavailable = match self.maybe_text(json, "unavailable_reason").as_deref() {
            Some("rates_unavailable") => Some(Unavailable::Rates),
            Some("asset_off_peg") => Some(Unavailable::OffPeg),
            // A newer edge may know reasons that this page does not.
            Some(_) => Some(Unavailable::Network),
            None if !flag(json, "available") => Some(Unavailable::Network),
            None => None,
        };
        AssetOption {
            asset: self.text(json, "asset"),
            symbol: self.text(json, "symbol"),
            name: self.text(json, "name"),
            chain_name: self.text(json, "chain_name"),
            testnet: flag(json, "testnet"),
            amount: json.field("amount").map(|_| self.decimal(json, "amount")),
            unavailable,
        }
    }

    fn product(&mut self, json: &impl Json) -> Option<Product> {
        json.field("product").map(|json| Product {
            id: self.word(&json, "id"),
            name: self.text(&json, "name"),
            description: self.maybe_text(&json, "description"),
        })
    }

    fn price(&mut self, json: &impl Json) -> Money {
        let Some(price) = json.field("price") else {
            self.refuse("price");
            return Money { amount: String::new(), currency: String::new() };
        };
        // The browser throws at anything but three letters.
        let is_code = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        Money { amount: self.decimal(&price, "amount"), currency: self.checked(&price, "currency", is_code) }
    }

    fn store_name(&mut self, json: &impl Json) -> String {
        let Some(store) = json.field("store") else {
            self.refuse("store");
            return String::new();
        };
        self.text(&store, "name")
    }

    fn list<J: Json, T>(&mut self, json: &J, name: &'static str, read: fn(&mut Self, &J) -> T) -> Vec<T> {
        let Some(items) = json.field(name).and_then(|value| value.items()) else {
            self.refuse(name);
            return Vec::new();
        };
        items.iter().take(ITEMS_MAX).map(|item| read(self, item)).collect()
    }

    fn text(&mut self, json: &impl Json, name: &'static str) -> String {
        self.checked(json, name, |text| text.len() <= TEXT_LENGTH_MAX)
    }

    fn maybe_text(&mut self, json: &impl Json, name: &'static str) -> Option<String> {
        json.field(name).map(|_| self.text(json, name))
    }

    /// An id or address: letters, digits and underscores.
    fn word(&mut self, json: &impl Json, name: &'static str) -> String {
        self.checked(json, name, |text| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !text.is_empty() && text.len() <= WORD_LENGTH_MAX && text.bytes().all(is_plain)
        })
    }

    fn decimal(&mut self, json: &impl Json, name: &'static str) -> String {
        self.checked(json, name, |text| {
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number(whole) && is_number(fraction)
        })
    }

    fn hex(&mut self, json: &impl Json, name: &'static str) -> String {
        self.checked(json, name, |text| {
            text.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        })
    }

    fn checked(&mut self, json: &impl Json, name: &'static str, is_right: fn(&str) -> bool) -> String {
        let text = json.field(name).and_then(|value| value.text()).filter(|text| is_right(text));
        if text.is_none() {
            self.refuse(name);
        }
        text.unwrap_or_default()
    }

    fn integer(&mut self, json: &impl Json, name: &'static str) -> u64 {
        let number = json.field(name).and_then(|value| value.integer());
        if number.is_none() {
            self.refuse(name);
        }
        number.unwrap_or_default()
    }

    fn decimals(&mut self, json: &impl Json) -> usize {
        let decimals =
            usize::try_from(self.integer(json, "decimals")).ok().filter(|decimals| *decimals <= DECIMALS_MAX);
        if decimals.is_none() {
            self.refuse("decimals");
        }
        decimals.unwrap_or_default()
    }

    fn time(&mut self, json: &impl Json, name: &'static str) -> i64 {
        let time_ms = parse_rfc3339(&self.text(json, name));
        if time_ms.is_none() {
            self.refuse(name);
        }
        time_ms.unwrap_or_default()
    }

    /// Only a web address becomes a link; anything else (`javascript:` above all) is left out.
    fn maybe_address(&mut self, json: &impl Json, name: &'static str) -> Option<String> {
        let is_web = |address: &String| address.starts_with("https://") || address.starts_with("http://");
        self.maybe_text(json, name).filter(is_web)
    }
}

/// An exception that a newer edge may know and this page does not is no reason to show nothing.
fn exception(json: &impl Json) -> Option<Exception> {
    match json.text()?.as_str() {
        "underpaid" => Some(Exception::Underpaid),
        "overpaid" => Some(Exception::Overpaid),
        "late" => Some(Exception::Late),
        "reversed" => Some(Exception::Reversed),
        "wrong_asset" => Some(Exception::WrongAsset),
        _ => None,
    }
}

fn flag(json: &impl Json, name: &str) -> bool {
    json.field(name).is_some_and(|value| value.is_true())
}
