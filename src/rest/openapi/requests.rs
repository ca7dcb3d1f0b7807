//! What a call sends: schemas of the body and of parameters, read off the fields of a row. A schema takes every request that can
//! succeed.

use serde_json::{Map, Value, json};

use super::{
    manual::Token,
    schema::{any_of, nullable, one_of},
};
use crate::{
    domain::text::{PASSWORD, SHORT},
    rest::{
        field::{Absent, Field, Kind, Null},
        row::{Answer, Choice, Gate, Row},
    },
};

/// Text without U+0000.
const CLEAN: &str = "^[^\\u0000]*$";
/// Text without U+0000 that is not blank.
const VISIBLE: &str = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$";
/// A number in text, with blanks around it.
const DIGITS: &str = "^[ \\t\\n\\f\\r]*0*[0-9]{1,10}[ \\t\\n\\f\\r]*$";

/// The schema of the body of `row`, and a body that shows its form; none if it reads none.
pub(super) fn body(row: &Row, token: Token) -> Option<(Value, Value)> {
    let mut keys = Keys::default();
    if let (Token::Body(name), true) = (token, row.gate != Gate::Open) {
        let about = "The `token` of a login.";
        keys.put(name, json!({ "type": "string", "description": about }), true, json!(name));
    }
    let in_path = |field: &&Field| !named(row, field);
    keys.read(row.input.iter().filter(in_path));
    match row.answer {
        Answer::Choice(choice) => Some(chosen(&keys, choice)),
        _ if keys.is_empty() => None,
        _ => Some((keys.schema(), keys.example())),
    }
}

/// The parameters of `row` in its path, and where it has no body in the query.
pub(super) fn parameters(row: &Row, in_query: bool) -> Vec<Value> {
    let mut parameters = Vec::new();
    for name in names(row.path) {
        let field = row.input.iter().find(|field| field.key == key_of(row, name));
        let schema = field.map_or_else(|| json!({ "type": "string" }), |field| value(field).0);
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    for field in row.input.iter().filter(|field| in_query && !named(row, field)) {
        for key in [Some(field.key), field.twin].into_iter().flatten() {
            let required = is_required(field) && field.twin.is_none();
            parameters.push(json!({ "name": key, "in": "query", "required": required, "schema": value(field).0 }));
        }
    }
    parameters
}

/// The names in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn named(row: &Row, field: &Field) -> bool {
    names(row.path).any(|name| key_of(row, name) == field.key)
}

/// The key of the input that the segment `name` of the path stands for.
fn key_of<'a>(row: &Row, name: &'a str) -> &'a str {
    if name == "key" { row.key } else { name }
}

/// The keys of an object that is sent. Others are ignored.
#[derive(Clone, Debug, Default)]
struct Keys {
    properties: Map<String, Value>,
    required: Vec<String>,
    /// Pairs of which one is required.
    either: Vec<[&'static str; 2]>,
    example: Map<String, Value>,
}

impl Keys {
    fn of<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Self {
        let mut keys = Self::default();
        keys.read(fields);
        keys
    }

    fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    fn put(&mut self, key: &str, schema: Value, required: bool, example: Value) {
        self.properties.insert(key.to_owned(), schema);
        self.example.insert(key.to_owned(), example);
        if required {
            self.required.push(key.to_owned());
        }
    }

    fn read<'a>(&mut self, fields: impl IntoIterator<Item = &'a Field>) {
        for field in fields {
            let (schema, example) = value(field);
            let required = is_required(field);
            if let Some(twin) = field.twin {
                self.properties.insert(twin.to_owned(), schema.clone());
                if required {
                    self.either.push([field.key, twin]);
                }
            }
            self.put(field.key, schema, required && field.twin.is_none(), example);
        }
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": "object", "properties": self.properties });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        let mut either: Vec<_> = self.either.iter().map(either).collect();
        match (either.pop(), either.is_empty()) {
            (Some(only), true) => schema["anyOf"] = only["anyOf"].clone(),
            (Some(last), false) => {
                either.push(last);
                schema["allOf"] = either.into();
            }
            (None, _) => {}
        }
        schema
    }

