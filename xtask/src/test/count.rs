//! How many tests passed and failed, read from what the test runners print at their end.

use std::fmt;

/// Tests, or steps that count as one.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl Count {
    pub fn one_passed() -> Self {
        Self { passed: 1, failed: 0 }
    }

    pub fn one_failed() -> Self {
        Self { passed: 0, failed: 1 }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// Sums the closing lines of cargo's, wasm-bindgen's and Node's test runners in a log.
    pub fn read(log: &str) -> Self {
        log.lines().map(Self::read_line).fold(Self::default(), Self::plus)
    }

    fn read_line(line: &str) -> Self {
        let words: Vec<&str> = line.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
        let number = |word: &str| word.parse::<u64>().unwrap_or_default();
        match words.as_slice() {
            // test result: ok. 12 passed; 0 failed; …
            ["test", "result:", _, passed, "passed", failed, "failed", ..] => {
                Self { passed: number(passed), failed: number(failed) }
            }
            // ℹ pass 12 (a test that was cancelled has not passed)
            ["ℹ", "pass", passed] => Self { passed: number(passed), failed: 0 },
            ["ℹ", "fail" | "cancelled", failed] => Self { passed: 0, failed: number(failed) },
            _ => Self::default(),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn the_runners_closing_lines_are_summed() {
        #[rustfmt::skip]
        let table = [
            ("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", 3, 2),
            ("ℹ tests 5\nℹ suites 0\nℹ pass 4\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0", 4, 1),
            ("ℹ pass 4\nℹ fail 0\nℹ cancelled 2", 4, 2),
            ("running 3 tests\nok 3 passed", 0, 0),
        ];
        for (log, passed, failed) in table {
            assert_eq!(Count::read(log), Count { passed, failed }, "{log}");
        }
    }
}
