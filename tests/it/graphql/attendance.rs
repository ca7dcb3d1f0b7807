//! §7: what Feishu knows of attendance, in the names of the schema.

use serde_json::{Value, json};

use crate::harness::{Content, Feishu, World};

const THERE: &str = "/open-apis/attendance/v1";

async fn begin() -> (Feishu, World, String) {
    let feishu = Feishu::start().await;
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    let token = world.token("29384uieweretr").await;
    (feishu, world, token)
}

/// Has Feishu answer this at that path.
fn say(feishu: &Feishu, path: &str, data: &Value) {
    feishu.answer(&format!("{THERE}{path}"), [json!({ "code": 0, "msg": "success", "data": data })]);
}

/// The last call of that path: its query and its body.
fn sent(feishu: &Feishu, path: &str) -> (String, Value) {
    let call = feishu.calls(&format!("{THERE}{path}")).pop().unwrap();
    (call.query, call.sent)
}

#[tokio::test]
async fn results_and_punches_have_days_moments_and_whatever_else_feishu_says() {
    let (feishu, world, token) = begin().await;
    let punch = json!({
        "user_id": "u1", "check_time": "1700000000", "is_field": true, "longitude": 116.5, "record_id": "r1", "ssid": "",
        "photo_urls": ["https://p"], "new": 1,
    });
    let record = json!({ "check_in_record": punch, "check_in_result": "Late", "check_out_result": "Lack", "check_in_shift_time": "1699999000" });
    let result = json!({ "result_id": "7", "user_id": "u1", "day": 20_231_114, "group_id": "g", "records": [record], "more": { "x": [] } });
    say(
        &feishu,
        "/user_tasks/query",
        &json!({ "user_task_results": [result], "invalid_user_ids": ["u2"], "unauthorized_user_ids": null }),
    );
    let query = "query($input: AttendanceDaysInput!) { attendanceResults(input: $input) {
        invalidUserIds unauthorizedUserIds
        results { resultId day groupId shiftId records {
            checkInResult checkOutResult checkInShiftTime checkOut { recordId }
            checkIn { recordId checkTime isField isWifi longitude latitude ssid photoUrls } } raw } } }";
    let input = json!({ "userIds": ["u1", "u2"], "from": "2023-11-14", "to": "2023-11-15" });
    let reply = world.graphql(query, json!({ "input": input }), Some(&token)).await;
    let punch = json!({
        "recordId": "r1", "checkTime": "2023-11-14T22:13:20+00:00", "isField": true, "isWifi": null, "longitude": 116.5,
        "latitude": null, "ssid": null, "photoUrls": ["https://p"],
    });
    let record = json!({
        "checkInResult": "Late", "checkOutResult": "Lack", "checkInShiftTime": "2023-11-14T21:56:40+00:00", "checkOut": null,
        "checkIn": punch,
    });
    let expected = json!({
        "invalidUserIds": ["u2"], "unauthorizedUserIds": [],
        "results": [{ "resultId": "7", "day": "2023-11-14", "groupId": "g", "shiftId": null, "records": [record], "raw": result }],
    });
    assert_eq!(reply["data"]["attendanceResults"], expected, "{reply}");
    let body = json!({ "user_ids": ["u1", "u2"], "check_date_from": 20_231_114, "check_date_to": 20_231_115 });
    assert_eq!(sent(&feishu, "/user_tasks/query"), ("employee_type=employee_id".to_owned(), body));

    say(&feishu, "/user_flows/query", &json!({ "user_flow_results": [{ "record_id": 9 }] }));
    let query = "query($input: AttendanceTimesInput!) { attendanceFlows(input: $input) { invalidUserIds flows { recordId checkTime } } }";
    let input = json!({ "employeeType": "EMPLOYEE_NO", "userIds": ["n1"], "from": "2023-11-14T22:13:20Z", "to": "2023-11-15T06:13:21+08:00" });
    let reply = world.graphql(query, json!({ "input": input }), Some(&token)).await;
    let expected = json!({ "invalidUserIds": [], "flows": [{ "recordId": "9", "checkTime": null }] });
    assert_eq!(reply["data"]["attendanceFlows"], expected, "{reply}");
    let body = json!({ "user_ids": ["n1"], "check_time_from": "1700000000", "check_time_to": "1700000001" });
    assert_eq!(sent(&feishu, "/user_flows/query"), ("employee_type=employee_no".to_owned(), body));

    let shift = json!({ "user_id": "u1", "group_id": "g", "shift_id": "s", "month": 202_311, "day_no": 4, "is_clear_schedule": false });
    say(&feishu, "/user_daily_shifts/query", &json!({ "user_daily_shifts": [shift] }));
    let query = "query($input: AttendanceDaysInput!) { attendanceDailyShifts(input: $input) { userId groupId shiftId day isCleared } }";
    let input = json!({ "userIds": ["u1"], "from": "2023-11-01", "to": "2023-11-30" });
    let reply = world.graphql(query, json!({ "input": input }), Some(&token)).await;
    let expected = json!([{ "userId": "u1", "groupId": "g", "shiftId": "s", "day": "2023-11-04", "isCleared": false }]);
    assert_eq!(reply["data"]["attendanceDailyShifts"], expected, "{reply}");
}

