//! Counts what the platform bills: rows written, by kind of object. Only a laptop shows it (`GET /local/rows`).

use std::cell::Cell;

use serde::Serialize;

/// `GET`: what this instance has written since it began, as JSON.
pub const PATH: &str = "/local/rows";

/// Whose rows they are.
#[derive(Debug, Clone, Copy)]
pub enum Writer {
    /// A store's.
    Store,
    /// A chain's.
    Chain,
}

/// Rows written, as the storage's cursors count them: a row, and one more for each index that changes with it. An alarm
/// that is set is a row as well.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Meter {
    store_rows: u64,
    chain_rows: u64,
    store_alarms: u64,
    chain_alarms: u64,
    statements: u64,
}

thread_local! {
    static METER: Cell<Meter> = const { Cell::new(Meter { store_rows: 0, chain_rows: 0, store_alarms: 0, chain_alarms: 0, statements: 0 }) };
}

impl Meter {
    /// Counts the rows that a statement has written.
    pub fn rows(writer: Writer, rows: usize) {
        Self::change(|meter| {
            meter.statements += 1;
            *match writer {
                Writer::Store => &mut meter.store_rows,
                Writer::Chain => &mut meter.chain_rows,
            } += rows as u64;
        });
    }

    /// Counts an alarm that is set.
    pub fn alarm(writer: Writer) {
        Self::change(|meter| {
            *match writer {
                Writer::Store => &mut meter.store_alarms,
                Writer::Chain => &mut meter.chain_alarms,
            } += 1;
        });
    }

    /// What has been counted.
    pub fn read() -> Self {
        METER.get()
    }

    fn change(act: impl FnOnce(&mut Self)) {
        let mut meter = METER.get();
        act(&mut meter);
        METER.set(meter);
    }
}
