//! The page for people and its files.

use assetry::graphql::{Limits, StoredOperation, api, http::router, ide};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use tower::ServiceExt;

use super::{Little, door};

async fn get(door: &Little, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    let response = router(door.door.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

#[tokio::test]
async fn every_file_of_the_page_is_served_by_us() {
    let door = door(Limits::default()).await;
    let (status, headers, body) = get(&door, "/graphql", &[("accept", "text/html,*/*;q=0.8")]).await;
    assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap()));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let page = String::from_utf8(body).unwrap();
    assert!(!page.contains("://") && !page.contains('{'), "{page}");
    let files: Vec<_> = page.split('"').filter(|part| part.contains("/ide/")).collect();
    assert_eq!(files.len(), 5);
    for file in files {
        let (status, headers, body) = get(&door, &format!("/{file}"), &[]).await;
        assert_eq!(status, StatusCode::OK, "{file}");
        assert!(!body.is_empty());
        assert_eq!(headers.get_all("content-type").iter().count(), 1);
        assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
        let tag = headers["etag"].to_str().unwrap();
        let (status, _, body) = get(&door, &format!("/{file}"), &[("if-none-match", tag)]).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    assert_eq!(get(&door, "/graphql/ide/nothing.js", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_examples_fit_the_schema() {
    for (name, operation) in StoredOperation::parse_all(ide::EXAMPLES).unwrap() {
        // Validation comes first; that nobody is logged in comes after it.
        let mut request = async_graphql::Request::new(ide::EXAMPLES).operation_name(name.as_str());
        request.set_parsed_query(operation.document().clone());
        let answer = futures_util::StreamExt::next(&mut api::schema().execute_stream(request)).await;
        let errors = answer.map(|answer| answer.errors).unwrap_or_default();
        assert!(errors.iter().all(|error| !error.path.is_empty()), "{name}: {errors:?}");
    }
}
