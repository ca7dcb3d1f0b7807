//! Files of legacy clients: every form of an upload, and every way to ask for the bytes. The handlers stand behind a small router that
//! says codes, so that what a dialect says is none of this.

mod caps;
mod downloads;
mod hostile;
mod uploads;

use std::{path::Path, sync::Arc};

use assetry::{
    app::App,
    domain::{Actor, Context, Fault, Kind, Outcome, sessions},
    entity::words::Door,
    rest::files::{Download, download, upload},
};
use axum::{
    Json, Router,
    body::Body,
    extract::{Path as Segment, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::{Content, Reply, World};

/// The person who uploads.
const UPLOADER: &str = "samplestaff";

/// A world with files, and a session of the uploader.
struct Shelf {
    world: World,
    router: Router,
    token: String,
}

impl Shelf {
    async fn new() -> Self {
        Self::of(World::demo().await).await
    }

    /// A shelf that takes files of so many bytes.
    async fn capped(max_bytes: u64) -> Self {
        Self::of(World::capped(Content::Demo, max_bytes).await).await
    }

    async fn of(world: World) -> Self {
        let router =
            Router::new().route("/upload", any(take)).route("/{id}", any(give)).with_state(Arc::clone(&world.app));
        let token = world.token(UPLOADER).await;
        Self { world, router, token }
    }

    /// The answer to an upload with this `Content-Type`.
    async fn upload(&self, kind: &str, body: impl Into<Body>) -> Reply {
        self.send(Request::post("/upload").header(header::CONTENT_TYPE, kind).body(body.into()).unwrap()).await
    }

    /// What is known of a file that was taken.
    async fn taken(&self, kind: &str, body: impl Into<Body>) -> Value {
        let reply = self.upload(kind, body).await;
        assert_eq!(reply.status, StatusCode::OK, "{kind}: {}", reply.text());
        reply.json()
    }

    /// The code of a refused upload.
    async fn refused(&self, kind: &str, body: impl Into<Body>) -> String {
        let reply = self.upload(kind, body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
        reply.json()["code"].as_str().unwrap().to_owned()
    }

    /// The bytes of a file, asked for with these headers.
    async fn fetch(&self, id: &str, headers: &[(header::HeaderName, &str)]) -> Reply {
        let mut request = Request::get(format!("/{id}"));
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn bytes(&self, file: &Value) -> Vec<u8> {
        let reply = self.fetch(file["id"].as_str().unwrap(), &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.body.to_vec()
    }

    /// The answer to a request of the uploader.
    async fn send(&self, mut request: Request) -> Reply {
        if !request.headers().contains_key(header::AUTHORIZATION) {
            request.headers_mut().insert(header::AUTHORIZATION, self.token.parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: head.status, headers: head.headers, body }
    }

    /// How many files lie on disk, finished or not.
    fn on_disk(&self) -> usize {
        files_below(self.world.folder.path())
    }
}

/// How many files lie below `folder`.
pub(crate) fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

async fn context(app: &Arc<App>, headers: &HeaderMap) -> Context {
    let token = headers[header::AUTHORIZATION].to_str().unwrap();
    let person = sessions::authenticate(app, token).await.unwrap();
    Context::new(Arc::clone(app), Actor::Person(person), Door::Laravel)
}

async fn take(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let ctx = context(&app, &head.headers).await;
    answer(upload(&ctx, &head.headers, body).await.map(|file| {
        let about = json!({
            "id": file.unique_id, "tag": file.tag, "title": file.title, "comment": file.comment,
            "name": file.name, "mime": file.mime, "size": file.size, "thumbnail": file.thumbnail_mime,
        });
        Json(about).into_response()
    }))
}

async fn give(
    State(app): State<Arc<App>>,
    Segment(id): Segment<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let ctx = context(&app, &headers).await;
    let thumbnail = query.iter().any(|(key, _)| key == "thumb");
    answer(download(&ctx, &id, thumbnail, &headers).await.map(|given| match given {
        Download::Reply(reply) => reply,
        Download::NotSatisfiable(range) => {
            (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response()
        }
    }))
}

fn answer(outcome: Outcome<Response>) -> Response {
    outcome.unwrap_or_else(|fault: Fault| {
        let status = match fault.code.kind() {
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let about = json!({ "code": format!("{:?}", fault.code), "field": fault.field });
        (status, Json(about)).into_response()
    })
}

/// A form of parts, each with what stands in its head behind `form-data`, and its bytes.
fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, bytes) in parts {
        body.extend_from_slice(format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--X--\r\n");
    body
}

const PARTS: &str = "multipart/form-data; boundary=X";
const JSON: &str = "application/json";
const PAIRS: &str = "application/x-www-form-urlencoded";
