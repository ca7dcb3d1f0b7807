//! Strict JSON (RFC 8259) read where it stands: the text is checked once as a whole, and then only what is asked for is looked at.
//!
//! Nothing is built in memory for keys that nobody reads, so a body costs its own size whatever it holds.

use std::borrow::Cow;

/// Deepest nesting that is accepted.
pub const DEEPEST: usize = 128;

/// A text that is one JSON value.
#[derive(Clone, Debug)]
pub struct Document(String);

impl Document {
    /// The document in `bytes`; none if they are not UTF-8, not JSON, or nested too deep.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        Self::nested(bytes, DEEPEST)
    }

    /// Likewise, nested at most `deepest` deep.
    pub fn nested(bytes: Vec<u8>, deepest: usize) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        Check { text: text.as_bytes(), at: 0, deepest }.document()?;
        Some(Self(text))
    }

    /// The document `{}`.
    pub fn empty() -> Self {
        Self("{}".to_owned())
    }

    /// The value.
    pub fn root(&self) -> Json<'_> {
        Json(self.0.trim_matches(BLANK))
    }
}

/// A value inside a [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// What JSON takes as blank.
const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

impl<'a> Json<'a> {
    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The truth value, if it is one.
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The characters of a string.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            serde_json::from_str(self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The value as it is written.
    pub fn written(self) -> &'a str {
        self.0
    }

    /// A number as it is written.
    pub fn number(self) -> Option<&'a str> {
        matches!(self.0.as_bytes()[0], b'-' | b'0'..=b'9').then_some(self.0)
    }

    /// A number without fraction and exponent, as it is written.
    pub fn integer(self) -> Option<&'a str> {
        self.number().filter(|number| !number.contains(['.', 'e', 'E']))
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// The items of a list.
    pub fn items(self) -> Option<impl Iterator<Item = Json<'a>>> {
        let mut rest = self.0.strip_prefix('[')?;
        Some(std::iter::from_fn(move || value(&mut rest)))
    }

    /// The keys and values of an object, in order, repeated keys included.
    pub fn entries(self) -> Option<impl Iterator<Item = (Cow<'a, str>, Json<'a>)>> {
        let mut rest = self.0.strip_prefix('{')?;
        Some(std::iter::from_fn(move || {
            let key = value(&mut rest)?.string()?;
            Some((key, value(&mut rest)?))
        }))
    }

    /// The value of `key` in an object; of a repeated key, the last.
    pub fn get(self, key: &str) -> Option<Json<'a>> {
        self.entries()?.filter(|(name, _)| name == key).last().map(|(_, value)| value)
    }
}

/// Takes the next value off the inside of a list or object; none at its end. Relies on the text being checked.
fn value<'a>(rest: &mut &'a str) -> Option<Json<'a>> {
    let text = rest.trim_start_matches([' ', '\t', '\n', '\r', ',', ':']);
    let end = end(text.as_bytes())?;
    let (value, behind) = text.split_at(end);
    *rest = behind;
    Some(Json(value))
}

