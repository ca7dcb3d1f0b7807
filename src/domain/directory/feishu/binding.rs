//! Whose account belongs to which person of Feishu (contract: feishu-app §1.3, §5.3).
//!
//! A person is known by open_id, which Feishu gives to nobody else. The tenant stands beside it and is never needed to find somebody:
//! whoever is bound by a form before any tenant is known has an empty one, which their first login fills in. Whose open_id is not known is
//! linked by their user_id until it is.

use std::collections::HashMap;

use chrono::DateTime;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select, Set,
};

use super::PLATFORM;
use crate::{
    domain::{Code, Outcome},
    entity::person_binding::{ActiveModel, Column, Entity, Model},
};

/// What stands before a user_id where the open_id of a person is not known; no open_id begins so.
const BY_USER_ID: &str = "user:";
/// What stands before the key of a link whose person left without our ever knowing their open_id.
const LEFT: &str = "left:";

/// The id under which somebody is linked whose open_id is not known.
pub(super) fn by_user_id(user_id: &str) -> String {
    format!("{BY_USER_ID}{user_id}")
}

/// The id under which somebody stays linked who left and whose open_id is not known.
pub(super) fn left(link: i64) -> String {
    format!("{LEFT}{link}")
}

/// Whether the id of a link is an open_id, by which Feishu can be asked about the person.
pub(super) fn knows_open_id(link: &Model) -> bool {
    ![BY_USER_ID, LEFT].iter().any(|prefix| link.external_id.starts_with(prefix))
}

/// The ids by which Feishu knows somebody who can be written to: one of them at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ids {
    /// The person, for this app.
    pub(crate) open_id: Option<String>,
    /// The person, within the tenant.
    pub(crate) user_id: Option<String>,
}

/// Somebody as Feishu just named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// None only where the union_id is told instead.
    pub(super) open_id: Option<String>,
    pub(super) union_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) name: Option<String>,
    /// The number, normalised; where none is told, a known one stays.
    pub(super) phone: Option<String>,
    /// The tenant; empty where none is known.
    pub(super) tenant: String,
}

/// The rows that speak of a person.
struct Rows {
    /// The one that binds the person to an account.
    bound: Option<Model>,
    /// The one that only remembers news of the person.
    remembered: Option<Model>,
}

/// Keys asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 500;

/// By which ids these people can be written to, as far as they are bound.
pub(crate) async fn reachable(db: &impl ConnectionTrait, staff: &[i64]) -> Outcome<HashMap<i64, Ids>> {
    let mut people = HashMap::with_capacity(staff.len());
    for chunk in staff.chunks(CHUNK) {
        for row in bindings().filter(Column::StaffId.is_in(chunk.iter().copied())).all(db).await? {
            let open_id = Some(row.external_id.clone()).filter(|_| knows_open_id(&row));
            if open_id.is_some() || row.user_id.is_some() {
                people.extend(row.staff_id.map(|id| (id, Ids { open_id, user_id: row.user_id })));
            }
        }
    }
    Ok(people)
}

/// The accounts that are bound to whom one of these ids names.
pub(crate) async fn accounts(
    db: &impl ConnectionTrait,
    open_id: Option<&str>,
    user_id: Option<&str>,
) -> Outcome<Vec<i64>> {
    // The databases take no U+0000, so nobody is called by it.
    let usable = |id: &&str| !id.contains('\0');
    let ids = Condition::any()
        .add_option(open_id.filter(usable).map(|id| Column::ExternalId.eq(id)))
        .add_option(user_id.filter(usable).map(|id| Column::UserId.eq(id)));
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(bindings().filter(ids).all(db).await?.into_iter().filter_map(|row| row.staff_id).collect())
}

/// The binding of an account.
pub(crate) async fn of_staff(db: &impl ConnectionTrait, staff: i64) -> Outcome<Option<Model>> {
    Ok(bindings().filter(Column::StaffId.eq(staff)).one(db).await?)
}

/// Whether an account is bound under this name.
pub(super) async fn is_bound_as(db: &impl ConnectionTrait, name: &str) -> Outcome<bool> {
    let bound = bindings().filter(Column::Name.eq(name)).filter(Column::StaffId.is_not_null());
    Ok(bound.one(db).await?.is_some())
}

/// Whether an account is bound under this number.
pub(super) async fn is_bound_by(db: &impl ConnectionTrait, phone: &str) -> Outcome<bool> {
    let bound = bindings().filter(Column::Phone.eq(phone)).filter(Column::StaffId.is_not_null());
    Ok(bound.one(db).await?.is_some())
}

