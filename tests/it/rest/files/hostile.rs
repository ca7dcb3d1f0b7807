//! Names that would lead elsewhere, reorder what people read, or break a header.

use axum::http::{StatusCode, header};
use serde_json::json;

use super::{JSON, PARTS, Shelf, parts};

#[tokio::test]
async fn names_lead_nowhere_and_break_no_header() {
    let shelf = Shelf::new().await;
    let long = format!("{}.png", "中".repeat(300));
    for (sent, shown, offered) in [
        ("../../../etc/passwd", "passwd", "filename=\"passwd\""),
        ("..\\..\\boot.ini", "boot.ini", "filename=\"boot.ini\""),
        ("/", "file", "filename=\"file\""),
        ("...", "file", "filename=\"file\""),
        ("a\r\nSet-Cookie: b=c", "aSet-Cookie: b=c", "filename=\"aSet-Cookie: b=c\""),
        ("a\0.txt", "a.txt", "filename=\"a.txt\""),
        ("x\u{202e}gnp.exe", "xgnp.exe", "filename=\"xgnp.exe\""),
        ("\u{200b}\u{feff}.png", ".png", "filename=\"file.png\"; filename*=utf-8''.png"),
        ("\";x=\"y", "\";x=\"y", "filename=\"x=y\"; filename*=utf-8''%22%3Bx%3D%22y"),
        (&long, &format!("{}.png", "中".repeat(83)), "filename=\"file.png\"; filename*=utf-8''%E4%B8%AD"),
    ] {
        let file = shelf.taken(JSON, json!({"file": "x", "name": sent}).to_string()).await;
        assert_eq!(file["name"], shown, "{sent:?}");
        let reply = shelf.fetch(file["id"].as_str().unwrap(), &[]).await;
        let disposition = reply.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
        assert!(disposition.starts_with(&format!("attachment; {offered}")), "{sent:?}: {disposition}");
        assert_eq!(reply.headers.get(header::SET_COOKIE), None);
    }
    let form = parts(&[("name=\"file\"; filename=\"..\\..\\x.txt\"", b"x")]);
    assert_eq!(shelf.taken(PARTS, form).await["name"], "x.txt");
}

#[tokio::test]
async fn bytes_are_never_served_as_something_that_runs() {
    let shelf = Shelf::new().await;
    for (mime, bytes, served) in [
        ("text/html", "<!DOCTYPE html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "text/plain; charset=utf-8"),
        ("application/xml", "<?xml version='1.0'?><a/>", "text/plain; charset=utf-8"),
        ("text/javascript", "alert(1)", "text/plain; charset=utf-8"),
        ("image/png", "\u{1}\u{2}", "application/octet-stream"),
        ("text/html", "%PDF-1.4 ", "application/pdf"),
        ("text/html", "GIF89a\u{1}\0\u{1}\0<script>", "image/gif"),
    ] {
        let file = shelf.taken(JSON, json!({"file": bytes, "name": "a.html", "mime": mime}).to_string()).await;
        assert_eq!(file["mime"], mime);
        let reply = shelf.fetch(file["id"].as_str().unwrap(), &[]).await;
        let header = |name: &str| reply.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), served, "{bytes}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert!(header("content-disposition").starts_with("attachment"));
    }
}

#[tokio::test]
async fn ids_that_are_none_find_nothing() {
    let shelf = Shelf::new().await;
    let file = shelf.taken(JSON, json!({"file": "x"}).to_string()).await;
    let id = file["id"].as_str().unwrap();
    assert_eq!(shelf.fetch(&id.to_uppercase(), &[]).await.status, StatusCode::OK);
    let longer = format!("{id}0");
    for other in [
        "0",
        "..%2f..%2fx",
        "%00",
        &id[1..],
        &longer,
        "zzzzzzzzzzzzzzzzzzzzzzzz",
        "000000000000000000000000",
        "中文中文中文中文",
    ] {
        let other = if other.is_ascii() {
            other.to_owned()
        } else {
            "%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87%E4%B8%AD%E6%96%87".to_owned()
        };
        let reply = shelf.fetch(&other, &[]).await;
        assert_eq!((reply.status, &reply.json()["code"]), (StatusCode::BAD_REQUEST, &json!("FileNotFound")), "{other}");
    }
}
