//! Lists that hang on people, departments and roles, each kind in one statement for all rows of a page.

use std::collections::HashMap;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use crate::{
    domain::{Context, Fault, Outcome, Permissions, departments, rbac, staff},
    entity::{department, role, staff as person},
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
loader! {
    /// The first so many departments below one.
    ChildrenOf: First => Vec<department::Model>, |db, wanted| {
        let mut children = HashMap::new();
        for (limit, parents) in by_limit(wanted) {
            let found = departments::children_of(db, &parents, limit).await?;
            children.extend(found.into_iter().map(|(of, rows)| (First { of, limit }, rows)));
        }
        Ok(children)
    }
}
loader! {
    /// The first so many people of a department.
    MembersOf: First => Vec<person::Model>, |db, wanted| {
        let mut members = HashMap::new();
        for (limit, departments) in by_limit(wanted) {
            let found = staff::members_of(db, &departments, limit).await?;
            members.extend(found.into_iter().map(|(of, rows)| (First { of, limit }, rows)));
        }
        Ok(members)
    }
}

/// The first so many rows that hang on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct First {
    of: i64,
    limit: u64,
}

/// The keys that ask for equally many rows together; an operation has a limit or two.
fn by_limit(wanted: &[First]) -> HashMap<u64, Vec<i64>> {
    let mut keys: HashMap<u64, Vec<i64>> = HashMap::new();
    for first in wanted {
        keys.entry(first.limit).or_default().push(first.of);
    }
    keys
}

/// The loaders of this file.
pub(super) struct Organisation {
    roles: DataLoader<RolesOf, HashMapCache>,
    grants: DataLoader<GrantsOf, HashMapCache>,
    children: DataLoader<ChildrenOf, HashMapCache>,
    members: DataLoader<MembersOf, HashMapCache>,
}

impl Organisation {
    pub(super) fn new(context: &Context) -> Self {
        let cache = HashMapCache::default;
        Self {
            roles: DataLoader::with_cache(RolesOf(context.clone()), tokio::spawn, cache()),
            grants: DataLoader::with_cache(GrantsOf(context.clone()), tokio::spawn, cache()),
            children: DataLoader::with_cache(ChildrenOf(context.clone()), tokio::spawn, cache()),
            members: DataLoader::with_cache(MembersOf(context.clone()), tokio::spawn, cache()),
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

    /// The first `limit` departments below one, oldest first.
    pub async fn children(&self, parent: i64, limit: u64) -> Outcome<Vec<department::Model>> {
        Ok(self.organisation.children.load_one(First { of: parent, limit }).await?.unwrap_or_default())
    }

    /// The first `limit` people of a department, oldest first.
    pub async fn members(&self, department: i64, limit: u64) -> Outcome<Vec<person::Model>> {
        Ok(self.organisation.members.load_one(First { of: department, limit }).await?.unwrap_or_default())
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
