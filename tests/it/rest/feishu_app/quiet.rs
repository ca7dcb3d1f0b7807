//! §8: no secret, no token, no code and no number is in any line of the log, whatever fails.

use assetry::settings::Secret;
use axum::http::Method;
use serde_json::json;

use super::{USER_INFO, V1, V2, bind, both, both_with, call, comes, known, log_in, pair, profile, session, state_of};
use crate::harness::{FEISHU_SECRET, FeishuFault, Log};

#[tokio::test]
async fn nothing_secret_is_logged() {
    let log = Log::listen();
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

    let text = log.text();
    assert!(text.contains("somebody could not log in because of Feishu"), "{text}");
    let secrets = ["invented-code", "u-first", "ur-first", "u-second", "13800001234", "13800000000", "token-1"];
    for secret in secrets.into_iter().chain([FEISHU_SECRET, &state, &session, &verifier]) {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

#[tokio::test]
async fn nothing_secret_of_pushes_and_cards_is_logged() {
    let log = Log::listen();
    let (world, feishu) = both_with(|settings| {
        settings.encrypt_key = Some(Secret::new("invented encrypt key"));
        settings.verification_token = Some(Secret::new("invented verification"));
        settings.approval_callback_token = Some(Secret::new("invented callback"));
    })
    .await;
    known(&world, Some("lwk4j5lk234"), "ou_admin", None).await;
    let claim =
        "mutation { approvalSubmit(input: { type: RETURN, assetId: \"1603786083cjxyxHTB\", acceptWarnings: true }) {
        approval { id } userErrors { code } } }";
    let token = world.token("samplestaff").await;
    let submitted = world.graphql(claim, json!({}), Some(&token)).await;
    assert!(submitted["data"]["approvalSubmit"]["approval"]["id"].is_string(), "{submitted}");
    let send = "/open-apis/approval/v1/message/send";
    feishu.fail(send, [FeishuFault::Code(400, 99_991_663), FeishuFault::Code(400, 230_013), FeishuFault::Broken]);
    let taken = assetry::domain::notices::take(&world.app, 8).await.unwrap();
    for row in &taken.messages {
        assetry::domain::notices::send(&world.app, row).await.unwrap();
    }
    assert!(!feishu.calls(send).is_empty());
    let person = json!({ "open_id": "ou_x", "name": "x", "mobile": "13800001234" });
    let event = json!({
        "schema": "2.0", "event": { "object": person },
        "header": { "event_id": "e", "event_type": "contact.user.created_v3", "token": "invented verification" },
    });
    for path in ["/api/feishu_get_event", "/api/feishu/card"] {
        call(&world, Method::POST, path, &[("x-lark-signature", "invented signature")], event.to_string()).await;
    }
    for token in ["invented callback", "another token"] {
        let tap = json!({ "action_type": "APPROVE", "message_id": "none", "token": token, "reason": "13800001234" });
        call(&world, Method::POST, "/api/feishu_approval", &[], tap.to_string()).await;
    }
    let shown = format!("{:?}", world.app.feishu);

    let text = log.text();
    assert!(text.contains("a message to Feishu did not leave"), "{text}");
    for secret in ["invented", "13800001234", "token-1", &token, FEISHU_SECRET, "another token"] {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
        assert!(!shown.contains(secret), "{secret} is shown by the app");
    }
}
