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

    /// Puts the list behind the members of `object`.
    #[must_use]
    pub fn behind(mut self, object: &impl Serialize) -> Self {
        let mut open = Vec::new();
        write_json(&mut open, object);
        open.remove(0);
        open.pop();
        if !open.is_empty() {
            open.push(b',');
        }
        open.append(&mut self.open);
        Self { open, ..self }
    }

    /// Puts the list behind the members of `object`, which becomes the value of `key`.
    #[must_use]
    pub fn within(self, key: &str, object: &impl Serialize) -> Self {
        let mut inner = self.behind(object);
        let mut open = format!("\"{key}\":{{").into_bytes();
        open.append(&mut inner.open);
        inner.close.push('}');
        Self { open, ..inner }
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

#[cfg(test)]
mod tests {
    use async_graphql::Value;
    use serde_json::json;

    use super::*;
    use crate::domain::Code;

    type Batches = Vec<Outcome<Vec<u32>>>;

    async fn list(batches: Batches) -> Outcome<Streamed> {
        Streamed::list("data", stream::iter(batches).boxed(), |row, into| write_json(into, row)).await
    }

    async fn sent(payload: Payload) -> (String, bool) {
        let mut pieces = body(br#"{"code":0"#.to_vec(), payload, "}").into_data_stream();
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(_) => return (String::from_utf8(bytes).unwrap(), false),
            }
        }
        (String::from_utf8(bytes).unwrap(), true)
    }

    #[tokio::test]
    async fn members_stand_behind_the_head() {
        let members = |value| Payload::Members(Value::from_json(value).unwrap());
        assert_eq!(sent(members(json!({"token": "t", "data": []}))).await.0, r#"{"code":0,"token":"t","data":[]}"#);
        assert_eq!(sent(members(json!({}))).await.0, r#"{"code":0}"#);
    }

    #[tokio::test]
    async fn lists_are_written_batch_by_batch() {
        let whole = list(vec![Ok(vec![1, 2]), Ok(vec![]), Ok(vec![3])]).await.unwrap();
        assert_eq!(sent(Payload::Streamed(whole)).await, (r#"{"code":0,"data":[1,2,3]}"#.to_owned(), true));
        let empty = list(Vec::new()).await.unwrap();
        assert_eq!(sent(Payload::Streamed(empty)).await, (r#"{"code":0,"data":[]}"#.to_owned(), true));
        let within = list(vec![Ok(vec![1])]).await.unwrap().within("user", &json!({"name": "n"}));
        assert_eq!(sent(Payload::Streamed(within)).await.0, r#"{"code":0,"user":{"name":"n","data":[1]}}"#);
        let within = list(Vec::new()).await.unwrap().within("user", &json!({}));
        assert_eq!(sent(Payload::Streamed(within)).await.0, r#"{"code":0,"user":{"data":[]}}"#);
    }

    #[tokio::test]
    async fn a_failure_at_the_start_is_a_fault_and_one_in_the_middle_cuts_the_body() {
        let failed = || Err(Code::Internal.into());
        assert_eq!(list(vec![failed()]).await.err().map(|fault| fault.code), Some(Code::Internal));
        let cut = list(vec![Ok(vec![1, 2]), failed(), Ok(vec![3])]).await.unwrap();
        assert_eq!(sent(Payload::Streamed(cut)).await, (r#"{"code":0,"data":[1,2"#.to_owned(), false));
    }
}
