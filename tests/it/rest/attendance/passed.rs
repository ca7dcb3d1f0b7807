//! §6.1 to §6.3: calls go through as they are, limits and refusals are told as the tables say.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{THERE, begin, call, send};
use crate::harness::{Content, FEISHU_SECRET, FeishuFault as Fault, World};

/// Each call of §6.1 with a body that keeps to its limits, and what is sent on in the query.
fn calls() -> [(&'static str, &'static str, Value, &'static str); 18] {
    let users = json!({ "user_ids": ["u"], "check_date_from": 20_261_101, "check_date_to": 20_261_102, "unknown": { "a": [1] } });
    let flows = json!({ "user_ids": vec!["u"; 50], "check_time_from": "1", "check_time_to": "2" });
    let (employees, both) = ("employee_type=employee_id", "employee_type=employee_id&dept_type=open_id");
    let none = || Value::Null;
    [
        ("POST", "/user_tasks/query", users, employees),
        ("POST", "/user_flows/query", flows, employees),
        ("GET", "/user_flows/f1", none(), employees),
        ("POST", "/user_flows/batch_create", json!({ "flow_records": vec![json!({}); 50] }), employees),
        ("POST", "/user_flows/batch_del", json!({ "record_ids": vec!["r"; 10] }), ""),
        ("GET", "/groups", none(), ""),
        ("POST", "/groups", json!({ "group": { "group_id": "g" }, "operator_id": "o" }), both),
        ("GET", "/groups/g1", none(), both),
        ("DELETE", "/groups/g1", none(), ""),
        ("POST", "/groups/search", json!({ "group_name": "g" }), ""),
        ("GET", "/groups/g1/list_user", none(), both),
        ("GET", "/shifts", none(), ""),
        ("POST", "/shifts", json!({ "shift_name": "s" }), employees),
        ("GET", "/shifts/s1", none(), ""),
        ("DELETE", "/shifts/s1", none(), ""),
        ("POST", "/shifts/query?shift_name=%E6%97%A9", none(), "shift_name=%E6%97%A9"),
        ("POST", "/user_daily_shifts/query", json!({ "user_ids": ["u"] }), employees),
        ("POST", "/user_daily_shifts/batch_create", json!({ "user_daily_shifts": vec![json!({}); 50] }), employees),
    ]
}

#[tokio::test]
async fn every_listed_call_goes_through_as_it_is_and_so_does_its_answer() {
    let (feishu, world, token) = begin().await;
    for (method, path, body, query) in calls() {
        let bare = path.split('?').next().unwrap();
        let there = format!("{THERE}{bare}");
        let answer = json!({ "code": 0, "msg": "ok", "data": { "z": 1.5, "a": [null, "中", 9_007_199_254_740_993_i64], "m": { "k": true } } });
        feishu.answer(&there, [answer.clone()]);
        let reply = call(&world, method, path, &token, &body).await;
        assert_eq!((reply.status, reply.text()), (StatusCode::OK, answer.to_string().as_str()), "{method} {path}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        let calls = feishu.calls(&there);
        let sent = calls.last().unwrap();
        assert_eq!((sent.line.as_str(), sent.query.as_str()), (format!("{method} {there}").as_str(), query));
        assert_eq!(sent.sent, if body.is_null() { json!("") } else { body }, "{path}");
        assert!(sent.authorization.starts_with("Bearer token-"), "the session stays here: {}", sent.authorization);
    }
}

#[tokio::test]
async fn unknown_keys_of_the_query_go_on_and_given_kinds_of_ids_stay() {
    let (feishu, world, token) = begin().await;
    for (asked, sent) in [
        ("employee_type=employee_no&x=a%20b&x=c", "employee_type=employee_no&x=a+b&x=c&dept_type=open_id"),
        ("dept_type=y", "dept_type=y&employee_type=employee_id"),
        ("employee_type=&dept_type=", "employee_type=&dept_type="),
    ] {
        call(&world, "GET", &format!("/groups/g/?{asked}"), &token, &Value::Null).await;
        assert_eq!(feishu.calls(&format!("{THERE}/groups/g")).last().unwrap().query, sent, "{asked}");
    }
}

fn invalid(about: &str) -> Value {
    let problem =
        json!({ "type": "PARAM_INVALID", "meaning": "参数异常", "advice": "检查入参是否无效参数", "retryable": false });
    json!({ "code": 1_220_001, "msg": format!("param invalid: {about}"), "problem": problem })
}

#[tokio::test]
async fn what_is_over_a_limit_makes_no_call() {
    let (feishu, world, token) = begin().await;
    let many = |key: &str, number: usize| json!({ key: vec![json!("u"); number] });
    let days = |from: Value| json!({ "user_ids": ["u"], "check_date_from": from, "check_date_to": 20_261_102 });
    let times = |to: Value| json!({ "user_ids": ["u"], "check_time_from": "1", "check_time_to": to });
    for (method, path, body, about) in [
        ("POST", "/user_tasks/query", many("user_ids", 0), "user_ids"),
        ("POST", "/user_tasks/query", many("user_ids", 51), "user_ids"),
        ("POST", "/user_tasks/query", json!({}), "user_ids"),
        ("POST", "/user_tasks/query", Value::Null, "user_ids"),
        ("POST", "/user_tasks/query", days(json!("20261101")), "check_date_from"),
        ("POST", "/user_tasks/query", days(json!(20_261_301)), "check_date_from"),
        ("POST", "/user_tasks/query", days(json!(20_261_101.5)), "check_date_from"),
        ("POST", "/user_flows/query", many("user_ids", 51), "user_ids"),
        ("POST", "/user_flows/query", times(json!(2)), "check_time_to"),
        ("POST", "/user_flows/query", times(json!("2.5")), "check_time_to"),
        ("POST", "/user_flows/batch_create", json!({}), "flow_records"),
        ("POST", "/user_flows/batch_create", many("flow_records", 0), "flow_records"),
        ("POST", "/user_flows/batch_del", many("record_ids", 0), "record_ids"),
        ("POST", "/user_flows/batch_del", many("record_ids", 11), "record_ids"),
        ("GET", "/groups?page_size=0", Value::Null, "page_size"),
        ("GET", "/groups?page_size=51", Value::Null, "page_size"),
        ("POST", "/groups/search?page_size=x", json!({}), "page_size"),
        ("GET", "/groups/g/list_user?page_size=-1", Value::Null, "page_size"),
        ("GET", "/shifts?page_size=5&page_size=51", Value::Null, "page_size"),
        ("POST", "/user_daily_shifts/query", many("user_ids", 51), "user_ids"),
        ("POST", "/user_daily_shifts/batch_create", many("user_daily_shifts", 51), "user_daily_shifts"),
    ] {
        let reply = call(&world, method, path, &token, &body).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::BAD_REQUEST, invalid(about)), "{method} {path} {body}");
    }
    let reply = call(&world, "POST", "/user_flows/batch_create", &token, &many("flow_records", 51)).await;
    let problem = json!({ "type": "TOO_MANY_FLOWS", "meaning": "操作的流水数量过多", "advice": "需要小于等于50条流水", "retryable": false });
    let expected = json!({ "code": 1_220_001, "msg": "operate too much flow", "problem": problem });
    assert_eq!((reply.status, reply.json()), (StatusCode::BAD_REQUEST, expected));
    for body in [
        "{",
        "[]",
        "\"text\"",
        "{\"user_ids\":[\"u\"],}",
        "\u{feff}{}",
        &format!("{}1{}", "[".repeat(200), "]".repeat(200)),
    ] {
        let reply = send(&world, "POST", "/groups", Some(&token), body.to_owned()).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::BAD_REQUEST, invalid("body")), "{body}");
    }
    assert_eq!(feishu.tokens(), 0, "nothing was sent");
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte() {
    let (_feishu, world, token) = begin().await;
    let sized = |size: usize| format!("{{\"group_name\":\"{}\"}}", "a".repeat(size - 17));
    let fits = send(&world, "POST", "/groups/search", Some(&token), sized(1024 * 1024)).await;
    assert_eq!(fits.status, StatusCode::OK);
    let over = send(&world, "POST", "/groups/search", Some(&token), sized(1024 * 1024 + 1)).await;
    let expected = json!({ "code": 413, "msg": "请求内容过大" });
    assert_eq!((over.status, over.json()), (StatusCode::PAYLOAD_TOO_LARGE, expected));
}

