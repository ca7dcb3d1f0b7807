//! Having something tried again.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    domain::{Code, Context, Outcome, Permission, transact},
    entity::{inbox, outbox, words::DeliveryState},
};

use super::{Delivery, Direction, list::find};

/// Has what waits or was given up tried again now, as if it had never been tried, and gives it as it is then. What has not been tried yet
/// is left as it is: it may be on its way at this moment. Of what is older than the 72 hours for which something is tried by itself,
/// this is one more try. Permission `/users/*`.
pub async fn retry(ctx: &Context, direction: Direction, id: i64, expected: Option<DeliveryState>) -> Outcome<Delivery> {
    ctx.may(Permission::Users)?;
    let delivery = transact!(ctx, |tx| retry_in(&tx, ctx, direction, id, expected))?;
    ctx.app.bell.ring();
    Ok(delivery)
}

async fn retry_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    direction: Direction,
    id: i64,
    expected: Option<DeliveryState>,
) -> Outcome<Delivery> {
    let seen = find(db, direction, id).await?.ok_or(Code::DeliveryNotFound)?;
    if expected.is_some_and(|expected| seen.state != expected) {
        return Err(Code::VersionConflict.on("expectedState"));
    }
    match seen.state {
        DeliveryState::Waiting if seen.attempts == 0 => return Ok(seen),
        DeliveryState::Waiting | DeliveryState::Failed => {}
        _ => return Err(Code::DeliverySettled.into()),
    }
    // Whoever took it in the meantime has changed its state or its number of tries.
    if put_back(db, ctx, &seen).await? == 0 {
        return Err(Code::VersionConflict.into());
    }
    find(db, direction, id).await?.ok_or_else(|| Code::DeliveryNotFound.into())
}

/// Puts `seen` back to those that wait, unless somebody has changed it; gives the number of rows.
async fn put_back(db: &impl ConnectionTrait, ctx: &Context, seen: &Delivery) -> Result<u64, DbErr> {
    let done = match seen.direction {
        Direction::Inbox => {
            inbox::Entity::update_many()
                .col_expr(inbox::Column::State, Expr::value(DeliveryState::Waiting))
                .col_expr(inbox::Column::Attempts, Expr::value(0))
                .col_expr(inbox::Column::NextAt, Expr::value(ctx.now()))
                .filter(inbox::Column::Id.eq(seen.id))
                .filter(inbox::Column::State.eq(seen.state))
                .filter(inbox::Column::Attempts.eq(seen.attempts))
                .exec(db)
                .await?
        }
        Direction::Outbox => {
            outbox::Entity::update_many()
                .col_expr(outbox::Column::State, Expr::value(DeliveryState::Waiting))
                .col_expr(outbox::Column::Attempts, Expr::value(0))
                .col_expr(outbox::Column::NextAt, Expr::value(ctx.now()))
                .filter(outbox::Column::Id.eq(seen.id))
                .filter(outbox::Column::State.eq(seen.state))
                .filter(outbox::Column::Attempts.eq(seen.attempts))
                .exec(db)
                .await?
        }
    };
    Ok(done.rows_affected)
}
