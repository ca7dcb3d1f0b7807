//! What every subject of the schema shares: the caller, opaque ids, pages, payloads.

mod connection;
mod id;
mod input;
mod payload;

pub(super) use connection::{Connection, PageArgs, connection};
pub(super) use id::{NodeKind, RoleBy, RowBy, StaffBy, global_id, key, numbered_role_key, own_key, parse_id, role_key};
pub(super) use input::{InSubtreeOf, change, change_text, day, given, items, named, searchable};
pub(super) use payload::{UserError, payload, settle, user_errors};

use crate::{
    app::Counted,
    domain::{self, Code, Outcome},
    graphql::{Reader, loaders::Loaders},
};

/// What resolvers reach through the request.
pub(super) trait Caller {
    /// Who asks, and what the server can reach.
    fn domain(&self) -> Outcome<&domain::Context>;
    /// Rows by key, once a request.
    fn loaders(&self) -> Outcome<&Loaders>;
    /// The language of texts.
    fn language(&self) -> domain::Language;
    /// Counts a call of a public door; refused when there were too many from where it comes.
    fn count(&self, door: Counted) -> Outcome<()>;
}

impl Caller for async_graphql::Context<'_> {
    fn domain(&self) -> Outcome<&domain::Context> {
        self.data_opt().ok_or_else(|| Code::Internal.into())
    }

    fn loaders(&self) -> Outcome<&Loaders> {
        self.data_opt().ok_or_else(|| Code::Internal.into())
    }

    fn language(&self) -> domain::Language {
        self.data_opt::<Reader>().map(|reader| reader.language).unwrap_or_default()
    }

    fn count(&self, door: Counted) -> Outcome<()> {
        let Some(client) = self.data_opt::<Reader>().and_then(|reader| reader.client) else { return Ok(()) };
        let counted = self.domain()?.app.rates.count(door, client);
        counted
            .map_err(|exceeded| Code::LimitExceeded.about(format_args!("calls a minute, wait {} s", exceeded.seconds)))
    }
}
