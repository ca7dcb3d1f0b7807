//! Long lists for the legacy dialects: every row in one statement, read inside one snapshot while somebody takes them.

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use sea_orm::FromQueryResult;

use crate::db::Rows;

use super::{Fault, Outcome};

/// Rows in batches, in order; a fault comes as the last item.
pub type Listing<M> = BoxStream<'static, Outcome<Vec<M>>>;

/// A row by its legacy key and its name.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Titled {
    /// The legacy key.
    pub unique_id: String,
    /// The name.
    pub name: String,
}

/// Rows whose failures are faults of ours.
pub(crate) fn faults<M: Send + 'static>(rows: Rows<M>) -> Listing<M> {
    rows.map_err(Fault::from).boxed()
}
