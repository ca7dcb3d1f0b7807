//! §5.4: what Feishu tells of oneself, and the tokens with which it is asked.

use assetry::{app::Vault, settings::FeishuOauth};
use axum::http::Method;
use chrono::TimeDelta;
use futures_util::future::join_all;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::{USER_INFO, V1, V2, both, both_with, call, comes, known, log_in, pair, pairs, person, profile, session};
use crate::harness::{FEISHU_SECRET, Feishu, FeishuFault, World};

const QUERY: &str =
    "{ viewer { uniqueId feishuProfile { name enName avatarUrl email mobile openId unionId userId tenantKey } } }";
const EXPIRED: FeishuFault = FeishuFault::Code(400, 99_991_677);

/// A world in which demo has logged in by Feishu; the answers to come are those of [`comes`].
async fn logged_in() -> (World, Feishu, String) {
    logged_in_with(|_| {}).await
}

async fn logged_in_with(change: impl FnOnce(&mut assetry::settings::Feishu)) -> (World, Feishu, String) {
    let (world, feishu) = both_with(change).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let session = session(&log_in(&world, &json!({ "code": "a-code" })).await);
    (world, feishu, session)
}

/// What the viewer is shown; nothing that is secret is in it.
async fn ask(world: &World, session: &str) -> Value {
    let reply = world.graphql(QUERY, json!({}), Some(session)).await;
    for secret in ["u-first", "ur-first", "u-second", "ur-second", FEISHU_SECRET, "token-1", session] {
        assert!(!reply.to_string().contains(secret), "{reply}");
    }
    reply
}

/// The refresh tokens that were sent to v2.
fn renewals(feishu: &Feishu) -> Vec<Value> {
    let calls = feishu.calls(V2).into_iter().filter(|call| call.sent["grant_type"] == "refresh_token");
    calls.map(|call| call.sent).collect()
}

fn told() -> Value {
    json!({
        "name": "张三", "enName": "Zhang San", "avatarUrl": "https://feishu.test/a.png", "email": "z@feishu.test",
        "mobile": "+8613800000000", "openId": "ou_demo", "unionId": "on_ou_demo", "userId": "u_ou_demo", "tenantKey": super::TENANT,
    })
}

#[tokio::test]
async fn oneself_is_shown_live_and_to_nobody_else() {
    let (world, feishu, session) = logged_in().await;
    let shown = ask(&world, &session).await;
    assert_eq!(shown["data"]["viewer"], json!({ "uniqueId": "demo", "feishuProfile": told() }));
    feishu.answer(USER_INFO, [json!({ "code": 0, "data": { "open_id": "ou_demo", "name": "新名" } })]);
    let shown = ask(&world, &session).await;
    assert_eq!(shown["data"]["viewer"]["feishuProfile"]["name"], "新名");
    assert_eq!(shown["data"]["viewer"]["feishuProfile"]["email"], Value::Null);
    let admin = world.token("suadmin").await;
    let asked = feishu.calls(USER_INFO).len();
    for query in [
        "{ staffMember(by: {uniqueId: \"demo\"}) { feishuProfile { name } } }",
        "{ viewer { feishuProfile { name } } }",
        "{ staff { nodes { feishuProfile { name } } } }",
    ] {
        let reply = world.graphql(query, json!({}), Some(&admin)).await;
        assert!(reply["errors"].is_null() && !reply.to_string().contains("新名"), "{reply}");
    }
    assert_eq!(feishu.calls(USER_INFO).len(), asked);
    call(
        &world,
        Method::PUT,
        &format!("/api/feishu_name/{session}"),
        &[],
        "{\"feishu_name\":\"\",\"feishu_phone\":\"\"}",
    )
    .await;
    assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], Value::Null);
    assert_eq!(feishu.calls(USER_INFO).len(), asked);
}

#[tokio::test]
async fn a_login_shows_the_profile_of_who_just_logged_in() {
    let (world, feishu) = both().await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    let log_in = "mutation { feishuLogin(input: {code: \"a-code\"}) { viewer { feishuProfile { openId } } } }";
    let reply = world.graphql(log_in, json!({}), None).await;
    assert_eq!(reply["data"]["feishuLogin"]["viewer"]["feishuProfile"]["openId"], "ou_demo", "{reply}");
}

