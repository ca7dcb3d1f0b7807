//! The demo data is what the contract prints, cell by cell.

use std::collections::HashMap;

use assetry::{
    commands::demo,
    entity::{
        approval, approval_manager, asset, asset_group, credential, department, history, outbox, role, staff,
        staff_role,
        words::{ApprovalKind, ApprovalState, AssetKind, Door, HistoryKind},
    },
};
use sea_orm::{EntityTrait, Set};

use crate::harness::World;

/// The cells of a table whose columns are separated by `|`.
fn cells(table: &str) -> Vec<Vec<String>> {
    table.trim().lines().map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn or_dash(text: Option<&String>) -> String {
    text.cloned().unwrap_or_else(|| "–".to_owned())
}

async fn unique_ids<E, F>(world: &World, read: F) -> HashMap<i64, String>
where
    E: EntityTrait,
    F: Fn(E::Model) -> (i64, String),
{
    E::find().all(world.db().read()).await.unwrap().into_iter().map(read).collect()
}

#[tokio::test]
async fn departments_are_those_of_the_contract() {
    let world = World::demo().await;
    let keys = unique_ids::<department::Entity, _>(&world, |row| (row.id, row.unique_id)).await;
    let rows = department::Entity::find().order_by_id_asc().all(world.db().read()).await.unwrap();
    let found: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let parent = row.parent_id.map(|parent| keys[&parent].clone());
            vec![
                row.id.to_string(),
                row.unique_id.clone(),
                row.name.clone(),
                or_dash(parent.as_ref()),
                row.location.clone(),
            ]
        })
        .collect();
    let expected = "
        1 | sampledepartment  | 测试部门 | –                | default
        2 | subdepartment1    | 子部门   | sampledepartment | default
        3 | sampledepartment2 | 子部门2  | sampledepartment | default";
    assert_eq!(found, cells(expected));
}

#[tokio::test]
async fn staff_are_those_of_the_contract_with_their_passwords() {
    let world = World::demo().await;
    let db = world.db().read();
    let departments = unique_ids::<department::Entity, _>(&world, |row| (row.id, row.unique_id)).await;
    let roles = unique_ids::<role::Entity, _>(&world, |row| (row.id, row.name)).await;
    let held = staff_role::Entity::find().all(db).await.unwrap();
    let rows = staff::Entity::find().order_by_id_asc().all(db).await.unwrap();
    let expected = cells(
        "
        1  | suadmin            | suadmin / suadminpass     | 超级管理员     | itadmin      | sampledepartment | suadmin
        2  | samplestaff        | myusername / mypassword   | 测试员工       | generalstaff | sampledepartment | user
        3  | lwk4j5lk234        | asdf / asdfpass           | 测试员工 资产  | assetadmin   | sampledepartment | user
        4  | 29384uieweretr     | sdfg / sdfgpass           | 测试员工 系统  | systemadmin  | sampledepartment | user
        5  | 1603162639kQsLBBHw | staff3 / staff3pass       | 测试员工3      | generalstaff | sampledepartment | user
        6  | 1602554050TBuCGtE  | leaver / leaverpass       | 待删除员工     | generalstaff | subdepartment1   | –
        7  | 1602514534djDKboCE | forgetful / forgetfulpass | 忘记密码员工   | generalstaff | subdepartment1   | –
        8  | 1602554682pJpNnlfJ | mover / moverpass         | 待调岗员工     | assetadmin   | sampledepartment | –
        9  | demo               | demo / testpw             | 测试姓名       | generalstaff | sampledepartment | user
        10 | admin              | admin / adminpass         | 管理员         | itadmin      | sampledepartment | admin
        11 | testuser           | testuser / testuserpass   | 测试用户       | generalstaff | sampledepartment | user",
    );
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(expected) {
        let extra: Vec<_> =
            held.iter().filter(|held| held.staff_id == row.id).map(|held| &roles[&held.role_id]).collect();
        assert!(extra.len() <= 1);
        let (username, password) = expected[2].split_once(" / ").unwrap();
        let found = [
            row.id.to_string(),
            row.unique_id.clone(),
            format!("{} / {password}", row.username),
            row.name.clone(),
            row.staff_group.word().to_owned(),
            departments[&row.department_id.unwrap()].clone(),
            or_dash(extra.first().copied()),
        ];
        assert_eq!(found.as_slice(), expected);
        assert!(!row.locked);
        let stored = credential::Entity::find_by_id(row.id).one(db).await.unwrap().unwrap().password_hash;
        assert!(stored.starts_with("$argon2id$"));
        assert!(world.app.hashing.check(password, Some(&stored)).await.unwrap(), "{username}");
        assert!(!world.app.hashing.check("wrong", Some(&stored)).await.unwrap(), "{username}");
    }
}