#[tokio::test]
async fn only_listed_calls_are_there() {
    let (feishu, world, token) = begin().await;
    let nothing = json!({ "code": 404, "msg": "404 Not Found" });
    for (method, path) in [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/user_settings/query"),
        ("POST", "/user_approvals/query"),
        ("GET", "/groups/g/x"),
        ("GET", "/groups/a%2Fb"),
        ("GET", "/groups/a%2Flist_user"),
        ("GET", "/groups/%2E%2E"),
        ("GET", "/groups/.."),
        ("DELETE", "/shifts/%2e"),
    ] {
        let reply = send(&world, method, path, Some(&token), "").await;
        assert_eq!((reply.status, reply.json()), (StatusCode::NOT_FOUND, nothing.clone()), "{method} {path}");
    }
    for (method, path, allowed) in [
        ("PUT", "/groups", "GET, POST"),
        ("POST", "/groups/g1", "GET, DELETE"),
        ("GET", "/user_tasks/query", "POST"),
        ("DELETE", "/events", "GET"),
        ("PATCH", "/shifts/s", "GET, DELETE"),
    ] {
        let reply = send(&world, method, path, Some(&token), "").await;
        let expected = json!({ "code": 405, "msg": "405 Method Not Allowed" });
        assert_eq!((reply.status, reply.json()), (StatusCode::METHOD_NOT_ALLOWED, expected), "{method} {path}");
        assert_eq!(reply.headers[header::ALLOW], allowed, "{method} {path}");
    }
    assert_eq!(feishu.tokens(), 0);
}