/// The account that the person is bound to, with what Feishu just told of them; none if there is none.
pub(super) async fn known(db: &impl ConnectionTrait, named: &Named) -> Outcome<Option<Model>> {
    let Rows { bound, remembered } = rows(db, named).await?;
    match bound {
        Some(bound) => Ok(Some(refreshed(db, named, bound, remembered).await?)),
        None => Ok(None),
    }
}

/// Binds the person to the account with the key `staff`, instead of whom it was bound to; refuses if they are bound to another account.
pub(super) async fn bind(db: &impl ConnectionTrait, staff: i64, named: &Named) -> Outcome<Model> {
    let Rows { bound, remembered } = rows(db, named).await?;
    if let Some(bound) = bound {
        return match bound.staff_id {
            Some(owner) if owner == staff => refreshed(db, named, bound, remembered).await,
            _ => Err(Code::FeishuNameTaken.into()),
        };
    }
    if named.open_id.is_none() {
        return Err(Code::FeishuUnbound.into());
    }
    unbind(db, staff).await?;
    if let Some(remembered) = remembered {
        let row = ActiveModel { staff_id: Set(Some(staff)), ..remembered.into() };
        return Ok(written(row, named).update(db).await?);
    }
    let row = ActiveModel {
        platform: Set(PLATFORM.to_owned()),
        staff_id: Set(Some(staff)),
        info: Set("{}".to_owned()),
        made_account: Set(false),
        // A binding brings no news of the directory: events of any time count later.
        news_at: Set(DateTime::UNIX_EPOCH),
        ..Default::default()
    };
    Ok(written(row, named).insert(db).await?)
}

/// Forgets whom the account is bound to, and the tokens that go with it.
pub(super) async fn unbind(db: &impl ConnectionTrait, staff: i64) -> Outcome<()> {
    let of_account = Entity::delete_many().filter(Column::Platform.eq(PLATFORM)).filter(Column::StaffId.eq(staff));
    of_account.exec(db).await?;
    Ok(())
}

fn bindings() -> Select<Entity> {
    Entity::find().filter(Column::Platform.eq(PLATFORM)).order_by_asc(Column::Id)
}

/// The rows of a person: by open_id, else by union_id, else by the user_id where nothing better was known.
async fn rows(db: &impl ConnectionTrait, named: &Named) -> Outcome<Rows> {
    let unknown = named.user_id.as_deref().map(by_user_id);
    let external = [named.open_id.as_deref(), unknown.as_deref()].into_iter().flatten();
    let ids = Condition::any()
        .add(Column::ExternalId.is_in(external))
        .add_option(named.union_id.as_deref().map(|union_id| Column::UnionId.eq(union_id)));
    let mut rows = bindings().filter(ids).all(db).await?;
    let is_meant = |row: &Model| named.open_id.as_deref() == Some(row.external_id.as_str());
    let is_by_user_id = |row: &Model| unknown.as_deref() == Some(row.external_id.as_str());
    // Stable: of equals, the oldest first.
    rows.sort_by_key(|row| (!is_meant(row), is_by_user_id(row)));
    let (bound, remembered): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.staff_id.is_some());
    Ok(Rows { bound: bound.into_iter().next(), remembered: remembered.into_iter().find(is_meant) })
}

/// The row that binds the person, as Feishu names them now. What was remembered of the open_id that they have now goes into it.
async fn refreshed(
    db: &impl ConnectionTrait,
    named: &Named,
    bound: Model,
    remembered: Option<Model>,
) -> Outcome<Model> {
    let mut row: ActiveModel = bound.clone().into();
    if let Some(remembered) = remembered {
        Entity::delete_by_id(remembered.id).exec(db).await?;
        row.news_at = Set(bound.news_at.max(remembered.news_at));
    }
    let row = written(row, named);
    if row.is_changed() { Ok(row.update(db).await?) } else { Ok(bound) }
}

/// `row` with everything that was told of the person.
fn written(mut row: ActiveModel, named: &Named) -> ActiveModel {
    if let Some(open_id) = &named.open_id {
        row.external_id.set_if_not_equals(open_id.clone());
    }
    for (column, told) in [
        (&mut row.union_id, &named.union_id),
        (&mut row.user_id, &named.user_id),
        (&mut row.name, &named.name),
        (&mut row.phone, &named.phone),
    ] {
        if told.is_some() {
            column.set_if_not_equals(told.clone());
        }
    }
    if row.tenant.is_not_set() || !named.tenant.is_empty() {
        row.tenant.set_if_not_equals(named.tenant.clone());
    }
    row
}
