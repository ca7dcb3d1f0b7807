//! The documentation of the legacy dialects, read off their rows: an OpenAPI document, and a page that shows it.

use std::sync::LazyLock;

mod document;
pub mod errors;
mod manual;
mod page;
mod replies;
mod requests;
pub mod schema;
mod types;

pub use document::document;
pub use manual::{Manual, Subject, Token};
pub(super) use page::router;
pub(super) use types::Types;

/// The document of all dialects, as it is served and printed.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document(super::DIALECTS)));
    &TEXT
}
