//! Values of every wrong type at every key: whatever is sent, the answer is one of this dialect's and never a fault of ours.

use assetry::rest::{
    asset_platform::ROWS,
    field::{Field, Kind},
};
use serde_json::{Value, json};

use super::{ASSETS, IN_STORE, call, login};
use crate::harness::World;

/// A body that is right as far as types go.
pub(super) fn right(fields: &[Field]) -> Value {
    fields.iter().map(|field| (field.key.to_owned(), value(field))).collect::<serde_json::Map<_, _>>().into()
}

fn value(field: &Field) -> Value {
    match field.kind {
        Kind::Text(_) | Kind::Name | Kind::Password | Kind::Bytes(_) => json!(IN_STORE),
        Kind::Number => json!(1),
        Kind::Truth => json!(true),
        Kind::Texts { .. } => json!([IN_STORE]),
        Kind::Word(words) | Kind::AnyWord(words) => json!(words[0].0),
        Kind::Members(fields) => right(fields),
        Kind::Objects(fields) => json!([right(fields)]),
        Kind::Each(wanted) => json!([right(std::slice::from_ref(wanted))]),
    }
}

/// Every body that differs from `body` by `wrong` at one place, however deep.
pub(super) fn spoiled(body: &Value, wrong: &Value) -> Vec<Value> {
    let mut bodies = vec![wrong.clone()];
    match body {
        Value::Object(object) => {
            for (key, value) in object {
                for value in spoiled(value, wrong) {
                    let mut body = body.clone();
                    body[key] = value;
                    bodies.push(body);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                bodies.extend(spoiled(item, wrong).into_iter().map(|item| json!([item])));
            }
        }
        _ => {}
    }
    bodies
}

#[tokio::test]
async fn no_value_at_any_key_is_a_fault_of_ours() {
    let world = World::demo().await;
    let token = login(&world, ASSETS).await;
    let wrong = [
        "null",
        "true",
        "0",
        "-1",
        "-0",
        "1.5",
        "1e400",
        "-1e-400",
        "9223372036854775808",
        "123456789012345678901234567890",
        "\"\"",
        "\" \"",
        "\"0\"",
        "\"a\\u0000b\"",
        "\"\\ud83d\\ude00\"",
        "\"' OR 1=1 --\"",
        "\"%\"",
        "\"\\\\\"",
        "\"2020-01-01\"",
        "\"QXNzZXQ6MQ\"",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[{}]",
        "[\"a\"]",
        "{\"a\":1}",
        "{\"data\":[]}",
        "{\"__proto__\":{}}",
        "{\"\":null}",
    ];
    let long = format!("\"{}\"", "中".repeat(10_000));
    for row in ROWS {
        let body = right(row.input);
        // serde_json cannot hold every number, so the wrong text takes the place of a mark.
        const MARK: &str = "here";
        for body in spoiled(&body, &json!(MARK)).iter().filter(|body| body.is_object()) {
            for wrong in wrong.iter().copied().chain([long.as_str()]) {
                let mut body = body.clone();
                body["token"] = token.clone().into();
                let text = body.to_string().replace(&format!("\"{MARK}\""), wrong);
                let reply = super::send(&world, row.path, text.clone()).await;
                assert_eq!(reply.status, 200, "{} {text}", row.path);
                let code = reply.json()["code"].as_i64();
                assert!(matches!(code, Some(-7 | -6 | -5 | -4 | -2 | 0)), "{} {text}: {}", row.path, reply.text());
            }
        }
    }
    assert_eq!(call(&world, &token, "/api/staff_info/", json!({})).await["code"], 0);
}
