//! §4.8: the forms of an upload, and what is said about the file.

use axum::body::Body;
use futures_util::stream;
use serde_json::{Value, json};

use super::{JSON, PAIRS, PARTS, Shelf, parts};

/// A `Content-Type` and a body, and the name, the type and the bytes of the file that they give.
type Case = (&'static str, Vec<u8>, &'static str, &'static str, &'static [u8]);

#[tokio::test]
async fn every_form_gives_the_same_kind_of_file() {
    let shelf = Shelf::new().await;
    let url = |url: &str| json!({ "file": url }).to_string();
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        (PARTS, parts(&[("name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/x-thing; v=1", b"\0\x01")]), "a.bin", "application/x-thing", b"\0\x01"),
        (PARTS, parts(&[("name=\"file\"; filename=\"a\"; filename*=UTF-8''%E6%88%AA%E5%9B%BE.png", b"text")]), "截图.png", "text/plain", b"text"),
        (PARTS, parts(&[("name=\"file\"; filename=\"截图.png\"\r\nContent-Type: nonsense", b"\0")]), "截图.png", "application/octet-stream", b"\0"),
        (PARTS, parts(&[("name=file; filename=plain.txt\r\nContent-Type: text/html", b"<b>")]), "plain.txt", "text/html", b"<b>"),
        (PARTS, parts(&[("name=\"file\"; filename=\"empty.txt\"\r\nContent-Type: text/plain", b"")]), "empty.txt", "text/plain", b""),
        (PARTS, parts(&[("name=\"file\"; filename=\"\"\r\nContent-Type: text/css", b"a{}")]), "file", "text/css", b"a{}"),
        (PARTS, parts(&[("name=\"file\"", b" hello "), ("name=\"name\"", b" n.txt ")]), "n.txt", "text/plain", b" hello "),
        (PARTS, parts(&[("name=\"file\"; filename=\"1\"", b"1"), ("name=\"file\"; filename=\"2\"", b"22")]), "2", "text/plain", b"22"),
        (PARTS, parts(&[("name=\"file\"; filename=\"x\"", b"\r\n--Y\r--X-\r\n--\r\n")]), "x", "text/plain", b"\r\n--Y\r--X-\r\n--\r\n"),
        (JSON, url("data:image/x-y;base64,AAEC").into(), "file", "image/x-y", b"\0\x01\x02"),
        (JSON, url("DATA:image/x-y;charset=utf-8;BASE64,AAEC").into(), "file", "image/x-y", b"\0\x01\x02"),
        (JSON, url("data:;base64,aGk=").into(), "file", "text/plain", b"hi"),
        (JSON, url("data:;base64,aGk").into(), "file", "text/plain", b"hi"),
        (JSON, url("data:;base64,%61Gk%3D").into(), "file", "text/plain", b"hi"),
        (JSON, url("data:;base64,aG\r\nk=\n").into(), "file", "text/plain", b"hi"),
        (JSON, url("data:text/x,a%20b+c%").into(), "file", "text/x", b"a b+c%"),
        (JSON, r#"{"file":"data:image\/png;base64,\u0041AEC","name":"p.png"}"#.into(), "p.png", "image/png", b"\0\x01\x02"),
        (JSON, json!({"file": {"name": "b.c", "mime": "a/b", "content": "AAEC"}}).to_string().into(), "b.c", "a/b", b"\0\x01\x02"),
        (JSON, json!({"file": {"name": 7, "mime": null, "content": "aGk="}, "name": "other"}).to_string().into(), "7", "text/plain", b"hi"),
        (JSON, json!({"file": {"content": "aGk="}, "name": "other"}).to_string().into(), "other", "text/plain", b"hi"),
        (JSON, json!({"file": {"name": "empty", "content": ""}}).to_string().into(), "empty", "application/octet-stream", b""),
        (JSON, json!({"file": "file...."}).to_string().into(), "file", "text/plain", b"file...."),
        (JSON, json!({"file": "aGk="}).to_string().into(), "file", "text/plain", b"aGk="),
        (JSON, json!({"file": "  中 \n"}).to_string().into(), "file", "text/plain", "  中 \n".as_bytes()),
        (JSON, json!({"file": "data: nothing, really"}).to_string().into(), "file", "text/plain", b"data: nothing, really"),
        (JSON, json!({"file": "<b>", "name": "a.html", "mime": "text/html"}).to_string().into(), "a.html", "text/html", b"<b>"),
        (JSON, json!({"file": "x", "mime": "none at all"}).to_string().into(), "file", "text/plain", b"x"),
        (JSON, r#"{"file":1,"file":"last","name":"a","name":"b"}"#.into(), "b", "text/plain", b"last"),
        ("text/plain", "\u{feff} \r\n {\"file\":\"x\"}".into(), "file", "text/plain", b"x"),
        (PAIRS, r#"{"file":"x"}"#.into(), "file", "text/plain", b"x"),
        (PAIRS, b"a=1&file=a+b%2B%26%3D%&name=%E6%88%AA.txt&&=".to_vec(), "截.txt", "text/plain", b"a b+&=%"),
        (PAIRS, b"file=data:a/b;base64,AAEC&file%5Bx%5D=1".to_vec(), "file", "a/b", b"\0\x01\x02"),
        ("", b"file=x=y&file=last=1".to_vec(), "file", "text/plain", b"last=1"),
    ];
    for (kind, body, name, mime, bytes) in cases {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let reply = shelf.upload(kind, body).await;
        assert_eq!(reply.status, 200, "{shown}");
        let file = reply.json();
        assert_eq!(
            (&file["name"], &file["mime"], &file["size"]),
            (&json!(name), &json!(mime), &json!(bytes.len())),
            "{shown}"
        );
        assert_eq!(shelf.bytes(&file).await, bytes, "{shown}");
    }
}

#[tokio::test]
async fn a_body_may_come_in_pieces_of_any_size() {
    let shelf = Shelf::new().await;
    let bytes: Vec<u8> = (0..70_000u32).flat_map(|at| (at % 251).to_le_bytes()).collect();
    let form = parts(&[("name=\"tag\"", b"t"), ("name=\"file\"; filename=\"a\"", &bytes), ("name=\"title\"", b"T")]);
    for size in [1_000_000, 65_536, 4_099] {
        let file = shelf.taken(PARTS, in_pieces(&form, size)).await;
        assert_eq!((&file["tag"], &file["title"]), (&json!("t"), &json!("T")));
        assert_eq!(shelf.bytes(&file).await, bytes, "{size}");
    }
    let small =
        parts(&[("name=\"tag\"", b"t"), ("name=\"file\"; filename=\"a\"", b"\r\n--\r\n"), ("name=\"title\"", b"T")]);
    for body in [(PARTS, small.as_slice()), (JSON, br#" {"tag":"t","file":"\r\n--\r\n","title":"T"}"#)] {
        let file = shelf.taken(body.0, in_pieces(body.1, 1)).await;
        assert_eq!(
            (&file["tag"], &file["title"], shelf.bytes(&file).await),
            (&json!("t"), &json!("T"), b"\r\n--\r\n".to_vec())
        );
    }
}

fn in_pieces(bytes: &[u8], size: usize) -> Body {
    let pieces: Vec<_> = bytes.chunks(size).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn what_holds_no_file_is_refused_and_leaves_nothing() {
    let shelf = Shelf::new().await;
    let text = |file: Value| json!({ "file": file, "name": "n" }).to_string();
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (JSON, b"".to_vec()),
        (JSON, b" \n".to_vec()),
        (JSON, b"{}".to_vec()),
        (JSON, b"[{\"file\":\"x\"}]".to_vec()),
        (JSON, b"\"file\"".to_vec()),
        (JSON, b"{\"file\":\"x\"".to_vec()),
        (JSON, b"{\"file\":\"x\",}".to_vec()),
        (JSON, b"{\"file\":\"x\"} y".to_vec()),
        (JSON, b"{\"file\":\"x\",\"a\":\"\xff\"}".to_vec()),
        (JSON, b"{\"file\":\"\\ud800\"}".to_vec()),
        (JSON, b"{'file':'x'}".to_vec()),
        (JSON, format!("{{\"file\":\"x\",\"a\":{}{}}}", "[".repeat(64), "]".repeat(64)).into()),
        (JSON, format!("{{\"file\":\"x\",\"a\":{}", "[".repeat(500_000)).into()),
        (JSON, text(json!(null)).into()),
        (JSON, text(json!("")).into()),
        (JSON, text(json!(1)).into()),
        (JSON, text(json!(true)).into()),
        (JSON, text(json!(["x"])).into()),
        (JSON, text(json!({})).into()),
        (JSON, text(json!({"content": null})).into()),
        (JSON, text(json!({"content": 1})).into()),
        (JSON, text(json!({"content": "***"})).into()),
        (JSON, text(json!({"content": "A"})).into()),
        (JSON, text(json!({"content": "AA=A"})).into()),
        (JSON, text(json!("data:a/b;base64,***")).into()),
        (JSON, json!({"file": {"content": ""}}).to_string().into()),
        (JSON, json!({"file": "data:,"}).to_string().into()),
        (JSON, r#"{"file":"x","file":null}"#.into()),
        (PAIRS, b"name=n&File=x".to_vec()),
        (PAIRS, b"file=&name=n".to_vec()),
        (PAIRS, b"file".to_vec()),
        (PAIRS, b"&&&===&%".to_vec()),
        (PARTS, b"".to_vec()),
        (PARTS, b"{\"file\":\"x\"}".to_vec()),
        (PARTS, b"--X--\r\n".to_vec()),
        (PARTS, b"--Y\r\n\r\n".to_vec()),
        (PARTS, parts(&[("name=\"other\"; filename=\"a\"", b"x"), ("name=\"name\"", b"n")])),
        (PARTS, parts(&[("name=\"file\"; filename=\"\"\r\nContent-Type: application/octet-stream", b"")])),
        (PARTS, parts(&[("name=\"file\"", b"")])),
        (PARTS, parts(&[("name=\"file\"; filename=\"a\"", b"x")])[..70].to_vec()),
        (PARTS, { let whole = parts(&[("name=\"file\"; filename=\"a\"", b"xyz")]); whole[..whole.len() - 8].to_vec() }),
        (PARTS, b"--X\r\nContent-Disposition form-data\r\n\r\nx\r\n--X--\r\n".to_vec()),
        ("multipart/form-data", parts(&[("name=\"file\"; filename=\"a\"", b"x")])),
    ];
    for (kind, body) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(100)]).into_owned();
        assert_eq!(shelf.refused(kind, body).await, "FileMissing", "{kind} {shown}");
    }
    assert_eq!(shelf.on_disk(), 0);
}

#[tokio::test]
async fn a_client_that_stops_in_the_middle_leaves_nothing() {
    let shelf = Shelf::new().await;
    for (kind, begun) in
        [(PARTS, parts(&[("name=\"file\"; filename=\"a\"", b"x")])[..60].to_vec()), (JSON, b"{\"file\":\"x".to_vec())]
    {
        let pieces = [Ok(begun), Err(std::io::Error::other("gone"))];
        assert_eq!(shelf.refused(kind, Body::from_stream(stream::iter(pieces))).await, "FileMissing");
    }
    assert_eq!(shelf.on_disk(), 0);
}

#[tokio::test]
async fn what_is_said_about_a_file_is_trimmed_bounded_and_clean() {
    let shelf = Shelf::new().await;
    let about = |key: &str, text: Value| json!({"file": "x", key: text}).to_string();
    let long = |letters: usize| json!("😀".repeat(letters));
    for (key, sent, kept) in [
        ("tag", json!(" a b "), json!("a b")),
        ("tag", json!(""), json!(null)),
        ("tag", json!("  "), json!(null)),
        ("tag", json!(null), json!(null)),
        ("tag", json!(-1.50), json!("-1.5")),
        ("title", long(255), long(255)),
        ("comment", long(4000), long(4000)),
        ("comment", json!(" a\tb\r\nc\u{1}\u{7f} "), json!("a\tb\r\nc")),
        ("comment", json!("\u{1}"), json!(null)),
    ] {
        assert_eq!(shelf.taken(JSON, about(key, sent.clone())).await[key], kept, "{key} {sent}");
    }
    for (key, sent, code) in [
        ("tag", long(256), "TooLong"),
        ("title", long(256), "TooLong"),
        ("title", long(500_000), "TooLong"),
        ("comment", long(4001), "TooLong"),
        ("tag", json!("a\0b"), "CharacterForbidden"),
        ("title", json!("a\nb"), "CharacterForbidden"),
        ("tag", json!(true), "RequestInvalid"),
        ("comment", json!(["a"]), "RequestInvalid"),
        ("title", json!({"a": 1}), "RequestInvalid"),
    ] {
        assert_eq!(shelf.refused(JSON, about(key, sent)).await, code, "{key}");
    }
    let pairs = format!("file=x&tag=+t+&title=&comment={}", "%E4%B8%AD".repeat(4000));
    let file = shelf.taken(PAIRS, pairs).await;
    assert_eq!(
        (&file["tag"], &file["title"], &file["comment"]),
        (&json!("t"), &json!(null), &json!("中".repeat(4000)))
    );
    let form = parts(&[("name=\"file\"; filename=\"a\"", b"x"), ("name=\"tag\"", &[b'a'; 256])]);
    assert_eq!(shelf.refused(PARTS, form).await, "TooLong");
}

#[tokio::test]
async fn ids_are_the_time_and_something_that_nobody_guesses() {
    let shelf = Shelf::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(shelf.taken(JSON, json!({"file": "x"}).to_string()).await["id"].as_str().unwrap().to_owned());
    }
    let time = format!("{:08x}", shelf.world.app.now().timestamp());
    for id in &ids {
        assert!(
            id.len() == 24 && id.starts_with(&time) && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)),
            "{id}"
        );
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}
