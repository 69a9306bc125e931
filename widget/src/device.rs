//! What is kept on the buyer's device: the coin and the way taken last. Nothing of it is ever sent anywhere.
//!
//! A browser may forbid a frame to keep anything, or a buyer the whole page: then nothing is kept, and nothing is said.

use groat_checkout::model::{Kept, Last};
use web_sys::Storage;

const fn name(kept: Kept) -> &'static str {
    match kept {
        Kept::Asset => "groat-asset",
        Kept::Way => "groat-way",
    }
}

fn storage() -> Option<Storage> {
    // Where it is forbidden, looking at it throws.
    web_sys::window()?.local_storage().ok()?
}

/// What was chosen the last time.
pub fn last() -> Last {
    let read = |kept| storage()?.get_item(name(kept)).ok()?;
    Last::kept(read(Kept::Asset), read(Kept::Way))
}

/// Keeps what was chosen, where it can be kept.
pub fn keep(kept: Kept, what: &str) {
    if let Some(storage) = storage() {
        // Full, or forbidden since: there is nothing to do about it.
        _ = storage.set_item(name(kept), what);
    }
}
