//! Changing what is known about somebody.

use sea_orm::{ConnectionTrait, Set};

use crate::{
    domain::{Change, Code, Context, Key, Outcome, Permission, text, transact},
    entity::staff,
};

use super::{
    Staff, change,
    create::{contact, department_of, username_is_free},
    find,
};

/// What to change; what is not given stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Update {
    /// The display name.
    pub name: Option<String>,
    /// The login name.
    pub username: Option<String>,
    /// Where the person belongs.
    pub department: Change<Key>,
    /// The phone number.
    pub mobile: Change<String>,
    /// The mail address.
    pub email: Change<String>,
    /// The version the caller saw; refused when it is another by now.
    pub expected_version: Option<i64>,
}

/// Changes a person. Permission `/users/*`.
pub async fn update(ctx: &Context, key: &Key, input: &Update) -> Outcome<Staff> {
    ctx.may(Permission::Users)?;
    check(input)?;
    transact!(ctx, |tx| update_in(&tx, ctx, key, input))
}

fn check(input: &Update) -> Outcome<()> {
    input.name.as_deref().map_or(Ok(()), |name| text::name("name", name))?;
    input.username.as_deref().map_or(Ok(()), |username| text::name("username", username))?;
    contact("mobile", input.mobile.value().map(String::as_str))?;
    contact("email", input.email.value().map(String::as_str))
}

async fn update_in(db: &impl ConnectionTrait, ctx: &Context, key: &Key, input: &Update) -> Outcome<Staff> {
    let staff = find(db, key).await?;
    if input.expected_version.is_some_and(|version| version != staff.version) {
        return Err(Code::VersionConflict.on("expectedVersion"));
    }
    let department = match &input.department {
        Change::Keep => staff.department_id,
        Change::Clear => None,
        Change::Set(key) => Some(department_of(db, key).await?),
    };
    if let Some(username) = &input.username {
        username_is_free(db, username, Some(staff.id)).await?;
    }
    change(db, ctx, staff, |row: &mut staff::ActiveModel| {
        row.department_id = Set(department);
        if let Some(name) = &input.name {
            row.name = Set(name.clone());
        }
        if let Some(username) = &input.username {
            row.username = Set(username.clone());
        }
        if input.mobile != Change::Keep {
            row.mobile = Set(input.mobile.value().cloned());
        }
        if input.email != Change::Keep {
            row.email = Set(input.email.value().cloned());
        }
    })
    .await
}