#[tokio::test]
async fn failures_are_told_by_their_codes() {
    let (world, feishu, session) = logged_in().await;
    for (faults, code) in [
        (vec![FeishuFault::Status(500); 3], "FEISHU_UNAVAILABLE"),
        (vec![FeishuFault::Code(400, 99_991_672)], "FEISHU_REFUSED"),
    ] {
        feishu.fail(USER_INFO, faults);
        let reply = ask(&world, &session).await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], code, "{reply}");
    }
    assert_eq!(pairs(&world).await.len(), 1, "the tokens stay");
}

#[tokio::test]
async fn sixteen_who_find_the_token_expired_renew_it_once() {
    let (world, feishu, session) = logged_in().await;
    for (old, new) in [("first", "second"), ("second", "third")] {
        // Feishu says so the first time; the second time we know it by its age.
        if old == "first" {
            feishu.expire("u-first");
        } else {
            world.clock.advance(TimeDelta::hours(2));
        }
        let (renewed, asked) = (renewals(&feishu).len(), feishu.calls(USER_INFO).len());
        feishu.answer(V2, [pair(new)]);
        for shown in join_all((0..16).map(|_| ask(&world, &session))).await {
            assert_eq!(shown["data"]["viewer"]["feishuProfile"], told(), "{shown}");
        }
        let sent = renewals(&feishu);
        assert_eq!((sent.len(), &sent[renewed]["refresh_token"]), (renewed + 1, &json!(format!("ur-{old}"))));
        let asked = &feishu.calls(USER_INFO)[asked..];
        assert_eq!(asked.iter().filter(|call| call.authorization == format!("Bearer u-{new}")).count(), 16);
    }
    let kept = pairs(&world).await;
    assert_eq!((kept[0].ends_at, kept[0].renewing_until), (world.app.now() + TimeDelta::hours(2), None));
    let opened = world.app.vault.open(&format!("feishu user tokens {}", kept[0].binding_id), &kept[0].sealed).unwrap();
    assert!(opened.contains("ur-third"));
}

#[tokio::test]
async fn whoever_renews_elsewhere_is_waited_for_and_taken_over_when_gone() {
    let (world, feishu, session) = logged_in().await;
    world.clock.advance(TimeDelta::hours(2));
    feishu.answer(V2, [pair("second")]);
    let row = pairs(&world).await.pop().unwrap();
    let claim = async |seconds: i64| {
        let tx = world.db().begin().await.unwrap();
        let mut row = row.clone().into_active_model();
        row.renewing_until = Set(Some(world.app.now() + TimeDelta::seconds(seconds)));
        row.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    claim(30).await;
    let waiting = ask(&world, &session);
    let gone = async {
        tokio::task::yield_now().await;
        assert!(renewals(&feishu).is_empty());
        world.clock.advance(TimeDelta::seconds(30));
    };
    let (shown, ()) = tokio::join!(waiting, gone);
    assert_eq!(shown["data"]["viewer"]["feishuProfile"], told());
    assert_eq!(renewals(&feishu).len(), 1);
}

#[tokio::test]
async fn a_pair_that_cannot_be_renewed_is_dropped_unless_it_may_be_later() {
    for (fault, code) in [
        (FeishuFault::Status(502), "FEISHU_UNAVAILABLE"),
        (FeishuFault::Cut, "FEISHU_UNAVAILABLE"),
        (FeishuFault::Code(400, 20050), "FEISHU_UNAVAILABLE"),
        (FeishuFault::Code(400, 20027), "FEISHU_REFUSED"),
    ] {
        let (world, feishu, session) = logged_in().await;
        feishu.fail(USER_INFO, [EXPIRED, EXPIRED]);
        feishu.fail(V2, [fault]);
        feishu.answer(V2, [pair("second")]);
        let reply = ask(&world, &session).await;
        assert_eq!(reply["errors"][0]["extensions"]["code"], code, "{reply}");
        assert_eq!(pairs(&world).await[0].renewing_until, None, "the next may try");
        assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], told());
    }
    for number in [20003, 20024, 20026, 20037, 20064, 20073] {
        let (world, feishu, session) = logged_in().await;
        feishu.fail(USER_INFO, [EXPIRED]);
        feishu.fail(V2, [FeishuFault::Code(400, number)]);
        let shown = ask(&world, &session).await;
        assert_eq!(shown["data"]["viewer"], json!({ "uniqueId": "demo", "feishuProfile": null }), "{number}");
        assert_eq!(pairs(&world).await, []);
        assert!(shown["errors"].is_null());
        // Logging in again brings new ones.
        comes(&feishu, &profile("ou_demo", &json!({})));
        super::session(&log_in(&world, &json!({ "code": "a-code" })).await);
        assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], told());
    }
}

