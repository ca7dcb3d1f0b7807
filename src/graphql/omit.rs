//! Omitted is not null: arguments and input fields whose variable has no value are taken out of the document.
//!
//! async-graphql 7 reads such a variable as null, which tells an update to clear what it was not told about.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Takes the variables in `omitted` out of `document`, which has one operation: arguments and input fields go, elements of lists
/// become null, and so do the definitions, which would count as unused.
pub(super) fn prune(document: &mut ExecutableDocument, omitted: &HashSet<Name>) {
    if omitted.is_empty() {
        return;
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => prune_operation(&mut operation.node, omitted),
        DocumentOperations::Multiple(operations) => {
            operations.values_mut().for_each(|operation| prune_operation(&mut operation.node, omitted));
        }
    }
    for fragment in document.fragments.values_mut() {
        prune_directives(&mut fragment.node.directives, omitted);
        prune_set(&mut fragment.node.selection_set.node, omitted);
    }
}

fn prune_operation(operation: &mut OperationDefinition, omitted: &HashSet<Name>) {
    operation.variable_definitions.retain(|definition| !omitted.contains(&definition.node.name.node));
    prune_directives(&mut operation.directives, omitted);
    prune_set(&mut operation.selection_set.node, omitted);
}

fn prune_set(set: &mut SelectionSet, omitted: &HashSet<Name>) {
    for selection in &mut set.items {
        prune_directives(selection.node.directives_mut(), omitted);
        match &mut selection.node {
            Selection::Field(field) => {
                prune_arguments(&mut field.node.arguments, omitted);
                prune_set(&mut field.node.selection_set.node, omitted);
            }
            Selection::InlineFragment(inline) => prune_set(&mut inline.node.selection_set.node, omitted),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn prune_directives(directives: &mut [Positioned<Directive>], omitted: &HashSet<Name>) {
    for directive in directives {
        prune_arguments(&mut directive.node.arguments, omitted);
    }
}

fn prune_arguments(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, omitted: &HashSet<Name>) {
    arguments.retain_mut(|(_, value)| keep(&mut value.node, omitted));
}

/// Whether `value` has a value; takes what has none out of it.
fn keep(value: &mut Value, omitted: &HashSet<Name>) -> bool {
    match value {
        Value::Variable(name) => return !omitted.contains(name),
        Value::Object(fields) => fields.retain(|_, value| keep(value, omitted)),
        Value::List(elements) => {
            for element in elements {
                if !keep(element, omitted) {
                    *element = Value::Null;
                }
            }
        }
        _ => {}
    }
    true
}
