//! Refunds: the seller's record of money they sent back with their own wallet. Groat never moves money and does not check
//! the transaction; it only refuses to record more than what arrived.

use groat_core::asset::{AssetId, asset_info};
use groat_core::invoice::{Event, Refund};
use groat_core::money::Amount;
use groat_core::wire::RefundCreate;

use super::Store;
use super::command::Reply;
use super::keys::Caller;
use super::settings::Settings;
use crate::problem::{Code, Refusal};
use crate::sql::Sql;

impl<S: Sql> Store<'_, S> {
    /// Records money that the seller sent back.
    pub(super) fn create_refund(
        &mut self,
        settings: &Settings,
        caller: Caller,
        id: &str,
        create: &RefundCreate,
    ) -> Result<Reply, Refusal> {
        let invoice = self.invoice(id)?;
        let refuse = |param: &str, code, detail| Refusal::of(code, param, detail);
        let asset: AssetId =
            create.asset.parse().map_err(|error| refuse("asset", Code::AssetNotAccepted, format!("asset {error}")))?;
        let info = asset_info(asset).ok_or_else(|| {
            refuse("asset", Code::AssetNotAccepted, format!("{asset} is not an asset that Groat knows"))
        })?;
        let amount = Amount::parse(&create.amount, info.decimals)
            .map_err(|error| refuse("amount", Code::AmountInvalid, format!("amount {error}")))?;
        let transaction = check_transaction_hash("transaction", &create.transaction)?;
        let refund = Refund { asset, amount, transaction, recorded_at_ms: self.now_ms };
        // The very same again is a repeat, whenever it comes.
        let same = |earlier: &&Refund| {
            (earlier.asset, earlier.amount, &earlier.transaction) == (refund.asset, refund.amount, &refund.transaction)
        };
        let refund = invoice.refunds.iter().find(same).cloned().unwrap_or(refund);
        let invoice = self.advance(settings, &invoice, &Event::Refunded { refund })?.unwrap_or(invoice);
        self.invoice_reply(settings, &invoice, caller, 201)
    }
}

/// A transaction's hash, in lower case.
pub fn check_transaction_hash(param: &str, text: &str) -> Result<String, Refusal> {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Refusal::of(Code::FieldInvalid, param, format!("{param} is not 0x followed by 64 hexadecimal digits")))
}
