//! The values of an operation's variables (GraphQL specification §6.1.2), as far as it can be told without the schema.

use std::collections::HashSet;

use async_graphql::{Name, ServerError, Value, Variables, parser::types::OperationDefinition};

/// Gives the variables that were not sent their defaults, and tells the names of those that stay without a value.
///
/// A variable that must have a value and has none is a request error. Whether values are of the right type is for validation.
pub(super) fn settle(
    operation: &OperationDefinition,
    variables: &mut Variables,
) -> Result<HashSet<Name>, Vec<ServerError>> {
    let mut omitted = HashSet::new();
    let mut errors = Vec::new();
    for definition in &operation.variable_definitions {
        let (pos, definition) = (definition.pos, &definition.node);
        let name = &definition.name.node;
        let required = !definition.var_type.node.nullable;
        let problem = match variables.get(name) {
            Some(Value::Null) if required => "must not be null",
            Some(_) => continue,
            None => {
                if let Some(default) = &definition.default_value {
                    variables.insert(name.clone(), default.node.clone());
                    continue;
                }
                if !required {
                    omitted.insert(name.clone());
                    continue;
                }
                "was not provided"
            }
        };
        let message = format!("Variable \"${name}\" of required type \"{}\" {problem}.", definition.var_type.node);
        errors.push(ServerError::new(message, Some(pos)));
    }
    if errors.is_empty() { Ok(omitted) } else { Err(errors) }
}
