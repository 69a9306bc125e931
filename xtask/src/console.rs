//! Progress for people: what is done, why, about how long it takes, and how long it took.

use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a line says that work goes on: a terminal is redrawn, a log grows.
const TERMINAL_TICK: Duration = Duration::from_secs(1);
const LOG_TICK: Duration = Duration::from_secs(30);

/// One piece of work. Dropped without [`Step::done`], it failed.
pub struct Step {
    what: String,
    started: Instant,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
    finished: bool,
}

impl Step {
    /// Announces `what`; `why` may hold the expected time as well.
    pub fn start(what: &str, why: &str) -> Self {
        println!("▸ {what}{}", if why.is_empty() { String::new() } else { format!(": {why}") });
        let started = Instant::now();
        let (stop, stopped) = channel::<()>();
        let terminal = std::io::stdout().is_terminal();
        let tick = if terminal { TERMINAL_TICK } else { LOG_TICK };
        let name = what.to_owned();
        let ticker = std::thread::spawn(move || {
            while stopped.recv_timeout(tick) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                if terminal {
                    print!("\r  {name} … {}", seconds(started.elapsed()));
                    let _ = std::io::stdout().flush();
                } else {
                    println!("  {name} … {}", seconds(started.elapsed()));
                }
            }
            if terminal {
                print!("\r\x1b[K");
            }
        });
        Self { what: what.to_owned(), started, ticker: Some((stop, ticker)), finished: false }
    }

    /// Ends the step well; `detail` is what is worth knowing about the result.
    pub fn done(mut self, detail: &str) -> Duration {
        self.end();
        let took = self.started.elapsed();
        let detail = if detail.is_empty() { String::new() } else { format!(", {detail}") };
        println!("  {} done in {}{detail}", self.what, seconds(took));
        took
    }

    fn end(&mut self) {
        self.finished = true;
        if let Some((stop, ticker)) = self.ticker.take() {
            drop(stop);
            let _ = ticker.join();
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !self.finished {
            self.end();
            println!("  {} failed after {}", self.what, seconds(self.started.elapsed()));
        }
    }
}

/// A line that stands by itself.
pub fn say(text: &str) {
    println!("{text}");
}

/// `4.2 s` or `3 min 07 s`.
pub fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else {
        format!("{whole}.{} s", time.subsec_millis() / 100)
    }
}
