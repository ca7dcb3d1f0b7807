//! Calling Feishu: timeouts, repetitions by its error table, both styles of error (contract: feishu-app §5.1, §5.2, §5.6).

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Failure, Meaning, Now, Refusal, Words,
    failure::log_id,
    token::{Fetched, Tokens},
};

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(2);
/// How long a whole call may take.
const CALLING: Duration = Duration::from_secs(5);
/// Most bytes of an answer.
const LONGEST: usize = 16 * 1024 * 1024;
/// Most calls for one answer.
const TRIES: u32 = 3;
/// How long a person waits at a door.
const PERSON: Duration = Duration::from_secs(10);
/// How long a sync waits for one call.
const SYNC: Duration = Duration::from_secs(60);
/// The code that goes with being called too often.
const TOO_OFTEN: i64 = 99_991_400;
/// Longest that Feishu is believed it wants to be left alone.
const RESET: f64 = 60.0;

/// What is written otherwise in a path: all but the characters of Feishu's ids.
const OF_A_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// How to reach Feishu, and as whom.
#[derive(Clone)]
pub struct Config {
    /// Scheme, host and port of every call.
    pub base_url: String,
    /// Scheme, host and port of the page that asks a person.
    pub accounts_url: String,
    /// The app.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// The wait before the first repetition, 0.3 s by the contract; the second takes three times as long.
    pub retry_base: Duration,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Config").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// How often a call may be repeated, and how long that may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Once: it must not happen twice, or the caller repeats it by its own rules.
    Once,
    /// Three times within ten seconds, but only where Feishu was called too often: it must not happen twice, and a person waits.
    Write,
    /// Three times within ten seconds: a person waits.
    Person,
    /// As [`Patience::Person`], but waits up to a minute where Feishu was called too often.
    Sync,
}

/// Who calls.
#[derive(Clone, Copy)]
pub(super) enum As<'a> {
    Tenant,
    /// With this token of a person.
    Person(&'a str),
    Nobody,
}

/// What is sent.
#[derive(Clone, Copy)]
pub(super) enum Sent<'a> {
    Nothing,
    Json(&'a Value),
    Form(&'a [(&'a str, &'a str)]),
}

/// One call.
#[derive(Clone)]
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Below the base, from the slash on.
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) sent: Sent<'a>,
    pub(super) by: As<'a>,
    pub(super) patience: Patience,
    /// A good answer has no code.
    pub(super) is_bare: bool,
}

impl<'a> Call<'a> {
    /// Reads `path` in the tenant's name.
    pub(super) fn get(path: &'a str, query: &'a [(&'a str, &'a str)], patience: Patience) -> Self {
        Self { method: Method::GET, path, query, sent: Sent::Nothing, by: As::Tenant, patience, is_bare: false }
    }

    /// Sends `body` to `path` in the tenant's name.
    pub(super) fn post(path: &'a str, query: &'a [(&'a str, &'a str)], body: &'a Value, patience: Patience) -> Self {
        Self { method: Method::POST, path, query, sent: Sent::Json(body), by: As::Tenant, patience, is_bare: false }
    }
}

/// Calls Feishu. A copy shares token and connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    config: Config,
    tokens: Tokens,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Client").field(&self.0.config).finish()
    }
}

impl Client {
    /// A client that has not called yet; fails where the machine has no TLS to offer.
    pub fn new(config: Config, now: Now) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECTING)
            .timeout(CALLING)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self(Arc::new(Inner { http, config, tokens: Tokens::new(now) })))
    }

    /// How Feishu is reached.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The whole answer to `call`, repeated as its patience allows; a token that is no longer taken is replaced once.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let begun = Instant::now();
        let (mut tries, mut replaced) = (1, false);
        loop {
            let token = match call.by {
                As::Tenant => Some(self.token().await?),
                As::Person(token) => Some(token.to_owned()),
                As::Nobody => None,
            };
            let left = Self::left(call.patience, begun);
            let failure = match self.0.once(call, token.as_deref(), left).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let meaning = failure.meaning();
            if meaning == Meaning::TenantToken && matches!(call.by, As::Tenant) && !replaced {
                self.0.tokens.drop_it(&token.unwrap_or_default()).await;
                replaced = true;
                continue;
            }
            if meaning == Meaning::Configuration {
                warn(call, &failure);
            }
            let Some(wait) = self.wait(call.patience, &failure, tries, begun) else { return Err(failure) };
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    /// The time that is left of the patience of a call which began then.
    fn left(patience: Patience, begun: Instant) -> Duration {
        let all = if patience == Patience::Sync { SYNC } else { PERSON };
        all.saturating_sub(begun.elapsed())
    }

    /// How long to wait before the next try; none if this failure is the last word.
    fn wait(&self, patience: Patience, failure: &Failure, tries: u32, begun: Instant) -> Option<Duration> {
        let step = self.0.config.retry_base * 3_u32.pow(tries.min(TRIES) - 1);
        let wait = match (patience, failure.meaning()) {
            (Patience::Once, _) | (Patience::Write, Meaning::Passing) => return None,
            (patience, meaning) if tries >= TRIES && (patience, meaning) != (Patience::Sync, Meaning::TooOften) => {
                return None;
            }
            (_, Meaning::TooOften) => match failure {
                Failure::TooOften(Some(reset)) => (*reset).max(self.0.config.retry_base),
                _ => step,
            },
            (_, Meaning::Passing) => step,
            _ => return None,
        };
        (wait < Self::left(patience, begun)).then_some(wait)
    }

    /// Asks for a new token, whatever is kept.
    pub(super) async fn prove(&self) -> Result<(), Failure> {
        self.0.tokens.anew(|| self.0.fetch_token()).await
    }

    async fn token(&self) -> Result<String, Failure> {
        let held = self.0.tokens.get(|| self.0.fetch_token()).await?;
        if held.is_ending {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move { inner.tokens.renewed(inner.fetch_token().await).await });
        }
        Ok(held.token)
    }
}

