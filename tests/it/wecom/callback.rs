//! §10: what WeCom pushes is proven, taken in once, acknowledged, and acted on in order.

use assetry::{
    domain::directory::{places, profiles},
    entity::{inbox, words::LockedBy},
};
use axum::{
    body::Body,
    http::{Request, header},
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{person, system};
use crate::harness::{Reply, Wecom, World};

const PREFIX: &[u8; 16] = b"0123456789abcdef";

fn event(change: &str, elements: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[wwseed004corp00001]]></ToUserName><FromUserName>sys</FromUserName>\
         <CreateTime>1700000001</CreateTime><MsgType>event</MsgType><Event>change_contact</Event>\
         <ChangeType>{change}</ChangeType>{elements}</xml>"
    )
}

async fn send(world: &World, query: &str, body: String) -> Reply {
    let request = Request::post(format!("/api/wechat/callback?{query}"));
    world.send(request.body(Body::from(body)).unwrap()).await
}

async fn push(world: &World, message: &str, prefix: &[u8; 16]) -> Reply {
    let encrypted = Wecom::encrypt(message, prefix);
    let query = Wecom::query(world.app.now().timestamp(), &encrypted);
    send(world, &query, format!("<xml><AgentID/><Encrypt><![CDATA[{encrypted}]]></Encrypt><ToUserName/></xml>")).await
}

#[tokio::test]
async fn the_echo_is_answered_with_nothing_more() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let encrypted = Wecom::encrypt("3141592653589793238", PREFIX);
    let encoded: String = form_urlencoded::byte_serialize(encrypted.as_bytes()).collect();
    let query = Wecom::query(world.app.now().timestamp(), &encrypted);
    let reply = world.get(&format!("/api/wechat/callback?{query}&echostr={encoded}")).await;
    assert_eq!((reply.status.as_u16(), reply.text()), (200, "3141592653589793238"));
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/plain");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_order_and_takes_nothing_in() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let now = world.app.now().timestamp();
    let encrypted = Wecom::encrypt(&event("delete_user", "<UserID>demo</UserID>"), PREFIX);
    let body = format!("<xml><Encrypt>{encrypted}</Encrypt></xml>");
    let good = Wecom::query(now, &encrypted);
    let nonsense = "AAAA";
    for (query, body, status, message) in [
        (good.clone(), "x".repeat(256 * 1024 + 1), 413, "请求内容过大"),
        (String::new(), body.clone(), 400, "请求参数不正确"),
        (good.replace("nonce=", "once="), body.clone(), 400, "请求参数不正确"),
        (good.clone(), "no xml".to_owned(), 400, "请求参数不正确"),
        (good.clone(), "<xml/>".to_owned(), 400, "请求参数不正确"),
        (good.clone(), format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{body}"), 400, "请求参数不正确"),
        (good.replace("msg_signature=", "msg_signature=0"), body.clone(), 403, "签名不正确"),
        (Wecom::query(now - 301, &encrypted), body.clone(), 403, "签名不正确"),
        (Wecom::query(now + 301, &encrypted), body.clone(), 403, "签名不正确"),
        (Wecom::query(now, nonsense), format!("<xml><Encrypt>{nonsense}</Encrypt></xml>"), 400, "请求参数不正确"),
    ] {
        let reply = send(&world, &query, body).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["message"]), (status, &json!(message)), "{query}");
    }
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 0);
    let reply = world.get(&format!("/api/wechat/callback?{good}")).await;
    assert_eq!(reply.status.as_u16(), 400);
    let bare = World::demo().await;
    for reply in [bare.get("/api/wechat/callback").await, send(&bare, &good, String::new()).await] {
        assert_eq!((reply.status.as_u16(), &reply.json()["message"]), (503, &json!("未配置企业微信")));
    }
}

#[tokio::test]
async fn an_event_is_acknowledged_with_nothing_and_acted_on_once() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let message = event("create_user", "<UserID>wang</UserID><Name>王</Name><Status>1</Status>");
    for prefix in [PREFIX, b"fedcba9876543210", PREFIX] {
        let reply = push(&world, &message, prefix).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0));
    }
    assert!(person(&world, "wang").await.is_none(), "the answer does not wait for the work");
    assert_eq!(inbox::Entity::find().count(world.db().read()).await.unwrap(), 1);
    world.work().await;
    assert_eq!(person(&world, "wang").await.unwrap().name, "王");
    let row = inbox::Entity::find().one(world.db().read()).await.unwrap().unwrap();
    assert_eq!((row.state.as_str(), row.attempts), ("done", 1));
}

