//! Who may: every edge of the schema that leads to data, asked as each kind of person, against the table below.
//!
//! `y` an answer with data, `0` an answer without, `x` FORBIDDEN, `-` UNAUTHENTICATED. A mutation that is let in answers `y` even
//! where it refuses the input given here, which changes nothing.

use std::collections::BTreeSet;

use assetry::{
    entity::{
        attendance_event, department, department_binding, file, outbox, person_binding, staff, words::DeliveryState,
    },
    graphql::api,
};
use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Value, json};

use crate::harness::{Content, Feishu, World};

/// Nobody; the holder and applicant in the demo data; general staff who has nothing to do with it; one of each administrator; who
/// may do everything.
const PEOPLE: [Option<&str>; 7] = [
    None,
    Some("samplestaff"),
    Some("demo"),
    Some("lwk4j5lk234"),
    Some("29384uieweretr"),
    Some("admin"),
    Some("suadmin"),
];

struct Edge {
    name: &'static str,
    /// Nobody, holder, other, asset admin, system admin, IT admin, everything.
    expected: &'static str,
    query: &'static str,
    /// Where the answer stands below `data`.
    at: &'static str,
}

const fn edge(name: &'static str, expected: &'static str, query: &'static str, at: &'static str) -> Edge {
    Edge { name, expected, query, at }
}

/// An asset that samplestaff holds, and the request that waits for another.
macro_rules! asset {
    ($fields:literal) => {
        concat!("{ asset(by: {uniqueId: \"1603786083EzlAqBbc\"}) { ", $fields, " } }")
    };
}
macro_rules! waiting {
    ($fields:literal) => {
        concat!("{ asset(by: {uniqueId: \"test_asset_transfering\"}) { ", $fields, " } }")
    };
}
macro_rules! approval {
    ($fields:literal) => {
        concat!("{ approval(id: \"QXBwcm92YWw6MQ\") { ", $fields, " } }")
    };
}
macro_rules! catalogue {
    ($fields:literal) => {
        concat!("{ assetCatalogue { nodes { ", $fields, " } } }")
    };
}
macro_rules! group {
    ($fields:literal) => {
        concat!("{ assetGroup(by: {uniqueId: \"sampleassetgroup1\"}) { ", $fields, " } }")
    };
}
macro_rules! department {
    ($fields:literal) => {
        concat!("{ department(by: {uniqueId: \"sampledepartment\"}) { ", $fields, " } }")
    };
}
macro_rules! person {
    ($fields:literal) => {
        concat!("{ staffMember(by: {uniqueId: \"samplestaff\"}) { ", $fields, " } }")
    };
}
macro_rules! file {
    ($fields:literal) => {
        concat!("{ file(by: {uniqueId: \"5fa2a2c00123456789abcdef\"}) { ", $fields, " } }")
    };
}
macro_rules! results {
    ($fields:literal) => {
        concat!(
            "{ attendanceResults(input: {userIds: [\"u\"], from: \"2026-11-01\", to: \"2026-11-01\"}) { ",
            $fields,
            " } }"
        )
    };
}
macro_rules! deliveries {
    ($fields:literal) => {
        concat!("{ deliveries { nodes { ", $fields, " } } }")
    };
}
macro_rules! mutation {
    ($field:literal, $input:literal) => {
        concat!("mutation { ", $field, "(input: ", $input, ") { userErrors { code } } }")
    };
}