/// Where the value at the start of `text` ends.
fn end(text: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => {
                at += 1;
                while text.get(at)? != &b'"' {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' if depth == 0 => return None,
            b']' | b'}' => {
                depth -= 1;
                at += 1;
            }
            _ if depth > 0 => at += 1,
            _ => return Some(text.iter().position(|byte| b",]} \t\n\r".contains(byte)).unwrap_or(text.len())),
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Walks through a text without recursion and without memory of its own beyond the open brackets.
struct Check<'a> {
    text: &'a [u8],
    at: usize,
    deepest: usize,
}

impl Check<'_> {
    fn document(mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            match self.next()? {
                bracket @ (b'[' | b'{') => {
                    if open.len() == self.deepest {
                        return None;
                    }
                    open.push(bracket);
                    let close = closing(bracket);
                    if self.peek() == Some(close) {
                        open.pop();
                        self.at += 1;
                    } else {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                first @ (b'-' | b'0'..=b'9') => self.number(first)?,
                _ => return None,
            }
            // A value has ended: what follows depends on where it stands.
            loop {
                let Some(&bracket) = open.last() else {
                    return if self.peek().is_none() { Some(()) } else { None };
                };
                match self.next()? {
                    b',' => {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        break;
                    }
                    byte if byte == closing(bracket) => {
                        open.pop();
                    }
                    _ => return None,
                }
            }
        }
    }

    /// The next byte that is not blank, left in its place.
    fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// The next byte that is not blank, taken.
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// The very next byte, taken.
    fn take(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn key(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        self.string()?;
        if self.next()? == b':' { Some(()) } else { None }
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        if !self.text[self.at..].starts_with(rest) {
            return None;
        }
        self.at += rest.len();
        Some(())
    }

    /// The rest of a string behind its opening quote.
    fn string(&mut self) -> Option<()> {
        loop {
            match self.take()? {
                b'"' => return Some(()),
                b'\\' => match self.take()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => self.escape()?,
                    _ => return None,
                },
                0..=0x1f => return None,
                _ => {}
            }
        }
    }

    /// The rest of a `\u` escape; the two halves of a surrogate pair belong together.
    fn escape(&mut self) -> Option<()> {
        match self.unit()? {
            0xD800..=0xDBFF => {
                self.word(b"\\u")?;
                matches!(self.unit()?, 0xDC00..=0xDFFF).then_some(())
            }
            0xDC00..=0xDFFF => None,
            _ => Some(()),
        }
    }

    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit * 16 + char::from(self.take()?).to_digit(16)?))
    }

    /// The rest of a number behind its first byte.
    fn number(&mut self, first: u8) -> Option<()> {
        let lead = if first == b'-' { self.take()? } else { first };
        match lead {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Some(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Option<()> {
        let start = self.at;
        self.digits();
        (self.at > start).then_some(())
    }
}

const fn closing(bracket: u8) -> u8 {
    if bracket == b'[' { b']' } else { b'}' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Document> {
        Document::read(text.as_bytes().to_vec())
    }

    #[test]
    fn takes_what_rfc_8259_takes() {
        for text in [
            "{}",
            " [ ] ",
            "null",
            "\"\"",
            "-0",
            "0.5e-10",
            "1E400",
            "123456789012345678901234567890",
            "\r\n\t{\"a\" : [1 , {\"b\":null}] }\n",
            r#""\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t""#,
            r#"{"a":1,"a":2}"#,
            "\"\u{7f}😀\"",
        ] {
            assert!(read(text).is_some(), "{text}");
        }
        assert!(read(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_some());
        assert!(read(&format!("{}1{}", "{\"a\":".repeat(64), "}".repeat(64))).is_some());
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            " ",
            "{",
            "[1",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "[1,]",
            "{\"a\":1,}",
            "[,1]",
            "{,}",
            "{\"a\" 1}",
            "{a:1}",
            "{'a':1}",
            "[1 2]",
            "1 2",
            "[1}",
            "{\"a\":1]",
            "{1:2}",
            "// x\n{}",
            "{} // x",
            "/* */{}",
            "NaN",
            "Infinity",
            "-",
            "+1",
            "01",
            "-01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "tru",
            "True",
            "nul",
            "\"a",
            "\"\\\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u12\"",
            r#""\ud800""#,
            r#""\ud800x""#,
            r#""\ud800\u0041""#,
            r#""\udc00""#,
            r#""\ude00\ud83d""#,
            "\"\n\"",
            "\"\0\"",
            "“a”",
            "{“a”:1}",
            "\u{feff}{}",
            "\u{a0}{}",
            "{}x",
            "]",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(Document::read(vec![b'"', 0xff, b'"']).is_none(), "not UTF-8");
        assert!(Document::read(vec![b'"', 0xed, 0xa0, 0x80, b'"']).is_none(), "a surrogate in UTF-8");
        assert!(Document::read(b"{\"a\":1}".iter().flat_map(|byte| [*byte, 0]).collect()).is_none(), "UTF-16");
        for nest in ["[", "{\"a\":", "[[", "[{\"a\":"] {
            assert!(read(&nest.repeat(1_000_000)).is_none(), "unclosed {nest}");
        }
        let deep = 1_000_000;
        assert!(read(&format!("{}{}", "[".repeat(deep), "]".repeat(deep))).is_none());
    }

    #[test]
    fn finds_values_where_they_stand() {
        let text = r#" { "a" : "x\"}]" , "b":[ 1, -2.5e3 ,[],{} , "\u4e2d,", null,true] , "c":{"d":{"a":0}}, "\u0061":false ,"e":"" } "#;
        let document = read(text).unwrap();
        let root = document.root();
        assert_eq!(
            root.get("a").and_then(Json::boolean),
            Some(false),
            "the last of a repeated key wins, however it is spelled"
        );
        let keys: Vec<_> = root.entries().unwrap().map(|(key, _)| key.into_owned()).collect();
        assert_eq!(keys, ["a", "b", "c", "a", "e"]);
        let items: Vec<_> = root.get("b").unwrap().items().unwrap().collect();
        assert_eq!(items.len(), 7);
        assert_eq!(items[0].integer(), Some("1"));
        assert_eq!((items[1].number(), items[1].integer()), (Some("-2.5e3"), None));
        assert_eq!(items[2].items().unwrap().count(), 0);
        assert_eq!(items[3].entries().unwrap().count(), 0);
        assert_eq!(items[4].string().as_deref(), Some("中,"));
        assert!(items[5].is_null());
        assert_eq!(items[6].boolean(), Some(true));
        assert_eq!(root.get("c").unwrap().get("d").unwrap().get("a").unwrap().number(), Some("0"));
        assert_eq!(root.get("e").unwrap().string().as_deref(), Some(""));
        assert!(root.get("missing").is_none() && root.get("a").unwrap().get("x").is_none() && root.items().is_none());
        assert_eq!(read("7").unwrap().root().number(), Some("7"));
        assert_eq!(root.entries().unwrap().next().unwrap().1.string().as_deref(), Some("x\"}]"));
    }
}
