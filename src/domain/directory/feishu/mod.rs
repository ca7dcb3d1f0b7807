//! The company's directory on Feishu: logging in from there, whose account is whose, and what Feishu tells of people and departments by
//! itself (contract: feishu-app §1.2, §1.3, §4, §5).

use sea_orm::{ConnectionTrait, EntityTrait, Set, sea_query::OnConflict};

use crate::{
    app::App,
    domain::{Code, Outcome},
    entity::learned,
    feishu::{Client, Failure, Meaning},
};

mod act;
mod binding;
mod contacts;
mod departments;
mod form;
mod login;
mod login_page;
mod people;
mod phone;
mod receive;
mod status;
mod sync;
mod tokens;

pub use crate::feishu::Stamp;
pub use act::{act_on_next, sweep, take_up_again};
pub(crate) use binding::{Ids, accounts, of_staff, reachable};
pub use form::{Bind, bind};
pub use login::{LogIn, log_in};
pub use login_page::{STATE_SECONDS, Way, WayWanted, open_way, sweep_ways};
pub use receive::{Received, receive};
pub(crate) use receive::{recall_tap, remember_tap};
pub use status::{Refusal, Standing, Tried, standing, tried};
pub use sync::{Synced, sync};
pub use tokens::{Profile, profile, sees_profile};

/// The platform's name in the database.
pub(crate) const PLATFORM: &str = "feishu";

/// The name of the tenant among what was learned.
const TENANT: &str = "feishu_tenant";

/// Who calls Feishu.
pub(crate) fn connected(app: &App) -> Outcome<&Client> {
    app.feishu.client.as_ref().ok_or_else(|| Code::FeishuNotConfigured.into())
}

/// What a person is told of a failure that no row of the table speaks of: Feishu refuses us, or cannot be asked.
pub(crate) fn told(failure: &Failure) -> Code {
    match failure.meaning() {
        Meaning::Configuration => Code::FeishuRefused,
        _ => Code::FeishuUnavailable,
    }
}

/// The tenant whose people we take: the setting, else the first that was met; none while nobody was met.
pub(crate) async fn tenant(app: &App, db: &impl ConnectionTrait) -> Outcome<Option<String>> {
    match &app.feishu.tenant_key {
        Some(tenant) => Ok(Some(tenant.clone())),
        None => recall(db, TENANT).await,
    }
}

/// Remembers `tenant` as ours, if none is ours yet, and gives the one that is ours.
pub(crate) async fn meet_tenant(app: &App, db: &impl ConnectionTrait, tenant: &str) -> Outcome<String> {
    if let Some(ours) = &app.feishu.tenant_key {
        return Ok(ours.clone());
    }
    learn(app, db, TENANT, tenant, false).await?;
    Ok(recall(db, TENANT).await?.unwrap_or_else(|| tenant.to_owned()))
}

/// What was learned under `name`.
async fn recall(db: &impl ConnectionTrait, name: &str) -> Outcome<Option<String>> {
    Ok(learned::Entity::find_by_id(name).one(db).await?.map(|row| row.value))
}

/// Keeps `value` under `name`; where something is kept already, only `again`.
async fn learn(app: &App, db: &impl ConnectionTrait, name: &str, value: &str, again: bool) -> Outcome<()> {
    use learned::Column::{LearnedAt, Name, Value};
    let row =
        learned::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()), learned_at: Set(app.now()) };
    let mut once = OnConflict::column(Name);
    let once = if again { once.update_columns([Value, LearnedAt]) } else { once.do_nothing() }.to_owned();
    learned::Entity::insert(row).on_conflict(once).exec_without_returning(db).await?;
    Ok(())
}
