//! A member whose userid changed.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{Expr, Func},
};

use crate::{
    domain::{Context, Outcome, directory::wecom::PLATFORM},
    entity::{person_binding, staff},
    wecom::is_userid,
};

/// Moves the link from one userid to another, and the username with it if it was the old userid and the new one is free. Nothing
/// happens when the new userid is somebody's already (contract: laravel-template §10).
pub(crate) async fn rename(db: &impl ConnectionTrait, ctx: &Context, corp: &str, old: &str, new: &str) -> Outcome<()> {
    if !is_userid(new) || old == new {
        return Ok(());
    }
    let keys = [old.to_ascii_lowercase(), new.to_ascii_lowercase()];
    let mut links = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(PLATFORM))
        .filter(person_binding::Column::Tenant.eq(corp))
        .filter(person_binding::Column::ExternalId.is_in(keys.iter().map(String::as_str)))
        .all(db)
        .await?;
    // Two of them: both userids are known, and neither is the other's.
    let Some(link) = links.pop().filter(|link| links.is_empty() && link.external_id == keys[0]) else { return Ok(()) };
    let holder = link.staff_id;
    let mut link = link.into_active_model();
    link.external_id = Set(keys[1].clone());
    link.user_id = Set(Some(new.to_owned()));
    link.news_at = Set(ctx.now());
    link.update(db).await?;

    let Some(person) = staff::Entity::find_by_id(holder.unwrap_or_default()).one(db).await? else { return Ok(()) };
    let called = Expr::expr(Func::lower(Expr::col((staff::Entity, staff::Column::Username))));
    let taken = staff::Entity::find()
        .filter(called.eq(keys[1].as_str()))
        .filter(staff::Column::Id.ne(person.id))
        .one(db)
        .await?;
    if !person.username.eq_ignore_ascii_case(old) || taken.is_some() {
        return Ok(());
    }
    let version = person.version;
    let mut person = person.into_active_model();
    person.username = Set(new.to_owned());
    person.version = Set(version + 1);
    person.updated_at = Set(ctx.now());
    person.update(db).await?;
    Ok(())
}
