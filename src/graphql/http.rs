//! `/graphql` over HTTP, by the GraphQL-over-HTTP draft: negotiation, parameters, status codes.

use async_graphql::{Request as Operation, Response as Answer, Variables, parser::types::OperationType};
use axum::{
    Router,
    body::{self, Body},
    extract::{FromRequestParts, Request, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use bytes::Bytes;
use serde::Deserialize;
use tokio::time;

use super::{
    Door, Reader, client, faults, ide, identity,
    negotiate::{self, Media},
    reader::REQUEST_ID,
    reply, stream,
};
use crate::{
    domain::{Code, Context, Fault},
    entity::words,
};

/// The path of the endpoint.
pub const PATH: &str = "/graphql";

/// `/graphql` by POST and GET, as a WebSocket, as event stream, and as a page for people.
pub fn router(door: Door) -> Router {
    Router::new().route(PATH, any(answer)).with_state(door).merge(ide::router())
}

/// The parameters of a request (GraphQL over HTTP §5.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

async fn answer(State(door): State<Door>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let client = Some(client::address(door.app(), &parts));
    let reader = Reader { client, ..Reader::of(door.app(), &parts.headers) };
    let mut response = match parts.method {
        Method::POST => post(&door, &reader, &parts, body).await,
        Method::GET | Method::HEAD if asks_for_socket(&parts.headers) => socket(&door, &reader, &mut parts).await,
        Method::GET | Method::HEAD => get(&door, &reader, &parts).await,
        _ => not_allowed(&reader, "GET, POST"),
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language, Authorization"));
    if let Ok(id) = HeaderValue::from_str(&reader.request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

async fn post(door: &Door, reader: &Reader, parts: &Parts, body: Body) -> Response {
    let Some(media) = negotiate::choose(&parts.headers, &[Media::Json, Media::GraphqlJson, Media::Events]) else {
        return not_acceptable(reader);
    };
    if !negotiate::is_json(&parts.headers) {
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            media,
            reader,
            "The body must be application/json in UTF-8.",
        );
    }
    let body = match read(door, &parts.headers, body).await {
        Ok(body) => body,
        Err(status) => return refuse(status, media, reader, "The body is too large, or did not arrive."),
    };
    // A list would be read as the fields in their order.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return refuse(StatusCode::BAD_REQUEST, media, reader, "Batches are not supported: send one request.");
    }
    match serde_json::from_slice(&body) {
        Ok(parameters) => run(door, reader, parts, media, parameters).await,
        Err(error) => refuse(StatusCode::BAD_REQUEST, media, reader, &faults::shortened(&error.to_string())),
    }
}

async fn get(door: &Door, reader: &Reader, parts: &Parts) -> Response {
    let offers = [Media::Json, Media::GraphqlJson, Media::Events, Media::Page];
    match negotiate::choose(&parts.headers, &offers) {
        None => not_acceptable(reader),
        Some(Media::Page) => ide::page(),
        Some(media) => match from_url(&parts.uri) {
            Ok(parameters) => run(door, reader, parts, media, parameters).await,
            Err(message) => refuse(StatusCode::BAD_REQUEST, media, reader, &message),
        },
    }
}

/// The parameters in the query of a URL, in which `variables` and `extensions` are JSON.
fn from_url(uri: &Uri) -> Result<Parameters, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Texts {
        query: String,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }
    let texts =
        axum::extract::Query::<Texts>::try_from_uri(uri).map_err(|error| faults::shortened(&error.body_text()))?.0;
    let wrong = |error: serde_json::Error| faults::shortened(&error.to_string());
    Ok(Parameters {
        query: texts.query,
        operation_name: texts.operation_name.filter(|name| !name.is_empty()),
        variables: texts.variables.map_or(Ok(Variables::default()), |text| json(&text)).map_err(wrong)?,
        extensions: texts.extensions.map_or(Ok(None), |text| json(&text)).map_err(wrong)?,
    })
}

/// JSON in a parameter; an empty text counts as none.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(if text.is_empty() { "null" } else { text })
}

async fn run(door: &Door, reader: &Reader, parts: &Parts, media: Media, parameters: Parameters) -> Response {
    let actor = match identity::actor(door.app(), identity::bearer(&parts.headers)).await {
        Ok(actor) => actor,
        Err(fault) => return tell(media, fault, reader),
    };
    let context = Context::new(door.app().clone(), actor, words::Door::Graphql);
    let mut operation = Operation::new(parameters.query).variables(parameters.variables).data(reader.clone());
    operation.operation_name = parameters.operation_name;
    drop(parameters.extensions);
    let ready = match door.ready(context, operation) {
        Ok(ready) => ready,
        Err(refusal) => return answer_with(media, *refusal, StatusCode::OK),
    };
    match ready.kind() {
        OperationType::Mutation if parts.method != Method::POST => not_allowed_as(media, reader, "POST"),
        OperationType::Subscription if media != Media::Events => {
            let message = "Subscriptions are answered as text/event-stream or over a WebSocket.";
            refuse(StatusCode::NOT_ACCEPTABLE, media, reader, message)
        }
        _ if media == Media::Events => {
            let token = identity::bearer(&parts.headers).map(str::to_owned);
            stream::events(door, reader, ready, token)
        }
        _ => answer_with(media, door.run(ready).await, StatusCode::OK),
    }
}

/// The body, if it is no larger than the limit and arrives in time.
async fn read(door: &Door, headers: &HeaderMap, body: Body) -> Result<Bytes, StatusCode> {
    let most = door.limits().body;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match time::timeout(door.limits().time, body::to_bytes(body, most)).await {
        Ok(read) => read.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn asks_for_socket(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

async fn socket(door: &Door, reader: &Reader, parts: &mut Parts) -> Response {
    if !stream::origin_fits(door, &parts.headers) {
        return refuse(StatusCode::FORBIDDEN, Media::Json, reader, "Pages of this origin may not open a WebSocket.");
    }
    match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => stream::socket(door, reader, upgrade, &parts.headers),
        Err(rejection) => rejection.into_response(),
    }
}

fn answer_with(media: Media, answer: Answer, status: StatusCode) -> Response {
    if media == Media::Events { stream::said(&answer) } else { reply::json(media, answer, status) }
}

fn tell(media: Media, fault: Fault, reader: &Reader) -> Response {
    let code = fault.code;
    let mut response = answer_with(media, faults::refusal(faults::error(fault), reader), StatusCode::OK);
    if code == Code::Unauthenticated {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The refusal of a request that is not well-formed.
fn refuse(status: StatusCode, media: Media, reader: &Reader, message: &str) -> Response {
    let media = if media == Media::Events { Media::Json } else { media };
    let answer = faults::refusal(async_graphql::ServerError::new(message, None), reader);
    reply::json(media, answer, status)
}

fn not_acceptable(reader: &Reader) -> Response {
    let message = "Accept application/graphql-response+json, application/json or text/event-stream.";
    refuse(StatusCode::NOT_ACCEPTABLE, Media::Json, reader, message)
}

fn not_allowed(reader: &Reader, allowed: &'static str) -> Response {
    not_allowed_as(Media::Json, reader, allowed)
}

fn not_allowed_as(media: Media, reader: &Reader, allowed: &'static str) -> Response {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, media, reader, "This needs another HTTP method.");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}
