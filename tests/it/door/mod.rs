//! The door and its transports, over a small schema.

use std::time::Duration;

use async_graphql::{Request, Response, Variables};
use serde_json::{Value, json};

use assetry::{
    domain::{Actor, Context, Language},
    entity::words,
    graphql::{Door, Introspection, Limits, Reader, StoredOperation},
};

use crate::harness::{Content, World};

mod http;
mod limits;
mod little;
mod omit;
mod page;
mod session;
pub(crate) mod socket;

/// A door to the little schema, and the world behind it, which needs no tables.
struct Little {
    door: Door,
    // Last: it takes its database away.
    _world: World,
}

impl std::ops::Deref for Little {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

async fn door(limits: Limits) -> Little {
    let world = World::with(Content::Nothing).await;
    let door = Door::to(little::schema(), world.app.clone(), limits);
    Little { door, _world: world }
}

fn context(door: &Door) -> Context {
    Context::new(door.app().clone(), Actor::Nobody, words::Door::Graphql)
}

async fn ask(door: &Door, query: &str, variables: Value) -> Response {
    let request = Request::new(query).variables(Variables::from_json(variables));
    door.execute(context(door), request).await
}

fn shown(response: &Response) -> Value {
    serde_json::to_value(response).unwrap()
}

fn code(response: &Response) -> Value {
    shown(response)["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn faults_have_codes_and_speak_the_readers_language() {
    let door = door(Limits::default()).await;
    for (language, text) in
        [(Language::Chinese, "令牌失效，请重新登录"), (Language::English, "Log in first: there is no live session.")]
    {
        let request = Request::new("{viewer}").data(Reader { language, request_id: "r1".into(), client: None });
        let response = shown(&door.execute(context(&door), request).await);
        assert_eq!(response["errors"][0]["message"], text);
        assert_eq!(response["errors"][0]["extensions"], json!({"code": "UNAUTHENTICATED", "requestId": "r1"}));
    }
}

#[tokio::test]
async fn errors_of_libraries_and_panics_are_not_shown() {
    let door = door(Limits::default()).await;
    for query in ["{broken}", "{panics}"] {
        let response = ask(&door, query, json!({})).await;
        assert_eq!(code(&response), "INTERNAL", "{query}");
        assert_eq!(response.errors[0].message, "未知错误");
        let text = shown(&response).to_string();
        assert!(!text.contains("FOREIGN") && !text.contains("should"), "{text}");
    }
}

#[tokio::test]
async fn a_syntax_error_repeats_nothing() {
    let door = door(Limits::default()).await;
    let response = ask(&door, &format!("{{ a(b: {}) ??? }}", "secret ".repeat(2000)), json!({})).await;
    assert_eq!(code(&response), "REQUEST_INVALID");
    assert!(response.errors[0].message.starts_with("Syntax error"), "{}", response.errors[0].message);
    assert!(!response.errors[0].message.contains("secret"));
    let unknown = "x".repeat(120);
    let response = ask(&door, &format!("{{ {} }}", format!("{unknown} ").repeat(200)), json!({})).await;
    assert!(shown(&response).to_string().len() < 60_000);
}

#[tokio::test]
async fn queries_stop_in_time_and_mutations_end_in_any_case() {
    let limits = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let door = door(limits).await;
    assert_eq!(code(&ask(&door, "{slow(milliseconds:5000)}", json!({})).await), "TIMEOUT");
    let done = || little::DONE.load(std::sync::atomic::Ordering::SeqCst);
    let before = done();
    assert_eq!(code(&ask(&door, "mutation{slow(milliseconds:200)}", json!({})).await), "TIMEOUT");
    // The client is gone at once.
    let gone =
        tokio::time::timeout(Duration::from_millis(5), ask(&door, "mutation{slow(milliseconds:200)}", json!({})));
    assert!(gone.await.is_err());
    assert_eq!(done(), before);
    door.close().await;
    assert_eq!(done(), before + 2);
}

#[tokio::test]
async fn variables_without_the_value_they_need_are_request_errors() {
    let door = door(Limits::default()).await;
    for variables in [json!({}), json!({"n": null})] {
        let response = ask(&door, "query($n: Int!){things(first:$n){totalCount}}", variables).await;
        assert!(response.errors[0].path.is_empty());
        assert_eq!(code(&response), "REQUEST_INVALID");
    }
    let response = ask(&door, "query($n: Int!){things(first:$n){totalCount}}", json!({"n": "two"})).await;
    assert!(response.errors[0].path.is_empty(), "{:?}", response.errors);
}

#[tokio::test]
async fn introspection_is_for_whom_the_limits_say() {
    for (introspection, wanted) in [
        (Introspection::Everybody, Value::Null),
        (Introspection::SignedIn, json!("UNAUTHENTICATED")),
        (Introspection::Nobody, json!("FORBIDDEN")),
    ] {
        let door = door(Limits { introspection, ..Limits::default() }).await;
        for query in ["{__schema{queryType{name}}}", "{...f} fragment f on Query{__type(name:\"Query\"){name}}"] {
            assert_eq!(code(&ask(&door, query, json!({})).await), wanted);
        }
        assert_eq!(code(&ask(&door, "{__typename}", json!({})).await), Value::Null);
    }
}

#[tokio::test]
async fn stored_operations_are_taken_from_their_file() {
    let door = door(Limits { weight: 1, ..Limits::default() }).await;
    let file = "query Page($n: Int) { things(first: $n) { ...count } } \
                query Said($t: String) { said(text: $t) } \
                fragment count on Things { totalCount }";
    let stored = StoredOperation::parse_all(file).unwrap();
    let answer = door.execute_stored(context(&door), &stored["Page"], Variables::default()).await;
    assert_eq!(shown(&answer)["data"], json!({"things": {"totalCount": 20}}));
    let given = Variables::from_json(json!({"t": null}));
    let answer = door.execute_stored(context(&door), &stored["Said"], given).await;
    assert_eq!(shown(&answer)["data"], json!({"said": "null"}));
}

#[tokio::test]
async fn only_the_chosen_operation_of_a_document_matters() {
    let door = door(Limits::default()).await;
    let query = "query A($t: String) { ...f } query B($t: Int!) { things(first: $t) { ...g } } \
                 fragment f on Query { said(text: $t) } fragment g on Things { totalCount }";
    let ask = |name: &'static str, variables: Value| {
        let request = Request::new(query).operation_name(name).variables(Variables::from_json(variables));
        let door = door.door.clone();
        async move { shown(&door.execute(context(&door), request).await) }
    };
    assert_eq!(ask("A", json!({})).await["data"], json!({"said": "omitted"}));
    assert_eq!(ask("B", json!({"t": 2})).await["data"], json!({"things": {"totalCount": 2}}));
    assert_eq!(ask("C", json!({})).await["errors"][0]["message"], "Unknown operation named \"C\".");
}

#[tokio::test]
async fn fields_come_in_the_order_they_were_asked_for() {
    let door = door(Limits::default()).await;
    let query = "{b: slow(milliseconds: 30) a: slow(milliseconds: 0) said ...f} fragment f on Query {c: slow(milliseconds: 10)}";
    let answer = ask(&door, query, json!({})).await;
    assert_eq!(shown(&answer).to_string(), r#"{"data":{"b":30,"a":0,"said":"omitted","c":10}}"#);
}
