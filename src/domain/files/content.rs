//! What bytes are, by looking at them (contract: laravel-template §7.2). Never anything that a browser runs.

use infer::MatcherType;

/// As many of the first bytes are looked at.
pub(super) const HEAD: usize = 8 * 1024;

const TEXT: &str = "text/plain; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

/// The content type of bytes that begin with `head`; `more` follow or not. Pages, drawings and scripts are text, programs are octets.
pub fn content_type(head: &[u8], more: bool) -> &'static str {
    use MatcherType::{Archive, Audio, Book, Doc, Font, Image, Video};
    let known = infer::get(head)
        .filter(|kind| matches!(kind.matcher_type(), Archive | Audio | Book | Doc | Font | Image | Video));
    let harmless = |mime: &&str| {
        !mime.starts_with("text/") && !["svg", "xml", "postscript"].iter().any(|word| is_named(mime, word))
    };
    match known.map(|kind| kind.mime_type()).filter(harmless) {
        Some(mime) => mime,
        None if is_text(head, more) => TEXT,
        None => OCTETS,
    }
}

/// Whether `mime` is called `word`, alone or behind a `+`; a document of an office that is XML inside is not.
fn is_named(mime: &str, word: &str) -> bool {
    mime.split(['/', '+']).any(|part| part == word)
}

/// Whether these bytes can be read: UTF-8 without control characters, a last character cut off aside when there is more.
fn is_text(head: &[u8], more: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if more && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let readable = |letter: char| matches!(letter, '\t' | '\n' | '\r' | '\u{c}') || !letter.is_control();
    !text.is_empty() && text.chars().all(readable)
}

/// The declared type without its parameters, if it looks like one.
pub(super) fn declared(mime: &str) -> Option<&str> {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    let token = |part: &str| {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
        (1..=63).contains(&part.len()) && part.bytes().all(fine)
    };
    let (kind, of) = mime.split_once('/')?;
    (token(kind) && token(of)).then_some(mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_what_they_are() {
        for (head, found) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"BM\x46\0\0\0\0\0\0\0", "image/bmp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
            (b"hello", TEXT),
            ("\u{feff}中文\r\n".as_bytes(), TEXT),
            (b"<!DOCTYPE html><script>alert(1)</script>", TEXT),
            (b"  <html><body>", TEXT),
            (b"<?xml version=\"1.0\"?><a/>", TEXT),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>", TEXT),
            (b"#!/bin/sh\necho", TEXT),
            (b"%!PS-Adobe-3.0", TEXT),
            (b"\0asm\x01\0\0\0", OCTETS),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", OCTETS),
            (b"text\0with zero", OCTETS),
            (b"text\x1bwith escape", OCTETS),
            (b"\xff\xfea\0", OCTETS),
            (b"", OCTETS),
        ] {
            assert_eq!(content_type(head, false), found, "{:?}", String::from_utf8_lossy(head));
        }
        let cut = &"中".as_bytes()[..2];
        assert_eq!(
            (content_type(&[b"a", cut].concat(), true), content_type(&[b"a", cut].concat(), false)),
            (TEXT, OCTETS)
        );
    }

    #[test]
    fn cut_off_heads_of_anything_are_looked_at_without_harm() {
        for start in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"RIFF\x24\0\0\0WEBPVP8X",
            b"PK\x03\x04\x14\0\x06\0\x08\0",
            b"\0\0\0\x18ftypmp42",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"ID3\x03",
            b"%PDF",
        ] {
            for end in 0..=start.len() {
                content_type(&start[..end], true);
            }
        }
    }

    #[test]
    fn declared_types_lose_their_parameters_and_must_look_like_types() {
        assert_eq!(declared("image/png"), Some("image/png"));
        assert_eq!(declared(" text/html ; charset=gbk"), Some("text/html"));
        assert_eq!(declared(&format!("a/{}", "b".repeat(63))), Some(format!("a/{}", "b".repeat(63)).as_str()));
        for wrong in [
            "",
            "image",
            "/",
            "a/",
            "/b",
            "a/b/c",
            "a b/c",
            "a/b\r\nX: y",
            "中/文",
            "a/*",
            &format!("a/{}", "b".repeat(64)),
        ] {
            assert_eq!(declared(wrong), None, "{wrong}");
        }
    }
}
