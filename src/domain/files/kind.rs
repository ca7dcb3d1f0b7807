//! Of what kind a file is: what its uploader declares, and what its bytes show.

/// How many of the first bytes are looked at.
pub(super) const HEAD: usize = 8 * 1024;

/// The kind of what is no other.
const OCTETS: &str = "application/octet-stream";
const TEXT: &str = "text/plain";

/// Whether `text` is the name of a type: two words of at most 63 characters.
pub fn is_type(text: &str) -> bool {
    let word = |word: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
        (1..=63).contains(&word.len()) && word.bytes().all(known)
    };
    text.split_once('/').is_some_and(|(kind, own)| word(kind) && word(own))
}

/// The declared type without its parameters, if it is one.
pub(super) fn declared(text: &str) -> Option<String> {
    let bare = text.split(';').next().unwrap_or_default().trim();
    is_type(bare).then(|| bare.to_owned())
}

/// The type that the first bytes show. Never one that a browser would run: markup and scripts are text.
pub(super) fn sniffed(head: &[u8]) -> &'static str {
    use infer::MatcherType;
    let known = infer::get(head).filter(|found| {
        matches!(
            found.matcher_type(),
            MatcherType::Image | MatcherType::Audio | MatcherType::Video | MatcherType::Archive | MatcherType::Doc
        )
    });
    match known {
        Some(found) => found.mime_type(),
        None if is_text(head) => TEXT,
        None => OCTETS,
    }
}

/// Whether `head` is the beginning of a text in UTF-8; it may end within a character.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && head.len() >= HEAD => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|letter| letter.is_control() && !"\t\r\n\u{c}".contains(letter))
}

/// The `Content-Type` under which bytes that begin with `head` are handed out.
pub fn content_type(head: &[u8]) -> &'static str {
    match sniffed(head) {
        TEXT => "text/plain; charset=utf-8",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_their_kind_and_nothing_runs() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n0000"[..], "image/png"),
            (b"\xff\xd8\xff\xe0....", "image/jpeg"),
            (b"GIF89a......", "image/gif"),
            (b"RIFF....WEBPVP8 ", "image/webp"),
            (b"BM......", "image/bmp"),
            (b"%PDF-1.7 ...", "application/pdf"),
            (b"PK\x03\x04....", "application/zip"),
            (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
            (b"<!DOCTYPE html>", "text/plain; charset=utf-8"),
            (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "text/plain; charset=utf-8"),
            (b"#!/bin/sh\n", "text/plain; charset=utf-8"),
            ("中文".as_bytes(), "text/plain; charset=utf-8"),
            (b"", "application/octet-stream"),
            (b"a\0b", "application/octet-stream"),
            (b"\xff\xfe", "application/octet-stream"),
        ] {
            assert_eq!(content_type(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn declared_types_are_two_plain_words() {
        assert_eq!(declared("image/png; charset=x").as_deref(), Some("image/png"));
        assert_eq!(declared("application/vnd.a+b-c").as_deref(), Some("application/vnd.a+b-c"));
        for wrong in ["", "image", "image/", "/png", "a/b/c", "a b/c", "text/\u{1}", &format!("a/{}", "b".repeat(64))] {
            assert_eq!(declared(wrong), None, "{wrong}");
        }
    }
}