#[tokio::test]
async fn a_token_that_is_refused_when_it_is_new_is_dropped() {
    for number in [99_991_668, 99_991_677, 20005] {
        let (world, feishu, session) = logged_in().await;
        feishu.fail(USER_INFO, [FeishuFault::Code(400, number), FeishuFault::Code(400, number)]);
        feishu.answer(V2, [pair("second")]);
        assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], Value::Null);
        assert_eq!((renewals(&feishu).len(), pairs(&world).await.len()), (1, 0), "{number}");
    }
}

#[tokio::test]
async fn each_flow_renews_in_its_own_way_or_not_at_all() {
    let (world, feishu, session) = logged_in().await;
    feishu.answer(V2, [json!({ "code": 0, "access_token": "u-second", "expires_in": 7200 })]);
    feishu.fail(USER_INFO, [EXPIRED]);
    assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], told());
    feishu.fail(USER_INFO, [EXPIRED]);
    assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], Value::Null, "no refresh token");
    assert_eq!(renewals(&feishu).len(), 1);

    let (world, feishu) = both_with(|settings| settings.oauth = FeishuOauth::V1).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    let mut data = profile("ou_demo", &json!({}));
    (data["access_token"], data["refresh_token"], data["expires_in"]) = (json!("u-a"), json!("ur-a"), json!(6900));
    feishu.answer(V1, [json!({ "code": 0, "data": data })]);
    let session = super::session(&log_in(&world, &json!({ "code": "a-code" })).await);
    feishu.fail(USER_INFO, [EXPIRED]);
    feishu.answer(USER_INFO, [json!({ "code": 0, "data": profile("ou_demo", &json!({})) })]);
    let renewal = "/open-apis/authen/v1/refresh_access_token";
    feishu.answer(
        renewal,
        [json!({ "code": 0, "data": { "access_token": "u-b", "refresh_token": "ur-b", "expires_in": 6900 } })],
    );
    assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], told());
    let sent = feishu.calls(renewal);
    assert_eq!((sent.len(), sent[0].authorization.as_str()), (1, "Bearer token-1"));
    assert_eq!(sent[0].sent, json!({ "grant_type": "refresh_token", "refresh_token": "ur-a" }));
    assert!(feishu.calls(V2).is_empty());
}

#[tokio::test]
async fn a_pair_that_another_secret_sealed_is_dropped() {
    let (world, feishu, session) = logged_in().await;
    let row = pairs(&world).await.pop().unwrap();
    let other = Vault::new(&[1; 32]).unwrap();
    let sealed = other.seal(&*world.app.random, &format!("feishu user tokens {}", row.binding_id), "{}").unwrap();
    let tx = world.db().begin().await.unwrap();
    let mut row = row.into_active_model();
    row.sealed = Set(sealed);
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let asked = feishu.calls(USER_INFO).len();
    assert_eq!(ask(&world, &session).await["data"]["viewer"]["feishuProfile"], Value::Null);
    assert_eq!((pairs(&world).await.len(), feishu.calls(USER_INFO).len()), (0, asked));
    assert_eq!(person(&world, "demo").await.unique_id, "demo");
}
