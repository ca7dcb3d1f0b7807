//! An answer of WeCom: HTTP 200 even for errors, a JSON object with an errcode (contract: laravel-template §8.1).

use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Map, Value};

use super::Failure;

/// Most bytes of an answer.
const LONGEST: usize = 16 * 1024 * 1024;

/// The members of an answer.
pub(super) struct Reply(Map<String, Value>);

impl Reply {
    /// Sends `request` and reads the answer.
    pub(super) async fn of(request: RequestBuilder) -> Result<Self, Failure> {
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > LONGEST {
                return Err(Failure::Unreadable);
            }
            body.extend_from_slice(&chunk);
        }
        let reply = Self(serde_json::from_slice(&body).map_err(|_| Failure::Unreadable)?);
        match reply.get("errcode") {
            Some(code) if number(code).is_none() => Err(Failure::Unreadable),
            _ => Ok(reply),
        }
    }

    /// The errcode; 0 when there is none.
    pub(super) fn errcode(&self) -> i64 {
        self.get("errcode").and_then(number).unwrap_or(0)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The items of a list, read one by one.
    pub(super) fn list<T>(
        &self,
        name: &str,
        read: impl Fn(&Map<String, Value>) -> Option<T>,
    ) -> Result<Listed<T>, Failure> {
        let given = self.get(name).and_then(Value::as_array).ok_or(Failure::Unreadable)?;
        let items: Vec<T> = given.iter().filter_map(|item| read(item.as_object()?)).collect();
        Ok(Listed { unusable: given.len() - items.len(), items })
    }
}

/// The items of a list that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Those that can be used, in the order of delivery.
    pub items: Vec<T>,
    /// How many cannot.
    pub unusable: usize,
}

/// What went wrong below HTTP. The error itself would tell the address, and in it the token.
fn failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() { Failure::Late } else { Failure::Unreachable }
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}
