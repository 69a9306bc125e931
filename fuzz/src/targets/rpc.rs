//! What a chain's node answers, honest first and then changed by strangers' bytes: the watcher never panics, never tells
//! of an address it does not watch, and never of a payment that contradicts itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use groat_core::asset::ChainId;
use groat_core::evm::Address;
use groat_core::id::{IdKind, StoreId};
use groat_core::money::MAX_BASE_UNITS;
use groat_edge::chain::Watcher;
use groat_edge::chain::double::{Act, CHAIN_NUMBER, ChainDouble, SharedSql, StoresDouble, USDC};
use groat_edge::chain::messages::Watch;
use groat_edge::config::ChainConfig;
use groat_edge::outbound::{Answer, Http, HttpError, Request};
use groat_edge::sql::NativeSql;
use pollster::block_on;

use crate::mutate::{Random, mutated};

const START_MS: i64 = 1_795_000_000_000;
const BLOCK_MS: i64 = 2_000;
/// Polls of one story.
const POLLS: usize = 6;

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = crate::seeds::decisions(8, 12);
    seeds.push(br#"  [{"jsonrpc":"2.0","id":0,"result":"0x2105"}]"#.to_vec());
    seeds.push(br#"  {"jsonrpc":"2.0","id":0,"result":{"number":"0xffffffffffffffff","hash":"0x","timestamp":"0x7fffffffffffffff"}}"#.to_vec());
    seeds.push(br#"  {"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"slow down"}}"#.to_vec());
    seeds
}

/// An honest node behind a wire that a stranger holds.
struct Wire<'a> {
    honest: &'a ChainDouble,
    random: RefCell<Random>,
    /// One answer in so many is changed.
    one_in: usize,
    text: &'a str,
}

impl Http for Wire<'_> {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let answer = self.honest.send(request).await?;
        let mut random = self.random.borrow_mut();
        if random.below(self.one_in) != 0 {
            return Ok(answer);
        }
        let body = match random.below(4) {
            0 => self.text.to_owned(),
            _ => String::from_utf8_lossy(&mutated(
                &[answer.body.into_bytes(), self.text.as_bytes().to_vec()],
                &mut random,
            ))
            .into_owned(),
        };
        Ok(Answer { status: if random.below(8) == 0 { 429 } else { 200 }, retry_after_s: None, body })
    }
}

pub fn run(data: &[u8]) {
    reports(data);
}

/// How many reports came of it.
fn reports(data: &[u8]) -> usize {
    let Some((head, rest)) = data.split_first_chunk::<2>() else { return 0 };
    let text = String::from_utf8_lossy(rest);
    let seed =
        rest.iter().fold(u64::from(u16::from_le_bytes(*head)), |hash, byte| hash.wrapping_mul(31) ^ u64::from(*byte));
    let chain = ChainDouble::new(START_MS);
    let random = RefCell::new(Random::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let wire = Wire { honest: &chain, random, one_in: 1 + usize::from(head[0] % 6), text: &text };
    let stores = StoresDouble::default();
    let mut sql = SharedSql(Rc::new(RefCell::new(NativeSql::in_memory().unwrap())));
    let config = ChainConfig {
        id: ChainId::Eip155(CHAIN_NUMBER),
        rpc: vec!["http://node".to_owned()],
        confirmations: 3,
        poll_ms: 2_000,
    };
    let now_ms = Cell::new(START_MS);
    let clock = || now_ms.get();
    let addresses = [1u8, 2].map(Address::repeat_byte);
    let asked = addresses.map(|address| watch(address, START_MS));
    Watcher::open(&mut sql, &wire, &config).unwrap().watch(&asked, START_MS).unwrap();
    for poll in 0..POLLS {
        now_ms.set(now_ms.get() + BLOCK_MS);
        let pays = [Act::Token { token: USDC, to: addresses[0], amount: 5 }, Act::Coin { to: addresses[1], amount: 7 }];
        let transactions = if poll % 2 == 0 { vec![chain.transaction(&pays)] } else { Vec::new() };
        chain.mine(now_ms.get(), &transactions);
        for _ in 0..4 {
            let mut watcher = Watcher::open(&mut sql, &wire, &config).unwrap();
            block_on(watcher.tick(&stores, &clock)).expect("an answer breaks storage");
        }
        // Past any back-off.
        now_ms.set(now_ms.get() + 120_000);
    }
    let _ = block_on(Watcher::open(&mut sql, &wire, &config).unwrap().health(&clock)).unwrap();
    let mut newest = [0, 0];
    for (_, told) in stores.told.borrow().iter() {
        let index = addresses.iter().position(|address| *address == told.address).expect("an address nobody watches");
        assert!(told.sequence > newest[index], "reports go back");
        newest[index] = told.sequence;
        for (place, payment) in told.payments.iter().enumerate() {
            assert!((1..=MAX_BASE_UNITS).contains(&payment.amount.to_base_units()));
            assert_eq!(payment.asset.chain, config.id);
            assert!(payment.height <= told.head, "a payment above the head: {told:?}");
            assert!(told.payments[..place].iter().all(|other| other.id != payment.id), "a payment twice: {told:?}");
        }
    }
    stores.told.borrow().len()
}

fn watch(address: Address, since_ms: i64) -> Watch {
    let store = StoreId::from_random([1; 16]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&address.as_slice()[..16]);
    Watch {
        address,
        invoice_id: IdKind::Invoice.from_random(&store, bytes),
        store: store.digits().to_owned(),
        confirmations: 3,
        since_ms,
        active_until_ms: since_ms + 900_000,
        until_ms: since_ms + 30 * 86_400_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wire that changes one answer in six still lets some through: the properties above are not about silence.
    #[test]
    fn something_is_told() {
        assert!((0u8..10).map(|number| reports(&[5, number, b'{'])).sum::<usize>() > 0);
    }
}
