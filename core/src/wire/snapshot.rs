//! Builds the API's view of an invoice from its fold.

use super::common::Money;
use super::invoice::{
    AddChain, InvoiceSnapshot, NativeCurrency, OptionView, PaymentView, ProductView, QuoteView, RefundView, StoreView,
    UrisView, WalletCallView,
};
use super::product::Delivery;
use crate::asset::{AssetInfo, ChainInfo, asset_info, chain_info};
use crate::evm::payment_call;
use crate::invoice::{FULL_SHARE, Invoice, Payment, Quote, Refund, Settlement, Status};
use crate::money::Amount;
use crate::time::print_rfc3339;
use crate::uri;
use alloy_primitives::{U256, hex};

/// What a view needs beside the invoice.
#[derive(Debug, Clone)]
pub struct SnapshotContext<'a> {
    /// The store's name.
    pub store_name: &'a str,
    /// Assets that can be chosen now.
    pub options: Vec<OptionView>,
    /// What is delivered once paid.
    pub delivery: Option<Delivery>,
    /// RPC addresses for a buyer's wallet, where the registry names none (the local chain).
    pub local_wallet_rpc: Option<&'a str>,
    /// The edge's clock.
    pub now_ms: i64,
}

/// The view that anyone may see who knows the invoice's id.
pub fn public_snapshot(invoice: &Invoice, context: SnapshotContext<'_>) -> InvoiceSnapshot {
    let terms = &invoice.terms;
    let may_choose = invoice.status == Status::Open;
    InvoiceSnapshot {
        id: terms.id.clone(),
        version: invoice.version,
        status: invoice.status,
        exceptions: invoice.exceptions.iter().copied().collect(),
        store: StoreView { name: context.store_name.to_owned() },
        product: terms.product.as_ref().map(|product| ProductView {
            id: product.id.clone(),
            name: product.name.clone(),
            description: product.description.clone(),
        }),
        price: terms.price.into(),
        reference: terms.reference.clone(),
        created_at: print_rfc3339(terms.created_at_ms),
        expires_at: print_rfc3339(invoice.closes_at_ms()),
        cancelled_at: invoice.cancelled_at_ms.map(print_rfc3339),
        accepted_at: invoice.accepted.as_ref().map(|accepted| print_rfc3339(accepted.at_ms)),
        redirect_url: terms.redirect_url.clone(),
        quote: invoice.current_quote().and_then(|quote| quote_view(invoice, quote, context.local_wallet_rpc)),
        payments: invoice.payments.iter().filter_map(|payment| payment_view(invoice, payment)).collect(),
        refunds: invoice.refunds.iter().filter_map(refund_view).collect(),
        options: if may_choose { context.options } else { Vec::new() },
        delivery: context.delivery.filter(|_| invoice.status == Status::Paid),
        network: None,
        server_time: print_rfc3339(context.now_ms),
        metadata: None,
        actions: None,
    }
}

/// The view for the seller: all of it.
pub fn seller_snapshot(invoice: &Invoice, context: SnapshotContext<'_>) -> InvoiceSnapshot {
    let metadata = Some(invoice.terms.metadata.clone());
    let actions = Some(invoice.actions().into_iter().collect());
    InvoiceSnapshot { metadata, actions, ..public_snapshot(invoice, context) }
}

/// What is still owed in a quote's asset, counting what arrived in other assets at their own rates. Where more than this
/// quote makes up the price, it is rounded up to what a person can type.
fn amount_due(invoice: &Invoice, quote: &Quote, step: u128) -> Amount {
    let counting = || invoice.payments.iter().filter(|payment| invoice.counts(payment));
    let is_alone = quote.share == FULL_SHARE && invoice.refunds_before_paid == 0;
    if is_alone && counting().all(|payment| invoice.quote_of(payment) == Some(quote)) {
        return counting().fold(quote.amount, |due, payment| due.saturating_sub(payment.amount));
    }
    let owed = U256::from(Settlement::of(invoice).owed());
    let due = (U256::from(quote.amount.to_base_units()) * owed).div_ceil(U256::from(quote.share.max(1)));
    Amount::from_chain(due.div_ceil(U256::from(step)) * U256::from(step)).unwrap_or(quote.amount)
}

