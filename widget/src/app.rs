//! The shell: holds the one model, shows it, and carries out what it asks for.
//!
//! What it never does: decide. A message goes into [`Model::update`], effects come out.
//!
//! Leptos is used for its views, without its signals: the model is one value and each message renders it again, in
//! place. That keeps the rules free of reactivity and the page 6.5 kB (brotli) lighter, and it makes the views
//! functions of plain data, which the edge can print as HTML.

use std::cell::RefCell;

use leptos::prelude::{AnyView, Render};
use leptos::tachys::view::Mountable;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlElement, KeyboardEvent, Window};

use crate::clock::{Clock, device_ms};
use crate::focus::Focus;
use crate::host::Host;
use crate::live::{Live, Signal};
use crate::{api, copy, device, js, parts, walletconnect};
use groat_checkout::model::{Act, Effect, Message, Model};
use groat_checkout::wire::{Embed, Invoice, Money, Page};
use groat_core::invoice::Status;

/// How long "Copied" is shown, in milliseconds.
const COPIED_FOR_MS: i32 = 2_000;

struct App {
    model: Model,
    shown: <Vec<AnyView> as Render>::State,
    clock: Clock,
    /// Nothing until the model is there to hear of wallets: the first announce themselves while it connects.
    host: Option<Host>,
    live: Live,
}