#[tokio::test]
async fn assets_and_their_groups_are_those_of_the_contract() {
    let world = World::demo().await;
    let db = world.db().read();
    let groups = unique_ids::<asset_group::Entity, _>(&world, |row| (row.id, row.unique_id)).await;
    let people = unique_ids::<staff::Entity, _>(&world, |row| (row.id, row.unique_id)).await;
    let assets = unique_ids::<asset::Entity, _>(&world, |row| (row.id, row.unique_id)).await;

    let rows = asset_group::Entity::find().order_by_id_asc().all(db).await.unwrap();
    let found: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| vec![row.unique_id, row.name, or_dash(row.parent_id.map(|parent| &groups[&parent]))])
        .collect();
    let expected = "
        0                 | 所有类别         | –
        sampleassetgroup1 | test_asset_group | 0
        test1             | test1            | sampleassetgroup1
        others            | 其他             | 0";
    assert_eq!(found, cells(expected));

    let rows = asset::Entity::find().order_by_id_asc().all(db).await.unwrap();
    let found: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            assert_eq!((row.kind, row.quantity, row.applicant_id), (AssetKind::Item, 1, None));
            vec![
                row.unique_id.clone(),
                row.name.clone(),
                groups[&row.group_id].clone(),
                or_dash(row.under_id.map(|under| &assets[&under])),
                or_dash(row.holder_id.map(|holder| &people[&holder])),
                row.status.word().to_owned(),
                or_dash(row.target_id.map(|target| &people[&target])),
                row.entered_on.to_string(),
                row.value_origin.to_string(),
                row.use_year.to_string(),
                format!("{} / {} / {}", row.brand, row.model, row.serial_number),
                row.remarks.clone(),
            ]
        })
        .collect();
    let expected = "
        34k5jfkwertfwer       | test_asset      | sampleassetgroup1 | –               | –           | unused              | –                  | 2020-10-20 | 1   | 5 | unknown / unknown / unknown  | 无
        1603191152ZrfbUKEi    | test_asset1     | sampleassetgroup1 | 34k5jfkwertfwer | lwk4j5lk234 | unused              | –                  | 2020-10-20 | 100 | 3 | Unknown / Unknown / Unknown  | Write something
        1603191152cvwLfWvh    | test_asset2     | sampleassetgroup1 | 34k5jfkwertfwer | lwk4j5lk234 | unused              | –                  | 2020-10-20 | 100 | 3 | Unknown / Unknown / Unknown  | Write something
        1603191152IdSfJKmr    | test_asset3     | sampleassetgroup1 | 34k5jfkwertfwer | lwk4j5lk234 | unused              | –                  | 2020-10-20 | 100 | 3 | Unknown / Unknown / Unknown  | Unknown
        1603191717PqTxpBFu    | test_asset3     | sampleassetgroup1 | 34k5jfkwertfwer | lwk4j5lk234 | unused              | –                  | 2020-10-20 | 100 | 3 | Unknown / Unknown / Unknown  | Unknown
        1603786083cjxyxHTB    | test_asset1     | sampleassetgroup1 | 34k5jfkwertfwer | samplestaff | inuse               | –                  | 2020-10-27 | 100 | 3 | 苹果 / Macbook air / 123456  | Write something
        1603786083EzlAqBbc    | test_asset2     | sampleassetgroup1 | 34k5jfkwertfwer | samplestaff | inuse               | –                  | 2020-10-27 | 100 | 3 | Unknown / Unknown / Unknown  | Write something
        1603786083MWxAHSEX    | test_asset3     | sampleassetgroup1 | 34k5jfkwertfwer | samplestaff | inuse               | –                  | 2020-10-27 | 100 | 3 | Unknown / Unknown / Unknown  | Unknown
        test_asset_transfering | 测试资产 转移中 | sampleassetgroup1 | –               | samplestaff | transfer_confirming | 1603162639kQsLBBHw | 2020-10-27 | 100 | 5 | Unknown / Unknown / Unknown  | Unknown";
    assert_eq!(found, cells(expected));
}

