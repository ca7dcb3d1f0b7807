//! Names of files in `Content-Disposition`, in both directions (contract: laravel-template §7.2; RFC 6266, RFC 8187).

use axum::http::{HeaderMap, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What RFC 8187 lets stand as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The header that offers a file called `name`, or its thumbnail, for keeping and not for showing.
pub(super) fn attachment(name: &str, thumbnail: bool) -> HeaderValue {
    let prefix = if thumbnail { "thumb_" } else { "" };
    let mut ascii: String = name.chars().filter(|letter| is_safe(*letter)).collect();
    if ascii.is_empty() || ascii.starts_with('.') {
        ascii.insert_str(0, "file");
    }
    let mut value = format!("attachment; filename=\"{prefix}{ascii}\"");
    if ascii != name {
        value.push_str(&format!("; filename*=utf-8''{prefix}{}", utf8_percent_encode(name, PLAIN)));
    }
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

fn is_safe(letter: char) -> bool {
    matches!(letter, ' '..='~') && !['"', '\\', '%', '/', ';'].contains(&letter)
}

/// The name in `filename*` of a part's header, which is preferred to the one in `filename`.
pub(super) fn extended_name(headers: &HeaderMap) -> Option<String> {
    const KEY: &str = "filename*=";
    let value = String::from_utf8_lossy(headers.get(header::CONTENT_DISPOSITION)?.as_bytes()).into_owned();
    let parameter = value.split(';').map(str::trim).find_map(|parameter| {
        parameter.get(..KEY.len()).filter(|key| key.eq_ignore_ascii_case(KEY))?;
        parameter.get(KEY.len()..)
    })?;
    let (charset, rest) = parameter.trim().trim_matches('"').split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if charset.eq_ignore_ascii_case("utf-8") {
        percent_decode_str(encoded).decode_utf8().ok().map(Into::into)
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(percent_decode_str(encoded).map(char::from).collect())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_offered_in_ascii_and_in_full() {
        for (name, offered) in [
            ("a b.txt", "filename=\"a b.txt\""),
            (
                "TIM截图20170317154115.png",
                "filename=\"TIM20170317154115.png\"; filename*=utf-8''TIM%E6%88%AA%E5%9B%BE20170317154115.png",
            ),
            ("截图.png", "filename=\"file.png\"; filename*=utf-8''%E6%88%AA%E5%9B%BE.png"),
            ("截图", "filename=\"file\"; filename*=utf-8''%E6%88%AA%E5%9B%BE"),
            ("a\"b%22;c.txt", "filename=\"ab22c.txt\"; filename*=utf-8''a%22b%2522%3Bc.txt"),
            (".htaccess", "filename=\"file.htaccess\"; filename*=utf-8''.htaccess"),
            ("file", "filename=\"file\""),
        ] {
            assert_eq!(attachment(name, false), format!("attachment; {offered}"), "{name}");
        }
        assert_eq!(
            attachment("截.png", true),
            "attachment; filename=\"thumb_file.png\"; filename*=utf-8''thumb_%E6%88%AA.png"
        );
    }

    #[test]
    fn extended_names_are_read() {
        for (sent, name) in [
            ("form-data; name=\"file\"; filename=\"x\"; filename*=UTF-8''%E6%88%AA.png", Some("截.png")),
            ("form-data; filename*=utf-8'zh'a%20b; name=file", Some("a b")),
            ("form-data; FILENAME*=\"utf-8''a\"", Some("a")),
            ("form-data; filename*=iso-8859-1''%E9", Some("é")),
            ("form-data; filename*=gbk''%BD%D8", None),
            ("form-data; filename*=utf-8''%FF", None),
            ("form-data; filename*=utf-8", None),
            ("form-data; filename=\"a\"", None),
        ] {
            let headers = [(header::CONTENT_DISPOSITION, HeaderValue::from_str(sent).unwrap())];
            assert_eq!(extended_name(&HeaderMap::from_iter(headers)).as_deref(), name, "{sent}");
        }
    }
}
