//! Schemas of JSON values (JSON Schema 2020-12), and the objects they are put together to.

use serde_json::{Map, Value, json};

/// A schema that also takes `null`.
pub fn nullable(mut schema: Value) -> Value {
    let Some(keywords) = schema.as_object_mut() else { return schema };
    if keywords.contains_key("const") || !keywords.keys().any(|key| key == "type" || key == "enum") {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    match keywords.get_mut("type") {
        Some(Value::Array(names)) if !names.contains(&json!("null")) => names.push(json!("null")),
        Some(name @ Value::String(_)) => *name = json!([name.clone(), "null"]),
        _ => {}
    }
    if let Some(Value::Array(words)) = keywords.get_mut("enum")
        && !words.contains(&Value::Null)
    {
        words.push(Value::Null);
    }
    schema
}

/// The schema of what any of `schemas` takes, each named once.
pub fn any_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    one_or("anyOf", schemas)
}

/// The schema of what exactly one of `schemas` takes, each named once.
pub fn one_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    one_or("oneOf", schemas)
}

fn one_or(keyword: &str, schemas: impl IntoIterator<Item = Value>) -> Value {
    let mut distinct = Vec::new();
    for schema in schemas {
        if !distinct.contains(&schema) {
            distinct.push(schema);
        }
    }
    match distinct.pop() {
        Some(only) if distinct.is_empty() => only,
        Some(last) => {
            distinct.push(last);
            json!({ keyword: distinct })
        }
        None => json!({}),
    }
}

/// The keys of an object of a reply, each with its schema: these and no others.
#[derive(Clone, Debug, Default)]
pub struct Members {
    keys: Vec<(String, Value, bool)>,
    definitions: Map<String, Value>,
}

impl Members {
    /// With one more key, which is always there.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, schema: Value) -> Self {
        self.keys.push((key.into(), schema, true));
        self
    }

    /// With one more key, which is there where a fragment's type fits.
    #[must_use]
    pub fn perhaps(mut self, key: impl Into<String>, schema: Value) -> Self {
        self.keys.push((key.into(), schema, false));
        self
    }

    /// With the keys of `others` behind these.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.keys.extend(others.keys);
        self.definitions.extend(others.definitions);
        self
    }

    /// The same keys, each of which may be `null`.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        for (_, schema, _) in &mut self.keys {
            *schema = nullable(schema.take());
        }
        self
    }

    /// The keys of the schema of an object that was written by hand; its `$defs` come along.
    pub fn read(schema: &Value) -> Self {
        let required = |key: &str| schema["required"].as_array().is_some_and(|keys| keys.contains(&json!(key)));
        let keys = schema["properties"].as_object().into_iter().flatten();
        Self {
            keys: keys.map(|(key, schema)| (key.clone(), schema.clone(), required(key))).collect(),
            definitions: schema["$defs"].as_object().cloned().unwrap_or_default(),
        }
    }

    /// The schema of the object.
    pub fn schema(self) -> Value {
        let required: Vec<_> = self.keys.iter().filter(|(_, _, always)| *always).map(|(key, ..)| key.clone()).collect();
        let keys: Map<_, _> = self.keys.into_iter().map(|(key, schema, _)| (key, schema)).collect();
        let mut schema = json!({
            "type": "object", "properties": keys, "required": required, "additionalProperties": false,
        });
        if !self.definitions.is_empty() {
            schema["$defs"] = self.definitions.into();
        }
        schema
    }
}

/// The schema of a payload.
#[derive(Clone, Debug)]
pub enum Payload {
    /// It is an object with these keys.
    Object(Members),
    /// It is anything else.
    Other(Value),
}

impl Payload {
    /// The payload whose schema was written by hand.
    pub fn written(schema: &Value) -> Self {
        if schema["type"] == "object" { Self::Object(Members::read(schema)) } else { Self::Other(schema.clone()) }
    }

    /// The keys, for an envelope that takes them in; there are none if the payload is no object.
    pub fn members(self) -> Members {
        match self {
            Self::Object(members) => members,
            Self::Other(_) => Members::default(),
        }
    }

    /// The schema, for an envelope that gives the payload a key of its own.
    pub fn schema(self) -> Value {
        match self {
            Self::Object(members) => members.schema(),
            Self::Other(schema) => schema,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_added_once() {
        for (schema, wanted) in [
            (json!({ "type": "string" }), json!({ "type": ["string", "null"] })),
            (json!({ "type": ["string", "null"] }), json!({ "type": ["string", "null"] })),
            (json!({ "enum": [0, 1] }), json!({ "enum": [0, 1, null] })),
            (json!({ "type": "string", "enum": ["a"] }), json!({ "type": ["string", "null"], "enum": ["a", null] })),
            (json!({ "const": 0 }), json!({ "anyOf": [{ "const": 0 }, { "type": "null" }] })),
            (json!({ "$ref": "#/$defs/a" }), json!({ "anyOf": [{ "$ref": "#/$defs/a" }, { "type": "null" }] })),
        ] {
            assert_eq!(nullable(schema), wanted);
        }
    }

    #[test]
    fn members_are_these_and_no_others() {
        let written = json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": {} }, "required": ["a"], "$defs": { "T": {} } });
        let schema = Members::default().with("code", json!({ "const": 0 })).and(Members::read(&written).or_null());
        assert_eq!(
            schema.schema(),
            json!({
                "type": "object",
                "properties": {
                    "code": { "const": 0 },
                    "a": { "type": ["string", "null"] },
                    "b": { "anyOf": [{}, { "type": "null" }] },
                },
                "required": ["code", "a"],
                "additionalProperties": false,
                "$defs": { "T": {} },
            })
        );
        assert_eq!(any_of([json!(1), json!(2), json!(1)]), json!({ "anyOf": [1, 2] }));
        assert_eq!(one_of([json!(1), json!(1)]), json!(1));
    }
}
