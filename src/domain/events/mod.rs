//! What happens to assets, told as it happens: history, read by one poller for all who listen.

use std::{collections::HashSet, time::Duration};

use futures_util::stream::{self, Stream};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{app::App, entity::history};

use super::{Actor, Code, Context, Outcome, Permission, sessions};

mod feed;

pub use feed::Feed;

/// A line of history and where to go on from.
#[derive(Clone, Debug)]
pub struct Event {
    /// The key behind which nothing is missing: whoever goes on from here gets every later line, and perhaps some again.
    pub settled: i64,
    /// The line.
    pub line: history::Model,
}

/// How often a listener's right to listen is looked at when nothing happens.
const PULSE: Duration = Duration::from_secs(15);

/// Lines read at once.
const CHUNK: u64 = 200;

/// A listener: what it may see, and how far it is.
struct Listener {
    ctx: Context,
    live: Receiver<Event>,
    asset: Option<i64>,
    /// Where catching up goes on; none once it is done.
    behind: Option<i64>,
    ready: std::collections::VecDeque<Event>,
    /// What the past has brought, as far as the live feed may bring it again.
    told: HashSet<i64>,
    checked: tokio::time::Instant,
}

/// Lines of history from now on, or from behind `after` on; only of `asset` if given. Who keeps assets gets all, others what is
/// about themselves. Ends with a fault when the session ends or the listener is too slow; `after` then goes on without loss.
pub async fn listen(
    ctx: &Context,
    feed: &Feed,
    asset: Option<i64>,
    after: Option<i64>,
) -> Outcome<impl Stream<Item = Outcome<Event>> + use<>> {
    ctx.person()?;
    let listener = Listener {
        ctx: ctx.clone(),
        live: feed.listen(&ctx.app).await?,
        asset,
        behind: after,
        ready: std::collections::VecDeque::new(),
        told: HashSet::new(),
        checked: tokio::time::Instant::now(),
    };
    Ok(stream::unfold(Some(listener), |listener| async {
        let mut listener = listener?;
        match listener.next().await {
            Ok(event) => Some((Ok(event), Some(listener))),
            Err(fault) => Some((Err(fault), None)),
        }
    }))
}

impl Listener {
    async fn next(&mut self) -> Outcome<Event> {
        loop {
            let event = match self.ready.pop_front() {
                // The live feed may bring what the past has brought already.
                Some(event) if !self.told.insert(event.line.id) => continue,
                Some(event) => event,
                None if self.behind.is_some() => {
                    self.catch_up().await?;
                    continue;
                }
                None => match tokio::time::timeout(PULSE, self.live.recv()).await {
                    Ok(Ok(event)) if self.told.contains(&event.line.id) => continue,
                    Ok(Ok(event)) => event,
                    Ok(Err(RecvError::Lagged(_))) => {
                        return Err(Code::LimitExceeded.about("events waiting for a slow listener"));
                    }
                    Ok(Err(RecvError::Closed)) => return Err(Code::Busy.into()),
                    Err(_) => {
                        self.check().await?;
                        continue;
                    }
                },
            };
            self.check_now_and_then().await?;
            let wanted = self.asset.is_none_or(|asset| asset == event.line.asset_id);
            if wanted && may_hear(&self.ctx, &event.line) {
                return Ok(event);
            }
        }
    }

    /// Reads the next lines of the past.
    async fn catch_up(&mut self) -> Outcome<()> {
        let Some(behind) = self.behind else { return Ok(()) };
        self.check_now_and_then().await?;
        let lines = self.past(behind).await?;
        self.behind = lines.last().map(|line| line.id).filter(|_| lines.len() as u64 == CHUNK);
        let cutoff = self.ctx.now() - feed::SETTLE;
        let (mut settled, mut settling) = (behind, true);
        for line in lines {
            settling &= line.at < cutoff;
            if settling {
                settled = line.id;
            }
            self.ready.push_back(Event { settled, line });
        }
        // What has settled long ago the live feed does not bring again.
        self.told.retain(|id| *id > settled);
        Ok(())
    }

    /// The next lines behind a key that this listener may hear and wants.
    async fn past(&self, behind: i64) -> Outcome<Vec<history::Model>> {
        use history::Column::{ActorId, AssetId, Id, RelatedId};
        let mut wanted = Condition::all().add(Id.gt(behind)).add_option(self.asset.map(|asset| AssetId.eq(asset)));
        if !self.ctx.holds(Permission::Assets) {
            let own = self.ctx.person()?.id;
            wanted = wanted.add(Condition::any().add(RelatedId.eq(own)).add(ActorId.eq(own)));
        }
        let lines = history::Entity::find().filter(wanted).order_by_asc(Id).limit(CHUNK);
        Ok(lines.all(self.ctx.db().read()).await?)
    }

    /// Looks at the session once a second at most.
    async fn check_now_and_then(&mut self) -> Outcome<()> {
        if self.checked.elapsed() < Duration::from_secs(1) { Ok(()) } else { self.check().await }
    }

    /// Looks whether the session still lives, and what the person may do by now.
    async fn check(&mut self) -> Outcome<()> {
        let session = self.ctx.session()?;
        self.ctx.actor = Actor::Person(sessions::renew(&self.ctx.app, session).await?);
        self.checked = tokio::time::Instant::now();
        Ok(())
    }
}

fn may_hear(ctx: &Context, line: &history::Model) -> bool {
    ctx.holds(Permission::Assets) || [line.related_id, line.actor_id].into_iter().flatten().any(|id| ctx.is(id))
}

/// Lines behind a key, in order.
async fn lines_after(app: &App, after: i64, most: u64) -> Outcome<Vec<history::Model>> {
    let lines =
        history::Entity::find().filter(history::Column::Id.gt(after)).order_by_asc(history::Column::Id).limit(most);
    Ok(lines.all(app.db.read()).await?)
}
