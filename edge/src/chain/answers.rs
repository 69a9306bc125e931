//! Reads what nodes answer: blocks, logs, balances, decimals. Everything here comes from outside: bounded, in one
//! spelling, and checked against what was asked.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, U256, b256, hex};
use groat_core::evm::FACTORY;
use groat_core::money::Amount;
use serde_json::{Value, json};

use super::limits::{MAX_BLOCK_TIME_SECONDS, MAX_HEIGHT};
use super::rpc::{Call, RpcError};

/// `Transfer(address indexed from, address indexed to, uint256 amount)` of ERC-20.
pub const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
/// `Swept(address indexed token, address indexed deposit, uint256 amount)` of the factory; a test derives it.
pub const SWEPT: B256 = b256!("7b09c29f9106defeccc9ac3b823f3aad0b470d120e5df7aed033b5c43a4bf718");

/// `decimals()` of ERC-20.
const DECIMALS_SELECTOR: &str = "0x313ce567";

/// A block, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// The hash of the block below.
    pub parent: B256,
    /// Its time in milliseconds since 1970.
    pub time_ms: i64,
}

/// Which blocks' logs are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocks {
    /// One block by its hash: a node that does not know it says so.
    One(Block),
    /// A range by height, both ends included.
    Range(u64, u64),
}

/// What a log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    /// A listed token's contract says that tokens arrived.
    Transfer {
        /// The contract.
        token: Address,
    },
    /// The factory says that money left for the payout.
    Swept {
        /// The token's contract; zero is native coin.
        token: Address,
    },
}

/// One log about one deposit address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// What it says.
    pub kind: LogKind,
    /// The deposit address.
    pub deposit: Address,
    /// How much, never zero.
    pub amount: Amount,
    /// Height of its block.
    pub height: u64,
    /// Hash of its block.
    pub block_hash: B256,
    /// Its transaction.
    pub transaction: B256,
    /// Its place in the block.
    pub index: u64,
}

/// The block at a height.
pub fn block_call(height: u64) -> Call {
    Call { method: "eth_getBlockByNumber", params: json!([quantity(height), false]) }
}

/// The newest block.
pub fn head_call() -> Call {
    Call { method: "eth_getBlockByNumber", params: json!(["latest", false]) }
}

/// The chain's number.
pub fn chain_id_call() -> Call {
    Call { method: "eth_chainId", params: json!([]) }
}

/// The logs of listed tokens and of the factory that name one of the deposits second.
pub fn logs_call(blocks: Blocks, tokens: &[Address], deposits: &[Address]) -> Call {
    let contracts: Vec<&Address> = tokens.iter().chain([&FACTORY]).collect();
    let deposits: Vec<B256> = deposits.iter().map(Address::into_word).collect();
    let mut filter = json!({"address": contracts, "topics": [[TRANSFER, SWEPT], null, deposits]});
    match blocks {
        Blocks::One(block) => filter["blockHash"] = json!(block.hash),
        Blocks::Range(from, to) => {
            filter["fromBlock"] = json!(quantity(from));
            filter["toBlock"] = json!(quantity(to));
        }
    }
    Call { method: "eth_getLogs", params: json!([filter]) }
}

/// Balances of a token, or with zero of native coin, after a block, many in one call; `contracts/src/BalanceReader.yul` describes data and answer.
pub fn balances_call(at: BalanceAt, token: Address, addresses: &[Address]) -> Call {
    let mut data =
        String::with_capacity(2 + groat_core::evm::BALANCE_READER_CREATION_CODE.len() + 40 * (addresses.len() + 1));
    data.push_str("0x");
    data.push_str(groat_core::evm::BALANCE_READER_CREATION_CODE.trim().trim_start_matches("0x"));
    data.push_str(&hex::encode(token));
    for address in addresses {
        data.push_str(&hex::encode(address));
    }
    let at = match at {
        BalanceAt::Hash(hash) => json!({ "blockHash": hash }),
        BalanceAt::Height(height) => json!(quantity(height)),
    };
    Call { method: "eth_call", params: json!([{ "data": data }, at]) }
}

/// After which block balances are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceAt {
    /// A certain block.
    Hash(B256),
    /// The canonical block of a height.
    Height(u64),
}

/// What a token says of its decimals.
pub fn decimals_call(token: Address) -> Call {
    Call { method: "eth_call", params: json!([{"to": token, "data": DECIMALS_SELECTOR}, "latest"]) }
}

/// A block, or `None` where the node has none.
pub fn read_block(answer: &Value) -> Result<Option<Block>, RpcError> {
    if answer.is_null() {
        return Ok(None);
    }
    let seconds = read_quantity(&answer["timestamp"], "a block's time")?;
    if seconds > MAX_BLOCK_TIME_SECONDS {
        return Err(RpcError::Malformed("a block's time is absurd"));
    }
    Ok(Some(Block {
        number: read_height(&answer["number"])?,
        hash: read_hash(&answer["hash"])?,
        parent: read_hash(&answer["parentHash"])?,
        time_ms: i64::try_from(seconds).unwrap_or_default() * 1_000,
    }))
}

