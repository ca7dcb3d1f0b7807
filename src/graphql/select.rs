//! Taking the one operation that is asked for out of a document.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

/// The operation of `document` that `name` asks for: the only one when there is no name.
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<(Option<&'a Name>, &'a Positioned<OperationDefinition>), ServerError> {
    let mut operations = document.operations.iter();
    match (name, operations.len()) {
        (None, 1) => operations.next().ok_or_else(|| ServerError::new("There is no operation.", None)),
        (None, _) => Err(ServerError::new("Operation name required in request.", None)),
        (Some(name), _) => operations.find(|(known, _)| known.is_some_and(|known| known == name)).ok_or_else(|| {
            ServerError::new(format!("Unknown operation named \"{}\".", super::faults::shortened(name)), None)
        }),
    }
}

/// Leaves in `document` the operation `name` and the fragments that no other operation has for itself.
///
/// Documents of several operations come from tools, which send the reader's whole page; what the others say about variables does
/// not concern the one that runs.
pub(super) fn isolate(document: &mut ExecutableDocument, name: &Name) {
    let DocumentOperations::Multiple(operations) = &mut document.operations else { return };
    if operations.len() == 1 {
        return;
    }
    let Some(wanted) = operations.remove(name) else { return };
    let others = std::mem::take(operations);
    operations.insert(name.clone(), wanted);
    let mut theirs = HashSet::new();
    for other in others.values() {
        reach(document, &other.node.selection_set.node, &mut theirs);
    }
    let mut ours = HashSet::new();
    for (_, operation) in document.operations.iter() {
        reach(document, &operation.node.selection_set.node, &mut ours);
    }
    document.fragments.retain(|name, _| ours.contains(name) || !theirs.contains(name));
}

fn reach(document: &ExecutableDocument, set: &SelectionSet, reached: &mut HashSet<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => reach(document, &field.node.selection_set.node, reached),
            Selection::InlineFragment(inline) => reach(document, &inline.node.selection_set.node, reached),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name)
                    && reached.insert(name.clone())
                {
                    reach(document, &fragment.node.selection_set.node, reached);
                }
            }
        }
    }
}
