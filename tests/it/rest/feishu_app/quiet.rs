//! §8: no secret, no token, no code and no number is in any line of the log, whatever fails.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::http::Method;
use serde_json::json;
use tracing_subscriber::{
    filter::filter_fn,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
};

use super::{USER_INFO, V1, V2, bind, both, call, comes, known, log_in, pair, profile, session, state_of};
use crate::harness::{FEISHU_SECRET, FeishuFault};

/// Keeps every line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_secret_is_logged() {
    let lines = Lines::default();
    let log = fmt::layer().with_ansi(false).with_writer(lines.clone());
    // Spans wander to the threads of the database, which do not listen.
    let log = registry().with(log).with(filter_fn(|about| about.is_event()));
    let listening = tracing::subscriber::set_default(log);
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let way = call(&world, Method::GET, "/api/feishu/authorize?redirect_uri=http://assetry.test/in", &[], "").await;
    let state = state_of(&way.headers).to_owned();
    let body = json!({ "code": "invented-code", "state": state });
    let cookie = format!("feishu_state={state}");
    let reply = call(&world, Method::POST, "/api/qrLogin", &[("cookie", &cookie)], body.to_string()).await;
    let session = session(&reply);
    let look = async || world.graphql("{ viewer { feishuProfile { name } } }", json!({}), Some(&session)).await;
    feishu.expire("u-first");
    feishu.answer(V2, [pair("second")]);
    look().await;
    for fault in [
        FeishuFault::Code(400, 20004),
        FeishuFault::Code(400, 20027),
        FeishuFault::Code(200, 1),
        FeishuFault::Status(500),
        FeishuFault::Broken,
        FeishuFault::Cut,
    ] {
        let mobile = "/open-apis/contact/v3/users/batch_get_id";
        for path in [V2, V1, USER_INFO, mobile] {
            feishu.fail(path, [fault.clone()]);
        }
        log_in(&world, &json!({ "code": "invented-code" })).await;
        look().await;
        bind(&world, &session, "张三", "13800001234").await;
    }
    feishu.refuse_tokens([FeishuFault::Code(200, 10014)]);
    bind(&world, &session, "张三", "13800001234").await;
    let verifier = feishu.calls(V2)[0].sent["code_verifier"].as_str().unwrap().to_owned();
    drop(listening);

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("somebody could not log in because of Feishu"), "{text}");
    let secrets = ["invented-code", "u-first", "ur-first", "u-second", "13800001234", "13800000000", "token-1"];
    for secret in secrets.into_iter().chain([FEISHU_SECRET, &state, &session, &verifier]) {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}
