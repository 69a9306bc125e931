//! Puts load on one path: some connections, each asking again as soon as it has its answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::http::Connection;

const TIMEOUT: Duration = Duration::from_secs(10);

/// One request, to be repeated.
#[derive(Clone)]
pub struct Request {
    pub port: u16,
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    /// Empty for GET.
    pub body: String,
    /// Sent with an `Idempotency-Key` that is new each time.
    pub fresh_key: bool,
}

/// What came of it.
pub struct Figures {
    pub requests: u64,
    pub took: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Figures {
    /// Requests a second, in thousandths.
    pub fn per_second_milli(&self) -> u128 {
        u128::from(self.requests) * 1_000_000 / self.took.as_millis().max(1)
    }

    /// The latency that `percent` of the requests did not pass.
    pub fn percentile(&self, percent: usize) -> Duration {
        let index = self.latencies.len().saturating_sub(1) * percent / 100;
        self.latencies.get(index).copied().unwrap_or_default()
    }
}

/// Keys must differ between rounds, too.
static KEY: AtomicU64 = AtomicU64::new(0);

/// Repeats `request` over `connections` for about `time`. Any answer that is not 2xx is an error: a fast refusal is no
/// throughput.
pub fn put(request: &Request, connections: usize, time: Duration) -> Result<Figures> {
    let started = Instant::now();
    let threads: Vec<_> = (0..connections)
        .map(|_| {
            let request = request.clone();
            thread::spawn(move || repeat(&request, started + time))
        })
        .collect();
    let mut latencies = Vec::new();
    for thread in threads {
        let Ok(part) = thread.join() else { bail!("a load thread panicked") };
        latencies.extend(part?);
    }
    let took = started.elapsed();
    latencies.sort_unstable();
    Ok(Figures { requests: latencies.len() as u64, took, latencies })
}

fn repeat(request: &Request, until: Instant) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(request.port, TIMEOUT).context("cannot connect")?;
    let mut latencies = Vec::new();
    while Instant::now() < until {
        let mut headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let key = format!("bench-{}", KEY.fetch_add(1, Ordering::Relaxed));
        if request.fresh_key {
            headers.push(("Idempotency-Key", &key));
        }
        let asked = Instant::now();
        let answer = connection.request(request.method, &request.path, &headers, &request.body)?;
        latencies.push(asked.elapsed());
        if !(200..300).contains(&answer.status) {
            let body = String::from_utf8_lossy(&answer.body);
            bail!("{} {} answered {}: {body}", request.method, request.path, answer.status);
        }
    }
    Ok(latencies)
}
