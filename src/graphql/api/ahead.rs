//! Looking ahead: what the rows of a list will be asked for is read before they are asked, level by level, each level of a document
//! in one statement however many rows there are. What is overlooked here is still answered, by the loaders, a moment later.

use async_graphql::{Context, SelectionField};
use futures_util::future::BoxFuture;

use crate::{
    domain::{Outcome, Permissions, approvals, asset_groups, assets, deliveries::Delivery, departments, staff},
    graphql::loaders::{Lists, Nested, PageOf},
};

use super::kit::{Caller, PageArgs};

/// The selections made on the objects of one level; several when a document asks for them under several names.
#[derive(Clone)]
pub(super) struct Ahead<'a>(Vec<SelectionField<'a>>);

impl<'a> Ahead<'a> {
    /// What is asked of the object being resolved, or of each row when it is a connection.
    pub(super) fn of(ctx: &'a Context<'_>) -> Self {
        Self(vec![ctx.field()])
    }

    fn children(&self) -> impl Iterator<Item = SelectionField<'a>> {
        self.0.iter().flat_map(SelectionField::selection_set)
    }

    /// What is asked of the objects in this field.
    pub(super) fn field(&self, name: &str) -> Self {
        Self(self.children().filter(|child| child.name() == name).collect())
    }

    /// What is asked of the rows of this connection.
    pub(super) fn rows(&self) -> Self {
        let mut rows = self.field("nodes");
        rows.0.extend(self.field("edges").field("node").0);
        rows
    }

    fn is_asked(&self) -> bool {
        !self.0.is_empty()
    }

    fn asks(&self, name: &str) -> bool {
        self.field(name).is_asked()
    }
}

/// Reads ahead for rows of staff.
pub(super) fn staff<'a>(ctx: &'a Context<'_>, ahead: Ahead<'a>, rows: Vec<staff::Staff>) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let loaders = ctx.loaders()?;
        department_ids(ctx, ahead.field("department"), rows.iter().filter_map(|row| row.department_id)).await?;
        let domain = ctx.domain()?;
        let shown: Vec<i64> =
            ids(&rows, |row| row.id).into_iter().filter(|id| staff::sees_roles(domain, *id)).collect();
        let permissions = ahead.asks("permissions");
        if permissions || ahead.asks("roles") {
            loaders.roles.expect(shown.iter().copied(), Some(Vec::new())).await?;
        }
        let roles_granted = ahead.field("roles").asks("permissions");
        if permissions || roles_granted {
            let roles = loaders.roles.many(shown).await?;
            loaders.grants.expect(roles.values().flatten().map(|role| role.id), Some(Permissions::default())).await?;
        }
        if ahead.asks("directoryProfile") {
            loaders.profiles.expect(rows.iter().map(|row| row.id), Some(None)).await?;
        }
        let held = lists(&loaders.assets_of_holder, ahead.field("assets"), "entry", ids(&rows, |row| row.id));
        for (ahead, rows) in held.await? {
            self::assets(ctx, ahead, rows).await?;
        }
        Ok(())
    })
}

/// Reads ahead for roles.
pub(super) async fn roles(ctx: &Context<'_>, ahead: &Ahead<'_>, keys: impl Iterator<Item = i64>) -> Outcome<()> {
    if ahead.asks("permissions") {
        ctx.loaders()?.grants.expect(keys, Some(Permissions::default())).await?;
    }
    Ok(())
}

/// Reads people ahead, and what hangs on them.
pub(super) async fn people(ctx: &Context<'_>, ahead: Ahead<'_>, keys: impl IntoIterator<Item = i64>) -> Outcome<()> {
    if !ahead.is_asked() {
        return Ok(());
    }
    let keys: Vec<i64> = keys.into_iter().collect();
    let loaders = ctx.loaders()?;
    loaders.staff.expect(keys.iter().copied(), None).await?;
    let rows = loaders.staff.many(keys).await?.into_values().collect();
    staff(ctx, ahead, rows).await
}

