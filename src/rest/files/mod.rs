//! Files as legacy clients send and fetch them (contract: laravel-template §4.7, §4.8, §7): bytes in whatever form, and bytes out. What
//! is said about it is each dialect's own.

use axum::{
    body::Body,
    http::{HeaderMap, header},
};

use crate::{
    domain::{Code, Context, Outcome, files},
    rest::body,
};

mod disposition;
mod download;
mod form;
mod multipart;
mod pairs;
mod range;
mod stream;
mod whole;

pub use download::{Download, download};

use stream::Incoming;

/// Bytes of a body besides those of the file in it.
const ASIDE: u64 = 1024 * 1024;

/// Takes a file that the actor, who must be a person, uploads, in any of the forms of the contract: a form with a part `file`, JSON, or
/// pairs. The body is read as it comes, in bounded memory.
///
/// Refuses with `FILE_MISSING`; with `FILE_TOO_LARGE`, before anything is read where the headers tell; with `TOO_LONG`,
/// `CHARACTER_FORBIDDEN` or `REQUEST_INVALID` what is said about the file.
pub async fn upload(ctx: &Context, headers: &HeaderMap, body: Body) -> Outcome<files::File> {
    ctx.person()?;
    let most = longest_body(headers, ctx.app.files.max_bytes());
    let incoming = Incoming::new(body);
    let form = if announced(headers).is_some_and(|length| length > most) {
        Err(too_large(ctx))
    } else {
        match body::boundary(headers) {
            Some(boundary) => multipart::read(ctx, incoming.pieces(), boundary, most).await,
            None => whole::read(ctx, incoming.pieces(), most).await,
        }
    };
    let uploaded = form.and_then(form::Form::upload);
    if uploaded.is_err() {
        incoming.hear_out(headers, most);
    }
    files::keep(ctx, uploaded?).await
}

fn too_large(ctx: &Context) -> crate::domain::Fault {
    Code::FileTooLarge.about(ctx.app.files.max_bytes())
}

/// Most bytes of a body that can hold a file of `most` bytes: as it is in a form, in base64 or with escapes in JSON, with three characters
/// for a byte in pairs.
fn longest_body(headers: &HeaderMap, most: u64) -> u64 {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is = |name: &str| kind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let times = if is("multipart/form-data") {
        1
    } else if is("application/x-www-form-urlencoded") {
        3
    } else {
        2
    };
    most.saturating_mul(times).saturating_add(ASIDE)
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}
