//! Phone numbers as they are compared (contract: feishu-app §1.3).

/// The ways to write that a number is of mainland China.
const MAINLAND: [&str; 3] = ["+86", "0086", "86"];
/// Digits of a mobile number of mainland China.
const MOBILE: usize = 11;

/// `number` as it is compared: without blanks, hyphens and brackets, and without the code of mainland China.
pub(super) fn normalised(number: &str) -> String {
    let bare: String =
        number.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '(' | ')')).collect();
    let mobile = |rest: &&str| rest.len() == MOBILE && rest.bytes().all(|digit| digit.is_ascii_digit());
    match MAINLAND.iter().find_map(|code| bare.strip_prefix(code).filter(mobile)) {
        Some(rest) => rest.to_owned(),
        None => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_however_they_are_written() {
        for (written, compared) in [
            ("13800000000", "13800000000"),
            ("+8613800000000", "13800000000"),
            ("0086 138-0000-0000", "13800000000"),
            ("86 (138) 0000 0000", "13800000000"),
            ("+12025550123", "+12025550123"),
            ("8613800", "8613800"),
            ("", ""),
        ] {
            assert_eq!(normalised(written), compared, "{written}");
        }
    }
}
