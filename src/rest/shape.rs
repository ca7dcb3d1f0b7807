//! How an operation's data become the payload of a reply. The shape is read off the operation itself:
//!
//! * an alias renames a field: `display_name: name`;
//! * a field with an alias that begins with `_` is dissolved into the object around it, and where it is `null` all its keys are:
//!   `_group: group { group_id: uniqueId group_name: name }`;
//! * the alias `_` alone replaces the object around it: `children { _: nodes { … } }` is a list;
//! * `userErrors` and `pageInfo` are not part of a payload.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};
use chrono_tz::Tz;

/// Spells the value of a key differently, wherever it stands in a payload.
#[derive(Clone, Copy)]
pub struct Rewrite {
    /// The key.
    pub key: &'static str,
    /// From GraphQL's spelling to the dialect's.
    pub spell: fn(&Value, &Around<'_>) -> Value,
    /// The JSON schema of what it becomes.
    pub schema: fn() -> serde_json::Value,
}

/// What stands around a value that is spelled differently.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The object that holds it, as GraphQL answered.
    pub object: &'a IndexMap<Name, Value>,
    /// The zone of local times.
    pub zone: Tz,
}

impl std::fmt::Debug for Rewrite {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Rewrite").field(&self.key).finish()
    }
}

/// What happens to a key of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is a key of the payload.
    Stays,
    /// Its keys are put into the object around it.
    Dissolves,
    /// It takes the place of the object around it.
    Replaces,
    /// It is no part of the payload.
    Goes,
}

/// The shape of an object, or of each object of a list.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// The keys in the order of the operation.
    pub keys: Vec<Key>,
}

/// A key of an object, as GraphQL answers it.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key: the field's alias, or else its name.
    pub name: Name,
    /// The field that stands there.
    pub field: Name,
    /// The type that a fragment asks it of; none where it is asked of whatever type stands around it.
    pub of: Option<Name>,
    /// What happens to it.
    pub fate: Fate,
    /// The shape of its value.
    pub inner: Shape,
}

impl Shape {
    /// The shape that the one operation of `document` asks for.
    pub fn of(document: &ExecutableDocument) -> Self {
        let mut shape = Self::default();
        for (_, operation) in document.operations.iter() {
            shape.collect(None, &operation.node.selection_set.node, &document.fragments);
        }
        shape
    }

    fn collect(
        &mut self,
        of: Option<&Name>,
        selected: &SelectionSet,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    ) {
        for selection in &selected.items {
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = &field.response_key().node;
                    let fate = match name.as_str() {
                        "userErrors" | "pageInfo" => Fate::Goes,
                        "_" => Fate::Replaces,
                        key if key.starts_with('_') && key != "__typename" => Fate::Dissolves,
                        _ => Fate::Stays,
                    };
                    let place = self.keys.iter().position(|known| known.name == *name).unwrap_or_else(|| {
                        let (name, field) = (name.clone(), field.name.node.clone());
                        self.keys.push(Key { name, field, of: of.cloned(), fate, inner: Self::default() });
                        self.keys.len() - 1
                    });
                    self.keys[place].inner.collect(None, &field.selection_set.node, fragments);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.collect(Some(of), &fragment.node.selection_set.node, fragments);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let of = inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node).or(of);
                    self.collect(of, &inline.node.selection_set.node, fragments);
                }
            }
        }
    }

    /// `data` in this shape.
    pub fn apply(&self, data: Value, rewrites: &[Rewrite], zone: Tz) -> Value {
        match data {
            Value::List(items) => Value::List(items.into_iter().map(|item| self.apply(item, rewrites, zone)).collect()),
            Value::Object(mut object) => {
                let mut shaped = Vec::with_capacity(object.len());
                let around = Around { object: &object, zone };
                let spelled: Vec<_> = self.keys.iter().map(|key| spelled(&key.name, rewrites, &around)).collect();
                for (Key { name, fate, inner, .. }, spelled) in self.keys.iter().zip(spelled) {
                    let Some(value) = object.swap_remove(name) else { continue };
                    match fate {
                        Fate::Stays => {
                            shaped.push((name.clone(), spelled.unwrap_or_else(|| inner.apply(value, rewrites, zone))));
                        }
                        Fate::Dissolves => match inner.apply(value, rewrites, zone) {
                            Value::Object(keys) => shaped.extend(keys),
                            _ => inner.nulls(&mut shaped),
                        },
                        Fate::Replaces => return inner.apply(value, rewrites, zone),
                        Fate::Goes => {}
                    }
                }
                Value::Object(shaped.into_iter().collect())
            }
            other => other,
        }
    }

    /// Every key of this shape with `null`.
    fn nulls(&self, into: &mut Vec<(Name, Value)>) {
        for Key { name, fate, inner, .. } in &self.keys {
            match fate {
                Fate::Stays => into.push((name.clone(), Value::Null)),
                Fate::Dissolves => inner.nulls(into),
                Fate::Replaces | Fate::Goes => {}
            }
        }
    }
}