#[tokio::test]
async fn groups_and_shifts_come_in_feishus_pages() {
    let (feishu, world, token) = begin().await;
    let listed =
        json!({ "group_list": [{ "group_id": "g", "group_name": "早班" }], "has_more": true, "page_token": "p2" });
    say(&feishu, "/groups", &listed);
    let query = "query($first: Int, $after: String) { attendanceGroups(first: $first, after: $after) {
        nodes { groupId groupName } pageInfo { hasPreviousPage hasNextPage endCursor } } }";
    let reply = world.graphql(query, json!({ "first": 1 }), Some(&token)).await;
    let info = json!({ "hasPreviousPage": false, "hasNextPage": true, "endCursor": "p2" });
    let expected = json!({ "nodes": [{ "groupId": "g", "groupName": "早班" }], "pageInfo": info });
    assert_eq!(reply["data"]["attendanceGroups"], expected, "{reply}");
    assert_eq!(sent(&feishu, "/groups").0, "page_size=1");
    say(&feishu, "/groups", &json!({ "group_list": [], "has_more": false, "page_token": "p2" }));
    let reply = world.graphql(query, json!({ "after": "p2" }), Some(&token)).await;
    let info = json!({ "hasPreviousPage": true, "hasNextPage": false, "endCursor": null });
    assert_eq!(reply["data"]["attendanceGroups"], json!({ "nodes": [], "pageInfo": info }), "{reply}");
    assert_eq!(sent(&feishu, "/groups").0, "page_token=p2");

    let group =
        json!({ "group_id": "g", "group_name": "早班", "group_type": 2, "bind_user_ids": ["u1"], "new_key": true });
    say(&feishu, "/groups/g", &group);
    let query = "{ attendanceGroup(groupId: \"g\") { groupName groupType punchType userIds departmentIds raw } }";
    let reply = world.graphql(query, json!({}), Some(&token)).await;
    let expected = json!({
        "groupName": "早班", "groupType": 2, "punchType": null, "userIds": ["u1"], "departmentIds": [], "raw": group,
    });
    assert_eq!(reply["data"]["attendanceGroup"], expected, "{reply}");

    let shift = json!({ "shift_id": "s", "shift_name": "早", "punch_times": 1, "punch_time_rule": [{ "on_time": "9:00", "off_time": "18:00" }] });
    say(&feishu, "/shifts", &json!({ "shift_list": [shift] }));
    say(&feishu, "/shifts/s", &shift);
    say(&feishu, "/shifts/query", &shift);
    let shown = json!({ "shiftId": "s", "shiftName": "早", "punchTimes": 1, "rules": [{ "onTime": "9:00", "offTime": "18:00" }] });
    let fields = "shiftId shiftName punchTimes rules { onTime offTime }";
    for (field, at) in [
        ("attendanceShifts", "/attendanceShifts/nodes/0"),
        ("attendanceShift(shiftId: \"s\")", "/attendanceShift"),
        ("attendanceShift(name: \"早\")", "/attendanceShift"),
    ] {
        let rows = if at.contains("nodes") { format!("nodes {{ {fields} }}") } else { fields.to_owned() };
        let reply = world.graphql(&format!("{{ {field} {{ {rows} }} }}"), json!({}), Some(&token)).await;
        assert_eq!(reply["data"].pointer(at), Some(&shown), "{reply}");
    }
    assert_eq!(sent(&feishu, "/shifts/query").0, "shift_name=%E6%97%A9");
}

