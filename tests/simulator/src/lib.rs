//! The edge's own objects in a simulated world, driven by one seed. `docs/simulator.md` says what is modelled.
//!
//! Reads no clock, no file and no randomness of the system: one seed, one story, everywhere.

#![allow(clippy::missing_panics_doc, reason = "a tool of tests: what surprises it ends the run")]

pub mod actors;
pub mod campaign;
pub mod chain;
pub mod checks;
pub mod engine;
pub mod home;
pub mod monitor;
pub mod object;
pub mod plan;
pub mod pool;
pub mod random;
pub mod run;
pub mod shrink;
pub mod world;
