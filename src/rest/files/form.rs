//! What an upload says, whatever its form: the file, and the texts about it.

use std::io::{self, BufRead, BufReader, Read, Write};

use base64::{
    alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    read::DecoderReader,
};

use crate::{
    app::{Files, Written},
    domain::{Code, Fault, Outcome, files::Upload},
};

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Unusable {
    /// What was sent cannot be understood.
    Malformed,
    /// It is over the cap.
    TooLarge,
    /// The disk failed.
    Failed(io::Error),
}

impl Unusable {
    /// What writing failed with.
    pub(super) fn writing(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::FileTooLarge { Self::TooLarge } else { Self::Failed(error) }
    }

    pub(super) fn fault(self, files: &Files) -> Fault {
        match self {
            Self::Malformed => Code::FileMissing.into(),
            Self::TooLarge => Code::FileTooLarge.about(files.max_bytes()),
            Self::Failed(error) => Fault::internal(error),
        }
    }
}

/// A file that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) bytes: Written,
    /// The name that came with it.
    pub(super) name: Option<String>,
    /// The type that came with it.
    pub(super) mime: Option<String>,
    /// Whether it is a mere text, which is `text/plain` unless another key says otherwise.
    pub(super) plain: bool,
}

/// What an upload says.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) file: Option<Sent>,
    name: Option<String>,
    mime: Option<String>,
    tag: Option<String>,
    title: Option<String>,
    comment: Option<String>,
    wrong: Option<&'static str>,
}

/// The keys that hold texts.
const TEXTS: [&str; 5] = ["name", "mime", "tag", "title", "comment"];
/// Longest text that is taken; more than any may have.
const LONGEST_TEXT: u64 = 32 * 1024;

impl Form {
    /// The key called `name`, if it holds a text.
    pub(super) fn key(name: &str) -> Option<&'static str> {
        TEXTS.into_iter().find(|key| *key == name)
    }

    /// Sets `key` to `text`, trimmed; the last counts, and an empty one is none.
    pub(super) fn set(&mut self, key: &'static str, text: Option<&str>) {
        let text = text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        match key {
            "name" => self.name = text,
            "mime" => self.mime = text,
            "tag" => self.tag = text,
            "title" => self.title = text,
            _ => self.comment = text,
        }
        self.wrong = self.wrong.filter(|wrong| *wrong != key);
    }

    /// Notes that something else than a text stands at `key`.
    pub(super) fn set_wrong(&mut self, key: &'static str) {
        self.set(key, None);
        // A name or a type that is none leaves the file what it is.
        if !["name", "mime"].contains(&key) {
            self.wrong = Some(key);
        }
    }

    /// The upload. `FILE_MISSING` without a file, `REQUEST_INVALID` when a text about it is none.
    pub(super) fn upload(self) -> Outcome<Upload> {
        let sent = self.file.ok_or(Code::FileMissing)?;
        if let Some(wrong) = self.wrong {
            return Err(Code::RequestInvalid.on(wrong));
        }
        let mime = match sent.plain {
            true => Some(self.mime.unwrap_or_else(|| "text/plain".to_owned())),
            false => sent.mime,
        };
        Ok(Upload {
            bytes: sent.bytes,
            name: sent.name.or(self.name),
            mime,
            tag: self.tag,
            title: self.title,
            comment: self.comment,
        })
    }
}

/// The text in `from`; of one that is longer than any may be, the beginning, which is still too long. Reads to the end.
pub(super) fn text(mut from: impl Read) -> Result<String, Unusable> {
    let mut bytes = Vec::new();
    from.by_ref().take(LONGEST_TEXT).read_to_end(&mut bytes).map_err(|_| Unusable::Malformed)?;
    io::copy(&mut from, &mut io::sink()).map_err(|_| Unusable::Malformed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The beginning of a text in which the head of a `data:` URL must end.
const URL_HEAD: u64 = 1024;

/// The file that a text is: what a `data:` URL holds, else the text itself. None when it is empty.
pub(super) fn of_text(files: &Files, mut from: impl Read) -> Result<Option<Sent>, Unusable> {
    let mut start = Vec::new();
    from.by_ref().take(URL_HEAD).read_to_end(&mut start).map_err(|_| Unusable::Malformed)?;
    if start.is_empty() {
        return Ok(None);
    }
    let Some(url) = UrlHead::read(&start) else {
        let bytes = pour(files, start.chain(from))?;
        return Ok(Some(Sent { bytes, name: None, mime: None, plain: true }));
    };
    let data = PercentDecoded::new(start[url.length..].chain(from));
    let bytes = if url.base64 { of_base64(files, data)? } else { pour(files, data)? };
    Ok(Some(Sent { bytes, name: None, mime: url.mime, plain: false }))
}

/// Decodes base64 as URLs have it: blanks in it do not count, nor whether it is padded.
pub(super) fn of_base64(files: &Files, from: impl Read) -> Result<Written, Unusable> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    pour(files, DecoderReader::new(Unspaced(from), &LENIENT))
}

fn pour(files: &Files, mut from: impl Read) -> Result<Written, Unusable> {
    let mut writing = files.begin(files.max_bytes()).map_err(Unusable::Failed)?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match from.read(&mut block) {
            Ok(0) => return writing.finish().map_err(Unusable::Failed),
            Ok(read) => writing.write_all(&block[..read]).map_err(Unusable::writing)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Unusable::Malformed),
        }
    }
}

