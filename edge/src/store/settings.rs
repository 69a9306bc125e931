//! A store's settings: checked when they are written, so that reading them needs no doubt.

use std::collections::BTreeMap;

use groat_core::asset::{AssetId, ChainId, asset_info};
use groat_core::evm::{Address, parse_payout_address};
use groat_core::id::StoreId;
use groat_core::money::Price;
use groat_core::time::{MINUTE_MS, print_rfc3339};
use groat_core::wire::{ConfirmationsFrom, Money, OpenAmounts, Store as StoreSettingsView, StoreUpdate};
use serde::{Deserialize, Serialize};

use super::branding::StoredBranding;
use super::keys::KeyPrint;
use super::walletconnect::WalletConnect;
use super::{Platform, Store, from_stored, to_json};
use crate::pages::is_origin;
use crate::problem::{Code, Refusal};
use crate::sql::Sql;

/// Characters of a store's name: it must fit a phone's title line twice.
pub const MAX_NAME_CHARACTERS: usize = 80;
/// Origins a store may list: they stand in a header of each page.
const MAX_ORIGINS: usize = 20;
/// Confirmations a store may ask for; above it a buyer would wait for hours.
const MAX_CONFIRMATIONS: u32 = 1_000;
/// Tolerance a store may give, 5 %: more is a discount, not a tolerance.
const MAX_TOLERANCE_BASIS_POINTS: u16 = 500;
/// How far a pegged coin may stand from its peg, 2 % unless set: below 0.1 % the exchanges' own spread would stop sales,
/// above 10 % it is no peg.
const PEG_DEVIATION_BASIS_POINTS: std::ops::RangeInclusive<u16> = 10..=1_000;
const DEFAULT_PEG_DEVIATION_BASIS_POINTS: u16 = 200;
/// An invoice stays open for at most a day: a rate can't be locked longer.
const MAX_INVOICE_MINUTES: u16 = 1_440;
/// The default windows of the contract; the rest of a part that came in time gets the same again.
const DEFAULT_MINUTES: u16 = 15;
/// Steps of confirmations by amount: more would be a table that nobody reads.
const MAX_CONFIRMATION_STEPS: usize = 10;

/// Settings as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `st_…`
    pub id: String,
    /// The name.
    pub name: String,
    /// The public key: meant to be seen, and shown in pages.
    pub public_key: String,
    /// Where EVM deposits go.
    pub evm_payout: Option<Address>,
    /// Accepted assets, in the seller's order.
    pub assets: Vec<AssetId>,
    /// Origins that may hold the frame; empty means any.
    pub allowed_origins: Vec<String>,
    /// May buyers name the amount?
    pub open_amounts: OpenAmounts,
    /// Confirmations by chain, where the default is not wanted.
    pub confirmations: BTreeMap<ChainId, u32>,
    /// By how much a payment may be short.
    pub tolerance_basis_points: u16,
    /// How far a pegged coin may stand from its peg.
    #[serde(default = "default_peg_deviation")]
    pub peg_deviation_basis_points: u16,
    /// How long an invoice stays open.
    pub invoice_minutes: u16,
    /// Other confirmations from an amount on.
    #[serde(default)]
    pub confirmations_by_amount: Vec<ConfirmationStep>,
    /// How long an amount is locked.
    #[serde(default = "default_minutes")]
    pub quote_minutes: u16,
    /// How much longer an invoice stays open for the rest.
    #[serde(default = "default_minutes")]
    pub top_up_minutes: u16,
    /// How late money may be and still settle.
    #[serde(default)]
    pub late_grace_minutes: u16,
    /// What the checkout looks like and says.
    #[serde(default)]
    pub branding: StoredBranding,
    /// WalletConnect, where it is set up.
    #[serde(default)]
    pub walletconnect: Option<WalletConnect>,
    /// When the store was made.
    pub created_at_ms: i64,
}

const fn default_minutes() -> u16 {
    DEFAULT_MINUTES
}

const fn default_peg_deviation() -> u16 {
    DEFAULT_PEG_DEVIATION_BASIS_POINTS
}

/// Confirmations from an amount on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationStep {
    /// The smallest price that this holds for.
    pub from: Price,
    /// Confirmations by chain.
    pub confirmations: BTreeMap<ChainId, u32>,
}

