//! Which pages may open a WebSocket: browsers do not ask the server before they do.

use axum::http::{HeaderMap, header};

use crate::graphql::Door;

/// Whether the page that opens a WebSocket is ours: no page at all, the same host, the public address, or an origin of the settings.
pub(in crate::graphql) fn origin_fits(door: &Door, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    fits(origin, host, &door.app().public_url, &door.limits().origins)
}

fn fits(origin: &str, host: Option<&str>, public_url: &str, further: &[String]) -> bool {
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let same = authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
    same || origin.eq_ignore_ascii_case(base(public_url))
        || further.iter().any(|known| known.eq_ignore_ascii_case(origin))
}

/// Scheme and authority of a URL.
fn base(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    url[start..].find('/').map_or(url, |end| &url[..start + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_pages_fit() {
        let further = ["https://front.example".to_owned()];
        for (origin, wanted) in [
            ("https://assets.example", true),
            ("http://10.0.0.1:8080", true),
            ("https://FRONT.example", true),
            ("http://10.0.0.1", false),
            ("https://assets.example.evil.example", false),
            ("http://assets.example", false),
            ("https://evil.example", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(
                fits(origin, Some("10.0.0.1:8080"), "https://assets.example/base", &further),
                wanted,
                "{origin}"
            );
        }
        assert!(!fits("null", None, "", &[]));
    }
}
