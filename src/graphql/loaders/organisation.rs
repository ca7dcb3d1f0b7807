//! Roles of people and what roles grant, each in one statement for all rows of a page.

use std::collections::HashMap;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use crate::{
    domain::{Context, Fault, Outcome, Permissions, rbac, staff},
    entity::role,
};

use super::Loaders;

/// Declares a loader: its key, its value, and the domain function that reads for many keys at once.
macro_rules! loader {
    ($(#[doc = $doc:literal])+ $name:ident: $key:ty => $value:ty, |$db:ident, $keys:ident| $load:expr) => {
        $(#[doc = $doc])+
        #[derive(Debug)]
        struct $name(Context);

        impl Loader<$key> for $name {
            type Value = $value;
            type Error = Fault;

            async fn load(&self, $keys: &[$key]) -> Result<HashMap<$key, $value>, Fault> {
                let $db = self.0.db().read();
                $load
            }
        }
    };
}

loader! {
    /// The roles of a person.
    RolesOf: i64 => Vec<role::Model>, |db, people| staff::roles_of(db, people).await
}
loader! {
    /// What a role grants.
    GrantsOf: i64 => Permissions, |db, roles| rbac::permissions_of_roles(db, roles).await
}
/// The loaders of this file.
pub(super) struct Organisation {
    roles: DataLoader<RolesOf, HashMapCache>,
    grants: DataLoader<GrantsOf, HashMapCache>,
}

impl Organisation {
    pub(super) fn new(context: &Context) -> Self {
        let cache = HashMapCache::default;
        Self {
            roles: DataLoader::with_cache(RolesOf(context.clone()), tokio::spawn, cache()),
            grants: DataLoader::with_cache(GrantsOf(context.clone()), tokio::spawn, cache()),
        }
    }
}

impl Loaders {
    /// The roles of a person; whether the viewer may see them is for the caller to ask.
    pub async fn roles(&self, person: i64) -> Outcome<Vec<role::Model>> {
        Ok(self.organisation.roles.load_one(person).await?.unwrap_or_default())
    }

    /// What a role grants.
    pub async fn grants(&self, role: i64) -> Outcome<Permissions> {
        Ok(self.organisation.grants.load_one(role).await?.unwrap_or_default())
    }

    /// What each of these roles grants, together.
    pub async fn grants_together(&self, roles: &[i64]) -> Outcome<Permissions> {
        let granted = self.organisation.grants.load_many(roles.iter().copied()).await?;
        Ok(granted.values().flat_map(|granted| granted.iter()).collect())
    }

    /// Reads the roles of these people now.
    pub async fn expect_roles(&self, people: &[i64]) -> Outcome<()> {
        let loader = &self.organisation.roles;
        let mut found = loader.loader().load(people).await?;
        // Who has no role is known to have none.
        loader.feed_many(people.iter().map(|id| (*id, found.remove(id).unwrap_or_default()))).await;
        Ok(())
    }
}
