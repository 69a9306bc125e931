//! The client in the buyer's browser: carries out what it decides, with a socket, a timer and the tab's storage.
//!
//! The boundary to JavaScript is text only: that keeps the glue small. `entry.js` beside it makes an API of it.

mod browser;
mod words;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use lol_alloc::{FreeListAllocator, LockedAllocator};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::client::Call;
use crate::{Client, Input, Output};
use browser::Browser;

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

/// Where the tab keeps what outlives a reload.
const KEPT: &str = "groat-walletconnect";

struct State {
    client: Client,
    socket: Option<WebSocket>,
    /// Events of an older number are of a socket that has been given up.
    generation: u32,
    timer: Option<i32>,
    is_stopped: bool,
}

struct Shell {
    state: RefCell<State>,
    listener: Function,
}

/// A connection to a wallet, for one page.
#[wasm_bindgen]
pub struct Connection(Rc<Shell>);

#[wasm_bindgen]
impl Connection {
    /// With options as JSON (`words::config`) and a function that is called with each event as JSON (`words::event`).
    /// Goes on with what the tab has kept; tells nothing until asked.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str, listener: Function) -> Self {
        let config = words::config(options);
        let client = Client::new(config, browser::kept(KEPT).as_deref(), &mut Browser);
        let state = State { client, socket: None, generation: 0, timer: None, is_stopped: false };
        let shell = Rc::new(Shell { state: RefCell::new(state), listener });
        let woken = Rc::clone(&shell);
        browser::when_awake(move || woken.take(Input::Woken));
        Self(shell)
    }

    /// Tells where it stands, if anywhere, and goes on.
    pub fn resume(&self) {
        self.0.take(Input::Resume);
    }

    /// Shows a code, or goes on with the session there is.
    pub fn connect(&self) {
        self.0.take(Input::Connect);
    }

    /// Asks the wallet for a transaction.
    pub fn send(&self, chain: &str, to: &str, value: &str, data: &str, reference: &str) {
        self.0.take(Input::Send { chain, call: Call { to, value, data }, reference });
    }

    /// Asks whether the wallet is there.
    pub fn ping(&self) {
        self.0.take(Input::Ping);
    }

    /// Leaves the wallet.
    pub fn disconnect(&self) {
        self.0.take(Input::Disconnect);
    }

    /// Ends this connection without leaving the wallet: a later one goes on.
    pub fn stop(&self) {
        let mut state = self.0.state.borrow_mut();
        state.is_stopped = true;
        state.close();
        if let Some(timer) = state.timer.take() {
            browser::forget(timer);
        }
    }
}

impl State {
    fn close(&mut self) {
        self.generation += 1;
        if let Some(socket) = self.socket.take() {
            _ = socket.close();
        }
    }
}

impl Shell {
    /// Takes an input and carries out what follows. The page is told last: it may answer with another input.
    fn take(self: &Rc<Self>, input: Input<'_>) {
        let outputs = {
            let mut state = self.state.borrow_mut();
            if state.is_stopped {
                return;
            }
            state.client.take(input, browser::now_ms(), &mut Browser)
        };
        let mut told = Vec::new();
        for output in outputs {
            match output {
                Output::Open(address) => self.open(&address),
                Output::Close => self.state.borrow_mut().close(),
                Output::Transmit(frame) => {
                    if let Some(socket) = &self.state.borrow().socket {
                        // A socket that is closing says so in its close event, after which everything is sent again.
                        _ = socket.send_with_str(&frame);
                    }
                }
                Output::Keep(text) => browser::keep(KEPT, &text),
                Output::WakeAt(at_ms) => self.wake_at(at_ms),
                Output::Tell(event) => told.push(words::event(&event)),
            }
        }
        for event in told {
            // What the page throws is the page's.
            _ = self.listener.call1(&JsValue::NULL, &JsValue::from_str(&event));
        }
    }

    fn open(self: &Rc<Self>, address: &str) {
        let generation = {
            let mut state = self.state.borrow_mut();
            state.close();
            state.generation
        };
        let Ok(socket) = WebSocket::new(address) else {
            // The page may not open it (its policy), or it is no address. Told later: this is inside of a step.
            let shell = Rc::clone(self);
            browser::after(0, move || shell.take(Input::Closed { code: 0, reason: "" }));
            return;
        };
        socket.set_onopen(Some(&self.on(generation, |shell, _| shell.take(Input::Opened))));
        // `close` follows every `error`.
        socket.set_onclose(Some(&self.on(generation, |shell, event| {
            let event: CloseEvent = event.unchecked_into();
            shell.take(Input::Closed { code: event.code(), reason: &event.reason() });
        })));
        socket.set_onmessage(Some(&self.on(generation, |shell, event| {
            if let Some(frame) = event.unchecked_into::<MessageEvent>().data().as_string() {
                shell.take(Input::Frame(&frame));
            }
        })));
        self.state.borrow_mut().socket = Some(socket);
    }

    /// A function for the socket of this generation to call.
    fn on(self: &Rc<Self>, generation: u32, act: fn(&Rc<Self>, JsValue)) -> Function {
        let shell = Rc::clone(self);
        browser::callback(move |event| {
            let is_current = shell.state.borrow().generation == generation;
            if is_current {
                act(&shell, event);
            }
        })
    }

    fn wake_at(self: &Rc<Self>, at_ms: u64) {
        let shell = Rc::clone(self);
        let after_ms = i32::try_from(at_ms.saturating_sub(browser::now_ms())).unwrap_or(i32::MAX);
        let timer = browser::after(after_ms, move || shell.take(Input::Tick));
        let before = std::mem::replace(&mut self.state.borrow_mut().timer, timer);
        if let Some(before) = before {
            browser::forget(before);
        }
    }
}
