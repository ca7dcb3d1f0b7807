//! Lists of requests: all for who decides, one's own for everybody else.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::{
    db::{self, Children, CursorKey, Page, PageKey, Window},
    domain::{Context, Outcome},
    entity::{
        approval, approval_manager,
        words::{ApprovalKind, ApprovalState},
    },
};

use super::{Approval, addressed_to, visible};

/// Which requests are wanted; an empty filter wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in one of these states.
    pub states: Option<Vec<ApprovalState>>,
    /// Only of one of these kinds.
    pub kinds: Option<Vec<ApprovalKind>>,
    /// Only for this asset.
    pub asset: Option<i64>,
    /// Only by this applicant.
    pub applicant: Option<i64>,
    /// Only addressed to this person.
    pub manager: Option<i64>,
}

const fn by_entry(descending: bool) -> PageKey<approval::Entity> {
    PageKey {
        name: "approval",
        column: None,
        id: approval::Column::Id,
        descending,
        read: |row| (CursorKey::None(()), row.id),
    }
}

/// A window of the requests that `filter` wants and the actor sees, oldest or newest first.
pub async fn list(ctx: &Context, filter: &Filter, newest_first: bool, window: &Window) -> Outcome<Page<Approval>> {
    ctx.known()?;
    Ok(db::page(ctx.db().read(), select(ctx, filter), &by_entry(newest_first), window).await?)
}

/// How many requests `filter` wants and the actor sees.
pub async fn count(ctx: &Context, filter: &Filter) -> Outcome<u64> {
    ctx.known()?;
    Ok(db::count(ctx.db().read(), select(ctx, filter)).await?)
}

/// Of the requests with these keys, those that the actor sees, by key; one statement a thousand.
pub async fn seen(ctx: &Context, ids: &[i64]) -> Outcome<HashMap<i64, Approval>> {
    ctx.known()?;
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(1000) {
        let wanted = approval::Entity::find().filter(approval::Column::Id.is_in(chunk.iter().copied()));
        let rows = wanted.filter(visible(ctx)).all(ctx.db().read()).await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// The requests for assets, by the asset's key.
const OF_ASSET: Children<approval::Entity> = Children {
    name: "approval",
    parent: approval::Column::AssetId,
    id: approval::Column::Id,
    read: |row| (Some(row.asset_id), row.id),
};

/// Of each asset, the first `limit` requests behind key `after` that the actor sees, oldest first.
pub async fn list_each(
    ctx: &Context,
    assets: &[i64],
    limit: u64,
    after: Option<i64>,
) -> Outcome<HashMap<i64, Page<Approval>>> {
    ctx.known()?;
    let select = approval::Entity::find().filter(visible(ctx));
    Ok(db::page_each(ctx.db().read(), select, &OF_ASSET, assets, limit, after).await?)
}

/// How many requests that the actor sees each asset has.
pub async fn count_each(ctx: &Context, assets: &[i64]) -> Outcome<HashMap<i64, u64>> {
    ctx.known()?;
    let select = approval::Entity::find().filter(visible(ctx));
    Ok(db::count_each(ctx.db().read(), select, OF_ASSET.parent, assets).await?)
}

fn select(ctx: &Context, filter: &Filter) -> Select<approval::Entity> {
    use approval::Column;
    approval::Entity::find().filter(visible(ctx)).filter(
        Condition::all()
            .add_option(filter.states.as_ref().map(|wanted| Column::State.is_in(wanted.iter().copied())))
            .add_option(filter.kinds.as_ref().map(|wanted| Column::Kind.is_in(wanted.iter().copied())))
            .add_option(filter.asset.map(|asset| Column::AssetId.eq(asset)))
            .add_option(filter.applicant.map(|person| Column::ApplicantId.eq(person)))
            .add_option(filter.manager.map(addressed_to)),
    )
}

/// Keys of the people whom each request is addressed to, in order; one statement a thousand requests.
pub async fn managers_of(db: &impl ConnectionTrait, approvals: &[i64]) -> Outcome<HashMap<i64, Vec<i64>>> {
    let mut managers: HashMap<i64, Vec<i64>> = HashMap::with_capacity(approvals.len());
    for chunk in approvals.chunks(1000) {
        let rows = approval_manager::Entity::find()
            .filter(approval_manager::Column::ApprovalId.is_in(chunk.iter().copied()))
            .order_by_asc(approval_manager::Column::StaffId)
            .all(db)
            .await?;
        for row in rows {
            managers.entry(row.approval_id).or_default().push(row.staff_id);
        }
    }
    Ok(managers)
}

/// The requests with these keys, in their order.
pub(super) async fn in_order(db: &impl ConnectionTrait, ids: &[i64]) -> Outcome<Vec<Approval>> {
    let mut rows: HashMap<i64, Approval> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(1000) {
        let found = approval::Entity::find().filter(approval::Column::Id.is_in(chunk.iter().copied())).all(db).await?;
        rows.extend(found.into_iter().map(|row| (row.id, row)));
    }
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}