#[rustfmt::skip]
const EDGES: &[Edge] = &[
    edge("Query.viewer",               "0yyyyyy", "{ viewer { uniqueId } }", "/viewer"),
    edge("Query.node",                 "-yxyxxy", "{ node(id: \"QXNzZXQ6Ng\") { id } }", "/node"),
    edge("Query.asset",                "-yxyxxy", asset!("name"), "/asset"),
    edge("Query.assets",               "-y0y00y", "{ assets { nodes { name } } }", "/assets/nodes"),
    edge("Query.assetCatalogue",       "-yyyyyy", catalogue!("name"), "/assetCatalogue/nodes"),
    edge("Query.assetGroup",           "-yyyyyy", group!("name"), "/assetGroup"),
    edge("Query.assetGroups",          "-yyyyyy", "{ assetGroups { nodes { name } } }", "/assetGroups/nodes"),
    edge("Query.approval",             "-yxyxxy", approval!("state"), "/approval"),
    edge("Query.approvals",            "-y0y00y", "{ approvals { nodes { state } } }", "/approvals/nodes"),
    edge("Query.history",              "-xxyxxy", "{ history { nodes { description } } }", "/history/nodes"),
    edge("Query.staffMember",          "-yyyyyy", person!("name"), "/staffMember"),
    edge("Query.staff",                "-yyyyyy", "{ staff { nodes { name } } }", "/staff/nodes"),
    edge("Query.department",           "-yyyyyy", department!("name"), "/department"),
    edge("Query.departments",          "-yyyyyy", "{ departments { nodes { name } } }", "/departments/nodes"),
    edge("Query.role",                 "-xxxyyy", "{ role(by: {name: \"user\"}) { name } }", "/role"),
    edge("Query.roles",                "-xxxyyy", "{ roles { nodes { name } } }", "/roles/nodes"),

    edge("Query.file",                 "-y0000y", file!("name"), "/file"),
    edge("Query.files",                "-y0000y", "{ files { nodes { name } } }", "/files/nodes"),

    edge("Query.attendanceResults",    "-xxxyyy", results!("invalidUserIds"), "/attendanceResults"),
    edge("Query.attendanceFlows",      "-xxxyyy", "{ attendanceFlows(input: {userIds: [\"u\"], from: \"2026-11-01T00:00:00Z\", to: \"2026-11-02T00:00:00Z\"}) { invalidUserIds } }", "/attendanceFlows"),
    edge("Query.attendanceDailyShifts","-xxxyyy", "{ attendanceDailyShifts(input: {userIds: [\"u\"], from: \"2026-11-01\", to: \"2026-11-01\"}) { userId } }", "/attendanceDailyShifts"),
    edge("Query.attendanceGroups",     "-xxxyyy", "{ attendanceGroups { nodes { groupId } } }", "/attendanceGroups/nodes"),
    edge("Query.attendanceGroup",      "-xxxyyy", "{ attendanceGroup(groupId: \"g\") { groupId } }", "/attendanceGroup"),
    edge("Query.attendanceShifts",     "-xxxyyy", "{ attendanceShifts { nodes { shiftId } } }", "/attendanceShifts/nodes"),
    edge("Query.attendanceShift",      "-xxxyyy", "{ attendanceShift(shiftId: \"s\") { shiftId } }", "/attendanceShift"),
    edge("Query.attendanceEvents",     "-xxxyyy", "{ attendanceEvents { nodes { eventId } } }", "/attendanceEvents/nodes"),
    edge("Query.deliveries",           "-xxxyyy", deliveries!("kind"), "/deliveries/nodes"),
    edge("Query.feishuStatus",         "-xxxyyy", "{ feishuStatus { configured } }", "/feishuStatus"),
    edge("AttendanceResults.results",  "-xxxyyy", results!("results { userId }"), "/attendanceResults/results"),
    edge("AttendanceResult.records",   "-xxxyyy", results!("results { records { checkInResult } }"), "/attendanceResults/results/0/records"),
    edge("AttendanceRecord.checkIn",   "-xxxyyy", results!("results { records { checkIn { recordId } } }"), "/attendanceResults/results/0/records/0/checkIn"),
    edge("AttendanceRecord.checkOut",  "-xxx000", results!("results { records { checkOut { recordId } } }"), "/attendanceResults/results/0/records/0/checkOut"),
    edge("AttendanceFlows.flows",      "-xxxyyy", "{ attendanceFlows(input: {userIds: [\"u\"], from: \"2026-11-01T00:00:00Z\", to: \"2026-11-02T00:00:00Z\"}) { flows { recordId } } }", "/attendanceFlows/flows"),
    edge("AttendanceGroupPage.nodes",  "-xxxyyy", "{ attendanceGroups { nodes { groupName } } }", "/attendanceGroups/nodes"),
    edge("AttendanceShiftPage.nodes",  "-xxxyyy", "{ attendanceShifts { nodes { shiftName } } }", "/attendanceShifts/nodes"),
    edge("AttendanceShift.rules",      "-xxxyyy", "{ attendanceShift(name: \"s\") { rules { onTime } } }", "/attendanceShift/rules"),
    edge("Delivery.recipient",         "-xxxyyy", deliveries!("recipient { name }"), "/deliveries/nodes/0/recipient"),
    edge("Delivery.approval",          "-xxx00y", deliveries!("approval { state }"), "/deliveries/nodes/0/approval"),
    edge("FeishuStatus.failure",       "-xxx000", "{ feishuStatus { failure { message } } }", "/feishuStatus/failure"),
    edge("FeishuStatus.inbox",         "-xxxyyy", "{ feishuStatus { inbox { waiting } } }", "/feishuStatus/inbox"),
    edge("FeishuStatus.outbox",        "-xxxyyy", "{ feishuStatus { outbox { waiting } } }", "/feishuStatus/outbox"),

    edge("Asset.group",                "-yxyxxy", asset!("group { name }"), "/asset/group"),
    edge("Asset.under",                "-yxyxxy", asset!("under { name }"), "/asset/under"),
    edge("Asset.holder",               "-yxyxxy", asset!("holder { name }"), "/asset/holder"),
    edge("Asset.department",           "-yxyxxy", asset!("department { name }"), "/asset/department"),
    edge("Asset.applicant",            "-0x0xx0", asset!("applicant { name }"), "/asset/applicant"),
    edge("Asset.target",               "-yxyxxy", waiting!("target { name }"), "/asset/target"),
    edge("Asset.availableActions",     "-yxyxxy", asset!("availableActions { action }"), "/asset/availableActions"),
    edge("Asset.history",              "-xxyxxy", asset!("history { nodes { description } }"), "/asset/history/nodes"),
    edge("Asset.approvals",            "-yxyxxy", waiting!("approvals { nodes { state } }"), "/asset/approvals/nodes"),
    edge("AssetCard.full",             "-y0y00y", "{ assetCatalogue(search: \"测试资产\") { nodes { full { name } } } }", "/assetCatalogue/nodes/0/full"),
    edge("AssetCard.group",            "-yyyyyy", catalogue!("group { name }"), "/assetCatalogue/nodes/0/group"),
    edge("AssetGroup.parent",          "-yyyyyy", group!("parent { name }"), "/assetGroup/parent"),
    edge("AssetGroup.children",        "-yyyyyy", group!("children { nodes { name } }"), "/assetGroup/children/nodes"),
    edge("Approval.asset",             "-yxyxxy", approval!("asset { name }"), "/approval/asset"),
    edge("Approval.applicant",         "-yxyxxy", approval!("applicant { name }"), "/approval/applicant"),
    edge("Approval.target",            "-yxyxxy", approval!("target { name }"), "/approval/target"),
    edge("Approval.managers",          "-yxyxxy", approval!("managers { name }"), "/approval/managers"),
    edge("Approval.decidedBy",         "-0x0xx0", approval!("decidedBy { name }"), "/approval/decidedBy"),
    edge("Department.parent",          "-000000", department!("parent { name }"), "/department/parent"),
    edge("Department.children",        "-yyyyyy", department!("children { nodes { name } }"), "/department/children/nodes"),
    edge("Department.directoryPlace",  "-yyyyyy", department!("directoryPlace { delivered }"), "/department/directoryPlace"),
    edge("Department.staff",           "-yyyyyy", department!("staff { nodes { name } }"), "/department/staff/nodes"),
    edge("File.owner",                 "-y0000y", file!("owner { name }"), "/file/owner"),
    edge("Staff.department",           "-yyyyyy", person!("department { name }"), "/staffMember/department"),
    edge("Staff.roles",                "-y00yyy", person!("roles { name }"), "/staffMember/roles"),
    edge("Staff.permissions",          "-y00yyy", person!("permissions"), "/staffMember/permissions"),
    edge("Staff.mobile",               "-y00yyy", person!("mobile"), "/staffMember/mobile"),
    edge("Staff.email",                "-y00yyy", person!("email"), "/staffMember/email"),
    edge("Staff.directoryProfile",     "-y00yyy", person!("directoryProfile { info departments }"), "/staffMember/directoryProfile"),
    edge("Staff.feishuProfile",        "-000000", person!("feishuProfile { name }"), "/staffMember/feishuProfile"),
    edge("Staff.assets",               "-y0y00y", person!("assets { nodes { name } }"), "/staffMember/assets/nodes"),

    edge("Mutation.assetCreate",       "-xxyxxy", mutation!("assetCreate", "{name: \"x\", categoryId: \"none\"}"), ""),
    edge("Mutation.assetRegister",     "-xxyxxy", mutation!("assetRegister", "{items: []}"), ""),
    edge("Mutation.assetUpdate",       "-xxyxxy", mutation!("assetUpdate", "{id: \"none\"}"), ""),
    edge("Mutation.assetRetire",       "-xxyxxy", mutation!("assetRetire", "{assetIds: []}"), ""),
    edge("Mutation.assetRepairFinish", "-xxyxxy", mutation!("assetRepairFinish", "{assetId: \"none\"}"), ""),
    edge("Mutation.assetGroupCreate",  "-xxyxxy", mutation!("assetGroupCreate", "{name: \"x\", parentId: \"none\"}"), ""),
    edge("Mutation.assetGroupUpdate",  "-xxyxxy", mutation!("assetGroupUpdate", "{id: \"none\"}"), ""),
    edge("Mutation.assetGroupMove",    "-xxyxxy", mutation!("assetGroupMove", "{id: \"none\", parentId: \"0\"}"), ""),
    edge("Mutation.assetGroupDelete",  "-xxyxxy", mutation!("assetGroupDelete", "{id: \"none\"}"), ""),
    edge("Mutation.approvalSubmit",    "-yyyyyy", mutation!("approvalSubmit", "{type: CLAIM, assetId: \"none\"}"), ""),
    edge("Mutation.approvalSubmitMany","-yyyyyy", mutation!("approvalSubmitMany", "{type: CLAIM, assetIds: []}"), ""),
    edge("Mutation.approvalDecide",    "-xxyxxy", mutation!("approvalDecide", "{approvalId: \"none\", decision: REJECT}"), ""),
    edge("Mutation.sessionCreate",     "yyyyyyy", mutation!("sessionCreate", "{username: \"nobody\", password: \"x\"}"), ""),
    edge("Mutation.staffCreate",       "-xxxyyy", mutation!("staffCreate", "{username: \"suadmin\", name: \"x\", group: GENERAL_STAFF}"), ""),
    edge("Mutation.staffUpdate",       "-xxxyyy", mutation!("staffUpdate", "{id: \"none\"}"), ""),
    edge("Mutation.staffLock",         "-xxxyyy", mutation!("staffLock", "{id: \"none\"}"), ""),
    edge("Mutation.staffUnlock",       "-xxxyyy", mutation!("staffUnlock", "{id: \"none\"}"), ""),
    edge("Mutation.staffPasswordSet",  "-xxxyyy", mutation!("staffPasswordSet", "{id: \"none\", password: \"x\"}"), ""),
    edge("Mutation.staffGroupSet",     "-xxxyyy", mutation!("staffGroupSet", "{id: \"none\", group: GENERAL_STAFF}"), ""),
    edge("Mutation.staffRolesSet",     "-xxxxyy", mutation!("staffRolesSet", "{id: \"none\", roleIds: []}"), ""),
    edge("Mutation.staffDelete",       "-xxxyyy", mutation!("staffDelete", "{id: \"none\"}"), ""),
    edge("Mutation.departmentCreate",  "-xxyxyy", mutation!("departmentCreate", "{name: \"x\", parentId: \"none\"}"), ""),
    edge("Mutation.departmentUpdate",  "-xxyxyy", mutation!("departmentUpdate", "{id: \"none\"}"), ""),
    edge("Mutation.departmentMove",    "-xxyxyy", mutation!("departmentMove", "{id: \"none\", parentId: null}"), ""),
    edge("Mutation.departmentDelete",  "-xxyxyy", mutation!("departmentDelete", "{id: \"none\"}"), ""),
    edge("Mutation.directorySync",     "-xxxyyy", mutation!("directorySync", "{part: STAFF}"), ""),
    edge("Mutation.feishuSync",        "-xxxyyy", mutation!("feishuSync", "{}"), ""),
    edge("Mutation.messageSend",       "-xxxyyy", mutation!("messageSend", "{usernames: [\"suadmin\"], text: \"x\"}"), ""),
    edge("Mutation.feishuMessageSend", "-xxxyyy", mutation!("feishuMessageSend", "{toStaffId: \"none\", text: \"x\"}"), ""),
    edge("Mutation.feishuWayOpen",     "yyyyyyy", mutation!("feishuWayOpen", "{redirectUri: \"x\"}"), ""),
    edge("Mutation.feishuLogin",       "yyyyyyy", mutation!("feishuLogin", "{code: \"x\"}"), ""),
    edge("Mutation.feishuBind",        "-yyyyyy", mutation!("feishuBind", "{name: \"x\", phone: \"\"}"), ""),
    edge("Mutation.roleCreate",        "-xxxxyy", mutation!("roleCreate", "{name: \"user\"}"), ""),
    edge("Mutation.roleUpdate",        "-xxxxyy", mutation!("roleUpdate", "{id: \"none\"}"), ""),
    edge("Mutation.roleDelete",        "-xxxxyy", mutation!("roleDelete", "{id: \"none\"}"), ""),
    edge("Mutation.fileDelete",        "-yyyyyy", mutation!("fileDelete", "{id: \"none\"}"), ""),
    edge("Mutation.attendanceGroupSave", "-xxxyyy", mutation!("attendanceGroupSave", "{groupName: \"g\"}"), ""),
    edge("Mutation.attendanceGroupDelete", "-xxxyyy", mutation!("attendanceGroupDelete", "{groupId: \"\"}"), ""),
    edge("Mutation.attendanceShiftCreate", "-xxxyyy", mutation!("attendanceShiftCreate", "{shiftName: \"s\", punchTimes: 1, rules: []}"), ""),
    edge("Mutation.attendanceShiftDelete", "-xxxyyy", mutation!("attendanceShiftDelete", "{shiftId: \"\"}"), ""),
    edge("Mutation.attendanceDailyShiftsSave", "-xxxyyy", mutation!("attendanceDailyShiftsSave", "{shifts: []}"), ""),
    edge("Mutation.deliveryRetry",     "-xxxyyy", mutation!("deliveryRetry", "{id: \"none\"}"), ""),
    edge("Mutation.sessionDelete",     "-yyyyyy", "mutation { sessionDelete { userErrors { code } } }", ""),
];

