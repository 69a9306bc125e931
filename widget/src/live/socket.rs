//! Carries out what the line decides: WebSocket, timer, conditional requests.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, WebSocket};

use super::line::{Line, Move, Signal};
use crate::api::{self, Asked};
use crate::host::Sink;
use crate::{js, wire};
use groat_checkout::model::Message;

struct State {
    line: Line,
    invoice: String,
    etag: Option<String>,
    socket: Option<WebSocket>,
    /// Socket events of an older number are of a socket that has been given up.
    generation: u32,
    timer: Option<i32>,
    sink: Sink,
}

/// Follows one invoice.
#[derive(Clone)]
pub struct Live(Rc<RefCell<State>>);

impl Live {
    /// Follows nothing until [`Live::watch`].
    pub fn new(sink: Sink) -> Self {
        let state = State {
            line: Line::default(),
            invoice: String::new(),
            etag: None,
            socket: None,
            generation: 0,
            timer: None,
            sink,
        };
        Self(Rc::new(RefCell::new(state)))
    }

    /// Follows this invoice from now on.
    pub fn watch(&self, invoice: &str) {
        invoice.clone_into(&mut self.0.borrow_mut().invoice);
        self.signal(Signal::Start);
    }

    /// Tells the line what happened. Before an invoice is followed, nothing happens.
    pub fn signal(&self, signal: Signal) {
        if self.0.borrow().invoice.is_empty() {
            return;
        }
        let (moves, link, sink) = {
            let mut state = self.0.borrow_mut();
            let link_before = state.line.link();
            let moves = state.line.take(signal);
            let link = state.line.link();
            (moves, (link != link_before).then_some(link), state.sink)
        };
        for step in moves {
            match step {
                Move::Open => self.open(),
                Move::Close => self.close(),
                Move::Ask => self.ask(),
                Move::Wait(after_ms) => self.wait(after_ms),
            }
        }
        if let Some(link) = link {
            sink(Message::Link(link));
        }
    }

    /// Asks for the newest snapshot now.
    pub fn ask(&self) {
        let live = self.clone();
        let (invoice, etag, sink) = {
            let state = self.0.borrow();
            (state.invoice.clone(), state.etag.clone(), state.sink)
        };
        if invoice.is_empty() {
            return;
        }
        js::spawn(async move {
            match api::ask(&invoice, etag.as_deref()).await {
                Asked::Fresh(invoice, etag) => {
                    live.0.borrow_mut().etag = etag;
                    live.signal(Signal::Answered);
                    sink(Message::Snapshot(*invoice));
                }
                Asked::Same => live.signal(Signal::Answered),
                Asked::Unanswered => live.signal(Signal::Unanswered),
            }
        });
    }

    fn open(&self) {
        self.close();
        let (invoice, generation) = {
            let mut state = self.0.borrow_mut();
            state.generation += 1;
            (state.invoice.clone(), state.generation)
        };
        let Some(socket) = api::events_address(&invoice).and_then(|address| WebSocket::new(&address).ok()) else {
            return self.wait(1_000);
        };
        socket.set_onopen(Some(&self.on_signal(generation, Signal::Opened)));
        // `close` follows every `error`.
        socket.set_onclose(Some(&self.on_signal(generation, Signal::Lost)));
        socket.set_onmessage(Some(&self.on_message(generation)));
        self.0.borrow_mut().socket = Some(socket);
    }

    fn close(&self) {
        let mut state = self.0.borrow_mut();
        state.generation += 1;
        if let Some(socket) = state.socket.take() {
            _ = socket.close();
        }
    }

    fn is_current(&self, generation: u32) -> bool {
        self.0.borrow().generation == generation
    }

    fn on_signal(&self, generation: u32, signal: Signal) -> Function {
        let live = self.clone();
        js::callback(move |_| {
            if live.is_current(generation) {
                live.signal(signal);
            }
        })
    }

    fn on_message(&self, generation: u32) -> Function {
        let live = self.clone();
        js::callback(move |event| {
            if !live.is_current(generation) {
                return;
            }
            live.signal(Signal::Heard);
            // What can't be read is dropped: asking will show the same trouble, or bring what is missing.
            let json = event.unchecked_into::<MessageEvent>().data().as_string().and_then(|text| js::parse(&text));
            if let Some(Ok(invoice)) = json.map(|json| wire::snapshot(&json)) {
                let sink = live.0.borrow().sink;
                sink(Message::Snapshot(invoice));
            }
        })
    }

    fn wait(&self, after_ms: i32) {
        let live = self.clone();
        let timer = js::after(after_ms, move |_| live.signal(Signal::Due));
        let before = std::mem::replace(&mut self.0.borrow_mut().timer, timer);
        if let (Some(window), Some(before)) = (web_sys::window(), before) {
            window.clear_timeout_with_handle(before);
        }
    }
}
