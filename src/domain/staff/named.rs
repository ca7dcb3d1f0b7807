//! People by login name, as old systems compared it: exactly, or else without regard to the case of ASCII letters if one person alone is
//! called so (contract: laravel-template §1.8).

use std::collections::HashMap;

use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    sea_query::{Expr, Func},
};

use crate::{
    domain::{Context, Outcome},
    entity::staff,
};

use super::Staff;

/// The person with this login name. Everybody logged in may look people up.
pub async fn by_username(ctx: &Context, username: &str) -> Outcome<Option<Staff>> {
    ctx.known()?;
    named(ctx.db().read(), username).await
}

/// The person with this login name.
pub async fn named(db: &impl ConnectionTrait, username: &str) -> Outcome<Option<Staff>> {
    Ok(all_named(db, [username]).await?.get(username).cloned())
}

/// People with some login names.
#[derive(Clone, Debug, Default)]
pub struct Named(HashMap<String, Vec<Staff>>);

impl Named {
    /// The person with this login name, if it is one of those asked for.
    pub fn get(&self, username: &str) -> Option<&Staff> {
        let called = self.0.get(&username.to_ascii_lowercase())?;
        let exactly = called.iter().find(|person| person.username == username);
        exactly.or(match called.as_slice() {
            [alone] => Some(alone),
            _ => None,
        })
    }
}

/// Names looked up in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// The people with these login names, in one statement a thousand.
pub async fn all_named<'a>(db: &impl ConnectionTrait, usernames: impl IntoIterator<Item = &'a str>) -> Outcome<Named> {
    // The databases take no U+0000, so nobody is called by it.
    let named = usernames.into_iter().filter(|name| !name.contains('\0'));
    let mut keys: Vec<String> = named.map(str::to_ascii_lowercase).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut people = Named::default();
    for chunk in keys.chunks(CHUNK) {
        let folded = Expr::expr(Func::lower(Expr::col((staff::Entity, staff::Column::Username))));
        let called = staff::Entity::find().filter(folded.is_in(chunk.iter().map(String::as_str)));
        for person in called.all(db).await? {
            people.0.entry(person.username.to_ascii_lowercase()).or_default().push(person);
        }
    }
    Ok(people)
}