/// Reads ahead for rows of departments.
pub(super) fn departments<'a>(
    ctx: &'a Context<'_>,
    ahead: Ahead<'a>,
    rows: Vec<departments::Department>,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let loaders = ctx.loaders()?;
        department_ids(ctx, ahead.field("parent"), rows.iter().filter_map(|row| row.parent_id)).await?;
        let keys = ids(&rows, |row| row.id);
        if ahead.asks("directoryPlace") {
            loaders.placements.expect(keys.iter().copied(), Some(None)).await?;
        }
        let below = lists(&loaders.departments_below, ahead.field("children"), "entry", keys.clone());
        for (ahead, rows) in below.await? {
            self::departments(ctx, ahead, rows).await?;
        }
        let people = lists(&loaders.staff_of_department, ahead.field("staff"), "entry", keys);
        for (ahead, rows) in people.await? {
            staff(ctx, ahead, rows).await?;
        }
        Ok(())
    })
}

async fn department_ids(ctx: &Context<'_>, ahead: Ahead<'_>, keys: impl IntoIterator<Item = i64>) -> Outcome<()> {
    if !ahead.is_asked() {
        return Ok(());
    }
    let keys: Vec<i64> = keys.into_iter().collect();
    let loaders = ctx.loaders()?;
    loaders.departments.expect(keys.iter().copied(), None).await?;
    let rows = loaders.departments.many(keys).await?.into_values().collect();
    departments(ctx, ahead, rows).await
}

/// Reads ahead for rows of asset groups.
pub(super) fn groups<'a>(
    ctx: &'a Context<'_>,
    ahead: Ahead<'a>,
    rows: Vec<asset_groups::AssetGroup>,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let loaders = ctx.loaders()?;
        group_ids(ctx, ahead.field("parent"), rows.iter().filter_map(|row| row.parent_id)).await?;
        let below = lists(&loaders.groups_below, ahead.field("children"), "assetGroup", ids(&rows, |row| row.id));
        for (ahead, rows) in below.await? {
            groups(ctx, ahead, rows).await?;
        }
        Ok(())
    })
}

async fn group_ids(ctx: &Context<'_>, ahead: Ahead<'_>, keys: impl IntoIterator<Item = i64>) -> Outcome<()> {
    if !ahead.is_asked() {
        return Ok(());
    }
    let keys: Vec<i64> = keys.into_iter().collect();
    let loaders = ctx.loaders()?;
    loaders.groups.expect(keys.iter().copied(), None).await?;
    let rows = loaders.groups.many(keys).await?.into_values().collect();
    groups(ctx, ahead, rows).await
}

/// Reads ahead for assets in full.
pub(super) fn assets<'a>(
    ctx: &'a Context<'_>,
    ahead: Ahead<'a>,
    rows: Vec<assets::Asset>,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let loaders = ctx.loaders()?;
        let of_holder = ahead.field("department");
        people(ctx, ahead.field("holder"), rows.iter().filter_map(|row| row.holder_id)).await?;
        people(ctx, ahead.field("applicant"), rows.iter().filter_map(|row| row.applicant_id)).await?;
        people(ctx, ahead.field("target"), rows.iter().filter_map(|row| row.target_id)).await?;
        if of_holder.is_asked() {
            let holders: Vec<i64> = rows.iter().filter_map(|row| row.holder_id).collect();
            loaders.staff.expect(holders.iter().copied(), None).await?;
            let holders = loaders.staff.many(holders).await?;
            department_ids(ctx, of_holder, holders.values().filter_map(|holder| holder.department_id)).await?;
        }
        group_ids(ctx, ahead.field("group"), rows.iter().map(|row| row.group_id)).await?;
        if ahead.asks("availableActions") {
            loaders.requested.expect(rows.iter().map(|row| row.id), Some(false)).await?;
        }
        card_ids(ctx, ahead.field("under"), rows.iter().filter_map(|row| row.under_id)).await?;
        let keys = ids(&rows, |row| row.id);
        lists(&loaders.history_of_asset, ahead.field("history"), "history", keys.clone()).await?;
        let requests = lists(&loaders.approvals_of_asset, ahead.field("approvals"), "approval", keys);
        for (ahead, rows) in requests.await? {
            self::approvals(ctx, ahead, rows).await?;
        }
        Ok(())
    })
}

