//! Groat edge.
