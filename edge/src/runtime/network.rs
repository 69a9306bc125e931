//! What the Worker asks of chains and exchanges, with short memories so that a busy page asks once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use groat_core::asset::{ASSETS, AssetInfo, ChainId};
use groat_core::id::StoreId;
use groat_core::money::Currency;
use worker::{Env, console_error};

use super::ask;
use super::outbound::RuntimeHttp;
use super::rates_cache::{RuntimeRatesCache, memory};
use crate::api::ChainAvailability;
use crate::chain::messages::{ChainHealth, HEALTH_PATH, LOOK_PATH, LookRequest};
use crate::config::Config;
use crate::rates::{Exchanges, RateTable, SourceUrls, pair, rate_symbols, rates_for};
use crate::store::QuoteRates;

/// A chain's health is asked again after this time: a network that fails is greyed within seconds.
const HEALTH_FRESH_MS: i64 = 3_000;

/// Stores whose currency is remembered in one isolate.
const MAX_CURRENCIES: usize = 1_000;

thread_local! {
    static CURRENCIES: RefCell<BTreeMap<String, Currency>> = const { RefCell::new(BTreeMap::new()) };
    static HEALTH: RefCell<BTreeMap<ChainId, (i64, Option<ChainHealth>)>> = const { RefCell::new(BTreeMap::new()) };
}

/// The currency that a store asked for last: most stores price everything in one, so its rates can come with the question.
pub fn usual_currency(store: &StoreId) -> Option<Currency> {
    CURRENCIES.with_borrow(|known| known.get(store.digits()).copied())
}

/// Remembers it. A full memory starts anew: it only saves a question.
pub fn remember_currency(store: &StoreId, currency: Currency) {
    CURRENCIES.with_borrow_mut(|known| {
        if known.len() >= MAX_CURRENCIES {
            known.clear();
        }
        known.insert(store.digits().to_owned(), currency);
    });
}

/// The health of chains, as their watchers tell it. `None` where a watcher itself does not answer.
pub async fn chain_health(env: &Env, chains: &[ChainId], now_ms: i64) -> Vec<(ChainId, Option<ChainHealth>)> {
    join_all(chains.iter().map(|chain| async move {
        let known = HEALTH.with_borrow(|known| known.get(chain).cloned());
        if let Some((_, health)) = known.filter(|(asked_ms, _)| (0..HEALTH_FRESH_MS).contains(&(now_ms - asked_ms))) {
            return (*chain, health);
        }
        let health = ask_health(env, *chain).await;
        HEALTH.with_borrow_mut(|known| known.insert(*chain, (now_ms, health.clone())));
        (*chain, health)
    }))
    .await
}

async fn ask_health(env: &Env, chain: ChainId) -> Option<ChainHealth> {
    let answer = async {
        let mut response = ask::<()>(env, "CHAIN", &chain.to_string(), HEALTH_PATH, None).await?;
        response.json::<ChainHealth>().await
    };
    match answer.await {
        Ok(health) => Some(health),
        Err(error) => {
            console_error!("health of {chain}: {error}");
            None
        }
    }
}

/// Which chains can be reached.
pub async fn chain_availability(env: &Env, chains: &[ChainId], now_ms: i64) -> ChainAvailability {
    let health = chain_health(env, chains, now_ms).await;
    health.into_iter().map(|(chain, health)| (chain, health.is_some_and(|health| health.available))).collect()
}

/// Makes a chain's watcher look at once. A hint that is lost costs a second.
pub async fn look(env: &Env, chain: ChainId, hash: &str) {
    let request = LookRequest { hash: Some(hash.to_owned()) };
    if let Err(error) = ask(env, "CHAIN", &chain.to_string(), LOOK_PATH, Some(&request)).await {
        console_error!("hint for {chain}: {error}");
    }
}

/// Rates in a currency, from memory, the shared cache, or the exchanges.
pub async fn rates_in(config: &Config, currency: Currency, now_ms: i64) -> RateTable {
    let defaults = SourceUrls::default();
    let url = |source: &str, default: String| config.rates.get(source).cloned().unwrap_or(default);
    let urls = SourceUrls {
        coinbase: url("coinbase", defaults.coinbase),
        kraken: url("kraken", defaults.kraken),
        coingecko: url("coingecko", defaults.coingecko),
        bitstamp: url("bitstamp", defaults.bitstamp),
    };
    let exchanges = Exchanges { http: &RuntimeHttp, shared: &RuntimeRatesCache, urls: &urls };
    rates_for(&exchanges, &memory(), currency, now_ms).await
}

/// Rates as a store's object locks them into quotes.
pub async fn quote_rates(config: &Config, currency: Currency) -> QuoteRates {
    let table = rates_in(config, currency, super::now_ms()).await;
    let symbols = rate_symbols();
    let mut by_symbol: BTreeMap<_, _> =
        symbols.filter_map(|symbol| Some((symbol.to_owned(), table.rate(symbol)?))).collect();
    // Of pegged coins also the price in what they follow, which is what a peg is measured in.
    let pegged = |asset: &'static AssetInfo| Some((asset.symbol, asset.pegged_to?));
    let pairs: BTreeSet<_> = ASSETS.iter().filter_map(pegged).filter(|(_, peg)| *peg != currency.code()).collect();
    for peg in pairs.iter().map(|(_, peg)| *peg).collect::<BTreeSet<_>>() {
        let Ok(followed) = Currency::parse(peg) else { continue };
        let table = rates_in(config, followed, super::now_ms()).await;
        let of_peg = pairs.iter().filter(|(_, other)| *other == peg);
        by_symbol.extend(of_peg.filter_map(|(symbol, _)| Some((pair(symbol, peg), table.rate(symbol)?))));
    }
    QuoteRates { currency: currency.code().to_owned(), by_symbol }
}
