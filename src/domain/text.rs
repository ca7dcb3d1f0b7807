//! What text and numbers may be stored (contract: asset-platform §4).

use super::{Code, Fault, Outcome};

/// Most characters of a name, an id or a short text.
pub const SHORT: usize = 255;
/// Most characters of remarks and searches.
pub const LONG: usize = 2000;
/// Most bytes of a password.
pub const PASSWORD: usize = 1024;
/// Largest stored value and number of years.
pub const LARGEST_NUMBER: i64 = i32::MAX as i64;

/// Passes text of at most `most` characters without U+0000.
pub fn bounded(field: &'static str, text: &str, most: usize) -> Outcome<()> {
    if text.contains('\0') {
        return Err(Code::CharacterForbidden.on(field));
    }
    // Every character takes a byte at least, so short texts need no counting.
    if text.len() > most && text.chars().count() > most {
        return Err(Fault::on(Code::TooLong.about(most), field));
    }
    Ok(())
}

/// Passes a name: bounded, with at least one character that is not blank.
pub fn name(field: &'static str, text: &str) -> Outcome<()> {
    bounded(field, text, SHORT)?;
    if text.trim().is_empty() { Err(Code::Blank.on(field)) } else { Ok(()) }
}

/// Passes a password: 1 … 1024 bytes without U+0000.
pub fn password(field: &'static str, text: &str) -> Outcome<()> {
    match text {
        "" => Err(Code::Blank.on(field)),
        text if text.contains('\0') => Err(Code::CharacterForbidden.on(field)),
        text if text.len() > PASSWORD => Err(Fault::on(Code::TooLong.about(PASSWORD), field)),
        _ => Ok(()),
    }
}

/// Passes a number of 0 … 2147483647.
pub fn number(field: &'static str, number: i64) -> Outcome<()> {
    if (0..=LARGEST_NUMBER).contains(&number) { Ok(()) } else { Err(Code::OutOfRange.on(field)) }
}

/// The first `most` characters of a text from elsewhere, without what the databases do not take.
pub fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|letter| *letter != '\0').take(most).collect()
}
