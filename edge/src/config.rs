//! The Worker's configuration: string variables, parsed once, with errors that name the variable.
//!
//! Never prints what may be secret: RPC addresses carry provider keys, and the operator's token lets in.

use std::collections::BTreeMap;
use std::fmt;

use groat_core::asset::{ChainId, LOCAL_CHAIN, chain_info};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::limits::{Limits, MAX_LIMIT};

/// A token shorter than this can be guessed; 32 hexadecimal digits are 128 bits.
pub const MIN_OPERATOR_TOKEN_LENGTH: usize = 32;
/// The registry's block time sets the pace of polls, but never a faster one: providers bill and limit calls.
pub const MIN_DEFAULT_POLL_MS: u32 = 1_000;
/// The pace that may be asked for, from what a local chain bears to what a buyer bears.
pub const POLL_MS: std::ops::RangeInclusive<u32> = 200..=600_000;
/// The confirmations that may be asked for; the watcher keeps blocks for its reorg window only.
pub const CONFIRMATIONS: std::ops::RangeInclusive<u32> = 1..=200;
/// RPC nodes of one chain: each failure costs a timeout, so more of them help nobody.
pub const MAX_RPC_NODES: usize = 8;
/// An address longer than this is no address.
pub const MAX_URL_LENGTH: usize = 2_048;
/// The rate sources that `RATES` may point elsewhere.
pub const RATE_SOURCES: [&str; 4] = ["bitstamp", "coinbase", "coingecko", "kraken"];

/// Why the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the variable {variable} {reason}")]
pub struct ConfigError {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

fn wrong(variable: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError { variable, reason: reason.into() }
}

/// Where the Worker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Anywhere real money may be.
    Production,
    /// A laptop: the local chain and loopback webhooks may be used.
    Local,
}

/// One chain that is watched.
#[derive(Clone, PartialEq, Eq)]
pub struct ChainConfig {
    /// The chain.
    pub id: ChainId,
    /// Its RPC nodes, the preferred one first.
    pub rpc: Vec<String>,
    /// Blocks until a payment is final, unless a store asks for more.
    pub confirmations: u32,
    /// Time between polls while someone may be paying.
    pub poll_ms: u32,
}

impl fmt::Debug for ChainConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ChainConfig({}, {} RPC nodes, ", self.id, self.rpc.len())?;
        write!(formatter, "{} confirmations, every {} ms)", self.confirmations, self.poll_ms)
    }
}

/// The operator's token. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorToken(String);

impl OperatorToken {
    /// Whether a caller presented this token. Digests are compared, so the time taken tells nothing about the token.
    pub fn matches(&self, presented: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(presented.as_bytes())
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OperatorToken(…)")
    }
}

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the Worker runs.
    pub environment: Environment,
    /// The address buyers see, without a slash at the end; unless set, the request's own origin.
    pub public_url: Option<String>,
    /// The chains that are watched, by their id.
    pub chains: BTreeMap<ChainId, ChainConfig>,
    /// Another base address for a rate source, without a slash at the end.
    pub rates: BTreeMap<String, String>,
    /// Webhooks may go to 127.0.0.1.
    pub webhooks_allow_loopback: bool,
    /// How much a stranger may take.
    pub limits: Limits,
    /// Who may make stores; nobody, unless set.
    pub operator_token: Option<OperatorToken>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainEntry {
    rpc: Vec<String>,
    confirmations: Option<u32>,
    poll_ms: Option<u32>,
}

impl Config {
    /// Reads the variables; an empty one counts as not set.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let read = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
        let environment = match read("ENVIRONMENT").as_deref() {
            None | Some("production") => Environment::Production,
            Some("local") => Environment::Local,
            Some(_) => return Err(wrong("ENVIRONMENT", "must be \"production\" or \"local\"")),
        };
        Ok(Self {
            environment,
            public_url: read("PUBLIC_URL").map(|text| base_url("PUBLIC_URL", &text)).transpose()?,
            chains: read("CHAINS").map(|text| chains(&text, environment)).transpose()?.unwrap_or_default(),
            rates: read("RATES").map(|text| rates(&text)).transpose()?.unwrap_or_default(),
            webhooks_allow_loopback: allow_loopback(read("WEBHOOKS_ALLOW_LOOPBACK").as_deref(), environment)?,
            limits: read("LIMITS").map(|text| limits(&text)).transpose()?.unwrap_or_default(),
            operator_token: read("OPERATOR_TOKEN").map(operator_token).transpose()?,
        })
    }

    /// True on a laptop.
    pub fn is_local(&self) -> bool {
        self.environment == Environment::Local
    }

    /// A chain's configuration, if it is watched.
    pub fn chain(&self, id: ChainId) -> Option<&ChainConfig> {
        self.chains.get(&id)
    }
}

