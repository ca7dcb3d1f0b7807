//! A WeCom of our own: answers as it is told, fails as it is told, and counts.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use aes::Aes256;
use assetry::{
    app::App,
    wecom::{Callback, Client, Config},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose},
};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

/// The company.
pub(crate) const CORP: &str = "wwseed004corp00001";
const SECRET: &str = "a secret that nobody else knows";
const TOKEN: &str = "Seed004Token";
const KEY: &str = "Seed004AesKeySeed004AesKeySeed004AesKey0123";

/// What goes wrong with one call.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It answers this errcode.
    Code(i64),
    /// It answers another status.
    Status(u16),
    /// It answers what is no JSON.
    Broken,
    /// It cuts the answer off.
    Cut,
}

#[derive(Default)]
struct Script {
    faults: HashMap<String, VecDeque<Fault>>,
    departments: Vec<Value>,
    people: BTreeMap<i64, Vec<Value>>,
    codes: HashMap<String, Value>,
    unreached: String,
    calls: Vec<(String, Value)>,
    tokens: u32,
}

/// A WeCom that listens on a socket until the test ends.
#[derive(Clone)]
pub(crate) struct Wecom {
    script: Arc<Mutex<Script>>,
    address: String,
}

impl Wecom {
    /// A WeCom without anybody.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let router = Router::new().route("/cgi-bin/{*api}", any(answer)).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { script, address }
    }

    /// Lets `app` call this WeCom, and read its callbacks.
    pub(crate) fn introduce(&self, app: &mut App) {
        let clock = app.clock.clone();
        let config = Config {
            base_url: self.address.clone(),
            corp_id: CORP.to_owned(),
            secret: SECRET.to_owned(),
            agent_id: 1_000_002,
            retry_base: Duration::from_millis(1),
        };
        app.wecom = Some(Client::new(config, Arc::new(move || clock.now())).unwrap());
        app.wecom_callback = Callback::new(TOKEN, KEY, CORP);
    }

    fn with<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.script.lock().unwrap())
    }

    /// The next calls of `api` fail so, one after the other.
    pub(crate) fn fail(&self, api: &str, faults: impl IntoIterator<Item = Fault>) {
        self.with(|script| script.faults.entry(api.to_owned()).or_default().extend(faults));
    }

    /// The departments there are.
    pub(crate) fn departments(&self, departments: Value) {
        self.with(|script| script.departments = departments.as_array().unwrap().clone());
    }

    /// The members of a department.
    pub(crate) fn people(&self, department: i64, people: Value) {
        self.with(|script| script.people.insert(department, people.as_array().unwrap().clone()));
    }

    /// What a code leads to.
    pub(crate) fn code(&self, code: &str, answer: Value) {
        self.with(|script| script.codes.insert(code.to_owned(), answer));
    }

    /// Whom messages do not reach, parted by `|`.
    pub(crate) fn unreached(&self, names: &str) {
        self.with(|script| script.unreached = names.to_owned());
    }

    /// What was sent with each call of `api`.
    pub(crate) fn calls(&self, api: &str) -> Vec<Value> {
        self.with(|script| script.calls.iter().filter(|(name, _)| name == api).map(|(_, sent)| sent.clone()).collect())
    }

    /// The query that signs `encrypted` at `timestamp`.
    pub(crate) fn query(timestamp: i64, encrypted: &str) -> String {
        let (timestamp, nonce) = (timestamp.to_string(), "nonce004");
        let mut parts = [TOKEN, &timestamp, nonce, encrypted];
        parts.sort_unstable();
        let signature: String = Sha1::digest(parts.concat()).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}")
    }

    /// `message` as WeCom encrypts it; `prefix` makes each time another of it.
    pub(crate) fn encrypt(message: &str, prefix: &[u8; 16]) -> String {
        let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
        let key = GeneralPurpose::new(&STANDARD, lenient).decode(format!("{KEY}=")).unwrap();
        let mut plain = prefix.to_vec();
        plain.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
        plain.extend_from_slice(message.as_bytes());
        plain.extend_from_slice(CORP.as_bytes());
        let padding = 32 - plain.len() % 32;
        plain.extend(std::iter::repeat_n(u8::try_from(padding).unwrap(), padding));
        let encryptor = cbc::Encryptor::<Aes256>::new_from_slices(&key, &key[..16]).unwrap();
        let length = plain.len();
        let encrypted = encryptor.encrypt_padded::<NoPadding>(&mut plain, length).unwrap();
        general_purpose::STANDARD.encode(encrypted)
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    Path(api): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response {
    let mut script = script.lock().unwrap();
    let sent = serde_json::from_slice(&body).unwrap_or_else(|_| json!(query));
    script.calls.push((api.clone(), sent));
    let fault = script.faults.get_mut(&api).and_then(VecDeque::pop_front);
    match fault {
        Some(Fault::Code(code)) => return json_of(&json!({ "errcode": code, "errmsg": "not ok" })),
        Some(Fault::Status(status)) => return StatusCode::from_u16(status).unwrap().into_response(),
        Some(Fault::Broken) => return "{\"errcode\":".into_response(),
        Some(Fault::Cut) => {
            let pieces = [Ok(Bytes::from("{\"errcode\"")), Err(std::io::Error::other("cut"))];
            return Body::from_stream(futures_util::stream::iter(pieces)).into_response();
        }
        None => {}
    }
    if api == "gettoken" {
        if query.get("corpsecret").map(String::as_str) != Some(SECRET) {
            return json_of(&json!({ "errcode": 40001 }));
        }
        script.tokens += 1;
        let token = format!("token {}", script.tokens);
        return json_of(&json!({ "errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200 }));
    }
    if query.get("access_token") != Some(&format!("token {}", script.tokens)) {
        return json_of(&json!({ "errcode": 40014 }));
    }
    json_of(&match api.as_str() {
        "auth/getuserinfo" => script.codes.get(&query["code"]).cloned().unwrap_or(json!({ "errcode": 40029 })),
        "department/list" => json!({ "errcode": 0, "department": script.departments }),
        "user/list" => {
            let people = query["department_id"].parse().ok().and_then(|id: i64| script.people.get(&id));
            json!({ "errcode": 0, "userlist": people.cloned().unwrap_or_default() })
        }
        "message/send" => {
            json!({ "errcode": 0, "errmsg": "ok", "invaliduser": script.unreached, "unlicenseduser": "", "msgid": "m" })
        }
        _ => json!({ "errcode": 404 }),
    })
}

fn json_of(value: &Value) -> Response {
    value.to_string().into_response()
}
