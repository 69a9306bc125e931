//! The deployment's variables: a whole configuration or a refusal that names the variable and gives no secret away.

use groat_edge::config::{CONFIRMATIONS, Config, MAX_RPC_NODES, POLL_MS};

use super::choice_and_text;
use crate::seeds::texts;

const VARIABLES: [&str; 6] =
    ["ENVIRONMENT", "PUBLIC_URL", "CHAINS", "RATES", "WEBHOOKS_ALLOW_LOOPBACK", "OPERATOR_TOKEN"];

pub fn seeds() -> Vec<Vec<u8>> {
    texts(&[
        "\0local",
        "\x01https://pay.example/",
        "\x02{\"eip155:31337\": {\"rpc\": [\"http://127.0.0.1:8545\"], \"poll_ms\": 250, \"confirmations\": 1}}",
        "\x02{\"eip155:1\": {\"rpc\": [\"https://one.example/key\", \"https://two.example\"]}}",
        "\x03{\"kraken\": \"http://127.0.0.1:9000/kraken/\"}",
        "\x04true",
        "\x050123456789abcdef0123456789abcdef",
    ])
}

pub fn run(data: &[u8]) {
    let Some((which, text)) = choice_and_text(data) else { return };
    let is_local = which >= 128;
    let variable = VARIABLES[which % VARIABLES.len()];
    let read = |name: &str| match name {
        name if name == variable => Some(text.to_owned()),
        "ENVIRONMENT" if is_local => Some("local".to_owned()),
        _ => None,
    };
    match Config::from_variables(read) {
        Ok(config) => {
            for chain in config.chains.values() {
                assert!((1..=MAX_RPC_NODES).contains(&chain.rpc.len()));
                assert!(CONFIRMATIONS.contains(&chain.confirmations) && POLL_MS.contains(&chain.poll_ms));
                assert!(chain.rpc.iter().all(|url| url.starts_with("http://") || url.starts_with("https://")));
                assert!(!chain.id.to_string().ends_with(":31337") || config.is_local());
            }
            assert!(!config.webhooks_allow_loopback || config.is_local());
            if let Some(token) = &config.operator_token {
                assert!(token.matches(text) && !format!("{config:?}").contains(text));
            }
        }
        Err(error) => {
            assert_eq!(error.variable, variable, "{error}");
            assert!(variable != "OPERATOR_TOKEN" || text.len() < 8 || !error.to_string().contains(text));
        }
    }
}
