//! The document: every path of every dialect (OpenAPI 3.1).

use std::collections::BTreeMap;

use async_graphql::parser::types::OperationType;
use serde_json::{Map, Value, json};

use super::{
    errors,
    manual::{Subject, Token},
    replies::Reader,
    requests,
    schema::{Members, Payload, one_of},
    types::Types,
};
use crate::{
    graphql::StoredOperation,
    rest::{
        row::{Answer, Gate, Row, Says, Verb},
        run::Dialect,
        shape::Shape,
    },
};

/// The document of these dialects.
pub fn document(dialects: &[&dyn Dialect]) -> Value {
    let types = Types::ours();
    let mut paths = Map::new();
    for dialect in dialects {
        Described::new(*dialect, &types).put(&mut paths);
    }
    let subjects: Vec<_> = dialects.iter().flat_map(|dialect| dialect.rows()).map(|row| row.subject).collect();
    let tag = |subject: &Subject| json!({ "name": subject.name(), "description": subject.about() });
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assetry",
            "summary": env!("CARGO_PKG_DESCRIPTION"),
            "description": about(dialects),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/" }],
        "tags": Subject::ALL.iter().filter(|subject| subjects.contains(subject)).map(tag).collect::<Vec<_>>(),
        "paths": paths,
    });
    let mut schemas = Map::new();
    lift(&mut document, &mut schemas);
    let mut components = Map::new();
    if !schemas.is_empty() {
        components.insert("schemas".to_owned(), schemas.into());
    }
    if dialects.iter().any(|dialect| dialect.manual().token == Token::Bearer) {
        components.insert("securitySchemes".to_owned(), json!({ "bearer": { "type": "http", "scheme": "bearer" } }));
    }
    if !components.is_empty() {
        document["components"] = components.into();
    }
    document
}

fn about(dialects: &[&dyn Dialect]) -> String {
    let mut text = "The legacy dialects, for clients that exist. New ones ask GraphQL at `/graphql`.\n".to_owned();
    for dialect in dialects {
        let manual = dialect.manual();
        text.push_str(&format!("\n- **{}**: {}", manual.name, manual.about));
    }
    text
}

/// Moves what stands under `$defs` anywhere in `value` to the document's components, and points references there.
fn lift(value: &mut Value, schemas: &mut Map<String, Value>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Object(definitions)) = object.remove("$defs") {
                for (name, mut schema) in definitions {
                    lift(&mut schema, schemas);
                    schemas.insert(name, schema);
                }
            }
            if let Some(Value::String(place)) = object.get_mut("$ref")
                && let Some(name) = place.strip_prefix("#/$defs/")
            {
                *place = format!("#/components/schemas/{name}");
            }
            object.values_mut().for_each(|value| lift(value, schemas));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| lift(item, schemas)),
        _ => {}
    }
}

/// A dialect and its operations.
struct Described<'a> {
    dialect: &'a dyn Dialect,
    types: &'a Types,
    operations: BTreeMap<String, (OperationType, Shape)>,
}

impl<'a> Described<'a> {
    fn new(dialect: &'a dyn Dialect, types: &'a Types) -> Self {
        let stored = StoredOperation::parse_all(dialect.operations())
            .expect("the file is part of the program and a test parses it");
        let operations = stored
            .into_iter()
            .map(|(name, operation)| (name, (operation.kind(), Shape::of(operation.document()))))
            .collect();
        Self { dialect, types, operations }
    }

