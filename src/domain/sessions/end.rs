//! Ending sessions: logout, everything of one person, and clearing away the long dead.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    app::App,
    db,
    domain::{Context, Fault, Outcome, transact},
    entity::session,
};

/// Ends the session that speaks, in all its faces.
pub async fn end(ctx: &Context) -> Outcome<()> {
    let id = ctx.session()?;
    let now = ctx.now();
    ctx.db()
        .retry(|| async {
            let tx = ctx.db().begin().await?;
            session::Entity::update_many()
                .col_expr(session::Column::EndedAt, Expr::value(now))
                .filter(session::Column::Id.eq(id))
                .filter(session::Column::EndedAt.is_null())
                .exec(&tx)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
}

/// Ends every session of the person who speaks.
pub async fn end_everywhere(ctx: &Context) -> Outcome<()> {
    let (person, now) = (ctx.person()?.id, ctx.now());
    transact!(ctx, |tx| async { Ok::<_, Fault>(end_all(&tx, person, now).await?) })
}

/// Ends every session of a person within `tx`: called by whatever locks the person or changes the password.
pub async fn end_all(tx: &impl ConnectionTrait, staff: i64, now: DateTime<Utc>) -> Result<(), DbErr> {
    end_all_of(tx, &[staff], now).await
}

/// Ends every session of these people within `tx`, at most a thousand of them.
pub async fn end_all_of(tx: &impl ConnectionTrait, staff: &[i64], now: DateTime<Utc>) -> Result<(), DbErr> {
    if staff.is_empty() {
        return Ok(());
    }
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(now))
        .filter(session::Column::StaffId.is_in(staff.iter().copied()))
        .filter(session::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Days for which a session is kept beyond its end, so that its bearer still learns why it is refused.
const KEPT_DAYS: i64 = 30;
/// Deletes sessions that ended long ago and gives their number.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let before = app.now() - TimeDelta::days(KEPT_DAYS);
    let dead = Condition::all().add(session::Column::EndsAt.lt(before));
    Ok(db::sweep::<session::Entity>(&app.db, session::Column::Id, dead).await?)
}
