//! What an error looks like to the reader: its code, its text in the reader's language, and the id of the request.

use std::sync::Arc;

use async_graphql::{Response, ServerError, Value, parser};

use super::Reader;
use crate::domain::{Code, Fault, Kind, attendance};

/// Most characters of an error's message; validation repeats names of the document.
const LONGEST_MESSAGE: usize = 300;
/// Most characters of the document or the parameters that a message repeats.
const LONGEST_ECHO: usize = 100;
/// Most errors of a response.
const MOST_ERRORS: usize = 100;

/// The error that tells `fault`.
pub(super) fn error(fault: Fault) -> ServerError {
    let mut error = ServerError::new(String::new(), None);
    error.source = Some(Arc::new(fault));
    error
}

/// The response of nothing but errors.
pub(super) fn refusal(errors: impl Into<Vec<ServerError>>, reader: &Reader) -> Response {
    let mut response = Response::from_errors(errors.into());
    finish(&mut response, reader);
    response
}

/// What the parser says, without the text it read.
pub(super) fn syntax(error: &parser::Error) -> ServerError {
    let (message, pos) = match error {
        parser::Error::Syntax { message, start, .. } => {
            let expected =
                message.lines().rev().find_map(|line| line.trim().strip_prefix("= ")).unwrap_or("unexpected text");
            (format!("Syntax error: {}.", shortened(expected)), Some(*start))
        }
        other => (shortened(&other.to_string()), other.positions().next()),
    };
    ServerError::new(message, pos)
}

/// `text`, or its beginning when it is long.
pub(super) fn shortened(text: &str) -> String {
    cut(text, LONGEST_ECHO)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Gives every error of `response` its code, its text and the id of the request; logs those that are ours.
pub(super) fn finish(response: &mut Response, reader: &Reader) {
    response.errors.truncate(MOST_ERRORS);
    for error in &mut response.errors {
        finish_error(error, reader);
    }
}

fn finish_error(error: &mut ServerError, reader: &Reader) {
    if let Some(refused) = error.source::<attendance::Refused>() {
        let (kind, text) = (refused.problem.kind, cut(refused.text(reader.language), LONGEST_MESSAGE));
        error.message = text;
        return mark(error, kind, reader);
    }
    let fault = match error.source::<Fault>() {
        Some(fault) => fault.clone(),
        // Somebody else's error that came up through a resolver: its text was not written for the reader.
        None if error.source.is_some() => {
            tracing::error!(request_id = reader.request_id, path = %path(error), cause = error.message, "an unexpected error");
            Fault::from(Code::Internal)
        }
        None => {
            error.message = cut(&error.message, LONGEST_MESSAGE);
            mark(error, Code::RequestInvalid, reader);
            return;
        }
    };
    if let Some(cause) = fault.cause() {
        tracing::error!(request_id = reader.request_id, path = %path(error), cause = display_chain(cause), "an internal fault");
    }
    error.message = fault.text(reader.language);
    let extensions = error.extensions.get_or_insert_default();
    if let Some(field) = fault.field {
        extensions.set("field", field);
    }
    if let Some(item) = fault.item {
        extensions.set("itemIndex", item);
    }
    mark(error, fault.code, reader);
}

fn mark(error: &mut ServerError, code: impl Into<Value>, reader: &Reader) {
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
    extensions.set("requestId", reader.request_id.as_str());
}

fn path(error: &ServerError) -> String {
    let segments = error.path.iter().map(|segment| match segment {
        async_graphql::PathSegment::Field(name) => name.clone(),
        async_graphql::PathSegment::Index(index) => index.to_string(),
    });
    segments.collect::<Vec<_>>().join(".")
}

fn display_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// The code of the first error, when nothing was answered at all: a request error (GraphQL specification §7.1.2).
pub(super) fn request_error(response: &Response) -> Option<Code> {
    let nothing = matches!(response.data, Value::Null);
    let whole = nothing && !response.errors.is_empty() && response.errors.iter().all(|error| error.path.is_empty());
    let error = response.errors.first().filter(|_| whole)?;
    let code = error.source::<Fault>().map(|fault| fault.code);
    Some(match code {
        Some(code) if code.kind() != Kind::Refusal => code,
        None if error.source.is_some() => Code::Internal,
        _ => Code::RequestInvalid,
    })
}