/// The block that was asked for by its height.
pub fn read_block_at(answer: &Value, height: u64) -> Result<Option<Block>, RpcError> {
    let block = read_block(answer)?;
    match block {
        Some(block) if block.number != height => Err(RpcError::Malformed("a block of another height")),
        block => Ok(block),
    }
}

/// A chain's number.
pub fn read_chain_id(answer: &Value) -> Result<u64, RpcError> {
    read_quantity(answer, "a chain id")
}

/// Logs. What contradicts the question makes the whole answer worthless; what is no transfer of value is left out.
pub fn read_logs(
    answer: &Value,
    blocks: Blocks,
    tokens: &[Address],
    deposits: &BTreeSet<Address>,
) -> Result<Vec<Log>, RpcError> {
    let entries = answer.as_array().ok_or(RpcError::Malformed("logs are no array"))?;
    let mut logs = Vec::with_capacity(entries.len());
    for entry in entries {
        logs.extend(read_log(entry, blocks, tokens, deposits)?);
    }
    logs.sort_by_key(|log| (log.height, log.index));
    let is_repeated = |pair: &[Log]| (pair[0].height, pair[0].index) == (pair[1].height, pair[1].index);
    if logs.windows(2).any(is_repeated) {
        return Err(RpcError::Malformed("one log twice"));
    }
    Ok(logs)
}

fn read_log(
    entry: &Value,
    blocks: Blocks,
    tokens: &[Address],
    deposits: &BTreeSet<Address>,
) -> Result<Option<Log>, RpcError> {
    let topics = entry["topics"].as_array().ok_or(RpcError::Malformed("a log without topics"))?;
    let topics = topics.iter().map(read_hash).collect::<Result<Vec<_>, _>>()?;
    let contract = read_address(&entry["address"])?;
    let kind = match topics.first() {
        Some(&TRANSFER) if tokens.contains(&contract) => LogKind::Transfer { token: contract },
        Some(&SWEPT) if contract == FACTORY => {
            LogKind::Swept { token: topics.get(1).map_or(Address::ZERO, |topic| Address::from_word(*topic)) }
        }
        // The filter names contracts and events apart: a token may well emit another contract's event.
        Some(&(TRANSFER | SWEPT)) if tokens.contains(&contract) || contract == FACTORY => return Ok(None),
        _ => return Err(RpcError::Malformed("a log that was not asked for")),
    };
    let deposit = topics.get(2).map(|topic| Address::from_word(*topic));
    let deposit = deposit.filter(|deposit| deposits.contains(deposit) && deposit.into_word() == topics[2]);
    let deposit = deposit.ok_or(RpcError::Malformed("a log of another address"))?;
    let height = read_height(&entry["blockNumber"])?;
    let block_hash = read_hash(&entry["blockHash"])?;
    let is_asked = match blocks {
        Blocks::One(block) => height == block.number && block_hash == block.hash,
        Blocks::Range(from, to) => (from..=to).contains(&height),
    };
    if !is_asked || entry["removed"].as_bool() == Some(true) {
        return Err(RpcError::Malformed("a log of another block"));
    }
    let transaction = read_hash(&entry["transactionHash"])?;
    let index = read_quantity(&entry["logIndex"], "a log's place")?;
    let data = read_bytes(&entry["data"])?;
    let is_value = topics.len() == 3 && data.len() == 32;
    let is_known = !matches!(kind, LogKind::Swept { token } if !token.is_zero() && !tokens.contains(&token));
    if !is_value || !is_known {
        return Ok(None);
    }
    // No real payment is above the maximum, and a token that says so is broken: nothing is credited.
    let amount = Amount::from_chain(U256::from_be_slice(&data)).ok().filter(|amount| !amount.is_zero());
    Ok(amount.map(|amount| Log { kind, deposit, amount, height, block_hash, transaction, index }))
}

/// Balances in the order of the addresses; `None` where one is above the maximum.
pub fn read_balances(answer: &Value, count: usize) -> Result<Vec<Option<Amount>>, RpcError> {
    let bytes = read_bytes(answer)?;
    match bytes.split_first() {
        Some((0, balances)) if balances.len() == 16 * count => {
            let read = |chunk: &[u8]| Amount::from_chain(U256::from_be_slice(chunk)).ok();
            Ok(balances.chunks(16).map(read).collect())
        }
        _ => Err(RpcError::Malformed("balances of another length")),
    }
}

