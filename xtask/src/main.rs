//! Groat tasks.
fn main() {}
