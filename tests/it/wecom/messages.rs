//! Messages to members (contract: laravel-template §4.11, §8.5).

use assetry::{
    domain::{Code, Context, directory::wecom},
    entity::{outbox, words::DeliveryState},
    settings::Wecom,
};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use serde_json::json;

use super::{both, code, department, member};
use crate::harness::{AGENT, Content, Says, WecomStandIn, World};

async fn send(ctx: &Context, usernames: &[&str], text: &str) -> Option<Code> {
    let usernames: Vec<String> = usernames.iter().map(|name| (*name).to_owned()).collect();
    code(wecom::send_message(ctx, &usernames, text).await)
}

async fn rows(world: &World) -> Vec<outbox::Model> {
    // The demo data has a message of its own, on another platform.
    outbox::Entity::find()
        .filter(outbox::Column::Channel.eq("wecom"))
        .order_by_asc(outbox::Column::Id)
        .all(world.db().read())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_message_is_written_down_and_sent() {
    let (world, wecom) = both(Content::Demo).await;
    let ctx = world.called("sdfg").await;
    assert_eq!(send(&ctx, &["testuser", "DEMO", "Asdf", "testuser"], "测试\u{7}消息\t").await, None);
    let calls = wecom.calls("message/send");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].body["agentid"], AGENT);
    assert_eq!(calls[0].body["text"]["content"], "测试消息\t");
    // In order of key, and never to accounts that are nobody's own.
    assert_eq!(calls[0].body["touser"], "asdf|testuser");
    let rows = rows(&world).await;
    assert_eq!((rows.len(), rows[0].state.word(), rows[0].message_id.as_deref()), (1, "sent", Some("message-1")));
    assert!(!wecom::send_next(&world.app).await.unwrap());
}

#[tokio::test]
async fn the_linked_userid_goes_before_the_username() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &[member("TestUser", json!({}))]);
    world.sync().await;
    assert_eq!(send(&world.called("sdfg").await, &["testuser"], "x").await, None);
    assert_eq!(wecom.calls("message/send")[0].body["touser"], "TestUser");
}

#[tokio::test]
async fn what_is_wrong_is_said_from_the_top_and_wecom_is_not_called() {
    let (world, wecom) = both(Content::Demo).await;
    let ctx = world.called("sdfg").await;
    for (usernames, text, refusal, field) in [
        (&[][..], "x", Code::Required, Some("usernames")),
        (&[""][..], "x", Code::Required, Some("usernames")),
        (&["nobody", " "][..], "x", Code::Required, Some("usernames")),
        (&["nobody"][..], "", Code::Required, Some("text")),
        (&["nobody"][..], "\u{1}\n", Code::Required, Some("text")),
        (&["testuser", "nobody"][..], "x", Code::StaffNotFound, Some("usernames")),
        (&["a\0b"][..], "x", Code::StaffNotFound, Some("usernames")),
        (&["demo", "suadmin", "admin"][..], "x", Code::MessageFailed, None),
    ] {
        let usernames: Vec<String> = usernames.iter().map(|name| (*name).to_owned()).collect();
        let fault = wecom::send_message(&ctx, &usernames, text).await.unwrap_err();
        assert_eq!((fault.code, fault.field), (refusal, field), "{usernames:?} {text:?}");
    }
    assert_eq!(wecom.count("gettoken") + wecom.count("message/send"), 0);
    assert!(rows(&world).await.is_empty());
    assert_eq!(send(&world.called("asdf").await, &["testuser"], "x").await, Some(Code::Forbidden));

    let plain = World::demo().await;
    let ctx = plain.called("sdfg").await;
    assert_eq!(send(&ctx, &["testuser"], "x").await, Some(Code::WecomNotConfigured));
    assert_eq!(send(&ctx, &["nobody"], "x").await, Some(Code::StaffNotFound));
    assert_eq!(send(&ctx, &["demo"], "x").await, Some(Code::MessageFailed));

    let stand_in = WecomStandIn::start().await;
    let headless = World::on_wecom(Content::Demo, Wecom { agent_id: None, ..stand_in.settings() }).await;
    assert_eq!(send(&headless.called("sdfg").await, &["testuser"], "x").await, Some(Code::WecomNotConfigured));
}

