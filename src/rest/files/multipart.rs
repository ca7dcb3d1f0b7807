//! An upload as a form of several parts, written to disk as it comes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use multer::{Constraints, Field, Multipart, SizeLimit};

use super::{
    disposition,
    form::{Form, Sent, Unusable, text},
    stream::Offload,
};
use crate::{
    app::Files,
    domain::{Context, Outcome},
};

/// Most bytes that stand between two parts, or that come before the first, in pieces as they come.
const BETWEEN: usize = 1024 * 1024;

/// Reads a form of at most `most` bytes. Of a part that is repeated the last counts.
pub(super) async fn read(
    ctx: &Context,
    pieces: impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static,
    boundary: String,
    most: u64,
) -> Outcome<Form> {
    let unread = Arc::new(AtomicUsize::new(0));
    let counted = {
        let unread = Arc::clone(&unread);
        pieces.map(move |piece| match piece {
            Ok(piece) if unread.fetch_add(piece.len(), Ordering::Relaxed) > BETWEEN => Err(Endless.into()),
            Ok(piece) => Ok(piece),
            Err(error) => Err(Box::<dyn std::error::Error + Send + Sync>::from(error)),
        })
    };
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(most));
    let mut parts = Multipart::with_constraints(counted, boundary, limits);
    let mut form = Form::default();
    let files = &ctx.app.files;
    let read = async {
        while let Some(part) = parts.next_field().await? {
            unread.store(0, Ordering::Relaxed);
            take(files, &mut form, part, &unread).await?;
        }
        Ok::<_, Unusable>(())
    };
    read.await.map_err(|unusable| unusable.fault(files))?;
    Ok(form)
}

/// What stands between two parts takes no end.
#[derive(Debug, thiserror::Error)]
#[error("what stands between two parts takes no end")]
struct Endless;

impl From<multer::Error> for Unusable {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { .. } => Self::TooLarge,
            _ => Self::Malformed,
        }
    }
}

async fn take(files: &Files, form: &mut Form, mut part: Field<'static>, unread: &AtomicUsize) -> Result<(), Unusable> {
    let name = part.name().unwrap_or_default().to_owned();
    if name == "file" {
        form.file = file(files, &mut part, unread).await?;
        return Ok(());
    }
    let key = Form::key(&name).filter(|_| part.file_name().is_none());
    let mut begun = Vec::new();
    while let Some(piece) = part.chunk().await? {
        unread.store(0, Ordering::Relaxed);
        if key.is_some() && begun.len() < LONGEST_TEXT {
            begun.extend_from_slice(&piece);
        }
    }
    if let Some(key) = key {
        form.set(key, Some(&text(begun.as_slice())?));
    }
    Ok(())
}

/// Bytes of a text that are looked at; the piece in which they end comes on top.
const LONGEST_TEXT: usize = 64 * 1024;

/// The file in a part; none if it has neither name nor bytes.
async fn file(files: &Files, part: &mut Field<'static>, unread: &AtomicUsize) -> Result<Option<Sent>, Unusable> {
    let named = disposition::extended_name(part.headers()).or_else(|| part.file_name().map(str::to_owned));
    let mime = part.headers().get(axum::http::header::CONTENT_TYPE);
    let mime = mime.and_then(|mime| mime.to_str().ok()).map(str::to_owned);
    let plain = named.is_none() && mime.is_none();
    let store = files.clone();
    let writing = tokio::task::spawn_blocking(move || store.begin(store.max_bytes())).await;
    let mut writing = Offload::to(writing.map_err(failed)?.map_err(Unusable::Failed)?);
    while let Some(piece) = part.chunk().await? {
        unread.store(0, Ordering::Relaxed);
        writing.write(&piece).await.map_err(Unusable::writing)?;
    }
    let writing = writing.end().await.map_err(Unusable::writing)?;
    let bytes = tokio::task::spawn_blocking(move || writing.finish()).await;
    let bytes = bytes.map_err(failed)?.map_err(Unusable::Failed)?;
    let name = named.filter(|name| !name.trim().is_empty());
    let nothing = bytes.size == 0 && name.is_none();
    Ok((!nothing).then_some(Sent { bytes, name, mime, plain }))
}

fn failed(error: tokio::task::JoinError) -> Unusable {
    Unusable::Failed(std::io::Error::other(error))
}
