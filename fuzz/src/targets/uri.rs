//! Payment URIs and wallet calls, read back as a wallet reads them; and times, read back by a calendar.

use groat_core::asset::ASSETS;
use groat_core::evm::{Address, payment_call};
use groat_core::money::{Amount, MAX_BASE_UNITS};
use groat_core::time::print_rfc3339;
use groat_core::uri::eip681;

use crate::readers::{Paid, read_eip681, read_rfc3339, read_transfer};

const YEAR_9999_MS: i64 = 253_370_764_800_000;

pub fn seeds() -> Vec<Vec<u8>> {
    crate::seeds::decisions(8, 37)
}

pub fn run(data: &[u8]) {
    // Any text: only no panic.
    let text = String::from_utf8_lossy(data);
    let _ = read_eip681(&text);
    if let Some(bytes) = data.first_chunk::<8>() {
        let time_ms = i64::from_le_bytes(*bytes);
        let _ = print_rfc3339(time_ms);
        // The years that RFC 3339 can write.
        let time_ms = time_ms % YEAR_9999_MS;
        assert_eq!(read_rfc3339(&print_rfc3339(time_ms.abs())), Some(time_ms.abs()));
    }
    let Some((which, rest)) = data.split_first() else { return };
    let (Some(to), Some(units)) = (rest.get(..20), rest.get(20..36)) else { return };
    let base_units = u128::from_be_bytes(units.try_into().unwrap()) % (MAX_BASE_UNITS + 1);
    let (to, amount) = (Address::from_slice(to), Amount::from_base_units(base_units).unwrap());
    let asset = ASSETS[usize::from(*which) % ASSETS.len()].id;
    let meant = Paid { asset, to, base_units };
    assert_eq!(read_eip681(&eip681(asset, to, amount)), Some(meant));
    let call = payment_call(asset, to, amount);
    assert_eq!(read_transfer(asset.chain, call.to, call.value.to_base_units(), &call.data), Some(meant));
}