#[tokio::test]
async fn what_wecom_says_decides_whether_it_was_sent() {
    let (world, wecom) = both(Content::Demo).await;
    let ctx = world.called("sdfg").await;
    let told = |invalid: &str, unlicensed: &str| {
        Says::Json(json!({ "errcode": 0, "invaliduser": invalid, "unlicenseduser": unlicensed }))
    };
    for (says, outcome) in [
        (told("", ""), None),
        (told("somebody-else", ""), None),
        (told("ASDF", ""), Some(Code::MessagePartlySent)),
        (told("", "testuser"), Some(Code::MessagePartlySent)),
        (told("asdf", "testuser"), Some(Code::MessageFailed)),
        (told("asdf|testuser", "asdf"), Some(Code::MessageFailed)),
        (Says::Code(60111), Some(Code::MessageFailed)),
        (Says::Code(81013), Some(Code::MessageFailed)),
        (Says::Code(60011), Some(Code::MessageFailed)),
        (Says::Status(502), Some(Code::MessageFailed)),
        (Says::Text("nonsense"), Some(Code::MessageFailed)),
        (Says::Cut, Some(Code::MessageFailed)),
    ] {
        let before = wecom.count("message/send");
        wecom.say("message/send", [says.clone()]);
        assert_eq!(send(&ctx, &["asdf", "testuser"], "x").await, outcome, "{says:?}");
        assert_eq!(wecom.count("message/send"), before + 1, "{says:?}");
    }
    assert!(!wecom::send_next(&world.app).await.unwrap(), "a failed message was sent again");
}

#[tokio::test]
async fn more_than_a_thousand_recipients_take_several_calls() {
    let (world, wecom) = both(Content::Tables).await;
    wecom.departments(&[department(1, 0, "a")]);
    let members: Vec<_> = (0..1500).map(|at| member(&format!("u{at}"), json!({}))).collect();
    wecom.members(1, &members);
    world.sync().await;
    let names: Vec<String> = (0..1500).map(|at| format!("u{at}")).collect();
    wecom.say("message/send", [Says::Json(json!({ "errcode": 0 })), Says::Code(44004)]);
    let outcome = wecom::send_message(&world.server(), &names, "x").await;
    assert_eq!(code(outcome), Some(Code::MessagePartlySent));
    let sizes: Vec<_> = wecom
        .calls("message/send")
        .iter()
        .map(|call| call.body["touser"].as_str().unwrap().split('|').count())
        .collect();
    assert_eq!(sizes, [1000, 500]);
}

#[tokio::test]
async fn what_a_dead_server_wrote_down_is_sent_once_or_given_up() {
    let (world, wecom) = both(Content::Demo).await;
    let written = |state: &str, uuid: &str| outbox::ActiveModel {
        uuid: Set(uuid.to_owned()),
        channel: Set("wecom".to_owned()),
        kind: Set("text".to_owned()),
        lane: Set(uuid.to_owned()),
        body: Set(json!({ "touser": ["testuser"], "content": uuid }).to_string()),
        state: Set(DeliveryState::parse(state).unwrap()),
        attempts: Set(0),
        next_at: Set(world.app.now() + TimeDelta::seconds(30)),
        created_at: Set(world.app.now()),
        ..Default::default()
    };
    let tx = world.db().begin().await.unwrap();
    written("waiting", "unsent").insert(&tx).await.unwrap();
    written("working", "perhaps sent").insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!wecom::send_next(&world.app).await.unwrap(), "its writer may still live");
    world.clock.advance(TimeDelta::seconds(30));
    while wecom::send_next(&world.app).await.unwrap() {}
    let calls = wecom.calls("message/send");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].body["text"]["content"], "unsent");
    let rows = rows(&world).await;
    let states: Vec<_> = rows.iter().map(|row| (row.state.word(), row.last_error.as_deref())).collect();
    assert_eq!(states, [("sent", None), ("failed", Some("the server stopped while it was being sent"))]);

    // What is done with goes after a month.
    world.clock.advance(TimeDelta::days(29));
    assert_eq!(wecom::sweep(&world.app).await.unwrap(), 0);
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(wecom::sweep(&world.app).await.unwrap(), 2);
    assert!(self::rows(&world).await.is_empty());
}

#[tokio::test]
async fn of_servers_that_look_at_once_one_sends() {
    let (world, wecom) = both(Content::Demo).await;
    assert_eq!(send(&world.called("sdfg").await, &["testuser"], "x").await, None);
    let mut row = rows(&world).await.remove(0).into_active_model();
    row.state = Set(DeliveryState::Waiting);
    row.next_at = Set(world.app.now());
    let tx = world.db().begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let servers = (0..8).map(|_| wecom::send_next(&world.app));
    let did = futures_util::future::join_all(servers).await;
    assert_eq!(did.into_iter().filter(|did| *did.as_ref().unwrap()).count(), 1);
    assert_eq!(wecom.count("message/send"), 2);
}
