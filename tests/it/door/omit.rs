//! Omitted is not null.

use serde_json::{Value, json};

use assetry::graphql::Limits;

use super::{ask, door, shown};

async fn said(document: &str, variables: Value) -> Value {
    let door = door(Limits::default()).await;
    let shown = shown(&ask(&door, document, variables).await);
    assert_eq!(shown.get("errors"), None, "{document}");
    shown["data"].clone()
}

#[tokio::test]
async fn an_omitted_variable_omits_the_argument() {
    let document = "query($t: String) { said(text: $t) }";
    assert_eq!(said(document, json!({})).await["said"], "omitted");
    assert_eq!(said(document, json!({"t": null})).await["said"], "null");
    assert_eq!(said(document, json!({"t": "x"})).await["said"], "x");
    assert_eq!(said("query($t: String = \"d\") { said(text: $t) }", json!({})).await["said"], "d");
    assert_eq!(
        said("query($t: String) { ...f } fragment f on Query { said(text: $t) }", json!({})).await["said"],
        "omitted"
    );
}

#[tokio::test]
async fn an_omitted_variable_omits_the_input_field() {
    for (document, variables, wanted) in [
        ("query($t: String) { heard(input: {text: $t}) }", json!({}), "omitted"),
        ("query($t: String) { heard(input: {text: $t}) }", json!({"t": null}), "null"),
        ("query($t: String) { heard(input: {inner: {text: $t}}) }", json!({}), "inner omitted"),
        ("query($t: String) { heard(input: {list: [$t, \"x\"]}) }", json!({}), "omitted, list of null x"),
        ("query($i: Heard!) { heard(input: $i) }", json!({"i": {}}), "omitted"),
    ] {
        assert_eq!(said(document, variables).await["heard"], wanted, "{document}");
    }
}

#[tokio::test]
async fn an_omitted_variable_leaves_the_arguments_default() {
    let document = "query($n: Int) { things(first: $n) { totalCount } }";
    assert_eq!(said(document, json!({})).await["things"]["totalCount"], 20);
}

#[tokio::test]
async fn directives_see_the_default_of_a_variable() {
    let document = "query($w: Boolean = true) { said @include(if: $w) things @skip(if: $w) { totalCount } }";
    assert_eq!(said(document, json!({})).await, json!({"said": "omitted"}));
    assert_eq!(said(document, json!({"w": false})).await, json!({"things": {"totalCount": 20}}));
}
