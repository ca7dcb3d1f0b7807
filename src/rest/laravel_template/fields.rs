//! What a request says, in whatever form: JSON, a form, a multipart form, the query (contract: laravel-template §1.5). All become one
//! JSON object, whose fields the rows then read.

use std::{borrow::Cow, collections::BTreeMap};

use async_graphql::indexmap::IndexMap;
use axum::{
    body::Body,
    http::{Method, request::Parts},
};
use serde_json::json;

use super::faults;
use crate::rest::{
    body::{self, Unread},
    json::{Document, Json},
    refused::Refused,
};

/// Largest body in bytes.
const LARGEST: usize = 1024 * 1024;
/// Deepest nesting of JSON.
const DEEPEST: usize = 64;
/// Keys whose text is taken as it is.
const VERBATIM: &[&str] = &["password", "file"];
/// Keys whose text may have lines.
const FREE_TEXT: &[&str] = &["message", "comment"];

/// What a number stands for where a text is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// For its text.
    Texts,
    /// For itself.
    Numbers,
}

/// The keys of a request, each with its value as JSON.
#[derive(Debug, Default)]
pub(super) struct Fields(IndexMap<String, String>);

impl Fields {
    /// Reads a request: on GET its query, else its body. 413 if that is too large; what cannot be read has no fields.
    pub(super) async fn read(head: &Parts, body: Body, numbers: Numbers) -> Result<Self, Refused> {
        if matches!(head.method, Method::GET | Method::HEAD) {
            return Ok(Self::of_query(head));
        }
        let bytes = match body::read(body, LARGEST).await {
            Ok(bytes) => bytes,
            Err(Unread::TooLarge) => return Err(faults::TOO_LARGE.into()),
            Err(Unread::Broken) => Vec::new(),
        };
        if let Some(boundary) = body::boundary(&head.headers) {
            return Ok(Self::of_parts(bytes, boundary).await);
        }
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
        Ok(match first {
            Some(b'{' | b'[') => Self::of_json(text.to_vec(), numbers),
            _ => Self::of_form(text),
        })
    }

    /// Reads the query; of a key that is repeated the last counts.
    pub(super) fn of_query(head: &Parts) -> Self {
        Self::of_pairs(form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()), false)
    }

    /// Reads an urlencoded form.
    fn of_form(text: &[u8]) -> Self {
        Self::of_pairs(form_urlencoded::parse(text), true)
    }

    fn of_json(bytes: Vec<u8>, numbers: Numbers) -> Self {
        let mut fields = Self::default();
        let Some(document) = Document::nested(bytes, DEEPEST) else { return fields };
        for (key, value) in document.root().entries().into_iter().flatten() {
            fields.put_value(&key, value, numbers);
        }
        fields
    }

    /// Sets `key` to a value of a JSON object.
    fn put_value(&mut self, key: &str, value: Json<'_>, numbers: Numbers) {
        match value.string() {
            Some(text) => self.put(key, &text),
            None => {
                self.0.insert(key.to_owned(), spelled(value, numbers));
            }
        }
    }

    /// Forms. Where lists are taken, `key[]` or `key[0]` is an item of the list `key`, as old clients write it.
    fn of_pairs<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>, lists: bool) -> Self {
        let mut fields = Self::default();
        let mut gathered: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in pairs {
            match key.split_once('[').filter(|(_, rest)| rest.ends_with(']')) {
                Some((list, _)) if lists => {
                    gathered.entry(list.to_owned()).or_default().push(value.trim().to_owned());
                }
                Some(_) => {}
                None => fields.put(&key, &value),
            }
        }
        for (key, items) in gathered {
            fields.0.insert(key, json!(items).to_string());
        }
        fields
    }

    async fn of_parts(bytes: Vec<u8>, boundary: String) -> Self {
        let bytes = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
        let mut parts = multer::Multipart::new(bytes, boundary);
        let mut pairs = Vec::new();
        while let Ok(Some(part)) = parts.next_field().await {
            let Some(name) = part.name().map(str::to_owned).filter(|_| part.file_name().is_none()) else { continue };
            let Ok(bytes) = part.bytes().await else { break };
            if let Ok(text) = String::from_utf8(bytes.to_vec()) {
                pairs.push((name.into(), text.into()));
            }
        }
        Self::of_pairs(pairs.into_iter(), true)
    }

    /// Sets `key` to `text`; the empty text takes the key away.
    pub(super) fn put(&mut self, key: &str, text: &str) {
        let lines = |letter: &char| matches!(letter, '\t' | '\r' | '\n') || !letter.is_control();
        let text: Cow<'_, str> = match key {
            key if VERBATIM.contains(&key) => text.into(),
            key if FREE_TEXT.contains(&key) => text.chars().filter(lines).collect::<String>().trim().to_owned().into(),
            _ => text.trim().into(),
        };
        if text.is_empty() {
            self.0.shift_remove(key);
        } else {
            self.0.insert(key.to_owned(), json!(text).to_string());
        }
    }

    /// Whether `key` was sent.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Takes over `key` of `other`, if it was sent there.
    pub(super) fn take(&mut self, key: &str, other: &Self) {
        if let Some(value) = other.0.get(key) {
            self.0.insert(key.to_owned(), value.clone());
        }
    }

    /// The fields as a document.
    pub(super) fn document(&self) -> Document {
        let members: Vec<_> = self.0.iter().map(|(key, value)| format!("{}:{value}", json!(key))).collect();
        Document::read(format!("{{{}}}", members.join(",")).into_bytes()).unwrap_or(Document::empty())
    }
}

