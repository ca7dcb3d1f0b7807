//! §4.7, §4.8 and §7: files up and down.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use image::{DynamicImage, ImageFormat, RgbaImage};
use serde_json::{Value, json};

use super::{call, error, fresh, get, ok, post, refusal};
use crate::{
    harness::{Reply, World},
    rest::files::files_below,
};

const MISSING: &str = "上传文件失败";
const CAP: usize = 20 * 1024 * 1024;

/// A multipart form: headers and bytes of each part.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (headers, bytes) in parts {
        body.extend_from_slice(format!("--x\r\n{headers}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

async fn send_form(world: &World, token: &str, body: impl Into<Body>) -> Reply {
    let request = Request::post("/api/file/upload")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    world.send(request.body(body.into()).unwrap()).await
}

fn file(filename: &str, kind: &str) -> String {
    let filename = filename.replace('"', "\\\"");
    format!("Content-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\nContent-Type: {kind}")
}

fn field(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"")
}

/// What lies in the folder of files.
fn lying(world: &World) -> usize {
    files_below(world.folder.path())
}

async fn stored(world: &World, token: &str, body: Value) -> String {
    let answer = post(world, "/api/file/upload", Some(token), body).await.json();
    answer["data"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = DynamicImage::from(RgbaImage::from_pixel(width, height, image::Rgba([200, 10, 10, 255])));
    let image = if format == ImageFormat::Jpeg { image.to_rgb8().into() } else { image };
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn every_form_stores_a_file() {
    let world = World::demo().await;
    let token = world.token("demo").await;
    let base64 = STANDARD.encode("中文 bytes");
    for (body, name, mime, bytes) in [
        (json!({ "file": "file...." }), "file", "text/plain", "file...."),
        (
            json!({ "file": " spaces ", "name": "../a.txt", "mime": "text/x-own; q=1" }),
            "a.txt",
            "text/x-own",
            " spaces ",
        ),
        (json!({ "file": format!("data:text/css;base64,{base64}"), "name": "n" }), "n", "text/css", "中文 bytes"),
        (json!({ "file": "data:text/css,a%20b" }), "file", "text/css", "a b"),
        (json!({ "file": "DATA:,x" }), "file", "text/plain", "x"),
        (json!({ "file": { "name": "o.bin", "mime": "a/b", "content": base64 } }), "o.bin", "a/b", "中文 bytes"),
        (json!({ "file": { "content": base64.trim_end_matches('=') } }), "file", "text/plain", "中文 bytes"),
        (json!({ "file": base64 }), "file", "text/plain", base64.as_str()),
        (json!({ "file": "data without comma" }), "file", "text/plain", "data without comma"),
    ] {
        let reply = post(&world, "/api/file/upload/", Some(&token), body.clone()).await;
        let id = reply.json()["data"]["id"].as_str().unwrap_or_else(|| panic!("{body} {}", reply.text())).to_owned();
        let data = json!({
            "id": id, "tag": null, "title": null, "comment": null, "name": name, "mime": mime, "size": bytes.len(),
        });
        assert_eq!(reply.text(), ok("上传成功", data).to_string(), "{body}");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        fresh(&reply.headers);
        assert!(id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert_eq!(get(&world, &format!("/api/file?id={id}"), Some(&token)).await.text(), bytes, "{body}");
    }
    // A form, by POST and, as the document has it, by GET with a body.
    let body = form(&[
        (&field("tag"), b" t "),
        (&file("TIM截图.png", "image/png"), b"12345"),
        (&field("title"), "标题".as_bytes()),
        (&field("comment"), b""),
    ]);
    let answer = send_form(&world, &token, body).await.json();
    let id = answer["data"]["id"].as_str().unwrap().to_owned();
    let data = json!({
        "id": id, "tag": "t", "title": "标题", "comment": null, "name": "TIM截图.png", "mime": "image/png", "size": 5,
    });
    assert_eq!(answer, ok("上传成功", data));
    let length = json!({ "file": "x" }).to_string();
    let request = Request::get("/api/file/upload")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_LENGTH, length.len());
    assert_eq!(world.send(request.body(Body::from(length)).unwrap()).await.json()["message"], "上传成功");
    let urlencoded = Request::post("/api/file/upload").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let reply = world.send(urlencoded.body(Body::from("file=a+b&name=f.txt")).unwrap()).await.json();
    assert_eq!((&reply["data"]["name"], &reply["data"]["size"]), (&json!("f.txt"), &json!(3)));
}

#[tokio::test]
async fn what_is_no_file_is_refused_and_leaves_nothing() {
    let world = World::demo().await;
    let token = world.token("demo").await;
    for body in [
        json!({}),
        json!([]),
        json!({ "file": null }),
        json!({ "file": 5 }),
        json!({ "file": true }),
        json!({ "file": ["x"] }),
        json!({ "file": {} }),
        json!({ "file": { "content": "not base64!" } }),
        json!({ "file": { "content": 5 } }),
        json!({ "file": "data:image/png;base64,%%%" }),
    ] {
        let reply = post(&world, "/api/file/upload", Some(&token), body.clone()).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::OK, error(MISSING)), "{body}");
    }
    let cut = &form(&[(&file("a", "a/b"), b"1234567890")])[..80];
    for body in [form(&[]), form(&[(&field("file"), b"")]), form(&[(&file("", "a/b"), b"")]), cut.to_vec(), Vec::new()]
    {
        assert_eq!(send_form(&world, &token, body).await.json(), error(MISSING));
    }
    for (key, length) in [("tag", 256), ("title", 256), ("comment", 4001)] {
        let body = json!({ "file": "x", key: "长".repeat(length) });
        let reply = post(&world, "/api/file/upload", Some(&token), body).await;
        assert_eq!(reply.json(), error("保存文件信息失败"), "{key}");
    }
    assert_eq!(lying(&world), 0);
    // A named part without bytes is an empty file.
    let answer = send_form(&world, &token, form(&[(&file("empty", "a/b"), b"")])).await.json();
    assert_eq!(answer["data"]["size"], 0);
    let id = answer["data"]["id"].as_str().unwrap();
    assert_eq!(get(&world, &format!("/api/file/{id}"), Some(&token)).await.body.len(), 0);
}

#[tokio::test]
async fn the_cap_is_exact_in_every_form_and_nothing_over_it_is_kept() {
    let world = World::demo().await;
    let token = world.token("demo").await;
    let refused = refusal(413, "上传文件过大");
    for (size, passes) in [(CAP, true), (CAP + 1, false)] {
        let bytes = vec![b'a'; size];
        let body = form(&[(&file("a", "a/b"), &bytes)]);
        let chunked = Body::from_stream(futures_util::stream::iter(
            body.chunks(1 << 20).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>(),
        ));
        let encoded = json!({ "file": { "name": "a", "content": STANDARD.encode(&bytes) } });
        let text = json!({ "file": String::from_utf8(bytes).unwrap() });
        let replies = [
            send_form(&world, &token, body).await,
            send_form(&world, &token, chunked).await,
            post(&world, "/api/file/upload", Some(&token), encoded).await,
            post(&world, "/api/file/upload", Some(&token), text).await,
        ];
        for reply in replies {
            match passes {
                true => assert_eq!(reply.json()["data"]["size"], json!(CAP)),
                false => assert_eq!((reply.status.as_u16(), reply.json()), (413, refused.clone())),
            }
        }
    }
    assert_eq!(lying(&world), 4);
    // What announces that it is too long is not read at all.
    let request = Request::post("/api/file/upload")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header(header::CONTENT_LENGTH, 1u64 << 30);
    let body = Body::from_stream(futures_util::stream::once(async {
        panic!("nobody reads this") as Result<Vec<u8>, std::io::Error>
    }));
    let reply = world.send(request.body(body).unwrap()).await;
    assert_eq!((reply.status.as_u16(), reply.json()), (413, refused));
    fresh(&reply.headers);
}

#[tokio::test]
async fn only_the_uploader_and_who_holds_files_may_read() {
    let world = World::demo().await;
    let (owner, other, superior) =
        (world.token("demo").await, world.token("admin").await, world.token("suadmin").await);
    let id = stored(&world, &owner, json!({ "file": "x" })).await;
    for (path, token, status) in [
        (format!("/api/file/?id={id}"), &owner, 200),
        (format!("/api/file/{id}"), &owner, 200),
        (format!("/api/file/{}", id.to_uppercase()), &superior, 200),
        (format!("/api/file?id={id}"), &other, 404),
        (format!("/api/file?id={id}&thumb=1"), &owner, 404),
        (format!("/api/file?id={id}&thumb=yes"), &owner, 200),
        ("/api/file".to_owned(), &owner, 404),
        ("/api/file?id=".to_owned(), &owner, 404),
        ("/api/file?id=58d1dea704f80a5250007ab3".to_owned(), &owner, 404),
        ("/api/file/x".to_owned(), &owner, 404),
        ("/api/file/..%2f..%2fetc%2fpasswd".to_owned(), &owner, 404),
    ] {
        let reply = get(&world, &path, Some(token)).await;
        assert_eq!(reply.status.as_u16(), status, "{path}");
        fresh(&reply.headers);
        if status == 404 {
            assert_eq!(reply.json(), refusal(404, "文件不存在"));
        }
    }
    assert_eq!(get(&world, &format!("/api/file/{id}"), None).await.status.as_u16(), 401);
    assert_eq!(get(&world, &format!("/api/file/{id}?token={owner}"), None).await.status.as_u16(), 200);
    let reply = call(&world, Method::GET, "/api/file/upload", None, None).await;
    assert_eq!((reply.status.as_u16(), &reply.headers[header::ALLOW]), (405, &"POST".parse().unwrap()));
    let query = Request::post(format!("/api/file/upload?token={owner}")).body(Body::from(r#"{"file":"x"}"#)).unwrap();
    assert_eq!(world.send(query).await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_download_has_its_headers_and_ranges() {
    let world = World::demo().await;
    let token = world.token("demo").await;
    let name = "TIM截图20170317154115.png";
    let id = stored(&world, &token, json!({ "file": "0123456789", "name": name, "mime": "image/png" })).await;
    let ask = async |range: Option<&str>, known: Option<&str>| {
        let mut request =
            Request::get(format!("/api/file/{id}")).header(header::AUTHORIZATION, format!("Bearer {token}"));
        for (key, value) in [(header::RANGE, range), (header::IF_NONE_MATCH, known)] {
            if let Some(value) = value {
                request = request.header(key, value);
            }
        }
        world.send(request.body(Body::empty()).unwrap()).await
    };
    let whole = ask(None, None).await;
    let spelled =
        "attachment; filename=\"TIM20170317154115.png\"; filename*=utf-8''TIM%E6%88%AA%E5%9B%BE20170317154115.png";
    for (key, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_LENGTH, "10"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::LAST_MODIFIED, "Wed, 04 Nov 2020 02:00:00 GMT"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CONTENT_DISPOSITION, spelled),
    ] {
        assert_eq!(whole.headers[&key], value, "{key}");
    }
    let tag = whole.headers[header::ETAG].to_str().unwrap().to_owned();
    for (range, status, content, body) in [
        ("bytes=2-5", 206, "bytes 2-5/10", "2345"),
        ("bytes=7-", 206, "bytes 7-9/10", "789"),
        ("bytes=-3", 206, "bytes 7-9/10", "789"),
        ("bytes=0-0,2-3", 200, "", "0123456789"),
        ("bytes=10-", 416, "bytes */10", ""),
    ] {
        let reply = ask(Some(range), None).await;
        assert_eq!(reply.status.as_u16(), status, "{range}");
        let found = reply.headers.get(header::CONTENT_RANGE).map_or("", |range| range.to_str().unwrap());
        assert_eq!(found, content, "{range}");
        fresh(&reply.headers);
        match status {
            416 => assert_eq!(reply.json()["code"], 416),
            _ => assert_eq!(reply.text(), body, "{range}"),
        }
    }
    let same = ask(Some("bytes=0-1"), Some(&tag)).await;
    assert_eq!(
        (same.status, same.body.len(), &same.headers[header::ETAG]),
        (StatusCode::NOT_MODIFIED, 0, &tag.parse().unwrap())
    );
    let head = call(&world, Method::HEAD, &format!("/api/file/{id}"), Some(&token), None).await;
    assert_eq!((head.status, &head.headers[header::CONTENT_LENGTH]), (StatusCode::OK, &"10".parse().unwrap()));
}

#[tokio::test]
async fn pictures_get_thumbnails_by_their_bytes() {
    let world = World::demo().await;
    let token = world.token("demo").await;
    for (format, width, height, small) in [
        (ImageFormat::Png, 1000, 500, (400, 200)),
        (ImageFormat::Jpeg, 500, 333, (400, 266)),
        (ImageFormat::Gif, 600, 3, (400, 2)),
        (ImageFormat::WebP, 401, 1, (400, 1)),
        (ImageFormat::Png, 30, 40, (30, 40)),
    ] {
        let bytes = picture(width, height, format);
        let body = form(&[(&file("p.bin", "application/x-any"), &bytes)]);
        let answer = send_form(&world, &token, body).await.json();
        let id = answer["data"]["id"].as_str().unwrap();
        let reply = get(&world, &format!("/api/file?id={id}&thumb=true"), Some(&token)).await;
        assert_eq!(reply.status, StatusCode::OK, "{format:?}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], format.to_mime_type());
        assert!(reply.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("\"thumb_p.bin\""));
        let thumbnail = image::load_from_memory(&reply.body).unwrap();
        assert_eq!((thumbnail.width(), thumbnail.height()), small, "{format:?}");
        let whole = get(&world, &format!("/api/file?id={id}"), Some(&token)).await;
        assert_eq!(whole.body, bytes);
        let same = whole.headers[header::ETAG] == reply.headers[header::ETAG];
        assert_eq!(same, whole.body == reply.body);
    }
    // A header that claims a huge picture, and one that is cut off: stored, without a thumbnail.
    let mut bomb = picture(1, 1, ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let cut = picture(900, 900, ImageFormat::Png)[..200].to_vec();
    for bytes in [bomb, cut, b"\x89PNG\r\n\x1a\n".to_vec()] {
        let answer = send_form(&world, &token, form(&[(&file("p.png", "image/png"), &bytes)])).await.json();
        let id = answer["data"]["id"].as_str().unwrap();
        assert_eq!(get(&world, &format!("/api/file?id={id}&thumb=1"), Some(&token)).await.status.as_u16(), 404);
        assert_eq!(get(&world, &format!("/api/file?id={id}"), Some(&token)).await.body, bytes);
    }
}

#[tokio::test]
async fn bytes_without_a_row_are_swept_after_a_day() {
    use assetry::{app::Part, domain::files};
    use sea_orm::ConnectionTrait;
    let world = World::demo().await;
    let token = world.token("demo").await;
    let (kept, gone) =
        (stored(&world, &token, json!({ "file": "a" })).await, stored(&world, &token, json!({ "file": "b" })).await);
    let tx = world.db().begin().await.unwrap();
    tx.execute_unprepared(&format!("DELETE FROM file WHERE unique_id = '{gone}'")).await.unwrap();
    tx.commit().await.unwrap();
    let part = world.app.files.begin(1).unwrap();
    std::mem::forget(part);
    assert_eq!(lying(&world), 3);
    // The clock of the test stands in the past of the bytes.
    world.clock.advance(TimeDelta::days(365 * 20));
    assert_eq!(files::sweep(&world.app).await.unwrap(), 2);
    assert_eq!(lying(&world), 1);
    assert!(world.app.files.read(&kept, Part::Whole).is_ok());
}
