//! The client: one pairing or one session with one wallet, as a state machine without I/O.
//!
//! Every step takes the time and random bytes, changes the state, and says what is to be done. What has to outlive a reload
//! is in [`State`] and is given out as text after each step that changed it.

mod commands;
mod peer;
mod persist;
mod relayed;
mod state;
#[cfg(test)]
mod tests;
mod types;

pub use state::State;
pub use types::{Call, Config, Event, Input, Metadata, Output, Random};

use crate::error::Failure;
use crate::relay::{self, Line, Move};

/// More than a relay delivers twice within a connection.
const HEARD_MAX: usize = 256;
/// How long after its end a code or a request is still waited for, if the mailbox could not be looked into, in milliseconds.
const GRACE_MS: u64 = 30_000;

/// The client. `docs/walletconnect.md` tells what it speaks.
#[derive(Debug)]
pub struct Client {
    config: Config,
    state: State,
    line: Line,
    /// What has been kept last, to keep only changes.
    kept: Option<String>,
    /// Digests of messages that need not be read again: those received, and our own.
    heard: Vec<[u8; 32]>,
    /// Requests for topics, to name the relay's refusal.
    subscribing: Vec<u64>,
    /// Requests for the mailbox that are under way, each with how many have been made before it.
    fetching: Vec<(u64, u32)>,
    /// Whether the mailbox has been emptied since the socket was opened.
    is_caught_up: bool,
}

/// One step: what it may use, and what it leads to.
pub(crate) struct Turn<'a> {
    now_ms: u64,
    random: &'a mut dyn Random,
    out: Vec<Output>,
}

impl Turn<'_> {
    const fn now_s(&self) -> u64 {
        self.now_ms / 1_000
    }

    fn tell(&mut self, event: Event) {
        self.out.push(Output::Tell(event));
    }

    fn transmit(&mut self, frame: String) {
        self.out.push(Output::Transmit(frame));
    }
}

impl Client {
    /// A client that goes on from what an earlier one kept. What cannot be read, or was kept for another relay or project,
    /// counts as nothing.
    pub fn new(config: Config, kept: Option<&str>, random: &mut dyn Random) -> Self {
        let state = kept.and_then(|text| persist::read(text, &config)).unwrap_or_else(|| State::fresh(random));
        Self {
            config,
            state,
            line: Line::new(),
            kept: None,
            heard: Vec::new(),
            subscribing: Vec::new(),
            fetching: Vec::new(),
            is_caught_up: false,
        }
    }

    /// Takes one input.
    pub fn take(&mut self, input: Input<'_>, now_ms: u64, random: &mut dyn Random) -> Vec<Output> {
        let mut turn = Turn { now_ms, random, out: Vec::new() };
        match input {
            Input::Connect => self.connect(&mut turn),
            Input::Resume => self.resume(&mut turn),
            Input::Send { chain, call, reference } => self.send(chain, call, reference, &mut turn),
            Input::Ping => self.ping(&mut turn),
            Input::Disconnect => self.disconnect(&mut turn),
            Input::Opened => self.opened(&mut turn),
            Input::Closed { code, reason } => self.closed(code, reason, &mut turn),
            Input::Frame(frame) => self.framed(frame, &mut turn),
            Input::Woken => {
                if let Some(step) = self.line.woken(now_ms) {
                    self.carry_out(&step, &mut turn);
                }
            }
            Input::Tick => {}
        }
        self.settle_time(&mut turn);
        self.keep(&mut turn);
        turn.out
    }

    /// Whether there is anything to say or to hear.
    fn is_wanted(&self) -> bool {
        self.state.proposed.is_some() || self.state.session.is_some() || !self.state.outbox.is_empty()
    }

    /// What is due by the clock: ends of codes, requests and sessions, the line, the next look at the clock.
    fn settle_time(&mut self, turn: &mut Turn) {
        let now_ms = turn.now_ms;
        let is_over = |ends_at_s: u64, is_caught_up: bool| {
            let ends_at_ms = ends_at_s.saturating_mul(1_000);
            // An answer may lie in a mailbox that nobody has looked into yet.
            now_ms >= ends_at_ms && (is_caught_up || now_ms >= ends_at_ms.saturating_add(GRACE_MS))
        };
        self.state.outbox.retain(|publication| now_ms < publication.until_ms);
        if self.state.proposed.as_ref().is_some_and(|it| is_over(it.pairing.expires_at_s, self.is_caught_up)) {
            self.state.proposed = None;
            turn.tell(Event::Ended(Failure::PairingExpired));
        }
        if self.state.session.as_ref().is_some_and(|it| now_ms >= it.expires_at_s.saturating_mul(1_000)) {
            self.state.leave();
            turn.tell(Event::Ended(Failure::SessionExpired));
        }
        if let Some(asked) = self.state.asked.as_mut().filter(|asked| !asked.is_over)
            && is_over(asked.expires_at_s, self.is_caught_up)
        {
            asked.is_over = true;
            turn.tell(Event::Failed(Failure::RequestExpired));
        }
        if self.line.is_overdue(now_ms) {
            turn.out.push(Output::Close);
            self.lost(turn);
        }
        if let Some(step) = self.line.due(now_ms, self.is_wanted()) {
            self.carry_out(&step, turn);
        }
        if let Some(at_ms) = self.deadline_ms(now_ms) {
            turn.out.push(Output::WakeAt(at_ms));
        }
    }

    fn deadline_ms(&self, now_ms: u64) -> Option<u64> {
        let line = self.line.deadline_ms().filter(|_| self.is_wanted());
        let proposed = self.state.proposed.as_ref().map(|proposed| proposed.pairing.expires_at_s);
        let session = self.state.session.as_ref().map(|session| session.expires_at_s);
        let asked = self.state.asked.as_ref().filter(|asked| !asked.is_over).map(|asked| asked.expires_at_s);
        let ends = [proposed, session, asked].into_iter().flatten().map(|at_s| {
            let at_ms = at_s.saturating_mul(1_000);
            // What is past waits for the mailbox, or for the end of the grace.
            if at_ms > now_ms { at_ms } else { at_ms.saturating_add(GRACE_MS) }
        });
        ends.chain(line).min()
    }

    fn carry_out(&mut self, step: &Move, turn: &mut Turn) {
        match step {
            Move::Open => {
                let relay = &self.config.relay_url;
                let token = relay::token(&self.state.identity, &self.state.subject, relay, turn.now_s());
                turn.out.push(Output::Open(relay::address(relay, &token, &self.config.project_id)));
            }
            Move::Close => turn.out.push(Output::Close),
            // Any answer proves that the socket lives, and this one may bring what was missed.
            Move::Prove => self.fetch(0, turn),
        }
    }

    fn keep(&mut self, turn: &mut Turn) {
        let text = persist::print(&self.state, &self.config);
        if self.kept.as_ref() != Some(&text) {
            turn.out.push(Output::Keep(text.clone()));
            self.kept = Some(text);
        }
    }

    /// Whether this message is new; it is not from now on.
    fn is_new(&mut self, digest: [u8; 32]) -> bool {
        let is_new = !self.heard.contains(&digest);
        if is_new {
            self.heard.push(digest);
            if self.heard.len() > HEARD_MAX {
                self.heard.remove(0);
            }
        }
        is_new
    }
}
