//! Where wallets are, and who is told what happens.
//!
//! In a frame, that is the loader in the seller's page (`frame.rs`): wallets inject themselves there and often not into
//! frames. On a payment link's page it is this window itself (`own.rs`). The rest of the checkout sees no difference.
//!
//! What it never does: trust. What comes from either side is read field by field, and what does not fit is dropped.

mod frame;
mod own;
mod read;

use groat_core::invoice::Status;
use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::js::{object, parse};
use groat_checkout::model::{Message, WalletRequest};
use groat_checkout::wire::{Embed, Page};

/// Takes what the host side has to say.
pub type Sink = fn(Message);

/// The side that holds the wallets.
pub enum Host {
    /// The loader.
    Frame(frame::Frame),
    /// This window.
    Own(own::Own),
}

impl Host {
    /// Starts listening for wallets.
    pub fn connect(page: &Page, sink: Sink) -> Self {
        match (&page.origin, page.embed) {
            (Some(origin), Embed::Modal | Embed::Inline) => Self::Frame(frame::Frame::connect(origin, sink)),
            _ => Self::Own(own::Own::connect(sink)),
        }
    }

    /// Asks a wallet; the answer comes to the sink with the same number.
    pub fn ask(&self, id: u32, uuid: &str, request: &WalletRequest) {
        let parameters = parameters(request);
        match self {
            Self::Frame(frame) => frame.ask(id, uuid, request.method(), &parameters),
            Self::Own(own) => own.ask(id, uuid, request.method(), &parameters),
        }
    }

    /// Tells the loader, if there is one, where the invoice stands.
    pub fn tell_status(&self, invoice: &str, status: Status, reference: Option<&str>) {
        self.tell(&[
            ("type", "status".into()),
            ("invoice", invoice.into()),
            ("status", status.as_str().into()),
            ("reference", reference.map_or(JsValue::NULL, JsValue::from_str)),
        ]);
    }

    /// Tells the loader how tall the checkout is, in CSS pixels.
    pub fn tell_height(&self, height: f64) {
        self.tell(&[("type", "resize".into()), ("height", height.into())]);
    }

    /// Tells the loader that the buyer is done.
    pub fn tell_close(&self) {
        self.tell(&[("type", "close".into())]);
    }

    fn tell(&self, fields: &[(&str, JsValue)]) {
        if let Self::Frame(frame) = self {
            frame.post(object(fields));
        }
    }
}

/// A request's `params`.
fn parameters(request: &WalletRequest) -> Array {
    let parameter: Object = match request {
        WalletRequest::Accounts | WalletRequest::ChainId => return Array::new(),
        // Of the newest block that the wallet's node has.
        WalletRequest::Balance(account) => return Array::of2(&account.as_str().into(), &LATEST.into()),
        WalletRequest::TokenBalance { account, contract } => {
            let call = object(&[("to", contract.as_str().into()), ("data", balance_of(account).into())]);
            return Array::of2(&call, &LATEST.into());
        }
        WalletRequest::SwitchChain(chain_id) => object(&[("chainId", quantity(*chain_id).into())]),
        WalletRequest::AddChain(json) => return parse(json).map_or_else(Array::new, |chain| Array::of1(&chain)),
        WalletRequest::Send { from, to, value, data, chain_id } => object(&[
            ("from", from.as_str().into()),
            ("to", to.as_str().into()),
            ("value", value.as_str().into()),
            ("data", data.as_str().into()),
            ("chainId", quantity(*chain_id).into()),
        ]),
    };
    Array::of1(&parameter)
}

const LATEST: &str = "latest";
/// The selector of `balanceOf(address)`, and the zeros before an address in a word of 32 bytes.
const BALANCE_OF: &str = "0x70a08231000000000000000000000000";

/// The call data of a token's `balanceOf`.
fn balance_of(account: &str) -> String {
    [BALANCE_OF, account.strip_prefix("0x").unwrap_or(account)].concat()
}

/// A JSON-RPC quantity: hexadecimal without leading zeros.
fn quantity(number: u64) -> String {
    let mut digits = String::from("0x");
    let length = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
    for place in (0..length).rev() {
        let digit = (number >> (4 * place)) & 0xf;
        digits.extend(u32::try_from(digit).ok().and_then(|digit| char::from_digit(digit, 16)));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn asks_a_token_for_a_balance() {
        let data = balance_of("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        assert_eq!(data, "0x70a082310000000000000000000000005aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
        assert_eq!(data.len(), 2 + 8 + 64);
    }

    #[test]
    fn writes_quantities() {
        for number in [0, 1, 15, 16, 31_337, 8_453, 137, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(quantity(number), format!("{number:#x}"));
        }
    }
}
