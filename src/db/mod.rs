//! The only place that knows there are two databases: opening, transactions with retries, pages, text search.

mod count;
mod each;
mod keys;
mod numbered;
mod open;
mod page;
mod retry;
mod rows;
mod search;
mod sweep;
mod text;
mod tree;

pub use count::count;
pub use each::{Children, count_each, page_each};
pub use keys::continue_keys;
pub use numbered::{Numbered, numbered};
pub use open::{Database, Options, StatementHook};
pub use page::{Cursor, CursorKey, Page, PageKey, Shape, Window, page};
pub use retry::{Transient, is_transient};
pub use rows::{Rows, Snapshot, unindexed};
pub use search::Pieces;
pub use sweep::sweep;
pub use text::contains;
pub use tree::{Tree, ancestors};