    fn example(&self) -> Value {
        self.example.clone().into()
    }
}

fn either(keys: &[&str; 2]) -> Value {
    json!({ "anyOf": keys.map(|key| json!({ "required": [key] })) })
}

/// Bodies that a word tells apart. The first word's is the example.
fn chosen(around: &Keys, choice: &Choice) -> (Value, Value) {
    let bodies: Vec<_> = choice
        .words
        .iter()
        .map(|(word, row)| {
            let mut keys = around.clone();
            keys.put(choice.key, json!({ "const": word }), true, json!(word));
            keys.read(row.input);
            keys
        })
        .collect();
    let example = bodies.first().map_or(Value::Null, Keys::example);
    (one_of(bodies.iter().map(Keys::schema)), example)
}

fn is_required(field: &Field) -> bool {
    matches!(field.absent, Absent::Wrong)
}

/// The schema of a field's value, and a value that shows its form.
fn value(field: &Field) -> (Value, Value) {
    let (mut schema, example) = kind(field);
    match field.null {
        Null::Wrong => {}
        Null::Absent => schema = nullable(schema),
        Null::None => {
            let empty = kind_takes_empty(field.kind);
            schema = if empty { nullable(schema) } else { any_of([schema, json!({ "enum": [null, ""] })]) };
            schema["description"] = json!("`null` and the empty text mean none.");
        }
    }
    match field.absent {
        Absent::Text(text) => schema["default"] = json!(sent(field.kind, text)),
        Absent::Number(number) => schema["default"] = json!(number),
        Absent::Wrong | Absent::Omitted => {}
    }
    if let Some(twin) = field.twin {
        schema["description"] = json!(format!("`{}` and `{twin}` are two spellings of one key.", field.key));
    }
    (schema, example)
}

