//! The client against a wallet and a relay of the tests' own, and against strangers. Real wallets: `tests/walletconnect/`.

mod hostile;
mod reload;
mod sale;

use super::{Call, Client, Config, Event, Input, Metadata, Output, Random};
use crate::crypto::{Key, KeyPair, open, seal};
use crate::json::{Object, Value, quoted};
use crate::pairing::Pairing;

pub const START_MS: u64 = 1_795_000_000_000;
pub const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
pub const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";
pub const CALL: Call<'static> = Call { to: ADDRESS, value: "0x1", data: "0x" };
pub const PAY: Input<'static> = Input::Send { chain: "eip155:8453", call: CALL, reference: "inv_1" };

/// Different bytes each time, the same in each run.
pub struct Counter(pub u8);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(5).wrapping_add(17);
            *byte = self.0;
        }
    }
}

pub fn config() -> Config {
    Config {
        relay_url: "wss://relay.example".to_owned(),
        project_id: "project".to_owned(),
        chains: vec!["eip155:1".to_owned(), "eip155:8453".to_owned()],
        metadata: Metadata { name: "Shop".to_owned(), ..Metadata::default() },
    }
}

/// A page with its client, a relay that takes everything, and a wallet that holds the keys.
pub struct World {
    pub client: Client,
    pub now_ms: u64,
    pub random: Counter,
    pub told: Vec<Event>,
    pub kept: Option<String>,
    /// Messages that the relay has taken, opened: topic, tag, text.
    pub published: Vec<(String, u64, Value)>,
    pub opens: usize,
    pub closes: usize,
    pub frames: Vec<Value>,
    pub wake_at_ms: Option<u64>,
    pub pairing: Option<Pairing>,
    pub session: Option<Key>,
    pub pair: KeyPair,
    /// The relay's next id for a delivery.
    pub delivery: u64,
}

impl World {
    pub fn new() -> Self {
        let mut random = Counter(1);
        let client = Client::new(config(), None, &mut random);
        let pair = KeyPair::generate(&mut random);
        Self {
            client,
            now_ms: START_MS,
            random,
            told: Vec::new(),
            kept: None,
            published: Vec::new(),
            opens: 0,
            closes: 0,
            frames: Vec::new(),
            wake_at_ms: None,
            pairing: None,
            session: None,
            pair,
            delivery: 1_700_000_000_000_000_000,
        }
    }

    /// Takes an input; the relay answers what is sent at once.
    pub fn take(&mut self, input: Input<'_>) {
        let outputs = self.client.take(input, self.now_ms, &mut self.random);
        let mut answers = Vec::new();
        for output in outputs {
            match output {
                Output::Open(_) => self.opens += 1,
                Output::Close => self.closes += 1,
                Output::Transmit(frame) => {
                    let frame = Value::read(&frame).unwrap();
                    answers.extend(self.relayed(&frame));
                    self.frames.push(frame);
                }
                Output::Keep(text) => self.kept = Some(text),
                Output::WakeAt(at_ms) => self.wake_at_ms = Some(at_ms),
                Output::Tell(event) => {
                    if let Event::Uri(uri) = &event {
                        self.pairing = Pairing::read(uri);
                    }
                    self.told.push(event);
                }
            }
        }
        for answer in answers {
            self.take(Input::Frame(&answer));
        }
    }

    fn relayed(&mut self, frame: &Value) -> Option<String> {
        let (method, params) = (frame.text_of("method")?, frame.get("params")?);
        let result = match method {
            "irn_publish" => {
                self.note(params.text_of("topic")?, params.integer_of("tag")?, params.text_of("message")?);
                "true"
            }
            "wc_proposeSession" => {
                self.note(params.text_of("pairingTopic")?, 1100, params.text_of("sessionProposal")?);
                "true"
            }
            "irn_batchFetchMessages" => r#"{"messages":[],"hasMore":false}"#,
            _ => r#""subscription""#,
        };
        Some(Object::rpc(&frame.get("id")?.print()).raw("result", result).end())
    }

    fn note(&mut self, topic: &str, tag: u64, sealed: &str) {
        let proposed = self.client.state.proposed.as_ref().map(|it| it.pairing.key);
        let keys = [proposed, self.pairing.as_ref().map(|it| it.key), self.session];
        let key = keys.into_iter().flatten().find(|key| key.topic().as_str() == topic);
        let text = key.and_then(|key| open(&key, sealed)).and_then(|text| Value::read(&text).ok());
        self.published.push((topic.to_owned(), tag, text.unwrap_or(Value::Null)));
    }

