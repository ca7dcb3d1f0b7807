//! A Feishu of our own: answers as it is told, fails as it is told, and counts.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use assetry::{
    entity::{person_binding, staff},
    feishu::{Client, Config},
    settings::{self, Secret},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{OriginalUri, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::DateTime;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{TestClock, World};

const APP: &str = "cli_invented";
/// Its secret.
pub(crate) const SECRET: &str = "a secret that only Feishu knows";
const TOKEN: &str = "/open-apis/auth/v3/tenant_access_token/internal";

/// Where redirects lead.
pub(crate) const ELSEWHERE: &str = "/elsewhere";

/// What goes wrong with one call.
#[derive(Clone, Debug)]
pub(crate) enum FeishuFault {
    /// It answers this status and code.
    Code(u16, i64),
    /// It answers this status, code and text.
    Refused(u16, i64, &'static str),
    /// It answers another status, without a code; a redirect leads to [`ELSEWHERE`].
    Status(u16),
    /// It answers more than anybody should read.
    Long,
    /// It says it was called too often, and when to come again.
    TooOften(&'static str),
    /// It answers what is no JSON.
    Broken,
    /// It cuts the answer off.
    Cut,
}

/// One call as it came in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeishuCall {
    /// Method and path.
    pub(crate) line: String,
    /// The query, as it was sent.
    pub(crate) query: String,
    /// `Authorization`.
    pub(crate) authorization: String,
    /// The body: JSON, or text.
    pub(crate) sent: Value,
}

#[derive(Default)]
struct Script {
    faults: HashMap<String, VecDeque<FeishuFault>>,
    answers: HashMap<String, VecDeque<Value>>,
    /// Tokens that are no longer taken.
    expired: Vec<String>,
    calls: Vec<FeishuCall>,
    held: HashMap<String, Arc<Semaphore>>,
    tokens: u32,
}

/// The name under which something is said about a call: its path with one of its parameters, else its path.
fn name(path: &str, query: &str, is_said: impl Fn(&str) -> bool) -> String {
    let mut named = query.split('&').map(|pair| format!("{path}?{pair}"));
    named.find(|name| is_said(name)).unwrap_or_else(|| path.to_owned())
}

/// A Feishu that listens on a socket until the test ends.
#[derive(Clone)]
pub(crate) struct Feishu {
    script: Arc<Mutex<Script>>,
    address: String,
}

impl Feishu {
    /// A Feishu that knows nobody.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new().fallback(any(answer)).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { script, address }
    }

    /// The settings of an app on this Feishu whose pushes are not proved.
    pub(crate) fn settings(&self) -> settings::Feishu {
        settings::Feishu {
            base_url: self.address.clone(),
            app_id: Some(APP.to_owned()),
            app_secret: Some(Secret::new(SECRET)),
            allow_unsigned: Some(true),
            retry_base_ms: 1,
            ..settings::Feishu::default()
        }
    }

    /// A client of this Feishu by this clock.
    pub(crate) fn client(&self, clock: &Arc<TestClock>) -> Client {
        client(&self.address, clock)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().unwrap())
    }

    /// The next calls of `path` fail so, one after the other.
    pub(crate) fn fail(&self, path: &str, faults: impl IntoIterator<Item = FeishuFault>) {
        self.with(|script| script.faults.entry(path.to_owned()).or_default().extend(faults));
    }

    /// What the calls of `path` are answered, one after the other; the last answer stays.
    pub(crate) fn answer(&self, path: &str, answers: impl IntoIterator<Item = Value>) {
        self.with(|script| script.answers.insert(path.to_owned(), answers.into_iter().collect()));
    }

    /// The calls of `path` wait to be answered until [`Feishu::release`].
    pub(crate) fn hold(&self, path: &str) {
        self.with(|script| script.held.insert(path.to_owned(), Arc::new(Semaphore::new(0))));
    }

    /// The calls of `path` are answered again.
    pub(crate) fn release(&self, path: &str) {
        if let Some(held) = self.with(|script| script.held.remove(path)) {
            held.close();
        }
    }

    /// Nothing is answered that was said before; what is said about a path with a parameter, `path?key=value`, goes for that call only.
    pub(crate) fn forget(&self) {
        self.with(|script| {
            script.answers.clear();
            script.faults.clear();
            script.calls.clear();
        });
    }

    /// This token of a person is no longer taken.
    pub(crate) fn expire(&self, token: &str) {
        self.with(|script| script.expired.push(format!("Bearer {token}")));
    }

    /// The calls of `path`.
    pub(crate) fn calls(&self, path: &str) -> Vec<FeishuCall> {
        let is_of = |call: &&FeishuCall| call.line.split_once(' ').is_some_and(|(_, called)| called == path);
        self.with(|script| script.calls.iter().filter(is_of).cloned().collect())
    }

    /// How often a token was asked for.
    pub(crate) fn tokens(&self) -> usize {
        self.calls(TOKEN).len()
    }

    /// The next requests for a token fail so.
    pub(crate) fn refuse_tokens(&self, faults: impl IntoIterator<Item = FeishuFault>) {
        self.fail(TOKEN, faults);
    }
}

