//! A file as an answer: whole or a range of it, streamed from disk (contract: laravel-template §7.2).

use std::time::SystemTime;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::{
    disposition,
    range::{self, Wanted},
};
use crate::{
    app::Part,
    domain::{
        Code, Context, Fault, Key, Outcome,
        files::{self, Bytes, File},
    },
};

/// What a request for a file is answered.
#[derive(Debug)]
pub enum Download {
    /// The bytes, a range of them, or that the client has them.
    Reply(Response),
    /// There are no such bytes: status 416 with this `Content-Range`, and what the dialect says.
    NotSatisfiable(HeaderValue),
}

/// As many bytes are read from disk at once.
const BLOCK: usize = 64 * 1024;

/// Answers with the file that has this id of 24 hexadecimal digits, or with its thumbnail. `FILE_NOT_FOUND` for what is not there and for
/// what the actor may not read.
pub async fn download(ctx: &Context, id: &str, thumbnail: bool, headers: &HeaderMap) -> Outcome<Download> {
    let shaped = id.len() == 24 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    let found = if shaped { files::get(ctx, &Key::UniqueId(id.to_owned())).await? } else { None };
    let file = found.ok_or(Code::FileNotFound)?;
    let part = if thumbnail { Part::Thumbnail } else { Part::Whole };
    let bytes = files::open(ctx, &file, part).await?;
    let about = About::new(&file, part)?;
    if about.is_known(headers) {
        let mut reply = StatusCode::NOT_MODIFIED.into_response();
        about.describe(reply.headers_mut());
        return Ok(Download::Reply(reply));
    }
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    match range.filter(|_| about.is_current(headers)).map_or(Wanted::Whole, |range| range::wanted(range, bytes.size)) {
        Wanted::Nothing => Ok(Download::NotSatisfiable(value(format!("bytes */{}", bytes.size))?)),
        Wanted::Part(first, last) => {
            let range = value(format!("bytes {first}-{last}/{}", bytes.size))?;
            let mut reply = about.reply(bytes, first, last - first + 1, &file.name).await?;
            *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
            reply.headers_mut().insert(header::CONTENT_RANGE, range);
            Ok(Download::Reply(reply))
        }
        Wanted::Whole => {
            let size = bytes.size;
            Ok(Download::Reply(about.reply(bytes, 0, size, &file.name).await?))
        }
    }
}

/// What tells one state of the bytes from another.
struct About {
    part: Part,
    tag: HeaderValue,
    modified: HeaderValue,
    at: SystemTime,
}

impl About {
    fn new(file: &File, part: Part) -> Outcome<Self> {
        let sha256 = match part {
            Part::Whole => &file.sha256,
            Part::Thumbnail => file.thumbnail_sha256.as_ref().ok_or(Code::FileNotFound)?,
        };
        let at = SystemTime::from(file.created_at);
        let modified = value(httpdate::fmt_http_date(at))?;
        Ok(Self { part, tag: value(format!("\"{sha256}\""))?, modified, at })
    }

    /// Whether the client says that it has the bytes already.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let mut known = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
        if known.peek().is_none() {
            let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
            let since = since.and_then(|since| httpdate::parse_http_date(since).ok());
            return since.is_some_and(|since| seconds(since) >= seconds(self.at));
        }
        let known = known.filter_map(|known| known.to_str().ok()).flat_map(|known| known.split(',')).map(str::trim);
        known
            .map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
            .any(|tag| tag == "*" || tag.as_bytes() == self.tag.as_bytes())
    }

    /// Whether a range may be cut out of these bytes: unless the client says that it means others.
    fn is_current(&self, headers: &HeaderMap) -> bool {
        headers.get(header::IF_RANGE).is_none_or(|meant| *meant == self.tag || *meant == self.modified)
    }

    fn describe(&self, headers: &mut HeaderMap) {
        const FIXED: [(HeaderName, &str); 4] = [
            (header::ACCEPT_RANGES, "bytes"),
            (header::CACHE_CONTROL, "private, no-cache"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        ];
        headers.extend(FIXED.map(|(name, value)| (name, HeaderValue::from_static(value))));
        headers.insert(header::ETAG, self.tag.clone());
        headers.insert(header::LAST_MODIFIED, self.modified.clone());
    }

    /// The `length` bytes from `first` on.
    async fn reply(&self, bytes: Bytes, first: u64, length: u64, name: &str) -> Outcome<Response> {
        let mut file = tokio::fs::File::from_std(bytes.file);
        file.seek(std::io::SeekFrom::Start(first)).await.map_err(Fault::internal)?;
        let mut reply = Body::from_stream(ReaderStream::with_capacity(file.take(length), BLOCK)).into_response();
        let headers = reply.headers_mut();
        self.describe(headers);
        headers.insert(header::CONTENT_LENGTH, length.into());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(bytes.content_type));
        headers.insert(header::CONTENT_DISPOSITION, disposition::attachment(name, self.part == Part::Thumbnail));
        Ok(reply)
    }
}

/// Dates of HTTP have no parts of a second.
fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn value(text: String) -> Outcome<HeaderValue> {
    HeaderValue::from_str(&text).map_err(Fault::internal)
}