#[tokio::test]
async fn the_waiting_transfer_has_its_request_and_its_card() {
    let world = World::demo().await;
    let db = world.db().read();
    let people = unique_ids::<staff::Entity, _>(&world, |row| (row.id, row.unique_id)).await;
    let assets = unique_ids::<asset::Entity, _>(&world, |row| (row.id, row.unique_id)).await;

    let requests = approval::Entity::find().all(db).await.unwrap();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((request.kind, request.state), (ApprovalKind::Transfer, ApprovalState::Pending));
    assert_eq!(assets[&request.asset_id], "test_asset_transfering");
    assert!(request.whole);
    assert_eq!(people[&request.applicant_id.unwrap()], "samplestaff");
    assert_eq!(people[&request.holder_id.unwrap()], "samplestaff");
    assert_eq!(people[&request.target_id.unwrap()], "1603162639kQsLBBHw");
    assert_eq!(request.target_name.as_deref(), Some("测试员工3"));
    assert_eq!(request.submitted_via, Door::AssetPlatform);

    let addressed = approval_manager::Entity::find().all(db).await.unwrap();
    let [manager] = addressed.as_slice() else { panic!("{addressed:?}") };
    assert_eq!((manager.approval_id, people[&manager.staff_id].as_str()), (request.id, "lwk4j5lk234"));

    let messages = outbox::Entity::find().all(db).await.unwrap();
    let [card] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((card.channel.as_str(), card.kind.as_str(), card.state.word()), ("feishu", "demo_card", "sent"));
    assert_eq!(card.message_id.as_deref(), Some("qewqdadfwefsf"));
    assert_eq!((card.approval_id, card.recipient_id), (Some(request.id), Some(manager.staff_id)));
}

#[tokio::test]
async fn the_line_of_history_is_the_printed_one() {
    let world = World::demo().await;
    let lines = history::Entity::find().all(world.db().read()).await.unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line.kind, HistoryKind::Transfer);
    assert_eq!((line.asset_unique_id.as_str(), line.asset_name.as_str()), ("1603786083EzlAqBbc", "test_asset2"));
    assert_eq!(line.related_unique_id.as_deref(), Some("samplestaff"));
    assert_eq!(line.related_name.as_deref(), Some("测试员工"));
    assert_eq!(line.at.to_rfc3339(), "2020-11-03T03:42:19.540+00:00");
    assert_eq!(
        line.description,
        "2020-11-03 11:42:19.538946, 员工samplestaff(测试员工)转移了资产1603786083EzlAqBbc(test_asset2)给员工1603162639kQsLBBHw(测试员工3)"
    );
}

#[tokio::test]
async fn it_goes_into_a_database_without_staff_only() {
    let world = World::demo().await;
    let refused = demo::fill(&world.app).await.unwrap_err();
    assert!(refused.sentence().contains("without --demo"), "{}", refused.sentence());
}

#[tokio::test]
async fn keys_go_on_after_it() {
    let world = World::demo().await;
    let tx = world.db().begin().await.unwrap();
    let made = department::ActiveModel {
        unique_id: Set("next".to_owned()),
        name: Set("next".to_owned()),
        location: Set(String::new()),
        created_at: Set(world.app.now()),
        updated_at: Set(world.app.now()),
        ..Default::default()
    };
    let made = department::Entity::insert(made).exec_with_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(made.id, 4);
}
