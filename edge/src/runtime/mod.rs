//! The shells on the Workers runtime: decode, call the plain logic, encode.

mod outbound;
mod random;
mod sql;
