//! What a success answers: the schema of the payload that an operation's data become in their shape.

use async_graphql::parser::types::{BaseType, OperationType, Type};
use serde_json::{Value, json};

use super::{
    schema::{Members, Payload, nullable},
    types::Types,
};
use crate::rest::shape::{Fate, Key, Rewrite, Shape};

/// Reads schemas off the shapes of operations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    /// The schema that the operations ask.
    pub(super) types: &'a Types,
    /// What the row spells differently.
    pub(super) rewrites: &'a [Rewrite],
    /// Whether it is a fault when a root field is `null`.
    pub(super) must_find: bool,
}

impl Reader<'_> {
    /// The payload that an operation of `kind` with this shape answers; none if the operation does not fit the schema.
    pub(super) fn payload(&self, kind: OperationType, shape: &Shape) -> Option<Payload> {
        self.object(shape, self.types.root(kind)?, self.must_find)
    }

    /// An object of the type `on`; `found` says that none of its fields is `null` by the time there is a payload.
    fn object(&self, shape: &Shape, on: &str, found: bool) -> Option<Payload> {
        // What a mutation gives is there unless its errors are.
        let found = found || self.types.field(on, "userErrors").is_some();
        let mut members = Members::default();
        for key in &shape.keys {
            let ty = self.field(key, on)?;
            let null = ty.nullable && !found;
            match key.fate {
                Fate::Goes => {}
                Fate::Replaces => return Some(Payload::Other(or_null(self.value(&key.inner, &ty.base)?, null))),
                Fate::Dissolves => {
                    let BaseType::Named(name) = &ty.base else { return None };
                    let inner = self.object(&key.inner, name, false)?.members();
                    members = members.and(if null { inner.or_null() } else { inner });
                }
                Fate::Stays => {
                    let rewritten = self.rewrites.iter().find(|rewrite| rewrite.key == key.name.as_str());
                    let schema = match rewritten {
                        Some(rewrite) => (rewrite.schema)(),
                        None => or_null(self.value(&key.inner, &ty.base)?, null),
                    };
                    let always = key.of.as_ref().is_none_or(|of| of == on);
                    members = if always {
                        members.with(key.name.as_str(), schema)
                    } else {
                        members.perhaps(key.name.as_str(), schema)
                    };
                }
            }
        }
        Some(Payload::Object(members))
    }

    fn field(&self, key: &Key, on: &str) -> Option<Type> {
        if key.field == "__typename" {
            return Type::new("String!");
        }
        self.types.field(key.of.as_deref().unwrap_or(on), &key.field).cloned()
    }

    fn value(&self, shape: &Shape, base: &BaseType) -> Option<Value> {
        match base {
            BaseType::List(items) => {
                let item = or_null(self.value(shape, &items.base)?, items.nullable);
                Some(json!({ "type": "array", "items": item }))
            }
            BaseType::Named(name) if shape.keys.is_empty() => self.scalar(name),
            BaseType::Named(name) => Some(self.object(shape, name, false)?.schema()),
        }
    }

    fn scalar(&self, name: &str) -> Option<Value> {
        Some(match name {
            "ID" | "String" => json!({ "type": "string" }),
            "Int" => json!({ "type": "integer" }),
            "Float" => json!({ "type": "number" }),
            "Boolean" => json!({ "type": "boolean" }),
            "DateTime" => json!({ "type": "string", "format": "date-time" }),
            "NaiveDate" => json!({ "type": "string", "format": "date" }),
            name => json!({ "type": "string", "enum": self.types.words(name)? }),
        })
    }
}

fn or_null(schema: Value, null: bool) -> Value {
    if null { nullable(schema) } else { schema }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const DEFINITION: &str = "
        schema { query: Query mutation: Mutation }
        type Query { assets: Assets! asset: Asset node: Node! }
        type Mutation { enter: EnterPayload! }
        type EnterPayload { asset: Asset token: String userErrors: [Int!]! }
        type Assets { nodes: [Asset!]! pageInfo: Int! }
        interface Node { id: ID! }
        type Asset { id: ID! name: String! status: Status! holder: Person on: NaiveDate parts: [Int] }
        type Person { id: ID! name: String! place: Place }
        type Place { name: String! }
        enum Status { NEW OLD }";

    fn read(operation: &str, kind: OperationType, must_find: bool) -> Option<Value> {
        const REWRITES: &[Rewrite] =
            &[Rewrite { key: "locked", spell: |value, _| value.clone(), schema: || json!({ "enum": [0, 1] }) }];
        let types = Types::parse(DEFINITION).unwrap();
        let shape = Shape::of(&parse_query(operation).unwrap());
        Some(Reader { types: &types, rewrites: REWRITES, must_find }.payload(kind, &shape)?.schema())
    }

    fn object(keys: Value) -> Value {
        let required: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
        json!({ "type": "object", "properties": keys, "required": required, "additionalProperties": false })
    }

    #[test]
    fn lists_aliases_and_what_dissolves_follow_the_schema() {
        let operation = "{ data: assets {
            _: nodes { uid: id status on parts _holder: holder { who: name locked: id _place: place { where: name } } }
            pageInfo
        } }";
        let row = object(json!({
            "uid": { "type": "string" },
            "status": { "type": "string", "enum": ["NEW", "OLD"] },
            "on": { "type": ["string", "null"], "format": "date" },
            "parts": { "type": ["array", "null"], "items": { "type": ["integer", "null"] } },
            "who": { "type": ["string", "null"] },
            "locked": { "enum": [0, 1, null] },
            "where": { "type": ["string", "null"] },
        }));
        let wanted = object(json!({ "data": { "type": "array", "items": row } }));
        assert_eq!(read(operation, OperationType::Query, false), Some(wanted));
    }

    #[test]
    fn what_was_done_and_what_was_found_are_not_null() {
        let done = "mutation { _enter: enter { token asset { name } userErrors } }";
        let name = object(json!({ "name": { "type": "string" } }));
        let wanted = object(json!({ "token": { "type": "string" }, "asset": name.clone() }));
        assert_eq!(read(done, OperationType::Mutation, false), Some(wanted));
        let wanted = object(json!({ "asset": name }));
        assert_eq!(read("{ asset { name } }", OperationType::Query, true), Some(wanted));
        let found = read("{ asset { name } }", OperationType::Query, false).unwrap();
        assert_eq!(found["properties"]["asset"]["type"], json!(["object", "null"]));
    }

    #[test]
    fn what_another_type_has_is_not_always_there() {
        let found = read("{ node { id ... on Asset { name } } }", OperationType::Query, false).unwrap();
        let node = &found["properties"]["node"];
        assert_eq!((&node["required"], &node["properties"]["name"]), (&json!(["id"]), &json!({ "type": "string" })));
        assert_eq!(read("{ nothing }", OperationType::Query, false), None);
    }
}