impl ConfirmationStep {
    fn view(&self) -> ConfirmationsFrom {
        let Money { amount, currency } = self.from.into();
        let confirmations = self.confirmations.iter().map(|(chain, count)| (chain.to_string(), *count)).collect();
        ConfirmationsFrom { amount, currency, confirmations }
    }
}

impl Settings {
    fn view(&self) -> StoreSettingsView {
        let payout = self.evm_payout.map(|address| ("eip155".to_owned(), address.to_checksum(None)));
        StoreSettingsView {
            id: self.id.clone(),
            name: self.name.clone(),
            public_key: self.public_key.clone(),
            payout_addresses: payout.into_iter().collect(),
            assets: self.assets.iter().map(ToString::to_string).collect(),
            allowed_origins: self.allowed_origins.clone(),
            open_amounts: self.open_amounts.clone(),
            confirmations: self.confirmations.iter().map(|(chain, count)| (chain.to_string(), *count)).collect(),
            underpayment_tolerance_basis_points: self.tolerance_basis_points,
            peg_deviation_basis_points: self.peg_deviation_basis_points,
            confirmations_by_amount: self.confirmations_by_amount.iter().map(ConfirmationStep::view).collect(),
            invoice_minutes: self.invoice_minutes,
            quote_minutes: self.quote_minutes,
            top_up_minutes: self.top_up_minutes,
            late_grace_minutes: self.late_grace_minutes,
            branding: self.branding.view(&self.id),
            walletconnect: self.walletconnect.as_ref().map(WalletConnect::view),
            created_at: print_rfc3339(self.created_at_ms),
        }
    }

    /// How long an invoice stays open.
    pub fn window_ms(&self) -> i64 {
        i64::from(self.invoice_minutes) * MINUTE_MS
    }

    /// Confirmations that a payment on `chain` needs, for an invoice over `price`.
    pub fn confirmations_on(&self, chain: ChainId, price: Price, platform: &Platform) -> u32 {
        let holds = |step: &&ConfirmationStep| {
            step.from.currency() == price.currency()
                && step.from.to_minor_units() <= price.to_minor_units()
                && step.confirmations.contains_key(&chain)
        };
        let step = self.confirmations_by_amount.iter().filter(holds).max_by_key(|step| step.from.to_minor_units());
        let by_amount = step.and_then(|step| step.confirmations.get(&chain));
        let default = || platform.chains.get(&chain).map_or(MAX_CONFIRMATIONS, |policy| policy.confirmations);
        by_amount.or_else(|| self.confirmations.get(&chain)).copied().unwrap_or_else(default)
    }

    fn update(&mut self, update: StoreUpdate, platform: &Platform) -> Result<(), Refusal> {
        if let Some(name) = update.name {
            self.name = check_text("name", &name, MAX_NAME_CHARACTERS)?;
        }
        if let Some(payouts) = update.payout_addresses {
            self.evm_payout = check_payouts(&payouts)?;
        }
        if let Some(assets) = update.assets {
            self.assets = check_assets(&assets, platform)?;
        }
        if let Some(origins) = update.allowed_origins {
            self.allowed_origins = check_origins(&origins)?;
        }
        if let Some(open_amounts) = update.open_amounts {
            self.open_amounts = check_open_amounts(open_amounts)?;
        }
        if let Some(confirmations) = update.confirmations {
            self.confirmations = check_confirmations("confirmations", &confirmations)?;
        }
        if let Some(steps) = update.confirmations_by_amount {
            self.confirmations_by_amount = check_confirmation_steps(&steps)?;
        }
        if let Some(deviation) = update.peg_deviation_basis_points {
            let (least, most) = (*PEG_DEVIATION_BASIS_POINTS.start(), *PEG_DEVIATION_BASIS_POINTS.end());
            self.peg_deviation_basis_points = check_range("peg_deviation_basis_points", deviation, least, most)?;
        }
        if let Some(tolerance) = update.underpayment_tolerance_basis_points {
            let param = "underpayment_tolerance_basis_points";
            self.tolerance_basis_points = check_range(param, tolerance, 0, MAX_TOLERANCE_BASIS_POINTS)?;
        }
        if let Some(minutes) = update.invoice_minutes {
            self.invoice_minutes = check_range("invoice_minutes", minutes, 1, MAX_INVOICE_MINUTES)?;
        }
        if let Some(minutes) = update.quote_minutes {
            self.quote_minutes = check_range("quote_minutes", minutes, 1, MAX_INVOICE_MINUTES)?;
        }
        if let Some(minutes) = update.top_up_minutes {
            self.top_up_minutes = check_range("top_up_minutes", minutes, 0, MAX_INVOICE_MINUTES)?;
        }
        if let Some(minutes) = update.late_grace_minutes {
            self.late_grace_minutes = check_range("late_grace_minutes", minutes, 0, MAX_INVOICE_MINUTES)?;
        }
        if let Some(walletconnect) = update.walletconnect {
            self.walletconnect = WalletConnect::check(&walletconnect, platform.local)?;
        }
        Ok(())
    }
}

