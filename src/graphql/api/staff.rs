//! Staff in GraphQL.

use async_graphql::{Context, ID, Object, Result};

use crate::{
    domain,
    entity::{staff, words::StaffGroup},
};

use super::{
    departments::Department,
    kit::{Caller, NodeKind, global_id},
};

/// A person of the company.
#[derive(Clone, Debug)]
pub(super) struct Staff(pub(super) staff::Model);

/// A person of the company.
#[Object]
impl Staff {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Staff, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// The display name; names may repeat.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The login name, unique.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// Which of the four built-in roles the person has.
    async fn group(&self) -> StaffGroup {
        self.0.staff_group
    }

    /// Whether the person is kept from logging in.
    async fn locked(&self) -> bool {
        self.0.locked
    }

    /// Where the person belongs.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.department_id {
            Some(id) => ctx.loaders()?.department(id).await?.map(Department),
            None => None,
        })
    }
}

/// The person of a key, through the loaders.
pub(super) async fn person(ctx: &Context<'_>, id: Option<i64>) -> domain::Outcome<Option<Staff>> {
    Ok(match id {
        Some(id) => ctx.loaders()?.person(id).await?.map(Staff),
        None => None,
    })
}
