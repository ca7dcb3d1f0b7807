//! Operations of our own, parsed once: what answers the legacy dialects.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{
    Name, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};

use super::{faults, order::Order, select};

/// An operation of a `.graphql` file of ours, parsed once.
#[derive(Clone, Debug)]
pub struct StoredOperation {
    name: Name,
    kind: OperationType,
    document: ExecutableDocument,
    order: Arc<Order>,
}

impl StoredOperation {
    /// The operations of a file, by name. Each must have one.
    pub fn parse_all(text: &str) -> Result<BTreeMap<String, Self>, ServerError> {
        let document = parse_query(text).map_err(|error| faults::syntax(&error))?;
        let names = document.operations.iter().map(|(name, operation)| (name.cloned(), operation.node.ty));
        let mut stored = BTreeMap::new();
        for (name, kind) in names {
            let name = name.ok_or_else(|| ServerError::new("A stored operation needs a name.", None))?;
            let mut document = document.clone();
            select::isolate(&mut document, &name);
            let (_, operation) = select::operation(&document, Some(&name))?;
            let order = Arc::new(Order::of(&document, &operation.node.selection_set.node));
            stored.insert(name.to_string(), Self { name, kind, document, order });
        }
        Ok(stored)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a query or a mutation.
    pub fn kind(&self) -> OperationType {
        self.kind
    }

    /// The order of the fields of its answers.
    pub(super) fn order(&self) -> Arc<Order> {
        Arc::clone(&self.order)
    }

    /// The document: this operation and its fragments.
    pub fn document(&self) -> &ExecutableDocument {
        &self.document
    }
}
