//! §5.3: the way to Feishu's page and back: state, PKCE, and logins that bind.

use std::collections::BTreeMap;

use assetry::{
    domain::directory::feishu,
    entity::login_state,
    settings::{self, FeishuOauth},
};
use axum::http::{Method, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    LOCKED, NO_RIGHT, NO_SESSION, NOT_CONFIGURED, UNBOUND, V1, V2, bindings, both, both_with, call, comes, known, lock,
    pairs, person, profile, refuses, session, state_of,
};
use crate::harness::{FeishuFault, Reply, World};

const BACK: &str = "http://assetry.test/in?a=b";
const WRONG_STATE: &str = "state不正确";
const FORBIDDEN: &str = "redirect_uri不在允许范围内";

/// Asks for a way with these parameters.
async fn ask(world: &World, parameters: &[(&str, &str)], token: Option<&str>) -> Reply {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let token = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = token.iter().map(|token| ("authorization", token.as_str())).collect();
    call(world, Method::GET, &format!("/api/feishu/authorize?{query}"), &headers, "").await
}

/// The state of a fresh way back to [`BACK`].
async fn way(world: &World) -> String {
    state_of(&ask(world, &[("redirect_uri", BACK)], None).await.headers).to_owned()
}

/// Comes back with a code and this body more, the browser holding these cookies.
async fn back(world: &World, cookies: &str, more: &Value) -> Reply {
    let mut body = json!({ "code": "a-code" });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    call(world, Method::POST, "/api/qrLogin", &[("cookie", cookies)], body.to_string()).await
}