#[tokio::test]
async fn every_change_has_its_effect_in_order_of_arrival() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let user = "<UserID>wang</UserID>";
    for (change, elements) in [
        ("create_party", "<Id>40</Id><Name><![CDATA[部门]]></Name><ParentId>0</ParentId><Order>7</Order>".to_owned()),
        (
            "create_user",
            format!(
                "{user}<Name>王</Name><Department>40,1</Department><MainDepartment>40</MainDepartment><Mobile>555-0101</Mobile><Gender>2</Gender><Status>1</Status>"
            ),
        ),
        ("update_user", format!("{user}<Email>w@example.com</Email><Position></Position>")),
        ("update_party", "<Id>40</Id><Name>改名</Name>".to_owned()),
        ("unknown", String::new()),
    ] {
        assert_eq!(push(&world, &event(change, &elements), PREFIX).await.status.as_u16(), 200);
    }
    world.work().await;
    let wang = person(&world, "wang").await.unwrap();
    assert_eq!(
        (wang.department_id, wang.mobile.as_deref(), wang.email.as_deref()),
        (Some(40), Some("555-0101"), Some("w@example.com"))
    );
    let found = profiles(&system(&world), &[wang.id]).await.unwrap();
    assert_eq!(found[&wang.id].departments, json!([{ "40": { "id": 40, "name": "改名" } }]));
    assert_eq!(places(&system(&world), &[40]).await.unwrap()[&40].position, 7);

    push(&world, &event("update_user", &format!("{user}<NewUserID>wang2</NewUserID><Name>王二</Name>")), PREFIX).await;
    push(&world, &event("delete_party", "<Id>40</Id>"), PREFIX).await;
    world.work().await;
    // The same key as the update before, so it was taken for a repetition: WeCom's key has no more in it.
    assert!(person(&world, "wang2").await.is_none());
    assert!(!places(&system(&world), &[40]).await.unwrap()[&40].delivered);
    let later = event("update_user", &format!("{user}<NewUserID>wang2</NewUserID><Name>王二</Name>"))
        .replace("1700000001", "1700000002");
    push(&world, &later, PREFIX).await;
    world.work().await;
    let renamed = person(&world, "wang2").await.unwrap();
    assert_eq!((renamed.id, renamed.name.as_str()), (wang.id, "王二"));

    push(&world, &event("delete_user", "<UserID>WANG2</UserID>"), PREFIX).await;
    push(&world, &event("delete_user", "<UserID>nobody-here</UserID>"), PREFIX).await;
    world.work().await;
    assert_eq!(person(&world, "wang2").await.unwrap().locked_by, Some(LockedBy::Wecom));
    assert!(person(&world, "nobody-here").await.is_none());
    let states = inbox::Entity::find().all(world.db().read()).await.unwrap();
    assert!(states.iter().all(|row| row.state == "done" || row.state == "ignored"), "{states:?}");
}

#[tokio::test]
async fn what_was_being_done_when_the_server_stopped_is_done_after() {
    use sea_orm::ConnectionTrait;
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    push(&world, &event("create_user", "<UserID>first</UserID>"), PREFIX).await;
    push(&world, &event("create_user", "<UserID>second</UserID>"), PREFIX).await;
    let tx = world.db().begin().await.unwrap();
    let until = world.app.now() + chrono::TimeDelta::seconds(30);
    let sql = format!("UPDATE inbox SET state = 'working', next_at = '{}' WHERE id = 1", until.to_rfc3339());
    tx.execute_unprepared(&sql).await.unwrap();
    tx.commit().await.unwrap();
    world.work().await;
    assert!(person(&world, "second").await.is_none(), "nobody overtakes");
    world.clock.advance(chrono::TimeDelta::minutes(2));
    world.work().await;
    assert!(person(&world, "first").await.is_some() && person(&world, "second").await.is_some());
}
