//! Who somebody is who comes with a code of WeCom (contract: laravel-template §4.5).

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{PLATFORM, connected, sync};
use crate::{
    app::App,
    domain::{
        Code, Outcome,
        staff::{Staff, named},
    },
    entity::{person_binding, staff},
};

/// Most bytes of a code that WeCom is asked about.
const LONGEST_CODE: usize = 512;

/// The person to whom an OAuth code of WeCom belongs; may be locked, which is for the caller to say. A member whom we do not know is
/// refused, and a sync is asked for. Anybody may, since the code is the proof.
pub async fn person_of_code(app: &App, code: &str) -> Outcome<Staff> {
    let (wecom, client) = connected(app)?;
    if code.is_empty() || code.len() > LONGEST_CODE {
        return Err(Code::WecomOutsider.into());
    }
    // What failed was logged where it failed.
    let Ok(Some(userid)) = client.userid_of_code(code).await else { return Err(Code::WecomOutsider.into()) };
    match member(app.db.read(), &wecom.corp_id, &userid).await? {
        Some(person) => Ok(person),
        None => {
            sync::sync_for_newcomer(app).await?;
            Err(Code::WecomNewcomer.into())
        }
    }
}

/// The person who is linked to a userid; else who has it as username and is not linked to another. Without regard to case, as long
/// as that names one person.
async fn member(db: &impl ConnectionTrait, corp: &str, userid: &str) -> Outcome<Option<Staff>> {
    // The databases take no U+0000, so nobody is called by it.
    if userid.contains('\0') {
        return Ok(None);
    }
    let key = userid.to_ascii_lowercase();
    let link = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(PLATFORM))
        .filter(person_binding::Column::Tenant.eq(corp))
        .filter(person_binding::Column::ExternalId.eq(key.as_str()))
        .one(db)
        .await?;
    if let Some(id) = link.and_then(|link| link.staff_id) {
        return Ok(staff::Entity::find_by_id(id).one(db).await?);
    }
    let Some(person) = named(db, userid).await? else { return Ok(None) };
    let elsewhere = person_binding::Entity::find()
        .filter(person_binding::Column::Platform.eq(PLATFORM))
        .filter(person_binding::Column::StaffId.eq(person.id))
        .one(db)
        .await?;
    Ok(Some(person).filter(|_| elsewhere.is_none()))
}
