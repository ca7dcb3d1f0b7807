//! Calling WeCom: timeouts, retries by its error table, and what we read of its answers (contract: laravel-template §8).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Now,
    token::{Fetched, Tokens},
};

/// How long a connection may take to be made.
const CONNECTING: Duration = Duration::from_secs(3);
/// How long a whole call may take.
const CALLING: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const LONGEST: usize = 16 * 1024 * 1024;
/// Repetitions of a call that WeCom was too busy for.
const REPETITIONS: u32 = 3;
/// Seconds for which an API that was called too often is left alone.
const LEFT_ALONE: i64 = 60;
/// Most recipients of one message.
const RECIPIENTS: usize = 1000;
/// Most bytes of a message.
const MESSAGE: usize = 2048;

/// How to reach WeCom, and as whom.
#[derive(Clone)]
pub struct Config {
    /// Scheme, host and port.
    pub base_url: String,
    /// The company.
    pub corp_id: String,
    /// The app's secret.
    pub secret: String,
    /// The app.
    pub agent_id: i64,
    /// The wait before the first repetition; each further one takes twice as long.
    pub retry_base: Duration,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Config").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

/// Why WeCom gave nothing. Never says what was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It refused, with this `errcode`.
    #[error("WeCom refused: errcode {0}")]
    Refused(i64),
    /// It is left alone for a while, after it refused.
    #[error("WeCom is left alone for a minute")]
    LeftAlone,
    /// There was no answer that could be read.
    #[error("WeCom gave no answer: {0}")]
    NoAnswer(&'static str),
}

impl Failure {
    /// Whether our id or secret was refused.
    pub fn is_of_credentials(&self) -> bool {
        matches!(self, Self::Refused(40001 | 40013))
    }
}

/// Who logs in with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// A member, by userid.
    Userid(String),
    /// Somebody who is no member.
    Outsider,
}

/// A department as WeCom delivers it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: Option<String>,
    /// The department above; 0 or none at a root.
    pub parentid: Option<i64>,
    /// Its place among its siblings.
    pub order: Option<i64>,
}

/// A member as WeCom delivers them; what is missing was not delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The id over there.
    pub userid: String,
    /// The name.
    pub name: Option<String>,
    /// The phone number.
    pub mobile: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// The departments, the first the most important.
    pub departments: Option<Vec<i64>>,
    /// The most important department.
    pub main_department: Option<i64>,
    /// 1 active, 2 locked, 4 not yet active, 5 gone.
    pub status: Option<i64>,
    /// `alias`, `position`, `gender`, `telephone`, as text.
    pub more: Vec<(&'static str, String)>,
}

/// The keys of a member that are kept as they come.
const MORE: [&str; 4] = ["alias", "position", "gender", "telephone"];

impl Person {
    /// The member in an object; none without a userid. What has a wrong type was not delivered.
    pub fn read(from: &Value) -> Option<Self> {
        let text = |key: &str| match &from[key] {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        Some(Self {
            userid: text("userid")?,
            name: text("name"),
            mobile: text("mobile"),
            email: text("email"),
            departments: from["department"].as_array().map(|ids| ids.iter().filter_map(number).collect()),
            main_department: number(&from["main_department"]),
            status: number(&from["status"]),
            more: MORE.iter().filter_map(|key| Some((*key, text(key)?))).collect(),
        })
    }
}

/// Calls WeCom.
pub struct Client {
    http: reqwest::Client,
    config: Config,
    now: Now,
    tokens: Tokens,
    /// Until when each API is left alone.
    left_alone: Mutex<HashMap<&'static str, DateTime<Utc>>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Client").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What is sent with a call beside the token.
enum Sent<'a> {
    Query(&'a [(&'static str, &'a str)]),
    Body(&'a Value),
}

impl Client {
    /// A client that has not called yet; fails where the machine has no TLS to offer.
    pub fn new(config: Config, now: Now) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECTING)
            .timeout(CALLING)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let tokens = Tokens::new(now.clone());
        Ok(Self { http, config, now, tokens, left_alone: Mutex::default() })
    }

    /// The company.
    pub fn corp_id(&self) -> &str {
        &self.config.corp_id
    }

    /// The app.
    pub fn agent_id(&self) -> i64 {
        self.config.agent_id
    }

    /// Who logs in with `code`.
    pub async fn member_of_code(&self, code: &str) -> Result<Member, Failure> {
        let answer = self.call("auth/getuserinfo", Sent::Query(&[("code", code)])).await?;
        let userid = ["userid", "UserId"].iter().find_map(|key| answer[key].as_str());
        Ok(match userid.filter(|userid| !userid.is_empty() && !userid.contains('/')) {
            Some(userid) => Member::Userid(userid.to_owned()),
            None => Member::Outsider,
        })
    }

    /// Every department that we may see. One that cannot be read is left out.
    pub async fn departments(&self) -> Result<Vec<Department>, Failure> {
        let answer = self.call("department/list", Sent::Query(&[])).await?;
        let departments = answer["department"].as_array().ok_or(Failure::NoAnswer("no list of departments"))?;
        Ok(departments.iter().filter_map(read).collect())
    }

    /// The members of a department. One who cannot be read is left out.
    pub async fn people(&self, department: i64) -> Result<Vec<Person>, Failure> {
        let department = department.to_string();
        let query = [("department_id", department.as_str()), ("fetch_child", "0")];
        let answer = self.call("user/list", Sent::Query(&query)).await?;
        let people = answer["userlist"].as_array().ok_or(Failure::NoAnswer("no list of members"))?;
        Ok(people.iter().filter_map(Person::read).collect())
    }