thread_local! {
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Shows the checkout in `root`, instead of what the edge put there, and keeps it going.
pub fn run(root: &Element, page: Page, invoice: Option<Invoice>) {
    let Some((window, document)) = browser() else { return };
    mark_root(&document, &page);
    let clock = Clock::new(page.server_time_ms, device_ms());
    let mut model = Model::new(page, invoice, window.crypto().map(|crypto| crypto.random_uuid()).unwrap_or_default());
    model.last = device::last();
    model.edge = window.location().origin().unwrap_or_default();
    model.form_key = form_key(&document).unwrap_or_default();
    model.is_handheld = is_handheld(&window);
    if let Some(act) = pressed_before(&window) {
        model.look(act);
    }
    let mut effects = model.open();
    if is_with_remote(&window) {
        effects.extend(model.resume_remote());
    }
    let mut shown = parts::views(&model).build();
    let focus = Focus::of(root, &document);
    root.replace_children_with_node_0();
    shown.mount(root, None);
    focus.restore(root, model.screen().name());
    _ = root.set_attribute("data-live", "");
    let live = Live::new(dispatch);
    let page = model.page.clone();
    APP.with_borrow_mut(|app| *app = Some(App { model, shown, clock, host: None, live }));
    let host = Host::connect(&page, dispatch);
    APP.with_borrow_mut(|app| {
        if let Some(app) = app {
            app.host = Some(host);
        }
    });

    js::listen(root, "click", |event| {
        let event: Event = event.unchecked_into();
        if let Some(act) = act_of(&event) {
            // The form around it is for pages without scripts.
            event.prevent_default();
            dispatch(Message::Act(act));
        }
    });
    js::listen(&document, "keydown", |event| {
        let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
        if is_escape && with_model(|model| model.page.embed == Embed::Modal) {
            dispatch(Message::Act(Act::Close));
        }
    });
    js::listen(&window, "online", |_| signal(Signal::Back));
    js::listen(&window, "offline", |_| signal(Signal::Offline));
    js::listen(&document, "visibilitychange", |_| {
        if browser().is_some_and(|(_, document)| !document.hidden()) {
            signal(Signal::Back);
        }
    });
    tick_each_second(&window);
    tell_height_of(root);
    effects.iter().for_each(perform);
}

/// Takes a message: updates the model, shows it, and carries out what follows.
pub fn dispatch(message: Message) {
    let taken = APP.with_borrow_mut(|app| {
        let app = app.as_mut()?;
        if let Message::Snapshot(invoice) | Message::Answered { result: Ok(Some(invoice)), .. } = &message {
            app.clock.learn(invoice.server_time_ms, device_ms());
        }
        let screen_before = app.model.screen().name();
        let status_before = app.model.invoice.as_ref().map(|invoice| invoice.status);
        let effects = app.model.update(message);
        let is_new_screen = app.model.screen().name() != screen_before;
        let status = app.model.invoice.as_ref().map(|invoice| invoice.status);
        let is_settled =
            status != status_before && matches!(status, Some(Status::Paid | Status::Expired | Status::Cancelled));
        Some((effects, is_new_screen, is_settled.then(|| app.live.clone())))
    });
    let Some((effects, is_new_screen, settled)) = taken else { return };
    // It works meanwhile: on a slow processor, showing takes longer than asking.
    effects.iter().filter(|effect| effect.asks_wallet()).for_each(perform);
    show(is_new_screen);
    effects.iter().filter(|effect| !effect.asks_wallet()).for_each(perform);
    if let Some(live) = settled {
        live.signal(Signal::Settled);
    }
}

/// Shows the model as it is now.
fn show(is_new_screen: bool) {
    APP.with_borrow_mut(|app| {
        let Some(app) = app else { return };
        let mut announcement = String::new();
        if is_new_screen && has_focus() {
            // The heading that gets focus is read anyway.
            announcement = std::mem::take(&mut app.model.announcement);
        }
        parts::views(&app.model).rebuild(&mut app.shown);
        if !announcement.is_empty() && heading_has_focus() {
            // It is the heading of before, with other words: it can't get the focus that it has, and would not be read.
            app.model.announcement = announcement;
            parts::views(&app.model).rebuild(&mut app.shown);
        }
    });
    if is_new_screen {
        focus_heading();
    }
}

fn perform(effect: &Effect) {
    match effect {
        Effect::Create(attempt) => {
            let call = APP.with_borrow(|app| app.as_ref().map(|app| api::create(&app.model.page, attempt)));
            if let Some(call) = call {
                make(call, attempt.key.clone());
            }
        }
        Effect::Quote { invoice, attempt } => make(api::quote(invoice, attempt), attempt.key.clone()),
        // Its answer says nothing: no attempt has an empty key.
        Effect::Hint { invoice, chain, hash } => make(api::hint(invoice, chain, hash), String::new()),
        Effect::Poll => with_live(Live::ask),
        Effect::Watch(invoice) => with_live(|live| live.watch(invoice)),
        Effect::Remember(invoice) => remember(invoice),
        Effect::Keep(kept, what) => device::keep(*kept, what),
        Effect::AskWallet { id, uuid, request } => with_host(|host| host.ask(*id, uuid, request)),
        Effect::AskRemote { chain, request } => APP.with_borrow(|app| {
            if let Some(app) = app {
                walletconnect::request(&app.model, chain, request, dispatch);
            }
        }),
        Effect::KeepRemote(is_with_remote) => keep_remote(*is_with_remote),
        Effect::TellStatus { invoice, status, reference } => {
            with_host(|host| host.tell_status(invoice, *status, reference.as_deref()));
        }
        Effect::Copy(copied, text) => {
            let (copied, text) = (*copied, text.clone());
            js::spawn(async move {
                let is_made = copy::copy(copied, &text).await;
                dispatch(Message::CopyDone(copied, is_made));
            });
        }
        Effect::ForgetCopy => {
            js::after(COPIED_FOR_MS, |_| dispatch(Message::CopyShown));
        }
        Effect::Go(path, amount) => go(path, amount.as_ref()),
        Effect::Reload => with_window(|window| window.location().reload()),
        Effect::Print => with_window(Window::print),
        Effect::Close => with_host(Host::tell_close),
    }
}

fn make(call: api::Call, key: String) {
    js::spawn(async move {
        let result = api::make(call).await;
        dispatch(Message::Answered { key, result });
    });
}

fn browser() -> Option<(Window, Document)> {
    let window = web_sys::window()?;
    let document = window.document()?;
    Some((window, document))
}

fn with_model(read: impl FnOnce(&Model) -> bool) -> bool {
    APP.with_borrow(|app| app.as_ref().is_some_and(|app| read(&app.model)))
}

fn with_host(act: impl FnOnce(&Host)) {
    APP.with_borrow(|app| {
        if let Some(host) = app.as_ref().and_then(|app| app.host.as_ref()) {
            act(host);
        }
    });
}

/// The line may dispatch: the app is not held meanwhile.
fn with_live(act: impl FnOnce(&Live)) {
    let live = APP.with_borrow(|app| app.as_ref().map(|app| app.live.clone()));
    if let Some(live) = live {
        act(&live);
    }
}

fn with_window(act: impl FnOnce(&Window) -> Result<(), JsValue>) {
    if let Some(window) = web_sys::window() {
        // Refused in a sandboxed frame: there is nothing else to do then.
        _ = act(&window);
    }
}

fn signal(signal: Signal) {
    with_live(|live| live.signal(signal));
}

fn tick_each_second(window: &Window) {
    let tick = js::callback(|_| {
        let now_ms = APP.with_borrow(|app| {
            let app = app.as_ref().filter(|app| app.model.is_timed())?;
            Some(app.clock.now_ms(device_ms()))
        });
        if let Some(now_ms) = now_ms {
            dispatch(Message::Tick(now_ms));
        }
    });
    _ = window.set_interval_with_callback_and_timeout_and_arguments_0(&tick, 1_000);
}

/// What was pressed, by the value of the nearest control.
fn act_of(event: &Event) -> Option<Act> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let control = target.closest("[name=do]").ok()??;
    Act::parse(&control.get_attribute("value")?)
}

