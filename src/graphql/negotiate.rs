//! Which media type answers a request (RFC 9110 §12.5.1, GraphQL over HTTP).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A media type that the GraphQL endpoint can answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, in which every well-formed request is answered with 200.
    Json,
    /// `application/graphql-response+json`, in which the status tells request errors.
    GraphqlJson,
    /// `text/event-stream`.
    Events,
    /// `text/html`: the page for people.
    Page,
}

impl Media {
    /// The name without parameters.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlJson => "application/graphql-response+json",
            Self::Events => "text/event-stream",
            Self::Page => "text/html",
        }
    }

    /// The value of `Content-Type`.
    pub(super) const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlJson => "application/graphql-response+json; charset=utf-8",
            Self::Events => "text/event-stream; charset=utf-8",
            Self::Page => "text/html; charset=utf-8",
        })
    }
}

/// What `headers` accept best of `offers`: by quality, then by the most specific range, then by the client's order, then by ours.
/// Without `Accept` it is the first offer.
pub(super) fn choose(headers: &HeaderMap, offers: &[Media]) -> Option<Media> {
    let ranges = ranges(headers, &header::ACCEPT);
    if ranges.is_empty() {
        return offers.first().copied();
    }
    let mut best: Option<(Rank, Media)> = None;
    for offer in offers {
        let rank =
            ranges.iter().enumerate().filter_map(|(place, range)| Rank::of(range, place, *offer)).max_by(|a, b| {
                // Of several ranges that fit one offer, the most specific one speaks.
                a.exactness.cmp(&b.exactness).then(b.place.cmp(&a.place))
            });
        if let Some(rank) = rank.filter(|rank| rank.quality > 0.0)
            && best.as_ref().is_none_or(|(known, _)| rank.beats(known))
        {
            best = Some((rank, *offer));
        }
    }
    best.map(|(_, media)| media)
}

struct Rank {
    quality: f32,
    exactness: u8,
    place: usize,
}

impl Rank {
    fn of((range, quality): &(String, f32), place: usize, offer: Media) -> Option<Self> {
        let exactness = match range.as_str() {
            "*/*" => 0,
            range if range == offer.name() => 2,
            range
                if range
                    .strip_suffix('*')
                    .is_some_and(|kind| kind.ends_with('/') && offer.name().starts_with(kind)) =>
            {
                1
            }
            _ => return None,
        };
        Some(Self { quality: *quality, exactness, place })
    }

    fn beats(&self, other: &Self) -> bool {
        if self.quality != other.quality {
            return self.quality > other.quality;
        }
        if self.exactness != other.exactness {
            return self.exactness > other.exactness;
        }
        self.place < other.place
    }
}

fn ranges(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f32)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(',')).map(quality);
    ranges
        .filter(|(range, _)| !range.is_empty())
        .map(|(range, quality)| (range.to_ascii_lowercase(), quality))
        .collect()
}

/// The head of a range and its `q`: 1 without one, 0 when it is no number.
pub(super) fn quality(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let head = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (head, quality.map_or(1.0, |text| text.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0)))
}

/// Whether `Content-Type` is JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(Media::Json.name()));
    let charset =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    json && charset.is_none_or(|(_, name)| name.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::{
        Media::{Events, GraphqlJson, Json, Page},
        *,
    };

    fn accept(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, text.parse().unwrap())])
    }

    #[test]
    fn accept_is_weighed() {
        let offers = [Json, GraphqlJson, Events, Page];
        for (text, wanted) in [
            ("*/*", Some(Json)),
            ("", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlJson)),
            ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", Some(GraphqlJson)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/json;q=0.4, application/graphql-response+json;q=0.9", Some(GraphqlJson)),
            ("*/*, application/graphql-response+json", Some(GraphqlJson)),
            ("application/json;q=0, */*", Some(GraphqlJson)),
            ("text/event-stream", Some(Events)),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Page)),
            ("APPLICATION/JSON", Some(Json)),
            ("image/png", None),
            ("application/json;q=0", None),
            ("application/json;q=nonsense", None),
        ] {
            assert_eq!(choose(&accept(text), &offers), wanted, "{text}");
        }
        assert_eq!(choose(&HeaderMap::new(), &offers), Some(Json));
        assert_eq!(choose(&accept("text/html"), &[Json, GraphqlJson]), None);
    }

    #[test]
    fn only_json_in_utf8_is_json() {
        for (text, wanted) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=\"utf-8\"", true),
            ("application/json; charset=gbk", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
        ] {
            assert_eq!(
                is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, text.parse().unwrap())])),
                wanted,
                "{text}"
            );
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