    /// Sends a text and gives those whom it did not reach.
    pub async fn send_text(&self, recipients: &[String], text: &str) -> Result<Vec<String>, Failure> {
        let mut unreached = Vec::new();
        for recipients in recipients.chunks(RECIPIENTS) {
            let body = json!({
                "touser": recipients.join("|"), "msgtype": "text", "agentid": self.config.agent_id,
                "text": { "content": cut(text, MESSAGE) }, "safe": 0,
            });
            let answer = self.call("message/send", Sent::Body(&body)).await?;
            for key in ["invaliduser", "unlicenseduser"] {
                let names = answer[key].as_str().unwrap_or_default().split('|').filter(|name| !name.is_empty());
                unreached.extend(names.map(str::to_owned));
            }
        }
        Ok(unreached)
    }

    /// Calls `api` with a token, as often as WeCom's error table says.
    async fn call(&self, api: &'static str, sent: Sent<'_>) -> Result<Value, Failure> {
        let (mut busy, mut refreshed) = (0, false);
        loop {
            if self.left_alone().get(api).is_some_and(|until| (self.now)() < *until) {
                return Err(Failure::LeftAlone);
            }
            let token = self.tokens.get(|| self.fetch_token()).await?;
            match self.once(api, &token, &sent).await {
                Err(Failure::Refused(-1 | 45033)) if busy < REPETITIONS => {
                    tokio::time::sleep(self.config.retry_base * 2_u32.pow(busy)).await;
                    busy += 1;
                }
                Err(Failure::Refused(40014 | 42001 | 41001)) if !refreshed => {
                    self.tokens.drop_it(&token).await;
                    refreshed = true;
                }
                Err(failure) => {
                    self.note(api, &failure).await;
                    return Err(failure);
                }
                Ok(answer) => return Ok(answer),
            }
        }
    }

    /// Draws the consequences of a refusal for the calls after it.
    async fn note(&self, api: &'static str, failure: &Failure) {
        match failure {
            Failure::Refused(45009) => {
                let until = (self.now)() + TimeDelta::seconds(LEFT_ALONE);
                self.left_alone().insert(api, until);
            }
            Failure::Refused(40001 | 40013) => self.tokens.be_silent().await,
            Failure::Refused(errcode @ (40056 | 48002 | 50001 | 60020)) => {
                tracing::warn!(errcode, api, "WeCom refuses a call because of how the app is set up there");
            }
            _ => {}
        }
    }

    fn left_alone(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, DateTime<Utc>>> {
        self.left_alone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn once(&self, api: &str, token: &str, sent: &Sent<'_>) -> Result<Value, Failure> {
        let url = format!("{}/cgi-bin/{api}", self.config.base_url.trim_end_matches('/'));
        let request = match sent {
            Sent::Query(query) => self.http.get(url).query(&[("access_token", token)]).query(query),
            Sent::Body(body) => self.http.post(url).query(&[("access_token", token)]).json(body),
        };
        answer(request).await
    }

    async fn fetch_token(&self) -> Result<Fetched, Failure> {
        let url = format!("{}/cgi-bin/gettoken", self.config.base_url.trim_end_matches('/'));
        let query = [("corpid", &self.config.corp_id), ("corpsecret", &self.config.secret)];
        let answer = answer(self.http.get(url).query(&query)).await?;
        let token = answer["access_token"].as_str().filter(|token| !token.is_empty());
        let token = token.ok_or(Failure::NoAnswer("no token"))?.to_owned();
        Ok(Fetched { token, lives: answer["expires_in"].as_i64().unwrap_or_default() })
    }
}

fn read<T: DeserializeOwned>(item: &Value) -> Option<T> {
    T::deserialize(item).ok()
}

/// The answer to `request`, if it is JSON that tells no error. Errors of the transport lose their text: it holds the address, and
/// that the token.
async fn answer(request: reqwest::RequestBuilder) -> Result<Value, Failure> {
    let reply = request.send().await.map_err(unreached)?;
    if reply.status() != reqwest::StatusCode::OK {
        return Err(Failure::NoAnswer("another HTTP status than 200"));
    }
    let mut bytes = Vec::new();
    let mut pieces = reply.bytes_stream();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(unreached)?);
        if bytes.len() > LONGEST {
            return Err(Failure::NoAnswer("the answer is too long"));
        }
    }
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| Failure::NoAnswer("the answer is not JSON"))?;
    if !answer.is_object() {
        return Err(Failure::NoAnswer("the answer is no JSON object"));
    }
    match &answer["errcode"] {
        Value::Null => Ok(answer),
        code => match code.as_i64() {
            Some(0) => Ok(answer),
            Some(errcode) => Err(Failure::Refused(errcode)),
            None => Err(Failure::NoAnswer("errcode is no number")),
        },
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives, and is not to be shown")]
fn unreached(error: reqwest::Error) -> Failure {
    Failure::NoAnswer(if error.is_timeout() { "it took too long" } else { "the connection failed" })
}

/// The beginning of `text`, at most `most` bytes, whole characters.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("abc", 2), "ab");
        assert_eq!(cut("中文", 5), "中");
        assert_eq!(cut("中文", 6), "中文");
        assert_eq!(cut("中", 2), "");
    }

    #[test]
    fn members_are_read_as_far_as_they_are_delivered() {
        let person = Person::read(&json!({
            "userid": "Zhang", "name": " 张 ", "mobile": "", "email": null, "department": [2, "1", {}], "gender": 1,
            "position": "x", "status": "4",
        }));
        let expected = Person {
            userid: "Zhang".to_owned(),
            name: Some("张".to_owned()),
            departments: Some(vec![2, 1]),
            status: Some(4),
            more: vec![("position", "x".to_owned()), ("gender", "1".to_owned())],
            ..Person::default()
        };
        assert_eq!(person, Some(expected));
        assert_eq!(Person::read(&json!({ "name": "x" })), None);
    }
}
