//! The client: one token for all, and what follows from every answer (contract: laravel-template §8).

use std::{sync::Arc, time::Duration};

use assetry::{
    app::Clock,
    wecom::{Client, Failure, Rules},
};
use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{CORP, SECRET, Says, TestClock, WecomStandIn};

const LIST: &str = "department/list";

fn client(stand_in: &WecomStandIn) -> (Client, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let rules = Rules { call: Duration::from_millis(300), ..Rules::new(&stand_in.url(), CORP, SECRET) };
    (Client::new(rules, clock.clone()).unwrap(), clock)
}

/// What is said, what comes of it, calls, tokens fetched, milliseconds paused, what comes of the next call at once.
type Case = (&'static [i64], Result<(), Failure>, usize, usize, i64, Result<(), Failure>);

#[tokio::test]
async fn every_errcode_has_its_consequence() {
    use Failure::{LeftAlone, Refused};
    const FINE: Result<(), Failure> = Ok(());
    let table: &[Case] = &[
        (&[], FINE, 1, 1, 0, FINE),
        (&[-1], FINE, 2, 1, 200, FINE),
        (&[45033, -1], FINE, 3, 1, 600, FINE),
        (&[-1, -1, -1], FINE, 4, 1, 1400, FINE),
        (&[-1, -1, -1, -1], Err(Refused(-1)), 4, 1, 1400, FINE),
        (&[42001], FINE, 2, 2, 0, FINE),
        (&[40014], FINE, 2, 2, 0, FINE),
        (&[41001], FINE, 2, 2, 0, FINE),
        (&[42001, 42001], Err(Refused(42001)), 2, 2, 0, FINE),
        (&[42001, 40014], Err(Refused(40014)), 2, 2, 0, FINE),
        (&[40001], Err(Refused(40001)), 1, 1, 0, Err(LeftAlone)),
        (&[40013], Err(Refused(40013)), 1, 1, 0, Err(LeftAlone)),
        (&[45009], Err(Refused(45009)), 1, 1, 0, Err(LeftAlone)),
        (&[40029], Err(Refused(40029)), 1, 1, 0, FINE),
        (&[40056], Err(Refused(40056)), 1, 1, 0, FINE),
        (&[48002], Err(Refused(48002)), 1, 1, 0, FINE),
        (&[50001], Err(Refused(50001)), 1, 1, 0, FINE),
        (&[60020], Err(Refused(60020)), 1, 1, 0, FINE),
        (&[60011], Err(Refused(60011)), 1, 1, 0, FINE),
        (&[12345], Err(Refused(12345)), 1, 1, 0, FINE),
    ];
    for (codes, expected, calls, tokens, paused, next) in table {
        let stand_in = WecomStandIn::start().await;
        let (client, clock) = client(&stand_in);
        let began = Clock::now(&*clock);
        stand_in.say(LIST, codes.iter().map(|code| Says::Code(*code)));
        let outcome = client.departments().await.map(|_| ());
        assert_eq!(outcome, *expected, "{codes:?}");
        assert_eq!((stand_in.count(LIST), stand_in.count("gettoken")), (*calls, *tokens), "{codes:?}");
        assert_eq!((Clock::now(&*clock) - began).num_milliseconds(), *paused, "{codes:?}");
        assert_eq!(client.departments().await.map(|_| ()), *next, "{codes:?}: the next call");
    }
}

#[tokio::test]
async fn a_dead_token_that_stays_dead_is_a_failure_every_time() {
    let stand_in = WecomStandIn::start().await;
    let (client, _) = client(&stand_in);
    stand_in.always(LIST, Some(Says::Code(42001)));
    assert_eq!(client.departments().await.map(|_| ()), Err(Failure::Refused(42001)));
    assert_eq!((stand_in.count(LIST), stand_in.count("gettoken")), (2, 2));
}

#[tokio::test]
async fn what_is_no_answer_is_a_failure_and_not_tried_again() {
    for (says, failure) in [
        (Says::Text("{"), Failure::Unreadable),
        (Says::Text(""), Failure::Unreadable),
        (Says::Text("[]"), Failure::Unreadable),
        (Says::Text("{\"errcode\":\"none\"}"), Failure::Unreadable),
        (Says::Text("{\"errcode\":0,\"department\":{}}"), Failure::Unreadable),
        (Says::Text("{}"), Failure::Unreadable),
        (Says::Long(16 * 1024 * 1024), Failure::Unreadable),
        (Says::Status(500), Failure::Status(500)),
        (Says::Status(302), Failure::Status(302)),
        (Says::Status(204), Failure::Status(204)),
        (Says::Cut, Failure::Unreachable),
        (Says::Nothing, Failure::Late),
    ] {
        let stand_in = WecomStandIn::start().await;
        let (client, _) = client(&stand_in);
        stand_in.say(LIST, [says.clone()]);
        assert_eq!(client.departments().await.map(|_| ()), Err(failure), "{says:?}");
        assert_eq!((stand_in.count(LIST), stand_in.count("elsewhere")), (1, 0), "{says:?}");
        assert!(client.departments().await.is_ok(), "{says:?}");
        assert_eq!(stand_in.count("gettoken"), 1, "{says:?}");
    }
    let gone = WecomStandIn::start().await;
    let (client, _) = client(&gone);
    drop(gone);
    tokio::task::yield_now().await;
    let failure = client.departments().await.unwrap_err();
    assert!(matches!(failure, Failure::Unreachable | Failure::Late), "{failure}");
}

#[tokio::test]
async fn however_many_call_one_token_is_fetched() {
    let stand_in = WecomStandIn::start().await;
    let (client, _) = client(&stand_in);
    let calls = (0..64).map(|_| client.departments());
    let outcomes = futures_util::future::join_all(calls).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!((stand_in.count("gettoken"), stand_in.count(LIST)), (1, 64));
}

#[tokio::test]
async fn however_many_wait_one_failure_to_fetch_a_token_is_for_all() {
    let stand_in = WecomStandIn::start().await;
    let (client, _) = client(&stand_in);
    stand_in.always("gettoken", Some(Says::Status(500)));
    let calls = (0..16).map(|_| client.departments());
    let outcomes = futures_util::future::join_all(calls).await;
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Status(500))), "{outcomes:?}");
    assert_eq!(stand_in.count("gettoken"), 1);
    stand_in.always("gettoken", None);
    assert!(client.departments().await.is_ok());
}

