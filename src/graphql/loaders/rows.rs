//! Loaders of rows by our key, and of what belongs to a row.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;

use crate::{
    domain::{
        Context, Fault, Keyed, Permissions, approvals, by_ids,
        directory::wecom::{self, Placement, Profile},
        rbac, staff,
    },
    entity::role,
};

/// Loads rows of one table by our key.
pub struct ById<E> {
    context: Context,
    table: std::marker::PhantomData<fn() -> E>,
}

impl<E> ById<E> {
    /// Reads as `context` does.
    pub(super) fn new(context: &Context) -> Self {
        Self { context: context.clone(), table: std::marker::PhantomData }
    }
}

impl<E: Keyed<Model: 'static> + 'static> Loader<i64> for ById<E> {
    type Value = E::Model;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, E::Model>, Fault> {
        by_ids::<E>(self.context.db().read(), keys).await
    }
}

/// Declares a loader: its value, and the domain function that reads for many keys at once.
macro_rules! loader {
    ($(#[doc = $doc:literal])+ $name:ident => $value:ty, $load:path) => {
        $(#[doc = $doc])+
        pub struct $name(pub(super) Context);

        impl Loader<i64> for $name {
            type Value = $value;
            type Error = Fault;

            async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, $value>, Fault> {
                $load(self.0.db().read(), keys).await
            }
        }
    };
}

loader! {
    /// Whom requests are addressed to, by the request's key.
    ManagersOf => Vec<i64>, approvals::managers_of
}
loader! {
    /// Whether a request for the whole asset waits, by the asset's key.
    Requested => bool, approvals::requested
}
loader! {
    /// The roles of a person.
    RolesOf => Vec<role::Model>, staff::roles_of
}
loader! {
    /// What a role grants.
    GrantsOf => Permissions, rbac::permissions_of_roles
}

/// Loads requests that the viewer sees.
pub struct Seen(pub(super) Context);

impl Loader<i64> for Seen {
    type Value = Option<approvals::Approval>;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, Option<approvals::Approval>>, Fault> {
        let seen = approvals::seen(&self.0, keys).await?;
        Ok(seen.into_iter().map(|(key, approval)| (key, Some(approval))).collect())
    }
}

/// Loads what WeCom tells of a person.
pub struct ProfileOf(pub(super) Context);

impl Loader<i64> for ProfileOf {
    type Value = Option<Profile>;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, Option<Profile>>, Fault> {
        let told = wecom::profiles(&self.0, keys).await?;
        Ok(told.into_iter().map(|(person, profile)| (person, Some(profile))).collect())
    }
}

/// Loads where a department stands on WeCom.
pub struct PlacementOf(pub(super) Context);

impl Loader<i64> for PlacementOf {
    type Value = Option<Placement>;
    type Error = Fault;

    async fn load(&self, keys: &[i64]) -> Result<HashMap<i64, Option<Placement>>, Fault> {
        let told = wecom::placements(self.0.db().read(), keys).await?;
        Ok(told.into_iter().map(|(department, place)| (department, Some(place))).collect())
    }
}