#[tokio::test]
async fn the_same_limits_hold_and_make_no_call() {
    let (feishu, world, token) = begin().await;
    let users = format!("[{}]", "\"u\",".repeat(51));
    let days = "from: \"2026-11-01\", to: \"2026-11-02\"";
    for (asked, about) in [
        (format!("attendanceResults(input: {{userIds: {users}, {days}}}) {{ invalidUserIds }}"), "user_ids"),
        (format!("attendanceResults(input: {{userIds: [], {days}}}) {{ invalidUserIds }}"), "user_ids"),
        (
            "attendanceResults(input: {userIds: [\"u\"], from: \"0999-01-01\", to: \"2026-11-02\"}) { invalidUserIds }"
                .to_owned(),
            "check_date_from",
        ),
        (format!("attendanceDailyShifts(input: {{userIds: {users}, {days}}}) {{ userId }}"), "user_ids"),
        (
            format!(
                "attendanceFlows(input: {{userIds: {users}, from: \"2026-11-01T00:00:00Z\", to: \"2026-11-02T00:00:00Z\"}}) {{ invalidUserIds }}"
            ),
            "user_ids",
        ),
        ("attendanceGroups(first: 0) { nodes { groupId } }".to_owned(), "page_size"),
        ("attendanceGroups(first: 51) { nodes { groupId } }".to_owned(), "page_size"),
        ("attendanceShifts(first: 51) { nodes { shiftId } }".to_owned(), "page_size"),
        ("attendanceGroup(groupId: \"\") { groupId }".to_owned(), "id"),
        ("attendanceGroup(groupId: \"..\") { groupId }".to_owned(), "id"),
        ("attendanceGroup(groupId: \"g/list_user\") { groupId }".to_owned(), "id"),
        ("attendanceShift { shiftId }".to_owned(), "shift_id or shift_name"),
        ("attendanceShift(shiftId: \"s\", name: \"n\") { shiftId }".to_owned(), "shift_id or shift_name"),
    ] {
        let reply = world.graphql(&format!("{{ {asked} }}"), json!({}), Some(&token)).await;
        let error = &reply["errors"][0];
        let extensions = &error["extensions"];
        assert_eq!(extensions["code"], "PARAM_INVALID", "{asked}: {reply}");
        assert_eq!((&extensions["feishuCode"], &extensions["retryable"]), (&json!(1_220_001), &json!(false)));
        assert_eq!((&error["message"], &extensions["advice"]), (&json!("参数异常"), &json!("检查入参是否无效参数")));
        assert!(extensions["requestId"].is_string());
        // English readers see what Feishu would say.
        let body = json!({ "query": format!("{{ {asked} }}") });
        let request = axum::http::Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept-language", "en")
            .header("authorization", format!("Bearer {token}"))
            .body(axum::body::Body::from(body.to_string()));
        let reply = world.send(request.unwrap()).await.json();
        assert_eq!(reply["errors"][0]["message"], format!("param invalid: {about}"), "{asked}");
    }
    assert_eq!(feishu.tokens(), 0);
}

