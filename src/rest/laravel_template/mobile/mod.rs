//! The page on which a phone confirms a QR code (contract: laravel-template §4.21).

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderValue, header},
    routing::get,
};

use crate::pages::{File, Page, SCRIPT, STYLE};

/// What the page may do: run our script and ask us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Where its files are.
const FOLDER: &str = "/mobile";

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let files = [
        File::text("page.js", SCRIPT, include_str!("page.js")),
        File::text("page.css", STYLE, include_str!("page.css")),
    ];
    Page::new(include_str!("page.html"), FOLDER, POLICY, files)
});

/// `/mobile.html` and its files.
pub(super) fn router() -> Router {
    let page = || async {
        let mut page = PAGE.answer();
        // A new version finds its way to phones at once; its files have addresses of their own.
        page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        page
    };
    Router::new().route("/mobile.html", get(page)).merge(PAGE.files(FOLDER))
}
