//! What each state is called: the heading on the screen, and what a screen reader says when it changes.

use groat_core::invoice::{Exception, Status};

use super::{Flow, Model, Screen, Step};
use crate::text::Text;
use crate::wire::{AssetOption, Payment, Quote};

impl Model {
    /// The heading of the screen.
    pub fn title(&self) -> String {
        match self.screen() {
            Screen::Missing(problem) if problem.is_of_a_wrong_link() => Text::MissingTitle.into(),
            Screen::Missing(_) | Screen::Failed(_) => Text::FailedTitle.into(),
            Screen::Choosing(options) if options.iter().all(AssetOption::is_without_price) => {
                Text::CannotPayTitle.into()
            }
            Screen::Choosing(_) => Text::ChooseTitle.into(),
            Screen::Preparing => Text::Preparing.into(),
            Screen::Picked(flow, _) => Text::PayWithNamed.with(&[&flow.wallet.name]),
            Screen::Connecting(flow) => flow.title(None),
            Screen::Paying(quote) if quote.has_received => Text::PartTitle.into(),
            Screen::Paying(_) if self.has(Exception::WrongAsset) => Text::WrongAssetTitle.into(),
            Screen::Paying(_) if self.has(Exception::Reversed) => Text::ReversedTitle.into(),
            Screen::Paying(quote) => Text::PayTitle.with(&[&quote.symbol, &quote.chain_name]),
            Screen::Looking(_) => Text::LookingTitle.into(),
            Screen::Exchange(_) => Text::ExchangeTitle.into(),
            Screen::Wallets(_) if self.wallets.is_empty() => Text::PayWithWallet.into(),
            Screen::Wallets(_) => Text::WalletsTitle.into(),
            Screen::Wallet(flow, quote) => flow.title(Some(quote)),
            Screen::Remote(remote, quote) => remote.title(self.is_handheld, quote),
            Screen::Stale(_) => Text::StaleTitle.into(),
            Screen::TimeUp(_) => Text::TimeUpTitle.into(),
            Screen::Confirming(_) => match self.confirmations() {
                Some((0, _)) => Text::SeenTitle.into(),
                _ => Text::ConfirmingTitle.into(),
            },
            Screen::Paid(_) => Text::PaidTitle.into(),
            Screen::Expired(_) => Text::ExpiredTitle.into(),
            Screen::Cancelled(_) => Text::CancelledTitle.into(),
        }
    }

    /// The name of the page, where there is room for one: what is bought, and from whom.
    pub fn page_title(&self) -> String {
        match (self.product(), self.store_name()) {
            (_, "") => self.title(),
            (Some(product), store) => Text::PageTitle.with(&[&product.name, store]),
            (None, store) => Text::PageTitle.with(&[Text::Payment.get(), store]),
        }
    }

    /// What was not clean, where the screen does not say it already.
    pub fn notes(&self) -> Vec<Text> {
        let Some(invoice) = &self.invoice else { return Vec::new() };
        #[rustfmt::skip]
        let note = |exception: &Exception| match (exception, invoice.status) {
            // An expired invoice says itself what it holds.
            (Exception::Underpaid | Exception::Late, Status::Expired) => None,
            (Exception::Underpaid, _)                                 => Some(Text::NoteUnderpaid),
            (Exception::Late, _)                                      => Some(Text::NoteLate),
            // The receipt says what has been sent back.
            (Exception::Overpaid, _) if !invoice.refunds.is_empty()   => None,
            (Exception::Overpaid, _)                                  => Some(Text::NoteOverpaid),
            (Exception::Reversed, Status::Open)                       => Some(Text::NoteReversed),
            (Exception::Reversed, _)                                  => Some(Text::NoteReversedAfter),
            (Exception::WrongAsset, _)                                => Some(Text::NoteWrongAsset),
        };
        let delayed = (invoice.is_delayed && self.is_awaited()).then_some(Text::NoteDelayed);
        delayed.into_iter().chain(invoice.exceptions.iter().filter_map(note)).collect()
    }

    /// True if this was not clean with the invoice.
    pub fn has(&self, exception: Exception) -> bool {
        self.invoice.as_ref().is_some_and(|invoice| invoice.exceptions.contains(&exception))
    }

    /// Confirmations there are and that are needed, of the payment that lacks most, while they are counted.
    pub fn confirmations(&self) -> Option<(u64, u64)> {
        let Screen::Confirming(invoice) = self.screen() else { return None };
        let lacking = |payment: &Payment| payment.confirmations_required.saturating_sub(payment.confirmations);
        let slowest = invoice.payments.iter().max_by_key(|payment| lacking(payment));
        let required = invoice.quote.as_ref().map_or(1, |quote| quote.confirmations_required);
        Some(slowest.map_or((0, required), |payment| (payment.confirmations, payment.confirmations_required)))
    }

    /// The same in words.
    pub fn confirmations_text(&self) -> String {
        let (count, required) = self.confirmations().unwrap_or_default();
        Text::ConfirmationsOf.with(&[&count.to_string(), &required.to_string()])
    }
}

impl Flow {
    /// The heading while this wallet is asked.
    fn title(&self, quote: Option<&Quote>) -> String {
        let chain_name = quote.map_or("", |quote| &quote.chain_name);
        match &self.step {
            Step::Connecting => Text::ConnectTitle.with(&[&self.wallet.name]),
            Step::Connected => Text::Preparing.into(),
            Step::Checking | Step::Switching => Text::SwitchTitle.with(&[chain_name]),
            Step::Adding => Text::AddTitle.with(&[chain_name]),
            Step::Counting(_) | Step::Confirming => Text::ConfirmTitle.with(&[&self.wallet.name]),
            Step::Sent(_) => Text::SentTitle.into(),
            Step::Refused(stage, why) => why.title(*stage, quote),
        }
    }
}
