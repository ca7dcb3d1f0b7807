//! The body of an upload as it comes, and writing it to disk off the async threads.

use std::{
    io::{self, Write},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::{HeaderMap, header},
};
use futures_util::{
    Stream, StreamExt,
    stream::{self, Fuse},
};

/// A body that can still be listened to when its reader has given up.
pub(super) struct Incoming(Arc<Mutex<Fuse<BodyDataStream>>>);

/// How long a client that was refused is listened to.
const COURTESY: Duration = Duration::from_secs(10);
/// How far beyond the longest body.
const COURTESY_TIMES: u64 = 8;

impl Incoming {
    pub(super) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(body.into_data_stream().fuse())))
    }

    /// The pieces of the body. Between two pieces the reader is made to wait once, so that one which takes whatever is there takes one
    /// piece and not the whole body.
    pub(super) fn pieces(&self) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
        let body = Arc::clone(&self.0);
        let mut took = false;
        stream::poll_fn(move |cx| {
            if std::mem::take(&mut took) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let piece = body.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(cx);
            took = piece.is_ready();
            piece
        })
    }

    /// Takes the rest of a refused body off the wire for a while and throws it away: a client that is answered while it sends would find
    /// the connection closed instead of the answer. One that waits to be told to send is not told.
    pub(super) fn hear_out(self, headers: &HeaderMap, most: u64) {
        if headers.contains_key(header::EXPECT) {
            return;
        }
        let patience = most.saturating_mul(COURTESY_TIMES);
        tokio::spawn(tokio::time::timeout(COURTESY, async move {
            let mut pieces = pin!(self.pieces());
            let mut heard = 0u64;
            while let Some(Ok(piece)) = pieces.next().await {
                heard = heard.saturating_add(piece.len() as u64);
                if heard > patience {
                    break;
                }
            }
        }));
    }
}

/// As many bytes are written at once.
const BLOCK: usize = 256 * 1024;

/// Writes to `W` on threads that may wait for the disk.
pub(super) struct Offload<W> {
    to: Option<W>,
    waiting: Vec<u8>,
}

impl<W: Write + Send + 'static> Offload<W> {
    pub(super) fn to(to: W) -> Self {
        Self { to: Some(to), waiting: Vec::new() }
    }

    pub(super) async fn write(&mut self, mut piece: &[u8]) -> io::Result<()> {
        while !piece.is_empty() {
            let (now, later) = piece.split_at(piece.len().min(BLOCK - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            piece = later;
            if self.waiting.len() == BLOCK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        let mut to = self.to.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut block = std::mem::take(&mut self.waiting);
        let written = tokio::task::spawn_blocking(move || {
            let outcome = to.write_all(&block);
            block.clear();
            outcome.map(|()| (to, block))
        });
        let (to, block) = written.await.map_err(io::Error::other)??;
        (self.to, self.waiting) = (Some(to), block);
        Ok(())
    }

    /// Writes what is waiting, and gives back where it was written to.
    pub(super) async fn end(mut self) -> io::Result<W> {
        self.flush().await?;
        self.to.ok_or(io::ErrorKind::BrokenPipe.into())
    }
}