/// Address and parameters of a page.
fn taken_apart(url: &str) -> (String, BTreeMap<String, String>) {
    let (page, query) = url.split_once('?').unwrap();
    (page.to_owned(), form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

async fn with_demo(change: impl FnOnce(&mut settings::Feishu)) -> (World, crate::harness::Feishu) {
    let (world, feishu) = both_with(change).await;
    known(&world, Some("demo"), "ou_demo", None).await;
    comes(&feishu, &profile("ou_demo", &json!({})));
    (world, feishu)
}

#[tokio::test]
async fn a_way_leads_to_the_page_of_its_flow() {
    for (oauth, page, keys) in [
        (
            FeishuOauth::Auto,
            "/open-apis/authen/v1/authorize",
            &[
                "client_id",
                "code_challenge",
                "code_challenge_method",
                "redirect_uri",
                "response_type",
                "scope",
                "state",
            ][..],
        ),
        (
            FeishuOauth::V2,
            "/open-apis/authen/v1/authorize",
            &[
                "client_id",
                "code_challenge",
                "code_challenge_method",
                "redirect_uri",
                "response_type",
                "scope",
                "state",
            ],
        ),
        (FeishuOauth::V1, "/open-apis/authen/v1/index", &["app_id", "redirect_uri", "state"]),
        (
            FeishuOauth::Passport,
            "/suite/passport/oauth/authorize",
            &["client_id", "redirect_uri", "response_type", "state"],
        ),
    ] {
        let (world, feishu) = both_with(|settings| settings.oauth = oauth).await;
        let reply = ask(&world, &[("redirect_uri", BACK)], None).await;
        let state = state_of(&reply.headers).to_owned();
        assert!(state.len() == 32 && state.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{state}");
        let cookie = format!("feishu_state={state}; HttpOnly; SameSite=Lax; Path=/api; Max-Age=600");
        assert_eq!(reply.headers[header::SET_COOKIE], cookie.as_str());
        let answer = reply.json();
        let url = answer["data"]["url"].as_str().unwrap().to_owned();
        super::says(&reply, 200, &json!({ "code": 0, "info": "Success", "data": { "url": url, "state": state } }));
        let (base, query) = taken_apart(&url);
        assert_eq!(base, format!("{}{page}", feishu.settings().base_url));
        assert_eq!(query.keys().map(String::as_str).collect::<Vec<_>>(), keys);
        assert_eq!((query["redirect_uri"].as_str(), query["state"].as_str()), (BACK, state.as_str()));
        // With `go=1` the browser is led there at once.
        let reply = ask(&world, &[("redirect_uri", BACK), ("go", "1")], None).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::FOUND, ""));
        let (there, query) = taken_apart(reply.headers[header::LOCATION].to_str().unwrap());
        assert_eq!((there, query["state"].as_str()), (base, state_of(&reply.headers)));
        assert_ne!(query["state"], state, "each is new");
    }
}

#[tokio::test]
async fn a_way_leads_back_where_it_may() {
    let list = || vec!["https://a.test/in".to_owned(), "app://in".to_owned()];
    let (listed, _feishu) = both_with(|settings| settings.redirect_uris.0 = list()).await;
    let (open, _feishu) = both().await;
    for (world, address, may) in [
        (&listed, "https://a.test/in", true),
        (&listed, "app://in", true),
        (&listed, "https://a.test/in/", false),
        (&listed, "https://a.test/in?x", false),
        (&listed, "https://A.test/in", false),
        (&listed, BACK, false),
        (&open, BACK, true),
        (&open, "http://assetry.test", true),
        (&open, "http://assetry.test/", true),
        (&open, "http://assetry.test/a/b#c", true),
        (&open, "https://assetry.test/", false),
        (&open, "http://assetry.test.evil.test/", false),
        (&open, "http://assetry.test@evil.test/", false),
        (&open, "http://assetry.test:1/", false),
        (&open, "http://assetry.test/a/../b", false),
        (&open, "http://assetry.test/a/%2E%2e/b", false),
        (&open, "http://assetry.test/\\evil.test", false),
        (&open, "http://assetry.test/ x", false),
        (&open, "http://assetry.test/\nx", false),
        (&open, "/in", false),
        (&open, "", false),
    ] {
        let reply = ask(world, &[("redirect_uri", address)], None).await;
        if may {
            assert_eq!(reply.status, StatusCode::OK, "{address}");
        } else {
            refuses(&reply, -2, FORBIDDEN);
            assert!(!reply.headers.contains_key(header::SET_COOKIE));
        }
    }
    refuses(&ask(&open, &[("go", "1")], None).await, -2, "缺少redirect_uri信息或redirect_uri类型不正确");
    let bare = World::demo().await;
    refuses(&ask(&bare, &[("redirect_uri", "https://evil.test")], None).await, -2, NOT_CONFIGURED);
}

#[tokio::test]
async fn a_state_is_good_once_in_its_browser_for_its_address() {
    let (world, feishu) = with_demo(|_| {}).await;
    let kept = |state: &str| format!("other=1; feishu_state={state}; more=2");
    let state = way(&world).await;
    let another = way(&world).await;
    let old = way(&world).await;
    for (cookies, sent) in [
        (String::new(), json!({ "state": state })),
        (kept(&another), json!({ "state": state })),
        (kept(&state), json!({ "state": another })),
        (kept("x"), json!({ "state": "x" })),
        (kept(&"a".repeat(32)), json!({ "state": "a".repeat(32) })),
        (kept(&another), json!({ "state": another, "redirect_uri": "http://assetry.test/elsewhere" })),
    ] {
        refuses(&back(&world, &cookies, &sent).await, -2, WRONG_STATE);
    }
    assert!(feishu.calls(V2).is_empty());
    session(&back(&world, &kept(&state), &json!({ "state": state, "redirect_uri": BACK })).await);
    refuses(&back(&world, &kept(&state), &json!({ "state": state, "redirect_uri": BACK })).await, -2, WRONG_STATE);
    world.clock.advance(TimeDelta::seconds(600));
    let late = way(&world).await;
    session(&back(&world, &kept(&old), &json!({ "state": old })).await);
    assert_eq!(feishu.calls(V2)[1].sent["redirect_uri"], BACK, "the way knows where it led");
    world.clock.advance(TimeDelta::seconds(601));
    refuses(&back(&world, &kept(&late), &json!({ "state": late })).await, -2, WRONG_STATE);
    // Without a state, one in the cookie is nobody's business.
    session(&back(&world, &kept(&late), &json!({})).await);
}

#[tokio::test]
async fn of_many_who_bring_one_state_one_logs_in() {
    let (world, feishu) = with_demo(|_| {}).await;
    let state = way(&world).await;
    let cookie = format!("feishu_state={state}");
    let body = json!({ "state": state });
    let replies = futures_util::future::join_all((0..8).map(|_| back(&world, &cookie, &body))).await;
    let won = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
    assert_eq!((won, feishu.calls(V2).len()), (1, 1));
    replies.iter().filter(|reply| reply.status != StatusCode::OK).for_each(|reply| refuses(reply, -2, WRONG_STATE));
}

#[tokio::test]
async fn where_a_state_is_required_none_is_wrong() {
    let (world, _feishu) = with_demo(|settings| settings.require_state = true).await;
    refuses(&back(&world, "", &json!({})).await, -2, WRONG_STATE);
    refuses(&back(&world, "", &json!({ "state": null })).await, -2, WRONG_STATE);
    let state = way(&world).await;
    session(&back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await);
}

#[tokio::test]
async fn the_verifier_of_a_way_arrives_with_its_code() {
    for oauth in [FeishuOauth::Auto, FeishuOauth::V2] {
        let (world, feishu) = with_demo(|settings| settings.oauth = oauth).await;
        let reply = ask(&world, &[("redirect_uri", BACK)], None).await;
        let (_, query) = taken_apart(reply.json()["data"]["url"].as_str().unwrap());
        let state = state_of(&reply.headers).to_owned();
        let rows = login_state::Entity::find().all(world.db().read()).await.unwrap();
        session(&back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await);
        let sent = feishu.calls(V2)[0].sent.clone();
        let verifier = sent["code_verifier"].as_str().unwrap();
        assert!((43..=128).contains(&verifier.len()), "{verifier}");
        assert_eq!(query["code_challenge"], URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)));
        assert_eq!(query["code_challenge_method"], "S256");
        let kept = format!("{rows:?}");
        assert!(!kept.contains(verifier) && !kept.contains(&state), "kept sealed and hashed");
        assert!(login_state::Entity::find().all(world.db().read()).await.unwrap().is_empty());
    }
    let (world, feishu) = with_demo(|settings| settings.oauth = FeishuOauth::V1).await;
    let mut data = profile("ou_demo", &json!({}));
    data["access_token"] = json!("u-old");
    feishu.answer(V1, [json!({ "code": 0, "data": data })]);
    let state = way(&world).await;
    let rows = login_state::Entity::find().all(world.db().read()).await.unwrap();
    assert_eq!(rows[0].verifier, None);
    session(&back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await);
    assert_eq!(feishu.calls(V1)[0].sent, json!({ "grant_type": "authorization_code", "code": "a-code" }));
}

