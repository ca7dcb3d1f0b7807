//! What the pipeline can do for any dialect, shown on one made for the purpose: several methods and names in a path, a session there,
//! words that choose between rows, texts that name keys, statuses, numbers as text, values spelled differently, headers on every reply.

use assetry::{
    commands,
    domain::{Actor, Code, Context, Permission, sessions},
    entity::words::Door as DoorName,
    graphql::Door,
    rest::{
        body,
        field::{number, text},
        json::Document,
        openapi::{self, Manual, Token, errors, schema::Members},
        payload::{self, Payload},
        refused::Refused,
        row::{Case, Choice, Gate, Number, Row, Says, Verb},
        run::{self, Admitted, Call, Dialect},
        shape::Rewrite,
    },
    settings::Settings,
};
use async_graphql::Value;
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Method, Request, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use serde_json::json;
use tower::ServiceExt;

use crate::harness::World;

#[derive(Debug)]
struct Sample;

const fn says(status: u16, code: i32, text: &'static str) -> Says {
    Says { status, code: Number::Integer(code), text, field: None }
}

const fn when(code: Code, number: i32, text: &'static str) -> Case {
    Case { code, field: None, says: says(400, number, text) }
}

const DONE: Says = Says { status: 200, code: Number::Text("0"), text: "done", field: None };

const CHOICE: Choice = Choice {
    key: "option",
    words: &[
        ("query", Row::new(Verb::Post, "").runs("Group").says(says(200, 0, "queried"))),
        (
            "rename",
            Row::new(Verb::Post, "")
                .holds(Permission::AssetGroups)
                .reads(&[text("name")])
                .runs("Rename")
                .says(says(200, 0, "renamed"))
                .unless(&[when(Code::AssetGroupNameTaken, 3, "taken: {}")]),
        ),
    ],
    otherwise: Gate::Holds(Permission::AssetGroups),
};

const ROWS: &[Row] = &[
    Row::new(Verb::Get, "/sample/{session}").runs("Viewer").says(says(200, 0, "read")).rewrites(&[Rewrite {
        key: "locked",
        spell: |value, _| i32::from(*value == Value::from(true)).into(),
        schema: || json!({ "enum": [0, 1] }),
    }]),
    Row::new(Verb::Put, "/sample/{session}").reads(&[text("name"), number("years")]).native(echo).says(DONE),
    Row::new(Verb::Post, "/sample/{session}/group/")
        .reads(&[text("group")])
        .first("Group")
        .chooses(&CHOICE)
        .must_find(Code::AssetGroupNotFound)
        .unless(&[when(Code::AssetGroupNotFound, 4, "no group"), when(Code::Forbidden, 5, "not you")]),
];

fn echo(
    _: Context,
    variables: async_graphql::Variables,
) -> BoxFuture<'static, Result<Payload, assetry::domain::Fault>> {
    Box::pin(async move { Ok(Payload::Members(variables.into())) })
}

