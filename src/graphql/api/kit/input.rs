//! Fields of inputs: omitted is not null.

use async_graphql::{ID, MaybeUndefined};

use crate::domain::{self, Change, Code, Key, Outcome};

use super::{NodeKind, key};

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
