//! The only place that knows there are two databases: opening, transactions with retries, pages, text search.

mod keys;
mod open;
mod page;
mod retry;
mod text;
mod tree;

pub use keys::continue_keys;
pub use open::{Database, Options, StatementHook};
pub use page::{Cursor, CursorKey, Page, PageKey, Window, page};
pub use retry::{Transient, is_transient};
pub use text::contains;
pub use tree::{Tree, ancestors, subtree};