#[tokio::test]
async fn only_who_may_pass() {
    let (feishu, world, _) = begin().await;
    let dead = json!({ "code": 401, "msg": "令牌失效，请重新登录" });
    for token in [None, Some(""), Some("x"), Some("1606276800abcdefghijklmnopqrstuvwxyz")] {
        // Whatever was sent: who is nobody learns nothing about it.
        let reply = send(&world, "POST", "/user_tasks/query", token, "{").await;
        assert_eq!((reply.status, reply.json()), (StatusCode::UNAUTHORIZED, dead.clone()), "{token:?}");
        assert_eq!(reply.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    for (person, may) in
        [("samplestaff", false), ("lwk4j5lk234", false), ("29384uieweretr", true), ("admin", true), ("suadmin", true)]
    {
        let token = world.token(person).await;
        for path in ["/groups", "/events"] {
            let reply = send(&world, "GET", path, Some(&token), "").await;
            if may {
                assert_eq!(reply.status, StatusCode::OK, "{person} {path}");
            } else {
                let expected = json!({ "code": 403, "msg": "无权访问资源" });
                assert_eq!((reply.status, reply.json()), (StatusCode::FORBIDDEN, expected), "{person} {path}");
            }
        }
    }
    // The token of another dialect opens this one too.
    let login = json!({ "username": "sdfg", "password": "sdfgpass" });
    let session = world.post("/api/login/", &login).await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(send(&world, "GET", "/groups", Some(&session), "").await.status, StatusCode::OK);
    assert_eq!(feishu.calls(&format!("{THERE}/groups")).len(), 4);
}

/// §6.3: what Feishu says, the type it is, what it means, what to do; only the second row may go well another time.
const TABLE: &[(&str, &str, &str, Option<&str>)] = &[
    ("param invalid", "PARAM_INVALID", "参数异常", Some("检查入参是否无效参数")),
    (
        "no row affected",
        "NO_ROW_AFFECTED",
        "数据库行记录数据未更新",
        Some("更新数据库失败或者乐观锁冲突，可以进行重试处理"),
    ),
    ("the object already exists", "ALREADY_EXISTS", "数据已存在", Some("唯一键冲突，请检查业务幂等id是否重复")),
    ("time calculation failed", "TIME_CALCULATION_FAILED", "时间计算错误", Some("请检查入参时间格式")),
    ("rule does not exist", "RECORD_NOT_EXIST", "访问记录不存在", Some("请检查是否存在对应的数据记录")),
    ("shift can not be del", "SHIFT_IN_USE", "班次不能删除", Some("班次还在被其他考勤规则关联使用，所以不能删除")),
    ("operate too much flow", "TOO_MANY_FLOWS", "操作的流水数量过多", Some("需要小于等于50条流水")),
    ("shift does not exist", "SHIFT_NOT_EXIST", "班次信息不存在", Some("请检查是否存在对应的数据记录")),
    ("env count illegal", "ENV_COUNT_ILLEGAL", "打卡环境信息出错，gps列表超长", Some("不能超过3000")),
    ("auth no permission", "NO_PERMISSION", "权限验证失败", Some("请检查操作人是否有相应的功能和数据权限")),
    (
        "failed to upload an image. Please upload a clear and complete image",
        "FACE_IMAGE_REJECTED",
        "上传人脸失败",
        Some("请上传清晰完整的头像"),
    ),
    ("the object in tos not found", "FILE_NOT_FOUND", "在文件存储中不存在该记录", Some("请联系技术支持")),
    (
        "the attendance result has been sealed and can not modify",
        "RESULT_SEALED",
        "考勤结果已封账，无法再修改",
        Some("考勤结果已封账，无法再修改"),
    ),
    ("time is invalid", "TIME_INVALID", "无效的时间格式", Some("请检查入参时间格式")),
    (
        "This API can only be accessed by Feishu People Enterprise Edition users.",
        "ENTERPRISE_EDITION_ONLY",
        "此API只提供给飞书人事（企业版）",
        None,
    ),
    ("name or employee_no invalid", "USER_NOT_EXIST", "用户不存在", Some("请检查用户id或者工号信息")),
    ("archive_rule_id not exist", "ARCHIVE_RULE_NOT_EXIST", "封账规则不存在", Some("请检查封账规则id")),
    ("rule not exist", "GROUP_NOT_EXIST", "考勤组信息不存在", Some("请检查 group_id 是否正确")),
    (
        "the rule cannot arrange!",
        "GROUP_CANNOT_ARRANGE",
        "当前考勤规则不允许创建或修改排班表",
        Some("请检查考勤组班制类型，只有排班制可以使用此接口"),
    ),
];

#[tokio::test]
async fn every_row_of_the_error_table_is_told_through_rest_and_graphql() {
    let (feishu, world, token) = begin().await;
    for (msg, kind, meaning, advice) in TABLE {
        let retryable = *kind == "NO_ROW_AFFECTED";
        feishu.answer(&format!("{THERE}/groups/g"), [json!({ "code": 1_228_888, "msg": msg })]);
        let reply = call(&world, "GET", "/groups/g", &token, &Value::Null).await;
        let problem = json!({ "type": kind, "meaning": meaning, "advice": advice, "retryable": retryable });
        let expected = json!({ "code": 1_228_888, "msg": msg, "problem": problem });
        assert_eq!((reply.status, reply.json()), (StatusCode::BAD_REQUEST, expected));

        let query = "{ attendanceGroup(groupId: \"g\") { groupId } }";
        let reply = world.graphql(query, json!({}), Some(&token)).await;
        let told = &reply["errors"][0];
        assert_eq!(told["message"], *meaning, "{reply}");
        let extensions = &told["extensions"];
        let seen = (&extensions["code"], &extensions["feishuCode"], &extensions["advice"], &extensions["retryable"]);
        assert_eq!(seen, (&json!(kind), &json!(1_228_888), &json!(advice), &json!(retryable)));

        let mutation = "mutation { attendanceGroupDelete(input: {groupId: \"g\"}) {
            deletedGroupId userErrors { code message field feishuCode advice retryable legacyCode } } }";
        let reply = world.graphql(mutation, json!({}), Some(&token)).await;
        let expected = json!({
            "code": kind, "message": meaning, "field": null, "feishuCode": 1_228_888, "advice": advice,
            "retryable": retryable, "legacyCode": null,
        });
        let payload = json!({ "deletedGroupId": null, "userErrors": [expected] });
        assert_eq!(reply["data"]["attendanceGroupDelete"], payload, "{reply}");
    }
}

