//! How the chain's node answers: each call truly, and each fault in its own way.

use super::{
    Address, Answer, B256, ChainDouble, FACTORY, Fault, Http, HttpError, Mined, Request, SWEPT, TRANSFER, U256, USDC,
    Value, hex, json, keccak256,
};

impl ChainDouble {
    fn answered_by(&self, request: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        match fault {
            Some(Fault::Serves(other)) => other.answer(request, None),
            fault => self.answer(request, fault),
        }
    }

    fn answer(&self, request: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        let method = request["method"].as_str().unwrap();
        let parameters = &request["params"];
        let blocks = self.blocks.borrow();
        let lag = match fault {
            Some(Fault::Lags(lag)) => *lag,
            Some(Fault::LogsLag(lag)) if method == "eth_getLogs" => *lag,
            _ => 0,
        };
        let blocks = &blocks[..blocks.len().saturating_sub(lag).max(1)];
        match (method, fault) {
            (method, Some(Fault::Refuses(refused))) if method == *refused => Err("method is not for you".to_owned()),
            ("eth_chainId", Some(Fault::OtherChain)) => Ok(json!("0x1")),
            ("eth_chainId", _) => Ok(json!(format!("{:#x}", self.number.get()))),
            ("eth_getBlockByNumber", fault) => Ok(match find(blocks, &parameters[0]) {
                None => Value::Null,
                Some(height) => {
                    let ahead_s = if let Some(Fault::Dates(ahead_s)) = fault { *ahead_s } else { 0 };
                    let number = match fault {
                        Some(Fault::HeadAt(number)) if parameters[0] == "latest" => (*number).to_owned(),
                        _ => format!("{height:#x}"),
                    };
                    json!({
                        "number": number, "hash": blocks[height].hash, "parentHash": blocks[height].parent,
                        "timestamp": format!("{:#x}", blocks[height].time_ms / 1_000 + ahead_s),
                    })
                }
            }),
            ("eth_getLogs", fault) => logs(blocks, &parameters[0], fault),
            ("eth_call", fault) => self.call(blocks, parameters, fault),
            _ => Err(format!("the method {method} does not exist")),
        }
    }

    fn call(&self, blocks: &[Mined], parameters: &Value, fault: Option<&Fault>) -> Result<Value, String> {
        let height = find(blocks, &parameters[1]).ok_or("header not found")?;
        let data = hex::decode(parameters[0]["data"].as_str().unwrap()).unwrap();
        if let Some(token) = parameters[0]["to"].as_str() {
            assert_eq!(data, hex!("313ce567"));
            let decimals = self.decimals.borrow().get(&token.parse::<Address>().unwrap()).copied();
            return Ok(decimals.map_or(json!("0x"), |decimals| json!(B256::from(U256::from(decimals)))));
        }
        if matches!(fault, Some(Fault::NoOldState(kept)) if (height as u64) + kept < blocks.len() as u64) {
            return Err("missing trie node".to_owned());
        }
        let reader = hex::decode(groat_core::evm::BALANCE_READER_CREATION_CODE.trim()).unwrap();
        let packed = data.strip_prefix(reader.as_slice()).expect("the reader's code stands first");
        assert_eq!(packed.len() % 20, 0);
        let token = Address::from_slice(&packed[..20]);
        let mut out = vec![0];
        for account in packed[20..].chunks(20).map(Address::from_slice) {
            let known = if token.is_zero() {
                blocks[height].coins.get(&account)
            } else {
                blocks[height].tokens.get(&(token, account))
            };
            let forged = match fault {
                Some(Fault::ForgesCoin { to, amount, height: from }) if token.is_zero() => {
                    (*to == account && height as u64 >= *from).then_some(*amount)
                }
                Some(Fault::ForgesToken { to, amount, height: from }) if token == USDC => {
                    (*to == account && height as u64 >= *from).then_some(*amount)
                }
                Some(Fault::HugeAmounts) => Some(u128::MAX),
                _ => None,
            };
            let balance = known.copied().unwrap_or_default().saturating_add(forged.unwrap_or_default());
            out.extend_from_slice(&balance.to_be_bytes());
        }
        assert!(out.len() <= 24_576, "code size limit");
        Ok(json!(format!("0x{}", hex::encode(out))))
    }
}

fn find(blocks: &[Mined], which: &Value) -> Option<usize> {
    match which {
        Value::String(tag) if tag == "latest" => Some(blocks.len() - 1),
        Value::String(height) => {
            let height = usize::from_str_radix(height.strip_prefix("0x").unwrap(), 16).unwrap();
            (height < blocks.len()).then_some(height)
        }
        by_hash => {
            let hash: B256 = serde_json::from_value(by_hash["blockHash"].clone()).unwrap();
            blocks.iter().position(|block| block.hash == hash)
        }
    }
}

