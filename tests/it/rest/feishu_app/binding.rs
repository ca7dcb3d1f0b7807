//! §1.3: binding oneself by name and number.

use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    NO_FEISHU, NOT_CONFIGURED, REFUSED, TENANT, V2, bind, bindings, both, both_with, call, comes, known, log_in, pairs,
    person, profile, refuses, session, succeeds,
};
use crate::harness::{Feishu, FeishuFault, World};

const BY_MOBILE: &str = "/open-apis/contact/v3/users/batch_get_id";
const NAME_TAKEN: &str = "该飞书用户名对应的用户已经存在";
const PHONE_TAKEN: &str = "该飞书电话号码对应的用户已经存在";
const MISMATCH: &str = "飞书用户名与飞书电话号码不匹配";

/// Feishu knows this person by this number.
fn knows(feishu: &Feishu, open_id: &str, name: &str) {
    let found = json!({ "mobile": "x", "user_id": open_id });
    feishu.answer(BY_MOBILE, [json!({ "code": 0, "data": { "user_list": [found] } })]);
    let user = json!({ "open_id": open_id, "union_id": format!("on_{open_id}"), "user_id": format!("u_{open_id}"), "name": name });
    feishu.answer(&path(open_id), [json!({ "code": 0, "data": { "user": user } })]);
}

fn path(open_id: &str) -> String {
    format!("/open-apis/contact/v3/users/{open_id}")
}

/// What is known of a binding.
async fn rows(world: &World) -> Vec<Value> {
    let rows = bindings(world)
        .await
        .into_iter()
        .map(|row| json!([row.staff_id, row.tenant, row.external_id, row.union_id, row.user_id, row.name, row.phone]));
    rows.collect()
}

#[tokio::test]
async fn a_name_with_its_number_binds_and_two_empty_texts_unbind() {
    let (world, feishu) = both().await;
    let demo = world.token("demo").await;
    let id = person(&world, "demo").await.id;
    succeeds(&bind(&world, &demo, "", "").await);
    knows(&feishu, "ou_demo", " 张三 ");
    succeeds(&bind(&world, &demo, " 张三", "+86 138-0000-0000").await);
    assert_eq!(rows(&world).await, [json!([id, "", "ou_demo", "on_ou_demo", "u_ou_demo", "张三", "13800000000"])]);
    let row = bindings(&world).await.pop().unwrap();
    assert_eq!((row.news_at.timestamp(), row.made_account, row.platform.as_str()), (0, false, "feishu"));
    let asked = feishu.calls(BY_MOBILE);
    assert_eq!((asked.len(), asked[0].query.as_str()), (1, "user_id_type=open_id"));
    assert_eq!(asked[0].sent, json!({ "mobiles": ["13800000000"] }));
    assert_eq!(feishu.calls(&path("ou_demo"))[0].line, format!("GET {}", path("ou_demo")));
    // Logged in by Feishu in between, so that there are tokens as well.
    comes(&feishu, &profile("ou_demo", &json!({})));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    assert_eq!(pairs(&world).await.len(), 1);
    refuses(&bind(&world, &demo, "张三", "13800000000").await, 9, NAME_TAKEN);
    succeeds(&bind(&world, &demo, "", "").await);
    assert_eq!((rows(&world).await, pairs(&world).await), (vec![], vec![]));
    succeeds(&bind(&world, &demo, "张三", "13800000000").await);
}

#[tokio::test]
async fn who_is_bound_by_form_before_any_tenant_is_known_logs_in_afterwards() {
    let (world, feishu) = both().await;
    let demo = world.token("demo").await;
    knows(&feishu, "ou_demo", "张三");
    succeeds(&bind(&world, &demo, "张三", "13800000000").await);
    comes(&feishu, &profile("ou_demo", &json!({})));
    session(&log_in(&world, &json!({ "code": "a-code" })).await);
    assert_eq!(bindings(&world).await[0].tenant, TENANT, "filled in");
    // From now on a form knows it.
    let other = world.token("testuser").await;
    knows(&feishu, "ou_other", "李四");
    succeeds(&bind(&world, &other, "李四", "13900000000").await);
    assert_eq!(bindings(&world).await[1].tenant, TENANT);
}

