//! The types of the GraphQL schema, read off its own definition: what the fields of an operation may answer.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_schema,
    types::{OperationType, Type, TypeKind, TypeSystemDefinition},
};

use crate::graphql::api;

/// The types of a schema.
#[derive(Debug, Default)]
pub(in crate::rest) struct Types {
    fields: HashMap<String, HashMap<String, Type>>,
    words: HashMap<String, Vec<String>>,
    roots: [Option<String>; 3],
}

impl Types {
    /// The types of our schema.
    pub(in crate::rest) fn ours() -> Self {
        Self::parse(&api::sdl()).expect("the schema prints itself in its own language")
    }

    /// The types that `definition` defines; the parser's message if it is none.
    pub(super) fn parse(definition: &str) -> Result<Self, String> {
        let mut types = Self::default();
        for item in parse_schema(definition).map_err(|error| error.to_string())?.definitions {
            match item {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    types.roots = [schema.query, schema.mutation, schema.subscription]
                        .map(|root| root.map(|name| name.node.to_string()));
                }
                TypeSystemDefinition::Type(definition) => {
                    let name = definition.node.name.node.to_string();
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        TypeKind::Enum(words) => {
                            let words = words.values.iter().map(|word| word.node.value.node.to_string());
                            types.words.insert(name, words.collect());
                            continue;
                        }
                        _ => continue,
                    };
                    let fields = fields.into_iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node));
                    types.fields.insert(name, fields.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(types)
    }

    /// The name of the root type of `kind`.
    pub(in crate::rest) fn root(&self, kind: OperationType) -> Option<&str> {
        let place = match kind {
            OperationType::Query => 0,
            OperationType::Mutation => 1,
            OperationType::Subscription => 2,
        };
        self.roots[place].as_deref()
    }

    /// The type of the field `field` of the type `on`.
    pub(in crate::rest) fn field(&self, on: &str, field: &str) -> Option<&Type> {
        self.fields.get(on)?.get(field)
    }

    /// The words of an enumeration.
    pub(super) fn words(&self, name: &str) -> Option<&[String]> {
        self.words.get(name).map(Vec::as_slice)
    }
}
