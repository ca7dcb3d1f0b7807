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
    domain::{self, Code, Outcome},
    graphql::loaders::Loaders,
};

/// What resolvers reach through the request.
pub(super) trait Caller {
    /// Who asks, and what the server can reach.
    fn domain(&self) -> Outcome<&domain::Context>;
    /// Rows by key, once a request.
    fn loaders(&self) -> Outcome<&Loaders>;
    /// The language of texts.
    fn language(&self) -> domain::Language;
}

impl Caller for async_graphql::Context<'_> {
    fn domain(&self) -> Outcome<&domain::Context> {
        self.data_opt().ok_or_else(|| Code::Internal.into())
    }

    fn loaders(&self) -> Outcome<&Loaders> {
        self.data_opt().ok_or_else(|| Code::Internal.into())
    }

    fn language(&self) -> domain::Language {
        self.data_opt::<crate::graphql::Reader>().map(|reader| reader.language).unwrap_or_default()
    }
}
