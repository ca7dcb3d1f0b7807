//! Login with a code of WeCom (contract: laravel-template §4.5).

use std::future;

use assetry::domain::{Code, Key, directory::wecom, staff};
use chrono::TimeDelta;
use serde_json::json;

use super::{both, code, department, member};
use crate::harness::{Content, Says, World};

#[tokio::test]
async fn a_code_leads_to_the_linked_person_else_to_who_is_called_so() {
    let (world, wecom) = both(Content::Demo).await;
    let by = async |userid: &str| wecom::person_of_code(&world.app, &format!("code-of-{userid}")).await;
    assert_eq!(by("asdf").await.unwrap().username, "asdf");
    assert_eq!(by("ASDF").await.unwrap().username, "asdf");

    wecom.departments(&[department(1, 0, "a")]);
    wecom.members(1, &[member("asdf", json!({}))]);
    world.sync().await;
    let person = world.person_called("asdf").await;
    let rename = staff::Update { username: Some("renamed".to_owned()), ..Default::default() };
    staff::update(&world.server(), &Key::Id(person.id), &rename).await.unwrap();
    assert_eq!(by("Asdf").await.unwrap().id, person.id);
    // Who has taken a username is not who the userid belongs to.
    assert_eq!(code(by("renamed").await), Some(Code::WecomNewcomer));
}

#[tokio::test]
async fn a_locked_person_is_given_for_the_caller_to_refuse() {
    let (world, _wecom) = both(Content::Demo).await;
    let person = world.person_called("asdf").await;
    staff::lock(&world.server(), &Key::Id(person.id)).await.unwrap();
    assert!(wecom::person_of_code(&world.app, "code-of-asdf").await.unwrap().locked);
}

#[tokio::test]
async fn outsiders_bad_codes_and_a_wecom_that_fails_are_one_refusal() {
    let (world, wecom) = both(Content::Demo).await;
    for says in [
        Says::Json(json!({ "errcode": 0, "openid": "o" })),
        Says::Json(json!({ "errcode": 0, "userid": "other/asdf" })),
        Says::Code(40029),
        Says::Code(60020),
        Says::Status(500),
        Says::Text("<html>"),
        Says::Cut,
    ] {
        wecom.say("auth/getuserinfo", [says.clone()]);
        let outcome = wecom::person_of_code(&world.app, "code-of-asdf").await;
        assert_eq!(code(outcome), Some(Code::WecomOutsider), "{says:?}");
    }
    assert_eq!(wecom.count("auth/getuserinfo"), 7);
    let long = format!("code-of-asdf{}", "x".repeat(501));
    for unasked in [long.as_str(), ""] {
        assert_eq!(code(wecom::person_of_code(&world.app, unasked).await), Some(Code::WecomOutsider));
    }
    assert_eq!(wecom.count("auth/getuserinfo"), 7);
    let plain = World::demo().await;
    assert_eq!(code(wecom::person_of_code(&plain.app, "code-of-asdf").await), Some(Code::WecomNotConfigured));
}

#[tokio::test]
async fn a_newcomer_asks_for_a_sync_once_a_minute() {
    let (world, wecom) = both(Content::Demo).await;
    wecom.departments(&[department(1, 0, "a")]);
    let come = async || code(wecom::person_of_code(&world.app, "code-of-newcomer").await);
    let synced = async || wecom::sync_next(&world.app, future::pending()).await.unwrap();
    assert_eq!(come().await, Some(Code::WecomNewcomer));
    assert!(synced().await);
    assert_eq!(come().await, Some(Code::WecomNewcomer));
    assert!(!synced().await, "a second sync within the minute");
    world.clock.advance(TimeDelta::seconds(59));
    come().await;
    assert!(!synced().await);
    world.clock.advance(TimeDelta::seconds(1));
    wecom.members(1, &[member("newcomer", json!({}))]);
    come().await;
    assert!(synced().await);
    assert_eq!(come().await, None);
}
