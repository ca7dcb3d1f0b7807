//! No secret and no token is in any line of the log, whatever fails.

use assetry::domain::directory::wecom::{self, Part};
use serde_json::json;

use super::{both, department, member};
use crate::harness::{Content, Log, SECRET, Says};

#[tokio::test]
async fn nothing_secret_is_logged() {
    let log = Log::listen();
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &[member("u", json!({})), json!({ "userid": "///" })]);
    let faults = || {
        [
            Says::Code(-1),
            Says::Code(42001),
            Says::Code(40056),
            Says::Code(60020),
            Says::Status(500),
            Says::Text("invented-access-token-1"),
            Says::Cut,
        ]
    };
    for fault in faults() {
        for path in ["gettoken", "auth/getuserinfo", "department/list", "user/list", "message/send"] {
            wecom.say(path, [fault.clone()]);
        }
        for _ in 0..2 {
            let _ = wecom::person_of_code(&world.app, "code-of-nobody-invented-code").await;
            wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
            let _ = wecom::sync_next(&world.app, std::future::pending()).await;
            let _ = wecom::send_message(&world.server(), &["testuser".to_owned()], "a private text").await;
        }
    }
    wecom.say("gettoken", [Says::Code(40001)]);
    wecom.say("department/list", [Says::Code(40014)]);
    let _ = wecom::person_of_code(&world.app, "code-of-x").await;
    let shown = format!("{:?}", world.app.wecom);
    drop(wecom);
    wecom::sync_soon(&world.server(), Part::Staff).await.unwrap();
    let _ = wecom::sync_next(&world.app, std::future::pending()).await;

    let text = log.text();
    assert!(
        text.contains("a call of WeCom failed") && text.contains("WeCom refuses the app as it is set up"),
        "{text}"
    );
    for secret in [SECRET, "invented-access-token", "inventedtoken", "InventedKey", "invented-code", "a private text"] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
        assert!(!shown.contains(secret), "{secret} is shown by the app");
    }
}