#[tokio::test]
async fn a_token_is_kept_until_five_minutes_before_its_end_or_half_its_short_life() {
    for (life, kept) in [(7200, 6900), (601, 301), (600, 300), (10, 5), (0, 0), (-5, 0)] {
        let stand_in = WecomStandIn::start().await;
        let (client, clock) = client(&stand_in);
        // The stand-in takes its own first token only, so the second fetched one must be told the truth about.
        stand_in.say(
            "gettoken",
            [Says::Json(json!({ "errcode": 0, "access_token": "invented-access-token-0", "expires_in": life }))],
        );
        assert!(client.departments().await.is_ok(), "{life}");
        if kept > 0 {
            clock.advance(TimeDelta::seconds(kept - 1));
            assert!(client.departments().await.is_ok(), "{life}");
            assert_eq!(stand_in.count("gettoken"), 1, "{life}");
            clock.advance(TimeDelta::seconds(1));
        }
        assert!(client.departments().await.is_ok(), "{life}");
        assert_eq!(stand_in.count("gettoken"), 2, "{life}");
    }
}

#[tokio::test]
async fn wrong_credentials_are_not_tried_again_for_a_minute() {
    for code in [40001, 40013] {
        let stand_in = WecomStandIn::start().await;
        let (client, clock) = client(&stand_in);
        stand_in.say("gettoken", [Says::Code(code)]);
        assert_eq!(client.departments().await, Err(Failure::Refused(code)));
        for _ in 0..5 {
            assert_eq!(client.departments().await, Err(Failure::LeftAlone));
        }
        clock.advance(TimeDelta::seconds(59));
        assert_eq!(client.departments().await, Err(Failure::LeftAlone));
        assert_eq!(stand_in.count("gettoken"), 1);
        clock.advance(TimeDelta::seconds(1));
        assert!(client.departments().await.is_ok());
    }
}

#[tokio::test]
async fn a_call_made_too_often_rests_for_a_minute_and_others_do_not() {
    let stand_in = WecomStandIn::start().await;
    let (client, clock) = client(&stand_in);
    stand_in.say(LIST, [Says::Code(45009)]);
    assert_eq!(client.departments().await, Err(Failure::Refused(45009)));
    assert!(client.members(1).await.is_ok());
    clock.advance(TimeDelta::seconds(59));
    assert_eq!(client.departments().await, Err(Failure::LeftAlone));
    clock.advance(TimeDelta::seconds(1));
    assert!(client.departments().await.is_ok());
    assert_eq!(stand_in.count(LIST), 2);
}

#[tokio::test]
async fn a_code_belongs_to_a_member_or_to_an_outsider() {
    for (says, userid) in [
        (json!({ "errcode": 0, "userid": "zhangsan" }), Some("zhangsan")),
        (json!({ "UserId": "zhangsan", "DeviceId": "" }), Some("zhangsan")),
        (json!({ "errcode": 0, "UserId": "a", "userid": "b" }), Some("b")),
        (json!({ "errcode": 0, "openid": "o" }), None),
        (json!({ "errcode": 0, "OpenId": "o", "userid": "" }), None),
        (json!({ "errcode": 0, "external_userid": "e" }), None),
        (json!({ "errcode": 0, "userid": "corp/zhangsan" }), None),
        (json!({ "errcode": 0, "userid": 7 }), None),
    ] {
        let stand_in = WecomStandIn::start().await;
        let (client, _) = client(&stand_in);
        stand_in.say("auth/getuserinfo", [Says::Json(says.clone())]);
        assert_eq!(client.userid_of_code("a code&=").await, Ok(userid.map(str::to_owned)), "{says}");
        assert_eq!(stand_in.calls("auth/getuserinfo")[0].query["code"], "a code&=");
    }
}

#[tokio::test]
async fn a_message_is_sent_as_the_contract_prints_it() {
    let stand_in = WecomStandIn::start().await;
    let (client, _) = client(&stand_in);
    let answer = json!({ "errcode": 0, "invaliduser": "u1|U3", "unlicenseduser": "u4", "msgid": "m" });
    stand_in.say("message/send", [Says::Json(answer)]);
    let sent = client.send(1_000_002, &["u1".to_owned(), "u2".to_owned()], &"长".repeat(700)).await.unwrap();
    assert_eq!(sent.unreached, ["u1", "U3", "u4"]);
    assert_eq!(sent.message_id.as_deref(), Some("m"));
    let body = &stand_in.calls("message/send")[0].body;
    let printed = format!(
        r#"{{"touser":"u1|u2","msgtype":"text","agentid":1000002,"text":{{"content":"{}"}},"safe":0}}"#,
        "长".repeat(682)
    );
    assert_eq!(body.to_string(), printed);
}
