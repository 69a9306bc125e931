//! The only way the checkout changes: something happened, and what follows.

use groat_core::invoice::Status;

use super::funds::Purse;
use super::last::way;
use super::message::{
    Act, Copied, Effect, Kept, Message, Wallet, WalletAnswer, WalletError, WalletEvent, WalletRequest,
};
use super::wallet::{Flow, Next, Step, is_hash};
use super::{ANSWER_WITHIN_MS, Attempt, LAST_WARNING_MS, Model, Place, Remote, RemoteStep, Sending, form_attempt_key};
use crate::text::Text;
use crate::wire::{AssetOption, Embed, Invoice, Problem, Quote, Source};

/// How often the edge is asked once the time is over by the clock, in milliseconds.
const POLL_EACH_MS: i64 = 5_000;
/// How long a wallet may take to say what the account holds, in milliseconds; then it is asked to pay all the same.
const COUNT_WITHIN_MS: i64 = 2_000;

impl Model {
    /// What is to be done as soon as the page is there.
    pub fn open(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(invoice) = &self.invoice {
            effects.push(Effect::Watch(invoice.id.clone()));
            effects.push(tell(invoice));
        }
        if self.page.embed == Embed::Link {
            effects.extend(self.begin_with_only());
        }
        effects
    }

    /// With one asset there is nothing to choose. Inline, a page view alone must make nothing: the buyer presses first.
    fn begin_with_only(&mut self) -> Vec<Effect> {
        let only = if self.attempts == 0 { self.only_asset() } else { None };
        only.map(|asset| self.choose(asset)).unwrap_or_default()
    }

