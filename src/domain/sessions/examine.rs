//! Whether a text is a live session, whose, and if not, why not.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement, Value, sea_query::Expr};

use super::{
    claims::{self, Subject},
    face::{self, Form},
};
use crate::{
    app::App,
    db::Database,
    domain::{Code, Fault, Outcome, Permission, Permissions, Person},
    entity::{session, staff, words::StaffGroup},
};

/// Why a text does not open a session.
#[derive(Clone, Debug)]
pub enum Refused {
    /// It has none of the three forms.
    Malformed,
    /// It looks like an opaque face, but there is no such session.
    Unknown,
    /// It has three parts, but header and payload are not JSON objects in base64url.
    Undecodable,
    /// A JWT that we did not sign.
    BadSignature,
    /// A JWT of ours without the claims that every one has.
    ClaimsMissing,
    /// A JWT from the future.
    NotYetValid,
    /// The JWT has expired, or the opaque face was not used for too long.
    Expired,
    /// The session is past its absolute end.
    ExpiredForGood,
    /// Logout or a new password ended the session.
    Ended,
    /// The session ended because the person was locked, and the person still is.
    Locked,
    /// The person was deleted.
    PersonGone,
    /// We could not find out.
    Failed(Fault),
}

impl From<DbErr> for Refused {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Failed(fault) => fault,
            _ => Code::Unauthenticated.into(),
        }
    }
}

/// A live session.
#[derive(Clone, Debug)]
pub struct Live {
    session: i64,
    /// Whose it is, with permissions as of now.
    pub person: Person,
    /// When it began.
    pub began: DateTime<Utc>,
    /// Its absolute end.
    pub ends: DateTime<Utc>,
}

impl Live {
    /// A fresh JWT for the same session, as every authenticated reply of the laravel dialect carries.
    pub fn jwt(&self, app: &App, issuer: &str) -> Outcome<String> {
        let subject = Subject { session: self.session, staff: self.person.id, began: self.began, ends: self.ends };
        claims::write(app, subject, issuer)
    }
}

/// The person whose live session `token` is, in any of the three faces; `UNAUTHENTICATED` for anything else.
pub async fn authenticate(app: &Arc<App>, token: &str) -> Outcome<Person> {
    Ok(examine(app, token).await?.person)
}

/// The live session that `token` opens, or why it opens none. One statement, and once a minute a second that notes the use.
pub async fn examine(app: &Arc<App>, token: &str) -> Result<Live, Refused> {
    let now = app.now();
    let found = match face::form(token).ok_or(Refused::Malformed)? {
        Form::Jwt => by_jwt(app, token, now).await?,
        Form::Token => by_hash(app, face::hash_of_token(token), now).await?,
        Form::Session => by_hash(app, face::hash_of_session(token), now).await?,
    };
    if now - found.seen_at >= untouched(app) {
        touch(app.db.clone(), found.session_id, now).await;
    }
    Ok(found.live())
}

/// The person of a session as of now, for work that outlasts a request; `UNAUTHENTICATED` once it has ended.
pub async fn renew(app: &App, session: i64) -> Outcome<Person> {
    let found = find(&app.db, BY_ID, session.into()).await?.ok_or(Code::Unauthenticated)?;
    Ok(found.judge(app.now()).map_err(Fault::from)?.person)
}

async fn by_jwt(app: &App, token: &str, now: DateTime<Utc>) -> Result<Found, Refused> {
    let claims = claims::read(app, token)?;
    let found = match claims.session {
        Some(session) => find(&app.db, BY_ID, session.into()).await?,
        None => None,
    };
    let Some(found) = found.filter(|found| found.staff_id == claims.staff) else {
        let exists = staff::Entity::find_by_id(claims.staff).one(app.db.read()).await?.is_some();
        return Err(if exists { Refused::Ended } else { Refused::PersonGone });
    };
    found.judge(now)
}

async fn by_hash(app: &App, hash: String, now: DateTime<Utc>) -> Result<Found, Refused> {
    let found = find(&app.db, BY_HASH, hash.into()).await?.ok_or(Refused::Unknown)?.judge(now)?;
    let unused = (now - found.seen_at).to_std().unwrap_or_default();
    if unused >= app.sessions.idle { Err(Refused::Expired) } else { Ok(found) }
}

