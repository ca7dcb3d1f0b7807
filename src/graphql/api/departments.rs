//! Departments in GraphQL.

use async_graphql::{Context, ID, Object, Result};

use crate::entity::department;

use super::kit::{Caller, NodeKind, global_id};

/// A department: a place in the tree that staff belong to.
#[derive(Clone, Debug)]
pub(super) struct Department(pub(super) department::Model);

/// A department: a place in the tree that staff belong to.
#[Object]
impl Department {
    /// The id, opaque.
    pub(super) async fn id(&self) -> ID {
        global_id(NodeKind::Department, self.0.id)
    }

    /// The legacy key.
    async fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// What people call it; names may repeat.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is; may be empty.
    async fn location(&self) -> &str {
        &self.0.location
    }

    /// The department above; none at a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.parent_id {
            Some(id) => ctx.loaders()?.department(id).await?.map(Department),
            None => None,
        })
    }
}
