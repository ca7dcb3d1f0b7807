//! The page for people: GraphiQL, served by ourselves.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The operations that a first visit shows.
pub const EXAMPLES: &str = include_str!("examples.graphql");

/// What the page may do: run our scripts and ask us. GraphiQL's dialogs put a style element on the page, which needs `unsafe-inline`.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct File {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// Whether the bytes are compressed.
    gzip: bool,
    /// A digest of the bytes.
    digest: String,
}

impl File {
    fn text(name: &'static str, kind: &'static str, text: &'static str) -> Self {
        Self { name, kind, bytes: text.as_bytes(), gzip: false, digest: digest(text.as_bytes()) }
    }

    fn packed(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, kind, bytes, gzip: true, digest: digest(bytes) }
    }
}

fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..12])
}

static FILES: LazyLock<[File; 6]> = LazyLock::new(|| {
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    const STYLE: &str = "text/css; charset=utf-8";
    const TEXT: &str = "text/plain; charset=utf-8";
    [
        File::text("page.js", SCRIPT, include_str!("page.js")),
        File::text("page.css", STYLE, include_str!("page.css")),
        File::text("examples.graphql", TEXT, EXAMPLES),
        File::packed("graphiql.js", SCRIPT, include_bytes!("assets/graphiql.js.gz")),
        File::packed("graphiql.css", STYLE, include_bytes!("assets/graphiql.css.gz")),
        File::packed("LICENCES.txt", TEXT, include_bytes!("assets/LICENCES.txt.gz")),
    ]
});

/// The page, in which every file is named with its digest, so that a new version has a new address.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    FILES.iter().fold(include_str!("page.html").to_owned(), |page, File { name, digest, .. }| {
        // Relative, so that the page works behind a proxy that adds a path.
        page.replace(&format!("{{{name}}}"), &format!("graphql/ide/{name}?v={digest}"))
    })
});

/// The files of the page.
pub(super) fn router() -> Router {
    Router::new().route("/graphql/ide/{name}", get(file))
}

/// The page.
pub(super) fn page() -> Response {
    (headers(), Html(PAGE.as_str())).into_response()
}

async fn file(Path(name): Path<String>, asked: HeaderMap) -> Response {
    let Some(file) = FILES.iter().find(|file| file.name == name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", file.digest);
    let known =
        asked.get_all(header::IF_NONE_MATCH).iter().any(|known| known.to_str().is_ok_and(|known| known.contains(&tag)));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { file.bytes.into_response() };
    let answered = response.headers_mut();
    answered.extend(headers().map(|(name, value)| (Some(name), value)));
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answered.insert(header::ETAG, tag);
    }
    if file.gzip && !known {
        answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn headers() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}