/// The word that becomes `variable`, or the text itself.
fn sent(kind: Kind, variable: &'static str) -> &'static str {
    let (Kind::Word(words) | Kind::AnyWord(words)) = kind else { return variable };
    words.iter().find(|(_, becomes)| *becomes == variable).map_or(variable, |(word, _)| word)
}

fn kind_takes_empty(kind: Kind) -> bool {
    matches!(kind, Kind::Text(_) | Kind::Bytes(_))
}

fn kind(field: &Field) -> (Value, Value) {
    let example = || json!(field.key);
    let text =
        |pattern: &str, most: usize| json!({ "type": ["string", "integer"], "maxLength": most, "pattern": pattern });
    match field.kind {
        Kind::Text(most) => (text(CLEAN, most), example()),
        Kind::Name => (text(VISIBLE, SHORT), example()),
        Kind::Password => {
            let mut schema = text(CLEAN, PASSWORD);
            schema["minLength"] = json!(1);
            schema["format"] = json!("password");
            (schema, example())
        }
        Kind::Bytes(most) => {
            let mut schema = text(CLEAN, most);
            schema["description"] = json!(format!("At most {most} bytes in UTF-8."));
            (schema, example())
        }
        Kind::Number => {
            let number = json!({ "type": "integer", "minimum": 0, "maximum": i32::MAX });
            let digits = json!({ "type": "string", "pattern": DIGITS });
            (json!({ "anyOf": [number, digits] }), json!(1))
        }
        Kind::Truth => {
            let words = json!({ "type": "string", "enum": ["true", "false", "1", "0"] });
            (json!({ "anyOf": [{ "type": "boolean" }, { "enum": [1, 0] }, words] }), json!(true))
        }
        Kind::Texts { lone } => {
            let one = text(CLEAN, SHORT);
            let list = json!({ "type": "array", "items": one });
            (if lone { any_of([one, list]) } else { list }, json!([field.key]))
        }
        Kind::Word(words) | Kind::AnyWord(words) => {
            let names: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            let first = names.first().map_or(Value::Null, |word| json!(word));
            (json!({ "type": "string", "enum": names }), first)
        }
        Kind::Members(fields) => {
            let keys = Keys::of(fields);
            (keys.schema(), keys.example())
        }
        Kind::Objects(fields) => list(&Keys::of(fields)),
        Kind::Each(wanted) => list(&Keys::of([wanted])),
    }
}

fn list(item: &Keys) -> (Value, Value) {
    (json!({ "type": "array", "items": item.schema() }), json!([item.example()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::{
        field::{any_word, each, members, name, number, reference, text, word},
        row::Verb,
    };

    const POST: Row = Row::new(Verb::Post, "/x/");

    #[test]
    fn bodies_follow_the_fields() {
        const WORDS: &[(&str, &str)] = &[("yes", "APPROVE"), ("no", "REJECT")];
        const ROW: Row = POST.reads(&[
            reference("asset_id").also("unique_id"),
            word("result", WORDS),
            any_word("kind", WORDS).or("REJECT"),
            members("data", &[name("name").if_sent(), reference("under").or_none().if_sent()]),
            each("list", &reference("id")),
        ]);
        let (schema, example) = body(&ROW, Token::Body("token")).unwrap();
        assert_eq!(schema["required"], json!(["token", "result", "data", "list"]));
        assert_eq!(schema["anyOf"], json!([{ "required": ["asset_id"] }, { "required": ["unique_id"] }]));
        let keys = &schema["properties"];
        assert_eq!(keys["result"], json!({ "type": "string", "enum": ["yes", "no"] }));
        assert_eq!(keys["kind"], json!({ "type": ["string", "null"], "enum": ["yes", "no", null], "default": "no" }));
        assert_eq!(keys["data"].get("required"), None);
        assert_eq!(keys["data"]["properties"]["under"]["type"], json!(["string", "integer", "null"]));
        assert_eq!(keys["list"]["items"]["required"], json!(["id"]));
        assert_eq!(
            example,
            json!({
                "token": "token", "asset_id": "asset_id", "result": "yes", "kind": "yes",
                "data": { "name": "name", "under": "under" }, "list": [{ "id": "id" }],
            })
        );
        assert_eq!(body(&POST.open(), Token::Body("token")), None);
        assert_eq!(body(&POST, Token::Bearer), None);
    }

    #[test]
    fn words_tell_bodies_apart() {
        const CHOICE: Choice = Choice {
            key: "option",
            words: &[("query", POST), ("rename", POST.reads(&[name("name")]))],
            otherwise: Gate::Session,
        };
        const ROW: Row = POST.reads(&[text("id")]).chooses(&CHOICE);
        let (schema, example) = body(&ROW, Token::Bearer).unwrap();
        assert_eq!(schema["oneOf"][0]["required"], json!(["id", "option"]));
        assert_eq!(schema["oneOf"][1]["required"], json!(["id", "option", "name"]));
        assert_eq!(schema["oneOf"][1]["properties"]["option"], json!({ "const": "rename" }));
        assert_eq!(example, json!({ "id": "id", "option": "query" }));
    }

    #[test]
    fn names_in_the_path_are_parameters() {
        const ROW: Row = Row::new(Verb::Get, "/x/{id}/").reads(&[number("id"), text("page").if_sent()]);
        let found = parameters(&ROW, true);
        let brief: Vec<_> = found
            .iter()
            .map(|one| (one["name"].as_str().unwrap(), one["in"].as_str().unwrap(), one["required"] == true))
            .collect();
        assert_eq!(brief, [("id", "path", true), ("page", "query", false)]);
        assert_eq!(found[0]["schema"]["anyOf"][0]["type"], "integer");
        assert_eq!(parameters(&ROW, false).len(), 1);
    }
}