#[tokio::test]
async fn a_way_can_bind_whoever_comes_back_on_it() {
    let (world, feishu) = both().await;
    known(&world, Some("admin"), "ou_admin", None).await;
    let bound = async |token: &str, open_id: &str, name: &str| {
        comes(&feishu, &profile(open_id, &json!({ "name": name })));
        let reply = ask(&world, &[("redirect_uri", BACK), ("bind", "1")], Some(token)).await;
        let state = state_of(&reply.headers).to_owned();
        back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await
    };
    let demo = world.token("demo").await;
    refuses(&bound(&demo, "ou_admin", "旧名").await, 9, "该飞书用户名对应的用户已经存在");
    assert_eq!(bindings(&world).await.len(), 1);
    // A namesake can be bound, which the form cannot.
    let reply = bound(&demo, "ou_demo", "旧名").await;
    let bearer = session(&reply);
    assert_eq!(reply.json()["data"]["character"], 1);
    let rows = bindings(&world).await;
    let (id, phone) = (Some(person(&world, "demo").await.id), Some("13800000000"));
    assert_eq!((rows[1].staff_id, rows[1].external_id.as_str(), rows[1].phone.as_deref()), (id, "ou_demo", phone));
    assert_eq!((rows[1].news_at.timestamp(), rows[1].made_account, pairs(&world).await.len()), (0, false, 1));
    // Once more is the same; another person takes the place.
    session(&bound(&bearer, "ou_demo", "张三").await);
    session(&bound(&bearer, "ou_second", "李四").await);
    let rows = bindings(&world).await;
    assert_eq!((rows.len(), rows[1].external_id.as_str(), rows[1].name.as_deref()), (2, "ou_second", Some("李四")));
    comes(&feishu, &profile("ou_demo", &json!({})));
    refuses(&back(&world, "", &json!({})).await, 2, UNBOUND);
    // Whoever was remembered as a leaver is bound in their old row.
    let left = known(&world, None, "ou_left", None).await;
    session(&bound(&bearer, "ou_left", "王五").await);
    let row = bindings(&world).await.pop().unwrap();
    assert_eq!((row.id, row.staff_id, row.news_at), (left.id, id, left.news_at));
    let foreign = json!({ "tenant_key": "another" });
    let reply = ask(&world, &[("redirect_uri", BACK), ("bind", "1")], Some(&bearer)).await;
    comes(&feishu, &profile("ou_foreign", &foreign));
    let state = state_of(&reply.headers);
    refuses(&back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await, 2, UNBOUND);
}

