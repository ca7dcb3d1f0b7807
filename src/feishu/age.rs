//! How old a signed push is, in the forms in which Feishu writes the time (contract: feishu-app §4.2).

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// Seconds that the clock of a push may be ahead of ours.
const AHEAD: i64 = 300;
/// Digits of a time in milliseconds.
const MILLISECONDS: usize = 13;
/// Weekday forms whose zone is a name: which of the zones of that name is meant nobody can tell.
const NAMED_ZONES: [&str; 4] =
    ["%a %b %e %H:%M:%S %Z %Y", "%a, %d %b %Y %H:%M:%S %Z", "%A, %d-%b-%y %H:%M:%S %Z", "%a %b %e %H:%M:%S %Y %Z"];

/// When a push was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    At(DateTime<Utc>),
    /// It says a time that cannot be placed.
    Somewhen,
}

/// Whether a push with this `X-Lark-Request-Timestamp` is at most `seconds` old at `now`, and not too far ahead; 0 is no limit.
pub(super) fn is_fresh(timestamp: &str, now: DateTime<Utc>, seconds: u32) -> bool {
    if seconds == 0 {
        return true;
    }
    let oldest = i64::from(seconds);
    match read(timestamp) {
        None => false,
        Some(Sent::Somewhen) => true,
        Some(Sent::At(at)) => {
            let age = now - at;
            age <= TimeDelta::seconds(oldest) && age >= -TimeDelta::seconds(oldest.min(AHEAD))
        }
    }
}

fn read(timestamp: &str) -> Option<Sent> {
    if !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = timestamp.parse().ok()?;
        let at = if timestamp.len() == MILLISECONDS {
            DateTime::from_timestamp_millis(number)
        } else {
            DateTime::from_timestamp_secs(number)
        };
        return at.map(Sent::At);
    }
    if let Some(at) = read_go(timestamp) {
        return Some(Sent::At(at));
    }
    let named = NAMED_ZONES.iter().any(|form| NaiveDateTime::parse_from_str(timestamp, form).is_ok());
    named.then_some(Sent::Somewhen)
}

/// The form of Go: date, time, offset, then perhaps the zone's name and a monotonic reading, both of no account.
fn read_go(timestamp: &str) -> Option<DateTime<Utc>> {
    let words: Vec<&str> = timestamp.split(' ').collect();
    let ([date, time, offset], rest) = words.split_first_chunk::<3>()?;
    let rest = match rest {
        [before @ .., last] if last.starts_with("m=") => before,
        rest => rest,
    };
    if rest.len() > 1 {
        return None;
    }
    let at = DateTime::parse_from_str(&format!("{date} {time} {offset}"), "%Y-%m-%d %H:%M:%S%.f %z").ok()?;
    Some(at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_secs(seconds).unwrap()
    }

    #[test]
    fn every_form_is_read() {
        for (timestamp, sent) in [
            ("1700000000", Some(Sent::At(at(1_700_000_000)))),
            ("1700000000000", Some(Sent::At(at(1_700_000_000)))),
            ("2023-11-15 06:13:20 +0800 CST", Some(Sent::At(at(1_700_000_000)))),
            ("2023-11-15 06:13:20.000000000 +0800 CST m=+1.5", Some(Sent::At(at(1_700_000_000)))),
            ("2023-11-15 06:13:20 +0800 m=+1.5", Some(Sent::At(at(1_700_000_000)))),
            ("2023-11-14 22:13:20 +0000", Some(Sent::At(at(1_700_000_000)))),
            ("Tue Nov 14 22:13:20 CST 2023", Some(Sent::Somewhen)),
            ("Tue, 14 Nov 2023 22:13:20 CST", Some(Sent::Somewhen)),
            ("", None),
            ("soon", None),
            ("-1700000000", None),
            ("1700000000.5", None),
            ("99999999999999999999", None),
            ("9223372036854775807", None),
            ("2023-11-15 06:13:20", None),
            ("2023-11-15 06:13:20 CST", None),
            ("2023-13-15 06:13:20 +0800", None),
            ("2023-11-15 06:13:20 +0800 CST and more", None),
            ("Tue", None),
        ] {
            assert_eq!(read(timestamp), sent, "{timestamp}");
        }
    }

    #[test]
    fn the_limit_holds_on_both_sides() {
        let now = at(1_700_000_000);
        for (sent, limit, fresh) in [
            (1_700_000_000 - 28_800, 28_800, true),
            (1_700_000_000 - 28_801, 28_800, false),
            (1_700_000_000 + 300, 28_800, true),
            (1_700_000_000 + 301, 28_800, false),
            (1_700_000_000 + 10, 10, true),
            (1_700_000_000 + 11, 10, false),
            (0, 0, true),
        ] {
            assert_eq!(is_fresh(&i64::to_string(&sent), now, limit), fresh, "{sent} {limit}");
        }
        assert!(!is_fresh("soon", now, 10));
        assert!(is_fresh("Tue Nov 14 22:13:20 CST 2023", now, 10));
    }
}
