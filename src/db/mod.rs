//! The only place that knows there are two databases: opening, transactions with retries, pages, text search.

mod each;
mod keys;
mod open;
mod page;
mod retry;
mod rows;
mod text;
mod tree;

pub use each::first_of_each;
pub use keys::continue_keys;
pub use open::{Database, Options, StatementHook};
pub use page::{Cursor, CursorKey, Page, PageKey, Window, first_page, page};
pub use retry::{Transient, is_transient};
pub use rows::{Rows, Snapshot};
pub use text::contains;
pub use tree::{Tree, ancestors, subtree};
