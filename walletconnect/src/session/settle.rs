//! Reads what a wallet agrees to: it comes from a stranger.

use super::{Account, SEND_TRANSACTION, Wallet};
use crate::error::one_line;
use crate::json::Value;

/// More accounts than any wallet offers; the rest is not read.
const ACCOUNTS_MAX: usize = 200;
/// Longer than any wallet's name.
const NAME_MAX: usize = 60;
/// Longer than any wallet's link.
const LINK_MAX: usize = 300;

/// What the namespaces of a settlement or an update allow.
#[derive(Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Payments from these accounts.
    Accounts(Vec<Account>),
    /// Accounts, but no payments.
    NoPayments,
}

/// Reads namespaces. Nothing if there is no EVM account among them.
pub fn read_agreed(namespaces: &Value) -> Option<Agreed> {
    // Keyed by namespace, or by chain (CAIP-25 allows both).
    let is_evm = |name: &str| name == "eip155" || name.starts_with("eip155:");
    let mut accounts = Vec::new();
    let mut has_other = false;
    for (_, namespace) in namespaces.fields().iter().filter(|(name, _)| is_evm(name)) {
        let found = namespace.items_of("accounts").iter().filter_map(|account| Account::read(account.as_text()?));
        if namespace.items_of("methods").iter().any(|method| method.as_text() == Some(SEND_TRANSACTION)) {
            accounts.extend(found);
        } else {
            has_other |= found.count() > 0;
        }
    }
    accounts.truncate(ACCOUNTS_MAX);
    if accounts.is_empty() { has_other.then_some(Agreed::NoPayments) } else { Some(Agreed::Accounts(accounts)) }
}

/// Reads who the wallet says it is. Nothing in it is trusted beyond being shown.
pub fn read_wallet(metadata: &Value) -> Wallet {
    let name =
        one_line(metadata.text_of("name").unwrap_or_default()).trim_matches(' ').chars().take(NAME_MAX).collect();
    let redirect = metadata.get("redirect");
    let link = |kind: &str| redirect?.text_of(kind).filter(|link| leads_to_an_app(link)).map(str::to_owned);
    Wallet { name, link: link("universal").or_else(|| link("native")) }
}

/// Whether following it opens an app or a site, and runs nothing in this page.
pub(crate) fn leads_to_an_app(link: &str) -> bool {
    // By a character: searching for a text brings a searcher of 2 kB.
    let Some((scheme, rest)) = link.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let runs_here = ["javascript", "data", "vbscript", "blob", "file", "http", "filesystem", "about"];
    let is_harmless = !runs_here.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    is_scheme
        && is_harmless
        && rest.starts_with("//")
        && link.len() <= LINK_MAX
        && !link.contains(|c: char| c.is_control() || c == ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    fn agreed(text: &str) -> Option<Agreed> {
        read_agreed(&Value::read(&text.replace("ADDRESS", ADDRESS)).unwrap())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the table's other outcomes")]
    fn accounts(chains: &[&str]) -> Option<Agreed> {
        let account = |chain: &&str| Account { chain: (*chain).to_owned(), address: ADDRESS.to_owned() };
        Some(Agreed::Accounts(chains.iter().map(account).collect()))
    }

    #[test]
    fn namespaces_are_read_by_what_they_allow() {
        let send = r#""methods":["personal_sign","eth_sendTransaction"]"#;
        #[rustfmt::skip]
        let table = [
            (format!(r#"{{"eip155":{{"accounts":["eip155:1:ADDRESS","eip155:8453:ADDRESS"],{send}}}}}"#), accounts(&["eip155:1", "eip155:8453"])),
            (format!(r#"{{"eip155:10":{{"accounts":["eip155:10:ADDRESS"],{send}}}}}"#),                   accounts(&["eip155:10"])),
            (r#"{"eip155":{"accounts":["eip155:1:ADDRESS"],"methods":["personal_sign"]}}"#.to_owned(),    Some(Agreed::NoPayments)),
            (format!(r#"{{"eip155":{{"accounts":["eip155:1:0x12",7,"eip155::ADDRESS"],{send}}}}}"#),      None),
            (format!(r#"{{"solana":{{"accounts":["eip155:1:ADDRESS"],{send}}}}}"#),                       None),
            (format!(r#"{{"eip1559":{{"accounts":["eip155:1:ADDRESS"],{send}}}}}"#),                      None),
            ("{}".to_owned(),                                                                             None),
            ("[]".to_owned(),                                                                             None),
        ];
        for (text, expected) in table {
            assert_eq!(agreed(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_wallets_link_leads_out_of_the_page_or_nowhere() {
        #[rustfmt::skip]
        let table = [
            ("https://wallet.example/app", true),
            ("trust://",                   true),
            ("io.metamask://wc",           true),
            ("javascript://%0aalert(1)",   false),
            ("JavaScript://%0aalert(1)",   false),
            ("data://text/html,x",         false),
            ("http://wallet.example",      false),
            ("trust://a b",                false),
            ("trust:",                     false),
            ("://x",                       false),
            ("java\nscript://x",           false),
        ];
        for (link, expected) in table {
            assert_eq!(leads_to_an_app(link), expected, "{link:?}");
        }
        assert!(!leads_to_an_app(&format!("trust://{}", "x".repeat(LINK_MAX))));
    }
}