/// A token's decimals; `None` where there is no such contract or function.
pub fn read_decimals(answer: &Value) -> Result<Option<u8>, RpcError> {
    let bytes = read_bytes(answer)?;
    if bytes.len() < 32 {
        return Ok(None);
    }
    Ok(u8::try_from(U256::from_be_slice(&bytes[..32])).ok())
}

fn quantity(number: u64) -> String {
    format!("{number:#x}")
}

/// A number in the one spelling that JSON-RPC allows: no leading zeros.
fn read_quantity(value: &Value, what: &'static str) -> Result<u64, RpcError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let digits = digits.filter(|digits| *digits == "0" || !(digits.is_empty() || digits.starts_with('0')));
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).ok_or(RpcError::Malformed(what))
}

fn read_height(value: &Value) -> Result<u64, RpcError> {
    match read_quantity(value, "a height")? {
        height if height <= MAX_HEIGHT => Ok(height),
        _ => Err(RpcError::Malformed("a height is absurd")),
    }
}

fn read_bytes(value: &Value) -> Result<Vec<u8>, RpcError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x")).ok_or(RpcError::Malformed("bytes"))?;
    hex::decode(digits).map_err(|_| RpcError::Malformed("bytes"))
}

fn read_hash(value: &Value) -> Result<B256, RpcError> {
    B256::try_from(read_bytes(value)?.as_slice()).map_err(|_| RpcError::Malformed("a hash"))
}

fn read_address(value: &Value) -> Result<Address, RpcError> {
    Address::try_from(read_bytes(value)?.as_slice()).map_err(|_| RpcError::Malformed("an address"))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::keccak256;

    use super::*;

    #[test]
    fn events_and_functions_have_the_hashes_of_their_signatures() {
        assert_eq!(TRANSFER, keccak256("Transfer(address,address,uint256)"));
        assert_eq!(SWEPT, keccak256("Swept(address,address,uint256)"));
        assert_eq!(DECIMALS_SELECTOR, format!("0x{}", hex::encode(&keccak256("decimals()")[..4])));
        assert!(hex::decode(groat_core::evm::BALANCE_READER_CREATION_CODE.trim()).is_ok_and(|code| code.len() > 100));
    }

    #[test]
    fn numbers_have_one_spelling_and_bounds() {
        #[rustfmt::skip]
        let table: &[(Value, Option<u64>)] = &[
            (json!("0x0"),                 Some(0)),
            (json!("0x1f"),                Some(31)),
            (json!("0x10000000000000"),    Some(MAX_HEIGHT)),
            (json!("0x10000000000001"),    None),
            (json!("0xffffffffffffffff"),  None),
            (json!("0x1ffffffffffffffff"), None),
            (json!("0x"),                  None),
            (json!("0x01"),                None),
            (json!("0x+1"),                None),
            (json!("0x 1"),                None),
            (json!("1"),                   None),
            (json!("0X1"),                 None),
            (json!(1),                     None),
            (Value::Null,                  None),
        ];
        for (value, expected) in table {
            assert_eq!(read_height(value).ok(), *expected, "{value}");
        }
    }

    #[test]
    fn blocks_and_balances_have_a_form() {
        let block = |name: &str, value: Value| {
            let hash = B256::repeat_byte(1);
            let mut block = json!({"number": "0x5", "hash": hash, "parentHash": hash, "timestamp": "0x6a000000"});
            block[name] = value;
            block
        };
        assert!(matches!(read_block_at(&block("extra", json!(1)), 5), Ok(Some(_))));
        assert_eq!(read_block_at(&Value::Null, 5), Ok(None));
        #[rustfmt::skip]
        let table: &[(&str, Value)] = &[
            ("number",     json!("0x6")),
            ("number",     Value::Null),
            ("timestamp",  json!("0xffffffffffff")),
            ("hash",       json!("0x01")),
            ("hash",       Value::Null),
            ("parentHash", json!("0xzz")),
        ];
        for (name, value) in table {
            assert!(read_block_at(&block(name, value.clone()), 5).is_err(), "{name} {value}");
        }
        let word = |byte: &str| byte.repeat(16);
        #[rustfmt::skip]
        let table: &[(String, Option<Vec<Option<u128>>>)] = &[
            (format!("0x00{}{}", word("00"), "00".repeat(15) + "07"), Some(vec![Some(0), Some(7)])),
            (format!("0x00{}{}", word("ff"), word("00")),             Some(vec![None, Some(0)])),
            (format!("0x01{}{}", word("00"), word("00")),             None),
            (format!("0x00{}", word("00")),                           None),
            ("0x".to_owned(),                                         None),
            ("null".to_owned(),                                       None),
        ];
        for (answer, expected) in table {
            let units = |amount: Option<Amount>| amount.map(Amount::to_base_units);
            let balances = read_balances(&json!(answer), 2).ok();
            let balances = balances.map(|balances| balances.into_iter().map(units).collect::<Vec<_>>());
            assert_eq!(&balances, expected, "{answer}");
        }
    }
}