    /// Adds the dialect's paths: each row where it is printed, and references to it where else it answers.
    fn put(&self, paths: &mut Map<String, Value>) {
        let mut by_path: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        let mut order = Vec::new();
        for row in self.dialect.rows() {
            // The printed path first, so that the others can point at it.
            for path in std::iter::once(row.path.to_owned()).chain(row.paths()) {
                let rows = by_path.entry(path.clone()).or_default();
                if rows.is_empty() {
                    order.push(path);
                }
                if !rows.iter().any(|known| std::ptr::eq(*known, row)) {
                    rows.push(row);
                }
            }
        }
        for path in order {
            let rows = &by_path[&path];
            let printed = rows[0].path;
            let same = |one: &[&Row], other: &[&Row]| {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| std::ptr::eq(*one, *other))
            };
            let elsewhere = path != printed && same(rows, &by_path[printed]);
            let item = if elsewhere { json!({ "$ref": reference(printed) }) } else { self.item(&path, rows) };
            match paths.get_mut(&path) {
                Some(Value::Object(known)) => known.extend(item.as_object().cloned().unwrap_or_default()),
                _ => {
                    paths.insert(path, item);
                }
            }
        }
    }

    fn item(&self, path: &str, rows: &[&Row]) -> Value {
        let verbs = rows.iter().map(|row| (row.verb.name().to_lowercase(), self.operation(path, row)));
        Value::Object(verbs.collect())
    }

    fn operation(&self, path: &str, row: &Row) -> Value {
        let manual = self.dialect.manual();
        let in_query = row.verb == Verb::Get;
        let mut operation = json!({
            "operationId": id(manual.name, row.verb, path),
            "summary": row.about,
            "description": self.description(row),
            "tags": [row.subject.name()],
        });
        let parameters = requests::parameters(row, in_query);
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if !in_query && let Some((schema, example)) = requests::body(row, manual.token) {
            let content = json!({ "application/json": { "schema": schema, "example": example } });
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        if manual.token == Token::Bearer && row.gate != Gate::Open {
            operation["security"] = json!([{ "bearer": [] }]);
        }
        operation["responses"] = self.responses(row);
        operation
    }

    fn description(&self, row: &Row) -> String {
        let mut sentences = vec![match row.gate {
            Gate::Open => "For anybody, without a session.".to_owned(),
            Gate::Session => "For anybody with a live session.".to_owned(),
            Gate::Holds(permission) => format!("For those who hold `{}`.", permission.name()),
        }];
        let others: Vec<_> = row.paths().into_iter().filter(|path| path != row.path).collect();
        if !others.is_empty() {
            sentences.push(format!("Also at `{}`.", others.join("`, `")));
        }
        let operations = row.operations();
        if !operations.is_empty() {
            let name = self.dialect.manual().name;
            sentences.push(format!("In GraphQL: `{}` (`docs/migration-{name}.md`).", operations.join("`, `")));
        }
        format!("{}\n\n{}", sentences.join(" "), self.refusals(row))
    }

    /// The refusals of `row` as a table, for people.
    fn refusals(&self, row: &Row) -> String {
        let mut lines = Vec::new();
        for refusal in errors::refusals(self.dialect, row) {
            let text = refusal.text().unwrap_or("…").replace("{}", "…");
            let line = format!("| {} | `{}` | {text} |\n", refusal.says.status, refusal.says.code);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        format!("| status | code | refused because |\n| --- | --- | --- |\n{}", lines.concat())
    }

    fn responses(&self, row: &Row) -> Value {
        let mut schemas: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
        let successes = if row.media.is_some() { Vec::new() } else { self.successes(row) };
        for (says, payload) in successes {
            let schema = payload.map_or_else(|| json!({}), |payload| self.dialect.success_schema(&says, payload));
            schemas.entry(says.status).or_default().push(schema);
        }
        for kind in errors::kinds(&errors::refusals(self.dialect, row)) {
            let schema = self.dialect.refusal_schema(&kind.says, kind.text);
            schemas.entry(kind.says.status).or_default().push(schema);
        }
        let mut responses: BTreeMap<_, _> = schemas
            .into_iter()
            .map(|(status, schemas)| {
                let content = json!({ "application/json": { "schema": one_of(schemas) } });
                (status, json!({ "description": said_with(status), "content": content }))
            })
            .collect();
        if let Some(media) = row.media {
            let status = row.success.status;
            let said = responses.entry(status).or_insert_with(|| json!({ "description": said_with(status) }));
            if !media.is_empty() {
                said["content"][media] = json!({ "schema": { "type": "string", "contentMediaType": media } });
            }
        }
        responses.entry(405).or_insert_with(|| {
            let allow = json!({ "Allow": { "required": true, "schema": { "type": "string" } } });
            json!({ "description": said_with(405), "headers": allow })
        });
        Value::Object(responses.into_iter().map(|(status, response)| (status.to_string(), response)).collect())
    }

    /// What `row` says on success, with the payload of each of its words; none where nothing tells the payload.
    fn successes(&self, row: &Row) -> Vec<(Says, Option<Payload>)> {
        if let Answer::Choice(choice) = row.answer {
            return choice.words.iter().flat_map(|(_, row)| self.successes(row)).collect();
        }
        let otherwise = row.otherwise.map(|says| (says, Some(Payload::Object(Members::default()))));
        std::iter::once((row.success, self.payload(row))).chain(otherwise).collect()
    }

    fn payload(&self, row: &Row) -> Option<Payload> {
        if let Some(reply) = row.reply {
            return Some(Payload::written(&reply()));
        }
        let (operation, must_find) = match row.answer {
            Answer::Operation(name) => (name, row.missing.is_some()),
            // A function that finds nothing refuses.
            Answer::Native(_) | Answer::Exchange(_) => (row.like?, true),
            Answer::Choice(_) => return None,
        };
        let (kind, shape) = self.operations.get(operation)?;
        Reader { types: self.types, rewrites: row.rewrites, must_find }.payload(*kind, shape)
    }
}

fn said_with(status: u16) -> &'static str {
    match status {
        200 => "Every answer of the endpoint itself; the body tells success and refusals apart.",
        302 => "The way goes on elsewhere: the header `Location` tells where.",
        400 => "What was sent is wrong.",
        401 => "There is no live session.",
        403 => "Whoever asks may not.",
        404 => "There is nothing of that name.",
        405 => "Another method is wanted: the header `Allow` names it.",
        413 => "The body is too large.",
        416 => "The file does not have the bytes asked for.",
        422 => "What was sent cannot be done.",
        429 => "Too many calls.",
        500.. => "A fault of the server's.",
        _ => "An answer.",
    }
}