#[tokio::test]
async fn keys_are_told_by_their_names() {
    let (world, feishu) = both().await;
    let demo = world.token("demo").await;
    let (name, phone) = ("缺少飞书用户名信息或飞书用户名类型不正确", "缺少飞书电话号码信息或飞书电话号码类型不正确");
    let long = json!({ "feishu_name": "x".repeat(4097), "feishu_phone": "" }).to_string();
    for (body, info) in [
        ("", "请求体不是合法的JSON"),
        ("{\"feishu_name\":\"x\",\"feishu_phone\":\"1\",}", "请求体不是合法的JSON"),
        ("[]", "请求体不是合法的JSON"),
        ("{}", name),
        ("{\"feishu_phone\":\"1\"}", name),
        ("{\"feishu_name\":null,\"feishu_phone\":\"1\"}", name),
        ("{\"feishu_name\":false,\"feishu_phone\":null}", name),
        (long.as_str(), name),
        ("{\"feishu_name\":\"x\"}", phone),
        ("{\"feishu_name\":\"\",\"feishu_phone\":null}", phone),
        ("{\"feishu_name\":\"x\",\"feishu_phone\":1.5}", phone),
        ("{\"feishu_name\":\"x\",\"feishu_phone\":[]}", phone),
    ] {
        let reply = call(&world, Method::PUT, &format!("/api/feishu_name/{demo}"), &[], body.to_owned()).await;
        refuses(&reply, -2, info);
    }
    knows(&feishu, "ou_demo", "张三");
    let body = "{\"feishu_name\":\"张三\",\"feishu_phone\":13800000000}";
    succeeds(&call(&world, Method::PUT, &format!("/api/feishu_name/{demo}/"), &[], body).await);
}

#[tokio::test]
async fn the_checks_come_in_their_order() {
    let (world, feishu) = both().await;
    let (demo, other) = (world.token("demo").await, world.token("testuser").await);
    knows(&feishu, "ou_demo", "张三");
    succeeds(&bind(&world, &demo, "张三", "13800000000").await);
    let asked = feishu.calls(BY_MOBILE).len();
    for (session, name, phone, code, info) in [
        (&other, "张三", "13800000000", 9, NAME_TAKEN),
        (&other, " 张三 ", "", 9, NAME_TAKEN),
        (&demo, "张三", "13900000000", 9, NAME_TAKEN),
        (&other, "李四", "(0086) 138 0000 0000", 10, PHONE_TAKEN),
        (&other, "", "+8613800000000", 10, PHONE_TAKEN),
        (&demo, "李四", "8613800000000", 10, PHONE_TAKEN),
        (&other, "李四", "", 11, MISMATCH),
        (&other, "", "13900000000", 11, MISMATCH),
        (&other, "  ", "13900000000", 11, MISMATCH),
        (&other, "李四", " - ", 11, MISMATCH),
    ] {
        refuses(&bind(&world, session, name, phone).await, code, info);
    }
    assert_eq!(feishu.calls(BY_MOBILE).len(), asked, "nothing was asked");
    // Feishu does not know the number, or its owner is called otherwise.
    feishu.answer(BY_MOBILE, [json!({ "code": 0, "data": { "user_list": [{ "mobile": "13900000000" }] } })]);
    refuses(&bind(&world, &other, "李四", "13900000000").await, 11, MISMATCH);
    knows(&feishu, "ou_other", "李四");
    for wrong in ["李四四", "李", "Li Si"] {
        refuses(&bind(&world, &other, wrong, "13900000000").await, 11, MISMATCH);
    }
    for gone in [99_992_351, 41050] {
        feishu.fail(&path("ou_other"), [FeishuFault::Code(400, gone)]);
        refuses(&bind(&world, &other, "李四", "13900000000").await, 11, MISMATCH);
    }
    // The person is another's, under a new name and a new number.
    knows(&feishu, "ou_demo", "李四");
    refuses(&bind(&world, &other, "李四", "13900000000").await, 9, NAME_TAKEN);
    assert_eq!(bindings(&world).await.len(), 1);
    // A number of another country is kept and asked for as it is.
    knows(&feishu, "ou_other", "李四");
    succeeds(&bind(&world, &other, "李四", "+1 (415) 555-0100").await);
    assert_eq!(feishu.calls(BY_MOBILE).pop().unwrap().sent, json!({ "mobiles": ["+14155550100"] }));
}

