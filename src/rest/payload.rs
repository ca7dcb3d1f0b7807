//! What a reply carries, whole or streamed, and writing it between the two halves of a dialect's envelope.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use serde::Serialize;

use crate::domain::{Fault, Outcome};

/// What a successful reply carries.
pub enum Payload {
    /// The members of an object.
    Members(async_graphql::Value),
    /// Members one of which holds a list without bound.
    Streamed(Streamed),
    /// A whole reply that no envelope is put around: bytes, and what a protocol of others demands.
    Reply(Response),
}

/// Members one of which holds a list that is written as it is read.
pub struct Streamed {
    /// The members up to and with the bracket that opens the list, such as `"data":[`.
    pub open: Vec<u8>,
    /// The items, parted by commas, in pieces of any length.
    pub items: BoxStream<'static, Outcome<Bytes>>,
    /// The bracket that closes the list, and what follows.
    pub close: String,
}

impl Streamed {
    /// The list `key` of `rows`, each written by `write`.
    /// Waits for the first rows, so that a fault at the start still finds an ordinary reply.
    pub async fn list<T: Send + 'static>(
        key: &'static str,
        rows: BoxStream<'static, Outcome<Vec<T>>>,
        write: impl Fn(&T, &mut Vec<u8>) + Send + 'static,
    ) -> Outcome<Self> {
        let mut rows = rows.peekable();
        if let Some(Err(fault)) = std::pin::Pin::new(&mut rows).peek().await {
            return Err(fault.clone());
        }
        let mut first = true;
        let items = rows.map_ok(move |rows| {
            let mut bytes = Vec::with_capacity(rows.len() * ROW);
            for row in &rows {
                if !std::mem::take(&mut first) {
                    bytes.push(b',');
                }
                write(row, &mut bytes);
            }
            Bytes::from(bytes)
        });
        Ok(Self { open: format!("\"{key}\":[").into_bytes(), items: items.boxed(), close: "]".to_owned() })
    }

    /// Puts the list behind the members of `object`, which becomes the value of `key`.
    #[must_use]
    pub fn within(mut self, key: &str, object: &impl Serialize) -> Self {
        let mut open = format!("\"{key}\":").into_bytes();
        write_json(&mut open, object);
        let empty = open.ends_with(b"{}");
        open.pop();
        if !empty {
            open.push(b',');
        }
        open.append(&mut self.open);
        self.close.push('}');
        Self { open, ..self }
    }
}

/// A guess at the bytes of a row.
const ROW: usize = 384;

/// `value` as JSON behind what `into` holds already.
pub fn write_json(into: &mut Vec<u8>, value: &impl Serialize) {
    // Writing numbers, texts and structs of them to memory cannot fail.
    let _ = serde_json::to_writer(into, value);
}

/// The body `head` `,members` `tail`: `head` is an object that is still open, `tail` closes it.
pub fn body(mut head: Vec<u8>, payload: Payload, tail: &'static str) -> Body {
    match payload {
        Payload::Members(members) => {
            if let async_graphql::Value::Object(members) = members {
                for (key, value) in &members {
                    head.push(b',');
                    write_json(&mut head, &key.as_str());
                    head.push(b':');
                    write_json(&mut head, value);
                }
            }
            head.extend_from_slice(tail.as_bytes());
            Body::from(head)
        }
        Payload::Streamed(streamed) => {
            head.push(b',');
            head.extend_from_slice(&streamed.open);
            let end = format!("{}{tail}", streamed.close);
            let piece = |bytes: Vec<u8>| stream::once(async { Ok(Bytes::from(bytes)) });
            let whole = piece(head).chain(streamed.items).chain(piece(end.into_bytes()));
            // An error ends the body without its end: the connection is cut, and what was sent is no JSON.
            Body::from_stream(whole.map_err(Cut))
        }
        Payload::Reply(reply) => reply.into_body(),
    }
}

/// The rows stopped in the middle of a reply.
#[derive(Debug, thiserror::Error)]
#[error("the reply was cut off: {0}")]
struct Cut(Fault);
