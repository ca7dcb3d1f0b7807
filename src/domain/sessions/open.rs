//! Opening a session for somebody who has shown who they are.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::{
    Face,
    claims::{self, Subject},
    face,
};
use crate::{
    app::App,
    domain::{Code, Context, Outcome, Person, rbac},
    entity::{session, staff},
};

/// A session just opened. Its secret exists here and in what is handed to the client, nowhere else.
#[derive(Clone)]
pub struct Opened {
    /// The row.
    pub session: session::Model,
    /// Whose it is.
    pub person: Person,
    /// The person's login name.
    pub username: String,
    secret: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Opened").field("session", &self.session.id).finish_non_exhaustive()
    }
}

impl Opened {
    /// The session in this form.
    pub fn token(&self, app: &App, face: Face<'_>) -> Outcome<String> {
        match face {
            Face::Token => Ok(self.secret.clone()),
            Face::Session => Ok(face::session_string(&self.secret)),
            Face::Jwt { issuer } => claims::write(
                app,
                Subject {
                    session: self.session.id,
                    staff: self.session.staff_id,
                    began: self.session.created_at,
                    ends: self.session.ends_at,
                },
                issuer,
            ),
        }
    }
}

/// Opens a session for the person with this key, who showed who they are by other means than a password.
pub async fn open_for(ctx: &Context, staff: i64) -> Outcome<Opened> {
    ctx.db()
        .retry(|| async {
            let tx = ctx.db().begin().await?;
            let person = staff::Entity::find_by_id(staff).one(&tx).await?.ok_or(Code::StaffNotFound)?;
            let opened = open_in(&tx, ctx, &person).await?;
            tx.commit().await?;
            Ok(opened)
        })
        .await
}

/// Opens a session within `tx`, which must have read `staff`; `STAFF_LOCKED` if the person is locked.
pub async fn open_in(tx: &impl ConnectionTrait, ctx: &Context, staff: &staff::Model) -> Outcome<Opened> {
    if staff.locked {
        return Err(Code::StaffLocked.into());
    }
    let now = ctx.now();
    let secret = face::new_token(&ctx.app, now);
    let row = session::ActiveModel {
        staff_id: Set(staff.id),
        token_hash: Set(Some(face::hash_of_token(&secret))),
        door: Set(ctx.door),
        created_at: Set(now),
        seen_at: Set(now),
        ends_at: Set(now + ctx.app.sessions.absolute),
        ended_at: Set(None),
        ..Default::default()
    };
    let session = row.insert(tx).await?;
    let person = Person {
        id: staff.id,
        unique_id: staff.unique_id.clone(),
        name: staff.name.clone(),
        group: staff.staff_group,
        department_id: staff.department_id,
        permissions: rbac::permissions_of(tx, staff).await?,
        session_id: Some(session.id),
    };
    Ok(Opened { session, person, username: staff.username.clone(), secret })
}
