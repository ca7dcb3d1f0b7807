//! §7.2: whole, in ranges, unchanged, and to whom.

use assetry::domain::staff;
use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, header},
};
use serde_json::json;

use super::{JSON, PARTS, Shelf, parts};

#[tokio::test]
async fn a_file_comes_with_everything_the_contract_names() {
    let shelf = Shelf::new().await;
    let form =
        parts(&[("name=\"file\"; filename=\"TIM截图20170317154115.png\"\r\nContent-Type: image/png", b"0123456789")]);
    let file = shelf.taken(PARTS, form).await;
    let reply = shelf.fetch(file["id"].as_str().unwrap(), &[]).await;
    assert_eq!((reply.status, &reply.body[..]), (StatusCode::OK, &b"0123456789"[..]));
    for (name, value) in [
        ("content-length", "10"),
        ("content-type", "text/plain; charset=utf-8"),
        ("accept-ranges", "bytes"),
        ("last-modified", "Wed, 04 Nov 2020 02:00:00 GMT"),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        (
            "content-disposition",
            "attachment; filename=\"TIM20170317154115.png\"; filename*=utf-8''TIM%E6%88%AA%E5%9B%BE20170317154115.png",
        ),
    ] {
        assert_eq!(reply.headers[name], value, "{name}");
    }
    let tag = reply.headers["etag"].to_str().unwrap();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
}

#[tokio::test]
async fn ranges_are_cut_out() {
    let shelf = Shelf::new().await;
    let file = shelf.taken(JSON, json!({"file": "0123456789"}).to_string()).await;
    let id = file["id"].as_str().unwrap();
    let whole = shelf.fetch(id, &[]).await;
    let (tag, modified) = (whole.headers["etag"].to_str().unwrap(), whole.headers["last-modified"].to_str().unwrap());
    for (range, status, bytes, about) in [
        ("bytes=0-0", 206, "0", "bytes 0-0/10"),
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=7-1000", 206, "789", "bytes 7-9/10"),
        ("bytes=-3", 206, "789", "bytes 7-9/10"),
        ("bytes=-100", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, "", "bytes */10"),
        ("bytes=-0", 416, "", "bytes */10"),
        ("bytes=99999999999999999999-", 416, "", "bytes */10"),
        ("bytes=0-1,4-5", 200, "0123456789", ""),
        ("lines=0-1", 200, "0123456789", ""),
        ("bytes=4-2", 200, "0123456789", ""),
        ("nonsense", 200, "0123456789", ""),
    ] {
        let reply = shelf.fetch(id, &[(header::RANGE, range)]).await;
        let found = reply.headers.get(header::CONTENT_RANGE).map_or("", |about| about.to_str().unwrap());
        assert_eq!((reply.status.as_u16(), reply.text(), found), (status, bytes, about), "{range}");
        if status != 416 {
            assert_eq!(reply.headers[header::CONTENT_LENGTH], bytes.len().to_string(), "{range}");
            assert_eq!(reply.headers[header::ETAG], tag);
        }
    }
    for (meant, status) in [
        (tag, 206),
        (modified, 206),
        ("\"other\"", 200),
        (&format!("W/{tag}"), 200),
        ("Wed, 04 Nov 2020 02:00:01 GMT", 200),
    ] {
        let reply = shelf.fetch(id, &[(header::RANGE, "bytes=1-2"), (header::IF_RANGE, meant)]).await;
        assert_eq!(reply.status.as_u16(), status, "{meant}");
    }
}

#[tokio::test]
async fn who_has_the_bytes_is_told_so() {
    let shelf = Shelf::new().await;
    let file = shelf.taken(JSON, json!({"file": "0123456789"}).to_string()).await;
    let id = file["id"].as_str().unwrap();
    let tag = shelf.fetch(id, &[]).await.headers["etag"].to_str().unwrap().to_owned();
    let (weak, list) = (format!("W/{tag}"), format!("\"x\", {tag}"));
    for known in [&tag, &weak, &list, "*"] {
        let reply = shelf.fetch(id, &[(header::IF_NONE_MATCH, known), (header::RANGE, "bytes=99-")]).await;
        assert_eq!((reply.status, reply.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
        assert_eq!(
            (&reply.headers["etag"], &reply.headers["cache-control"]),
            (&tag.parse().unwrap(), &"private, no-cache".parse().unwrap())
        );
    }
    for (name, value, status) in [
        (header::IF_NONE_MATCH, "\"x\"", 200),
        (header::IF_NONE_MATCH, "", 200),
        (header::IF_MODIFIED_SINCE, "Wed, 04 Nov 2020 02:00:00 GMT", 304),
        (header::IF_MODIFIED_SINCE, "Wed, 04 Nov 2020 01:59:59 GMT", 200),
        (header::IF_MODIFIED_SINCE, "yesterday", 200),
    ] {
        assert_eq!(shelf.fetch(id, &[(name, value)]).await.status.as_u16(), status, "{value}");
    }
    let other = shelf.taken(JSON, json!({"file": "012345678"}).to_string()).await;
    assert_ne!(shelf.fetch(other["id"].as_str().unwrap(), &[]).await.headers["etag"], tag);
}

#[tokio::test]
async fn files_are_read_by_their_uploader_and_by_who_may_read_everybodys() {
    let shelf = Shelf::new().await;
    let file = shelf.taken(JSON, json!({"file": "x"}).to_string()).await;
    for (person, status) in
        [(super::UPLOADER, 200), ("suadmin", 200), ("demo", 400), ("admin", 400), ("lwk4j5lk234", 400)]
    {
        let token = shelf.world.token(person).await;
        let request = Request::get(format!("/{}", file["id"].as_str().unwrap())).header(header::AUTHORIZATION, token);
        let reply = shelf.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status.as_u16(), status, "{person}");
        if status == 400 {
            assert_eq!(reply.json()["code"], "FileNotFound");
        }
    }
}

#[tokio::test]
async fn a_file_outlives_its_uploader_for_who_may_read_everybodys() {
    let shelf = Shelf::new().await;
    let leaver = shelf.world.token("1602554050TBuCGtE").await;
    let request = Request::post("/upload").header(header::AUTHORIZATION, leaver);
    let reply = shelf.send(request.body(Body::from("file=x")).unwrap()).await.json();
    let ctx = assetry::domain::Context::new(
        shelf.world.app.clone(),
        assetry::domain::Actor::System,
        assetry::entity::words::Door::System,
    );
    let key = assetry::domain::Key::UniqueId("1602554050TBuCGtE".to_owned());
    staff::delete(&ctx, &key).await.unwrap();
    let token = shelf.world.token("suadmin").await;
    let request = Request::get(format!("/{}", reply["id"].as_str().unwrap())).header(header::AUTHORIZATION, token);
    assert_eq!(shelf.send(request.body(Body::empty()).unwrap()).await.text(), "x");
}

#[tokio::test]
async fn an_empty_file_is_sent_and_has_no_ranges() {
    let shelf = Shelf::new().await;
    let file = shelf.taken(PARTS, parts(&[("name=\"file\"; filename=\"a\"", b"")])).await;
    let id = file["id"].as_str().unwrap();
    let reply = shelf.fetch(id, &[]).await;
    assert_eq!((reply.status, &reply.headers[header::CONTENT_LENGTH]), (StatusCode::OK, &"0".parse().unwrap()));
    let reply = shelf.fetch(id, &[(header::RANGE, "bytes=0-")]).await;
    assert_eq!((reply.status.as_u16(), &reply.headers[header::CONTENT_RANGE]), (416, &"bytes */0".parse().unwrap()));
}
