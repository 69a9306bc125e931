//! The one clock: the edge's, as far as it can be told from here. A phone that is minutes off counts down correctly.

/// A jump of the device's own clock: an estimate this far off is thrown away, in milliseconds.
const JUMP_MS: i64 = 60_000;

/// How far the edge's clock is ahead of the device's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    ahead_ms: i64,
}

impl Clock {
    /// From the first time the edge told.
    pub const fn new(server_ms: i64, device_ms: i64) -> Self {
        Self { ahead_ms: server_ms - device_ms }
    }

    /// The edge told its time again. What it told was underway for a while, so the latest estimate is never too high,
    /// and the highest is the best one.
    pub fn learn(&mut self, server_ms: i64, device_ms: i64) {
        let ahead_ms = server_ms - device_ms;
        if ahead_ms > self.ahead_ms || ahead_ms < self.ahead_ms - JUMP_MS {
            self.ahead_ms = ahead_ms;
        }
    }

    /// The edge's time.
    pub const fn now_ms(self, device_ms: i64) -> i64 {
        device_ms + self.ahead_ms
    }
}

/// The device's time.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and far below 2^53")]
pub fn device_ms() -> i64 {
    js_sys::Date::now() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn trusts_the_least_delayed_answer_and_survives_a_jump() {
        #[rustfmt::skip]
        let table: &[(i64, i64, i64)] = &[
            // server,  device,  then the edge's time at device time 0
            (  10_000,   1_000,    9_000), // a slow answer after the first: nothing new
            (  21_500,  11_000,   10_500), // a quicker one: the clock goes forward
            (  31_400,  21_000,   10_500), // slower again
            (  41_500, 400_000, -358_500), // the device's clock jumped
        ];
        let mut clock = Clock::new(9_000, 0);
        for (server_ms, device_ms, expected) in table {
            clock.learn(*server_ms, *device_ms);
            assert_eq!(clock.now_ms(0), *expected);
        }
    }
}
