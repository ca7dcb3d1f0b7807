//! Making, renaming, moving and deleting asset groups. Permission `/assetgroups/*` (contract: asset-platform §7.13).

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    db::{Tree, ancestors},
    domain::{Change, Code, Context, Key, Outcome, Permission, idempotency::Once, text, transact},
    entity::{asset, asset_group},
};

use super::{AssetGroup, ROOT};

/// A group to be made.
#[derive(Clone, Debug)]
pub struct Create {
    /// Its legacy key; one is made when none is given.
    pub unique_id: Option<String>,
    /// Its name, unique.
    pub name: String,
    /// The group above; the root when none is given.
    pub parent: Option<Key>,
    /// Makes a repetition of the call give the same group.
    pub idempotency_key: Option<String>,
}

/// What to change; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// Its name, unique.
    pub name: Option<String>,
    /// The group above; clearing it is refused.
    pub parent: Change<Key>,
    /// The version the caller saw; refused when it is another by now.
    pub expected_version: Option<i64>,
}

/// Makes a group.
pub async fn create(ctx: &Context, input: &Create) -> Outcome<AssetGroup> {
    ctx.may(Permission::AssetGroups)?;
    input.unique_id.as_deref().map_or(Ok(()), |id| text::name("uniqueId", id))?;
    text::name("name", &input.name)?;
    let words = (&input.unique_id, &input.name, format!("{:?}", input.parent));
    let once = Once::new("assetGroupCreate", input.idempotency_key.as_deref(), || words)?;
    transact!(ctx, |tx| create_in(&tx, ctx, input, once.as_ref()))
}

async fn create_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    input: &Create,
    once: Option<&Once>,
) -> Outcome<AssetGroup> {
    if let Some(once) = once
        && let Some(earlier) = once.earlier(db, ctx).await?
    {
        let row = asset_group::Entity::find_by_id(earlier.first().copied().unwrap_or_default()).one(db).await?;
        return row.ok_or_else(|| Code::AssetGroupNotFound.into());
    }
    let root = Key::UniqueId(ROOT.to_owned());
    let parent = input.parent.as_ref().unwrap_or(&root).find::<asset_group::Entity>(db).await?;
    let parent = parent.ok_or(Code::AssetGroupParentNotFound.on("parentId"))?;
    let unique_id = input.unique_id.clone().unwrap_or_else(|| ctx.app.unique_id());
    let taken = asset_group::Entity::find()
        .filter(
            Condition::any()
                .add(asset_group::Column::UniqueId.eq(unique_id.as_str()))
                .add(asset_group::Column::Name.eq(input.name.as_str())),
        )
        .one(db)
        .await?;
    if let Some(taken) = taken {
        return Err(Code::AssetGroupTaken.on(if taken.name == input.name { "name" } else { "uniqueId" }));
    }
    let now = ctx.now();
    let row = asset_group::ActiveModel {
        unique_id: Set(unique_id),
        name: Set(input.name.clone()),
        parent_id: Set(Some(parent.id)),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    let row = row.insert(db).await?;
    if let Some(once) = once {
        once.remember(db, ctx, &[row.id]).await?;
    }
    Ok(row)
}

/// Renames and moves a group.
pub async fn update(ctx: &Context, key: &Key, input: &Update) -> Outcome<AssetGroup> {
    ctx.may(Permission::AssetGroups)?;
    input.name.as_deref().map_or(Ok(()), |name| text::name("name", name))?;
    transact!(ctx, |tx| update_in(&tx, ctx, key, input))
}

async fn update_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key, input: &Update) -> Outcome<AssetGroup> {
    let group = key.find::<asset_group::Entity>(db).await?.ok_or(Code::AssetGroupNotFound.on("id"))?;
    if input.expected_version.is_some_and(|version| version != group.version) {
        return Err(Code::VersionConflict.on("expectedVersion"));
    }
    let parent = match &input.parent {
        Change::Keep => None,
        Change::Clear => return Err(Code::AssetGroupParentNotFound.on("parentId")),
        Change::Set(key) => {
            let parent = key.find::<asset_group::Entity>(db).await?;
            let parent = parent.ok_or(Code::AssetGroupParentNotFound.on("parentId"))?;
            if ancestors(db, Tree::AssetGroups, parent.id).await?.contains(&group.id) {
                return Err(Code::AssetGroupCycle.on("parentId"));
            }
            Some(parent.id)
        }
    };
    if let Some(name) = &input.name {
        let other = asset_group::Entity::find()
            .filter(asset_group::Column::Name.eq(name.as_str()))
            .filter(asset_group::Column::Id.ne(group.id))
            .one(db)
            .await?;
        if other.is_some() {
            return Err(Code::AssetGroupNameTaken.on("name"));
        }
    }
    let version = group.version;
    let mut row = group.into_active_model();
    if let Some(name) = &input.name {
        row.name = Set(name.clone());
    }
    if let Some(parent) = parent {
        row.parent_id = Set(Some(parent));
    }
    row.version = Set(version + 1);
    row.updated_at = Set(ctx.now());
    Ok(row.update(db).await?)
}

/// Deletes a group; its children and its assets move to the root. Gives the key it had.
pub async fn delete(ctx: &Context, key: &Key) -> Outcome<i64> {
    ctx.may(Permission::AssetGroups)?;
    transact!(ctx, |tx| delete_in(&tx, ctx, key))
}

async fn delete_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key) -> Outcome<i64> {
    let group = key.find::<asset_group::Entity>(db).await?.ok_or(Code::AssetGroupNotFound.on("id"))?;
    let root = Key::UniqueId(ROOT.to_owned()).find::<asset_group::Entity>(db).await?;
    let root = root.filter(|root| root.id != group.id).ok_or(Code::AssetGroupIsRoot.on("id"))?;
    asset_group::Entity::update_many()
        .col_expr(asset_group::Column::ParentId, Expr::value(root.id))
        .col_expr(asset_group::Column::Version, Expr::col(asset_group::Column::Version).add(1))
        .col_expr(asset_group::Column::UpdatedAt, Expr::value(ctx.now()))
        .filter(asset_group::Column::ParentId.eq(group.id))
        .exec(db)
        .await?;
    asset::Entity::update_many()
        .col_expr(asset::Column::GroupId, Expr::value(root.id))
        .col_expr(asset::Column::Version, Expr::col(asset::Column::Version).add(1))
        .col_expr(asset::Column::UpdatedAt, Expr::value(ctx.now()))
        .filter(asset::Column::GroupId.eq(group.id))
        .exec(db)
        .await?;
    asset_group::Entity::delete_by_id(group.id).exec(db).await?;
    Ok(group.id)
}