impl Dialect for Sample {
    fn rows(&self) -> &'static [Row] {
        ROWS
    }

    fn operations(&self) -> &'static str {
        "query Viewer { _viewer: viewer { id: uniqueId locked _department: department { place: name } } }
         query Group($group: String!) { _group: assetGroup(by: { uniqueId: $group }) { name } }
         mutation Rename($group: ID!, $name: String!) {
             _group: assetGroupUpdate(input: { id: $group, name: $name }) { assetGroup { name } userErrors { code message } }
         }"
    }

    fn cases(&self) -> &'static [Case] {
        const CASES: &[Case] = &[when(Code::RequestInvalid, -2, "wrong: {}"), when(Code::Unauthenticated, 1, "who?")];
        CASES
    }

    fn failure(&self) -> &'static Says {
        const FAILURE: Says = says(500, -1, "failed");
        &FAILURE
    }

    fn admit<'a>(&'a self, call: &'a mut Call, body: Body) -> BoxFuture<'a, Result<Admitted, Refused>> {
        Box::pin(async move {
            let person = sessions::authenticate(&call.app, &call.path[0].1).await?;
            call.headers.insert("x-session", HeaderValue::from_static("live"));
            let bytes = body::read(body, 1000).await.map_err(|_| says(413, -3, "too large"))?;
            let body = Document::read(bytes).unwrap_or(Document::empty());
            Ok(Admitted { context: Context::new(call.app.clone(), Actor::Person(person), DoorName::Feishu), body })
        })
    }

    fn wrong_method(&self, allowed: &str) -> Response {
        (axum::http::StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)]).into_response()
    }

    fn success(&self, says: &Says, payload: Payload) -> Response {
        let mut head = br#"{"code":"#.to_vec();
        payload::write_json(&mut head, &says.code);
        (axum::http::StatusCode::from_u16(says.status).unwrap(), payload::body(head, payload, "}")).into_response()
    }

    fn refusal(&self, says: &Says, text: &str) -> Response {
        (axum::http::StatusCode::from_u16(says.status).unwrap(), format!("{:?} {text}", says.code)).into_response()
    }

    fn manual(&self) -> &'static Manual {
        const MANUAL: Manual = Manual {
            name: "sample",
            about: "A sample.",
            ids: "Their own.",
            token: Token::Path("session"),
            early: &[says(413, -3, "too large")],
            unknown: &[],
        };
        &MANUAL
    }

    fn success_schema(&self, says: &Says, payload: openapi::schema::Payload) -> serde_json::Value {
        Members::default().with("code", errors::number(says.code)).and(payload.members()).schema()
    }

    fn refusal_schema(&self, _: &Says, text: serde_json::Value) -> serde_json::Value {
        text
    }

    fn finish(&self, call: &Call, mut reply: Response) -> Response {
        if call.head.method == Method::GET {
            reply.headers_mut().insert("x-read", HeaderValue::from_static("yes"));
        }
        reply
    }
}

struct Sampled {
    world: World,
    router: Router,
}

impl Sampled {
    async fn start() -> Self {
        let world = World::demo().await;
        let door: Door = commands::door(&world.app, &Settings::default(), false);
        Self { router: run::router(&Sample, door), world }
    }

    async fn token(&self, username: &str) -> String {
        let context = Context::new(self.world.app.clone(), Actor::Nobody, DoorName::Feishu);
        let create = sessions::Create { username: username.to_owned(), password: format!("{username}pass") };
        let opened = sessions::create(&context, create).await.unwrap();
        opened.token(&self.world.app, sessions::Face::Session).unwrap()
    }

    async fn send(&self, method: Method, path: &str, body: serde_json::Value) -> (u16, String, Response<()>) {
        let request = Request::builder().method(method).uri(path).body(Body::from(body.to_string())).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (head.status.as_u16(), String::from_utf8(body.to_vec()).unwrap(), Response::from_parts(head, ()))
    }
}

