//! The page for people: GraphiQL, served by ourselves.

use std::sync::LazyLock;

use axum::{Router, response::Response};

use crate::pages::{File, Page, SCRIPT, STYLE, TEXT};

/// The operations that a first visit shows.
pub const EXAMPLES: &str = include_str!("examples.graphql");

/// What the page may do: run our scripts and ask us. GraphiQL's dialogs put a style element on the page, which needs `unsafe-inline`.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let files = [
        File::text("page.js", SCRIPT, include_str!("page.js")),
        File::text("page.css", STYLE, include_str!("page.css")),
        File::text("examples.graphql", TEXT, EXAMPLES),
        File::packed("graphiql.js", SCRIPT, include_bytes!("assets/graphiql.js.gz")),
        File::packed("graphiql.css", STYLE, include_bytes!("assets/graphiql.css.gz")),
        File::packed("LICENCES.txt", TEXT, include_bytes!("assets/LICENCES.txt.gz")),
    ];
    // Relative, so that the page works behind a proxy that adds a path.
    Page::new(include_str!("page.html"), "graphql/ide", POLICY, files)
});

/// The files of the page.
pub(super) fn router() -> Router {
    PAGE.files("/graphql/ide")
}

/// The page.
pub(super) fn page() -> Response {
    PAGE.answer()
}
