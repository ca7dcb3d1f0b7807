//! What the head of a request says: tokens, cookies, the query; and the cookies that a reply has the browser keep.

use axum::http::{HeaderMap, header, request::Parts};

/// The token after `Bearer` in `Authorization`; none without the header, for any other scheme, and where it is empty.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once([' ', '\t'])?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

/// The query, key by key.
pub fn query(head: &Parts) -> impl Iterator<Item = (String, String)> {
    let pairs = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    pairs.map(|(key, value)| (key.into_owned(), value.into_owned()))
}

/// What the browser kept under this name.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A cookie that no script reads, for what lies below `path` of the server at `public_url`, kept for so many seconds.
pub fn kept_cookie(public_url: &str, name: &str, value: &str, path: &str, seconds: i64) -> String {
    let secure = if public_url.starts_with("https:") { "; Secure" } else { "" };
    format!("{name}={value}; HttpOnly; SameSite=Lax; Path={path}; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_bearer_needs_its_scheme_and_a_token() {
        for (value, token) in
            [("Bearer x", Some("x")), ("bearer  x ", Some("x")), ("x", None), ("Basic x", None), ("Bearer ", None)]
        {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(bearer(&headers), token, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn cookies_are_kept_for_one_server_and_found_by_name() {
        let plain = "state=x; HttpOnly; SameSite=Lax; Path=/api; Max-Age=600";
        assert_eq!(kept_cookie("http://assetry.test", "state", "x", "/api", 600), plain);
        assert_eq!(kept_cookie("https://assetry.test", "state", "x", "/api", 600), format!("{plain}; Secure"));
        let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("a=1; state=x; b"))]);
        assert_eq!((cookie(&headers, "state"), cookie(&headers, "b")), (Some("x"), None));
    }
}