#[tokio::test]
async fn methods_share_a_path_and_names_are_read_from_it() {
    let sampled = Sampled::start().await;
    let path = format!("/sample/{}", sampled.token("asdf").await);
    let (status, body, head) = sampled.send(Method::GET, &path, json!(null)).await;
    assert_eq!((status, body.as_str()), (200, r#"{"code":0,"id":"lwk4j5lk234","locked":0,"place":"测试部门"}"#));
    assert!(head.headers().contains_key("x-session") && head.headers().contains_key("x-read"));
    let (status, body, head) = sampled.send(Method::PUT, &path, json!({ "name": 1, "years": "2" })).await;
    assert_eq!((status, body.as_str()), (200, r#"{"code":"0","name":"1","years":2}"#));
    assert!(!head.headers().contains_key("x-read"));
    let (status, _, head) = sampled.send(Method::DELETE, &path, json!(null)).await;
    assert_eq!((status, &head.headers()[header::ALLOW]), (405, &HeaderValue::from_static("GET, PUT")));
    let (status, body, _) = sampled.send(Method::HEAD, &path, json!(null)).await;
    assert_eq!((status, body.as_str()), (200, ""));
}

#[tokio::test]
async fn refusals_have_the_words_of_the_row_or_of_the_dialect() {
    let sampled = Sampled::start().await;
    let path = format!("/sample/{}", sampled.token("asdf").await);
    let (status, body, head) = sampled.send(Method::PUT, &path, json!({ "name": "", "years": -1 })).await;
    assert_eq!((status, body.as_str()), (400, "Integer(-2) wrong: years"));
    assert!(head.headers().contains_key("x-session"), "headers are on every reply");
    let (status, body, head) = sampled.send(Method::GET, "/sample/nobody", json!(null)).await;
    assert_eq!((status, body.as_str()), (400, "Integer(1) who?"));
    assert!(!head.headers().contains_key("x-session"));
    let (status, body, _) = sampled.send(Method::PUT, &path, json!("x".repeat(1000))).await;
    assert_eq!((status, body.as_str()), (413, "Integer(-3) too large"));
}

#[tokio::test]
async fn a_word_chooses_between_rows() {
    let sampled = Sampled::start().await;
    let (admin, staff) = (sampled.token("asdf").await, sampled.token("sdfg").await);
    let ask = |token: &str, body| {
        let path = format!("/sample/{token}/group");
        let sampled = &sampled;
        async move {
            let (status, body, _) = sampled.send(Method::POST, &path, body).await;
            (status, body)
        }
    };
    let refused = |text: &str| (400, text.to_owned());
    for (token, body, answer) in [
        (&staff, json!({ "option": "query" }), refused("Integer(-2) wrong: group")),
        (&staff, json!({ "group": "0" }), refused("Integer(-2) wrong: option")),
        (&staff, json!({ "group": "0", "option": [] }), refused("Integer(-2) wrong: option")),
        (&staff, json!({ "group": "0", "option": "query" }), (200, r#"{"code":0,"name":"所有类别"}"#.to_owned())),
        (&staff, json!({ "group": "0", "option": "other" }), refused("Integer(5) not you")),
        (&staff, json!({ "group": "0", "option": "rename" }), refused("Integer(5) not you")),
        (&staff, json!({ "group": "nothing", "option": [] }), refused("Integer(4) no group")),
        (&admin, json!({ "group": "0", "option": "other" }), refused("Integer(-2) wrong: option")),
        (&admin, json!({ "group": "0", "option": "rename" }), refused("Integer(-2) wrong: name")),
        (&admin, json!({ "group": "0", "option": "rename", "name": "test1" }), refused("Integer(3) taken: ")),
        (
            &admin,
            json!({ "group": "others", "option": "rename", "name": "n" }),
            (200, r#"{"code":0,"assetGroup":{"name":"n"}}"#.to_owned()),
        ),
    ] {
        assert_eq!(ask(token, body.clone()).await, answer, "{body}");
    }
}

#[test]
fn any_dialect_can_be_documented() {
    let document = openapi::document(&[&Sample]);
    let named = &document["paths"]["/sample/{session}"];
    assert_eq!(
        named["get"]["parameters"][0],
        json!({ "name": "session", "in": "path", "required": true, "schema": { "type": "string" } })
    );
    assert_eq!(
        (named["get"].get("requestBody"), &named["put"]["operationId"]),
        (None, &json!("sample_put_sample_session"))
    );
    let read = &named["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(read["required"], json!(["code", "id", "locked", "place"]));
    assert_eq!(read["properties"]["locked"], json!({ "enum": [0, 1, null] }), "nobody may be asking");
    assert_eq!(named["put"]["responses"]["500"]["content"]["application/json"]["schema"], json!({ "const": "failed" }));
    let chosen = &document["paths"]["/sample/{session}/group/"]["post"];
    let statuses: Vec<_> = chosen["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["200", "400", "405", "413", "500"]);
    let bodies = &chosen["requestBody"]["content"]["application/json"]["schema"]["oneOf"];
    assert_eq!(bodies[1]["required"], json!(["group", "option", "name"]));
    let texts = chosen["responses"]["400"].to_string();
    for text in ["wrong: ", "no group", "not you", "taken: ", "who?"] {
        assert!(texts.contains(text), "{text}: {texts}");
    }
    let elsewhere = json!({ "$ref": "#/paths/~1sample~1%7Bsession%7D~1group~1" });
    assert_eq!(document["paths"]["/sample/{session}/group"], elsewhere);
}