#[tokio::test]
async fn only_who_is_logged_in_can_ask_to_be_bound() {
    let (world, feishu) = both().await;
    let wanted = [("redirect_uri", BACK), ("bind", "1")];
    refuses(&ask(&world, &wanted, None).await, 2, NO_SESSION);
    refuses(&ask(&world, &wanted, Some("nonsense")).await, 2, NO_SESSION);
    refuses(&ask(&world, &wanted, Some(&"a".repeat(32))).await, 1, NO_RIGHT);
    let demo = world.token("demo").await;
    let reply = ask(&world, &wanted, Some(&demo)).await;
    let state = state_of(&reply.headers).to_owned();
    lock(&world, "demo", true).await;
    refuses(&ask(&world, &wanted, Some(&demo)).await, 4, LOCKED);
    // Locked on the way: nothing is bound.
    comes(&feishu, &profile("ou_demo", &json!({})));
    refuses(&back(&world, &format!("feishu_state={state}"), &json!({ "state": state })).await, 5, "您已被锁定");
    assert_eq!((bindings(&world).await, pairs(&world).await), (vec![], vec![]));
    // Without `bind=1` nobody looks at the session.
    assert_eq!(ask(&world, &[("redirect_uri", BACK), ("bind", "0")], Some("nonsense")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn graphql_opens_ways_and_takes_what_the_client_kept() {
    let (world, feishu) = with_demo(|_| {}).await;
    let open = "mutation($input: FeishuWayOpenInput!) { feishuWayOpen(input: $input) { url state userErrors { code field } } }";
    let asked = world.graphql(open, json!({ "input": { "redirectUri": BACK } }), None).await;
    let way = &asked["data"]["feishuWayOpen"];
    let (_, query) = taken_apart(way["url"].as_str().unwrap());
    assert_eq!((&json!(query["state"]), &way["userErrors"]), (&way["state"], &json!([])));
    let log_in = "mutation($input: FeishuLoginInput!) { feishuLogin(input: $input) { token userErrors { code } } }";
    let input = json!({ "code": "a-code", "state": way["state"], "keptState": way["state"] });
    let answer = world.graphql(log_in, json!({ "input": input }), None).await;
    assert!(answer["data"]["feishuLogin"]["token"].is_string(), "{answer}");
    assert!(feishu.calls(V2)[0].sent["code_verifier"].is_string());
    let elsewhere = json!({ "input": { "redirectUri": "https://evil.test/" } });
    let refused = world.graphql(open, elsewhere, None).await;
    let expected =
        json!({ "url": null, "state": null, "userErrors": [{ "code": "REDIRECT_FORBIDDEN", "field": "redirectUri" }] });
    assert_eq!(refused["data"]["feishuWayOpen"], expected);
    let binding = json!({ "input": { "redirectUri": BACK, "binds": true } });
    let refused = world.graphql(open, binding, None).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn ways_that_nobody_came_back_on_are_cleared_away() {
    let (world, _feishu) = both().await;
    way(&world).await;
    world.clock.advance(TimeDelta::seconds(601));
    way(&world).await;
    assert_eq!(feishu::sweep_ways(&world.app).await.unwrap(), 1);
    assert_eq!(login_state::Entity::find().all(world.db().read()).await.unwrap().len(), 1);
    assert_eq!(feishu::sweep_ways(&world.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_code_refused_on_its_way_back_uses_up_the_state() {
    let (world, feishu) = with_demo(|_| {}).await;
    let state = way(&world).await;
    let cookie = format!("feishu_state={state}");
    feishu.fail(V2, [FeishuFault::Code(400, 20004)]);
    refuses(&back(&world, &cookie, &json!({ "state": state })).await, 2, UNBOUND);
    refuses(&back(&world, &cookie, &json!({ "state": state })).await, -2, WRONG_STATE);
}