/// The head of a `data:` URL.
struct UrlHead {
    length: usize,
    mime: Option<String>,
    base64: bool,
}

impl UrlHead {
    /// The head at the start of a text; none if that is no `data:` URL.
    fn read(start: &[u8]) -> Option<Self> {
        const SCHEME: &[u8] = b"data:";
        start.get(..SCHEME.len()).filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME))?;
        let comma = start.iter().position(|byte| *byte == b',')?;
        let head = std::str::from_utf8(&start[SCHEME.len()..comma]).ok()?;
        let mut parts = head.split(';').map(str::trim);
        let mime = parts.next().filter(|mime| !mime.is_empty());
        let mut parameters: Vec<&str> = parts.collect();
        let base64 = parameters.last().is_some_and(|last| last.eq_ignore_ascii_case("base64"));
        if base64 {
            parameters.pop();
        }
        let sound = mime.is_none_or(|mime| mime.contains('/') && !mime.contains(char::is_whitespace))
            && parameters.iter().all(|parameter| parameter.contains('='));
        sound.then(|| Self { length: comma + 1, mime: mime.map(str::to_owned), base64 })
    }
}

/// Leaves out blanks.
struct Unspaced<R>(R);

impl<R: Read> Read for Unspaced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.0.read(into)?;
            let mut kept = 0;
            for at in 0..read {
                if !into[at].is_ascii_whitespace() {
                    into[kept] = into[at];
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

/// Puts the byte that it stands for in the place of each `%XX`.
pub(super) struct PercentDecoded<R> {
    from: BufReader<R>,
    /// What was read ahead and stands for itself, the next one last.
    ahead: Vec<u8>,
}

impl<R: Read> PercentDecoded<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from: BufReader::new(from), ahead: Vec::new() }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.from.fill_buf()?.first().copied();
        self.from.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    /// The byte that a `%` stands for, which was taken, or that itself.
    fn escaped(&mut self) -> io::Result<u8> {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let high = self.byte()?;
        let low = if digit(high).is_some() { self.byte()? } else { None };
        if let (Some(high), Some(low)) = (digit(high), digit(low)) {
            return Ok((high * 16 + low) as u8);
        }
        self.ahead.extend(low);
        self.ahead.extend(high);
        Ok(b'%')
    }
}

impl<R: Read> Read for PercentDecoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        // What was read ahead may itself begin an escape, as in `%%41`.
        let next = match self.ahead.pop() {
            Some(byte) => Some(byte),
            None => {
                let there = self.from.fill_buf()?;
                let plain = there.iter().position(|byte| *byte == b'%').unwrap_or(there.len()).min(into.len());
                if plain > 0 {
                    into[..plain].copy_from_slice(&there[..plain]);
                    self.from.consume(plain);
                    return Ok(plain);
                }
                self.byte()?
            }
        };
        let Some(byte) = next else { return Ok(0) };
        into[0] = if byte == b'%' { self.escaped()? } else { byte };
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_and_what_only_looks_like_one_stands() {
        for (sent, read) in [
            ("", ""),
            ("abc", "abc"),
            ("a%20b%2b", "a b+"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz", "%zz"),
            ("%%41", "%A"),
            ("%4%41", "%4A"),
            ("100%", "100%"),
            ("%41%42%43", "ABC"),
        ] {
            let mut decoded = String::new();
            PercentDecoded::new(sent.as_bytes()).read_to_string(&mut decoded).unwrap();
            assert_eq!(decoded, read, "{sent}");
        }
    }

    #[test]
    fn heads_of_data_urls_are_told_from_texts() {
        for (text, found) in [
            ("data:image/png;base64,AA", Some((Some("image/png"), true))),
            ("DATA:;BASE64,AA", Some((None, true))),
            ("data:,a", Some((None, false))),
            ("data:text/plain;charset=utf-8,a", Some((Some("text/plain"), false))),
            ("data:text/plain; charset=utf-8 ; base64 ,a", Some((Some("text/plain"), true))),
            ("data: see below, please", None),
            ("data:nothing", None),
            ("data:a;b,c", None),
            ("date:,a", None),
            ("dat", None),
        ] {
            let head = UrlHead::read(text.as_bytes());
            assert_eq!(head.as_ref().map(|head| (head.mime.as_deref(), head.base64)), found, "{text}");
        }
    }
}
