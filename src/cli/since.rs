//! A point in time as people type it: `90d`, `12w` or `2026-01-31`.

use std::str::FromStr;

/// A point in time, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// So many seconds before now.
    Ago(u64),
    /// This many seconds after 1970.
    At(u64),
}

/// Text that is no point in time.
#[derive(Debug, thiserror::Error)]
#[error("write days, weeks or a date: 90d, 12w, 2026-01-31")]
pub(crate) struct SinceError;

const DAY: u64 = 86_400;

impl Since {
    /// Returns it in seconds since 1970.
    pub(crate) fn seconds(self, now: u64) -> u64 {
        match self {
            Since::Ago(seconds) => now.saturating_sub(seconds),
            Since::At(seconds) => seconds,
        }
    }
}

impl FromStr for Since {
    type Err = SinceError;

    fn from_str(text: &str) -> Result<Since, SinceError> {
        let ago = |number: &str, unit: u64| digits(number).map(|number| number.saturating_mul(unit * DAY));
        let ago = match (text.strip_suffix('d'), text.strip_suffix('w')) {
            (Some(days), _) => ago(days, 1),
            (_, Some(weeks)) => ago(weeks, 7),
            _ => return date(text).map(Since::At).ok_or(SinceError),
        };
        ago.map(Since::Ago).ok_or(SinceError)
    }
}

/// Reads a number without a sign.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The seconds from 1970 to the start of a day in UTC.
fn date(text: &str) -> Option<u64> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return None };
    if [year.len(), month.len(), day.len()] != [4, 2, 2] {
        return None;
    }
    let (year, month, day) = (digits(year)?, digits(month)?, digits(day)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if is_leap { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = lengths.get(..usize::try_from(month).ok()?.checked_sub(1)?)?;
    if year < 1970 || day == 0 || day > *lengths.get(before.len())? {
        return None;
    }
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    Some((years + before.iter().sum::<u64>() + day - 1) * DAY)
}

#[cfg(test)]
mod tests {
    use super::Since;
    use crate::cli::ui::time;

    #[test]
    fn days_weeks_and_dates_are_read() {
        let now = 1_787_097_600;
        for (text, shown) in [
            ("0d", "2026-08-19"),
            ("1d", "2026-08-18"),
            ("12w", "2026-05-27"),
            ("99999999999999999999d", ""),
            ("18446744073709551615w", "1970-01-01"),
            ("1970-01-01", "1970-01-01"),
            ("2000-02-29", "2000-02-29"),
            ("2000-03-01", "2000-03-01"),
            ("2026-01-31", "2026-01-31"),
            ("2100-12-31", "2100-12-31"),
            ("9999-12-31", "9999-12-31"),
        ] {
            let found = text.parse().map(|since: Since| time(since.seconds(now))[..10].to_owned());
            assert_eq!(found.unwrap_or_default(), shown, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "+1d",
            "1.5d",
            "1y",
            "2026-13-01",
            "2026-00-01",
            "2026-02-29",
            "2100-02-29",
            "2026-01-00",
            "2026-1-1",
            "1969-12-31",
            "2026-01-01-01",
            "2026-01-0d",
            "２d",
            "1 d",
            "2026/01/01",
        ] {
            assert!(text.parse::<Since>().is_err(), "{text}");
        }
    }
}
