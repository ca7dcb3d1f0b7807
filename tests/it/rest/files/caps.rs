//! §7.4: the cap is exact in every form, and what is over it leaves nothing.

use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{JSON, PAIRS, PARTS, Shelf, parts};

const CAP: usize = 100_000;

/// A body in each form that holds a file of `size` bytes.
fn forms(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = vec![b'<'; size];
    let base64 = STANDARD.encode(&bytes);
    let text = String::from_utf8(bytes.clone()).unwrap();
    vec![
        (PARTS, parts(&[("name=\"file\"; filename=\"a\"", &bytes)])),
        (JSON, json!({ "file": format!("data:a/b;base64,{base64}") }).to_string().into()),
        (JSON, json!({ "file": { "name": "a", "content": base64 } }).to_string().into()),
        (JSON, json!({ "file": text }).to_string().into()),
        (JSON, format!("{{\"file\":\"{}\"}}", "\\u003c".repeat(size)).into()),
        (JSON, json!({ "file": format!("data:,{}", "%3C".repeat(size)) }).to_string().into()),
        (PAIRS, format!("file={}", "%3c".repeat(size)).into()),
    ]
}

#[tokio::test]
async fn exactly_the_cap_passes_and_a_byte_more_does_not() {
    let shelf = Shelf::capped(CAP as u64).await;
    for (at, (kind, body)) in forms(CAP).into_iter().enumerate() {
        let file = shelf.taken(kind, body).await;
        assert_eq!(file["size"], CAP, "form {at}");
    }
    let kept = shelf.on_disk();
    for (at, (kind, body)) in forms(CAP + 1).into_iter().enumerate() {
        assert_eq!(shelf.refused(kind, body.clone()).await, "FileTooLarge", "form {at}");
        let pieces = body.chunks(8192).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
        assert_eq!(
            shelf.refused(kind, Body::from_stream(stream::iter(pieces))).await,
            "FileTooLarge",
            "form {at} in pieces"
        );
    }
    assert_eq!(shelf.on_disk(), kept);
}

#[tokio::test]
async fn a_length_that_is_too_large_is_answered_before_the_body_is_read() {
    let shelf = Shelf::capped(CAP as u64).await;
    for kind in [PARTS, JSON, PAIRS, "text/plain"] {
        let body = Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let request = Request::post("/upload").header(header::CONTENT_TYPE, kind);
        let reply = shelf.send(request.header(header::CONTENT_LENGTH, 1u64 << 30).body(body).unwrap()).await;
        assert_eq!((reply.status, &reply.json()["code"]), (StatusCode::BAD_REQUEST, &json!("FileTooLarge")), "{kind}");
    }
    assert_eq!(shelf.on_disk(), 0);
}

#[tokio::test]
async fn bodies_without_end_are_not_read_to_their_end() {
    let shelf = Shelf::capped(CAP as u64).await;
    let start = parts(&[("name=\"file\"; filename=\"a\"", b"")]);
    let endless = |start: &[u8], more: &'static [u8]| {
        let pieces =
            stream::iter([start.to_vec()]).chain(stream::repeat_with(move || more.repeat(10_000 / more.len())));
        Body::from_stream(pieces.map(Ok::<_, std::io::Error>))
    };
    let file = endless(&start[..start.len() - 9], b"x");
    assert_eq!(shelf.refused(PARTS, file).await, "FileTooLarge", "a file");
    assert_eq!(shelf.refused(JSON, endless(b"{\"file\":\"", b"x")).await, "FileTooLarge", "a text");
    assert_eq!(shelf.refused(PAIRS, endless(b"", b"a=b&")).await, "FileTooLarge", "pairs");
    assert_eq!(shelf.refused("", endless(b"", b" ")).await, "FileTooLarge", "blanks");
    assert_eq!(
        shelf.refused(PARTS, endless(b"--X\r\nContent-Disposition: ", b"x")).await,
        "FileMissing",
        "the head of a part"
    );
    assert_eq!(shelf.refused(PARTS, endless(b"", b"x")).await, "FileMissing", "what comes before the first part");
    let tags = endless(b"--X\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\n", b"x");
    assert_eq!(shelf.refused(PARTS, tags).await, "FileTooLarge", "a text in a part");
    assert_eq!(shelf.on_disk(), 0);
}
