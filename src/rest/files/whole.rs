//! Uploads that are understood only when all of them is there, JSON and pairs: laid on disk first, then read from there piece by piece.

use std::{
    io::{self, BufRead, BufReader, Read, Seek},
    pin::pin,
};

use axum::body::Bytes;
use futures_util::{Stream, StreamExt};
use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use super::{
    form::{Form, Sent, Unusable, of_base64, of_text, text},
    pairs,
    stream::Offload,
    too_large,
};
use crate::{
    app::Files,
    domain::{Code, Context, Fault, Outcome},
};

/// Deepest nesting of JSON (contract: laravel-template §1.5).
const DEEPEST: u32 = 64;

/// Reads a body of at most `most` bytes, JSON if it looks like it, else pairs.
pub(super) async fn read(
    ctx: &Context,
    pieces: impl Stream<Item = Result<Bytes, axum::Error>>,
    most: u64,
) -> Outcome<Form> {
    let files = ctx.app.files.clone();
    let aside = tokio::task::spawn_blocking(move || files.aside()).await.map_err(Fault::internal)?;
    let mut laid = Offload::to(aside.map_err(Fault::internal)?);
    let mut pieces = pin!(pieces);
    let mut length = 0u64;
    while let Some(piece) = pieces.next().await {
        // The client stopped in the middle: nobody reads the answer.
        let piece = piece.map_err(|_| Code::FileMissing)?;
        length = length.saturating_add(piece.len() as u64);
        if length > most {
            return Err(too_large(ctx));
        }
        laid.write(&piece).await.map_err(Fault::internal)?;
    }
    let body = laid.end().await.map_err(Fault::internal)?;
    let files = ctx.app.files.clone();
    let read = tokio::task::spawn_blocking(move || understood(&files, body).map_err(|unusable| unusable.fault(&files)));
    read.await.map_err(Fault::internal)?
}

fn understood(files: &Files, mut body: std::fs::File) -> Result<Form, Unusable> {
    body.rewind().map_err(Unusable::Failed)?;
    let mut body = BufReader::with_capacity(64 * 1024, body);
    match first_byte(&mut body).map_err(Unusable::Failed)? {
        Some(b'{') => json(files, body),
        // JSON that is no object has no fields.
        Some(b'[') | None => Ok(Form::default()),
        Some(_) => pairs::read(files, body),
    }
}

/// The first byte behind a byte order mark and blanks; those are taken.
fn first_byte(body: &mut impl BufRead) -> io::Result<Option<u8>> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if body.fill_buf()?.starts_with(MARK) {
        body.consume(MARK.len());
    }
    loop {
        let there = body.fill_buf()?;
        let blanks = there.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match there.get(blanks).copied() {
            None if blanks == 0 => return Ok(None),
            first => {
                body.consume(blanks);
                if first.is_some() {
                    return Ok(first);
                }
            }
        }
    }
}

impl From<ReaderError> for Unusable {
    fn from(_: ReaderError) -> Self {
        Self::Malformed
    }
}

fn json(files: &Files, body: impl Read) -> Result<Form, Unusable> {
    let settings = ReaderSettings { max_nesting_depth: Some(DEEPEST), track_path: false, ..ReaderSettings::default() };
    let mut json = JsonStreamReader::new_custom(body, settings);
    let mut form = Form::default();
    json.begin_object()?;
    while json.has_next()? {
        let name = json.next_name_owned()?;
        match (Form::key(&name), json.peek()?) {
            (Some(key), ValueType::String | ValueType::Number | ValueType::Null) => {
                form.set(key, written(&mut json)?.as_deref());
            }
            (Some(key), _) => {
                json.skip_value()?;
                form.set_wrong(key);
            }
            (None, ValueType::String) if name == "file" => form.file = of_text(files, json.next_string_reader()?)?,
            (None, ValueType::Object) if name == "file" => form.file = described(files, &mut json)?,
            (None, _) => {
                json.skip_value()?;
                if name == "file" {
                    form.file = None;
                }
            }
        }
    }
    json.end_object()?;
    json.consume_trailing_whitespace()?;
    Ok(form)
}

/// The text of a string or a number.
fn written(json: &mut impl JsonReader) -> Result<Option<String>, Unusable> {
    Ok(match json.peek()? {
        ValueType::String => Some(text(json.next_string_reader()?)?),
        ValueType::Number => Some(json.next_number_as_string()?),
        _ => {
            json.skip_value()?;
            None
        }
    })
}

/// The file in an object with `name`, `mime` and `content`, which is base64.
fn described(files: &Files, json: &mut impl JsonReader) -> Result<Option<Sent>, Unusable> {
    let (mut bytes, mut name, mut mime) = (None, None, None);
    json.begin_object()?;
    while json.has_next()? {
        let key = json.next_name_owned()?;
        match (key.as_str(), json.peek()?) {
            ("content", ValueType::String) => bytes = Some(of_base64(files, json.next_string_reader()?)?),
            ("name", _) => name = written(json)?,
            ("mime", _) => mime = written(json)?,
            (key, _) => {
                json.skip_value()?;
                if key == "content" {
                    bytes = None;
                }
            }
        }
    }
    json.end_object()?;
    let filled = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(bytes.map(|bytes| Sent { bytes, name: filled(name), mime: filled(mime), plain: false }))
}
