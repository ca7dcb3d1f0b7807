//! Files up and down (contract: laravel-template §4.7, §4.8, §7).

use std::io;

use async_graphql::Variables;
use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use futures_util::StreamExt;
use serde_json::json;

use super::{
    fields::{self, Fields, Numbers},
    pages::members,
};
use crate::{
    domain::{
        Code, Context, Fault, Outcome,
        files::{self, Described, File, Upload},
    },
    rest::{
        body,
        json::{Document, Json},
        row::Exchanging,
        run::Call,
    },
};

mod content;
mod download;

pub(super) use download::download;

/// Bytes that a form may have beside its file.
const AROUND: u64 = 1024 * 1024;
/// Bytes of a field of a form that is no file.
const FIELD: usize = 64 * 1024;

/// `POST /api/file/upload`, and a GET with a body.
pub(super) fn upload(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let body = std::mem::take(&mut call.body);
        let headers = &call.head.headers;
        let file = match fields::boundary(headers) {
            Some(boundary) => by_form(&context, headers, body, boundary).await?,
            None => by_text(&context, headers, body).await?,
        };
        Ok(members(json!({ "data": {
            "id": file.unique_id, "tag": file.tag, "title": file.title, "comment": file.comment, "name": file.name,
            "mime": file.mime, "size": file.size,
        } }))?
        .into())
    })
}

/// Refuses what announces that it is longer than `most` before a byte of it is read.
fn announced(headers: &HeaderMap, most: u64) -> Outcome<()> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) { Err(Code::FileTooLarge.into()) } else { Ok(()) }
}

/// A multipart form: its part `file` goes to the disk as it comes.
async fn by_form(context: &Context, headers: &HeaderMap, body: Body, boundary: String) -> Outcome<File> {
    let largest = context.app.files.max_bytes.saturating_add(AROUND);
    announced(headers, largest)?;
    let mut parts = multer::Multipart::new(bounded(body.into_data_stream(), largest), boundary);
    let mut found: Option<(Upload, Described)> = None;
    let mut fields = Fields::default();
    loop {
        let mut part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => return Err(broken(&error)),
        };
        if part.name() == Some("file") && found.is_none() {
            let (name, mime) = (content::filename(part.headers()), part.content_type().map(ToString::to_string));
            let mut upload = files::begin(context).await?;
            while let Some(piece) = part.chunk().await.map_err(|error| broken(&error))? {
                upload.write(&piece).await?;
            }
            let name = name.unwrap_or_default();
            if name.is_empty() && upload.is_empty() {
                return Err(Code::FileMissing.into());
            }
            found = Some((upload, Described { name, mime, ..Described::default() }));
            continue;
        }
        let key = part.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|error| broken(&error))? {
            if bytes.len() + piece.len() <= FIELD {
                bytes.extend_from_slice(&piece);
            }
        }
        fields.put(&key, &String::from_utf8_lossy(&bytes));
    }
    let (upload, described) = found.ok_or(Code::FileMissing)?;
    let document = fields.document();
    let described = described_by(document.root(), described)?;
    files::finish(context, upload, described).await
}

/// What is wrong with a form that cannot be read to its end.
fn broken(error: &multer::Error) -> Fault {
    match error {
        multer::Error::StreamReadFailed(cause) if cause.downcast_ref::<TooLong>().is_some() => {
            Code::FileTooLarge.into()
        }
        _ => Code::FileMissing.into(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the body is too long")]
struct TooLong;

/// The pieces of a body up to `most` bytes.
fn bounded(
    pieces: BodyDataStream,
    most: u64,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, Box<dyn std::error::Error + Send + Sync>>> {
    let mut length = 0u64;
    pieces.map(move |piece| {
        let piece = piece.map_err(io::Error::other)?;
        length += piece.len() as u64;
        if length > most { Err(TooLong.into()) } else { Ok(piece) }
    })
}

/// JSON or an urlencoded form: the file is a text in it.
async fn by_text(context: &Context, headers: &HeaderMap, body: Body) -> Outcome<File> {
    let store = &context.app.files;
    // Base64 makes four of three.
    let largest = (store.max_bytes / 3 + 1).saturating_mul(4).saturating_add(AROUND);
    announced(headers, largest)?;
    let _turn = store.whole.clone().acquire_owned().await.map_err(Fault::internal)?;
    let bytes = body::read(body, usize::try_from(largest).unwrap_or(usize::MAX)).await;
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(body::Unread::TooLarge) => return Err(Code::FileTooLarge.into()),
        Err(body::Unread::Broken) => return Err(Code::FileMissing.into()),
    };
    let document = document(bytes);
    let sent = document.root();
    let given = content::read(sent.get("file").ok_or(Code::FileMissing)?).ok_or(Code::FileMissing)?;
    let text = |key| sent.get(key).and_then(Json::string).map(|text| text.trim().to_owned());
    let described = Described {
        name: given.name.clone().or_else(|| text("name")).unwrap_or_default(),
        mime: given.mime.clone().or_else(|| text("mime")).or(given.plain.then(|| "text/plain".to_owned())),
        ..Described::default()
    };
    let described = described_by(sent, described)?;
    let mut upload = files::begin(context).await?;
    given.write(&mut upload).await?;
    files::finish(context, upload, described).await
}

/// The body as a document, where it has no other form.
fn document(bytes: Vec<u8>) -> Document {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Document::nested(text.to_vec(), fields::DEEPEST).unwrap_or(Document::empty()),
        Some(b'[') => Document::empty(),
        _ => Fields::of_form(text).document(),
    }
}

/// `described` with what else was sent about the file.
fn described_by(sent: Json<'_>, described: Described) -> Outcome<Described> {
    let text = |key: &'static str| match sent.get(key) {
        None => Ok(None),
        Some(value) if value.is_null() => Ok(None),
        Some(value) => {
            let mut fields = Fields::default();
            fields.put_value(key, value, Numbers::Texts);
            match fields.document().root().get(key).map(|value| value.string().map(std::borrow::Cow::into_owned)) {
                None => Ok(None),
                Some(Some(text)) => Ok(Some(text)),
                Some(None) => Err(Fault::from(Code::CharacterForbidden)),
            }
        }
    };
    let described = Described { tag: text("tag")?, title: text("title")?, comment: text("comment")?, ..described };
    described.check()?;
    Ok(described)
}
