//! Phone numbers in the one spelling in which they compare (contract: feishu-app §1.3).

/// Digits of a number of mainland China.
const MAINLAND: usize = 11;

/// `number` without blanks, dashes and brackets, and a number of mainland China without what stands for the country.
pub(super) fn normalised(number: &str) -> String {
    let number: String = number.chars().filter(|letter| !letter.is_whitespace() && !"-()".contains(*letter)).collect();
    let is_mainland = |rest: &&str| rest.len() == MAINLAND && rest.bytes().all(|digit| digit.is_ascii_digit());
    let bare = ["+86", "0086", "86"].iter().find_map(|country| number.strip_prefix(country).filter(is_mainland));
    bare.map(str::to_owned).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_however_they_are_written() {
        for (written, number) in [
            ("13800000000", "13800000000"),
            ("+86 138-0000-0000", "13800000000"),
            ("(0086)13800000000", "13800000000"),
            ("8613800000000", "13800000000"),
            ("+86\u{3000}138 0000 0000", "13800000000"),
            ("86138000000001", "86138000000001"),
            ("8613800000", "8613800000"),
            ("+1 (415) 555-0100", "+14155550100"),
            ("+8613800000000x", "+8613800000000x"),
            (" -()", ""),
        ] {
            assert_eq!(normalised(written), number, "{written}");
        }
    }
}