/// The id of an operation.
fn id(dialect: &str, verb: Verb, path: &str) -> String {
    let words = dialect.split('-').chain([verb.name()]).map(str::to_lowercase);
    let segments = path.split('/').filter(|segment| !segment.is_empty() && *segment != "api");
    let segments = segments.map(|segment| segment.trim_matches(['{', '}']).to_owned());
    words.chain(segments).collect::<Vec<_>>().join("_")
}

/// The place of a path in the document, as a reference.
fn reference(path: &str) -> String {
    let escaped = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
    format!("#/paths/{escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_references_are_spelled_for_machines() {
        assert_eq!(id("asset-platform", Verb::Post, "/api/a/confirm/"), "asset_platform_post_a_confirm");
        assert_eq!(id("feishu-app", Verb::Get, "/api/x/{session}"), "feishu_app_get_x_session");
        assert_eq!(reference("/api/x/{session}"), "#/paths/~1api~1x~1%7Bsession%7D");
    }

    #[test]
    fn definitions_become_components() {
        let mut document =
            json!({ "a": { "$ref": "#/$defs/T", "$defs": { "T": { "items": { "$ref": "#/$defs/T" } } } } });
        let mut schemas = Map::new();
        lift(&mut document, &mut schemas);
        assert_eq!(document, json!({ "a": { "$ref": "#/components/schemas/T" } }));
        assert_eq!(Value::from(schemas), json!({ "T": { "items": { "$ref": "#/components/schemas/T" } } }));
    }
}