/// The value of `key` as the first of `rewrites` for it spells it.
fn spelled(key: &Name, rewrites: &[Rewrite], around: &Around<'_>) -> Option<Value> {
    let rewrite = rewrites.iter().find(|rewrite| rewrite.key == key.as_str())?;
    around.object.get(key).map(|value| (rewrite.spell)(value, around))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::{Value as Json, json};

    use super::*;

    fn shaped(operation: &str, data: Json, rewrites: &[Rewrite]) -> String {
        let shape = Shape::of(&parse_query(operation).unwrap());
        let data = shape.apply(Value::from_json(data).unwrap(), rewrites, Tz::UTC);
        serde_json::to_string(&data).unwrap()
    }

    #[test]
    fn objects_dissolve_and_lists_replace_what_is_around_them() {
        let operation = "{
            data: assets {
                _: nodes {
                    unique_id: uniqueId
                    _group: group { group_id: uniqueId group_name: name _parent: parent { parent_id: uniqueId } }
                    ...Parts
                    display_name: name
                }
            }
        }
        fragment Parts on Asset { parts { _: nodes { unique_id: uniqueId } } ... on Asset { remarks } }";
        let data = json!({"data": {"_": [
            {"display_name": "a", "remarks": "", "unique_id": "1", "_group": {"group_id": "g", "group_name": "G", "_parent": null}, "parts": {"_": []}},
            {"unique_id": "2", "_group": null, "parts": {"_": [{"unique_id": "3"}]}, "remarks": null, "display_name": "b"},
        ]}});
        let expected = concat!(
            r#"{"data":[{"unique_id":"1","group_id":"g","group_name":"G","parent_id":null,"parts":[],"remarks":"","display_name":"a"},"#,
            r#"{"unique_id":"2","group_id":null,"group_name":null,"parent_id":null,"parts":[{"unique_id":"3"}],"remarks":null,"display_name":"b"}]}"#
        );
        assert_eq!(shaped(operation, data, &[]), expected);
    }

    #[test]
    fn payloads_lose_their_errors_and_lists_their_pages() {
        let operation = "{ data: assets { _: nodes { name } pageInfo { hasNextPage } } }";
        let data = json!({"data": {"_": [{"name": "a"}], "pageInfo": {"hasNextPage": false}}});
        assert_eq!(shaped(operation, data, &[]), r#"{"data":[{"name":"a"}]}"#);
        let operation = "mutation { _session: sessionCreate { token userErrors { code } viewer { name } } }";
        let data = json!({"_session": {"token": "t", "userErrors": [], "viewer": {"name": "n"}}});
        assert_eq!(shaped(operation, data, &[]), r#"{"token":"t","viewer":{"name":"n"}}"#);
        let operation = "mutation { _a: staffLock { userErrors { code } } }";
        assert_eq!(shaped(operation, json!({"_a": {"userErrors": []}}), &[]), "{}");
    }

    #[test]
    fn values_are_spelled_differently_wherever_they_stand() {
        const REWRITES: &[Rewrite] = &[Rewrite {
            key: "locked",
            spell: |value, around| match around.object.get("other") {
                Some(_) => "unknown".into(),
                None => i32::from(*value == Value::from(true)).into(),
            },
            schema: || json!({}),
        }];
        let data = json!({"locked": true, "list": [{"locked": false}, {"locked": false, "other": true}]});
        assert_eq!(
            shaped("{ locked list { locked other } }", data, REWRITES),
            r#"{"locked":1,"list":[{"locked":0},{"locked":"unknown","other":true}]}"#
        );
    }
}
