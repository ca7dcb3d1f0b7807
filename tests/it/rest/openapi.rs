//! The OpenAPI document: whole, served as it is printed, and held against live requests and replies by each dialect's tests.

use std::collections::BTreeSet;

use assetry::rest::{DIALECTS, openapi, row::Row};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::harness::{Reply, World};

/// The document, for holding requests and replies against it.
pub(crate) struct Documented(Value);

/// A row as it is documented.
pub(crate) struct Endpoint {
    request: Validator,
    replies: Vec<(String, Option<Validator>)>,
}

impl Documented {
    /// The document of all dialects.
    pub(crate) fn read() -> Self {
        Self(serde_json::from_str(openapi::text()).unwrap())
    }

    /// The operation at `path`; a reference to another path is followed.
    fn operation(&self, path: &str, row: &Row) -> &Value {
        let item = &self.0["paths"][path];
        let item = match item["$ref"].as_str() {
            Some(place) => self.0.pointer(&place[1..].replace("%7B", "{").replace("%7D", "}")).unwrap(),
            None => item,
        };
        let operation = &item[row.verb.name().to_lowercase()];
        assert!(operation.is_object(), "{} {path} is not in the document", row.verb.name());
        operation
    }

    /// What may be sent to `row` and answered by it.
    pub(crate) fn endpoint(&self, row: &Row) -> Endpoint {
        let operation = self.operation(row.path, row);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        let replies = operation["responses"].as_object().unwrap().iter().map(|(status, response)| {
            let schema = response["content"]["application/json"].get("schema");
            (status.clone(), schema.map(|schema| self.validator(schema)))
        });
        Endpoint { request: self.validator(body), replies: replies.collect() }
    }

    fn validator(&self, schema: &Value) -> Validator {
        // References point into the document.
        let mut schema = if schema.is_null() { json!({}) } else { schema.clone() };
        schema["components"] = self.0["components"].clone();
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        options.should_validate_formats(true).build(&schema).unwrap_or_else(|error| panic!("{error}: {schema:#}"))
    }
}

impl Endpoint {
    /// Whether the document says that this body may be sent.
    pub(crate) fn takes(&self, body: &Value) -> bool {
        self.request.is_valid(body)
    }

    /// What is wrong with an answer by the document; nothing if it is right.
    pub(crate) fn wrong(&self, status: StatusCode, answer: &Value) -> Option<String> {
        match self.replies.iter().find(|(known, _)| known == status.as_str()) {
            None => Some(format!("{status} is not documented")),
            Some((_, None)) => None,
            Some((_, Some(schema))) => schema.validate(answer).err().map(|error| error.to_string()),
        }
    }
}

#[test]
fn every_row_is_documented_at_every_path() {
    let document = Documented::read();
    let mut paths = BTreeSet::new();
    for dialect in DIALECTS {
        for row in dialect.rows() {
            for path in row.paths() {
                let operation = document.operation(&path, row);
                let summary = operation["summary"].as_str().unwrap();
                assert!(summary.ends_with(['.', '。']), "{path} has no sentence about it: give its row `.about(…)`");
                assert_eq!(operation["tags"], json!([row.subject.name()]), "{path}");
                let replies = operation["responses"]["200"].to_string();
                assert!(
                    !replies.contains("{}"),
                    "{path}: nothing tells what it answers; give its row `.like(…)` or `.replies(…)`"
                );
                assert!(operation["responses"]["405"].is_object(), "{path}");
                paths.insert(path);
            }
        }
    }
    let documented: BTreeSet<_> = document.0["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(documented, paths);
}

#[test]
fn ids_are_unique() {
    fn ids(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("operationId").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| ids(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    ids(&Documented::read().0, &mut found);
    assert_eq!(found.len(), DIALECTS.iter().map(|dialect| dialect.rows().len()).sum::<usize>());
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "{found:?}");
}

async fn get(world: &World, path: &str, known: &str) -> Reply {
    world.send(Request::get(path).header(header::IF_NONE_MATCH, known).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_document_is_served_as_it_is_printed() {
    let world = World::empty().await;
    for path in ["/api/openapi.json", "/api/openapi.json/"] {
        let reply = get(&world, path, "\"another\"").await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, openapi::text()));
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
        let tag = reply.headers[header::ETAG].to_str().unwrap();
        let again = get(&world, path, &format!("\"another\", W/{tag}")).await;
        assert_eq!((again.status, again.text()), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(again.headers[header::ETAG], tag);
    }
    let document: Value = serde_json::from_str(openapi::text()).unwrap();
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["servers"], json!([{ "url": "/" }]));
}

#[tokio::test]
async fn the_page_needs_nobody_else() {
    let world = World::empty().await;
    for path in ["/api/docs", "/api/docs/"] {
        let page = world.get(path).await;
        assert_eq!(
            (page.status, &page.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
        );
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; connect-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!page.text().contains("://") && !page.text().contains('{'), "{}", page.text());
        let files: Vec<_> = page.text().split('"').filter(|part| part.starts_with("/api/docs/")).collect();
        assert_eq!(files.len(), 5);
        for file in files {
            let reply = world.get(file).await;
            assert_eq!(reply.status, StatusCode::OK, "{file}");
            assert!(
                !reply.body.is_empty() && reply.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable")
            );
        }
    }
    assert_eq!(world.get("/api/docs/nothing.js").await.status, StatusCode::NOT_FOUND);
}