/// Reads ahead for assets as the catalogue shows them.
pub(super) async fn cards(ctx: &Context<'_>, ahead: Ahead<'_>, rows: Vec<assets::Asset>) -> Outcome<()> {
    group_ids(ctx, ahead.field("group"), rows.iter().map(|row| row.group_id)).await?;
    let full = ahead.field("full");
    if !full.is_asked() {
        return Ok(());
    }
    let domain = ctx.domain()?;
    self::assets(ctx, full, rows.into_iter().filter(|row| assets::may_see(domain, row)).collect()).await
}

/// Reads assets ahead, as cards.
async fn card_ids(ctx: &Context<'_>, ahead: Ahead<'_>, keys: impl IntoIterator<Item = i64>) -> Outcome<()> {
    if !ahead.is_asked() {
        return Ok(());
    }
    let keys: Vec<i64> = keys.into_iter().collect();
    let loaders = ctx.loaders()?;
    loaders.assets.expect(keys.iter().copied(), None).await?;
    let rows = loaders.assets.many(keys).await?.into_values().collect();
    cards(ctx, ahead, rows).await
}

/// Reads ahead for requests.
pub(super) fn approvals<'a>(
    ctx: &'a Context<'_>,
    ahead: Ahead<'a>,
    rows: Vec<approvals::Approval>,
) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let loaders = ctx.loaders()?;
        people(ctx, ahead.field("applicant"), rows.iter().filter_map(|row| row.applicant_id)).await?;
        people(ctx, ahead.field("target"), rows.iter().filter_map(|row| row.target_id)).await?;
        people(ctx, ahead.field("decidedBy"), rows.iter().filter_map(|row| row.decided_by_id)).await?;
        let managers = ahead.field("managers");
        if managers.is_asked() {
            let keys = ids(&rows, |row| row.id);
            loaders.managers.expect(keys.iter().copied(), Some(Vec::new())).await?;
            let addressed = loaders.managers.many(keys).await?;
            people(ctx, managers, addressed.into_values().flatten()).await?;
        }
        card_ids(ctx, ahead.field("asset"), rows.iter().map(|row| row.asset_id)).await
    })
}

/// Reads ahead for what came in and goes out.
pub(super) async fn deliveries(ctx: &Context<'_>, ahead: Ahead<'_>, rows: Vec<Delivery>) -> Outcome<()> {
    people(ctx, ahead.field("recipient"), rows.iter().filter_map(|row| row.recipient_id)).await?;
    let about = ahead.field("approval");
    if !about.is_asked() {
        return Ok(());
    }
    let keys: Vec<i64> = rows.iter().filter_map(|row| row.approval_id).collect();
    let loaders = ctx.loaders()?;
    loaders.approvals.expect(keys.iter().copied(), Some(None)).await?;
    let seen = loaders.approvals.many(keys).await?.into_values().flatten().collect();
    approvals(ctx, about, seen).await
}

fn ids<R>(rows: &[R], id: impl Fn(&R) -> i64) -> Vec<i64> {
    rows.iter().map(id).collect()
}

/// Reads the pages of lists within the rows of `parents`, for each way in which the document asks for them; gives the rows they hold
/// with what is asked of those. Pages that are refused are left to the resolver, which says so.
async fn lists<'a, N: Nested>(
    lists: &Lists<N>,
    asked: Ahead<'a>,
    order: &str,
    parents: Vec<i64>,
) -> Outcome<Vec<(Ahead<'a>, Vec<N::Row>)>> {
    let mut read = Vec::with_capacity(asked.0.len());
    for field in asked.0 {
        let Some(window) = PageArgs::of(&field).and_then(|args| args.window(order).ok()) else { continue };
        let after = window.after.map(|cursor| cursor.id);
        let page = |parent| PageOf { parent, limit: window.limit, after };
        let expected = lists.pages.expect(parents.iter().copied().map(page), Some(crate::db::Page::empty())).await;
        if expected.is_err() {
            continue;
        }
        let this = Ahead(vec![field]);
        if this.asks("totalCount") {
            lists.counts.expect(parents.iter().copied(), Some(0)).await?;
        }
        let pages = lists.pages.many(parents.iter().copied().map(page)).await?;
        let rows = pages.into_values().flat_map(|page| page.rows).map(|(_, row)| row).collect();
        read.push((this.rows(), rows));
    }
    Ok(read)
}
