//! A new person.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::{
    domain::{Code, Context, Key, Outcome, Permission, idempotency::Once, text, transact},
    entity::{department, staff, words::StaffGroup},
};

use super::{Hashed, Staff, set_password_in};

/// A person to be made.
#[derive(Clone)]
pub struct Create {
    /// The staff group; none stands for a word that is no group, and is refused in its turn.
    pub group: Option<StaffGroup>,
    /// Where the person belongs.
    pub department: Option<Key>,
    /// The display name; names may repeat.
    pub name: String,
    /// The login name.
    pub username: String,
    /// The first password; without one the person cannot log in by password.
    pub password: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Makes a repetition of the call give the same person.
    pub idempotency_key: Option<String>,
}

impl std::fmt::Debug for Create {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Create").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Makes a person: unlocked, without further roles. Permission `/users/*` (contract: asset-platform §7.3).
pub async fn create(ctx: &Context, input: Create) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    check(&input)?;
    let group = input.group.ok_or(Code::StaffGroupUnknown.on("group"))?;
    // The password is no part of the fingerprint: a plain hash of it must not lie in the database.
    let asked = ((group, &input.name, &input.username, &input.mobile, &input.email), format!("{:?}", input.department));
    let once = &Once::new("staffCreate", input.idempotency_key.as_deref(), || asked)?;
    let password = &match &input.password {
        Some(password) => Some(Hashed::new(ctx, password).await?),
        None => None,
    };
    transact!(ctx, |tx| create_in(&tx, ctx, &input, group, password.as_ref(), once.as_ref()))
}

fn check(input: &Create) -> Outcome<()> {
    text::name("name", &input.name)?;
    text::name("username", &input.username)?;
    if let Some(password) = &input.password {
        text::password("password", password)?;
    }
    contact("mobile", input.mobile.as_deref())?;
    contact("email", input.email.as_deref())
}

/// Passes a phone number or a mail address: a name's rules, or none.
pub(super) fn contact(field: &'static str, value: Option<&str>) -> Outcome<()> {
    value.map_or(Ok(()), |value| text::name(field, value))
}

async fn create_in(
    db: &impl ConnectionTrait,
    ctx: &Context,
    input: &Create,
    group: StaffGroup,
    password: Option<&Hashed>,
    once: Option<&Once>,
) -> Outcome<Staff> {
    if let Some(once) = once
        && let Some(made) = once.earlier(db, ctx).await?
    {
        let id = made.first().copied().unwrap_or_default();
        return super::find(db, &Key::Id(id)).await;
    }
    let department = match &input.department {
        Some(key) => Some(department_of(db, key).await?),
        None => None,
    };
    username_is_free(db, &input.username, None).await?;
    let row = staff::ActiveModel {
        unique_id: Set(ctx.app.unique_id()),
        username: Set(input.username.clone()),
        name: Set(input.name.clone()),
        staff_group: Set(group),
        department_id: Set(department),
        mobile: Set(input.mobile.clone()),
        email: Set(input.email.clone()),
        locked: Set(false),
        locked_by: Set(None),
        version: Set(1),
        created_at: Set(ctx.now()),
        updated_at: Set(ctx.now()),
        ..Default::default()
    };
    let staff = row.insert(db).await?;
    if let Some(password) = password {
        set_password_in(db, ctx, staff.id, password).await?;
    }
    if let Some(once) = once {
        once.remember(db, ctx, &[staff.id]).await?;
    }
    Ok(staff)
}

/// The key of the department that somebody is to belong to.
pub(super) async fn department_of(db: &impl ConnectionTrait, key: &Key) -> Outcome<i64> {
    let found = key.find::<department::Entity>(db).await?;
    Ok(found.ok_or(Code::DepartmentNotFound.on("departmentId"))?.id)
}

/// Passes a login name that nobody else has.
pub(super) async fn username_is_free(db: &impl ConnectionTrait, username: &str, own: Option<i64>) -> Outcome<()> {
    let holder: Option<i64> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::Username.eq(username))
        .into_tuple()
        .one(db)
        .await?;
    if holder.is_none() || holder == own { Ok(()) } else { Err(Code::UsernameTaken.on("username")) }
}
