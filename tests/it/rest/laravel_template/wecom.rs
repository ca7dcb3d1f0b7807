//! §4.5, §4.9, §4.11, §4.18 and §4.20: logging in from WeCom, asking for a sync, messages.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use super::{call, error, get, keys, ok, post, refusal, work};
use crate::harness::{AGENT, CORP, Content, Reply, Says, WecomStandIn, World};

async fn both() -> (World, WecomStandIn) {
    let wecom = WecomStandIn::start().await;
    (World::on_wecom(Content::Demo, wecom.settings()).await, wecom)
}

const OUTSIDER: &str = "不属于企业号，请联系管理员，或稍后再试";

#[tokio::test]
async fn a_code_logs_in_or_is_told_why_not() {
    let (world, wecom) = both().await;
    let login = async |body: Value| post(&world, "/api/codelogin", None, body).await.json();
    let admin = world.token("admin").await;
    let lock = "mutation { staffLock(input: {id: \"testuser\"}) { userErrors { code } } }";
    world.graphql(lock, json!({}), Some(&admin)).await;
    for body in [json!({}), json!({ "code": "" }), json!({ "code": null }), json!({ "code": [] })] {
        assert_eq!(login(body).await, error("未提供code"));
    }
    let calls = wecom.count("auth/getuserinfo");
    assert_eq!(login(json!({ "code": "x".repeat(513) })).await, error(OUTSIDER));
    assert_eq!(wecom.count("auth/getuserinfo"), calls, "WeCom was not asked");
    assert_eq!(login(json!({ "code": "unknown" })).await, error(OUTSIDER));
    for says in [Says::Json(json!({ "errcode": 0, "OpenId": "x" })), Says::Status(500), Says::Cut, Says::Text("{")] {
        wecom.say("auth/getuserinfo", [says.clone()]);
        assert_eq!(login(json!({ "code": "code-of-demo" })).await, error(OUTSIDER), "{says:?}");
    }
    let newcomer = error("或许您是新加入的成员，请耐心等待系统同步数据，十分钟后再来吧 :)");
    assert_eq!(login(json!({ "code": "code-of-brand-new" })).await, newcomer);
    work(&world).await;
    assert_eq!(wecom.count("department/list"), 1, "a sync was asked for");
    assert_eq!(login(json!({ "code": "code-of-brand-new" })).await, newcomer);
    work(&world).await;
    assert_eq!(wecom.count("department/list"), 1, "but only one a minute");
    assert_eq!(login(json!({ "code": "code-of-testuser" })).await, error("账号已被锁定"));

    let answer = login(json!({ "code": "code-of-DEMO" })).await;
    let data = &answer["data"];
    let token = data["token"].as_str().unwrap();
    let user = json!({ "name": "测试姓名", "username": "demo" });
    let expected = json!({
        "total": 1, "per_page": 15, "current_page": 1, "last_page": 1, "next_page_url": null, "prev_page_url": null, "from": 1,
        "to": 1, "data": { "token": token, "user": user }, "token": token, "user": user,
    });
    assert_eq!(answer.to_string(), ok("登录成功", expected).to_string());
    assert_eq!(get(&world, "/api/limits", Some(token)).await.status, StatusCode::OK);
    let bare = World::demo().await;
    assert_eq!(post(&bare, "/api/codelogin", None, json!({})).await.json(), error("未提供code"));
    assert_eq!(post(&bare, "/api/codelogin", None, json!({ "code": "x" })).await.json(), error("未配置企业微信"));
}