#[tokio::test]
async fn every_edge_lets_in_exactly_who_may() {
    let feishu = Feishu::start().await;
    attend(&feishu);
    let world = World::on_feishu(Content::Demo, feishu.settings()).await;
    let mut wrong = Vec::new();
    furnish(&world).await;
    for edge in EDGES {
        let mut seen = String::new();
        for person in PEOPLE {
            let token = match person {
                Some(person) => Some(world.token(person).await),
                None => None,
            };
            let reply = world.graphql(edge.query, json!({}), token.as_deref()).await;
            seen.push(outcome(&reply, edge.at));
        }
        if seen != edge.expected {
            wrong.push(format!("{}: expected {}, got {seen}", edge.name, edge.expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Has Feishu know a person, a group and a shift.
fn attend(feishu: &Feishu) {
    let (group, shift) = (json!({ "group_id": "g" }), json!({ "shift_id": "s", "punch_time_rule": [{}] }));
    let results = json!([{ "records": [{ "check_in_record": { "record_id": "r" } }] }]);
    for (path, data) in [
        ("user_tasks/query", json!({ "user_task_results": results })),
        ("user_flows/query", json!({ "user_flow_results": [{}] })),
        ("user_daily_shifts/query", json!({ "user_daily_shifts": [{}] })),
        ("groups", json!({ "group_list": [group] })),
        ("groups/g", group.clone()),
        ("shifts", json!({ "shift_list": [shift] })),
        ("shifts/s", shift.clone()),
        ("shifts/query", shift.clone()),
    ] {
        let answer = json!({ "code": 0, "msg": "success", "data": data });
        feishu.answer(&format!("/open-apis/attendance/v1/{path}"), [answer]);
    }
}

/// What the demo data lacks: contacts to look at, a file of samplestaff, news from WeCom, a punch, and a message about a request.
async fn furnish(world: &World) {
    let admin = world.token("suadmin").await;
    let update = "mutation($input: StaffUpdateInput!) { staffUpdate(input: $input) { userErrors { code } } }";
    let input = json!({"id": "samplestaff", "mobile": "13800000000", "email": "sample@assetry.test"});
    let reply = world.graphql(update, json!({ "input": input }), Some(&admin)).await;
    assert_eq!(reply["data"]["staffUpdate"]["userErrors"], json!([]), "{reply}");
    let (now, wecom, corp) = (world.app.now(), || Set("wecom".to_owned()), || Set("corp".to_owned()));
    let person = staff::Entity::find().filter(staff::Column::UniqueId.eq("samplestaff")).one(world.db().read()).await;
    let place = department::Entity::find_by_id(1).one(world.db().read()).await.unwrap().unwrap();
    let tx = world.db().begin().await.unwrap();
    let known = person_binding::ActiveModel {
        platform: wecom(),
        staff_id: Set(Some(person.unwrap().unwrap().id)),
        tenant: corp(),
        external_id: Set("myusername".to_owned()),
        info: Set("{}".to_owned()),
        made_account: Set(false),
        news_at: Set(now),
        ..Default::default()
    };
    known.insert(&tx).await.unwrap();
    let placed = department_binding::ActiveModel {
        platform: wecom(),
        department_id: Set(place.id),
        tenant: corp(),
        external_id: Set("1".to_owned()),
        position: Set(1),
        delivered: Set(true),
        news_at: Set(now),
        ..Default::default()
    };
    placed.insert(&tx).await.unwrap();
    let punch = attendance_event::ActiveModel {
        event_id: Set("e".to_owned()),
        kind: Set("attendance.user_flow.created_v1".to_owned()),
        at: Set(now),
        body: Set("{}".to_owned()),
        received_at: Set(now),
        ..Default::default()
    };
    punch.insert(&tx).await.unwrap();
    let message = outbox::ActiveModel {
        uuid: Set("u".to_owned()),
        channel: Set("feishu".to_owned()),
        kind: Set("text".to_owned()),
        lane: Set("l".to_owned()),
        recipient_id: Set(Some(1)),
        approval_id: Set(Some(1)),
        body: Set("{}".to_owned()),
        state: Set(DeliveryState::Failed),
        attempts: Set(1),
        next_at: Set(now),
        created_at: Set(now),
        ..Default::default()
    };
    message.insert(&tx).await.unwrap();
    let owner = staff::Entity::find().filter(staff::Column::UniqueId.eq("samplestaff")).one(&tx).await.unwrap();
    let file = file::ActiveModel {
        unique_id: Set("5fa2a2c00123456789abcdef".to_owned()),
        owner_id: Set(owner.map(|owner| owner.id)),
        name: Set("a.txt".to_owned()),
        mime: Set("text/plain".to_owned()),
        size: Set(1),
        sha256: Set("0".repeat(64)),
        created_at: Set(world.app.now()),
        ..Default::default()
    };
    file.insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn outcome(reply: &Value, at: &str) -> char {
    match reply["errors"][0]["extensions"]["code"].as_str() {
        Some("UNAUTHENTICATED") => '-',
        Some("FORBIDDEN") => 'x',
        Some(other) => panic!("{other}: {reply}"),
        None if at.is_empty() => 'y',
        None => match reply["data"].pointer(at) {
            None | Some(Value::Null) => '0',
            Some(Value::Array(rows)) if rows.is_empty() => '0',
            Some(_) => 'y',
        },
    }
}

#[test]
fn the_table_holds_every_edge_of_the_schema() {
    let document = parse_schema(api::sdl()).unwrap();
    let objects: Vec<_> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => match &definition.node.kind {
                TypeKind::Object(object) => Some((definition.node.name.node.as_str(), object)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    // Pages, payloads and events hold what the edge that leads to them gave.
    let holder = |name: &str| ["Connection", "Edge", "Payload", "Event"].iter().any(|end| name.ends_with(end));
    let named: BTreeSet<&str> = objects.iter().map(|(name, _)| *name).filter(|name| *name != "PageInfo").collect();
    let mut edges = BTreeSet::new();
    for (owner, object) in &objects {
        if holder(owner) || *owner == "Subscription" {
            continue;
        }
        for field in &object.fields {
            let to = field.node.ty.node.to_string().replace(['[', ']', '!'], "");
            let guarded =
                ["mobile", "email", "permissions"].contains(&field.node.name.node.as_str()) && *owner == "Staff";
            if named.contains(to.as_str()) || to == "Node" || guarded {
                edges.insert(format!("{owner}.{}", field.node.name.node));
            }
        }
    }
    let table: BTreeSet<String> = EDGES.iter().map(|edge| edge.name.to_owned()).collect();
    assert_eq!(table, edges);
}
