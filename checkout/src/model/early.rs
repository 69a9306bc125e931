//! A wallet that is asked for an account before there is an amount: because it was picked before a coin, or because the edge
//! is still making one. Neither needs the other, so neither waits.

use super::message::{Effect, WalletAnswer, WalletError};
use super::refusal::Refusal;
use super::wallet::{Flow, Next};
use super::{Model, Place};

impl Flow {
    /// Takes the account that the wallet shows while there is nothing to pay yet.
    pub(super) fn answered_early(&mut self, result: Result<WalletAnswer, WalletError>) {
        match result {
            Ok(WalletAnswer::List(accounts)) => self.take_account(accounts),
            Ok(_) => self.refuse(Refusal::NoAccount),
            Err(error) => self.refuse(Refusal::of(&error, None)),
        };
    }
}

impl Model {
    /// The wallet that is asked before there is an amount.
    pub(super) const fn early(&mut self) -> Option<&mut Flow> {
        match &mut self.place {
            Place::Picked(flow) | Place::Preparing { early: Some(flow), .. } => Some(flow),
            _ => None,
        }
    }

    /// A coin is chosen: the wallet that was picked before pays it, unless it would not.
    pub(super) fn take_picked(&mut self) -> Option<Flow> {
        match std::mem::replace(&mut self.place, Place::Choosing) {
            Place::Picked(flow) if flow.is_connected() => Some(flow),
            _ => None,
        }
    }

    /// There is an amount: the wallet that was asked meanwhile goes on with it.
    pub(super) fn prepared(&mut self) -> Vec<Effect> {
        let place = std::mem::replace(&mut self.place, Place::Paying);
        let Place::Preparing { early: Some(mut flow), .. } = place else { return Vec::new() };
        let next = if flow.is_connected() { flow.check() } else { Next::Show };
        self.place = Place::Wallet(flow);
        if let Next::Ask(request) = next { self.ask_wallet(request) } else { Vec::new() }
    }
}
