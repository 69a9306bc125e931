//! Where mutation begins: the golden files, and a few words of each language.

macro_rules! golden {
    ($($name:literal),*) => { [$((include_str!(concat!("../../core/tests/golden/", $name)))),*] };
}

/// What core stores and shows, as its golden tests pin it.
pub const GOLDEN: [&str; 8] = golden!(
    "stored_events.json",
    "stored_invoice.json",
    "invoice_public.json",
    "invoice_open.json",
    "page_pay.json",
    "page_invoice.json",
    "problem.json",
    "webhook_paid.json"
);

pub fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Bytes that are no text: decisions, the same ones every time.
pub fn decisions(count: u64, length: usize) -> Vec<Vec<u8>> {
    let mut random = crate::mutate::Random::new(0x6_0a7);
    (0..count).map(|_| (0..length).map(|_| random.next().to_le_bytes()[0]).collect()).collect()
}