fn quote_view(invoice: &Invoice, quote: &Quote, local_wallet_rpc: Option<&str>) -> Option<QuoteView> {
    let asset = asset_info(quote.asset)?;
    let chain = chain_info(quote.asset.chain)?;
    let deposit_address = invoice.terms.deposit.address();
    let (received, due) = (invoice.received(quote.asset), amount_due(invoice, quote, asset.quote_step()));
    let print = |amount: Amount| amount.print(asset.decimals, 0);
    let call = payment_call(quote.asset, deposit_address, due);
    Some(QuoteView {
        id: quote.id.clone(),
        asset: quote.asset.to_string(),
        symbol: asset.symbol.to_owned(),
        chain: chain.id.to_string(),
        chain_name: chain.name.to_owned(),
        testnet: chain.testnet,
        decimals: asset.decimals,
        amount: print(quote.amount),
        base_units: quote.amount.to_base_units().to_string(),
        amount_received: print(received),
        base_units_received: received.to_base_units().to_string(),
        amount_due: print(due),
        base_units_due: due.to_base_units().to_string(),
        address: uri::plain_address(deposit_address),
        rate: Money { amount: quote.rate.print(), currency: invoice.terms.price.currency().code().to_owned() },
        confirmations_required: quote.confirmations_required,
        uris: UrisView {
            plain: uri::plain_address(deposit_address),
            eip681: uri::eip681(quote.asset, deposit_address, due),
        },
        wallet_call: WalletCallView {
            chain: chain.id.to_string(),
            chain_id: chain.id.evm_number(),
            to: call.to.to_checksum(None),
            value: format!("{:#x}", call.value.to_base_units()),
            data: hex::encode_prefixed(call.data),
        },
        add_chain: add_chain(chain, local_wallet_rpc),
        created_at: print_rfc3339(quote.created_at_ms),
        expires_at: print_rfc3339(quote.expires_at_ms),
    })
}

fn add_chain(chain: &ChainInfo, local_wallet_rpc: Option<&str>) -> AddChain {
    let (name, symbol) = chain.coin;
    AddChain {
        chain_id: format!("{:#x}", chain.id.evm_number()),
        chain_name: chain.name.to_owned(),
        native_currency: NativeCurrency { name: name.to_owned(), symbol: symbol.to_owned(), decimals: 18 },
        rpc_urls: chain.wallet_rpc.or(local_wallet_rpc).map(str::to_owned).into_iter().collect(),
        block_explorer_urls: chain.explorer.map(str::to_owned).into_iter().collect(),
    }
}

fn explorer_url(chain: &ChainInfo, transaction: Option<&str>) -> Option<String> {
    chain.explorer.zip(transaction).map(|(base, hash)| format!("{base}/tx/{hash}"))
}

fn refund_view(refund: &Refund) -> Option<RefundView> {
    let asset = asset_info(refund.asset)?;
    let explorer_url = explorer_url(chain_info(refund.asset.chain)?, Some(&refund.transaction));
    Some(RefundView {
        asset: refund.asset.to_string(),
        symbol: asset.symbol.to_owned(),
        amount: refund.amount.print(asset.decimals, 0),
        base_units: refund.amount.to_base_units().to_string(),
        transaction: refund.transaction.clone(),
        explorer_url,
        recorded_at: print_rfc3339(refund.recorded_at_ms),
    })
}

fn payment_view(invoice: &Invoice, payment: &Payment) -> Option<PaymentView> {
    let asset: &AssetInfo = asset_info(payment.asset)?;
    let chain = chain_info(payment.asset.chain)?;
    let is_accepted = || invoice.accepted.as_ref().is_some_and(|accepted| accepted.payments.contains(&payment.id));
    Some(PaymentView {
        id: payment.id.clone(),
        asset: payment.asset.to_string(),
        symbol: asset.symbol.to_owned(),
        amount: payment.amount.print(asset.decimals, 0),
        base_units: payment.amount.to_base_units().to_string(),
        chain_name: chain.name.to_owned(),
        transaction: payment.transaction.clone(),
        explorer_url: explorer_url(chain, payment.transaction.as_deref()),
        confirmations: payment.confirmations,
        confirmations_required: payment.confirmations_required,
        is_final: payment.is_final(),
        late: invoice.is_late(payment),
        credited: is_accepted() || (invoice.quote_of(payment).is_some() && invoice.counts(payment)),
        arrived_at: print_rfc3339(payment.arrived_at_ms),
        seen_at: print_rfc3339(payment.seen_at_ms),
    })
}
