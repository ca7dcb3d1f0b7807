//! Handing out the bytes of a file, whole or a range of them (contract: laravel-template §4.7, §7.2).

use std::io::SeekFrom;

use async_graphql::Variables;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::super::{envelope, faults, pages::text};
use crate::{
    domain::{
        Code, Context, Fault, Outcome,
        files::{self, File},
    },
    pages,
    rest::{payload::Payload, row::Exchanging, run::Call},
};

/// How many of the first bytes tell the type.
const HEAD: usize = 8 * 1024;
/// Bytes read at a time.
const PIECE: usize = 64 * 1024;
/// What a browser may do with a file: nothing.
const POLICY: &str = "default-src 'none'; sandbox";

/// `GET /api/file`.
pub(in super::super) fn download(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let file = files::get(&context, text(&sent, "id").unwrap_or_default()).await?;
        let thumbnail = matches!(text(&sent, "thumb"), Some("1" | "true"));
        let reply = reply(&context, &file, thumbnail, &call.head.headers).await?;
        Ok(Payload::Reply(reply).into())
    })
}

async fn reply(context: &Context, file: &File, thumbnail: bool, asked: &HeaderMap) -> Outcome<Response> {
    let store = &context.app.files;
    let (path, prefix, digest) = match &file.thumbnail_sha256 {
        Some(digest) if thumbnail => (store.thumbnail(&file.unique_id), "thumb_", digest),
        None if thumbnail => return Err(Code::FileNotFound.into()),
        _ => (store.path(&file.unique_id), "", &file.sha256),
    };
    let mut bytes = tokio::fs::File::open(path).await.map_err(Fault::internal)?;
    let size = bytes.metadata().await.map_err(Fault::internal)?.len();
    let mut head = Vec::with_capacity(HEAD);
    (&mut bytes).take(HEAD as u64).read_to_end(&mut head).await.map_err(Fault::internal)?;

    let tag = format!("\"{}\"", &digest[..digest.len().min(32)]);
    let made = file.created_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ACCEPT_RANGES, "bytes");
    put(header::ETAG, &tag);
    put(header::LAST_MODIFIED, &made);
    put(header::CACHE_CONTROL, "private, no-cache");
    put(header::CONTENT_SECURITY_POLICY, POLICY);
    put(header::CONTENT_DISPOSITION, &files::attachment(prefix, &file.name));
    if pages::is_known(asked, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    put(header::CONTENT_TYPE, files::content_type(&head));
    let range = match wanted(asked, size, &tag, &made) {
        Wanted::Whole => None,
        Wanted::Range(from, to) => Some((from, to)),
        Wanted::Nothing => return Ok(unsatisfiable(size)),
    };
    let (from, length) = range.map_or((0, size), |(from, to)| (from, to - from + 1));
    put(header::CONTENT_LENGTH, &length.to_string());
    let status = match range {
        Some((from, to)) => {
            put(header::CONTENT_RANGE, &format!("bytes {from}-{to}/{size}"));
            StatusCode::PARTIAL_CONTENT
        }
        None => StatusCode::OK,
    };
    bytes.seek(SeekFrom::Start(from)).await.map_err(Fault::internal)?;
    let body = Body::from_stream(ReaderStream::with_capacity(bytes.take(length), PIECE));
    Ok((status, headers, body).into_response())
}

fn unsatisfiable(size: u64) -> Response {
    const SAYS: crate::rest::row::Says = faults::status(416, "请求范围不合法");
    let mut reply = envelope::refusal(&SAYS, SAYS.text);
    if let Ok(range) = HeaderValue::from_str(&format!("bytes */{size}")) {
        reply.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    reply
}

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// All of it.
    Whole,
    /// From this byte to that, both included.
    Range(u64, u64),
    /// Bytes that it does not have.
    Nothing,
}

/// What `asked` asks for of `size` bytes. Several ranges, other units and what is no range ask for the whole, and so does a range of
/// another version of the file.
fn wanted(asked: &HeaderMap, size: u64, tag: &str, made: &str) -> Wanted {
    let condition = asked.get(header::IF_RANGE).map(HeaderValue::as_bytes);
    if condition.is_some_and(|version| version != tag.as_bytes() && version != made.as_bytes()) {
        return Wanted::Whole;
    }
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let Some((from, to)) = range.and_then(|range| range.trim().strip_prefix("bytes=")?.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that does not fit is beyond the end of any file.
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let (from, to) = (from.trim(), to.trim());
    match (number(from), number(to)) {
        (None, Some(last)) if from.is_empty() => match last.min(size) {
            0 => Wanted::Nothing,
            last => Wanted::Range(size - last, size - 1),
        },
        (Some(from), None) if to.is_empty() => span(from, u64::MAX, size),
        (Some(from), Some(to)) if from <= to => span(from, to, size),
        _ => Wanted::Whole,
    }
}

fn span(from: u64, to: u64, size: u64) -> Wanted {
    if from < size { Wanted::Range(from, to.min(size - 1)) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (range, found) in [
            ("bytes=0-0", Wanted::Range(0, 0)),
            ("bytes=2-5", Wanted::Range(2, 5)),
            ("bytes=2-", Wanted::Range(2, 9)),
            ("bytes=2-99", Wanted::Range(2, 9)),
            ("bytes=-3", Wanted::Range(7, 9)),
            ("bytes=-99", Wanted::Range(0, 9)),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=99999999999999999999-", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
        ] {
            let mut asked = HeaderMap::new();
            asked.insert(header::RANGE, range.parse().unwrap());
            assert_eq!(wanted(&asked, 10, "\"x\"", "then"), found, "{range}");
        }
        let mut asked = HeaderMap::new();
        asked.insert(header::RANGE, "bytes=0-0".parse().unwrap());
        assert_eq!(wanted(&asked, 0, "\"x\"", "then"), Wanted::Nothing);
        for (version, found) in
            [("\"x\"", Wanted::Range(0, 0)), ("\"y\"", Wanted::Whole), ("then", Wanted::Range(0, 0))]
        {
            asked.insert(header::IF_RANGE, version.parse().unwrap());
            assert_eq!(wanted(&asked, 10, "\"x\"", "then"), found, "{version}");
        }
    }
}