#[tokio::test]
async fn nothing_is_stored_when_feishu_cannot_be_asked() {
    let bare = World::demo().await;
    let demo = bare.token("demo").await;
    refuses(&bind(&bare, &demo, "张三", "").await, 11, MISMATCH);
    refuses(&bind(&bare, &demo, "张三", "13800000000").await, -2, NOT_CONFIGURED);
    succeeds(&bind(&bare, &demo, "", "").await);
    let (world, feishu) = both().await;
    let demo = world.token("demo").await;
    knows(&feishu, "ou_demo", "张三");
    for (fault, info) in [
        (FeishuFault::Status(503), NO_FEISHU),
        (FeishuFault::Broken, NO_FEISHU),
        (FeishuFault::Code(400, 99_991_672), REFUSED),
        (FeishuFault::Code(400, 99_991_401), REFUSED),
    ] {
        for failing in [BY_MOBILE.to_owned(), path("ou_demo")] {
            feishu.fail(&failing, std::iter::repeat_n(fault.clone(), if info == NO_FEISHU { 3 } else { 1 }));
            refuses(&bind(&world, &demo, "张三", "13800000000").await, -2, info);
        }
    }
    assert_eq!(bindings(&world).await, []);
    feishu.refuse_tokens([FeishuFault::Code(200, 10014)]);
    // Reads are repeated, and a token that is no longer taken is replaced.
    feishu.fail(BY_MOBILE, [FeishuFault::Status(500), FeishuFault::Code(400, 2200)]);
    succeeds(&bind(&world, &demo, "张三", "13800000000").await);
}

#[tokio::test]
async fn of_two_who_race_for_one_person_one_wins() {
    let people = ["demo", "testuser", "admin", "samplestaff", "lwk4j5lk234", "29384uieweretr"];
    for tenant in [None, Some(TENANT)] {
        let (world, feishu) = both_with(|settings| settings.tenant_key = tenant.map(str::to_owned)).await;
        knows(&feishu, "ou_one", "张三");
        let mut sessions = Vec::new();
        for person in people {
            sessions.push(world.token(person).await);
        }
        let replies = join_all(sessions.iter().map(|session| bind(&world, session, "张三", "13800000000"))).await;
        let won = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
        assert_eq!((won, bindings(&world).await.len()), (1, 1));
        for reply in replies.iter().filter(|reply| reply.status != StatusCode::OK) {
            let code = reply.json()["code"].clone();
            refuses(reply, if code == 9 { 9 } else { 10 }, if code == 9 { NAME_TAKEN } else { PHONE_TAKEN });
        }
    }
}

#[tokio::test]
async fn namesakes_who_race_are_not_both_bound() {
    let (world, feishu) = both().await;
    let (demo, other) = (world.token("demo").await, world.token("testuser").await);
    let one = json!({ "code": 0, "data": { "user_list": [{ "user_id": "ou_one" }] } });
    let two = json!({ "code": 0, "data": { "user_list": [{ "user_id": "ou_two" }] } });
    knows(&feishu, "ou_one", "张三");
    knows(&feishu, "ou_two", "张三");
    feishu.answer(BY_MOBILE, [one, two]);
    let replies =
        join_all([bind(&world, &demo, "张三", "13800000000"), bind(&world, &other, "张三", "13900000000")]).await;
    let won = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
    assert_eq!((won, bindings(&world).await.len()), (1, 1));
    replies.iter().filter(|reply| reply.status != StatusCode::OK).for_each(|reply| refuses(reply, 9, NAME_TAKEN));
}

#[tokio::test]
async fn a_leaver_who_is_remembered_is_bound_in_the_same_row() {
    let (world, feishu) = both().await;
    let left = known(&world, None, "ou_demo", None).await;
    let demo = world.token("demo").await;
    knows(&feishu, "ou_demo", "旧名");
    succeeds(&bind(&world, &demo, "旧名", "13800000000").await);
    let rows = bindings(&world).await;
    assert_eq!((rows.len(), rows[0].id, rows[0].news_at), (1, left.id, left.news_at));
    assert_eq!(rows[0].staff_id, Some(person(&world, "demo").await.id));
}

#[tokio::test]
async fn graphql_binds_likewise() {
    let (world, feishu) = both().await;
    let demo = world.token("demo").await;
    knows(&feishu, "ou_demo", "张三");
    let change = "mutation($input: FeishuBindInput!) { feishuBind(input: $input) { viewer { uniqueId } userErrors { code field } } }";
    let bind = async |name: &str, phone: &str, token: Option<&str>| {
        world.graphql(change, json!({ "input": { "name": name, "phone": phone } }), token).await
    };
    let bound = bind("张三", "13800000000", Some(&demo)).await;
    assert_eq!(bound["data"]["feishuBind"], json!({ "viewer": { "uniqueId": "demo" }, "userErrors": [] }));
    let refused = bind("张三", "", Some(&demo)).await;
    let expected = json!({ "viewer": null, "userErrors": [{ "code": "FEISHU_NAME_TAKEN", "field": "name" }] });
    assert_eq!(refused["data"]["feishuBind"], expected);
    let nobody = bind("", "", None).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(feishu.calls(V2).is_empty());
}
