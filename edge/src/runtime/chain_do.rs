//! ChainDo: the shell around [`Watcher`](crate::chain::Watcher). One object a chain, named by its CAIP-2 id; `chain::turn`
//! has the order of its steps.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use worker::{Delay, DurableObject, Env, Method, Request, Response, State, console_error, durable_object};

use super::meter::{Meter, Writer};
use super::outbound::RuntimeHttp;
use super::sql::RuntimeSql;
use super::{ask, configuration, now_ms};
use crate::chain::messages::{HEALTH_PATH, LOOK_PATH, OBSERVE_PATH, ObserveRequest, WATCH_PATH, WatchRequest};
use crate::chain::turn::{self, Fault, Home};
use crate::chain::{NotTaken, Stores};
use crate::config::ChainConfig;
use crate::outbound::Http;

/// A store that takes longer is asked again later; the others must not wait for it.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(15);

/// The watcher of one chain.
#[durable_object(alarm)]
pub struct ChainDo {
    state: State,
    stores: StoreObjects,
}

impl DurableObject for ChainDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, stores: StoreObjects(env) }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let (method, path) = (request.method(), request.path());
        let empty = || Response::empty().map(|response| response.with_status(204));
        match (method, path.as_str()) {
            (Method::Post, WATCH_PATH) => match request.json::<WatchRequest>().await {
                Err(_) => Response::error("not a watch request", 400),
                Ok(request) => match turn::watch(self, &request).await.map_err(fault)? {
                    Ok(()) => empty(),
                    Err(refused) => Response::error(refused.to_string(), 400),
                },
            },
            (Method::Post, LOOK_PATH) => {
                turn::look(self).await.map_err(fault)?;
                empty()
            }
            (Method::Get, HEALTH_PATH) => Response::from_json(&turn::health(self).await.map_err(fault)?),
            _ => Response::error("no such path", 404),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        turn::alarm(self).await.map_err(fault)?;
        Response::empty()
    }
}

impl Home for ChainDo {
    type Sql = RuntimeSql;

    fn now_ms(&self) -> i64 {
        now_ms()
    }

    fn sql(&self) -> RuntimeSql {
        RuntimeSql::of(&self.state, Writer::Chain)
    }

    fn http(&self) -> &impl Http {
        &RuntimeHttp
    }

    fn stores(&self) -> &impl Stores {
        &self.stores
    }

    /// The chain is this object's name.
    fn config(&self) -> Result<ChainConfig, Fault> {
        let name = self.state.id().name().unwrap_or_default();
        let chain = name.parse().ok();
        let config = configuration(&self.stores.0).map_err(told)?;
        let config = chain.and_then(|chain| config.chain(chain)).cloned();
        config.ok_or_else(|| Fault(format!("the chain {name} is not among CHAINS")))
    }

    async fn get_alarm(&self) -> Result<Option<i64>, Fault> {
        self.state.storage().get_alarm().await.map_err(told)
    }

    async fn set_alarm(&self, wait_ms: i64) -> Result<(), Fault> {
        Meter::alarm(Writer::Chain);
        self.state.storage().set_alarm(wait_ms).await.map_err(told)
    }

    async fn delete_alarm(&self) -> Result<(), Fault> {
        self.state.storage().delete_alarm().await.map_err(told)
    }

    fn log(&self, text: &str) {
        console_error!("{text}");
    }
}

/// Stores' objects, by the ten digits of their id.
struct StoreObjects(Env);

impl Stores for StoreObjects {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        let answer = pin!(ask(&self.0, "STORE", store, OBSERVE_PATH, Some(request)));
        match select(answer, Delay::from(DELIVERY_TIMEOUT)).await {
            Either::Left((Ok(response), _)) if (200..300).contains(&response.status_code()) => Ok(()),
            Either::Left((Ok(response), _)) => Err(NotTaken(format!("it answered {}", response.status_code()))),
            Either::Left((Err(error), _)) => Err(NotTaken(error.to_string())),
            Either::Right(_) => Err(NotTaken("no answer in time".to_owned())),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn told(error: worker::Error) -> Fault {
    Fault(error.to_string())
}

fn fault(fault: Fault) -> worker::Error {
    worker::Error::RustError(fault.0)
}
