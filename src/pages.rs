//! Pages for people: files that are part of the program, served by ourselves, so that a page needs nobody else.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// JavaScript.
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
/// A style sheet.
pub const STYLE: &str = "text/css; charset=utf-8";
/// Text.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// JSON.
pub const JSON: &str = "application/json";

/// A file that is part of the program.
#[derive(Clone, Debug)]
pub struct File {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// Whether the bytes are compressed.
    gzip: bool,
    /// A digest of the bytes.
    digest: String,
}

impl File {
    /// A file of the type `kind`.
    pub fn text(name: &'static str, kind: &'static str, text: &'static str) -> Self {
        Self { name, kind, bytes: text.as_bytes(), gzip: false, digest: digest(text.as_bytes()) }
    }

    /// A file of the type `kind` that was compressed by gzip.
    pub fn packed(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, kind, bytes, gzip: true, digest: digest(bytes) }
    }

    /// The answer to who asks with these headers: the file, or that it is the one they have. `keep` is its `Cache-Control`.
    pub fn answer(&self, asked: &HeaderMap, keep: &'static str) -> Response {
        let tag = format!("\"{}\"", self.digest);
        let known = is_known(asked, &tag);
        let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { self.bytes.into_response() };
        let answered = response.headers_mut();
        answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        answered.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        answered.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            answered.insert(header::ETAG, tag);
        }
        if self.gzip && !known {
            answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Whether who asks with these headers has what `tag` stands for.
pub fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let mut known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    known.any(|known| known.contains(tag) || known.trim() == "*")
}

/// A digest of `bytes` for their `ETag`.
pub fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12])
}

/// A page and its files.
#[derive(Clone, Debug)]
pub struct Page {
    html: String,
    policy: &'static str,
    files: Arc<[File]>,
}

impl Page {
    /// The page `html`, in which `{name}` stands for the address of a file: `folder`, the name, and a digest, so that a new version has a
    /// new address. `policy` is its `Content-Security-Policy`.
    pub fn new(html: &str, folder: &str, policy: &'static str, files: impl Into<Arc<[File]>>) -> Self {
        let files = files.into();
        let html = files.iter().fold(html.to_owned(), |html, File { name, digest, .. }| {
            html.replace(&format!("{{{name}}}"), &format!("{folder}/{name}?v={digest}"))
        });
        Self { html, policy, files }
    }

    /// The page as an answer.
    pub fn answer(&self) -> Response {
        (self.headers(), Html(self.html.clone())).into_response()
    }

    /// Serves the files below `folder`.
    pub fn files(&'static self, folder: &str) -> Router {
        let answer = move |Path(name): Path<String>, asked: HeaderMap| async move {
            let Some(file) = self.files.iter().find(|file| file.name == name) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            (self.headers(), file.answer(&asked, "public, max-age=31536000, immutable")).into_response()
        };
        Router::new().route(&format!("{folder}/{{name}}"), get(answer))
    }

    fn headers(&self) -> [(HeaderName, HeaderValue); 3] {
        [
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(self.policy)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        ]
    }
}
