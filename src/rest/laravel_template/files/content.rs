//! The file in the text of a request, and the name in the header of a part (contract: laravel-template §4.8).

use std::borrow::Cow;

use axum::http::{HeaderMap, header};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;

use crate::{
    domain::{Code, Outcome, files::Upload},
    rest::json::Json,
};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Characters of base64 that are decoded at a time: four become three bytes.
const PIECE: usize = 64 * 1024;

/// A file as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given<'a> {
    /// The name that stands beside the bytes.
    pub(super) name: Option<String>,
    /// The type that stands there.
    pub(super) mime: Option<String>,
    /// Whether the text itself is the file.
    pub(super) plain: bool,
    text: Cow<'a, str>,
    coding: Coding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Itself,
    Base64 { from: usize },
    Percent { from: usize },
}

/// The file that `sent` is: a data URL, an object with base64 in it, or any other text, which is never guessed to be base64.
pub(super) fn read(sent: Json<'_>) -> Option<Given<'_>> {
    if sent.is_object() {
        let text = |key| sent.get(key).and_then(Json::string);
        let (name, mime) = (text("name").map(|it| it.trim().to_owned()), text("mime").map(|it| it.trim().to_owned()));
        let coding = Coding::Base64 { from: 0 };
        return Some(Given { name, mime, plain: false, text: text("content")?, coding });
    }
    let text = sent.string()?;
    let Some(comma) = data_url(&text) else {
        return Some(Given { name: None, mime: None, plain: true, text, coding: Coding::Itself });
    };
    let mut words = text[5..comma].split(';').map(str::trim);
    let mime = words.next().filter(|mime| !mime.is_empty()).map(str::to_owned);
    let base64 = words.any(|word| word.eq_ignore_ascii_case("base64"));
    let from = comma + 1;
    let coding = if base64 { Coding::Base64 { from } } else { Coding::Percent { from } };
    Some(Given { name: None, mime, plain: false, text, coding })
}

/// Where the comma of a data URL is, if `text` is one.
fn data_url(text: &str) -> Option<usize> {
    let scheme = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    // The type and its parameters are short; a comma far behind belongs to something else.
    text.bytes().take(1024).position(|byte| byte == b',').filter(|_| scheme)
}

impl Given<'_> {
    /// Writes the bytes; `FILE_MISSING` where they are no base64.
    pub(super) async fn write(&self, upload: &mut Upload) -> Outcome<()> {
        match self.coding {
            Coding::Itself => upload.write(self.text.as_bytes()).await,
            Coding::Percent { from } => upload.write(&Cow::from(percent_decode_str(&self.text[from..]))).await,
            Coding::Base64 { from } => {
                let letters = self.text.as_bytes()[from..].trim_ascii();
                let last = letters.len().saturating_sub(1) / PIECE;
                for (place, piece) in letters.chunks(PIECE).enumerate() {
                    let bytes = BASE64.decode(piece).map_err(|_| Code::FileMissing)?;
                    // Padding ends the whole, not a piece.
                    if place < last && bytes.len() != PIECE / 4 * 3 {
                        return Err(Code::FileMissing.into());
                    }
                    upload.write(&bytes).await?;
                }
                Ok(())
            }
        }
    }
}

/// The name in the header of a part: the extended spelling if there is one, else the plain one.
pub(super) fn filename(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_DISPOSITION)?;
    let value = String::from_utf8_lossy(value.as_bytes());
    let (mut plain, mut extended) = (None, None);
    for (key, value) in parameters(&value) {
        match key.to_ascii_lowercase().as_str() {
            "filename" => plain = Some(value),
            "filename*" => extended = decoded(&value).or(extended),
            _ => {}
        }
    }
    extended.or(plain)
}

/// `utf-8'language'percent-encoded`.
fn decoded(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let utf8 = charset.eq_ignore_ascii_case("utf-8");
    percent_decode_str(encoded).decode_utf8().ok().filter(|_| utf8).map(Cow::into_owned)
}

/// The parameters of a header, without quotes. A backslash only escapes a quote: old browsers send whole paths.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut letters = header.chars().skip_while(|letter| *letter != ';').skip(1).peekable();
    while letters.peek().is_some() {
        let key: String = letters.by_ref().take_while(|letter| *letter != '=').collect();
        let mut value = String::new();
        if letters.next_if_eq(&'"').is_some() {
            while let Some(letter) = letters.next() {
                match letter {
                    '"' => break,
                    '\\' if letters.peek() == Some(&'"') => value.extend(letters.next()),
                    letter => value.push(letter),
                }
            }
            letters.by_ref().find(|letter| *letter == ';');
        } else {
            value.extend(letters.by_ref().take_while(|letter| *letter != ';'));
        }
        found.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts_are_read_in_both_spellings() {
        for (header, name) in [
            ("form-data; name=\"file\"; filename=\"a;b.png\"", Some("a;b.png")),
            ("form-data; filename=\"C:\\x\\y.txt\"; name=file", Some("C:\\x\\y.txt")),
            ("form-data; name=file; filename=plain.txt", Some("plain.txt")),
            ("form-data; filename=\"a\"; filename*=UTF-8''%E4%B8%AD.png", Some("中.png")),
            ("form-data; filename*=utf-8'zh'%E4%B8%AD; filename=\"a\"", Some("中")),
            ("form-data; filename=\"a\"; filename*=latin1''x", Some("a")),
            ("form-data; filename=\"中 \\\" x\"", Some("中 \" x")),
            ("form-data; name=\"file\"", None),
            ("form-data", None),
        ] {
            let mut headers = HeaderMap::new();
            headers
                .insert(header::CONTENT_DISPOSITION, axum::http::HeaderValue::from_bytes(header.as_bytes()).unwrap());
            assert_eq!(filename(&headers).as_deref(), name, "{header}");
        }
    }
}
