//! How many statements an operation sends: the same for one row and for a hundred, whatever is asked of each row.

use std::collections::BTreeMap;

use assetry::entity::{
    approval, approval_manager, asset, asset_group, attendance_event, department, file, history, outbox, role,
    role_permission, staff, staff_role,
    words::{ApprovalKind, ApprovalState, AssetKind, AssetStatus, DeliveryState, Door, HistoryKind, StaffGroup},
};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use serde_json::{Value, json};

use crate::harness::World;

/// Each connection with everything that can be asked of its rows; `$rows` is the size of the page.
const CONNECTIONS: &[(&str, &str)] = &[
    (
        "assets",
        "nodes { id holder { name department { name parent { name } } } department { name } group { name parent { name } }
                 under { name group { name } } applicant { name } target { name } availableActions { action reason }
                 history(first: 5) { totalCount nodes { description } }
                 approvals(first: 5) { totalCount nodes { applicant { name } managers { name } asset { name } } } }",
    ),
    ("assetCatalogue", "nodes { id group { name parent { name } } full { holder { name } } }"),
    ("assetGroups", "nodes { id parent { name } children(first: 3) { totalCount nodes { name parent { name } } } }"),
    (
        "approvals",
        "nodes { id applicant { name department { name } } target { name } decidedBy { name } managers { name department { name } }
                 asset { name group { name } full { holder { name } group { name } availableActions { action } } } }",
    ),
    ("history", "nodes { id description }"),
    (
        "staff",
        "nodes { id department { name parent { name } } roles { name permissions } permissions directoryProfile { info departments }
                 assets(first: 3) { totalCount nodes { name group { name } holder { name } } } }",
    ),
    (
        "departments",
        "edges { node { id } } nodes { id directoryPlace { position } parent { name } children(first: 3) { totalCount nodes { name parent { name } } }
                 staff(first: 3) { totalCount nodes { name roles { name } } } }",
    ),
    ("roles", "nodes { id name permissions }"),
    ("attendanceEvents", "nodes { eventId type at event }"),
    (
        "deliveries",
        "nodes { id state recipient { name department { name } roles { name } }
                 approval { state applicant { name } managers { name } asset { name full { holder { name } } } } }",
    ),
    ("files", "nodes { id name owner { name department { name } roles { name } } }"),
];