/// A session with its person and one of the permissions of the person's roles.
#[derive(Debug, FromQueryResult)]
struct Row {
    session_id: i64,
    began: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    ends: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    staff_id: i64,
    unique_id: String,
    name: String,
    staff_group: StaffGroup,
    department_id: Option<i64>,
    locked: bool,
    permission: Option<String>,
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT session.id AS session_id, session.created_at AS began, session.seen_at, session.ends_at AS ends, \
             session.ended_at, staff.id AS staff_id, staff.unique_id, staff.name, staff.staff_group, staff.department_id, \
             staff.locked, role_permission.permission \
             FROM session JOIN staff ON staff.id = session.staff_id \
             LEFT JOIN staff_role ON staff_role.staff_id = staff.id \
             LEFT JOIN role_permission ON role_permission.role_id = staff_role.role_id WHERE ",
            $condition
        )
    };
}

const BY_ID: &str = select!("session.id = $1");
const BY_HASH: &str = select!("session.token_hash = $1");

/// A session with its person and permissions.
#[derive(Debug)]
struct Found {
    session_id: i64,
    began: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    ends: DateTime<Utc>,
    ended: bool,
    staff_id: i64,
    locked: bool,
    person: Person,
}

async fn find(db: &Database, sql: &str, key: Value) -> Result<Option<Found>, DbErr> {
    let db = db.read();
    let statement = Statement::from_sql_and_values(sea_orm::ConnectionTrait::get_database_backend(db), sql, [key]);
    let rows = Row::find_by_statement(statement).all(db).await?;
    let roles: Vec<Permission> = rows.iter().filter_map(|row| Permission::parse(row.permission.as_deref()?)).collect();
    Ok(rows.into_iter().next().map(|row| Found::of(row, &roles)))
}

impl Found {
    fn of(row: Row, roles: &[Permission]) -> Self {
        let permissions = roles.iter().copied().fold(Permissions::of_group(row.staff_group), Permissions::with);
        Self {
            session_id: row.session_id,
            began: row.began,
            seen_at: row.seen_at,
            ends: row.ends,
            ended: row.ended_at.is_some(),
            staff_id: row.staff_id,
            locked: row.locked,
            person: Person {
                id: row.staff_id,
                unique_id: row.unique_id,
                name: row.name,
                group: row.staff_group,
                department_id: row.department_id,
                permissions,
                session_id: Some(row.session_id),
            },
        }
    }

    /// Passes a session that nothing has ended. The lock comes first: its answer lasts as long as it does.
    fn judge(self, now: DateTime<Utc>) -> Result<Self, Refused> {
        if self.locked {
            return Err(Refused::Locked);
        }
        if now > self.ends {
            return Err(Refused::ExpiredForGood);
        }
        if self.ended { Err(Refused::Ended) } else { Ok(self) }
    }

    fn live(self) -> Live {
        Live { session: self.session_id, person: self.person, began: self.began, ends: self.ends }
    }
}

/// How long a session may be used before its use is noted again: a minute, or less where sessions idle out soon.
fn untouched(app: &App) -> TimeDelta {
    let share = TimeDelta::from_std(app.sessions.idle / 4).unwrap_or(TimeDelta::MAX);
    share.min(TimeDelta::minutes(1))
}
/// How long a request waits for the note to be written; it is written in any case.
const PATIENCE: Duration = Duration::from_millis(100);

/// Notes that the session was used. A request that only reads does not wait behind a long write for this.
async fn touch(db: Database, session: i64, now: DateTime<Utc>) {
    let note = tokio::spawn(async move {
        let noted = async {
            let tx = db.begin().await?;
            session::Entity::update_many()
                .col_expr(session::Column::SeenAt, Expr::value(now))
                .filter(session::Column::Id.eq(session))
                .filter(session::Column::SeenAt.lt(now))
                .exec(&tx)
                .await?;
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the use of a session was not noted; the next use will be");
        }
    });
    // Late or failed alike: the next use notes it again.
    let _ = tokio::time::timeout(PATIENCE, note).await;
}
