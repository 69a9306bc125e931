//! Groat core.
