//! Groat widget.
