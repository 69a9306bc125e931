//! Panics on demand, on a laptop only: so that the tests can see that one hangs nothing and harms nobody else, on the very
//! build that is deployed (`docs/decisions/0002-panics.md`).

use worker::Env;

use super::configuration;

/// `GET /local/panic` panics in the Worker, `GET /local/panic/store` in a store's object.
pub const PATH: &str = "/local/panic";
/// The second of them; also the path under which the object knows it.
pub const STORE_PATH: &str = "/local/panic/store";

/// Panics if this is the local environment; elsewhere nothing happens.
pub fn panic_if_local(env: &Env) {
    let is_local = configuration(env).is_ok_and(|config| config.is_local());
    assert!(!is_local, "a drill, asked for on {PATH}");
}
