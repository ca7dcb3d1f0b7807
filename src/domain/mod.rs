//! What the system can do: one function a thing, the same for every door.
//!
//! A function takes the [`Context`] and an input, checks permission first, validates, reads or writes in one transaction, and
//! returns a value or a [`Fault`]. It knows no HTTP, no GraphQL and no dialect.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{app::App, db::Database, entity::words::Door};

pub mod approvals;
pub mod asset_groups;
pub mod assets;
pub mod attendance;
pub mod deliveries;
pub mod departments;
pub mod directory;
pub mod events;
pub mod files;
pub mod history;
pub mod idempotency;
pub mod jobs;
pub mod listing;
pub mod notices;
pub mod qr_login;
pub mod rbac;
pub mod secrets;
pub mod sessions;
pub mod staff;
pub mod text;

mod actor;
mod change;
mod digest;
mod fault;
mod key;
mod permission;
mod tree;

pub use actor::{Actor, Person};
pub use change::Change;
pub use fault::{Code, Fault, Kind, Language, Outcome};
pub use key::{Found, Key, Keyed, by_ids, find_all};
pub use permission::{Permission, Permissions};
pub use tree::in_subtree;

/// Runs `$body`, which works in the transaction `$tx`, and commits; again when the database asks for it.
macro_rules! transact {
    ($ctx:expr, |$tx:ident| $body:expr) => {
        $ctx.db()
            .retry(|| async {
                let $tx = $ctx.db().begin().await?;
                let value = $body.await?;
                $tx.commit().await?;
                Ok::<_, $crate::domain::Fault>(value)
            })
            .await
    };
}
pub(crate) use transact;

/// Who asks, through which door, and what the server can reach.
#[derive(Clone, Debug)]
pub struct Context {
    /// Everything a request can reach.
    pub app: Arc<App>,
    /// Who asks.
    pub actor: Actor,
    /// The door the request came through.
    pub door: Door,
}

impl Context {
    /// The context of a request by `actor`.
    pub fn new(app: Arc<App>, actor: Actor, door: Door) -> Self {
        Self { app, actor, door }
    }

    /// The database.
    pub fn db(&self) -> &Database {
        &self.app.db
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// The person who asks; `UNAUTHENTICATED` when nobody is logged in. The system is no person and is refused likewise.
    pub fn person(&self) -> Outcome<&Person> {
        match &self.actor {
            Actor::Person(person) => Ok(person),
            Actor::Nobody | Actor::System => Err(Code::Unauthenticated.into()),
        }
    }

    /// The session that spoke; `UNAUTHENTICATED` when there is none.
    pub fn session(&self) -> Outcome<i64> {
        self.person()?.session_id.ok_or_else(|| Code::Unauthenticated.into())
    }

    /// Passes for anybody logged in, and for the system.
    pub fn known(&self) -> Outcome<()> {
        match self.actor {
            Actor::Nobody => Err(Code::Unauthenticated.into()),
            Actor::Person(_) | Actor::System => Ok(()),
        }
    }

    /// Passes for who holds `permission`, and for the system; else `UNAUTHENTICATED` or `FORBIDDEN`.
    pub fn may(&self, permission: Permission) -> Outcome<()> {
        self.known()?;
        if self.holds(permission) { Ok(()) } else { Err(Code::Forbidden.into()) }
    }

    /// Whether the actor holds `permission`.
    pub fn holds(&self, permission: Permission) -> bool {
        match &self.actor {
            Actor::Nobody => false,
            Actor::System => true,
            Actor::Person(person) => person.permissions.contains(permission),
        }
    }

    /// Whether the actor is the person with this key.
    pub fn is(&self, staff: i64) -> bool {
        matches!(&self.actor, Actor::Person(person) if person.id == staff)
    }
}
