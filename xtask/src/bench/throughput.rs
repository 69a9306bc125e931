//! Requests a second and latencies, each beside the two baselines of the same run.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::load::{self, Figures, Request};
use super::weight::product;
use crate::console::say;
use crate::http::Connection;
use crate::stack::Stack;

const CONNECTIONS: usize = 8;
const WARM_UP: Duration = Duration::from_secs(1);
/// Rounds go round all requests, so that what the machine does meanwhile falls on all of them.
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(3);

pub fn print(stack: &Stack, edge: u16, baseline: u16) -> Result<bool> {
    let requests = requests(stack, edge, baseline)?;
    for (_, request) in &requests {
        load::put(request, CONNECTIONS, WARM_UP)?;
    }
    let mut rounds: Vec<Vec<Figures>> = requests.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, request), figures) in requests.iter().zip(&mut rounds) {
            figures.push(load::put(request, CONNECTIONS, ROUND)?);
        }
    }
    let middle: Vec<&Figures> = rounds.iter_mut().filter_map(|figures| middle(figures)).collect();
    let [empty, row, ..] = middle.as_slice() else { anyhow::bail!("the baselines were not measured") };

    say(&format!(
        "\nOn workerd itself, {CONNECTIONS} connections, middle of {ROUNDS} rounds of {} s, all in one run",
        ROUND.as_secs()
    ));
    say("                                requests/s   p50 ms   p99 ms    of empty  of one-row insert");
    for ((name, _), figures) in requests.iter().zip(&middle) {
        let rate = figures.per_second_milli();
        say(&format!(
            "  {name:<30} {:>9} {:>8} {:>8} {:>9} % {:>15} %",
            rate / 1000,
            milliseconds(figures.percentile(50)),
            milliseconds(figures.percentile(99)),
            percent(rate, empty),
            percent(rate, row),
        ));
    }
    Ok(true)
}

/// The baselines first.
fn requests(stack: &Stack, edge: u16, baseline: u16) -> Result<Vec<(&'static str, Request)>> {
    let product = product(stack)?;
    let secret = stack.described.get("sk").and_then(Value::as_str).context("demo.json lacks sk")?;
    let bearer = format!("Bearer {secret}");
    let get = |port: u16, path: String| Request {
        port,
        method: "GET",
        path,
        headers: Vec::new(),
        body: String::new(),
        fresh_key: false,
    };
    let body = match asset(stack) {
        Some(asset) => json!({"product": product, "asset": asset}),
        None => json!({"product": product}),
    };
    let create = Request {
        port: edge,
        method: "POST",
        path: "/v1/invoices".to_owned(),
        headers: vec![("Authorization", bearer)],
        body: body.to_string(),
        fresh_key: true,
    };
    let invoice = create_one(&create)?;
    Ok(vec![
        ("empty handler", get(baseline, "/".to_owned())),
        ("one-row insert", get(baseline, "/row".to_owned())),
        ("GET /pay/{product}", get(edge, format!("/pay/{product}"))),
        ("POST /v1/invoices (quoted)", create),
        ("GET /v1/invoices/{id}", get(edge, format!("/v1/invoices/{invoice}"))),
    ])
}

/// The first asset of demo.json, to have the invoice quoted at once, which is all the work there is.
fn asset(stack: &Stack) -> Option<String> {
    let first = match stack.described.get("assets")? {
        Value::Array(list) => list.first()?,
        Value::Object(map) => map.values().next()?,
        _ => return None,
    };
    first.as_str().or_else(|| first.get("asset")?.as_str()).or_else(|| first.get("id")?.as_str()).map(str::to_owned)
}

fn create_one(create: &Request) -> Result<String> {
    let mut connection = Connection::open(create.port, Duration::from_secs(10))?;
    let mut headers: Vec<(&str, &str)> = create.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.push(("Idempotency-Key", "bench-first"));
    let answer = connection.request(create.method, &create.path, &headers, &create.body)?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let invoice: Value = serde_json::from_str(&text).unwrap_or_default();
    let id = invoice.get("id").and_then(Value::as_str);
    id.map(str::to_owned).with_context(|| format!("creating an invoice answered {}: {text}", answer.status))
}

/// The round with the middle rate.
fn middle(figures: &mut [Figures]) -> Option<&Figures> {
    figures.sort_by_key(Figures::per_second_milli);
    figures.get(figures.len() / 2)
}

fn percent(rate: u128, of: &Figures) -> String {
    let permille = rate * 1000 / of.per_second_milli().max(1);
    format!("{}.{}", permille / 10, permille % 10)
}

fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:02}", micros / 1000, micros % 1000 / 10)
}
