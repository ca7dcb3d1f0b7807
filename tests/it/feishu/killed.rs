//! The server is killed again and again while requests come in and Feishu fails half of its calls: nothing is lost and nothing is done twice.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use assetry::entity::{
    approval, history, outbox,
    words::{ApprovalState, Door, HistoryKind},
};
use axum::{
    Router,
    extract::{OriginalUri, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

use super::scene::ADMIN;
use crate::harness::{Content, World};

const ADMINS: usize = 40;
/// The server is killed when so many cards have arrived, a few more or less.
const KILLED_AT: [u64; 6] = [20, 150, 350, 500, 700, 900];
/// What callbacks give back.
const TOKEN: &str = "the token of callbacks";
/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// A Feishu that fails half of its calls, also after it took a message, and on which every card that arrives is tapped.
struct Unreliable {
    calls: AtomicU64,
    /// What arrived, by its `uuid`: a repetition is known as one.
    cards: Mutex<HashMap<String, Value>>,
    texts: Mutex<HashMap<String, Value>>,
    arrived: watch::Sender<u64>,
    refused_taps: Mutex<Vec<String>>,
    taps: Mutex<Vec<tokio::task::JoinHandle<()>>>,
    server: String,
}

async fn answer(State(feishu): State<Arc<Unreliable>>, uri: OriginalUri, body: String) -> Response {
    let sent: Value = serde_json::from_str(&body).unwrap();
    let call = feishu.calls.fetch_add(1, Ordering::Relaxed);
    let good = |data: Value| json!({ "code": 0, "msg": "ok", "data": data }).to_string().into_response();
    if uri.path().ends_with("tenant_access_token/internal") {
        return json!({ "code": 0, "tenant_access_token": "t", "expire": 7200 }).to_string().into_response();
    }
    match call % 8 {
        0 => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        1 => return (StatusCode::TOO_MANY_REQUESTS, [("x-ogw-ratelimit-reset", "0.01")], "{}").into_response(),
        _ => {}
    }
    let id = sent["uuid"].as_str().unwrap_or_default().to_owned();
    if uri.path().ends_with("message/send") {
        let is_new = feishu.cards.lock().unwrap().insert(id.clone(), sent.clone()).is_none();
        if is_new {
            feishu.arrived.send_modify(|count| *count += 1);
            let tap = tokio::spawn(tap(Arc::clone(&feishu), sent));
            feishu.taps.lock().unwrap().push(tap);
        }
    } else if uri.path().ends_with("/messages") {
        feishu.texts.lock().unwrap().insert(id.clone(), sent);
    }
    match call % 8 {
        2 => "{\"code\":".into_response(),
        3 => (StatusCode::BAD_GATEWAY, "took it").into_response(),
        _ => good(json!({ "message_id": format!("m{id}") })),
    }
}

/// Taps 同意 until the server has answered.
async fn tap(feishu: Arc<Unreliable>, card: Value) {
    let body = json!({
        "action_type": "APPROVE", "message_id": format!("m{}", card["uuid"].as_str().unwrap()), "user_id": card["user_id"],
        "action_context": card["action_callback"]["action_context"], "token": TOKEN,
    });
    let reply = until_answered(&format!("{}/api/feishu_approval", feishu.server), None, &body).await;
    if reply != json!({ "code": 0, "info": "Success" }) {
        feishu.refused_taps.lock().unwrap().push(reply.to_string());
    }
}

/// The answer to a call that is repeated while the server is down or was killed before it answered.
async fn until_answered(address: &str, token: Option<&str>, body: &Value) -> Value {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    loop {
        let call = client.post(address).json(body);
        let call = match token {
            Some(token) => call.bearer_auth(token),
            None => call,
        };
        if let Ok(reply) = call.send().await
            && !reply.status().is_server_error()
            && let Ok(answer) = reply.json().await
        {
            return answer;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// A server of its own on the world's database.
struct Server(Child);

impl Server {
    fn start(world: &World, feishu: &str, port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assetry"));
        command.arg("serve").current_dir(world.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ASSETRY_") {
                command.env_remove(name);
            }
        }
        command.envs(world.environment()).env("ASSETRY_LISTEN", format!("127.0.0.1:{port}"));
        command.env("ASSETRY_HASHING__MEMORY_KIB", "8").env("ASSETRY_LOG__FILTER", "error");
        for (name, value) in [
            ("BASE_URL", feishu),
            ("APP_ID", "cli_x"),
            ("APP_SECRET", "s"),
            ("APPROVAL_CALLBACK_TOKEN", TOKEN),
            ("RETRY_BASE_MS", "20"),
        ] {
            command.env(format!("ASSETRY_FEISHU__{name}"), value);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on"), "{line:?}");
        Self(child)
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes asset admins who are bound and hold pieces of something each; gives their legacy keys and those of the assets.
async fn admins(world: &World) -> Vec<(String, String)> {
    let make = "mutation($name: String!) { staffCreate(input: { name: $name, username: $name, group: ASSET_ADMIN,
        departmentId: \"sampledepartment\" }) { staff { uniqueId } userErrors { code } } }";
    let hold = "mutation($name: String!, $holder: ID!) { assetCreate(input: { name: $name, categoryId: \"others\",
        kind: QUANTITY, quantity: 1000, holderId: $holder }) { asset { uniqueId } userErrors { code } } }";
    let mut admins = Vec::new();
    for at in 0..ADMINS {
        let made = world.ask_as("suadmin", make, json!({ "name": format!("admin{at}") })).await;
        let admin = made["staffCreate"]["staff"]["uniqueId"].as_str().unwrap().to_owned();
        world.bind(&admin, &format!("admin{at}")).await;
        let made = world.ask_as(ADMIN, hold, json!({ "name": format!("things{at}"), "holder": admin })).await;
        admins.push((admin, made["assetCreate"]["asset"]["uniqueId"].as_str().unwrap().to_owned()));
    }
    admins
}

/// Who submits how many requests; each has its own.
#[derive(Clone, Copy)]
struct Applicant {
    username: &'static str,
    password: &'static str,
    requests: usize,
}

/// Three who are not bound, and one who is and hears of everything: five times a second at most, so that one asks for little.
const APPLICANTS: [Applicant; 4] = [
    Applicant { username: "myusername", password: "mypassword", requests: 330 },
    Applicant { username: "staff3", password: "staff3pass", requests: 330 },
    Applicant { username: "testuser", password: "testuserpass", requests: 330 },
    Applicant { username: "demo", password: "testpw", requests: HEARD },
];
/// Requests of the one who is bound.
const HEARD: usize = 10;
/// All requests.
const REQUESTS: usize = 1000;

/// Submits requests one after the other, each until the server has answered.
async fn submit(server: String, by: Applicant, admins: Arc<Vec<(String, String)>>) {
    let graphql = format!("{server}/graphql");
    let login = "mutation($u: String!, $p: String!) { sessionCreate(input: { username: $u, password: $p }) { token } }";
    let login = json!({ "query": login, "variables": { "u": by.username, "p": by.password } });
    let opened = until_answered(&graphql, None, &login).await;
    let token = opened["data"]["sessionCreate"]["token"].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned();
    let ask = "mutation($input: ApprovalSubmitInput!) { approvalSubmit(input: $input) {
        approval { id } userErrors { code message } } }";
    for at in 0..by.requests {
        let (admin, asset) = &admins[at % ADMINS];
        let input =
            json!({ "type": "CLAIM", "assetId": asset, "managerId": admin, "idempotencyKey": format!("claim {at}") });
        let asked = json!({ "query": ask, "variables": { "input": input } });
        let answer = until_answered(&graphql, Some(&token), &asked).await;
        assert!(answer["data"]["approvalSubmit"]["approval"]["id"].is_string(), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice() {
    let begun = Instant::now();
    let world = World::with(Content::Demo).await;
    let admins = Arc::new(admins(&world).await);
    world.bind("demo", "demo").await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (arrived, mut arriving) = watch::channel(0);
    let feishu = Arc::new(Unreliable {
        calls: AtomicU64::default(),
        cards: Mutex::default(),
        texts: Mutex::default(),
        arrived,
        refused_taps: Mutex::default(),
        taps: Mutex::default(),
        server: format!("http://127.0.0.1:{port}"),
    });
    let router = Router::new().fallback(any(answer)).with_state(Arc::clone(&feishu));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let mut server = Server::start(&world, &address, port);
    let submitting = APPLICANTS.map(|by| tokio::spawn(submit(feishu.server.clone(), by, Arc::clone(&admins))));
    for killed_at in KILLED_AT {
        // Where exactly depends on how the calls happen to fall.
        let killed_at = killed_at + feishu.calls.load(Ordering::Relaxed) % 17;
        tokio::time::timeout(PATIENCE, arriving.wait_for(|count| *count >= killed_at)).await.unwrap().unwrap();
        server.kill();
        server = Server::start(&world, &address, port);
    }
    for task in submitting {
        task.await.unwrap();
    }
    let expected = u64::try_from(REQUESTS).unwrap();
    while begun.elapsed() < PATIENCE && !is_all_done(&world, expected).await {
        sleep(Duration::from_millis(200)).await;
    }
    let taps = std::mem::take(&mut *feishu.taps.lock().unwrap());
    for tap in taps {
        tap.await.unwrap();
    }
    drop(server);

    assert_eq!(*feishu.refused_taps.lock().unwrap(), Vec::<String>::new());
    let mut cards: HashMap<(Value, Value), u32> = HashMap::new();
    for card in feishu.cards.lock().unwrap().values() {
        *cards.entry((card["actions"][0]["url"].clone(), card["user_id"].clone())).or_default() += 1;
    }
    assert_eq!(u64::try_from(cards.len()).unwrap(), expected, "a card is lost");
    assert!(cards.values().all(|count| *count == 1), "a card came twice");
    assert_eq!(feishu.texts.lock().unwrap().len(), 2 * HEARD, "one text for each submission and one for each decision");

    let db = world.db().read();
    let requests = approval::Entity::find().filter(approval::Column::Id.ne(1)).all(db).await.unwrap();
    assert_eq!(u64::try_from(requests.len()).unwrap(), expected, "a request is lost, or was submitted twice");
    let agreed = |row: &approval::Model| (row.state, row.decided_via) == (ApprovalState::Approved, Some(Door::Feishu));
    assert!(requests.iter().all(agreed), "a decision is lost");
    let lines = history::Entity::find().filter(history::Column::Kind.eq(HistoryKind::Apply));
    assert_eq!(
        lines.count(db).await.unwrap(),
        2 * expected,
        "one line for the source and one for the receiver of each"
    );
    let left = "{ assets(search: \"things\", first: 200) { nodes { quantity status } } }";
    let rows = world.ask_as(ADMIN, left, json!({})).await["assets"]["nodes"].as_array().unwrap().clone();
    let pieces = |status: &str| {
        let of = rows.iter().filter(|row| row["status"] == status);
        of.map(|row| row["quantity"].as_u64().unwrap()).sum::<u64>()
    };
    let all = 1000 * u64::try_from(ADMINS).unwrap();
    assert_eq!((pieces("UNUSED"), pieces("IN_USE")), (all - expected, expected), "every request moved one piece");
}

/// Whether every request is decided and every message done with.
async fn is_all_done(world: &World, requests: u64) -> bool {
    let db = world.db().read();
    let decided = approval::Entity::find().filter(approval::Column::State.eq(ApprovalState::Approved));
    let open = outbox::Entity::find().filter(outbox::Column::State.is_in(["waiting", "working"]));
    decided.count(db).await.unwrap() == requests && open.count(db).await.unwrap() == 0
}
