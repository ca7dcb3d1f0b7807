//! `POST /api/feishu_get_event`: every row of §1.5, in order.

use assetry::settings::{self, Secret};
use aws_lc_rs::{
    cipher::{AES_256, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    digest::{SHA256, digest},
};
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::harness::{Content, Reply, World};

const KEY: &str = "an Encrypt Key";
const TOKEN: &str = "a Verification Token";

/// A world on Feishu with these secrets.
async fn world(key: bool, token: bool, allow_unsigned: bool) -> World {
    let settings = settings::Feishu {
        encrypt_key: key.then(|| Secret::new(KEY)),
        verification_token: token.then(|| Secret::new(TOKEN)),
        allow_unsigned: Some(allow_unsigned),
        ..settings::Feishu::default()
    };
    World::on_feishu(Content::Demo, settings).await
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encrypted(plain: &Value) -> String {
    let key = digest(&SHA256, KEY.as_bytes());
    let key = UnboundCipherKey::new(&AES_256, key.as_ref()).unwrap();
    let mut bytes = plain.to_string().into_bytes();
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).unwrap();
    let vector = [7; 16];
    let context = EncryptionContext::Iv128(aws_lc_rs::iv::FixedLength::from(vector));
    key.less_safe_encrypt(&mut bytes, context).unwrap();
    json!({ "encrypt": STANDARD.encode([&vector[..], &bytes].concat()) }).to_string()
}

impl World {
    /// Pushes `body`, signed by `key` now.
    async fn pushed_signed(&self, key: &str, body: &str) -> Reply {
        let timestamp = self.app.now().timestamp().to_string();
        let signature = hex(digest(&SHA256, [&timestamp, "nonce", key, body].concat().as_bytes()).as_ref());
        let headers = [
            ("X-Lark-Request-Timestamp", timestamp.as_str()),
            ("X-Lark-Request-Nonce", "nonce"),
            ("X-Lark-Signature", signature.as_str()),
        ];
        self.pushed(&headers, body.to_owned()).await
    }

    async fn stored(&self) -> u64 {
        assetry::entity::inbox::Entity::find().count(self.db().read()).await.unwrap()
    }
}

fn said(reply: &Reply) -> (u16, Value) {
    assert_eq!(reply.headers["content-type"], "application/json");
    (reply.status.as_u16(), reply.json())
}

fn refused(info: &str) -> (u16, Value) {
    (400, json!({ "code": -2, "info": info }))
}

fn taken() -> (u16, Value) {
    (200, json!({ "code": 0, "info": "Success" }))
}

/// A newcomer in the envelope of the second generation.
fn created(id: &str, token: Option<&str>) -> Value {
    let mut body = json!({
        "schema": "2.0",
        "header": {
            "event_id": id, "event_type": "contact.user.created_v3", "create_time": "1604455200000", "tenant_key": "tenant",
        },
        "event": { "object": { "open_id": "ou_1", "name": "张三" } },
    });
    if let Some(token) = token {
        body["header"]["token"] = json!(token);
    }
    body
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_order() {
    let world = world(false, false, true).await;
    let reply = world.pushed(&[], vec![b' '; 4 * 1024 * 1024 + 1]).await;
    assert_eq!(said(&reply), (413, json!({ "code": -2, "info": "请求内容过大" })));
    for body in ["", "[]", "{", "\"x\"", "\u{feff}{}", &"{\"a\":".repeat(65)] {
        assert_eq!(said(&world.pushed(&[], body.to_owned()).await), refused("请求体不是合法的JSON"), "{body}");
    }
    assert_eq!(said(&world.pushed(&[], vec![b'"', 0xff, b'"']).await), refused("请求体不是合法的JSON"));
    let object = |object: Value| json!({ "event": { "object": object } });
    for (body, missing) in [
        (json!({}), "event"),
        (json!({ "event": [] }), "event"),
        (json!({ "event": "x", "header": {} }), "event"),
        (json!({ "event": {} }), "object"),
        (json!({ "event": { "object": 1 } }), "object"),
        (object(json!({})), "user_id"),
        (object(json!({ "name": "x" })), "user_id"),
        (object(json!({ "user_id": true, "name": "x" })), "user_id"),
        (object(json!({ "user_id": "u" })), "name"),
        (object(json!({ "user_id": "u", "name": null })), "name"),
        (object(json!({ "open_id": "ou_1", "name": [] })), "name"),
    ] {
        let info = format!("缺少{missing}信息或{missing}类型不正确");
        assert_eq!(said(&world.pushed(&[], body.to_string()).await), refused(&info), "{body}");
    }
    assert_eq!(world.stored().await, 0);
    for body in [
        object(json!({ "user_id": "e33ggbyz", "name": "张三", "mobile": "12345678910" })),
        object(json!({ "open_id": "ou_1", "name": "" })),
        object(json!({ "user_id": 7, "name": 8 })),
        created("e1", None),
        created("e1", None),
        json!({ "uuid": "u1", "ts": "1604455200.1", "type": "event_callback", "event": { "type": "unknown" } }),
        json!({ "schema": "2.0", "header": { "event_id": "e2", "event_type": "im.message.receive_v1" }, "event": {} }),
    ] {
        assert_eq!(said(&world.pushed(&[("content-type", "text/plain")], body.to_string()).await), taken(), "{body}");
    }
    assert_eq!(world.stored().await, 6);
    world.act_for_feishu().await;
    let states: Vec<_> = world.inbox_rows().await.into_iter().map(|row| row.state.word().to_owned()).collect();
    assert_eq!(states, ["done", "done", "done", "ignored", "ignored", "ignored"]);
}

#[tokio::test]
async fn challenges_are_given_back_exactly() {
    let plain = |token: Option<&str>| {
        let mut body = json!({ "challenge": "ajls384kdjx98XX", "type": "url_verification" });
        if let Some(token) = token {
            body["token"] = json!(token);
        }
        body
    };
    let new = json!({ "schema": "2.0", "header": { "event_type": "url_verification", "token": TOKEN }, "challenge": "ajls384kdjx98XX" });
    let right = || plain(Some(TOKEN)).to_string();
    for (key, token, unsigned, body, is_given) in [
        (false, false, true, plain(None).to_string(), true),
        (false, false, true, plain(Some("x")).to_string(), true),
        (false, true, true, right(), true),
        (false, true, false, new.to_string(), true),
        (false, true, true, plain(None).to_string(), false),
        (false, true, true, plain(Some("x")).to_string(), false),
        (true, true, false, right(), true),
        (true, true, false, encrypted(&plain(Some(TOKEN))), true),
        (true, true, false, encrypted(&plain(Some("x"))), false),
    ] {
        let world = world(key, token, unsigned).await;
        // Signatures do not matter here, wrong ones included.
        let reply = world.pushed(&[("X-Lark-Signature", "wrong")], body.clone()).await;
        if is_given {
            assert_eq!((reply.status, reply.text()), (StatusCode::OK, "{\"challenge\":\"ajls384kdjx98XX\"}"), "{body}");
        } else {
            assert_eq!(said(&reply), refused("回调验证失败"), "{body}");
        }
        assert_eq!(world.stored().await, 0);
    }
}

#[tokio::test]
async fn events_need_proof_and_what_is_refused_leaves_nothing() {
    let with = created("e", Some(TOKEN)).to_string();
    let without = created("e", None).to_string();
    let wrong = created("e", Some("x")).to_string();
    let sealed = |token| encrypted(&created("e", token));
    let failed = || refused("回调验证失败");
    // The Encrypt Key, the token, without proof; the body, and the key that signs it.
    for (key, token, unsigned, body, signed, outcome) in [
        (false, false, false, without.clone(), None, refused("回调验证未配置")),
        (false, false, true, without.clone(), None, taken()),
        (false, true, false, with.clone(), None, taken()),
        (false, true, true, without.clone(), None, failed()),
        (false, true, true, wrong.clone(), None, failed()),
        (true, true, false, with.clone(), Some(KEY), taken()),
        (true, true, false, wrong.clone(), Some(KEY), failed()),
        (true, true, true, with.clone(), None, failed()),
        (true, true, true, with.clone(), Some("another key"), failed()),
        (true, true, false, sealed(Some(TOKEN)), Some(KEY), taken()),
        (true, true, false, sealed(None), Some(KEY), taken()),
        (true, true, true, sealed(Some(TOKEN)), None, failed()),
        (true, false, false, sealed(None), Some(KEY), taken()),
        (true, true, true, json!({ "encrypt": "x" }).to_string(), Some(KEY), failed()),
        (false, true, true, sealed(Some(TOKEN)), Some(KEY), failed()),
    ] {
        let world = world(key, token, unsigned).await;
        let before = world.everything_known().await;
        let reply = match signed {
            Some(key) => world.pushed_signed(key, &body).await,
            None => world.pushed(&[], body.clone()).await,
        };
        assert_eq!(said(&reply), outcome, "{key} {token} {unsigned} {body}");
        world.act_for_feishu().await;
        let is_taken = outcome == taken();
        assert_eq!(world.stored().await, u64::from(is_taken));
        assert_eq!(world.everything_known().await == before, !is_taken);
        // What was proved teaches whose people we take.
        let learned = assetry::entity::learned::Entity::find().count(world.db().read()).await.unwrap();
        assert_eq!(learned, u64::from(is_taken && (key || token)));
    }
}

#[tokio::test]
async fn a_signature_gets_old() {
    let world = world(true, false, false).await;
    let body = created("e", None).to_string();
    let timestamp = (world.app.now().timestamp() - 28_801).to_string();
    let signature = hex(digest(&SHA256, [&timestamp, "nonce", KEY, body.as_str()].concat().as_bytes()).as_ref());
    let headers = [
        ("X-Lark-Request-Timestamp", timestamp.as_str()),
        ("X-Lark-Request-Nonce", "nonce"),
        ("X-Lark-Signature", signature.as_str()),
    ];
    assert_eq!(said(&world.pushed(&headers, body).await), refused("回调验证失败"));
    assert_eq!(world.stored().await, 0);
}
