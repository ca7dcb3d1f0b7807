//! Roles in GraphQL.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};

use crate::domain::{self, Outcome, Permission, rbac};

use super::ahead::{self, Ahead};
use super::kit::{
    Caller, Connection, NodeKind, PageArgs, RoleBy, connection, given, global_id, numbered_role_key, payload, role_key,
    searchable, settle,
};

/// A role beside the four staff groups, and what it grants.
#[derive(Clone, Debug)]
pub(super) struct Role(pub(super) rbac::Role);

/// A role beside the four staff groups, and what it grants.
#[Object]
impl Role {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Role, self.0.id)
    }

    /// Its name, unique without regard to case; accepted wherever its id is.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What people call it.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// What it is for.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// What it grants.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<Permission>> {
        Ok(ctx.loaders()?.grants.one(self.0.id).await?.unwrap_or_default().iter().collect())
    }

    /// Counts the changes of this role, from 1.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

connection! {
    /// A page of roles.
    RoleConnection, RoleEdge of Role
}

#[derive(Debug, Default)]
pub(super) struct RoleQuery;

#[Object]
impl RoleQuery {
    /// One role; null when there is none. Permission `/rbac/*` or `/users/*`.
    async fn role(&self, ctx: &Context<'_>, #[graphql(desc = "Names the role.")] by: RoleBy) -> Result<Option<Role>> {
        let domain = ctx.domain()?;
        Ok(rbac::get(domain, &by.key(domain)).await?.map(Role))
    }

    /// The roles, oldest first. Permission `/rbac/*` or `/users/*`.
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only whose name or display name contains this; ASCII letters compare without case.")]
        search: Option<String>,
        #[graphql(desc = "The first so many rows, up to 200.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, up to 200.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<RoleConnection> {
        let domain = ctx.domain()?;
        let window = PageArgs { first, after, last, before }.window("role")?;
        searchable(search.as_deref())?;
        let page = rbac::list(domain, search.as_deref(), &window).await?;
        ahead::roles(ctx, &Ahead::of(ctx).rows(), page.models().map(|role| role.id)).await?;
        let domain = domain.clone();
        Ok(RoleConnection(Connection::new(page, Role, move || {
            let (domain, search) = (domain.clone(), search.clone());
            async move { rbac::count(&domain, search.as_deref()).await }
        })))
    }
}

/// A role to be made.
#[derive(Debug, InputObject)]
pub(super) struct RoleCreateInput {
    /// Its name, unique without regard to case; not only digits, no staff group, without `/`.
    name: String,
    /// What people call it; the name when omitted.
    display_name: Option<String>,
    /// What it is for; the name when omitted.
    description: Option<String>,
    /// What it grants, no more than the caller holds.
    #[graphql(default)]
    permissions: Vec<Permission>,
    /// Makes a repetition of the call give the same role.
    idempotency_key: Option<String>,
}

/// What to change about a role; what is omitted stays.
#[derive(Debug, InputObject)]
pub(super) struct RoleUpdateInput {
    /// The role, by id or name.
    id: ID,
    /// What people call it.
    display_name: MaybeUndefined<String>,
    /// What it is for.
    description: MaybeUndefined<String>,
    /// What it grants.
    permissions: MaybeUndefined<Vec<Permission>>,
    /// The version the caller saw.
    expected_version: Option<i64>,
}

/// Which role is deleted.
#[derive(Debug, InputObject)]
pub(super) struct RoleDeleteInput {
    /// The role, by id or name.
    id: ID,
}

payload! {
    /// What came of making a role.
    RoleCreatePayload {
        /// The role.
        role: Option<Role>,
    }
}
payload! {
    /// What came of changing a role.
    RoleUpdatePayload {
        /// The role as of now.
        role: Option<Role>,
    }
}
payload! {
    /// What came of deleting a role.
    RoleDeletePayload {
        /// The id it had.
        deleted_id: Option<ID>,
    }
}

#[derive(Debug, Default)]
pub(super) struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Makes a role that grants no more than the caller holds. Permission `/rbac/*`.
    async fn role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: RoleCreateInput,
    ) -> Result<RoleCreatePayload> {
        let create = rbac::Create {
            name: input.name,
            display_name: input.display_name,
            description: input.description,
            permissions: input.permissions.into_iter().collect(),
            idempotency_key: input.idempotency_key,
        };
        let (role, user_errors) = settle(ctx, rbac::create(ctx.domain()?, create).await).await?;
        Ok(RoleCreatePayload { role: role.map(Role), user_errors })
    }

    /// Changes a role; what it grants only if the caller holds all that it granted and all that it will. Permission `/rbac/*`.
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: RoleUpdateInput,
    ) -> Result<RoleUpdatePayload> {
        let (role, user_errors) = settle(ctx, update(ctx.domain()?, input).await).await?;
        Ok(RoleUpdatePayload { role: role.map(Role), user_errors })
    }

    /// Deletes a role and takes it from everybody; never `suadmin`, and none that holds more than the caller. Permission `/rbac/*`.
    async fn role_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: RoleDeleteInput,
    ) -> Result<RoleDeletePayload> {
        let domain = ctx.domain()?;
        let (deleted, user_errors) =
            settle(ctx, rbac::delete(domain, &numbered_role_key(domain, &input.id)).await).await?;
        Ok(RoleDeletePayload { deleted_id: deleted.map(|row| global_id(NodeKind::Role, row.id)), user_errors })
    }
}

async fn update(domain: &domain::Context, input: RoleUpdateInput) -> Outcome<rbac::Role> {
    let update = rbac::Update {
        display_name: given("displayName", input.display_name)?,
        description: given("description", input.description)?,
        permissions: given("permissions", input.permissions)?.map(|granted| granted.into_iter().collect()),
        expected_version: input.expected_version,
    };
    rbac::update(domain, &role_key(domain, &input.id), &update).await
}
