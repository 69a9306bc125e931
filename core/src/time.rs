//! Times as milliseconds since 1970 UTC inside, RFC 3339 outside. Reads no clock.

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Prints a time as RFC 3339 in UTC with seconds, and milliseconds only where there are any.
///
/// The calendar is Howard Hinnant's `civil_from_days` for the proleptic Gregorian calendar.
pub fn print_rfc3339(time_ms: i64) -> String {
    let days = time_ms.div_euclid(DAY_MS);
    let in_day_ms = time_ms.rem_euclid(DAY_MS);
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (in_day_ms / HOUR_MS, in_day_ms / MINUTE_MS % 60, in_day_ms / SECOND_MS % 60);
    match in_day_ms % SECOND_MS {
        0 => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
        ms => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"),
    }
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints() {
        #[rustfmt::skip]
        let table: &[(i64, &str)] = &[
            (0,                 "1970-01-01T00:00:00Z"),
            (951_782_400_000,   "2000-02-29T00:00:00Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_795_255_200_000, "2026-11-21T10:00:00Z"),
            (4_102_444_799_000, "2099-12-31T23:59:59Z"),
            (-1,                "1969-12-31T23:59:59.999Z"),
        ];
        for (time_ms, expected) in table {
            assert_eq!(&print_rfc3339(*time_ms), expected);
        }
    }

    /// Against a calendar that only counts: every day of a whole cycle of 400 years, and some of the ones around it.
    #[test]
    fn the_calendar_counts_as_people_do() {
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for days in -135_140..=25_000 {
            let expected = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
            assert_eq!(print_rfc3339(days * DAY_MS), expected);
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                4 | 6 | 9 | 11 => 30,
                2 if is_leap => 29,
                2 => 28,
                _ => 31,
            };
            (year, month, day) = match (day == length, month) {
                (false, _) => (year, month, day + 1),
                (true, 12) => (year + 1, 1, 1),
                (true, _) => (year, month + 1, 1),
            };
        }
        assert_eq!((year, month, day), (2038, 6, 14));
    }
}