#[tokio::test]
async fn codes_tell_where_words_do_not_and_statuses_are_feishus() {
    let (feishu, world, token) = begin().await;
    for (status, code, seen, kind, retryable) in [
        (400, 1_220_001, 400, "PARAM_INVALID", false),
        (200, 1_220_001, 400, "PARAM_INVALID", false),
        (400, 1_220_003, 400, "USER_NOT_EXIST", false),
        (200, 1_220_004, 400, "USER_NOT_EXIST", false),
        (403, 1_220_005, 403, "NO_PERMISSION", false),
        (400, 1_220_006, 400, "ENTERPRISE_EDITION_ONLY", false),
        (400, 1_220_007, 400, "ENTERPRISE_EDITION_ONLY", false),
        (400, 1_226_001, 400, "SHIFT_IN_USE", false),
        (409, 1_226_002, 409, "ALREADY_EXISTS", false),
        (400, 99_991_401, 400, "IP_NOT_ALLOWED", false),
        (400, 99_991_672, 400, "SCOPE_MISSING", false),
        (400, 7, 400, "UNKNOWN", false),
    ] {
        feishu.fail(&format!("{THERE}/shifts/s"), [Fault::Refused(status, code, "other")]);
        let reply = call(&world, "GET", "/shifts/s", &token, &Value::Null).await;
        let body = reply.json();
        assert_eq!((reply.status.as_u16(), &body["code"], &body["msg"]), (seen, &json!(code), &json!("other")));
        assert_eq!((&body["problem"]["type"], &body["problem"]["retryable"]), (&json!(kind), &json!(retryable)));
    }
    feishu.fail(&format!("{THERE}/shifts/s"), std::iter::repeat_n(Fault::Refused(500, 1_220_002, "other"), 3));
    let reply = call(&world, "GET", "/shifts/s", &token, &Value::Null).await;
    let problem = json!({ "type": "UNKNOWN", "meaning": null, "advice": null, "retryable": true });
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(reply.json(), json!({ "code": 1_220_002, "msg": "other", "problem": problem }));
    feishu.fail(&format!("{THERE}/groups"), [Fault::TooOften("0.5")]);
    let reply = call(&world, "GET", "/groups", &token, &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "it waits for as long as Feishu says: {}", reply.text());
    feishu.fail(&format!("{THERE}/groups"), [Fault::TooOften("59")]);
    let reply = call(&world, "GET", "/groups", &token, &Value::Null).await;
    let expected = json!({ "code": 99_991_400, "msg": "request trigger frequency limit", "problem": problem });
    assert_eq!((reply.status, reply.json()), (StatusCode::TOO_MANY_REQUESTS, expected));
    assert_eq!(reply.headers[header::RETRY_AFTER], "59");
}

