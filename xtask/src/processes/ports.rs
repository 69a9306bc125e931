//! Free ports on loopback.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context as _, Result};

use crate::console;

/// A port that nobody uses now.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// `wanted`, or, said aloud, another one when it is taken.
pub fn port_near(wanted: u16, what: &str) -> Result<u16> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).is_ok() {
        return Ok(wanted);
    }
    let port = free_port()?;
    console::say(&format!("  port {wanted} for {what} is taken; using {port}"));
    Ok(port)
}