/// A text of 1 to `most` characters without control characters, trimmed.
pub fn check_text(param: &str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let characters = text.chars().count();
    if characters == 0 || characters > most {
        let detail = format!("{param} has {characters} characters; give 1 to {most}");
        return Err(Refusal::of(Code::FieldInvalid, param, detail));
    }
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return Err(Refusal::of(Code::FieldInvalid, param, format!("{param} holds a control character")));
    }
    Ok(text.to_owned())
}

fn check_range<T: PartialOrd + std::fmt::Display + Copy>(
    param: &str,
    value: T,
    least: T,
    most: T,
) -> Result<T, Refusal> {
    if value < least || value > most {
        return Err(Refusal::of(Code::FieldInvalid, param, format!("{param} is {value}; give {least} to {most}")));
    }
    Ok(value)
}

fn check_payouts(payouts: &BTreeMap<String, String>) -> Result<Option<Address>, Refusal> {
    let mut evm = None;
    for (namespace, text) in payouts {
        let param = format!("payout_addresses.{namespace}");
        if namespace != "eip155" {
            let detail = format!("{namespace} is not a namespace that can be paid out; use eip155");
            return Err(Refusal::of(Code::AddressInvalid, &param, detail));
        }
        let address = parse_payout_address(text);
        evm = Some(address.map_err(|error| Refusal::of(Code::AddressInvalid, &param, format!("{param} {error}")))?);
    }
    Ok(evm)
}

fn check_assets(assets: &[String], platform: &Platform) -> Result<Vec<AssetId>, Refusal> {
    let mut checked: Vec<AssetId> = Vec::new();
    for text in assets {
        let refuse = |detail| Refusal::of(Code::AssetNotAccepted, "assets", detail);
        let asset: AssetId = text.parse().map_err(|error| refuse(format!("{text} {error}")))?;
        if asset_info(asset).is_none() {
            return Err(refuse(format!("{asset} is not an asset that Groat knows")));
        }
        if !platform.chains.contains_key(&asset.chain) {
            return Err(refuse(format!("{} has no RPC here; the operator sets it in CHAINS", asset.chain)));
        }
        if !checked.contains(&asset) {
            checked.push(asset);
        }
    }
    Ok(checked)
}

fn check_origins(origins: &[String]) -> Result<Vec<String>, Refusal> {
    let refuse = |detail: String| Refusal::of(Code::FieldInvalid, "allowed_origins", detail);
    if origins.len() > MAX_ORIGINS {
        return Err(refuse(format!("{} origins; at most {MAX_ORIGINS} are allowed", origins.len())));
    }
    for origin in origins {
        if !is_origin(origin) {
            return Err(refuse(format!(
                "{origin:?} is not an origin such as https://shop.example (no path, no slash)"
            )));
        }
    }
    Ok(origins.to_vec())
}

fn check_open_amounts(open: OpenAmounts) -> Result<OpenAmounts, Refusal> {
    let bounds = [("open_amounts.minimum", &open.minimum), ("open_amounts.maximum", &open.maximum)];
    for (param, bound) in bounds {
        if let Some(amount) = bound {
            let Some(currency) = &open.currency else {
                let detail = format!("{param} needs open_amounts.currency");
                return Err(Refusal::of(Code::AmountInvalid, param, detail));
            };
            check_price(param, amount, currency)?;
        }
    }
    if let Some(currency) = &open.currency {
        check_price("open_amounts.currency", "1", currency)?;
    }
    Ok(open)
}