/// A client of the Feishu at `address`.
pub(crate) fn client(address: &str, clock: &Arc<TestClock>) -> Client {
    let config = Config {
        base_url: address.to_owned(),
        accounts_url: address.to_owned(),
        app_id: APP.to_owned(),
        app_secret: SECRET.to_owned(),
        retry_base: Duration::from_millis(1),
    };
    let clock = Arc::clone(clock);
    Client::new(config, Arc::new(move || assetry::app::Clock::now(&*clock))).unwrap()
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let sent = serde_json::from_slice(&body).unwrap_or_else(|_| json!(String::from_utf8_lossy(&body)));
    let authorization = headers.get(header::AUTHORIZATION).map_or("", |value| value.to_str().unwrap()).to_owned();
    let query = uri.query().unwrap_or_default().to_owned();
    let call = FeishuCall { line: format!("{method} {path}"), query, authorization, sent };
    let held = {
        let mut script = script.lock().unwrap();
        script.calls.push(call.clone());
        script.held.get(&path).cloned()
    };
    if let Some(held) = held {
        // It is closed, never given out.
        let _ = held.acquire().await;
    }
    let mut script = script.lock().unwrap();
    let name = self::name(&path, &call.query, |name| script.faults.get(name).is_some_and(|faults| !faults.is_empty()));
    if let Some(fault) = script.faults.get_mut(&name).and_then(VecDeque::pop_front) {
        return failed(&fault);
    }
    if script.expired.contains(&call.authorization) {
        return failed(&FeishuFault::Code(400, 99_991_677));
    }
    if path == TOKEN {
        if call.sent != json!({ "app_id": APP, "app_secret": SECRET }) {
            return failed(&FeishuFault::Code(200, 10014));
        }
        script.tokens += 1;
        let token = format!("token-{}", script.tokens);
        return json!({ "code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200 })
            .to_string()
            .into_response();
    }
    let name = self::name(&path, &call.query, |name| script.answers.contains_key(name));
    match script.answers.get_mut(&name) {
        Some(answers) if answers.len() > 1 => answers.pop_front().unwrap().to_string().into_response(),
        Some(answers) => answers[0].to_string().into_response(),
        None => json!({ "code": 0, "msg": "success", "data": {} }).to_string().into_response(),
    }
}

fn failed(fault: &FeishuFault) -> Response {
    match fault {
        FeishuFault::Code(status, code) => {
            let body = json!({ "code": code, "msg": format!("refused, {SECRET}") }).to_string();
            (StatusCode::from_u16(*status).unwrap(), [("x-tt-logid", "log-1")], body).into_response()
        }
        FeishuFault::Refused(status, code, msg) => {
            let body = json!({ "code": code, "msg": msg }).to_string();
            (StatusCode::from_u16(*status).unwrap(), body).into_response()
        }
        FeishuFault::Status(status) => {
            (StatusCode::from_u16(*status).unwrap(), [(header::LOCATION, ELSEWHERE)]).into_response()
        }
        FeishuFault::Long => " ".repeat(16 * 1024 * 1024 + 1).into_response(),
        FeishuFault::TooOften(reset) => {
            let body = json!({ "code": 99_991_400, "msg": "request trigger frequency limit" }).to_string();
            (StatusCode::TOO_MANY_REQUESTS, [("x-ogw-ratelimit-reset", *reset)], body).into_response()
        }
        FeishuFault::Broken => "{\"code\":".into_response(),
        FeishuFault::Cut => {
            let pieces = [Ok(Bytes::from("{\"code\"")), Err(std::io::Error::other("cut"))];
            Body::from_stream(futures_util::stream::iter(pieces)).into_response()
        }
    }
}

impl World {
    /// A row that knows a person of Feishu by open_id, and whose account they have; `more` says what else is known.
    pub(crate) async fn bound(
        &self,
        unique_id: Option<&str>,
        open_id: &str,
        more: impl FnOnce(&mut person_binding::ActiveModel),
    ) -> person_binding::Model {
        let tx = self.db().begin().await.unwrap();
        let staff_id = match unique_id {
            Some(unique_id) => {
                let person = staff::Entity::find().filter(staff::Column::UniqueId.eq(unique_id)).one(&tx).await;
                Some(person.unwrap().unwrap().id)
            }
            None => None,
        };
        let mut row = person_binding::ActiveModel {
            platform: Set("feishu".to_owned()),
            staff_id: Set(staff_id),
            tenant: Set(String::new()),
            external_id: Set(open_id.to_owned()),
            info: Set("{}".to_owned()),
            made_account: Set(false),
            news_at: Set(DateTime::UNIX_EPOCH),
            ..Default::default()
        };
        more(&mut row);
        let row = row.insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        row
    }
}
