//! A checkout that stays open: it is rendered again each second, and with each thing that happens.

use std::arch::wasm32::memory_size;

use groat_checkout::model::Message;
use groat_widget::clock::device_ms;
use groat_widget::parts;
use leptos::prelude::Render;
use leptos::tachys::view::Mountable;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fixture::place;
use crate::views::{at_paying, every_state};

/// Renders in one part of the test. All parts together are two hours of seconds, and each state shown and left 144 times.
const EACH: i64 = 600;
const PARTS: i64 = 12;

/// Every state comes and goes once in so many seconds.
const CHANGE_EACH: i64 = 50;

#[wasm_bindgen_test]
fn neither_grows_nor_slows_down_over_hours() {
    let states = every_state();
    let mut model = at_paying();
    let mut shown = parts::views(&model).build();
    shown.mount(&place(), None);
    let (mut pages, mut times_ms) = (Vec::new(), Vec::new());
    for part in 0..PARTS {
        let begun_ms = device_ms();
        for second in part * EACH..(part + 1) * EACH {
            model.update(Message::Tick(model.now_ms + 1 + second % 7));
            parts::views(&model).rebuild(&mut shown);
            if second % CHANGE_EACH == 0 {
                states.iter().for_each(|state| parts::views(state).rebuild(&mut shown));
            }
        }
        pages.push(memory_size::<0>());
        times_ms.push(device_ms() - begun_ms);
    }
    // The first part is for what is kept: the last code drawn, room in lists.
    assert!(pages[1..].iter().all(|size| *size == pages[1]), "pages of memory: {pages:?}");
    // The quickest of each half: the machine may do other things meanwhile.
    let quickest = |half: &[i64]| half.iter().copied().min().unwrap_or_default();
    let (early, late) = times_ms.split_at(times_ms.len() / 2);
    assert!(quickest(late) <= 2 * quickest(early) + 20, "milliseconds: {times_ms:?}");
    shown.unmount();
}