    /// The wallet says this under a key.
    pub fn say(&mut self, key: &Key, message: &str) {
        let sealed = seal(key, message, &mut self.random).unwrap();
        self.deliver(key.topic().as_str(), &sealed);
    }

    pub fn deliver(&mut self, topic: &str, sealed: &str) {
        self.delivery += 1;
        let data = Object::new().text("topic", topic).text("message", sealed).integer("tag", 1).end();
        let params = Object::new().text("id", "subscription").raw("data", &data).end();
        let mut frame = Object::rpc(&self.delivery.to_string());
        let frame = frame.text("method", "irn_subscription").raw("params", &params).end();
        self.take(Input::Frame(&frame));
    }

    pub fn is_acknowledged(&self) -> bool {
        let is_ours = |frame: &Value| frame.integer_of("id") == Some(self.delivery) && frame.get("result").is_some();
        self.frames.iter().filter(|frame| is_ours(frame)).count() == 1
    }

    /// What was published last under this tag.
    pub fn last(&self, tag: u64) -> &Value {
        &self.published.iter().rev().find(|(_, found, _)| *found == tag).unwrap_or_else(|| panic!("no {tag}")).2
    }

    pub fn connect(&mut self) {
        self.take(Input::Connect);
        self.take(Input::Opened);
    }

    /// The wallet agrees to the proposal.
    pub fn agree(&mut self) -> Key {
        let key = self.pairing.as_ref().unwrap().key;
        let proposal = self.last(1100).clone();
        let theirs = proposal.get("params").unwrap().get("proposer").unwrap().text_of("publicKey").unwrap().to_owned();
        let result = Object::new().text("responderPublicKey", &self.pair.public().unwrap()).end();
        let answer = Object::rpc(&proposal.get("id").unwrap().print()).raw("result", &result).end();
        let session = self.pair.agree(&theirs).unwrap();
        self.session = Some(session);
        self.say(&key, &answer);
        session
    }

    pub fn settlement(&self, chains: &[&str], method: &str) -> String {
        let accounts: Vec<String> = chains.iter().map(|chain| format!("{chain}:{ADDRESS}")).collect();
        let mut evm = Object::new();
        let evm = evm.texts("accounts", &accounts).texts("methods", &[method.to_owned()]).end();
        let metadata = r#"{"name":"Wallet","redirect":{"native":"wallet://","universal":"javascript://x"}}"#;
        let mut controller = Object::new();
        let controller = controller.text("publicKey", &self.pair.public().unwrap()).raw("metadata", metadata).end();
        Object::new()
            .raw("controller", &controller)
            .raw("namespaces", &Object::new().raw("eip155", &evm).end())
            .integer("expiry", self.now_ms / 1_000 + 86_400)
            .end()
    }

    pub fn ask(&mut self, id: u64, method: &str, params: &str) {
        let message = Object::rpc(&id.to_string()).text("method", method).raw("params", params).end();
        let key = self.session.unwrap();
        self.say(&key, &message);
    }

    /// Pairs and settles.
    pub fn settle(&mut self) {
        self.connect();
        self.agree();
        let params = self.settlement(&["eip155:8453"], "eth_sendTransaction");
        self.ask(7, "wc_sessionSettle", &params);
        assert!(matches!(self.told.last(), Some(Event::Connected { .. })), "{:?}", self.told);
    }

    /// The wallet's answer to the transaction that was asked last.
    pub fn answer(&mut self, outcome: &str) {
        let id = self.last(1108).get("id").unwrap().print();
        let key = self.session.unwrap();
        self.say(&key, &format!(r#"{{"id":{id},"jsonrpc":"2.0",{outcome}}}"#));
    }

    /// A new page in the same tab.
    pub fn reload(&mut self) {
        self.client = Client::new(config(), self.kept.as_deref(), &mut self.random);
        self.told.clear();
    }

    pub fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        self.take(Input::Tick);
    }

    pub fn failures(&self) -> Vec<&'static str> {
        let code = |event: &Event| match event {
            Event::Ended(failure) | Event::Failed(failure) => Some(failure.code()),
            _ => None,
        };
        self.told.iter().filter_map(code).collect()
    }
}

pub fn sent() -> Event {
    Event::Sent { hash: HASH.to_owned(), chain: "eip155:8453".to_owned(), reference: "inv_1".to_owned() }
}

pub fn hash() -> String {
    format!(r#""result":{}"#, quoted(HASH))
}
