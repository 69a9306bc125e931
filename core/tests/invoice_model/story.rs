//! Turns bytes into a story: each byte is one small decision, and when they run out the story ends.

use std::collections::BTreeMap;

use groat_core::asset::{AssetId, ChainId};
use groat_core::evm::{Deposit, FACTORY};
use groat_core::invoice::{Event, FULL_SHARE, Invoice, ObservedPayment, Quote, Refund, Terms};
use groat_core::money::{Amount, Price, Rate};

/// Six and eighteen decimals, coins and tokens, on two chains.
const ASSETS: [&str; 5] = [
    "eip155:31337/erc20:0xf3477b76e8a7b3ffc73c95f21475a456ca00636a",
    "eip155:31337/erc20:0xac50919f319ffef734dd67076273a6a70a58f447",
    "eip155:31337/slip44:60",
    "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
    "eip155:8453/slip44:60",
];
/// Amounts that divide badly, and dust.
const QUOTED: [u128; 6] =
    [48_999, 49_000, 49_010_000, 16_334_000_000_000_000, 7_000_000_000_000_000_003, 49_000_000_000_000_000_000];
const PAID: [u128; 6] = [1, 3, 48_999, 49_010_000, 16_334_000_000_000_000, MOST];
/// No story pays more than 10^18 times what is asked: there sums of shares reach the end of 128 bits and stand still.
const MOST: u128 = 100_000_000_000_000_000_000_000;
const WINDOW_MS: i64 = 1_000;

/// A chain as the payers made it.
#[derive(Default)]
struct Chain {
    head: u64,
    sequence: u64,
    payments: Vec<ObservedPayment>,
}

/// The bytes, and the world they have made so far.
pub struct Story<'a> {
    bytes: &'a [u8],
    now_ms: i64,
    made: u32,
    chains: BTreeMap<ChainId, Chain>,
}

