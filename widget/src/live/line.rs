//! When to open the socket, when to ask, when to wait. Plain data; time comes in as "due".

use groat_checkout::model::Link;

/// Waits before the next try while the line is down, in milliseconds: the last one is repeated. It is also how often
/// the invoice is asked for where sockets never get through.
const RETRY_AFTER_MS: [i32; 4] = [500, 1_000, 2_000, 4_000];
/// The same once the invoice has come to an end.
const RETRY_SETTLED_MS: i32 = 30_000;
/// Quiet for this long on an open socket: asks once, in case the socket only looks open.
const QUIET_MS: i32 = 30_000;

/// What happened to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The invoice is known: from now on it is followed.
    Start,
    /// The socket opened.
    Opened,
    /// A snapshot came through the socket.
    Heard,
    /// The socket closed or could not be opened.
    Lost,
    /// An answer to asking.
    Answered,
    /// No answer to asking.
    Unanswered,
    /// The wait is over.
    Due,
    /// The device has network again, or the page is looked at again.
    Back,
    /// The device has no network.
    Offline,
    /// The invoice has come to an end; it may still change, but nobody waits for it.
    Settled,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Opens a socket.
    Open,
    /// Closes the socket.
    Close,
    /// Asks for the invoice.
    Ask,
    /// Waits this many milliseconds for [`Signal::Due`], instead of any wait before.
    Wait(i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Socket {
    #[default]
    Closed,
    Opening,
    Open,
}

/// The line to the edge. Nothing is followed at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    socket: Socket,
    failures: usize,
    is_unanswered: bool,
    is_offline: bool,
    is_settled: bool,
}

impl Line {
    /// Takes what happened.
    #[rustfmt::skip]
    pub fn take(&mut self, signal: Signal) -> Vec<Move> {
        match (signal, self.socket) {
            (Signal::Start, _)                     => self.open(),
            // Something may have changed between the last snapshot and now.
            (Signal::Opened, _)                    => { self.socket = Socket::Open; self.failures = 0; self.is_offline = false; vec![Move::Ask, Move::Wait(QUIET_MS)] }
            (Signal::Heard, _)                     => { self.is_unanswered = false; vec![Move::Wait(QUIET_MS)] }
            (Signal::Lost, _)                      => self.lost(),
            (Signal::Answered, _)                  => { self.is_unanswered = false; self.is_offline = false; vec![] }
            (Signal::Unanswered, _)                => { self.is_unanswered = true; vec![] }
            (Signal::Due, Socket::Open)            => vec![Move::Ask, Move::Wait(QUIET_MS)],
            (Signal::Due, Socket::Opening)         => vec![Move::Ask, Move::Wait(self.retry_ms())],
            (Signal::Due, Socket::Closed)          => self.again(),
            (Signal::Back, Socket::Open)           => { self.is_offline = false; vec![Move::Ask, Move::Wait(QUIET_MS)] }
            (Signal::Back, _)                      => { self.is_offline = false; self.failures = 0; self.again() }
            (Signal::Offline, _)                   => { self.socket = Socket::Closed; self.is_offline = true; vec![Move::Close] }
            (Signal::Settled, _)                   => { self.is_settled = true; vec![] }
        }
    }

    /// What the buyer is told of it.
    pub const fn link(&self) -> Link {
        match self.socket {
            _ if self.is_offline => Link::Offline,
            Socket::Open => Link::Live,
            // While asking works, nothing is missing.
            _ if !self.is_unanswered => Link::Live,
            _ => Link::Reconnecting,
        }
    }

    fn open(&mut self) -> Vec<Move> {
        self.socket = Socket::Opening;
        vec![Move::Open]
    }

    fn again(&mut self) -> Vec<Move> {
        let mut moves = self.open();
        moves.push(Move::Ask);
        moves
    }

    fn lost(&mut self) -> Vec<Move> {
        self.socket = Socket::Closed;
        let wait = Move::Wait(self.retry_ms());
        self.failures += 1;
        if self.is_offline { vec![] } else { vec![wait] }
    }

    fn retry_ms(&self) -> i32 {
        if self.is_settled {
            return RETRY_SETTLED_MS;
        }
        let last = RETRY_AFTER_MS.len() - 1;
        RETRY_AFTER_MS.get(self.failures.min(last)).copied().unwrap_or(RETRY_SETTLED_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_line_that_comes_and_goes() {
        use Move::{Ask, Close, Open, Wait};
        #[rustfmt::skip]
        let story: &[(Signal, &[Move], Link)] = &[
            (Signal::Start,      &[Open],                Link::Live),
            (Signal::Opened,     &[Ask, Wait(30_000)],   Link::Live),
            (Signal::Answered,   &[],                    Link::Live),
            (Signal::Heard,      &[Wait(30_000)],        Link::Live),
            // quiet: the socket may only look open
            (Signal::Due,        &[Ask, Wait(30_000)],   Link::Live),
            // the edge was deployed: every socket is dropped, asking still works
            (Signal::Lost,       &[Wait(500)],           Link::Live),
            (Signal::Due,        &[Open, Ask],           Link::Live),
            (Signal::Unanswered, &[],                    Link::Reconnecting),
            (Signal::Lost,       &[Wait(1_000)],         Link::Reconnecting),
            (Signal::Due,        &[Open, Ask],           Link::Reconnecting),
            (Signal::Lost,       &[Wait(2_000)],         Link::Reconnecting),
            (Signal::Due,        &[Open, Ask],           Link::Reconnecting),
            (Signal::Lost,       &[Wait(4_000)],         Link::Reconnecting),
            (Signal::Due,        &[Open, Ask],           Link::Reconnecting),
            (Signal::Lost,       &[Wait(4_000)],         Link::Reconnecting),
            // sockets are blocked on the way, but asking works
            (Signal::Due,        &[Open, Ask],           Link::Reconnecting),
            (Signal::Answered,   &[],                    Link::Live),
            (Signal::Lost,       &[Wait(4_000)],         Link::Live),
            // no network at all, then the page is shown again
            (Signal::Offline,    &[Close],               Link::Offline),
            (Signal::Lost,       &[],                    Link::Offline),
            (Signal::Back,       &[Open, Ask],           Link::Live),
            (Signal::Opened,     &[Ask, Wait(30_000)],   Link::Live),
            (Signal::Back,       &[Ask, Wait(30_000)],   Link::Live),
            // it is over: nobody waits
            (Signal::Settled,    &[],                    Link::Live),
            (Signal::Lost,       &[Wait(30_000)],        Link::Live),
        ];
        let mut line = Line::default();
        for (number, (signal, moves, link)) in story.iter().enumerate() {
            assert_eq!((line.take(*signal).as_slice(), line.link()), (*moves, *link), "line {number}: {signal:?}");
        }
    }

    #[test]
    fn a_socket_that_never_opens_is_no_reason_to_stop_asking() {
        let mut line = Line::default();
        line.take(Signal::Start);
        assert_eq!(line.take(Signal::Due), [Move::Ask, Move::Wait(500)]);
    }
}