fn has_focus() -> bool {
    browser().is_some_and(|(_, document)| document.has_focus().unwrap_or(false))
}

/// The heading of the screen.
const HEADING: &str = "groat-title";

fn heading_has_focus() -> bool {
    let active = browser().and_then(|(_, document)| document.active_element());
    active.is_some_and(|active| active.id() == HEADING)
}

/// Only where the buyer already is in the frame: a push must not take focus out of the seller's page.
fn focus_heading() {
    if !has_focus() {
        return;
    }
    let heading = browser().and_then(|(_, document)| document.get_element_by_id(HEADING));
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        _ = heading.focus();
    }
}

/// The style sheet looks at these; a page from the edge has them from the start.
fn mark_root(document: &Document, page: &Page) {
    if let Some(root) = document.document_element() {
        _ = root.set_attribute("data-theme", page.theme.as_str());
        _ = root.set_attribute("data-embed", page.embed.as_str());
    }
}

/// Inline, the seller's page makes room for what there is.
fn tell_height_of(root: &Element) {
    if !with_model(|model| model.page.embed == Embed::Inline) {
        return;
    }
    let observed = root.clone();
    let tell = js::callback(move |_| {
        let height = observed.get_bounding_client_rect().height().ceil();
        with_host(|host| host.tell_height(height));
    });
    if let Ok(observer) = web_sys::ResizeObserver::new(&tell) {
        observer.observe(root);
    }
}

/// What the edge's form around the checkout carries; a test's page has none.
fn form_key(document: &Document) -> Option<String> {
    document.query_selector("[name=key]").ok()??.get_attribute("value")
}

/// What of this page's address belongs to how it is shown, not to what is paid.
const SHOWN_BY: [&str; 5] = ["embed", "origin", "reference", "locale", "theme"];

/// `path` with how this page is shown, and an amount if there is one.
fn address(path: &str, amount: Option<&Money>) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    let here = web_sys::UrlSearchParams::new_with_str(&search).ok()?;
    let there = web_sys::UrlSearchParams::new().ok()?;
    if let Some(money) = amount {
        there.append("amount", &money.amount);
        there.append("currency", &money.currency);
    }
    for name in SHOWN_BY {
        if let Some(value) = here.get(name) {
            there.append(name, &value);
        }
    }
    let query = String::from(there.to_string());
    Some(if query.is_empty() { path.to_owned() } else { [path, "?", &query].concat() })
}

/// A reload comes back to this invoice.
fn remember(invoice: &str) {
    with_window(|window| {
        let address = address(&["/i/", invoice].concat(), None);
        window.history()?.replace_state_with_url(&JsValue::NULL, "", address.as_deref())
    });
}

/// What the page's entry in the tab's history holds while the buyer is with a wallet elsewhere: it outlives a reload, and
/// goes nowhere with the address.
const WITH_REMOTE: &str = "walletconnect";

fn keep_remote(is_with_remote: bool) {
    let state = if is_with_remote { WITH_REMOTE.into() } else { JsValue::NULL };
    with_window(|window| window.history()?.replace_state_with_url(&state, "", None));
}

fn is_with_remote(window: &Window) -> bool {
    let state = window.history().and_then(|history| history.state()).unwrap_or_default();
    state.as_string().as_deref() == Some(WITH_REMOTE)
}

/// A phone or a tablet: its wallets are apps, which a link opens.
fn is_handheld(window: &Window) -> bool {
    let found = window.match_media("(hover: none) and (pointer: coarse)");
    found.is_ok_and(|query| query.is_some_and(|query| query.matches()))
}

/// What was pressed before this script was there: the edge's own page remembers it in its address.
fn pressed_before(window: &Window) -> Option<Act> {
    let here = web_sys::UrlSearchParams::new_with_str(&window.location().search().ok()?).ok()?;
    Act::parse(&here.get("do")?)
}

fn go(path: &str, amount: Option<&Money>) {
    if let Some(address) = address(path, amount) {
        with_window(|window| window.location().replace(&address));
    }
}