    /// Takes what happened, and says what is to be done.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        let title_before = self.title();
        let confirmations_before = self.confirmations();
        let was_with_remote = self.is_with_remote();
        let mut effects = match message {
            Message::Act(act) => self.act(act),
            Message::Answered { key, result } => self.answered(&key, result),
            Message::Snapshot(invoice) => self.take(invoice),
            Message::Wallets(wallets) => {
                self.wallets = wallets;
                // A dialog is loaded before anybody opens it; it hears of wallets once it is open.
                if self.page.embed == Embed::Modal { self.begin_with_only() } else { Vec::new() }
            }
            Message::WalletAnswered { id, result } => self.wallet_answered(id, result),
            Message::WalletTold { uuid, event } => {
                self.wallet_told(&uuid, event);
                Vec::new()
            }
            Message::RemoteTold(event) => self.remote_told(event),
            Message::Link(link) => {
                self.link = link;
                Vec::new()
            }
            Message::Tick(now_ms) => self.tick(now_ms),
            Message::CopyDone(copied, is_made) => self.copy_done(copied, is_made),
            Message::CopyShown => {
                self.copied = None;
                // So that the same words are said again next time.
                self.announcement.clear();
                Vec::new()
            }
        };
        if self.is_with_remote() != was_with_remote {
            effects.push(Effect::KeepRemote(!was_with_remote));
        }
        let title = self.title();
        if title != title_before {
            self.announcement = title;
        } else if self.confirmations() != confirmations_before {
            self.announcement = self.confirmations_text();
        }
        effects
    }

    fn act(&mut self, act: Act) -> Vec<Effect> {
        match act {
            Act::Choose(asset) => {
                let mut effects = vec![Effect::Keep(Kept::Asset, asset.clone())];
                effects.extend(self.choose(asset));
                effects
            }
            Act::Group(symbol) => {
                self.open_group = if self.open_group.as_ref() == Some(&symbol) { None } else { Some(symbol) };
                Vec::new()
            }
            Act::ChangeAsset => self.go(Place::Choosing),
            Act::Back => self.back(),
            Act::Wallets => self.go(Place::Wallets),
            Act::Exchange => {
                self.place = Place::Exchange;
                vec![Effect::Keep(Kept::Way, way(None))]
            }
            Act::Wallet(uuid) => match self.wallets.iter().find(|wallet| wallet.uuid == uuid).cloned() {
                Some(wallet) => {
                    let mut effects = vec![Effect::Keep(Kept::Way, way(Some(&wallet)))];
                    effects.extend(self.begin(wallet));
                    effects
                }
                None => Vec::new(),
            },
            Act::AskAgain => match &self.place {
                Place::Wallet(flow) | Place::Picked(flow) | Place::Preparing { early: Some(flow), .. }
                    if flow.hash().is_none() =>
                {
                    self.begin(flow.wallet.clone())
                }
                Place::Remote(remote) if remote.hash().is_none() => self.begin_remote(),
                _ => Vec::new(),
            },
            Act::AskAnyway => self.pay_anyway(),
            Act::Remote => self.begin_remote(),
            Act::OtherRemote => self.change_remote(),
            Act::RemoteCode => {
                if let Place::Remote(remote) = &mut self.place {
                    remote.is_drawn = !remote.is_drawn;
                }
                Vec::new()
            }
            Act::Qr => {
                self.eip681 = !self.eip681;
                Vec::new()
            }
            Act::HavePaid => {
                self.place = Place::Looking;
                vec![Effect::Poll]
            }
            Act::Details => {
                if let Place::Preparing { early, .. } = &mut self.place {
                    *early = None;
                    return Vec::new();
                }
                self.go(Place::Paying)
            }
            Act::Copy(copied) => self.copy(copied),
            Act::NewAmount => {
                let asset = self.quote().map(|quote| quote.asset.clone());
                asset.map(|asset| self.choose(asset)).unwrap_or_default()
            }
            Act::StartAgain => self.start_again(),
            Act::Print => vec![Effect::Print],
            Act::Reload => vec![Effect::Reload],
            Act::Close => vec![Effect::Close],
        }
    }

    fn go(&mut self, place: Place) -> Vec<Effect> {
        self.place = place;
        Vec::new()
    }

    fn back(&mut self) -> Vec<Effect> {
        let place = match &self.place {
            Place::Wallet(flow) if flow.hash().is_none() => Place::Wallets,
            Place::Remote(remote) if remote.hash().is_none() => Place::Wallets,
            Place::Failed { .. } => Place::Choosing,
            _ if self.quote().is_some() => Place::Paying,
            _ => Place::Choosing,
        };
        self.go(place)
    }

    pub(super) fn quote(&self) -> Option<&Quote> {
        self.invoice.as_ref()?.quote.as_ref()
    }

    pub(super) fn options(&self) -> &[AssetOption] {
        match (&self.invoice, &self.page.source) {
            (Some(invoice), _) => &invoice.options,
            (None, Source::Pay { options, .. }) => options,
            (None, _) => &[],
        }
    }

    fn only_asset(&self) -> Option<String> {
        let is_open = self.invoice.as_ref().is_none_or(|invoice| invoice.status == Status::Open);
        match self.options() {
            [only] if is_open && self.quote().is_none() => only.unavailable.is_none().then(|| only.asset.clone()),
            _ => None,
        }
    }

    fn choose(&mut self, asset: String) -> Vec<Effect> {
        // Tried again, it is the same attempt.
        if let Place::Failed { attempt, .. } = &self.place
            && attempt.asset == asset
        {
            return self.ask(attempt.clone());
        }
        self.attempts += 1;
        let key = if self.attempts == 1 && !self.form_key.is_empty() {
            form_attempt_key(&self.form_key, &asset)
        } else {
            [self.seed.as_str(), "-", &self.attempts.to_string()].concat()
        };
        self.ask(Attempt { asset, key })
    }

    fn ask(&mut self, attempt: Attempt) -> Vec<Effect> {
        let early = self.take_picked();
        self.place = Place::Preparing { attempt: attempt.clone(), since_ms: self.now_ms, early };
        vec![match &self.invoice {
            Some(invoice) => Effect::Quote { invoice: invoice.id.clone(), attempt },
            None => Effect::Create(attempt),
        }]
    }

    fn answered(&mut self, key: &str, result: Result<Option<Invoice>, Problem>) -> Vec<Effect> {
        let is_waited_for = matches!(&self.place,
            Place::Preparing { attempt, .. } | Place::Failed { attempt, .. } if attempt.key == key);
        match result {
            Ok(Some(invoice)) => {
                let mut effects = self.take(invoice);
                // The snapshot may have been taken for it already.
                if is_waited_for && matches!(self.place, Place::Preparing { .. } | Place::Failed { .. }) {
                    effects.extend(self.prepared());
                }
                effects
            }
            // The quote alone: the snapshot has it too.
            Ok(None) => vec![Effect::Poll],
            Err(problem) if is_waited_for => {
                if let Place::Preparing { attempt, .. } | Place::Failed { attempt, .. } = &self.place {
                    self.place = Place::Failed { attempt: attempt.clone(), problem };
                }
                // It may be refused because the invoice is no longer what this page thinks.
                if self.invoice.is_some() { vec![Effect::Poll] } else { Vec::new() }
            }
            Err(_) => Vec::new(),
        }
    }

    /// Takes a snapshot, unless it is not newer than the one there is.
    fn take(&mut self, mut invoice: Invoice) -> Vec<Effect> {
        let mut effects = Vec::new();
        // A push comes from the store, which knows no prices: what could be chosen before still can.
        if invoice.options.is_empty() && invoice.status == Status::Open {
            invoice.options = self.options().to_vec();
        }
        match &self.invoice {
            None => {
                effects.push(Effect::Remember(invoice.id.clone()));
                effects.push(Effect::Watch(invoice.id.clone()));
                effects.push(tell(&invoice));
            }
            // The same version says something new of the network only.
            Some(known) if known.id == invoice.id && invoice.version == known.version => {
                let is_delayed = invoice.is_delayed;
                self.invoice.iter_mut().for_each(|known| known.is_delayed = is_delayed);
                return effects;
            }
            Some(known) if known.id != invoice.id || invoice.version < known.version => return effects,
            Some(known) => {
                if known.status != invoice.status {
                    effects.push(tell(&invoice));
                }
                // What has arrived is what the buyer is to see, whatever they were doing.
                if known.status != invoice.status || known.payments.len() != invoice.payments.len() {
                    self.place = Place::Paying;
                }
            }
        }
        let is_prepared = matches!((&self.place, &invoice.quote),
            (Place::Preparing { attempt, .. }, Some(quote)) if attempt.asset == quote.asset);
        self.invoice = Some(invoice);
        if is_prepared {
            effects.extend(self.prepared());
        }
        effects
    }

    /// Takes a wallet, and asks it for an account.
    fn begin(&mut self, wallet: Wallet) -> Vec<Effect> {
        self.requests += 1;
        let (id, uuid) = (self.requests, wallet.uuid.clone());
        let flow = Flow::begin(wallet, id);
        let has_quote = self.quote().is_some();
        match &mut self.place {
            Place::Preparing { early, .. } => *early = Some(flow),
            place if has_quote => *place = Place::Wallet(flow),
            place => *place = Place::Picked(flow),
        }
        vec![Effect::AskWallet { id, uuid, request: WalletRequest::Accounts }]
    }

    /// Takes what a wallet tells by itself.
    fn wallet_told(&mut self, uuid: &str, event: WalletEvent) {
        let flow = match &mut self.place {
            Place::Wallet(flow) => Some(flow),
            _ => self.early(),
        };
        if let Some(flow) = flow.filter(|flow| flow.wallet.uuid == uuid) {
            flow.told(event);
        }
    }

    fn wallet_answered(&mut self, id: u32, result: Result<WalletAnswer, WalletError>) -> Vec<Effect> {
        if let Some(flow) = self.early().filter(|flow| flow.request == id) {
            flow.answered_early(result);
            return Vec::new();
        }
        let sending = self.sends.iter().position(|sending| sending.id == id).map(|at| self.sends.remove(at));
        let (Place::Wallet(flow), Some(invoice)) = (&mut self.place, &self.invoice) else {
            return self.sent_behind(sending, result);
        };
        let Some(quote) = invoice.quote.as_ref().filter(|_| flow.request == id) else {
            return self.sent_behind(sending, result);
        };
        match flow.answered(result, quote) {
            Next::Show => Vec::new(),
            Next::Hint(hash) => vec![Effect::Hint { invoice: invoice.id.clone(), chain: quote.chain.clone(), hash }],
            Next::Ask(request) => {
                if flow.step == Step::Counting(Purse::Coin) {
                    self.count_until_ms = self.now_ms + COUNT_WITHIN_MS;
                }
                self.ask_wallet(request)
            }
        }
    }

    /// Asks the wallet of this screen.
    pub(super) fn ask_wallet(&mut self, request: WalletRequest) -> Vec<Effect> {
        let (Place::Wallet(flow), Some(invoice)) = (&mut self.place, &self.invoice) else { return Vec::new() };
        self.requests += 1;
        flow.request = self.requests;
        if let (WalletRequest::Send { .. }, Some(quote)) = (&request, &invoice.quote) {
            self.sends.push(Sending { id: self.requests, wallet: flow.wallet.clone(), chain: quote.chain.clone() });
        }
        vec![Effect::AskWallet { id: self.requests, uuid: flow.wallet.uuid.clone(), request }]
    }

    /// Asks the wallet to pay whatever its balances say, or without waiting for them any longer.
    fn pay_anyway(&mut self) -> Vec<Effect> {
        let call = self.quote().and_then(|quote| quote.wallet_call.clone());
        match (&mut self.place, call) {
            (Place::Wallet(flow), Some(call)) if flow.may_pay_anyway() => {
                let request = flow.send(&call);
                self.ask_wallet(request)
            }
            _ => Vec::new(),
        }
    }

    /// The buyer left the wallet's screen and confirmed in the wallet all the same: money is on its way.
    fn sent_behind(&mut self, sending: Option<Sending>, result: Result<WalletAnswer, WalletError>) -> Vec<Effect> {
        match (sending, result, &self.invoice) {
            (Some(Sending { wallet, chain, .. }), Ok(WalletAnswer::Text(hash)), Some(invoice)) if is_hash(&hash) => {
                self.place = Place::Wallet(Flow::sent(wallet, hash.clone()));
                vec![Effect::Hint { invoice: invoice.id.clone(), chain, hash }]
            }
            _ => Vec::new(),
        }
    }

    fn tick(&mut self, now_ms: i64) -> Vec<Effect> {
        let before_ms = self.now_ms;
        self.now_ms = now_ms;
        if let Place::Preparing { attempt, since_ms, .. } = &self.place
            && now_ms - since_ms >= ANSWER_WITHIN_MS
        {
            let problem = Problem { code: "no_answer".to_owned(), detail: Text::FailedSlow.into(), request_id: None };
            self.place = Place::Failed { attempt: attempt.clone(), problem };
        }
        if now_ms >= self.count_until_ms
            && let Place::Wallet(flow) = &self.place
            && matches!(flow.step, Step::Counting(_))
        {
            return self.pay_anyway();
        }
        let Some(deadline_ms) = self.deadline_ms() else { return Vec::new() };
        let passes = |at_ms: i64| before_ms < at_ms && at_ms <= now_ms;
        if passes(deadline_ms - LAST_WARNING_MS) {
            self.announcement = Text::MinuteLeft.into();
        }
        // Then the edge is asked every few seconds, until it says how it ended.
        let asked = |at_ms: i64| (at_ms - deadline_ms).div_euclid(POLL_EACH_MS);
        if now_ms >= deadline_ms && asked(before_ms) != asked(now_ms) { vec![Effect::Poll] } else { Vec::new() }
    }

    fn copy(&mut self, copied: Copied) -> Vec<Effect> {
        let text = match (copied, self.quote(), &self.place) {
            (Copied::Amount, Some(quote), _) => quote.amount_due.clone(),
            (Copied::Address, Some(quote), _) => quote.address.clone(),
            (Copied::Hash, _, Place::Wallet(flow)) => flow.hash().unwrap_or_default().to_owned(),
            (Copied::Hash, _, Place::Remote(remote)) => remote.hash().unwrap_or_default().to_owned(),
            (Copied::Link, _, Place::Remote(Remote { step: RemoteStep::Code(uri), .. })) => uri.clone(),
            _ => return Vec::new(),
        };
        vec![Effect::Copy(copied, text)]
    }

    fn copy_done(&mut self, copied: Copied, is_made: bool) -> Vec<Effect> {
        self.announcement = match copied {
            _ if is_made => copied.told().into(),
            // It is nowhere written out, so nothing has been selected.
            Copied::Link => String::new(),
            _ => Text::CopyByHand.into(),
        };
        self.copied = is_made.then_some(copied);
        vec![Effect::ForgetCopy]
    }

    /// True if a new payment for the same thing can be made from here.
    pub fn may_start_again(&self) -> bool {
        self.product().is_some() || matches!(self.page.source, Source::Pay { .. })
    }

    fn start_again(&self) -> Vec<Effect> {
        let mut path = String::from("/pay/");
        match (self.product(), &self.page.source) {
            (Some(product), _) => {
                path.push_str(&product.id);
                vec![Effect::Go(path, None)]
            }
            (None, Source::Pay { key, price, .. }) => {
                path.push_str(key);
                vec![Effect::Go(path, Some(price.clone()))]
            }
            (None, _) => Vec::new(),
        }
    }
}

fn tell(invoice: &Invoice) -> Effect {
    Effect::TellStatus { invoice: invoice.id.clone(), status: invoice.status, reference: invoice.reference.clone() }
}
