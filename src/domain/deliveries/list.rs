//! Finding what came in and goes out.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IdenStatic, Iterable, QueryFilter, QuerySelect, Select,
    sea_query::Expr,
};

use crate::{
    db::{self, CursorKey, Page, PageKey, Window},
    domain::{Context, Outcome, Permission},
    entity::{
        inbox, outbox,
        words::{DeliveryState, Platform},
    },
};

use super::{Delivery, Direction};

/// Which deliveries are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which way.
    pub direction: Direction,
    /// Only in one of these states.
    pub states: Option<Vec<DeliveryState>>,
    /// Only from or to this platform.
    pub platform: Option<Platform>,
    /// Only of this type.
    pub kind: Option<String>,
    /// Only about this request; the inner none names one that there is not.
    pub approval: Option<Option<i64>>,
}

const INBOX: PageKey<inbox::Entity> = PageKey {
    name: "inbox",
    column: None,
    id: inbox::Column::Id,
    descending: true,
    read: |row| (CursorKey::None(()), row.id),
};

const OUTBOX: PageKey<outbox::Entity> = PageKey {
    name: "outbox",
    column: None,
    id: outbox::Column::Id,
    descending: true,
    read: |row| (CursorKey::None(()), row.id),
};

impl Direction {
    /// The order of its list, as cursors name it.
    pub const fn order(self) -> &'static str {
        match self {
            Self::Inbox => INBOX.name,
            Self::Outbox => OUTBOX.name,
        }
    }
}

/// A window of the deliveries that `filter` wants, the newest first. Permission `/users/*`.
pub async fn list(ctx: &Context, filter: &Filter, window: &Window) -> Outcome<Page<Delivery>> {
    ctx.may(Permission::Users)?;
    let db = ctx.db().read();
    Ok(match filter.direction {
        Direction::Inbox => delivered(db::page(db, incoming(filter), &INBOX, window).await?),
        Direction::Outbox => delivered(db::page(db, outgoing(filter), &OUTBOX, window).await?),
    })
}

/// How many deliveries `filter` wants. Permission `/users/*`.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.may(Permission::Users)?;
    let db = ctx.db().read();
    Ok(match filter.direction {
        Direction::Inbox => db::count(db, incoming(filter)).await?,
        Direction::Outbox => db::count(db, outgoing(filter)).await?,
    })
}

/// One delivery. Permission `/users/*`.
pub async fn get(ctx: &Context, direction: Direction, id: i64) -> Outcome<Option<Delivery>> {
    ctx.may(Permission::Users)?;
    find(ctx.db().read(), direction, id).await
}

/// The delivery with this key.
pub(super) async fn find(db: &impl ConnectionTrait, direction: Direction, id: i64) -> Outcome<Option<Delivery>> {
    Ok(match direction {
        Direction::Inbox => without_body::<inbox::Entity>(inbox::Column::Body)
            .filter(inbox::Column::Id.eq(id))
            .one(db)
            .await?
            .map(Into::into),
        Direction::Outbox => without_body::<outbox::Entity>(outbox::Column::Body)
            .filter(outbox::Column::Id.eq(id))
            .one(db)
            .await?
            .map(Into::into),
    })
}

/// How many of one direction wait, and how many were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Wait, or are being acted on.
    pub waiting: i64,
    /// Were given up.
    pub failed: i64,
}

/// How many from or to `platform` wait and failed. For those who asked for permission already.
pub async fn tally(db: &impl ConnectionTrait, direction: Direction, platform: Platform) -> Outcome<Tally> {
    let states = [DeliveryState::Waiting, DeliveryState::Working, DeliveryState::Failed];
    let number = || Expr::cust("COUNT(*)");
    let counted: Vec<(DeliveryState, i64)> = match direction {
        Direction::Inbox => {
            let wanted = inbox::Entity::find().filter(inbox::Column::Source.eq(platform.word()));
            let wanted = wanted.filter(inbox::Column::State.is_in(states)).select_only().column(inbox::Column::State);
            wanted.column_as(number(), "number").group_by(inbox::Column::State).into_tuple().all(db).await?
        }
        Direction::Outbox => {
            let wanted = outbox::Entity::find().filter(outbox::Column::Channel.eq(platform.word()));
            let wanted = wanted.filter(outbox::Column::State.is_in(states)).select_only().column(outbox::Column::State);
            wanted.column_as(number(), "number").group_by(outbox::Column::State).into_tuple().all(db).await?
        }
    };
    let mut tally = Tally::default();
    for (state, number) in counted {
        let place = if state == DeliveryState::Failed { &mut tally.failed } else { &mut tally.waiting };
        *place += number;
    }
    Ok(tally)
}

fn delivered<M: Into<Delivery>>(page: Page<M>) -> Page<Delivery> {
    let rows = page.rows.into_iter().map(|(cursor, row)| (cursor, row.into())).collect();
    Page { rows, has_next: page.has_next, has_previous: page.has_previous }
}

/// Rows with nothing in the column `body`: what was pushed may be large, and is not shown.
fn without_body<E: EntityTrait>(body: E::Column) -> Select<E> {
    let others = E::Column::iter().filter(|column| column.as_str() != body.as_str());
    E::find().select_only().columns(others).column_as(Expr::val(""), body.as_str())
}

fn incoming(filter: &Filter) -> Select<inbox::Entity> {
    use inbox::Column::{Body, Kind, Source, State};
    let Filter { states, platform, kind, approval, .. } = filter;
    let wanted = Condition::all()
        .add_option(states.as_ref().map(|states| State.is_in(states.iter().copied())))
        .add_option(platform.map(|platform| Source.eq(platform.word())))
        .add_option(kind.as_deref().map(|kind| Kind.eq(known(kind))))
        // What comes in is about no request.
        .add_option(approval.map(|_| Expr::val(false)));
    without_body(Body).filter(wanted)
}

fn outgoing(filter: &Filter) -> Select<outbox::Entity> {
    use outbox::Column::{ApprovalId, Body, Channel, Kind, State};
    let Filter { states, platform, kind, approval, .. } = filter;
    let wanted = Condition::all()
        .add_option(states.as_ref().map(|states| State.is_in(states.iter().copied())))
        .add_option(platform.map(|platform| Channel.eq(platform.word())))
        .add_option(kind.as_deref().map(|kind| Kind.eq(known(kind))))
        .add_option(approval.flatten().map(|approval| ApprovalId.eq(approval)))
        .add_option(approval.filter(Option::is_none).map(|_| Expr::val(false)));
    without_body(Body).filter(wanted)
}

/// A type that something can have: PostgreSQL cannot hold U+0000, and no type is empty.
fn known(kind: &str) -> &str {
    if kind.contains('\0') { "" } else { kind }
}