fn logs(blocks: &[Mined], filter: &Value, fault: Option<&Fault>) -> Result<Value, String> {
    let (from, to) = if filter["blockHash"].is_null() {
        let bound =
            |name: &str| usize::from_str_radix(filter[name].as_str().unwrap().strip_prefix("0x").unwrap(), 16).unwrap();
        (bound("fromBlock"), bound("toBlock"))
    } else {
        let height = find(blocks, filter).ok_or("unknown block")?;
        (height, height)
    };
    assert!(from <= to, "a range that ends before it begins");
    if matches!(fault, Some(Fault::MaxRange(most)) if (to - from) as u64 >= *most) {
        return Err("range too large".to_owned());
    }
    let within = |list: &Value, entry: &Value| list.as_array().unwrap().contains(entry);
    assert!(filter["topics"][2].as_array().unwrap().len() <= 1_000, "too many topics");
    let is_asked = |log: &&Value| {
        within(&filter["address"], &log["address"])
            && within(&filter["topics"][0], &log["topics"][0])
            && within(&filter["topics"][2], &log["topics"][2])
    };
    // A node that is behind answers with what it has.
    let made_up = |contract: Address, topics: [B256; 3], amount: u128, height: u64| {
        let at = usize::try_from(height).unwrap();
        let log = (from..=to).contains(&at).then(|| blocks.get(at)).flatten().map(|block| {
            json!({
                "address": contract, "topics": topics, "data": B256::from(U256::from(amount)),
                "blockNumber": format!("{height:#x}"), "blockHash": block.hash,
                "transactionHash": keccak256(amount.to_be_bytes()), "logIndex": "0xfe",
            })
        });
        log.filter(|log| is_asked(&log))
    };
    let made_up = match fault {
        Some(Fault::ForgesToken { to, amount, height }) => {
            made_up(USDC, [TRANSFER, B256::ZERO, to.into_word()], *amount, *height)
        }
        Some(Fault::ForgesSweep { deposit, amount, height }) => {
            made_up(FACTORY, [SWEPT, B256::ZERO, deposit.into_word()], *amount, *height)
        }
        _ => None,
    };
    let blocks = &blocks[from.min(blocks.len())..(to + 1).min(blocks.len())];
    let mut found: Vec<Value> = blocks.iter().flat_map(|block| &block.logs).filter(is_asked).cloned().collect();
    match fault {
        Some(Fault::ForgesLog(address)) => found.push(json!({
            "address": USDC, "topics": [TRANSFER, B256::ZERO, address.into_word()], "data": B256::from(U256::from(1)),
            "blockNumber": format!("{to:#x}"), "blockHash": blocks.last().unwrap().hash,
            "transactionHash": B256::ZERO, "logIndex": "0xff",
        })),
        Some(Fault::OmitsLogs) => found.retain(|log| log["topics"][0] != json!(TRANSFER)),
        Some(Fault::HugeAmounts) => found.iter_mut().for_each(|log| log["data"] = json!(B256::repeat_byte(0xFF))),
        Some(Fault::MovesLogs) => found.iter_mut().for_each(|log| log["blockHash"] = json!(B256::repeat_byte(7))),
        _ => {}
    }
    found.extend(made_up);
    Ok(Value::Array(found))
}

impl Http for ChainDouble {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
        let calls = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        let methods: Vec<String> = calls.iter().map(|call| call["method"].as_str().unwrap().to_owned()).collect();
        self.calls.borrow_mut().extend(methods.iter().cloned());
        let hook = self.meanwhile.borrow_mut().take_if(|(method, _)| methods.iter().any(|called| called == method));
        if let Some((_, hook)) = hook {
            hook();
        }
        self.requests.set(self.requests.get() + 1);
        self.largest.set(self.largest.get().max(request.body.as_ref().map_or(0, String::len)));
        let fault = self.faults.borrow().get(&request.url).cloned();
        let takes = |time_ms: u32| {
            if let Some(clock) = &*self.clock.borrow() {
                clock.set(clock.get() + i64::from(time_ms.min(request.timeout_ms)));
            }
        };
        match &fault {
            Some(Fault::Timeout) => {
                takes(u32::MAX);
                return Err(HttpError::Timeout(request.timeout_ms));
            }
            Some(Fault::Slow(time_ms)) => {
                takes(*time_ms);
                if *time_ms > request.timeout_ms {
                    return Err(HttpError::Timeout(request.timeout_ms));
                }
            }
            Some(Fault::Status(status)) => {
                return Ok(Answer { status: *status, retry_after_s: None, body: String::new() });
            }
            Some(Fault::RateLimited(seconds)) => {
                return Ok(Answer { status: 429, retry_after_s: Some(*seconds), body: String::new() });
            }
            Some(Fault::NoBatches(200)) if body.is_array() => {
                let refusal = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}"#;
                return Ok(answer(refusal.to_owned()));
            }
            Some(Fault::NoBatches(status)) if body.is_array() => {
                return Ok(Answer { status: *status, retry_after_s: None, body: String::new() });
            }
            Some(Fault::Text(text)) => return Ok(answer((*text).to_owned())),
            _ => {}
        }
        let mut answers: Vec<Value> = calls
            .iter()
            .map(|call| match self.answered_by(call, fault.as_ref()) {
                Ok(result) => json!({"jsonrpc": "2.0", "id": call["id"], "result": result}),
                Err(message) => {
                    json!({"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": message}})
                }
            })
            .collect();
        match fault {
            Some(Fault::DropsAnswer) if answers.len() > 1 => drop(answers.pop()),
            Some(Fault::WrongIds) => answers.iter_mut().for_each(|answer| answer["id"] = json!(77)),
            _ => {}
        }
        // Nodes may answer a batch in any order.
        answers.reverse();
        Ok(answer(if body.is_array() { Value::Array(answers) } else { answers.pop().unwrap_or_default() }.to_string()))
    }
}

fn answer(body: String) -> Answer {
    Answer { status: 200, retry_after_s: None, body }
}
