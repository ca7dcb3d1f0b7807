//! §10 over HTTP: what the address of WeCom's callbacks answers, in the order of its checks.

use assetry::entity::inbox;
use axum::{
    body::Body,
    http::{Request, header},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::work;
use crate::harness::{Content, Reply, WecomStandIn, World, sealed};

const RANDOM: &[u8; 16] = b"0123456789abcdef";

async fn both() -> (World, WecomStandIn) {
    let wecom = WecomStandIn::start().await;
    (World::on_wecom(Content::Demo, wecom.settings()).await, wecom)
}

fn query(message: &str, seconds: i64) -> (String, String) {
    let (stamp, sealed) = sealed(message, RANDOM, seconds);
    (format!("msg_signature={}&timestamp={}&nonce={}", stamp.signature, stamp.timestamp, stamp.nonce), sealed)
}

async fn send(world: &World, query: &str, body: impl Into<Body>) -> Reply {
    world.send(Request::post(format!("/api/wechat/callback?{query}")).body(body.into()).unwrap()).await
}

fn leaves(userid: &str) -> String {
    format!(
        "<xml><FromUserName>sys</FromUserName><CreateTime>1700000001</CreateTime><MsgType>event</MsgType>\
         <Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID><![CDATA[{userid}]]></UserID></xml>"
    )
}

#[tokio::test]
async fn the_echo_is_answered_with_nothing_more() {
    let (world, _wecom) = both().await;
    let (query, sealed) = query("3141592653589793238", world.app.now().timestamp());
    let encoded: String = form_urlencoded::byte_serialize(sealed.as_bytes()).collect();
    let reply = world.get(&format!("/api/wechat/callback?{query}&echostr={encoded}")).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (200, "3141592653589793238"));
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/plain");
    assert_eq!(world.get(&format!("/api/wechat/callback?{query}")).await.status.as_u16(), 400);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_order_and_takes_nothing_in() {
    let (world, _wecom) = both().await;
    let now = world.app.now().timestamp();
    let (good, message) = query(&leaves("demo"), now);
    let body = format!("<xml><Encrypt>{message}</Encrypt></xml>");
    let old = query(&leaves("demo"), now - 301).0;
    for (query, body, status, text) in [
        (good.clone(), "x".repeat(256 * 1024 + 1), 413, "请求内容过大"),
        (String::new(), body.clone(), 400, "请求参数不正确"),
        (good.replace("nonce=", "once="), body.clone(), 400, "请求参数不正确"),
        (good.clone(), "no xml".to_owned(), 400, "请求参数不正确"),
        (good.clone(), "<xml/>".to_owned(), 400, "请求参数不正确"),
        (good.clone(), format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{body}"), 400, "请求参数不正确"),
        (good.replace("msg_signature=", "msg_signature=0"), body.clone(), 403, "签名不正确"),
        (old, body.clone(), 403, "签名不正确"),
    ] {
        let reply = send(&world, &query, body).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["message"]), (status, &json!(text)), "{query}");
        assert_eq!(reply.json()["status_code"], status);
    }
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 0);
    let bare = World::demo().await;
    for reply in [bare.get("/api/wechat/callback").await, send(&bare, &good, "").await] {
        assert_eq!((reply.status.as_u16(), &reply.json()["message"]), (503, &json!("未配置企业微信")));
    }
}

#[tokio::test]
async fn an_event_is_acknowledged_with_nothing_and_acted_on_afterwards() {
    let (world, _wecom) = both().await;
    let now = world.app.now().timestamp();
    let token = world.token("demo").await;
    for _ in 0..3 {
        let (query, message) = query(&leaves("DEMO"), now);
        let body = format!("<xml><AgentID/><Encrypt><![CDATA[{message}]]></Encrypt><ToUserName/></xml>");
        let reply = send(&world, &query, body).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0));
    }
    assert_eq!(super::get(&world, "/api/limits", Some(&token)).await.status.as_u16(), 200);
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 1);
    work(&world).await;
    assert_eq!(super::get(&world, "/api/limits", Some(&token)).await.status.as_u16(), 401);
}
