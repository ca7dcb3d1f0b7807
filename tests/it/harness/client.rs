//! Requests to a world's router, without a socket.

use std::{net::SocketAddr, sync::Arc};

use assetry::{
    domain::{
        Actor, Context,
        sessions::{self, Face},
    },
    entity::{staff, words::Door},
};
use axum::{
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header, request},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::World;

/// An answer that was read to its end.
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl World {
    /// The answer to `request`.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: head.status, headers: head.headers, body }
    }

    /// The answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(from_loopback(Request::get(path)).body(Body::empty()).unwrap()).await
    }

    /// The answer to a POST of this JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(json_request(path).body(Body::from(body.to_string())).unwrap()).await
    }

    /// A session of the person with this legacy key, as a JWT.
    pub(crate) async fn token(&self, unique_id: &str) -> String {
        let person = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(self.db().read()).await;
        let ctx = Context::new(Arc::clone(&self.app), Actor::System, Door::System);
        let opened = sessions::open_for(&ctx, person.unwrap().unwrap().id).await.unwrap();
        opened.token(&self.app, Face::Jwt { issuer: "http://assetry.test/graphql" }).unwrap()
    }

    /// The GraphQL response to an operation, asked by the bearer of `token`.
    pub(crate) async fn graphql(&self, query: &str, variables: Value, token: Option<&str>) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let mut request = json_request("/graphql");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await.json()
    }
}

fn json_request(path: &str) -> request::Builder {
    from_loopback(Request::post(path)).header(header::CONTENT_TYPE, "application/json")
}

/// A request that seems to come from a socket.
fn from_loopback(request: request::Builder) -> request::Builder {
    request.extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}