impl Inner {
    async fn once(&self, call: &Call<'_>, token: Option<&str>, left: Duration) -> Result<Value, Failure> {
        let request = self.request(call.method.clone(), call.path).query(call.query).timeout(CALLING.min(left));
        let request = match call.sent {
            Sent::Nothing => request,
            Sent::Json(body) => request.json(body),
            Sent::Form(fields) => request
                .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()),
        };
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        answer(request, call.is_bare).await
    }

    async fn fetch_token(&self) -> Result<Fetched, Failure> {
        let body = json!({ "app_id": self.config.app_id, "app_secret": self.config.app_secret });
        let request = self.request(Method::POST, "/open-apis/auth/v3/tenant_access_token/internal");
        let answer = answer(request.json(&body), false).await.inspect_err(|failure| {
            if failure.is_of_credentials() {
                tracing::warn!(%failure, "Feishu refuses the id or the secret of the app");
            }
        })?;
        let token = answer["tenant_access_token"].as_str().filter(|token| !token.is_empty());
        let token = token.ok_or(Failure::NoAnswer("no token"))?.to_owned();
        Ok(Fetched { token, lives: answer["expire"].as_i64().unwrap_or_default() })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.config.base_url.trim_end_matches('/')))
    }
}

/// An id as a part of a path; refused where it would be another path.
pub(super) fn segment(id: &str) -> Result<String, Failure> {
    match id {
        "" | "." | ".." => Err(Failure::NotSent("an id that is none")),
        id => Ok(utf8_percent_encode(id, &OF_A_PATH).to_string()),
    }
}

fn warn(call: &Call<'_>, failure: &Failure) {
    if let Failure::Refused(refusal) = failure {
        let (code, log_id) = (refusal.code, refusal.log_id.as_deref());
        tracing::warn!(code, log_id, method = %call.method, "Feishu refuses a call because of how the app is set up");
    }
}

/// The answer to `request`, if it is a JSON object that tells no error. Errors of the transport lose their text: it holds the address.
async fn answer(request: RequestBuilder, is_bare: bool) -> Result<Value, Failure> {
    let reply = request.send().await.map_err(unreached)?;
    let (status, headers) = (reply.status(), reply.headers().clone());
    let read = body(reply).await;
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(Failure::TooOften(reset(&headers)));
    }
    let answer = match read {
        Ok(answer) => answer,
        Err(_) if status != StatusCode::OK => return Err(Failure::Status(status.as_u16())),
        Err(failure) => return Err(failure),
    };
    let code = code(&answer);
    match code {
        Some(TOO_OFTEN) => Err(Failure::TooOften(reset(&headers))),
        Some(code) if code != 0 => Err(Failure::Refused(Refusal {
            code,
            status: status.as_u16(),
            log_id: headers.get("x-tt-logid").and_then(|id| log_id(id.to_str().ok()?)),
            words: Words(answer["msg"].as_str().unwrap_or_default().to_owned()),
        })),
        _ if status != StatusCode::OK => Err(Failure::Status(status.as_u16())),
        Some(_) => Ok(answer),
        None if is_bare => Ok(answer),
        None => Err(Failure::NoAnswer("there is no code in it")),
    }
}

/// The code of an answer; the words of OAuth's standard count as the codes that Feishu has for them.
fn code(answer: &Value) -> Option<i64> {
    answer["code"].as_i64().or_else(|| match answer["error"].as_str()? {
        "invalid_grant" => Some(20003),
        "invalid_client" => Some(20002),
        _ => None,
    })
}

async fn body(reply: Response) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    let mut pieces = reply.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(unreached)?);
        if bytes.len() > LONGEST {
            return Err(Failure::NoAnswer("the answer is too long"));
        }
    }
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| Failure::NoAnswer("the answer is not JSON"))?;
    if answer.is_object() { Ok(answer) } else { Err(Failure::NoAnswer("the answer is no JSON object")) }
}

/// How long Feishu wants to be left alone: seconds, perhaps with a fraction.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get("x-ogw-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds.min(RESET)).ok()
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives, and is not to be shown")]
fn unreached(error: reqwest::Error) -> Failure {
    Failure::NoAnswer(if error.is_timeout() { "it took too long" } else { "the connection failed" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_within_their_part_of_the_path() {
        assert_eq!(segment("ou_1-x").unwrap(), "ou_1-x");
        assert_eq!(segment("a/../b?c#d").unwrap(), "a%2F%2E%2E%2Fb%3Fc%23d");
        for wrong in ["", ".", ".."] {
            assert!(segment(wrong).is_err());
        }
    }

    #[test]
    fn the_wait_that_feishu_wants_is_believed_up_to_a_minute() {
        for (text, wait) in [
            ("2", Some(Duration::from_secs(2))),
            ("0.25", Some(Duration::from_millis(250))),
            ("600", Some(Duration::from_mins(1))),
            ("-1", None),
            ("NaN", Some(Duration::from_mins(1))),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(
                reqwest::header::HeaderName::from_static("x-ogw-ratelimit-reset"),
                reqwest::header::HeaderValue::from_static(text),
            )]);
            assert_eq!(reset(&headers), wait, "{text}");
        }
    }
}
