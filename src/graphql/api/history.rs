//! History in GraphQL.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use crate::{
    domain::{self, history},
    entity::words::{Door, HistoryKind},
};

use super::kit::{Caller, Connection, NodeKind, PageArgs, connection, day, global_id, key, searchable};

/// A line of history: written once, never changed, with the ids and names of that moment.
#[derive(Clone, Debug)]
pub(super) struct HistoryEntry(pub(super) history::History);

/// A line of history: written once, never changed, with the ids and names of that moment.
#[Object]
impl HistoryEntry {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::History, self.0.id)
    }

    /// What happened.
    #[graphql(name = "type")]
    async fn kind(&self) -> HistoryKind {
        self.0.kind
    }

    /// The asset's legacy key.
    async fn asset_unique_id(&self) -> &str {
        &self.0.asset_unique_id
    }

    /// The asset's name at that time.
    async fn asset_name(&self) -> &str {
        &self.0.asset_name
    }

    /// The legacy key of the person it is about.
    async fn related_unique_id(&self) -> Option<&str> {
        self.0.related_unique_id.as_deref()
    }

    /// The name, at that time, of the person it is about.
    async fn related_name(&self) -> Option<&str> {
        self.0.related_name.as_deref()
    }

    /// The legacy key of the person who did it; none for the system.
    async fn actor_unique_id(&self) -> Option<&str> {
        self.0.actor_unique_id.as_deref()
    }

    /// The name, at that time, of the person who did it.
    async fn actor_name(&self) -> Option<&str> {
        self.0.actor_name.as_deref()
    }

    /// The door it came through.
    async fn via(&self) -> Door {
        self.0.door
    }

    /// The sentence that the legacy dialects print, in Chinese with the local time.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
}

connection! {
    /// A page of history.
    HistoryConnection, HistoryEdge of HistoryEntry
}

/// Which lines of history are wanted.
#[derive(Debug, Default, InputObject)]
pub(super) struct HistoryFilter {
    /// Only of this asset.
    asset_id: Option<ID>,
    /// Only about this person.
    related_id: Option<ID>,
    /// Only of these types.
    types: Option<Vec<HistoryKind>>,
    /// Only from this time on.
    from: Option<DateTime<Utc>>,
    /// Only before this time.
    to: Option<DateTime<Utc>>,
    /// Only lines whose text, or whose asset's or person's key or name, contains this; ASCII letters compare without case.
    search: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// What happened to all assets. Permission `/assets/*`.
    #[expect(clippy::too_many_arguments, reason = "they are the field's arguments")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which lines are wanted.")] filter: Option<HistoryFilter>,
        #[graphql(desc = "Whether the newest line comes first.", default)] newest_first: bool,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<HistoryConnection> {
        let domain = ctx.domain()?;
        let filter = filter.unwrap_or_default();
        searchable(filter.search.as_deref())?;
        for (field, time) in [("from", filter.from), ("to", filter.to)] {
            day(field, time.map(|time| time.date_naive()))?;
        }
        let filter = history::Filter {
            asset: filter.asset_id.map(|id| key(domain, NodeKind::Asset, &id)),
            related: filter.related_id.map(|id| key(domain, NodeKind::Staff, &id)),
            kinds: filter.types,
            from: filter.from,
            to: filter.to,
            search: filter.search,
        };
        Ok(page(domain, filter, newest_first, &PageArgs { first, after, last, before }).await?)
    }
}

/// A page of the lines that `filter` wants.
pub(super) async fn page(
    domain: &domain::Context,
    filter: history::Filter,
    newest_first: bool,
    args: &PageArgs,
) -> domain::Outcome<HistoryConnection> {
    let page = history::list(domain, &filter, newest_first, &args.window("history")?).await?;
    let domain = domain.clone();
    Ok(HistoryConnection(Connection::new(page, HistoryEntry, move || {
        let (domain, filter) = (domain.clone(), filter.clone());
        async move { history::count(&domain, &filter).await }
    })))
}
