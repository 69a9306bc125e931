//! What surrounds the edge's own objects here: the simulated platform in the place of the `worker` crate.

use std::rc::Rc;

use groat_core::asset::ChainId;
use groat_core::money::Currency;
use groat_edge::chain::messages::{ObserveRequest, WatchRequest};
use groat_edge::chain::{NotTaken, Stores, turn as chain_turn};
use groat_edge::config::ChainConfig;
use groat_edge::outbound::{Answer, Http, HttpError, Request};
use groat_edge::problem::Refusal;
use groat_edge::store::turn::{self as store_turn, Fault, HandOver, Memory};
use groat_edge::store::{Command, Entropy, OutgoingWatches, QuoteRates, Store, StoreRequest};

use crate::object::DiskHandle;
use crate::random::Random;
use crate::world::World;

/// The longest that a chain's object waits for a store's.
const DELIVERY_TIMEOUT_MS: i64 = 15_000;

struct SeededEntropy<'a>(&'a mut Random);

impl Entropy for SeededEntropy<'_> {
    fn bytes16(&mut self) -> Result<[u8; 16], Refusal> {
        let number = u128::from(self.0.next()) << 64 | u128::from(self.0.next());
        Ok(number.to_be_bytes())
    }
}

/// The network as one object reaches it.
#[derive(Clone)]
pub struct SimHttp(pub Rc<World>);

impl Http for SimHttp {
    async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        self.0.exchange(request).await
    }
}

/// Where a store's object lives.
pub struct StoreHome {
    world: Rc<World>,
    index: usize,
    memory: Rc<Memory>,
    http: SimHttp,
}

impl StoreHome {
    /// The home of the object's present life.
    pub fn new(world: &Rc<World>, index: usize) -> Self {
        let memory = Rc::clone(&world.memories[index].borrow());
        Self { world: Rc::clone(world), index, memory, http: SimHttp(Rc::clone(world)) }
    }
}

impl store_turn::Home for StoreHome {
    type Sql = DiskHandle;

    fn memory(&self) -> &Memory {
        &self.memory
    }

    fn now_ms(&self) -> i64 {
        self.world.engine.now_ms()
    }

    fn sql(&self) -> DiskHandle {
        self.world.objects[self.index].disk.clone()
    }

    fn step<T>(&self, act: impl FnOnce(&mut Store<'_, DiskHandle>) -> T) -> Result<T, Fault> {
        let mut sql = self.sql();
        let mut random = self.world.entropy[self.index].borrow_mut();
        let mut entropy = SeededEntropy(&mut random);
        let mut store = Store::new(&mut sql, &self.world.platform, &mut entropy, self.now_ms());
        let result = act(&mut store);
        let effects = store.into_effects();
        self.world.objects[self.index].pushes.borrow_mut().extend(effects.pushes);
        Ok(result)
    }

    fn http(&self) -> &impl Http {
        &self.http
    }

    async fn rates(&self, currency: Currency) -> Result<QuoteRates, Fault> {
        self.world.engine.delay(20).await;
        let rates = self.world.rates();
        if rates.currency == currency.code() { Ok(rates) } else { Err(Fault("no such currency".to_owned())) }
    }

    async fn hand_over(&self, outgoing: &OutgoingWatches) -> bool {
        hand_over(&self.world, outgoing).await
    }

    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault> {
        self.world.objects[self.index].set_alarm(Some(self.now_ms() + wait_ms));
        Ok(())
    }

    async fn pause(&self, wait_ms: u32) {
        self.world.engine.delay(i64::from(wait_ms)).await;
    }

    fn hand_over_detached(&self, due: Vec<OutgoingWatches>, turn: HandOver) {
        let home = Self::new(&self.world, self.index);
        self.world.engine.spawn(Some(self.index), async move {
            let mut due = due;
            while !due.is_empty() {
                for outgoing in std::mem::take(&mut due) {
                    if !hand_over(&home.world, &outgoing).await {
                        continue;
                    }
                    let next = store_turn::Home::step(&home, |store| {
                        store.record_watches(&outgoing, true).and_then(|()| store.due_watches())
                    });
                    if let Ok(Ok(next)) = next {
                        due = next;
                    }
                }
            }
            drop(turn);
        });
    }

    fn log(&self, text: &str) {
        self.world.logged(self.index, text);
    }
}

async fn hand_over(world: &Rc<World>, outgoing: &OutgoingWatches) -> bool {
    let request = WatchRequest { watches: outgoing.watches.clone() };
    world.watch(outgoing.chain, request).await
}

/// Where a chain's object lives.
pub struct ChainHome {
    world: Rc<World>,
    chain: usize,
    http: SimHttp,
    stores: SimStores,
}

impl ChainHome {
    /// The home of a chain's object.
    pub fn new(world: &Rc<World>, chain: usize) -> Self {
        Self { world: Rc::clone(world), chain, http: SimHttp(Rc::clone(world)), stores: SimStores(Rc::clone(world)) }
    }

    fn object(&self) -> &crate::object::Object {
        &self.world.objects[self.world.chain_object(self.chain)]
    }
}

impl chain_turn::Home for ChainHome {
    type Sql = DiskHandle;

    fn now_ms(&self) -> i64 {
        self.world.engine.now_ms()
    }

    fn sql(&self) -> DiskHandle {
        self.object().disk.clone()
    }

    fn http(&self) -> &impl Http {
        &self.http
    }

    fn stores(&self) -> &impl Stores {
        &self.stores
    }

    fn config(&self) -> Result<ChainConfig, Fault> {
        Ok(self.world.chains[self.chain].config.clone())
    }

    /// A read that is awaited: what was written before it may be durable, and what follows lost.
    async fn get_alarm(&self) -> Result<Option<i64>, Fault> {
        self.world.engine.delay(0).await;
        Ok(self.object().alarm_ms())
    }

    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault> {
        self.object().set_alarm(Some(self.now_ms() + wait_ms));
        Ok(())
    }

    async fn delete_alarm(&self) -> Result<(), Fault> {
        self.object().set_alarm(None);
        Ok(())
    }

    fn log(&self, text: &str) {
        self.world.logged(self.world.chain_object(self.chain), text);
    }
}

/// Stores as a chain's object reaches them.
struct SimStores(Rc<World>);

impl Stores for SimStores {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        let not_taken = |why: &str| NotTaken(why.to_owned());
        let index = self.0.stores.iter().position(|known| known.id.digits() == store);
        let index = index.ok_or_else(|| not_taken("no such store"))?;
        let request = StoreRequest {
            request_id: "internal".to_owned(),
            key: None,
            idempotency: None,
            client: None,
            command: Command::Observe { observations: request.observations.clone() },
        };
        match self.0.call_store(index, request, DELIVERY_TIMEOUT_MS).await {
            Some(reply) if (200..300).contains(&reply.status) => Ok(()),
            Some(reply) => {
                self.0.refused_observation(reply.status, &reply.body);
                Err(not_taken("refused"))
            }
            None => Err(not_taken("no answer")),
        }
    }
}

/// Finds a chain of the story.
pub fn position(world: &World, chain: ChainId) -> Option<usize> {
    world.chains.iter().position(|known| known.id == chain)
}

/// No network, for an object that only makes its tables.
pub struct NoHttp;

impl Http for NoHttp {
    async fn send(&self, _: Request) -> Result<Answer, HttpError> {
        Err(HttpError::Unreachable("there is none".to_owned()))
    }
}