#[test]
fn every_connection_at_the_root_is_asked() {
    let sdl = assetry::graphql::api::sdl();
    let query = sdl.split("\ntype Query {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    // A field of the root begins a line with one tab; its type may stand on the line that closes its arguments.
    let (mut field, mut connections) = ("", Vec::new());
    for line in query.lines().filter(|line| line.starts_with('\t') && !line.starts_with("\t\t")) {
        let text = line.trim();
        field = text.split(['(', ':', ')']).next().filter(|name| !name.is_empty()).unwrap_or(field);
        if text.ends_with("Connection!") {
            connections.push(field);
        }
    }
    let mut asked: Vec<_> = CONNECTIONS.iter().map(|(field, _)| *field).collect();
    asked.sort_unstable();
    connections.sort_unstable();
    assert_eq!(asked, connections);
}

#[tokio::test]
async fn a_hundred_rows_cost_as_many_statements_as_one() {
    let world = World::demo().await;
    furnish(&world, 120).await;
    let token = world.token("suadmin").await;
    for (field, rows) in CONNECTIONS {
        let query = format!(
            "query($rows: Int!) {{ {field}(first: $rows) {{ totalCount pageInfo {{ hasNextPage }} {rows} }} }}"
        );
        let few = ask(&world, &query, field, 1, &token).await;
        let many = ask(&world, &query, field, 100, &token).await;
        assert_eq!(tables(&few), tables(&many), "{field}");
    }
}

/// How often each table is read first.
fn tables(statements: &[String]) -> BTreeMap<&str, usize> {
    let mut tables = BTreeMap::new();
    for statement in statements {
        let rest = statement.split_once("FROM ").map_or("", |(_, rest)| rest.trim_start_matches("(SELECT "));
        let table = rest.split(['"', ' ', '.']).find(|word| !word.is_empty()).unwrap_or_default();
        *tables.entry(table).or_default() += 1;
    }
    tables
}

/// The statements behind one page of this size, which must be full.
async fn ask(world: &World, query: &str, field: &str, rows: usize, token: &str) -> Vec<String> {
    let asked = world.graphql(query, json!({ "rows": rows }), Some(token));
    let (reply, statements): (Value, _) = world.statements(asked).await;
    assert!(reply["errors"].is_null(), "{field}: {reply}");
    assert_eq!(reply["data"][field]["nodes"].as_array().map(Vec::len), Some(rows), "{field}");
    statements
}

/// Puts `rows` of everything into the database, each hanging on rows of its own, so that nothing comes from a cache by chance; they
/// come before the demo data by key.
async fn furnish(world: &World, rows: i64) {
    let (app, tx) = (&world.app, world.db().begin().await.unwrap());
    let now = app.now();
    let root = asset_group::Entity::find().one(&tx).await.unwrap().unwrap().id;
    let mut place = Some(1);
    for at in 0..rows {
        // Below the keys of the demo data, where pages begin.
        let id = at - 1000;
        let department = department::ActiveModel {
            id: Set(id),
            unique_id: Set(format!("d{at}")),
            name: Set(format!("department {at}")),
            location: Set(String::new()),
            parent_id: Set(place),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        place = Some(department.insert(&tx).await.unwrap().id);
        let person = staff::ActiveModel {
            id: Set(id),
            unique_id: Set(format!("s{at}")),
            username: Set(format!("s{at}")),
            name: Set(format!("person {at}")),
            staff_group: Set(StaffGroup::GeneralStaff),
            department_id: Set(place),
            mobile: Set(None),
            email: Set(None),
            locked: Set(false),
            locked_by: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        person.insert(&tx).await.unwrap();
        let group = asset_group::ActiveModel {
            id: Set(id),
            unique_id: Set(format!("g{at}")),
            name: Set(format!("group {at}")),
            parent_id: Set(Some(root)),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        group.insert(&tx).await.unwrap();
        let asset = asset::ActiveModel {
            id: Set(id),
            unique_id: Set(format!("a{at}")),
            name: Set(format!("asset {at}")),
            kind: Set(AssetKind::Item),
            quantity: Set(1),
            group_id: Set(id),
            under_id: Set(Some(if at == 0 { 1 } else { id - 1 })),
            status: Set(AssetStatus::TransferPending),
            holder_id: Set(Some(id)),
            applicant_id: Set(None),
            target_id: Set(Some(id)),
            entered_on: Set(app.today()),
            value_origin: Set(1),
            use_year: Set(1),
            brand: Set(String::new()),
            model: Set(String::new()),
            serial_number: Set(String::new()),
            remarks: Set(String::new()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        asset.insert(&tx).await.unwrap();
        let request = approval::ActiveModel {
            id: Set(id),
            kind: Set(ApprovalKind::Transfer),
            asset_id: Set(id),
            quantity: Set(1),
            whole: Set(true),
            holder_id: Set(Some(id)),
            applicant_id: Set(Some(id)),
            applicant_unique_id: Set(format!("s{at}")),
            applicant_name: Set(String::new()),
            target_id: Set(Some(id)),
            target_unique_id: Set(Some(format!("s{at}"))),
            target_name: Set(Some(String::new())),
            state: Set(ApprovalState::Approved),
            submitted_via: Set(Door::Graphql),
            decided_by_id: Set(Some(id)),
            decided_at: Set(Some(now)),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        request.insert(&tx).await.unwrap();
        let manager = approval_manager::ActiveModel { approval_id: Set(id), staff_id: Set(id), named: Set(false) };
        manager.insert(&tx).await.unwrap();
        let role = role::ActiveModel {
            id: Set(id),
            name: Set(format!("role {at}")),
            name_folded: Set(format!("role {at}")),
            display_name: Set(String::new()),
            description: Set(String::new()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        role.insert(&tx).await.unwrap();
        let grant = role_permission::ActiveModel { role_id: Set(id), permission: Set("/assets/*".to_owned()) };
        grant.insert(&tx).await.unwrap();
        let given = staff_role::ActiveModel { staff_id: Set(id), role_id: Set(id) };
        given.insert(&tx).await.unwrap();
        let line = history::ActiveModel {
            id: Set(id),
            kind: Set(HistoryKind::Entry),
            asset_id: Set(id),
            asset_unique_id: Set(format!("a{at}")),
            asset_name: Set(String::new()),
            door: Set(Door::System),
            description: Set(String::new()),
            at: Set(now),
            ..Default::default()
        };
        line.insert(&tx).await.unwrap();
        let file = file::ActiveModel {
            id: Set(id),
            unique_id: Set(format!("{at:024x}")),
            owner_id: Set(Some(id)),
            name: Set(String::new()),
            mime: Set(String::new()),
            size: Set(0),
            sha256: Set(String::new()),
            created_at: Set(now),
            ..Default::default()
        };
        file.insert(&tx).await.unwrap();
        let punch = attendance_event::ActiveModel {
            event_id: Set(format!("e{at}")),
            kind: Set("attendance.user_flow.created_v1".to_owned()),
            at: Set(now),
            body: Set("{}".to_owned()),
            received_at: Set(now),
            ..Default::default()
        };
        punch.insert(&tx).await.unwrap();
        let message = outbox::ActiveModel {
            uuid: Set(format!("u{at}")),
            channel: Set("feishu".to_owned()),
            kind: Set("text".to_owned()),
            lane: Set(format!("l{at}")),
            recipient_id: Set(Some(id)),
            approval_id: Set(Some(id)),
            body: Set("{}".to_owned()),
            state: Set(DeliveryState::Waiting),
            attempts: Set(0),
            next_at: Set(now),
            created_at: Set(now),
            ..Default::default()
        };
        message.insert(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}
