//! The page that shows the document: Swagger UI, served by ourselves.

use std::sync::LazyLock;

use axum::{Router, http::HeaderMap, routing::get};

use crate::pages::{File, JSON, Page, SCRIPT, STYLE, TEXT};

/// What the page may do: run our scripts and ask us.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let files = [
        File::text("page.js", SCRIPT, include_str!("page.js")),
        File::text("page.css", STYLE, include_str!("page.css")),
        File::packed("swagger-ui.js", SCRIPT, include_bytes!("assets/swagger-ui.js.gz")),
        File::packed("swagger-ui.css", STYLE, include_bytes!("assets/swagger-ui.css.gz")),
        File::packed("LICENCES.txt", TEXT, include_bytes!("assets/LICENCES.txt.gz")),
    ];
    Page::new(include_str!("page.html"), "/api/docs", POLICY, files)
});

static DOCUMENT: LazyLock<File> = LazyLock::new(|| File::text("openapi.json", JSON, super::text()));

/// `/api/openapi.json`, `/api/docs` and the files of the page.
pub(in crate::rest) fn router() -> Router {
    // Whoever keeps the document asks every time whether it is still the one.
    let document = || get(|asked: HeaderMap| async move { DOCUMENT.answer(&asked, "no-cache") });
    let page = || get(|| async { PAGE.answer() });
    Router::new()
        .route("/api/openapi.json", document())
        .route("/api/openapi.json/", document())
        .route("/api/docs", page())
        .route("/api/docs/", page())
        .merge(PAGE.files("/api/docs"))
}