/// A value that is no text, as JSON: numbers as is wished, texts in lists trimmed.
fn spelled(value: Json<'_>, numbers: Numbers) -> String {
    if let Some(number) = value.number().filter(|_| numbers == Numbers::Texts) {
        return json!(number).to_string();
    }
    let Some(items) = value.items() else { return value.written().to_owned() };
    let items: Vec<_> = items
        .map(|item| match item.string() {
            Some(text) => json!(text.trim()).to_string(),
            None if item.items().is_some() => item.written().to_owned(),
            None => spelled(item, numbers),
        })
        .collect();
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(kind: &str, body: &str) -> String {
        let request = Request::post("/api/x").header("content-type", kind).body(()).unwrap();
        let (head, ()) = request.into_parts();
        let fields = Fields::read(&head, Body::from(body.to_owned()), Numbers::Texts).await.unwrap();
        fields.document().root().written().to_owned()
    }

    #[tokio::test]
    async fn every_form_becomes_one_object() {
        for (kind, body, taken) in [
            ("text/plain", " \u{feff}", "{}"),
            ("text/plain", "{\"a\":\" b \",\"c\":\"\",\"n\":1.50}", r#"{"a":"b","n":"1.50"}"#),
            ("application/x-www-form-urlencoded", "\u{feff} {\"a\":true}", r#"{"a":true}"#),
            ("application/json", "a=+b+&c=&a=%E4%B8%AD&l%5B%5D=1&l%5B%5D=+2", r#"{"a":"中","l":["1","2"]}"#),
            ("application/json", "[1]", "{}"),
            ("application/json", "{\"a\":", "{}"),
            ("application/json", "{\"l\":[\" a \",1,{\"b\":\" \"}]}", r#"{"l":["a","1",{"b":" "}]}"#),
            ("", "{\"password\":\" x \",\"message\":\"a\\u0001\\nb \"}", r#"{"password":" x ","message":"a\nb"}"#),
        ] {
            assert_eq!(read(kind, body).await, taken, "{kind} {body}");
        }
        let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_ne!(read("", &nested(63)).await, "{}");
        assert_eq!(read("", &nested(64)).await, "{}");
    }

    #[tokio::test]
    async fn parts_of_a_form_are_fields_and_files_are_none() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n b \r\n--x\r\n\
                    Content-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\nz\r\n--x--\r\n";
        assert_eq!(read("multipart/form-data; boundary=x", body).await, r#"{"a":"b"}"#);
        assert_eq!(read("multipart/form-data; boundary=y", body).await, "{}");
    }
}
