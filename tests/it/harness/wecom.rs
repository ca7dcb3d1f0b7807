//! A server that stands in for WeCom: it answers as WeCom does, unless it was told to answer something else.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use assetry::{
    settings::{Secret, Wecom},
    wecom::Stamp,
};
use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    digest,
    iv::FixedLength,
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the stand-in says instead of the truth.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// This errcode.
    Code(i64),
    /// This object.
    Json(Value),
    /// This text, whatever it is.
    Text(&'static str),
    /// This HTTP status.
    Status(u16),
    /// So many bytes of blanks, then an empty object.
    Long(usize),
    /// Half of an answer, then the connection ends.
    Cut,
    /// Nothing, ever.
    Nothing,
}

/// One call that came in.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Below `/cgi-bin/`.
    pub(crate) path: String,
    /// The query.
    pub(crate) query: HashMap<String, String>,
    /// The body, if it is JSON.
    pub(crate) body: Value,
}

#[derive(Default)]
struct Truth {
    calls: Vec<Call>,
    once: HashMap<String, VecDeque<Says>>,
    always: HashMap<String, Says>,
    token: u32,
    departments: Vec<Value>,
    members: HashMap<String, Vec<Value>>,
}

/// A server that stands in for WeCom, until it is dropped.
pub(crate) struct WecomStandIn {
    address: SocketAddr,
    truth: Arc<Mutex<Truth>>,
    task: tokio::task::JoinHandle<()>,
}

/// The company, its app and its secrets; none of them real.
pub(crate) const CORP: &str = "wwstandin00000001";
/// The app's secret.
pub(crate) const SECRET: &str = "invented-corp-secret";
/// The app.
pub(crate) const AGENT: i64 = 1_000_002;
const TOKEN: &str = "inventedtoken";
const AES_KEY: &str = "InventedKeyInventedKeyInventedKeyInvente123";

impl WecomStandIn {
    /// Starts one in which there is nothing.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let truth = Arc::new(Mutex::new(Truth::default()));
        let router = Router::new().route("/cgi-bin/{*path}", axum::routing::any(answer)).with_state(Arc::clone(&truth));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, truth, task }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings of an app on it.
    pub(crate) fn settings(&self) -> Wecom {
        Wecom {
            base_url: self.url(),
            corp_id: Some(CORP.to_owned()),
            corp_secret: Some(Secret::new(SECRET)),
            agent_id: Some(AGENT.to_string()),
            callback_token: Some(Secret::new(TOKEN)),
            callback_aes_key: Some(Secret::new(AES_KEY)),
        }
    }

    /// Says these, one after the other, to the next calls of `path`.
    pub(crate) fn say(&self, path: &str, says: impl IntoIterator<Item = Says>) {
        self.truth.lock().unwrap().once.entry(path.to_owned()).or_default().extend(says);
    }

    /// Says this to every call of `path`; the truth again when none is given.
    pub(crate) fn always(&self, path: &str, says: Option<Says>) {
        let mut truth = self.truth.lock().unwrap();
        match says {
            Some(says) => truth.always.insert(path.to_owned(), says),
            None => truth.always.remove(path),
        };
    }

    /// Has exactly these departments.
    pub(crate) fn departments(&self, departments: &[Value]) {
        self.truth.lock().unwrap().departments = departments.to_vec();
    }

    /// Has exactly these members in a department.
    pub(crate) fn members(&self, department: i64, members: &[Value]) {
        self.truth.lock().unwrap().members.insert(department.to_string(), members.to_vec());
    }

    /// The calls of `path` so far.
    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        self.truth.lock().unwrap().calls.iter().filter(|call| call.path == path).cloned().collect()
    }

    /// How many calls of `path` there were.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.calls(path).len()
    }
}

impl Drop for WecomStandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(truth): State<Arc<Mutex<Truth>>>,
    Path(path): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Response<Body> {
    let says = {
        let mut truth = truth.lock().unwrap();
        let call = Call { path, query, body: serde_json::from_slice(&body).unwrap_or_default() };
        truth.calls.push(call.clone());
        let next = truth.once.get_mut(&call.path).and_then(VecDeque::pop_front);
        let told = next.or_else(|| truth.always.get(&call.path).cloned());
        told.unwrap_or_else(|| Says::Json(truth.tell(&call)))
    };
    let body = match says {
        Says::Code(code) => Body::from(json!({ "errcode": code, "errmsg": "ok" }).to_string()),
        Says::Json(value) => Body::from(value.to_string()),
        Says::Text(text) => Body::from(text),
        Says::Status(status) => {
            let response = Response::builder().status(status).header("location", "/cgi-bin/elsewhere");
            return response.body(Body::from("{\"errcode\":0}")).unwrap();
        }
        Says::Long(bytes) => Body::from(format!("{}{{}}", " ".repeat(bytes))),
        Says::Cut => {
            let half = [Ok(Bytes::from("{\"errcode\":0,")), Err(io::Error::other("cut"))];
            Body::from_stream(stream::iter(half))
        }
        Says::Nothing => std::future::pending().await,
    };
    Response::new(body)
}

impl Truth {
    fn tell(&mut self, call: &Call) -> Value {
        let asked = |name: &str| call.query.get(name).map(String::as_str).unwrap_or_default();
        if call.path == "gettoken" {
            if (asked("corpid"), asked("corpsecret")) != (CORP, SECRET) {
                return json!({ "errcode": 40001, "errmsg": "invalid credential" });
            }
            self.token += 1;
            let token = format!("invented-access-token-{}", self.token);
            return json!({ "errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200 });
        }
        if asked("access_token") != format!("invented-access-token-{}", self.token) {
            return json!({ "errcode": 40014, "errmsg": "invalid access_token" });
        }
        match call.path.as_str() {
            "auth/getuserinfo" => match asked("code").strip_prefix("code-of-") {
                Some(userid) => json!({ "errcode": 0, "errmsg": "ok", "userid": userid }),
                None => json!({ "errcode": 40029, "errmsg": "invalid code" }),
            },
            "department/list" => json!({ "errcode": 0, "errmsg": "ok", "department": self.departments }),
            "user/list" => {
                let members = self.members.get(asked("department_id")).cloned().unwrap_or_default();
                json!({ "errcode": 0, "errmsg": "ok", "userlist": members })
            }
            "message/send" => json!({ "errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "message-1" }),
            _ => json!({ "errcode": 1, "errmsg": "no such call" }),
        }
    }
}

/// `message` to `CORP`, as WeCom encrypts it behind `random`, and the stamp that it signs at this time.
pub(crate) fn sealed(message: &str, random: &[u8; 16], seconds: i64) -> (Stamp, String) {
    let key = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let key = key.decode(AES_KEY).unwrap();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let mut bytes = [random.as_slice(), &length, message.as_bytes(), CORP.as_bytes()].concat();
    let padding = 32 - bytes.len() % 32;
    bytes.resize(bytes.len() + padding, u8::try_from(padding).unwrap());
    let iv: [u8; 16] = key[..16].try_into().unwrap();
    let cipher = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
    cipher.less_safe_encrypt(&mut bytes, EncryptionContext::Iv128(FixedLength::from(iv))).unwrap();
    let sealed = STANDARD.encode(bytes);
    let (timestamp, nonce) = (seconds.to_string(), "nonce".to_owned());
    let mut parts = [TOKEN, &timestamp, &nonce, &sealed];
    parts.sort_unstable();
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
    let signature = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    (Stamp { signature, timestamp, nonce }, sealed)
}
