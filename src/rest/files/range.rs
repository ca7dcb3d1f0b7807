//! The one range of bytes that a client may ask for (contract: laravel-template §7.2; RFC 9110 §14).

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Everything: no range, several, another unit, or none that can be read.
    Whole,
    /// The bytes from the first to the last, both included.
    Part(u64, u64),
    /// Bytes that there are none of.
    Nothing,
}

/// What `range`, the header's text, asks for of `size` bytes.
pub(super) fn wanted(range: &str, size: u64) -> Wanted {
    parse(range, size).unwrap_or(Wanted::Whole)
}

fn parse(range: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        let length = number(last)?.min(size);
        return Some(if length == 0 { Wanted::Nothing } else { Wanted::Part(size - length, size - 1) });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    Some(if first < size { Wanted::Part(first, last.min(size - 1)) } else { Wanted::Nothing })
}

/// A number of any length; beyond what is countable, the largest that is.
fn number(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Wanted::*, *};

    #[test]
    fn one_range_is_read_and_the_rest_asks_for_everything() {
        for (range, found) in [
            ("bytes=0-0", Part(0, 0)),
            ("bytes=0-", Part(0, 9)),
            ("bytes=3-5", Part(3, 5)),
            ("Bytes = 3 - 5 ", Part(3, 5)),
            ("bytes=9-100", Part(9, 9)),
            ("bytes=0-99999999999999999999999", Part(0, 9)),
            ("bytes=-1", Part(9, 9)),
            ("bytes=-10", Part(0, 9)),
            ("bytes=-99", Part(0, 9)),
            ("bytes=10-", Nothing),
            ("bytes=99999999999999999999999-", Nothing),
            ("bytes=-0", Nothing),
            ("bytes=5-3", Whole),
            ("bytes=0-1,3-4", Whole),
            ("bytes=0-0,", Whole),
            ("lines=0-1", Whole),
            ("bytes=", Whole),
            ("bytes=-", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes", Whole),
            ("", Whole),
        ] {
            assert_eq!(wanted(range, 10), found, "{range}");
        }
        assert_eq!((wanted("bytes=0-", 0), wanted("bytes=-5", 0)), (Nothing, Nothing));
    }
}
