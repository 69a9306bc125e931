//! Times as the API writes them: RFC 3339, in UTC.

/// Milliseconds since 1970 of an RFC 3339 time in UTC, such as `2026-11-21T10:00:00.250Z`. Nothing for any other form.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut date = date.split('-').map(number);
    let mut time = time.split(':').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    // A leap second counts as the first of the next minute.
    let is_time = hour <= 23 && minute <= 59 && second <= 60;
    if !is_date || !is_time || date.next().is_some() || time.next().is_some() {
        return None;
    }
    let seconds = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000 + milliseconds(fraction)?)
}

fn number(digits: &str) -> Option<i64> {
    let plain = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

fn milliseconds(fraction: &str) -> Option<i64> {
    let mut value = 0;
    let mut place = 100;
    for byte in fraction.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        value += i64::from(byte - b'0') * place;
        place /= 10;
    }
    Some(value)
}

/// Days since 1970 in the proleptic Gregorian calendar: Howard Hinnant's `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_core_prints() {
        for time_ms in [0, 951_782_400_000, 1_709_251_199_999, 1_795_255_200_000, 4_102_444_799_000] {
            assert_eq!(parse_rfc3339(&groat_core::time::print_rfc3339(time_ms)), Some(time_ms));
        }
    }

    #[test]
    fn reads_and_refuses() {
        #[rustfmt::skip]
        let table: &[(&str, Option<i64>)] = &[
            ("1970-01-01T00:00:00Z",          Some(0)),
            ("1970-01-01T00:00:01.5Z",        Some(1_500)),
            ("1970-01-01T00:00:01.123456Z",   Some(1_123)),
            ("2024-02-29T23:59:59.999Z",      Some(1_709_251_199_999)),
            ("2016-12-31T23:59:60Z",          Some(1_483_228_800_000)),
            ("1970-01-01T00:00:00",           None),
            ("1970-01-01T00:00:00+00:00",     None),
            ("1970-01-01 00:00:00Z",          None),
            ("1970-13-01T00:00:00Z",          None),
            ("1970-01-32T00:00:00Z",          None),
            ("1970-01-01T24:00:00Z",          None),
            ("1970-01-01T00:00Z",             None),
            ("1970-01-01T00:00:00:00Z",       None),
            ("1970-01-01T00:00:00.1xZ",       None),
            ("+970-01-01T00:00:00Z",          None),
            ("",                              None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_rfc3339(text), *expected, "{text}");
        }
    }
}