/// A price, or a refusal that blames `param`.
pub fn check_price(param: &str, amount: &str, currency: &str) -> Result<Price, Refusal> {
    Price::parse(amount, currency).map_err(|error| Refusal::of(Code::AmountInvalid, param, error.to_string()))
}

fn check_confirmations(param: &str, by_chain: &BTreeMap<String, u32>) -> Result<BTreeMap<ChainId, u32>, Refusal> {
    let check = |(chain, count): (&String, &u32)| {
        let param = format!("{param}.{chain}");
        let chain: ChainId =
            chain.parse().map_err(|error| Refusal::of(Code::FieldInvalid, &param, format!("{chain} {error}")))?;
        Ok((chain, check_range(&param, *count, 1, MAX_CONFIRMATIONS)?))
    };
    by_chain.iter().map(check).collect()
}

fn check_confirmation_steps(steps: &[ConfirmationsFrom]) -> Result<Vec<ConfirmationStep>, Refusal> {
    let param = "confirmations_by_amount";
    if steps.len() > MAX_CONFIRMATION_STEPS {
        let detail = format!("{} steps; at most {MAX_CONFIRMATION_STEPS} are allowed", steps.len());
        return Err(Refusal::of(Code::FieldInvalid, param, detail));
    }
    let check = |(index, step): (usize, &ConfirmationsFrom)| {
        let param = format!("{param}[{index}]");
        Ok(ConfirmationStep {
            from: check_price(&format!("{param}.amount"), &step.amount, &step.currency)?,
            confirmations: check_confirmations(&format!("{param}.confirmations"), &step.confirmations)?,
        })
    };
    steps.iter().enumerate().map(check).collect()
}

impl<S: Sql> Store<'_, S> {
    /// The settings, if the store exists.
    pub(super) fn settings(&mut self) -> Result<Option<Settings>, Refusal> {
        let row = self.sql.run_one("SELECT body FROM settings", &[])?;
        row.map(|row| from_stored(row.text(0)?)).transpose()
    }

    pub(super) fn initialise(
        &mut self,
        id: String,
        name: &str,
        public_key: String,
        secret_key: &KeyPrint,
    ) -> Result<Settings, Refusal> {
        let store = StoreId::parse(&id).map_err(|error| Refusal::internal(&error))?;
        let settings = Settings {
            id,
            name: check_text("name", name, MAX_NAME_CHARACTERS)?,
            public_key,
            evm_payout: None,
            assets: Vec::new(),
            allowed_origins: Vec::new(),
            open_amounts: OpenAmounts::default(),
            confirmations: BTreeMap::new(),
            tolerance_basis_points: 0,
            peg_deviation_basis_points: DEFAULT_PEG_DEVIATION_BASIS_POINTS,
            invoice_minutes: DEFAULT_MINUTES,
            confirmations_by_amount: Vec::new(),
            quote_minutes: DEFAULT_MINUTES,
            top_up_minutes: DEFAULT_MINUTES,
            late_grace_minutes: 0,
            branding: StoredBranding::default(),
            walletconnect: None,
            created_at_ms: self.now_ms,
        };
        self.sql.run("INSERT INTO settings (one, body) VALUES (1, ?)", &[to_json(&settings)?.into()])?;
        self.first_keys(&store, &settings.public_key, secret_key)?;
        Ok(settings)
    }

    pub(super) fn update_settings(
        &mut self,
        mut settings: Settings,
        mut update: StoreUpdate,
    ) -> Result<String, Refusal> {
        let branding = update.branding.take();
        settings.update(update, self.platform)?;
        if let Some(branding) = branding {
            settings.branding = self.update_branding(settings.branding, *branding)?;
        }
        self.sql.run("UPDATE settings SET body = ?", &[to_json(&settings)?.into()])?;
        to_json(&settings.view())
    }

    pub(super) fn settings_json(settings: &Settings) -> Result<String, Refusal> {
        to_json(&settings.view())
    }
}
