//! Login by name and password.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement};

use super::{Opened, open_in};
use crate::{
    domain::{Code, Context, Outcome, staff, text},
    entity::{self, credential, words::Door},
};

/// A name and a password as somebody typed them.
#[derive(Clone, PartialEq, Eq)]
pub struct Create {
    /// The login name, compared exactly; through the laravel door also without regard to case if one person alone is called so.
    pub username: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Create {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Create").field("username", &self.username).finish_non_exhaustive()
    }
}

/// Opens a session for who knows the password. An unknown name and a wrong password are the same refusal after the same work;
/// that the person is locked is told only to who knows the password.
pub async fn create(ctx: &Context, input: Create) -> Outcome<Opened> {
    // The database takes no U+0000, and nobody has such a name or so long a password.
    let possible = text::bounded("username", &input.username, text::SHORT).is_ok();
    let fitting = text::password("password", &input.password).is_ok();
    let known = if possible { known(ctx, &input.username).await? } else { None };
    let stored = known.as_ref().map(|known| known.password_hash.as_str()).filter(|_| fitting);
    let password = if fitting { input.password.as_str() } else { "" };
    let right = ctx.app.hashing.check(password, stored).await?;
    let Some(known) = known.filter(|_| right) else { return Err(Code::LoginFailed.into()) };
    let known = &known;
    ctx.db()
        .retry(|| async {
            let tx = ctx.db().begin().await?;
            // The password may have been changed while it was being checked: a session opened now would survive the change.
            let credential = credential::Entity::find_by_id(known.staff_id).one(&tx).await?;
            if credential.is_none_or(|now| now.password_hash != known.password_hash) {
                return Err(Code::LoginFailed.into());
            }
            let person = entity::staff::Entity::find_by_id(known.staff_id).one(&tx).await?.ok_or(Code::LoginFailed)?;
            let opened = open_in(&tx, ctx, &person).await?;
            tx.commit().await?;
            Ok(opened)
        })
        .await
}

struct Known {
    staff_id: i64,
    password_hash: String,
}

async fn known(ctx: &Context, username: &str) -> Outcome<Option<Known>> {
    let db = ctx.db().read();
    if ctx.door == Door::Laravel {
        let Some(person) = staff::named(db, username).await? else { return Ok(None) };
        let credential = credential::Entity::find_by_id(person.id).one(db).await?;
        return Ok(credential.map(|row| Known { staff_id: person.id, password_hash: row.password_hash }));
    }
    Ok(exactly(db, username).await?)
}

async fn exactly(db: &impl ConnectionTrait, username: &str) -> Result<Option<Known>, DbErr> {
    const SQL: &str = "SELECT staff.id, credential.password_hash FROM staff JOIN credential ON credential.staff_id = staff.id \
                       WHERE staff.username = $1";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SQL, [username.into()]);
    let row = db.query_one_raw(statement).await?;
    row.map(|row| Ok(Known { staff_id: row.try_get_by_index(0)?, password_hash: row.try_get_by_index(1)? })).transpose()
}