#[tokio::test]
async fn a_sync_is_asked_for_by_either_permission() {
    let (world, wecom) = both().await;
    let asked = ok("已经开始同步，请稍后刷新页面查看同步结果", Value::Null);
    for (path, key, status) in [
        ("/api/users/sync", "29384uieweretr", 200),
        ("/api/departments/sync/", "lwk4j5lk234", 200),
        ("/api/users/sync", "lwk4j5lk234", 403),
        ("/api/departments/sync", "29384uieweretr", 403),
    ] {
        let token = world.token(key).await;
        let reply = post(&world, path, Some(&token), json!({})).await;
        assert_eq!(reply.status.as_u16(), status, "{path} {key}");
        if status == 200 {
            assert_eq!(reply.json(), asked);
        }
    }
    work(&world).await;
    assert_eq!(wecom.count("department/list"), 1);
    let bare = World::demo().await;
    let token = bare.token("admin").await;
    assert_eq!(post(&bare, "/api/users/sync", Some(&token), json!({})).await.json(), error("未配置企业微信"));
    let reply = call(&bare, Method::GET, "/api/users/sync", Some(&token), None).await;
    assert_eq!((reply.status.as_u16(), &reply.headers[header::ALLOW]), (405, &"POST".parse().unwrap()));
}

#[tokio::test]
async fn messages_reach_or_are_told_not_to() {
    let (world, wecom) = both().await;
    let token = world.token("admin").await;
    let path = "/api/users/sendmessage";
    let send = async |path: &str, body: Value| post(&world, path, Some(&token), body).await.json();
    let missing = |key: &str| {
        let mut answer = error("请求参数不正确");
        answer["errors"] = json!({ key: ["不能为空"] });
        answer
    };
    for (body, key) in [
        (json!({ "message": "x" }), "username"),
        (json!({ "username": "", "message": "x" }), "username"),
        (json!({ "username": [], "message": "x" }), "username"),
        (json!({ "username": "testuser" }), "message"),
        (json!({ "username": "testuser", "message": "  " }), "message"),
        (json!({ "username": "nobody", "message": null }), "message"),
    ] {
        assert_eq!(send(path, body.clone()).await, missing(key), "{body}");
    }
    let mut unknown = error("发送消息失败");
    unknown["errors"] = json!({ "username": ["用户不存在"] });
    assert_eq!(send(path, json!({ "username": ["testuser", "nobody"], "message": "x" })).await, unknown);
    assert_eq!(
        send(path, json!({ "username": ["suadmin", "admin", "DEMO"], "message": "x" })).await,
        error("发送消息失败")
    );
    assert_eq!(wecom.count("message/send"), 0);

    let sent = ok("发送消息成功", Value::Null);
    assert_eq!(send(path, json!({ "username": "TestUser", "message": " 测试\u{1}消息\n " })).await, sent);
    assert_eq!(send("/api/users/sendmessage/staff3", json!({ "message": "x" })).await, sent);
    assert_eq!(
        send("/api/users/sendmessage/", json!({ "username": ["asdf", "sdfg", "asdf", "demo"], "message": 5 })).await,
        sent
    );
    let calls = wecom.calls("message/send");
    let brief: Vec<_> = calls.iter().map(|call| (&call.body["touser"], &call.body["text"]["content"])).collect();
    let text = |text: &str| json!(text);
    assert_eq!(
        brief,
        [(&text("testuser"), &text("测试消息")), (&text("staff3"), &text("x")), (&text("asdf|sdfg"), &text("5")),]
    );
    for (unreached, message) in [("asdf", "部分发送失败"), ("ASDF|sdfg", "发送消息失败")] {
        wecom.say("message/send", [Says::Json(json!({ "errcode": 0, "invaliduser": unreached }))]);
        assert_eq!(
            send(path, json!({ "username": ["asdf", "sdfg"], "message": "x" })).await,
            error(message),
            "{unreached}"
        );
    }
    for fault in [Says::Code(60111), Says::Status(502), Says::Cut, Says::Code(45009)] {
        wecom.say("message/send", [fault.clone()]);
        assert_eq!(send(path, json!({ "username": "asdf", "message": "x" })).await, error("发送消息失败"), "{fault:?}");
    }
    let bare = World::demo().await;
    let token = bare.token("admin").await;
    let answer = post(&bare, path, Some(&token), json!({ "username": "asdf", "message": "x" })).await;
    assert_eq!(answer.json(), error("未配置企业微信"));
}

