//! What happened: lines that are written with the change they tell of, and never changed.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, Set};

use crate::entity::{asset, history, staff, words::HistoryKind};

use super::{Actor, Context, Outcome};

mod list;
pub mod listing;
mod sentence;

pub use list::{Filter, History, count, count_each, get, list, list_each};
pub use sentence::sentence;

/// A person as a line of history names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The key.
    pub id: i64,
    /// The legacy key at that moment.
    pub unique_id: String,
    /// The name at that moment.
    pub name: String,
}

impl From<&staff::Model> for Named {
    fn from(person: &staff::Model) -> Self {
        Self { id: person.id, unique_id: person.unique_id.clone(), name: person.name.clone() }
    }
}

/// The person who acts, as history names them; none for the system.
pub fn acting(ctx: &Context) -> Option<Named> {
    match &ctx.actor {
        Actor::Person(person) => {
            Some(Named { id: person.id, unique_id: person.unique_id.clone(), name: person.name.clone() })
        }
        Actor::Nobody | Actor::System => None,
    }
}

/// One line to be written.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// What happened.
    pub kind: HistoryKind,
    /// To which asset, as it is at that moment.
    pub asset: &'a asset::Model,
    /// The person it is about.
    pub related: Option<Named>,
    /// The person who receives the asset (transfer).
    pub target: Option<Named>,
    /// The request it opened or settled.
    pub approval_id: Option<i64>,
    /// Pieces, for quantity assets.
    pub pieces: Option<i64>,
}

impl<'a> Line<'a> {
    /// A line of `kind` about `asset` that names nobody else yet.
    pub fn about(kind: HistoryKind, asset: &'a asset::Model) -> Self {
        Self { kind, asset, related: None, target: None, approval_id: None, pieces: None }
    }
}

/// Lines written by one statement; the databases bound the number of parameters.
const CHUNK: usize = 500;

/// Writes `lines` in order, all with the same time.
pub async fn write(db: &impl ConnectionTrait, ctx: &Context, at: DateTime<Utc>, lines: &[Line<'_>]) -> Outcome<()> {
    let actor = acting(ctx);
    for chunk in lines.chunks(CHUNK) {
        let rows = chunk.iter().map(|line| row(ctx, at, actor.as_ref(), line));
        history::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

fn row(ctx: &Context, at: DateTime<Utc>, actor: Option<&Named>, line: &Line<'_>) -> history::ActiveModel {
    history::ActiveModel {
        kind: Set(line.kind),
        asset_id: Set(line.asset.id),
        asset_unique_id: Set(line.asset.unique_id.clone()),
        asset_name: Set(line.asset.name.clone()),
        related_id: Set(line.related.as_ref().map(|person| person.id)),
        related_unique_id: Set(line.related.as_ref().map(|person| person.unique_id.clone())),
        related_name: Set(line.related.as_ref().map(|person| person.name.clone())),
        actor_id: Set(actor.map(|person| person.id)),
        actor_unique_id: Set(actor.map(|person| person.unique_id.clone())),
        actor_name: Set(actor.map(|person| person.name.clone())),
        approval_id: Set(line.approval_id),
        door: Set(ctx.door),
        description: Set(sentence(line, actor, at.with_timezone(&ctx.app.zone))),
        at: Set(at),
        ..Default::default()
    }
}
