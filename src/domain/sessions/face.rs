//! The opaque faces of a session: how they look, how they are made, and the hash under which a session is found.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{
    app::{ALPHANUMERIC, App, LETTERS, draw},
    domain::digest,
};

/// One of the three forms in which a session is handed out. All open the same row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face<'a> {
    /// The asset-platform token: ten digits of Unix time and 24 letters.
    Token,
    /// The session string of the feishu app: 32 letters and digits.
    Session,
    /// A JWT, with the address that issues it.
    Jwt {
        /// The claim `iss`.
        issuer: &'a str,
    },
}

/// Letters in a new token: 136 random bits.
const TOKEN_LETTERS: usize = 24;
/// Fewest and most letters that a token of the asset platform may have.
const TOKEN_LETTERS_ALLOWED: std::ops::RangeInclusive<usize> = 23..=118;
/// Characters of a session string.
const SESSION_LENGTH: usize = 32;

/// A new asset-platform token, issued at `now`. It is the secret from which the session string follows.
pub(super) fn new_token(app: &App, now: DateTime<Utc>) -> String {
    format!("{:010}{}", now.timestamp(), draw(&*app.random, LETTERS, TOKEN_LETTERS))
}

/// The session string that belongs to `token`. It is derived one way, so that one stored hash serves both faces.
pub(super) fn session_string(token: &str) -> String {
    let digest = Sha256::digest(format!("session string of {token}"));
    digest.iter().map(|byte| char::from(ALPHANUMERIC[usize::from(*byte) % ALPHANUMERIC.len()])).collect()
}

/// How a text that claims to be a session looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Ten digits and letters.
    Token,
    /// 32 letters and digits.
    Session,
    /// Three parts separated by dots.
    Jwt,
}

/// The form of `text`; none when it has none of the three.
pub(super) fn form(text: &str) -> Option<Form> {
    if text.split('.').count() == 3 {
        return Some(Form::Jwt);
    }
    if text.len() == SESSION_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(Form::Session);
    }
    let (time, letters) = text.split_at_checked(10)?;
    let fits = time.bytes().all(|byte| byte.is_ascii_digit())
        && TOKEN_LETTERS_ALLOWED.contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    fits.then_some(Form::Token)
}

/// The stored hash that belongs to an asset-platform token.
pub(super) fn hash_of_token(token: &str) -> String {
    hash_of_session(&session_string(token))
}

/// The stored hash that belongs to a session string: SHA-256 in hex.
pub(super) fn hash_of_session(session: &str) -> String {
    digest::sha256(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let token = format!("1603191152{}", "a".repeat(24));
        assert_eq!(form(&token), Some(Form::Token));
        assert_eq!(form(&token[..33]), Some(Form::Token));
        assert_eq!(form(&token[..32]), Some(Form::Session));
        assert_eq!(form(&token[..31]), None);
        assert_eq!(form("a.b.c"), Some(Form::Jwt));
        assert_eq!(form("a.b"), None);
        assert_eq!(form(""), None);
        assert_eq!(form(&format!("1603191152{}", "1".repeat(24))), None);
        assert_eq!(form(&format!("160319115中{}", "a".repeat(24))), None);
        assert_eq!(form(&"中".repeat(32)), None);
    }

    #[test]
    fn both_opaque_faces_lead_to_one_hash() {
        let token = format!("1603191152{}", "a".repeat(24));
        let session = session_string(&token);
        assert_eq!(form(&session), Some(Form::Session));
        assert_eq!(hash_of_token(&token), hash_of_session(&session));
        assert_eq!(hash_of_session("").len(), 64);
        assert_eq!(hash_of_session(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