#[tokio::test]
async fn what_changed_no_row_is_repeated_before_it_is_told() {
    let (feishu, world, token) = begin().await;
    let none = json!({ "code": 1_220_002, "msg": "no row affected" });
    let there = format!("{THERE}/groups/g");
    feishu
        .answer(&there, [none.clone(), none.clone(), none.clone(), json!({ "code": 0, "msg": "success", "data": {} })]);
    assert_eq!(call(&world, "DELETE", "/groups/g", &token, &Value::Null).await.status, StatusCode::OK);
    feishu.answer(&there, [none]);
    let reply = call(&world, "DELETE", "/groups/g", &token, &Value::Null).await;
    assert_eq!((reply.status, &reply.json()["problem"]["type"]), (StatusCode::BAD_REQUEST, &json!("NO_ROW_AFFECTED")));
    assert_eq!(feishu.calls(&there).len(), 8);
}

#[tokio::test]
async fn without_feishu_there_is_no_answer() {
    let (feishu, world, token) = begin().await;
    let down = json!({ "code": -2, "msg": "飞书服务暂时不可用，请稍后再试" });
    for fault in [Fault::Status(502), Fault::Broken, Fault::Cut, Fault::Long] {
        feishu.fail(&format!("{THERE}/groups"), std::iter::repeat_n(fault.clone(), 3));
        let reply = call(&world, "GET", "/groups", &token, &Value::Null).await;
        assert_eq!((reply.status, reply.json()), (StatusCode::SERVICE_UNAVAILABLE, down.clone()), "{fault:?}");
    }
    let query = "{ attendanceGroups { nodes { groupId } } }";
    feishu.fail(&format!("{THERE}/groups"), std::iter::repeat_n(Fault::Status(502), 3));
    let extensions = &world.graphql(query, json!({}), Some(&token)).await["errors"][0]["extensions"];
    assert_eq!((&extensions["code"], &extensions["retryable"]), (&json!("FEISHU_UNAVAILABLE"), &json!(true)));
    assert_eq!((&extensions["feishuCode"], &extensions["advice"]), (&Value::Null, &Value::Null));

    let world = World::with(Content::Demo).await;
    let token = world.token("29384uieweretr").await;
    let reply = call(&world, "GET", "/groups", &token, &Value::Null).await;
    let unset = json!({ "code": -2, "msg": "未配置飞书应用" });
    assert_eq!((reply.status, reply.json()), (StatusCode::SERVICE_UNAVAILABLE, unset));
    let reply = call(&world, "GET", "/groups?page_size=0", &token, &Value::Null).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::BAD_REQUEST, invalid("page_size")));
    let extensions = &world.graphql(query, json!({}), Some(&token)).await["errors"][0]["extensions"];
    assert_eq!((&extensions["code"], &extensions["retryable"]), (&json!("FEISHU_NOT_CONFIGURED"), &json!(false)));
    let mutation = "mutation { attendanceShiftDelete(input: {shiftId: \"s\"}) { userErrors { code retryable } } }";
    let reply = world.graphql(mutation, json!({}), Some(&token)).await;
    let expected = json!([{ "code": "FEISHU_NOT_CONFIGURED", "retryable": false }]);
    assert_eq!(reply["data"]["attendanceShiftDelete"]["userErrors"], expected, "{reply}");
}

#[tokio::test]
async fn a_refused_token_call_says_nothing_of_our_secret() {
    let (feishu, world, token) = begin().await;
    feishu.refuse_tokens([Fault::Refused(200, 10014, "app secret invalid")]);
    for status in [StatusCode::BAD_REQUEST, StatusCode::SERVICE_UNAVAILABLE] {
        let reply = call(&world, "GET", "/groups", &token, &Value::Null).await;
        assert_eq!(reply.status, status, "the second is not asked within 30 s: {}", reply.text());
        assert!(!reply.text().contains(FEISHU_SECRET));
    }
    assert_eq!(feishu.tokens(), 1);
}
