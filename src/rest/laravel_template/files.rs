//! Files up and down (contract: laravel-template §4.7, §4.8, §7): what this dialect says about them.

use async_graphql::Variables;
use axum::http::header;
use serde_json::json;

use super::faults;
use crate::{
    domain::Context,
    rest::{
        files::{self, Download},
        payload::Payload,
        row::{Exchanging, Says},
        run::Call,
        values::{members, text},
    },
};

/// There are no such bytes.
const NO_SUCH_RANGE: Says = faults::status(416, "请求范围不合法");

/// `POST /api/file/upload`, and a GET with a body.
pub(super) fn upload(call: &mut Call, context: Context, _: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let file = files::upload(&context, &call.head.headers, std::mem::take(&mut call.body)).await?;
        Ok(members(json!({ "data": {
            "id": file.unique_id, "tag": file.tag, "title": file.title, "comment": file.comment, "name": file.name,
            "mime": file.mime, "size": file.size,
        } }))?
        .into())
    })
}

/// `GET /api/file`.
pub(super) fn download(call: &mut Call, context: Context, sent: Variables) -> Exchanging<'_> {
    Box::pin(async move {
        let thumbnail = matches!(text(&sent, "thumb"), Some("1" | "true"));
        let id = text(&sent, "id").unwrap_or_default();
        match files::download(&context, id, thumbnail, &call.head.headers).await? {
            Download::Reply(reply) => Ok(Payload::Reply(reply).into()),
            Download::NotSatisfiable(range) => {
                call.headers.insert(header::CONTENT_RANGE, range);
                Err(NO_SUCH_RANGE.into())
            }
        }
    })
}