#[tokio::test]
async fn changes_are_sent_in_feishus_names() {
    let (feishu, world, token) = begin().await;
    let ask = async |field: &str, kind: &str, input: Value, fields: &str| {
        let query =
            format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {fields} userErrors {{ code }} }} }}");
        world.graphql(&query, json!({ "input": input }), Some(&token)).await["data"][field].clone()
    };
    say(&feishu, "/groups", &json!({ "group": { "group_id": "g2", "group_name": "晚班" } }));
    let input = json!({
        "groupId": "g2", "operatorId": "o", "employeeType": "EMPLOYEE_NO", "groupName": "晚班", "groupType": 0, "userIds": [],
        "dayShiftIds": ["s"], "details": { "allow_out_punch": true, "group_name": "not this one" },
    });
    let seen = ask("attendanceGroupSave", "AttendanceGroupSaveInput", input, "group { groupId groupName }").await;
    assert_eq!(seen, json!({ "group": { "groupId": "g2", "groupName": "晚班" }, "userErrors": [] }));
    let group = json!({
        "allow_out_punch": true, "group_name": "晚班", "group_id": "g2", "group_type": 0, "bind_user_ids": [],
        "punch_day_shift_ids": ["s"],
    });
    let query = "employee_type=employee_no&dept_type=open_id".to_owned();
    assert_eq!(sent(&feishu, "/groups"), (query, json!({ "group": group, "operator_id": "o" })));
    let input = json!({ "details": [1] });
    let seen = ask("attendanceGroupSave", "AttendanceGroupSaveInput", input, "group { groupId }").await;
    assert_eq!(seen, json!({ "group": null, "userErrors": [{ "code": "PARAM_INVALID" }] }));

    say(&feishu, "/shifts", &json!({ "shift": { "shift_id": "s2" } }));
    let rule = json!({
        "onTime": "9:00", "offTime": "18:00", "lateMinutesAsLate": 1, "lateMinutesAsLack": 2, "onAdvanceMinutes": 3,
        "earlyMinutesAsEarly": 4, "earlyMinutesAsLack": 5, "offDelayMinutes": 6,
    });
    let input = json!({ "shiftName": "早", "punchTimes": 1, "isFlexible": false, "rules": [rule] });
    let seen = ask("attendanceShiftCreate", "AttendanceShiftCreateInput", input, "shift { shiftId }").await;
    assert_eq!(seen, json!({ "shift": { "shiftId": "s2" }, "userErrors": [] }));
    let rule = json!({
        "on_time": "9:00", "off_time": "18:00", "late_minutes_as_late": 1, "late_minutes_as_lack": 2, "on_advance_minutes": 3,
        "early_minutes_as_early": 4, "early_minutes_as_lack": 5, "off_delay_minutes": 6,
    });
    let body = json!({ "shift_name": "早", "punch_times": 1, "is_flexible": false, "punch_time_rule": [rule] });
    assert_eq!(sent(&feishu, "/shifts"), ("employee_type=employee_id".to_owned(), body));

    let entry = json!({ "user_id": "u", "group_id": "g", "shift_id": "0", "month": 202_611, "day_no": 5, "is_clear_schedule": true });
    say(&feishu, "/user_daily_shifts/batch_create", &json!({ "user_daily_shifts": [entry] }));
    let shift = json!({ "userId": "u", "groupId": "g", "shiftId": "0", "day": "2026-11-05", "clear": true });
    let (field, kind) = ("attendanceDailyShiftsSave", "AttendanceDailyShiftsSaveInput");
    let seen = ask(field, kind, json!({ "shifts": [shift] }), "dailyShifts { userId day isCleared }").await;
    let shown = json!([{ "userId": "u", "day": "2026-11-05", "isCleared": true }]);
    assert_eq!(seen, json!({ "dailyShifts": shown, "userErrors": [] }));
    assert_eq!(sent(&feishu, "/user_daily_shifts/batch_create").1, json!({ "user_daily_shifts": [entry] }));
    for shifts in [json!([]), vec![shift; 51].into()] {
        let seen = ask(field, kind, json!({ "shifts": shifts }), "dailyShifts { userId }").await;
        assert_eq!(seen, json!({ "dailyShifts": [], "userErrors": [{ "code": "PARAM_INVALID" }] }));
    }

    for (field, kind, key, deleted, path) in [
        ("attendanceGroupDelete", "AttendanceGroupDeleteInput", "groupId", "deletedGroupId", "/groups/x"),
        ("attendanceShiftDelete", "AttendanceShiftDeleteInput", "shiftId", "deletedShiftId", "/shifts/x"),
    ] {
        let seen = ask(field, kind, json!({ key: "x" }), deleted).await;
        assert_eq!(seen, json!({ deleted: "x", "userErrors": [] }));
        let line = &feishu.calls(&format!("{THERE}{path}"))[0].line;
        assert_eq!(*line, format!("DELETE {THERE}{path}"));
        let seen = ask(field, kind, json!({ key: "a/b" }), deleted).await;
        assert_eq!(seen, json!({ deleted: null, "userErrors": [{ "code": "PARAM_INVALID" }] }));
    }
}
