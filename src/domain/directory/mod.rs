//! The company's directory as WeCom knows it: who logs in from there, who is kept in step with it, and messages to people there
//! (contract: laravel-template §4.5, §4.9, §4.11, §9, §10).

use std::sync::Arc;

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    app::App,
    entity::{person_binding, staff, words::Door},
    wecom::{Client, Failure, Member},
};

use super::{Actor, Code, Context, Fault, Outcome, Permission, staff::Staff};

mod events;
mod jobs;
mod messages;
mod people;
mod places;
mod shown;
mod sync;

pub use crate::wecom::Stamp;
pub use events::{act_on_next, echo, receive, sweep};
pub use messages::{give_up_interrupted, send};
pub use shown::{Place, Profile, places, profiles};
pub use sync::run_if_asked;

/// The platform's name in bindings.
const WECOM: &str = "wecom";
/// Longest code of a login.
const CODE: usize = 512;
/// How often a newcomer's login may ask for a sync.
const NEWCOMERS: TimeDelta = TimeDelta::minutes(1);

/// The client, where WeCom is set up.
fn client(app: &App) -> Outcome<&Client> {
    app.wecom.as_ref().ok_or_else(|| Code::WecomNotConfigured.into())
}

/// The context of work that nobody in particular asked for.
fn system(app: &Arc<App>) -> Context {
    Context::new(Arc::clone(app), Actor::System, Door::System)
}

/// Has the directory synced soon, unless that is under way. Permission `/users/*` or `/departments/*`.
pub async fn sync_soon(ctx: &Context) -> Outcome<()> {
    if !ctx.holds(Permission::Users) {
        ctx.may(Permission::Departments)?;
    }
    client(&ctx.app)?;
    jobs::ask(&ctx.app, sync::JOB, None).await?;
    ctx.app.bell.notify_one();
    Ok(())
}

/// The person who logs in with a code of WeCom. `WECOM_OUTSIDER` also where WeCom gives no answer; a member whom we do not know is
/// `WECOM_NEWCOMER`, and has the directory synced.
pub async fn person_of_code(app: &Arc<App>, code: &str) -> Outcome<Staff> {
    let client = client(app)?;
    if code.len() > CODE {
        return Err(Code::WecomOutsider.into());
    }
    let userid = match client.member_of_code(code).await {
        Ok(Member::Userid(userid)) => userid,
        Ok(Member::Outsider) => return Err(Code::WecomOutsider.into()),
        Err(failure) => {
            note(&failure, "a login");
            return Err(Code::WecomOutsider.into());
        }
    };
    if let Some(person) = known(app, client.corp_id(), &userid).await? {
        return Ok(person);
    }
    if jobs::ask(app, sync::JOB, Some(NEWCOMERS)).await? {
        app.bell.notify_one();
    }
    Err(Code::WecomNewcomer.into())
}

/// The person linked with `userid`, else whose login name it is.
async fn known(app: &App, corp: &str, userid: &str) -> Outcome<Option<Staff>> {
    let db = app.db.read();
    let binding = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(WECOM))
        .filter(person_binding::Column::Tenant.eq(corp))
        .filter(person_binding::Column::ExternalId.eq(userid.to_lowercase()))
        .one(db)
        .await?;
    match binding.and_then(|binding| binding.staff_id) {
        Some(staff) => Ok(staff::Entity::find_by_id(staff).one(db).await?),
        None => super::staff::named(db, userid).await,
    }
}

/// Logs why WeCom did not do what was asked.
fn note(failure: &Failure, what: &'static str) {
    tracing::warn!(%failure, what, "WeCom did not do what it was asked");
}

/// A failure of WeCom that ends what was under way, which is tried again another time.
fn gave_up(failure: Failure) -> Fault {
    Fault::internal(failure)
}
