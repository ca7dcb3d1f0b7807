//! Pages by the Relay rules: `first`/`after` or `last`/`before`, up to 200 rows, `totalCount` counted only when asked.

use std::sync::Arc;

use async_graphql::{SelectionField, Value, connection::PageInfo};
use futures_util::future::BoxFuture;

use crate::{
    db::{Cursor, Page, Window},
    domain::{Code, Outcome},
    graphql::loaders::{Lists, Nested, PageOf},
};

/// Most rows of one page.
pub(in crate::graphql::api) const MOST: i32 = 200;
/// Rows of a page when the caller names no number.
const USUAL: u64 = 50;

/// The four arguments of a page.
#[derive(Clone, Debug, Default)]
pub(in crate::graphql::api) struct PageArgs {
    pub(in crate::graphql::api) first: Option<i32>,
    pub(in crate::graphql::api) after: Option<String>,
    pub(in crate::graphql::api) last: Option<i32>,
    pub(in crate::graphql::api) before: Option<String>,
}

impl PageArgs {
    /// The first page of a nested list.
    pub(in crate::graphql::api) fn first(first: Option<i32>, after: Option<String>) -> Self {
        Self { first, after, ..Self::default() }
    }
}

impl PageArgs {
    /// The arguments that a field of the document has for its page; none when they cannot be read.
    pub(in crate::graphql::api) fn of(field: &SelectionField<'_>) -> Option<Self> {
        let mut args = Self::default();
        for (name, value) in field.arguments().ok()? {
            match (name.as_str(), value) {
                ("first", Value::Number(rows)) => args.first = Some(i32::try_from(rows.as_i64()?).ok()?),
                ("after", Value::String(cursor)) => args.after = Some(cursor),
                _ => {}
            }
        }
        Some(args)
    }

    /// The window they name in a list whose cursors are of `order`; refuses more than 200 rows, `first` with `last`, and
    /// cursors that are not of this list.
    pub(in crate::graphql::api) fn window(&self, order: &str) -> Outcome<Window> {
        let (limit, from_end) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Code::RequestInvalid.on("last")),
            (Some(rows), None) => (size("first", rows)?, false),
            (None, Some(rows)) => (size("last", rows)?, true),
            (None, None) => (USUAL, false),
        };
        let cursor = |field, text: &Option<String>| match text {
            Some(text) => Cursor::decode(text, order).map(Some).ok_or(Code::RequestInvalid.on(field)),
            None => Ok(None),
        };
        Ok(Window { limit, from_end, after: cursor("after", &self.after)?, before: cursor("before", &self.before)? })
    }
}

fn size(field: &'static str, rows: i32) -> Outcome<u64> {
    match u64::try_from(rows) {
        Ok(rows) if rows <= MOST as u64 => Ok(rows),
        Ok(_) => Err(Code::LimitExceeded.about(format_args!("{field} ≤ {MOST}")).on(field)),
        Err(_) => Err(Code::RequestInvalid.on(field)),
    }
}

/// A page and how to count the whole list.
pub(in crate::graphql::api) struct Connection<T> {
    pub(in crate::graphql::api) rows: Vec<(String, T)>,
    pub(in crate::graphql::api) info: PageInfo,
    count: Box<dyn Fn() -> BoxFuture<'static, Outcome<u64>> + Send + Sync>,
}

impl<T> Connection<T> {
    /// The page as a connection; `wrap` makes the GraphQL object of a row, `count` counts the whole list.
    pub(in crate::graphql::api) fn new<M, F>(
        page: Page<M>,
        wrap: impl Fn(M) -> T,
        count: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Outcome<u64>> + Send + 'static,
    {
        let rows: Vec<_> = page.rows.into_iter().map(|(cursor, row)| (cursor.encode(), wrap(row))).collect();
        let info = PageInfo {
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            start_cursor: rows.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: rows.last().map(|(cursor, _)| cursor.clone()),
        };
        Self { rows, info, count: Box::new(move || Box::pin(count())) }
    }

    /// The first page of `parent`'s list behind `after`, read together with the same page of its siblings.
    pub(in crate::graphql::api) async fn nested<N: Nested>(
        lists: &Arc<Lists<N>>,
        parent: i64,
        order: &str,
        args: &PageArgs,
        wrap: impl Fn(N::Row) -> T,
    ) -> Outcome<Self> {
        let window = args.window(order)?;
        let after = window.after.map(|cursor| cursor.id);
        let page = lists.pages.one(PageOf { parent, limit: window.limit, after }).await?;
        let lists = Arc::clone(lists);
        Ok(Self::new(page.unwrap_or_else(Page::empty), wrap, move || {
            let lists = Arc::clone(&lists);
            async move { Ok(lists.counts.one(parent).await?.unwrap_or_default()) }
        }))
    }

    /// How many rows the whole list has; one statement.
    pub(in crate::graphql::api) async fn count(&self) -> Outcome<u64> {
        (self.count)().await
    }
}

/// Declares the connection and edge types of a node type.
macro_rules! connection {
    ($(#[doc = $doc:literal])+ $name:ident, $edge:ident of $node:ident) => {
        $(#[doc = $doc])+
        pub(in $crate::graphql::api) struct $name(pub(in $crate::graphql::api) $crate::graphql::api::kit::Connection<$node>);

        $(#[doc = $doc])+
        #[async_graphql::Object]
        impl $name {
            /// The rows of this page.
            async fn nodes(&self) -> Vec<&$node> {
                self.0.rows.iter().map(|(_, node)| node).collect()
            }

            /// The rows of this page, each with its cursor.
            async fn edges(&self) -> Vec<$edge<'_>> {
                self.0.rows.iter().map(|(cursor, node)| $edge { cursor, node }).collect()
            }

            /// Where this page stands in the list.
            async fn page_info(&self) -> &async_graphql::connection::PageInfo {
                &self.0.info
            }

            /// How many rows the whole list has; counted only when asked for.
            async fn total_count(&self) -> async_graphql::Result<u64> {
                Ok(self.0.count().await?)
            }
        }

        /// A row and its cursor.
        pub(in $crate::graphql::api) struct $edge<'a> {
            cursor: &'a str,
            node: &'a $node,
        }

        /// A row and its cursor.
        #[async_graphql::Object]
        impl $edge<'_> {
            /// The place of the row, for `after` and `before`.
            async fn cursor(&self) -> &str {
                self.cursor
            }

            /// The row.
            async fn node(&self) -> &$node {
                self.node
            }
        }
    };
}
pub(in crate::graphql::api) use connection;
