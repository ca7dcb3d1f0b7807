//! Fields of inputs: omitted is not null.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::domain::{self, Change, Code, Key, Keyed, Outcome, text};
use crate::entity::words::Door;

use super::{NodeKind, key};

/// A place in a tree and everything below it.
#[derive(Debug, InputObject)]
pub(in crate::graphql::api) struct InSubtreeOf {
    /// The place.
    pub(in crate::graphql::api) in_subtree_of: ID,
}

/// A field that has a value always: omitted keeps it, null is refused.
pub(in crate::graphql::api) fn given<T>(field: &'static str, value: MaybeUndefined<T>) -> Outcome<Option<T>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Err(Code::Required.on(field)),
        MaybeUndefined::Value(value) => Ok(Some(value)),
    }
}

/// A reference that may be emptied: omitted keeps it, null empties it.
pub(in crate::graphql::api) fn change(
    ctx: &domain::Context,
    kind: NodeKind,
    value: &MaybeUndefined<ID>,
) -> Change<Key> {
    match value {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(id) => Change::Set(key(ctx, kind, id)),
    }
}

/// A text that may be emptied: omitted keeps it, null empties it.
pub(in crate::graphql::api) fn change_text(value: MaybeUndefined<String>) -> Change<String> {
    match value {
        MaybeUndefined::Undefined => Change::Keep,
        MaybeUndefined::Null => Change::Clear,
        MaybeUndefined::Value(text) => Change::Set(text),
    }
}

/// Our key of the row that a filter names: the inner none when the filter names nothing, the outer none when there is no such row
/// and nothing is wanted.
pub(in crate::graphql::api) async fn named<E: Keyed>(
    ctx: &domain::Context,
    kind: NodeKind,
    id: Option<&ID>,
) -> Outcome<Option<Option<i64>>> {
    let Some(id) = id else { return Ok(Some(None)) };
    Ok(match key(ctx, kind, id) {
        Key::Id(id) => Some(Some(id)),
        key => key.find::<E>(ctx.db().read()).await?.map(|row| Some(E::keys(&row).0)),
    })
}

/// Passes what somebody searches for.
pub(in crate::graphql::api) fn searchable(search: Option<&str>) -> Outcome<()> {
    search.map_or(Ok(()), |search| text::bounded("search", search, text::LONG))
}

/// Most items of one list in an input. Legacy calls are bounded by the size of their body instead.
const MOST_ITEMS: usize = 200;

/// Passes a list that GraphQL clients may send.
pub(in crate::graphql::api) fn items<T>(ctx: &domain::Context, field: &'static str, items: &[T]) -> Outcome<()> {
    if ctx.door == Door::Graphql && items.len() > MOST_ITEMS {
        return Err(Code::TooMany.about(MOST_ITEMS).on(field));
    }
    Ok(())
}

/// Passes a day of the years 1 to 9999, which both databases know.
pub(in crate::graphql::api) fn day(
    field: &'static str,
    day: Option<chrono::NaiveDate>,
) -> Outcome<Option<chrono::NaiveDate>> {
    use chrono::Datelike;
    match day {
        Some(day) if !(1..=9999).contains(&day.year()) => Err(Code::OutOfRange.on(field)),
        day => Ok(day),
    }
}
