//! ChainDo: the shell around [`Watcher`]. One object a chain, named by its CAIP-2 id.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use groat_core::time::SECOND_MS;
use worker::{Delay, DurableObject, Env, Method, Request, Response, State, console_error, durable_object};

use super::outbound::RuntimeHttp;
use super::sql::RuntimeSql;
use super::{ask, configuration, now_ms};
use crate::chain::limits::EARLY_MS;
use crate::chain::messages::{HEALTH_PATH, LOOK_PATH, OBSERVE_PATH, ObserveRequest, WATCH_PATH, WatchRequest};
use crate::chain::{NotTaken, Stores, WatchError, Watcher};
use crate::config::ChainConfig;

/// A store that takes longer is asked again later; the others must not wait for it.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(15);
/// The pause after a fault of the storage or of the configuration.
const AFTER_FAULT_MS: i64 = 30 * SECOND_MS;

/// The watcher of one chain.
#[durable_object(alarm)]
pub struct ChainDo {
    state: State,
    env: Env,
}

impl DurableObject for ChainDo {
    fn new(state: State, env: Env) -> Self {
        Self { state, env }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let config = self.config()?;
        let (mut sql, method, path) = (self.sql(), request.method(), request.path());
        let mut watcher = Watcher::open(&mut sql, &RuntimeHttp, &config).map_err(fault)?;
        let response = match (method, path.as_str()) {
            (Method::Post, WATCH_PATH) => match request.json::<WatchRequest>().await {
                Err(_) => Response::error("not a watch request", 400),
                Ok(WatchRequest { watches }) => match watcher.watch(&watches, now_ms()) {
                    Ok(()) => Response::empty().map(|response| response.with_status(204)),
                    Err(WatchError::Sql(error)) => Err(fault(error)),
                    Err(refused) => Response::error(refused.to_string(), 400),
                },
            },
            (Method::Post, LOOK_PATH) => {
                watcher.look(now_ms()).map_err(fault)?;
                Response::empty().map(|response| response.with_status(204))
            }
            (Method::Get, HEALTH_PATH) => Response::from_json(&watcher.health(&now_ms).await.map_err(fault)?),
            _ => Response::error("no such path", 404),
        };
        self.arm(watcher.next_due_ms(now_ms()).map_err(fault)?).await?;
        response
    }

    /// Does what is due, catches everything, and arms the next alarm: before the work, in case that it dies, and again only
    /// if that was the wrong time.
    async fn alarm(&self) -> worker::Result<Response> {
        let usual_ms = self.config().map_or(AFTER_FAULT_MS, |config| i64::from(config.poll_ms));
        let armed_ms = now_ms() + usual_ms;
        self.state.storage().set_alarm(usual_ms).await?;
        match self.tick().await {
            Ok(Some(due_ms)) if (armed_ms..armed_ms + EARLY_MS).contains(&due_ms) => {}
            Ok(Some(due_ms)) => self.state.storage().set_alarm((due_ms - now_ms()).max(0)).await?,
            Ok(None) => self.state.storage().delete_alarm().await?,
            Err(error) => {
                console_error!("alarm of a chain: {error}");
                self.state.storage().set_alarm(AFTER_FAULT_MS).await?;
            }
        }
        Response::empty()
    }
}

impl ChainDo {
    fn sql(&self) -> RuntimeSql {
        RuntimeSql::of(&self.state)
    }

    /// The chain is this object's name.
    fn config(&self) -> worker::Result<ChainConfig> {
        let name = self.state.id().name().unwrap_or_default();
        let chain = name.parse().ok();
        let config = configuration(&self.env)?;
        let config = chain.and_then(|chain| config.chain(chain)).cloned();
        config.ok_or_else(|| worker::Error::RustError(format!("the chain {name} is not among CHAINS")))
    }

    async fn tick(&self) -> worker::Result<Option<i64>> {
        let (config, mut sql) = (self.config()?, self.sql());
        let mut watcher = Watcher::open(&mut sql, &RuntimeHttp, &config).map_err(fault)?;
        watcher.tick(&StoreObjects(&self.env), &now_ms).await.map_err(fault)?;
        watcher.next_due_ms(now_ms()).map_err(fault)
    }

    /// Sets the alarm after a request, unless it is set for as early.
    async fn arm(&self, due_ms: Option<i64>) -> worker::Result<()> {
        let Some(due_ms) = due_ms else { return Ok(()) };
        let armed_ms = self.state.storage().get_alarm().await?;
        if armed_ms.is_none_or(|armed_ms| armed_ms > due_ms) {
            self.state.storage().set_alarm((due_ms - now_ms()).max(0)).await?;
        }
        Ok(())
    }
}

/// Stores' objects, by the ten digits of their id.
struct StoreObjects<'a>(&'a Env);

impl Stores for StoreObjects<'_> {
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken> {
        let answer = pin!(ask(self.0, "STORE", store, OBSERVE_PATH, Some(request)));
        match select(answer, Delay::from(DELIVERY_TIMEOUT)).await {
            Either::Left((Ok(response), _)) if (200..300).contains(&response.status_code()) => Ok(()),
            Either::Left((Ok(response), _)) => Err(NotTaken(format!("it answered {}", response.status_code()))),
            Either::Left((Err(error), _)) => Err(NotTaken(error.to_string())),
            Either::Right(_) => Err(NotTaken("no answer in time".to_owned())),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn fault(error: crate::sql::SqlError) -> worker::Error {
    worker::Error::RustError(error.to_string())
}
