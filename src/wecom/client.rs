//! Calling WeCom: time limits, the token in its place, and what follows from each errcode (contract: laravel-template §8.1, §8.6).

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use reqwest::RequestBuilder;

use super::{Failure, reply::Reply, token::Tokens};

/// Tells the time and waits.
pub trait Time: Send + Sync + fmt::Debug {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
    /// Waits for so long.
    fn pause(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// Where WeCom is, who calls, and how long to wait.
#[derive(Clone)]
pub struct Rules {
    /// Scheme, host and port.
    pub base_url: String,
    /// The company.
    pub corp_id: String,
    /// The app's secret.
    pub corp_secret: String,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for a whole answer.
    pub call: Duration,
}

impl Rules {
    /// The time limits of the contract: 3 and 10 seconds.
    pub fn new(base_url: &str, corp_id: &str, corp_secret: &str) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            corp_id: corp_id.to_owned(),
            corp_secret: corp_secret.to_owned(),
            connect: Duration::from_secs(3),
            call: Duration::from_secs(10),
        }
    }
}

/// One of the calls; each is left alone for itself when it was called too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Api {
    Token,
    Code,
    Departments,
    Members,
    Send,
}

impl Api {
    const fn path(self) -> &'static str {
        match self {
            Self::Token => "gettoken",
            Self::Code => "auth/getuserinfo",
            Self::Departments => "department/list",
            Self::Members => "user/list",
            Self::Send => "message/send",
        }
    }
}

/// Calls WeCom's servers as one app. Its token is kept here, so there is one client a process.
pub struct Client {
    http: reqwest::Client,
    rules: Rules,
    time: Arc<dyn Time>,
    tokens: Tokens,
    /// Until when each call is left alone, in seconds of Unix time.
    left_alone: [AtomicI64; 5],
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("base_url", &self.rules.base_url).finish_non_exhaustive()
    }
}

/// Waits before the same call is tried again when WeCom says that it is busy.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];
/// How long a call is left alone that was called too often, and the token after credentials were refused.
pub(super) const SILENCE: TimeDelta = TimeDelta::seconds(60);

/// WeCom is busy.
const fn is_busy(code: i64) -> bool {
    matches!(code, -1 | 45033)
}

/// The token is dead.
const fn is_dead_token(code: i64) -> bool {
    matches!(code, 40014 | 42001 | 41001)
}

/// The credentials are wrong; WeCom bans who goes on trying.
const fn is_wrong_credentials(code: i64) -> bool {
    matches!(code, 40001 | 40013)
}

/// Somebody has to set the app up differently.
const fn is_misconfigured(code: i64) -> bool {
    matches!(code, 40056 | 48002 | 50001 | 60020)
}

const CALLED_TOO_OFTEN: i64 = 45009;
const BAD_CODE: i64 = 40029;

impl Client {
    /// A client by these rules. Fails when TLS cannot be set up.
    pub fn new(rules: Rules, time: Arc<dyn Time>) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(rules.connect)
            .timeout(rules.call)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { http, rules, time, tokens: Tokens::default(), left_alone: Default::default() })
    }

    /// The answer of `api` to the request that `write` completes, called with a token.
    pub(super) async fn call(
        &self,
        api: Api,
        write: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Reply, Failure> {
        let outcome = self.call_quietly(api, write).await;
        if let Err(failure) = &outcome {
            log(api, *failure);
        }
        outcome
    }

    async fn call_quietly(
        &self,
        api: Api,
        write: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Reply, Failure> {
        let mut renewed = false;
        loop {
            let token = self.token().await?;
            let request = || write(self.request(api).query(&[("access_token", token.as_str())]));
            match self.ask(api, request).await {
                Err(Failure::Refused(code)) if is_dead_token(code) => {
                    if renewed {
                        return Err(Failure::Refused(code));
                    }
                    self.tokens.forget(&token).await;
                    renewed = true;
                }
                Err(Failure::Refused(code)) if is_wrong_credentials(code) => {
                    self.tokens.refuse(&token, self.time.now() + SILENCE).await;
                    return Err(Failure::Refused(code));
                }
                outcome => return outcome,
            }
        }
    }

    async fn token(&self) -> Result<String, Failure> {
        self.tokens
            .get(&*self.time, || async {
                let rules = &self.rules;
                let query = [("corpid", rules.corp_id.as_str()), ("corpsecret", rules.corp_secret.as_str())];
                self.ask(Api::Token, || self.request(Api::Token).query(&query)).await
            })
            .await
    }

    fn request(&self, api: Api) -> RequestBuilder {
        let url = format!("{}/cgi-bin/{}", self.rules.base_url, api.path());
        if api == Api::Send { self.http.post(url) } else { self.http.get(url) }
    }

    /// Asks until there is an answer other than "busy", at most four times.
    async fn ask(&self, api: Api, request: impl Fn() -> RequestBuilder + Send + Sync) -> Result<Reply, Failure> {
        let left_alone = &self.left_alone[api as usize];
        let mut pauses = PAUSES.iter();
        loop {
            if self.time.now().timestamp() < left_alone.load(Ordering::Relaxed) {
                return Err(Failure::LeftAlone);
            }
            let reply = Reply::of(request()).await?;
            match (reply.errcode(), pauses.next()) {
                (0, _) => return Ok(reply),
                (code, Some(pause)) if is_busy(code) => self.time.pause(*pause).await,
                (code, _) => {
                    if code == CALLED_TOO_OFTEN {
                        left_alone.store((self.time.now() + SILENCE).timestamp(), Ordering::Relaxed);
                    }
                    return Err(Failure::Refused(code));
                }
            }
        }
    }
}

fn log(api: Api, failure: Failure) {
    match failure {
        Failure::Refused(code) if is_misconfigured(code) => {
            tracing::error!(api = api.path(), errcode = code, "WeCom refuses the app as it is set up");
        }
        // Anybody can come with a code of their own invention.
        Failure::Refused(BAD_CODE) => tracing::debug!(api = api.path(), "WeCom does not know a code"),
        failure => tracing::warn!(api = api.path(), %failure, "a call of WeCom failed"),
    }
}
