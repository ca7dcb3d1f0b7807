//! Reading the body of a request up to a limit.

use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use futures_util::StreamExt;

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is over the limit.
    TooLarge,
    /// The client stopped in the middle.
    Broken,
}

/// The boundary of a multipart form, if these headers announce one.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// How far beyond the limit a body is still taken off the wire and thrown away. A client that is answered while it sends would find the
/// connection closed instead of the answer.
const PATIENCE: usize = 8;

/// The bytes of `body` if they are at most `most`.
pub async fn read(body: Body, most: usize) -> Result<Vec<u8>, Unread> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0usize;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        length = length.saturating_add(piece.len());
        if length <= most {
            bytes.extend_from_slice(&piece);
        } else if length <= most.saturating_mul(PATIENCE) {
            bytes = Vec::new();
        } else {
            break;
        }
    }
    if length <= most { Ok(bytes) } else { Err(Unread::TooLarge) }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn body(pieces: usize) -> Body {
        Body::from_stream(stream::iter((0..pieces).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1000]))))
    }

    #[tokio::test]
    async fn the_limit_is_the_largest_that_passes() {
        assert_eq!(read(body(8), 8000).await.map(|bytes| bytes.len()), Ok(8000));
        assert_eq!(read(body(9), 8000).await, Err(Unread::TooLarge));
        assert_eq!(
            read(body(usize::MAX), 8000).await,
            Err(Unread::TooLarge),
            "a body without end is not read to its end"
        );
        assert_eq!(read(Body::empty(), 8000).await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn a_client_that_stops_is_told_apart() {
        let pieces = [Ok(vec![b'{']), Err(std::io::Error::other("gone"))];
        assert_eq!(read(Body::from_stream(stream::iter(pieces)), 10).await, Err(Unread::Broken));
    }
}
