//! Keyset pages: a window over rows ordered by one column and then by key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Datelike;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoSimpleExpr, Order, QueryFilter, QueryOrder, QuerySelect,
    Select, Value,
};
use serde::{Deserialize, Serialize};

/// The value of the ordering column in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CursorKey {
    /// Ordered by key alone.
    None(()),
    /// A number.
    Int(i64),
    /// A text; dates and times order by their own column type.
    Text(String),
    /// A day.
    Date {
        /// The day, `YYYY-MM-DD`.
        day: chrono::NaiveDate,
    },
    /// A moment.
    Time {
        /// The moment, in whole microseconds.
        at: chrono::DateTime<chrono::Utc>,
    },
}

impl CursorKey {
    fn value(&self) -> Option<Value> {
        match self {
            Self::None(()) => None,
            Self::Int(number) => Some((*number).into()),
            Self::Text(text) => Some(text.clone().into()),
            Self::Date { day } => Some((*day).into()),
            Self::Time { at } => Some((*at).into()),
        }
    }
}

/// A place between two rows: the ordering value and key of the row before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Names the order it belongs to; a cursor of another order is refused.
    #[serde(rename = "o")]
    pub order: String,
    /// The row's value in the ordering column.
    #[serde(rename = "k")]
    pub key: CursorKey,
    /// The row's key.
    #[serde(rename = "i")]
    pub id: i64,
}

impl Cursor {
    /// The opaque text that clients keep.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads what [`Cursor::encode`] wrote for `order`; none for anything else.
    pub fn decode(text: &str, order: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cursor: Self = serde_json::from_slice(&bytes).ok()?;
        (cursor.order == order).then_some(cursor)
    }
}

/// Which part of an ordered list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Most rows to give.
    pub limit: u64,
    /// Whether to take the last rows of the range rather than the first.
    pub from_end: bool,
    /// Only rows behind this place.
    pub after: Option<Cursor>,
    /// Only rows before this place.
    pub before: Option<Cursor>,
}

impl Window {
    /// The first `limit` rows.
    pub fn first(limit: u64) -> Self {
        Self { limit, from_end: false, after: None, before: None }
    }
}

/// What an ordering column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Numbers.
    Int,
    /// Texts.
    Text,
    /// Days.
    Date,
    /// Moments.
    Time,
}

impl CursorKey {
    /// Whether it can be a value of such a column; what a client made up may not.
    fn fits(&self, shape: Option<Shape>) -> bool {
        match (self, shape) {
            (Self::None(()), None) | (Self::Int(_), Some(Shape::Int)) | (Self::Date { .. }, Some(Shape::Date)) => true,
            (Self::Text(text), Some(Shape::Text)) => !text.contains('\0'),
            // The years that both databases know.
            (Self::Time { at }, Some(Shape::Time)) => (1..=9999).contains(&at.year()),
            _ => false,
        }
    }
}

/// How a list is ordered: by one column, then by key in the same direction.
pub struct PageKey<E: EntityTrait> {
    /// Names the order in cursors.
    pub name: &'static str,
    /// The ordering column and what it holds; none orders by key alone.
    pub column: Option<(E::Column, Shape)>,
    /// The key column.
    pub id: E::Column,
    /// Whether the largest comes first.
    pub descending: bool,
    /// Reads the cursor's parts from a row.
    pub read: fn(&E::Model) -> (CursorKey, i64),
}

/// Rows of a window and whether there are more on either side.
#[derive(Clone, Debug)]
pub struct Page<M> {
    /// The rows in the list's order, each with its place.
    pub rows: Vec<(Cursor, M)>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows come before.
    pub has_previous: bool,
}

impl<M> Page<M> {
    /// A page without rows.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }

    /// The rows without their places.
    pub fn models(&self) -> impl Iterator<Item = &M> {
        self.rows.iter().map(|(_, model)| model)
    }
}

/// Reads one window of `select` in one statement.
pub async fn page<E>(
    db: &impl ConnectionTrait,
    select: Select<E>,
    key: &PageKey<E>,
    window: &Window,
) -> Result<Page<E::Model>, DbErr>
where
    E: EntityTrait,
    E::Model: FromQueryResult + Sized + Send + Sync,
{
    let mut select = select;
    if let Some(after) = &window.after {
        select = select.filter(beyond(key, after, !key.descending));
    }
    if let Some(before) = &window.before {
        select = select.filter(beyond(key, before, key.descending));
    }
    let order = if key.descending != window.from_end { Order::Desc } else { Order::Asc };
    if let Some((column, _)) = key.column {
        select = select.order_by(column, order.clone());
    }
    let mut rows = select.order_by(key.id, order).limit(window.limit + 1).all(db).await?;
    let more = rows.len() as u64 > window.limit;
    rows.truncate(window.limit as usize);
    if window.from_end {
        rows.reverse();
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|model| {
            let (value, id) = (key.read)(&model);
            (Cursor { order: key.name.to_owned(), key: value, id }, model)
        })
        .collect();
    let (has_next, has_previous) =
        if window.from_end { (window.before.is_some(), more) } else { (more, window.after.is_some()) };
    Ok(Page { rows, has_next, has_previous })
}

/// Rows on the far side of `cursor`: `(column, id) > (k, i)`, or the mirror image; none for a cursor that fits no row.
fn beyond<E: EntityTrait>(key: &PageKey<E>, cursor: &Cursor, ascending: bool) -> Condition {
    let past = |column: SimpleExpr, value: Value| if ascending { column.gt(value) } else { column.lt(value) };
    let id = past(key.id.into_simple_expr(), cursor.id.into());
    match (key.column, cursor.key.value()) {
        _ if !cursor.key.fits(key.column.map(|(_, shape)| shape)) => Condition::all().add(Expr::val(false)),
        // A comparison of rows, because both databases answer it from the index; "a > x OR (a = x AND b > y)" they scan for.
        (Some((column, _)), Some(value)) => {
            let row = Expr::tuple([column.into_simple_expr(), key.id.into_simple_expr()]);
            let place = Expr::tuple([Expr::val(value), Expr::val(cursor.id)]);
            Condition::all().add(if ascending { row.gt(place) } else { row.lt(place) })
        }
        _ => Condition::all().add(id),
    }
}
