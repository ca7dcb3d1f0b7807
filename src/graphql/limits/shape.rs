//! What the weight needs to know of the schema: which fields are lists, and which take a page size.

use std::collections::HashMap;

use async_graphql::{
    Value,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
    },
};

/// The fields of every object and interface type.
#[derive(Debug, Default)]
pub(in crate::graphql) struct Shape {
    types: HashMap<String, HashMap<String, FieldShape>>,
    roots: [Option<String>; 3],
}

/// What the weight needs to know of a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldShape {
    /// The type without lists and non-null.
    pub(super) type_name: String,
    /// Whether the field gives a list.
    pub(super) list: bool,
    /// Whether the field takes `first` or `last`.
    pub(super) paged: bool,
    /// The page size that the field takes by itself.
    pub(super) page: Option<u64>,
}

impl Shape {
    /// The shape of the schema with this definition; the parser's message if it is none.
    pub(in crate::graphql) fn parse(definition: &str) -> Result<Self, String> {
        let mut shape = Self::default();
        for item in parse_schema(definition).map_err(|error| error.to_string())?.definitions {
            match item {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    shape.roots = [schema.query, schema.mutation, schema.subscription]
                        .map(|root| root.map(|name| name.node.to_string()));
                }
                TypeSystemDefinition::Type(definition) => {
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let fields =
                        fields.into_iter().map(|field| (field.node.name.node.to_string(), FieldShape::of(&field.node)));
                    shape.types.insert(definition.node.name.node.to_string(), fields.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(shape)
    }

    /// The name of the root type of `kind`.
    pub(super) fn root(&self, kind: OperationType) -> Option<&str> {
        self.roots[match kind {
            OperationType::Query => 0,
            OperationType::Mutation => 1,
            OperationType::Subscription => 2,
        }]
        .as_deref()
    }

    /// The field `field` of the type `on`.
    pub(super) fn field(&self, on: Option<&str>, field: &str) -> Option<&FieldShape> {
        self.types.get(on?)?.get(field)
    }
}

impl FieldShape {
    fn of(field: &FieldDefinition) -> Self {
        let (type_name, list) = bare(&field.ty.node);
        let mut pages = field.arguments.iter().filter(|argument| is_page(argument.node.name.node.as_str())).peekable();
        let paged = pages.peek().is_some();
        let page = pages.find_map(|argument| match &argument.node.default_value.as_ref()?.node {
            Value::Number(number) => number.as_u64(),
            _ => None,
        });
        Self { type_name, list, paged, page }
    }
}

/// Whether this argument is the size of a page.
pub(super) fn is_page(argument: &str) -> bool {
    matches!(argument, "first" | "last")
}

fn bare(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (bare(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_pages_are_known() {
        let shape = Shape::parse(
            "type Query { all(first: Int! = 50, after: String): Rows! one: Row } type Rows { nodes: [Row!]! count: Int! } \
             interface Row { id: ID! } schema { query: Query }",
        )
        .unwrap();
        assert_eq!(shape.root(OperationType::Query), Some("Query"));
        assert_eq!(shape.root(OperationType::Mutation), None);
        let all = FieldShape { type_name: "Rows".into(), list: false, paged: true, page: Some(50) };
        assert_eq!(shape.field(Some("Query"), "all"), Some(&all));
        let nodes = FieldShape { type_name: "Row".into(), list: true, paged: false, page: None };
        assert_eq!(shape.field(Some("Rows"), "nodes"), Some(&nodes));
        assert_eq!(shape.field(Some("Row"), "name"), None);
    }
}