async fn way(world: &World, query: &str, cookie: Option<&str>) -> Reply {
    let mut request = Request::get(format!("/api/wxcode{query}"));
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_way_to_wecom_and_back_needs_the_same_browser() {
    let (world, _wecom) = both().await;
    let reply = way(&world, "?next=/qrlogin?nonce=N", None).await;
    assert_eq!((reply.status.as_u16(), &reply.headers[header::CACHE_CONTROL]), (302, &"no-store".parse().unwrap()));
    let place = reply.headers[header::LOCATION].to_str().unwrap();
    let (_, rest) = place.split_once("&state=").unwrap();
    let state = rest.split('&').next().unwrap();
    let there = format!(
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid={CORP}&redirect_uri=\
         http%3A%2F%2Fassetry.test%2Fapi%2Fwxcode%3Fnext%3D%252Fqrlogin%253Fnonce%253DN&response_type=code&scope=snsapi_base\
         &state={state}&agentid={AGENT}#wechat_redirect"
    );
    assert_eq!(place, there);
    assert!(state.len() == 32 && state.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert_eq!(cookie, format!("wx_state={state}; HttpOnly; SameSite=Lax; Path=/api/wxcode; Max-Age=300"));
    assert_ne!(way(&world, "", None).await.headers[header::SET_COOKIE], cookie);

    let kept = format!("a=b; wx_state={state}");
    let back = way(&world, &format!("?code=C%26D&state={state}&next=/a"), Some(&kept)).await;
    assert_eq!(back.status.as_u16(), 302);
    assert_eq!(back.headers[header::LOCATION], "/mobile.html#/login/?code=C%26D&next=%2Fa");
    assert!(back.headers[header::SET_COOKIE].to_str().unwrap().starts_with("wx_state=; "));
    for (query, cookie) in [
        (format!("?code=C&state={state}"), None),
        (format!("?code=C&state={}", "0".repeat(32)), Some(kept.as_str())),
        ("?code=C".to_owned(), Some(kept.as_str())),
        ("?code=C&state=".to_owned(), Some("wx_state=")),
        ("?code=C&state=x".to_owned(), Some("wx_state=x")),
    ] {
        let reply = way(&world, &query, cookie).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (400, refusal(400, "state 不正确")), "{query}");
        assert!(!reply.headers.contains_key(header::LOCATION));
    }
    let bare = way(&World::demo().await, "", None).await;
    assert_eq!((bare.status.as_u16(), bare.json()), (503, refusal(503, "未配置企业微信")));
}

#[tokio::test]
async fn what_wecom_says_of_people_is_in_their_rows() {
    let (world, wecom) = both().await;
    wecom.departments(&[
        json!({ "id": 1, "name": "公司" }),
        json!({ "id": 50, "name": "组", "parentid": 1, "order": 5 }),
    ]);
    wecom.members(50, &[json!({ "userid": "demo", "department": [50], "position": "工程师", "status": 1 })]);
    let token = world.token("admin").await;
    post(&world, "/api/users/sync", Some(&token), json!({})).await;
    work(&world).await;
    let row = get(&world, "/api/users?search=demo", Some(&token)).await.json()["data"]["data"][0].clone();
    assert_eq!(row["info"], r#"{"userid":"demo","position":"工程师","status":1}"#);
    assert_eq!(row["departments"], r#"[{"50":{"id":50,"name":"组"}}]"#);
    assert_eq!(keys(&row).len(), 10);
    wecom.departments(&[json!({ "id": 1, "name": "公司" })]);
    post(&world, "/api/departments/sync", Some(&token), json!({})).await;
    work(&world).await;
    let rows = get(&world, "/api/departments", Some(&token)).await.json()["data"]["data"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == 50).unwrap();
    assert_eq!((&row["status"], &row["order"], &row["name"]), (&json!(1), &json!(5), &json!("组")));
}