fn chains(text: &str, environment: Environment) -> Result<BTreeMap<ChainId, ChainConfig>, ConfigError> {
    let entries: BTreeMap<String, ChainEntry> = parse("CHAINS", text)?;
    entries.into_iter().map(|(id, entry)| chain(&id, entry, environment)).collect()
}

fn chain(id: &str, entry: ChainEntry, environment: Environment) -> Result<(ChainId, ChainConfig), ConfigError> {
    let refuse = |reason: &str| Err(wrong("CHAINS", format!("{reason} ({id})")));
    let info = id.parse().ok().and_then(chain_info);
    let Some(info) = info else {
        return refuse("names a chain that Groat does not know");
    };
    if info.id == LOCAL_CHAIN && environment != Environment::Local {
        return refuse("names the local chain, whose coins are worth nothing: only with ENVIRONMENT=local");
    }
    if entry.rpc.is_empty() || entry.rpc.len() > MAX_RPC_NODES {
        return refuse(&format!("must give 1 to {MAX_RPC_NODES} addresses in rpc"));
    }
    if !entry.rpc.iter().all(|url| is_url(url)) {
        return refuse("holds something in rpc that is not an http or https address");
    }
    let confirmations = entry.confirmations.unwrap_or(info.confirmations);
    if !CONFIRMATIONS.contains(&confirmations) {
        return refuse(&format!("wants confirmations from {} to {}", CONFIRMATIONS.start(), CONFIRMATIONS.end()));
    }
    let poll_ms = entry.poll_ms.unwrap_or_else(|| info.block_time_ms.max(MIN_DEFAULT_POLL_MS));
    if !POLL_MS.contains(&poll_ms) {
        return refuse(&format!("wants poll_ms from {} to {}", POLL_MS.start(), POLL_MS.end()));
    }
    Ok((info.id, ChainConfig { id: info.id, rpc: entry.rpc, confirmations, poll_ms }))
}

fn rates(text: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let entries: BTreeMap<String, String> = parse("RATES", text)?;
    let check = |(source, url): (String, String)| {
        if RATE_SOURCES.contains(&source.as_str()) {
            base_url("RATES", &url).map(|url| (source, url))
        } else {
            Err(wrong("RATES", format!("names an unknown source; known are {}", RATE_SOURCES.join(", "))))
        }
    };
    entries.into_iter().map(check).collect()
}

fn limits(text: &str) -> Result<Limits, ConfigError> {
    let limits: Limits = parse("LIMITS", text)?;
    if limits.are_sound() {
        return Ok(limits);
    }
    Err(wrong("LIMITS", format!("wants numbers from 1 to {MAX_LIMIT}")))
}

fn allow_loopback(text: Option<&str>, environment: Environment) -> Result<bool, ConfigError> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") if environment == Environment::Local => Ok(true),
        Some("true") => Err(wrong("WEBHOOKS_ALLOW_LOOPBACK", "is only for ENVIRONMENT=local")),
        Some(_) => Err(wrong("WEBHOOKS_ALLOW_LOOPBACK", "must be \"true\" or \"false\"")),
    }
}

fn operator_token(text: String) -> Result<OperatorToken, ConfigError> {
    if text.len() < MIN_OPERATOR_TOKEN_LENGTH {
        return Err(wrong("OPERATOR_TOKEN", format!("must have at least {MIN_OPERATOR_TOKEN_LENGTH} characters")));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong("OPERATOR_TOKEN", "must be printable ASCII without spaces"));
    }
    Ok(OperatorToken(text))
}

/// The parser's own message could quote what it read, such as a provider's key: only the place is told.
fn parse<T: serde::de::DeserializeOwned>(variable: &'static str, text: &str) -> Result<T, ConfigError> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        wrong(variable, format!("is not the JSON it should be (line {line}, column {column}); see wrangler.toml"))
    })
}

