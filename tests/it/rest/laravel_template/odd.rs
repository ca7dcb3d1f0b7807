//! Whatever is sent, the answer is one of this dialect's and never a fault of ours (contract: laravel-template §1.2).

use assetry::rest::{
    laravel_template::ROWS,
    row::{Row, Verb},
};
use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use crate::harness::World;

/// Values of every type, as they stand in JSON.
const ODD: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "9223372036854775808",
    "\"\"",
    "\" \"",
    "\"a\\u0000b\"",
    "\"\\u0007\"",
    "\"\\ud83d\\ude00\"",
    "\"' OR 1=1 --\"",
    "\"%\"",
    "\"../../etc/passwd\"",
    "\"data:,\"",
    "\"data:x;base64,!\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    "[\"a\\u0000\"]",
    "{\"content\":[]}",
    "{\"name\":5,\"content\":\"YQ==\"}",
];

/// The path of a row with `value` wherever a name stands.
fn path(row: &Row, value: &str) -> String {
    let segments = row.path.split('/').map(|segment| if segment.starts_with('{') { value } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

async fn held(world: &World, token: &str, row: &Row, path: &str, body: Vec<u8>, kind: &str) {
    let request = Request::builder()
        .method(row.verb.name())
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_LENGTH, body.len());
    let what = format!(
        "{} {path} {kind} {}",
        row.verb.name(),
        String::from_utf8_lossy(&body).chars().take(200).collect::<String>()
    );
    let reply = world.send(request.body(Body::from(body)).unwrap()).await;
    let status = reply.status.as_u16();
    let set_up = !(status == 503 && row.path.contains("/w"));
    assert!(status < 500 || !set_up, "{what}: {status} {}", reply.text());
    let json = reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if json {
        let answer = reply.json();
        assert!(["ok", "error"].map(Value::from).contains(&answer["status"]), "{what}: {answer}");
    }
}

#[tokio::test]
async fn no_value_at_any_key_is_a_fault_of_ours() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    for row in ROWS {
        let path = path(row, "x");
        for key in row.input.iter().map(|field| field.key) {
            for odd in ODD {
                let mut body = serde_json::Map::new();
                for other in row.input.iter().map(|field| field.key) {
                    body.insert(other.to_owned(), json!("x"));
                }
                let body =
                    Value::from(body).to_string().replace(&format!("\"{key}\":\"x\""), &format!("\"{key}\":{odd}"));
                held(&world, &token, row, &path, body.into_bytes(), "application/json").await;
            }
        }
    }
}

#[tokio::test]
async fn no_form_of_a_body_is_a_fault_of_ours() {
    let world = World::demo().await;
    let token = world.token("suadmin").await;
    let deep = |depth: usize| format!("{{\"name\":{}{}}}", "[".repeat(depth), "]".repeat(depth)).into_bytes();
    let bodies: [(&str, Vec<u8>); 12] = [
        ("application/json", b"{".to_vec()),
        ("application/json", b"[1,2]".to_vec()),
        ("application/json", b"\xff\xfe".to_vec()),
        ("application/json", deep(64)),
        ("application/json", deep(100_000)),
        ("text/plain", b"name=%ff%00&username=%".to_vec()),
        ("text/plain", b"&&==&[=]&name[[]=1".to_vec()),
        ("multipart/form-data", b"--x--".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n".to_vec()),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\r\n\r\n".to_vec(),
        ),
        ("multipart/form-data; boundary=\u{e4}", b"--x".to_vec()),
        ("multipart/form-data; boundary=x", vec![b'-'; 4096]),
    ];
    for row in ROWS {
        for value in ["x", "%00", "%e4%b8%ad", "..", "%2e%2e%2f", "99999999999999999999", "-1"] {
            let path = path(row, value);
            for (kind, body) in &bodies {
                let body = if row.verb == Verb::Get && row.only_if.is_none() { Vec::new() } else { body.clone() };
                held(&world, &token, row, &path, body, kind).await;
            }
            if !row.path.contains('{') {
                break;
            }
        }
        for query in [
            "?page=%ff&search=%00",
            "?page[]=1&id[]=2&search=%25%5C_",
            "?id=%00&thumb=%00&next=%0d%0a&code=%00&state=%00",
        ] {
            held(&world, &token, row, &format!("{}{query}", path(row, "x")), Vec::new(), "").await;
        }
    }
}
