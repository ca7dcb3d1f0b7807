//! What Feishu tells of people and departments by itself: asked for where an event says too little, then applied by its own time
//! (contract: feishu-app §4.5).

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::{
    act::{Done, Stopped},
    departments::{self, Told},
    people::{self, News, Where},
    tenant,
};
use crate::{
    domain::{Context, Outcome},
    feishu::{Department, Object},
};

mod ask;
mod read;

use ask::Asking;
use read::Event;

/// What an event comes to, with everything that had to be asked of Feishu.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// When it happened.
    at: DateTime<Utc>,
    /// Departments, which are of use only where it is known below which one they belong.
    departments: Vec<Department>,
    /// Departments in which somebody belongs.
    places: Vec<Department>,
    /// A department that was deleted.
    gone: Option<String>,
    /// People.
    people: Vec<News>,
}

/// Reads an event of this kind, and asks Feishu for what it does not say.
pub(super) async fn prepare(
    ctx: &Context,
    kind: &str,
    at: DateTime<Utc>,
    event: &Object,
) -> Result<Result<Prepared, Done>, Stopped> {
    let mut prepared = Prepared { at, departments: Vec::new(), places: Vec::new(), gone: None, people: Vec::new() };
    let asking = Asking::of(ctx);
    match read::event(kind, event) {
        Event::Other => return Ok(Err(Done::Ignored)),
        Event::Useless(why) => return Ok(Err(Done::Unusable(why))),
        Event::Person { what, person, ids_only } => match News::new(person, what, at) {
            Some(news) => asking.person(&mut prepared, news, ids_only).await?,
            None => return Ok(Err(Done::Unusable("it names nobody"))),
        },
        Event::Department { department, ids_only } => asking.department(&mut prepared, department, ids_only).await?,
        Event::DepartmentGone(id) => prepared.gone = Some(id),
        Event::Scope { departments, people } => {
            for department in departments {
                asking.department(&mut prepared, department, false).await?;
            }
            for person in people {
                if let Some(news) = News::new(person, people::What::Came, at) {
                    asking.person(&mut prepared, news, false).await?;
                }
            }
        }
        Event::ScopeChanged => asking.scope(&mut prepared).await?,
    }
    Ok(Ok(prepared))
}

/// Brings people and departments up to date by an event, as far as it is news.
pub(super) async fn apply(db: &impl ConnectionTrait, ctx: &Context, prepared: &Prepared) -> Outcome<Done> {
    let tenant = tenant(&ctx.app, db).await?.unwrap_or_default();
    let root = departments::root(&ctx.app, db).await?;
    let mut acted = false;
    let told = |delivered| Told { tenant: &tenant, root, at: prepared.at, whole: false, delivered };
    if root.is_some() && !prepared.departments.is_empty() {
        acted |= departments::apply(db, ctx, &told(&prepared.departments)).await?;
    }
    if !prepared.places.is_empty() {
        departments::apply(db, ctx, &told(&prepared.places)).await?;
    }
    if let Some(id) = &prepared.gone {
        acted |= departments::remove(db, ctx, id, prepared.at).await?;
    }
    acted |= people::apply(db, ctx, Where { tenant: &tenant, root }, &prepared.people).await?;
    Ok(if acted { Done::Acted } else { Done::Ignored })
}
