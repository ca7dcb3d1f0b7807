//! §8: the token, the error table, and what goes wrong on the way.

use std::sync::Arc;

use assetry::wecom::{Client, Failure, Member};
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Fault, Wecom, World};

fn client(world: &World) -> &Client {
    world.app.wecom.as_ref().unwrap()
}

#[tokio::test]
async fn any_number_of_callers_fetch_one_token() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let calls = join_all((0..20).map(|_| client(&world).departments())).await;
    assert!(calls.iter().all(Result::is_ok));
    assert_eq!(wecom.calls("gettoken").len(), 1);
    world.clock.advance(TimeDelta::seconds(7200 - 301));
    client(&world).departments().await.unwrap();
    assert_eq!(wecom.calls("gettoken").len(), 1);
    world.clock.advance(TimeDelta::seconds(1));
    client(&world).departments().await.unwrap();
    assert_eq!(wecom.calls("gettoken").len(), 2);
}

#[tokio::test]
async fn refused_credentials_are_not_tried_again_for_a_minute() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    for code in [40001, 40013] {
        wecom.fail("gettoken", [Fault::Code(code)]);
        let before = wecom.calls("gettoken").len();
        assert_eq!(client(&world).departments().await, Err(Failure::Refused(code)));
        let waiting = join_all((0..5).map(|_| client(&world).departments())).await;
        assert!(waiting.iter().all(|failed| *failed == Err(Failure::LeftAlone)));
        assert_eq!(wecom.calls("gettoken").len(), before + 1);
        world.clock.advance(TimeDelta::seconds(60));
        client(&world).departments().await.unwrap();
        world.clock.advance(TimeDelta::days(1));
    }
}

#[tokio::test]
async fn the_error_table_is_kept() {
    let refused = |code| Err(Failure::Refused(code));
    for (faults, outcome, calls, tokens) in [
        (vec![Fault::Code(-1)], Ok(()), 2, 1),
        (vec![Fault::Code(45033); 3], Ok(()), 4, 1),
        (vec![Fault::Code(-1); 4], refused(-1), 4, 1),
        (vec![Fault::Code(42001)], Ok(()), 2, 2),
        (vec![Fault::Code(40014)], Ok(()), 2, 2),
        (vec![Fault::Code(41001)], Ok(()), 2, 2),
        (vec![Fault::Code(42001); 2], refused(42001), 2, 2),
        (vec![Fault::Code(40056)], refused(40056), 1, 1),
        (vec![Fault::Code(60011)], refused(60011), 1, 1),
        (vec![Fault::Code(99)], refused(99), 1, 1),
        (vec![Fault::Status(500)], Err(Failure::NoAnswer("another HTTP status than 200")), 1, 1),
        (vec![Fault::Status(302)], Err(Failure::NoAnswer("another HTTP status than 200")), 1, 1),
        (vec![Fault::Broken], Err(Failure::NoAnswer("the answer is not JSON")), 1, 1),
        (vec![Fault::Cut], Err(Failure::NoAnswer("the connection failed")), 1, 1),
    ] {
        let wecom = Wecom::start().await;
        let world = World::beside(&wecom).await;
        wecom.fail("department/list", faults.clone());
        assert_eq!(client(&world).departments().await.map(drop), outcome, "{faults:?}");
        assert_eq!(
            (wecom.calls("department/list").len(), wecom.calls("gettoken").len()),
            (calls, tokens),
            "{faults:?}"
        );
    }
}

#[tokio::test]
async fn an_api_called_too_often_is_left_alone_for_a_minute_and_the_others_are_not() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    wecom.fail("department/list", [Fault::Code(45009)]);
    assert_eq!(client(&world).departments().await, Err(Failure::Refused(45009)));
    assert_eq!(client(&world).departments().await, Err(Failure::LeftAlone));
    client(&world).people(1).await.unwrap();
    world.clock.advance(TimeDelta::seconds(60));
    client(&world).departments().await.unwrap();
}

#[tokio::test]
async fn codes_lead_to_members_and_are_never_tried_twice() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    for (code, answer, member) in [
        ("a", json!({ "errcode": 0, "userid": "Zhang" }), Member::Userid("Zhang".to_owned())),
        ("b", json!({ "UserId": "Li" }), Member::Userid("Li".to_owned())),
        ("c", json!({ "errcode": 0, "OpenId": "x" }), Member::Outsider),
        ("d", json!({ "errcode": 0, "external_userid": "x" }), Member::Outsider),
        ("e", json!({ "errcode": 0, "userid": "corp/x" }), Member::Outsider),
    ] {
        wecom.code(code, answer);
        assert_eq!(client(&world).member_of_code(code).await, Ok(member), "{code}");
    }
    let before = wecom.calls("auth/getuserinfo").len();
    assert_eq!(client(&world).member_of_code("unknown").await, Err(Failure::Refused(40029)));
    assert_eq!(wecom.calls("auth/getuserinfo").len(), before + 1);
}

#[tokio::test]
async fn messages_are_cut_and_parted() {
    let wecom = Wecom::start().await;
    let world = World::beside(&wecom).await;
    let people: Vec<String> = (0..1500).map(|place| format!("u{place}")).collect();
    client(&world).send_text(&people, &"中".repeat(1000)).await.unwrap();
    let sent = wecom.calls("message/send");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["touser"].as_str().unwrap().split('|').count(), 1000);
    assert_eq!(sent[0]["text"]["content"].as_str().unwrap(), "中".repeat(682));
    assert_eq!(sent[1]["agentid"], json!(1_000_002));
    assert_eq!((&sent[1]["msgtype"], &sent[1]["safe"]), (&json!("text"), &json!(0)));
}

#[tokio::test]
async fn who_does_not_answer_is_not_told_by_address() {
    let world = World::made(crate::harness::Content::Tables, |app| {
        let clock = app.clock.clone();
        let config = assetry::wecom::Config {
            base_url: "http://127.0.0.1:1".to_owned(),
            corp_id: "corp".to_owned(),
            secret: "hush-hush".to_owned(),
            agent_id: 1,
            retry_base: std::time::Duration::from_millis(1),
        };
        app.wecom = Some(Client::new(config, Arc::new(move || clock.now())).unwrap());
    })
    .await;
    let failed = client(&world).departments().await.unwrap_err();
    assert_eq!(failed, Failure::NoAnswer("the connection failed"));
    assert!(!format!("{failed} {failed:?} {:?}", client(&world)).contains("hush"));
}