fn base_url(variable: &'static str, text: &str) -> Result<String, ConfigError> {
    if is_url(text) && !text.contains(['?', '#']) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong(variable, "must hold an http or https address"))
    }
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let has_host =
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '['));
    has_host && text.len() <= MAX_URL_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned());
        Config::from_variables(find)
    }

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn nothing_set_is_a_careful_production() {
        let config = config(&[("CHAINS", " ")]).unwrap();
        assert_eq!(config.environment, Environment::Production);
        assert!(config.chains.is_empty() && config.rates.is_empty() && config.public_url.is_none());
        assert!(!config.webhooks_allow_loopback && config.operator_token.is_none() && !config.is_local());
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn reads_everything() {
        let config = config(&[
            ("ENVIRONMENT", "local"),
            ("PUBLIC_URL", "https://pay.example/"),
            (
                "CHAINS",
                r#"{"eip155:31337": {"rpc": ["http://127.0.0.1:8545"], "poll_ms": 250, "confirmations": 1},
                    "eip155:1": {"rpc": ["https://one.example/key", "https://two.example"]},
                    "eip155:42161": {"rpc": ["https://one.example"]}}"#,
            ),
            ("RATES", r#"{"kraken": "http://127.0.0.1:9000/kraken/"}"#),
            ("WEBHOOKS_ALLOW_LOOPBACK", "true"),
            ("LIMITS", r#"{"client_open_invoices": 7}"#),
            ("OPERATOR_TOKEN", TOKEN),
        ])
        .unwrap();
        assert_eq!(config.public_url.as_deref(), Some("https://pay.example"));
        let paces: Vec<_> =
            config.chains.values().map(|chain| (chain.id.to_string(), chain.confirmations, chain.poll_ms)).collect();
        let expected = [("eip155:1", 12, 12_000), ("eip155:31337", 1, 250), ("eip155:42161", 40, 1_000)];
        assert_eq!(paces, expected.map(|(id, confirmations, poll_ms)| (id.to_owned(), confirmations, poll_ms)));
        assert_eq!(config.chain(ChainId::Eip155(1)).unwrap().rpc.len(), 2);
        assert!(config.chain(ChainId::Eip155(10)).is_none());
        assert_eq!(config.rates["kraken"], "http://127.0.0.1:9000/kraken");
        assert!(config.webhooks_allow_loopback);
        assert_eq!(config.limits, Limits { client_open_invoices: 7, ..Limits::default() });
        let token = config.operator_token.clone().unwrap();
        assert!(token.matches(TOKEN) && !token.matches("") && !token.matches(&TOKEN[1..]));
        let shown = format!("{config:?}");
        assert!(!shown.contains(TOKEN) && !shown.contains("one.example"), "{shown}");
    }

    #[test]
    fn refuses_and_names_the_variable() {
        #[rustfmt::skip]
        let table: &[(&str, &str, &str)] = &[
            ("ENVIRONMENT",             "staging",                                            r#"must be "production" or "local""#),
            ("PUBLIC_URL",              "pay.example",                                        "must hold an http or https address"),
            ("PUBLIC_URL",              "https:///x",                                         "must hold an http or https address"),
            ("PUBLIC_URL",              "https://pay.example/?a=b",                           "must hold an http or https address"),
            ("CHAINS",                  "{",                                                  "is not the JSON it should be (line 1, column 1); see wrangler.toml"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": "https://key.example"}}"#,    "is not the JSON it should be (line 1, column 42); see wrangler.toml"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": [], "speed": 1}}"#,           "is not the JSON it should be (line 1, column 32); see wrangler.toml"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": []}}"#,                       "must give 1 to 8 addresses in rpc (eip155:1)"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": ["ftp://a"]}}"#,              "holds something in rpc that is not an http or https address (eip155:1)"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": ["https://a b"]}}"#,          "holds something in rpc that is not an http or https address (eip155:1)"),
            ("CHAINS",                  r#"{"eip155:5": {"rpc": ["https://a"]}}"#,            "names a chain that Groat does not know (eip155:5)"),
            ("CHAINS",                  r#"{"solana:1": {"rpc": ["https://a"]}}"#,            "names a chain that Groat does not know (solana:1)"),
            ("CHAINS",                  r#"{"eip155:31337": {"rpc": ["https://a"]}}"#,        "names the local chain, whose coins are worth nothing: only with ENVIRONMENT=local (eip155:31337)"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": ["https://a"], "confirmations": 0}}"#, "wants confirmations from 1 to 200 (eip155:1)"),
            ("CHAINS",                  r#"{"eip155:1": {"rpc": ["https://a"], "poll_ms": 1}}"#,       "wants poll_ms from 200 to 600000 (eip155:1)"),
            ("RATES",                   r#"{"binance": "https://a"}"#,                        "names an unknown source; known are bitstamp, coinbase, coingecko, kraken"),
            ("RATES",                   r#"{"kraken": "a"}"#,                                 "must hold an http or https address"),
            ("WEBHOOKS_ALLOW_LOOPBACK", "true",                                               "is only for ENVIRONMENT=local"),
            ("WEBHOOKS_ALLOW_LOOPBACK", "yes",                                                r#"must be "true" or "false""#),
            ("LIMITS",                  r#"{"client_open_invoices": 0}"#,                       "wants numbers from 1 to 1000000"),
            ("LIMITS",                  r#"{"client_socket": 9}"#,                              "is not the JSON it should be (line 1, column 16); see wrangler.toml"),
            ("OPERATOR_TOKEN",          "short",                                              "must have at least 32 characters"),
            ("OPERATOR_TOKEN",          "0123456789abcdef 0123456789abcdef",                  "must be printable ASCII without spaces"),
        ];
        for (variable, text, reason) in table {
            let error = config(&[(variable, text)]).unwrap_err();
            assert_eq!(error.to_string(), format!("the variable {variable} {reason}"), "{text}");
        }
    }
}