impl<'a> Story<'a> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, now_ms: 0, made: 0, chains: BTreeMap::new() }
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.byte()) % from.len()]
    }

    pub fn terms(&mut self) -> Terms {
        Terms {
            id: "inv_story".into(),
            product: None,
            price: Price::parse("49.00", "USD").unwrap(),
            reference: None,
            metadata: BTreeMap::new(),
            redirect_url: None,
            deposit: Deposit::for_invoice("inv_story", FACTORY),
            tolerance_basis_points: self.pick(&[0, 0, 1, 100, 500, 9_999]),
            top_up_ms: self.pick(&[0, 500]),
            late_grace_ms: self.pick(&[0, 300]),
            created_at_ms: 0,
            expires_at_ms: WINDOW_MS,
        }
    }

    /// The next event and its time; payers act between events.
    pub fn next(&mut self, invoice: &Invoice) -> Option<(Event, i64)> {
        while !self.bytes.is_empty() {
            self.time_passes();
            let event = match self.byte() % 16 {
                0..=1 => Some(self.quote(invoice)),
                2..=4 => self.payment(invoice),
                5..=8 => Some(self.report(false)),
                9 => self.reorg(),
                10 => Some(self.report(true)),
                11 => Some(Event::Expired),
                12 => (self.byte().is_multiple_of(4)).then_some(Event::Cancelled),
                13 => (self.byte().is_multiple_of(2)).then_some(Event::Accepted),
                14 => self.refund(invoice),
                _ => self.quote_again(invoice),
            };
            if let Some(event) = event {
                return Some((event, self.now_ms));
            }
        }
        None
    }

    /// Mostly on, sometimes to a limit, sometimes back.
    fn time_passes(&mut self) {
        let by = i64::from(self.byte());
        match by {
            0..200 => self.now_ms += by / 4,
            200..220 => self.now_ms += by * 4,
            220..230 => self.now_ms -= by,
            230..240 => self.now_ms = WINDOW_MS + by - 235,
            240..246 => self.now_ms = WINDOW_MS + 500 + by - 243,
            246..252 => self.now_ms = WINDOW_MS + 300 + by - 249,
            _ => {}
        }
    }

    fn asset(&mut self) -> AssetId {
        self.pick(&ASSETS).parse().unwrap()
    }

    fn quote(&mut self, invoice: &Invoice) -> Event {
        self.made += 1;
        let share = match self.byte() {
            0..128 => FULL_SHARE,
            byte if byte < 160 => groat_core::invoice::Settlement::of(invoice).owed().max(1),
            byte => (FULL_SHARE / 96 * u64::from(byte - 159)).max(1),
        };
        let quote = Quote {
            id: format!("quo_{}", self.made),
            asset: self.asset(),
            amount: Amount::from_base_units(self.pick(&QUOTED)).unwrap(),
            share,
            unasked: self.byte() > 200,
            rate: Rate::parse("1").unwrap(),
            confirmations_required: self.pick(&[1, 2, 3, 12]),
            created_at_ms: self.now_ms,
            expires_at_ms: self.now_ms + self.pick(&[1, 50, WINDOW_MS]),
        };
        Event::Quoted { quote: Box::new(quote) }
    }

    /// The buyer goes back to an amount that was shown before.
    fn quote_again(&mut self, invoice: &Invoice) -> Option<Event> {
        let index = usize::from(self.byte()) % invoice.quotes.len().max(1);
        invoice.quotes.get(index).map(|quote| Event::Quoted { quote: Box::new(quote.clone()) })
    }

    /// Someone pays: eighths of a quoted amount, give or take a unit, or anything.
    fn payment(&mut self, invoice: &Invoice) -> Option<Event> {
        let asset = self.asset();
        let quoted = invoice.quote_for(asset).map(|quote| quote.amount.to_base_units());
        let eighths = u128::from(self.byte() % 12);
        let base_units = match (self.byte(), quoted) {
            (0..100, Some(quoted)) => (quoted / 8).saturating_mul(eighths),
            (100..150, Some(quoted)) => quoted.saturating_sub(1),
            (150..200, Some(quoted)) => quoted.saturating_add(1),
            (200..230, Some(quoted)) => quoted,
            _ => self.pick(&PAID),
        };
        self.made += 1;
        let (id, back_ms) = (format!("{asset}/{}", self.made), self.pick(&[0, 0, 0, 30, 2_000, -500]));
        let (now_ms, unproven) = (self.now_ms, self.byte() > 220);
        let chain = self.chains.entry(asset.chain).or_default();
        chain.head += 1;
        chain.payments.push(ObservedPayment {
            id,
            asset,
            amount: Amount::from_base_units(base_units.clamp(1, MOST)).unwrap(),
            transaction: None,
            height: chain.head,
            block_time_ms: now_ms - back_ms,
            unproven,
        });
        None
    }

    /// Blocks are taken back: a payment vanishes or stands higher.
    fn reorg(&mut self) -> Option<Event> {
        let (which, how) = (usize::from(self.byte()), self.byte());
        let asset = self.asset();
        let chain = self.chains.entry(asset.chain).or_default();
        if chain.payments.is_empty() {
            return None;
        }
        let index = which % chain.payments.len();
        if how < 128 {
            chain.payments.remove(index);
        } else {
            chain.head += 1;
            chain.payments[index].height = chain.head;
        }
        None
    }

    /// The watcher of a chain speaks, or an old word of it comes again.
    fn report(&mut self, is_stale: bool) -> Event {
        let id = self.asset().chain;
        let (blocks, proves) = (u64::from(self.byte() % 8), self.byte() < 128);
        let behind = if is_stale { u64::from(self.byte() % 4) } else { 0 };
        let chain = self.chains.entry(id).or_default();
        chain.head += blocks;
        if proves {
            chain.payments.iter_mut().for_each(|payment| payment.unproven = false);
        }
        if !is_stale {
            chain.sequence += 1;
        }
        let payments = if is_stale && blocks == 0 { Vec::new() } else { chain.payments.clone() };
        Event::Observed { chain: id, sequence: chain.sequence.saturating_sub(behind), head: chain.head, payments }
    }

    fn refund(&mut self, invoice: &Invoice) -> Option<Event> {
        let index = usize::from(self.byte()) % invoice.payments.len().max(1);
        let payment = invoice.payments.get(index)?;
        let parts = u128::from(self.byte() % 4);
        let amount = Amount::from_base_units(payment.amount.to_base_units() / 2 * parts).ok()?;
        let transaction = format!("0x{}", self.byte() % 8);
        Some(Event::Refunded {
            refund: Refund { asset: payment.asset, amount, transaction, recorded_at_ms: self.now_ms },
        })
    }
}
