//! The guard in front of the parser, which recurses without a limit of its own.

use async_graphql::{Pos, ServerError};

use super::over;

/// Longest name; validation compares names that are unknown with all that are known.
const LONGEST_NAME: usize = 128;

/// Passes text in which at most `most` brackets are open at once and in which every string ends.
///
/// An open string is refused here because the parser, which backtracks, may read what follows as something else than a string.
pub(in crate::graphql) fn scan(text: &str, most: usize) -> Result<(), ServerError> {
    let bytes = text.as_bytes();
    let (mut place, mut open, mut name) = (0, 0usize, 0usize);
    while let Some(byte) = bytes.get(place) {
        let word = byte.is_ascii_alphanumeric() || *byte == b'_';
        name = if word { name + 1 } else { 0 };
        if name > LONGEST_NAME {
            return Err(over("name length", LONGEST_NAME));
        }
        place = match byte {
            b'(' | b'[' | b'{' => {
                open += 1;
                if open > most {
                    return Err(over("nesting", most));
                }
                place + 1
            }
            b')' | b']' | b'}' => {
                open = open.saturating_sub(1);
                place + 1
            }
            b'#' => {
                place
                    + bytes[place..]
                        .iter()
                        .position(|byte| matches!(byte, b'\n' | b'\r'))
                        .unwrap_or(bytes.len() - place)
            }
            b'"' => end_of_string(bytes, place).ok_or_else(|| {
                ServerError::new("Syntax error: a string does not end.", Some(position(bytes, place)))
            })?,
            _ => place + 1,
        };
    }
    Ok(())
}

/// The place after the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut place = start + if block { 3 } else { 1 };
    while let Some(byte) = bytes.get(place) {
        let rest = &bytes[place..];
        place += match byte {
            b'\\' if block && rest.starts_with(b"\\\"\"\"") => 4,
            b'"' if block && rest.starts_with(b"\"\"\"") => return Some(place + 3),
            b'\\' if !block => 2,
            b'"' if !block => return Some(place + 1),
            b'\n' | b'\r' if !block => return None,
            _ => 1,
        };
    }
    None
}

fn position(bytes: &[u8], place: usize) -> Pos {
    let before = &bytes[..place];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_strings_and_comments() {
        for text in [
            "{a(b:[[1]])}",
            "{a(b:\"[[[[[[[[\\\"[[[[\")}",
            "{a(b:\"\"\"[[[[[[[\\\"\"\"[[[[[\"\"\")}",
            "# [[[[[[[[[[[[\n{a}",
            "{a}{a}{a}{a}{a}{a}{a}{a}",
            "}}}}}{a}",
            "#",
            "{a(b:\"\")}",
            "",
        ] {
            assert!(scan(text, 6).is_ok(), "{text}");
        }
        for text in ["[[[[[[[", "{a(b:\"\"[[[[[", "# [\r{{{{{{{", "{({[({[", "{a(b:\"\\\\\"[[[[["] {
            assert!(scan(text, 6).is_err(), "{text}");
        }
    }

    #[test]
    fn no_string_may_stay_open() {
        // The parser reads an empty string, the string `x`, and then 2,000 lists.
        let hidden = format!("{{a(b:[\"\"\"x\" {}", "[".repeat(2000));
        for text in [&hidden, "{a(b:\"", "{a(b:\"\n\")}", "{a(b:\"\"\" \\\"\"\")}", "{a(b:\"\\"] {
            assert!(scan(text, 64).is_err(), "{text}");
        }
    }

    #[test]
    fn bombs_of_every_bracket_are_refused() {
        for bracket in ["[", "{a:", "(", "{", "{a(b:"] {
            assert!(scan(&bracket.repeat(100_000), 64).is_err());
        }
    }

    #[test]
    fn names_have_an_end() {
        assert!(scan(&"a".repeat(128), 64).is_ok());
        assert!(scan(&"a".repeat(129), 64).is_err());
    }
}
