//! What happens to assets, as it happens.

use async_graphql::{Context, ID, Object, Result, Subscription};
use futures_util::{Stream, StreamExt};

use crate::domain::{self, Code, events};

use super::{
    history::HistoryEntry,
    kit::{Caller, NodeKind, global_id, key},
};

/// A line of history that was just written.
#[derive(Debug)]
pub(super) struct AssetEvent(events::Event);

/// A line of history that was just written.
#[Object]
impl AssetEvent {
    /// Where to go on from after a break, as `after`: nothing is lost, the last minute may come again.
    async fn cursor(&self) -> String {
        crate::db::Cursor { order: CURSOR.to_owned(), key: crate::db::CursorKey::None(()), id: self.0.settled }.encode()
    }

    /// The id of the asset it is about.
    async fn asset_id(&self) -> ID {
        global_id(NodeKind::Asset, self.0.line.asset_id)
    }

    /// The line.
    async fn entry(&self) -> HistoryEntry {
        HistoryEntry(self.0.line.clone())
    }
}

/// Names these cursors.
const CURSOR: &str = "assetEvents";

#[derive(Debug, Default)]
pub(super) struct EventSubscription;

#[Subscription]
impl EventSubscription {
    /// What happens to assets, as it happens: everything with permission `/assets/*`, else what is about the viewer.
    async fn asset_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this asset.")] asset_id: Option<ID>,
        #[graphql(desc = "Go on behind this cursor; from now on when omitted.")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<AssetEvent>> + use<>> {
        let domain = ctx.domain()?;
        domain.person()?;
        let feed = ctx.data::<events::Feed>()?;
        let after = match after {
            Some(text) => {
                let cursor = crate::db::Cursor::decode(&text, CURSOR);
                Some(cursor.ok_or_else(|| Code::RequestInvalid.on("after"))?.id)
            }
            None => None,
        };
        let asset = match asset_id {
            Some(id) => {
                let found =
                    key(domain, NodeKind::Asset, &id).find::<crate::entity::asset::Entity>(domain.db().read()).await?;
                Some(found.ok_or_else(|| domain::Fault::from(Code::AssetNotFound))?.id)
            }
            None => None,
        };
        let stream = events::listen(domain, feed, asset, after).await?;
        Ok(stream.map(|event| Ok(AssetEvent(event?))))
    }
}
