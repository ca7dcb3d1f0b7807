//! §8: every status met with every action, by the holder, by an administrator and by somebody else.

use serde_json::{Value, json};

use super::super::{
    says,
    scene::{Scene, batch, decision},
};

/// Who plays which part.
const HOLDER: &str = "myusername";
const OTHER: &str = "staff3";
const ADMIN: &str = "asdf";
const SECOND: &str = "mover";
const IDS: [(&str, &str); 5] = [
    (HOLDER, "samplestaff"),
    (OTHER, "1603162639kQsLBBHw"),
    (ADMIN, "lwk4j5lk234"),
    (SECOND, "1602554682pJpNnlfJ"),
    ("demo", "demo"),
];

fn id(username: &str) -> Value {
    IDS.iter().find(|(name, _)| *name == username).map_or(Value::Null, |(_, id)| json!(id))
}

/// What can be seen of where an asset stands.
#[derive(Debug, PartialEq)]
struct State {
    status: String,
    holder: Value,
    applicant: Value,
    target: Value,
    history: Vec<String>,
}

async fn state(scene: &Scene, asset: &str) -> State {
    let row = scene.asset(asset).await;
    let pending = scene.part(ADMIN, "/api/asset_pending_list/", json!({}), "data").await;
    let waiting = pending.as_array().unwrap().iter().find(|row| row["unique_id"] == asset);
    let status = row["status_id"].as_str().unwrap().to_owned();
    let waits = ["get_confirming", "transfer_confirming", "return_confirming"].contains(&status.as_str());
    assert_eq!(waiting.is_some(), waits, "{status}");
    if let Some(waiting) = waiting {
        let shown = |row: &Value| {
            json!([
                row["display_name"],
                row["status_id"],
                row["status_name"],
                row["applicant_id"],
                row["applicant_name"]
            ])
        };
        assert_eq!(shown(waiting), shown(&row));
    }
    let listed = scene.part(ADMIN, "/api/asset_list/", json!({}), "data").await;
    let listed = listed.as_array().unwrap().iter().find(|row| row["unique_id"] == asset).unwrap();
    assert_eq!(
        json!([listed["status_id"], listed["status_name"], listed["belongs_to_id"], listed["belongs_to_name"]]),
        json!([row["status_id"], row["status_name"], row["belongs_to_id"], row["belongs_to_name"]])
    );
    let history = scene.history(asset).await;
    State {
        status,
        holder: row["belongs_to_id"].clone(),
        applicant: row["applicant_id"].clone(),
        target: waiting.map_or(Value::Null, |row| row["belongs_to_pending_id"].clone()),
        history: history.as_array().unwrap().iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect(),
    }
}

/// What `by` is answered who does this to the asset.
async fn act(scene: &Scene, by: &str, action: &str, asset: &str) -> Value {
    let (path, body) = match action {
        "apply" => ("/api/assets_apply/", batch(&[asset])),
        "transfer" => {
            ("/api/assets_transfer_to_apply/", json!({ "transfer_to_id": "demo", "data": [{ "asset_id": asset }] }))
        }
        "return" => ("/api/assets_return_apply/", batch(&[asset])),
        "repair" => ("/api/assets_repair_apply/", batch(&[asset])),
        "delete" => ("/api/assets_delete/", batch(&[asset])),
        "finish" => ("/api/asset_repair_finish/", json!({ "asset_id": asset })),
        "modify" => ("/api/modify_asset", json!({ "asset_id": asset, "data": { "remarks": "changed" } })),
        decided => {
            let (kind, result) = decided.split_once(' ').unwrap();
            let path = match kind {
                "apply" => "/api/assets_apply/confirm/",
                "transfer" => "/api/assets_transfer_to/confirm/",
                _ => "/api/assets_return/confirm/",
            };
            (path, decision(asset, result))
        }
    };
    scene.ask(by, path, body).await
}

/// A new asset that is held by [`HOLDER`], but [`ADMIN`] while it is in store or waits to be handed out, and whose history is empty
/// but for having been handed out.
async fn bring(scene: &Scene, status: &str) -> String {
    let asset = scene.enter(json!({ "group": "0", "display_name": status, "use_year": 3 })).await;
    let steps: &[(&str, &str)] = match status {
        "unused" => &[],
        "get_confirming" => &[(OTHER, "apply")],
        "inuse" => &[(HOLDER, "apply"), (ADMIN, "apply yes")],
        "transfer_confirming" => &[(HOLDER, "apply"), (ADMIN, "apply yes"), (HOLDER, "transfer")],
        "return_confirming" => &[(HOLDER, "apply"), (ADMIN, "apply yes"), (HOLDER, "return")],
        "repair_apply" => &[(HOLDER, "apply"), (ADMIN, "apply yes"), (HOLDER, "repair")],
        _ => &[(HOLDER, "apply"), (ADMIN, "apply yes"), (ADMIN, "delete")],
    };
    for (by, action) in steps {
        assert_eq!(act(scene, by, action, &asset).await["code"], 0, "{status}: {by} {action}");
    }
    asset
}

const STATUSES: [&str; 7] =
    ["unused", "get_confirming", "inuse", "transfer_confirming", "return_confirming", "repair_apply", "deleted"];

/// What each action is answered in each status, in the order of [`STATUSES`]. `*` is who holds the asset then, or in `deleted` who
/// held it.
#[rustfmt::skip]
const ANSWERS: [(&str, &str, [i32; 7], &str, &str); 31] = [
    ("*",    "apply",        [ 0, -7, -7, -7, -7, -7, -7], "成功申请领用资产", "资产状态应为未使用才能申请领用"),
    (OTHER,  "apply",        [ 0, -7, -7, -7, -7, -7, -7], "成功申请领用资产", "资产状态应为未使用才能申请领用"),
    (SECOND, "apply",        [ 0, -7, -7, -7, -7, -7, -7], "成功申请领用资产", "资产状态应为未使用才能申请领用"),
    (ADMIN,  "apply yes",    [-6,  0, -6, -6, -6, -6, -6], "操作成功", "审批资产状态应为领用待确认"),
    (ADMIN,  "apply no",     [-6,  0, -6, -6, -6, -6, -6], "操作成功", "审批资产状态应为领用待确认"),
    (SECOND, "apply yes",    [-6,  0, -6, -6, -6, -6, -6], "操作成功", "审批资产状态应为领用待确认"),
    (OTHER,  "apply yes",    [-5, -5, -5, -5, -5, -5, -5], "", "没有审批领用资产的权限"),
    (HOLDER, "apply no",     [-5, -5, -5, -5, -5, -5, -5], "", "没有审批领用资产的权限"),
    ("*",    "transfer",     [-7, -7,  0, -7, -7, -7, -5], "成功申请转移资产", "资产状态应为使用中才能申请转移"),
    (OTHER,  "transfer",     [-5, -5, -5, -5, -5, -5, -5], "", "没有转移资产的权限"),
    (SECOND, "transfer",     [-5, -5, -5, -5, -5, -5, -5], "", "没有转移资产的权限"),
    (ADMIN,  "transfer yes", [-6, -6, -6,  0, -6, -6, -6], "操作成功", "审批资产状态应为转移待确认"),
    (ADMIN,  "transfer no",  [-6, -6, -6,  0, -6, -6, -6], "操作成功", "审批资产状态应为转移待确认"),
    (HOLDER, "transfer yes", [-5, -5, -5, -5, -5, -5, -5], "", "没有审批转移资产的权限"),
    ("demo", "transfer yes", [-5, -5, -5, -5, -5, -5, -5], "", "没有审批转移资产的权限"),
    ("*",    "return",       [-7, -7,  0, -7, -7, -7, -5], "成功申请资产退库", "资产状态应为使用中才能申请退库"),
    (OTHER,  "return",       [-5, -5, -5, -5, -5, -5, -5], "", "没有申请资产退库的权限"),
    (SECOND, "return",       [-5, -5, -5, -5, -5, -5, -5], "", "没有申请资产退库的权限"),
    (ADMIN,  "return yes",   [-6, -6, -6, -6,  0, -6, -6], "操作成功", "审批资产状态应为退库待确认"),
    (SECOND, "return yes",   [-6, -6, -6, -6,  0, -6, -6], "操作成功", "审批资产状态应为退库待确认"),
    (ADMIN,  "return no",    [-6, -6, -6, -6,  0, -6, -6], "操作成功", "审批资产状态应为退库待确认"),
    (HOLDER, "return yes",   [-5, -5, -5, -5, -5, -5, -5], "", "没有审批资产退库的权限"),
    ("*",    "repair",       [-7, -7,  0, -7, -7, -7, -5], "成功申请资产维保", "资产状态应为使用中才能申请维保"),
    (OTHER,  "repair",       [-5, -5, -5, -5, -5, -5, -5], "", "没有申请资产维保的权限"),
    (SECOND, "repair",       [-5, -5, -5, -5, -5, -5, -5], "", "没有申请资产维保的权限"),
    (ADMIN,  "finish",       [-6, -6, -6, -6, -6,  0, -6], "操作成功", "审批资产状态应为维保申请"),
    (HOLDER, "finish",       [-5, -5, -5, -5, -5, -5, -5], "", "没有通过资产维保的权限"),
    (ADMIN,  "delete",       [ 0,  0,  0,  0,  0,  0, -7], "成功清退资产", "存在资产状态已为清退状态"),
    (HOLDER, "delete",       [-5, -5, -5, -5, -5, -5, -5], "", "没有清退资产的权限"),
    (SECOND, "modify",       [ 0,  0,  0,  0,  0,  0,  0], "操作成功", ""),
    (HOLDER, "modify",       [-5, -5, -5, -5, -5, -5, -5], "", "没有修改资产权限"),
];

/// What an action that is done makes of an asset: by whom and which, the status, the holder (`=` the same), the applicant, the one to
/// whom it shall go, and what is told.
type Effect =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, Option<&'static str>);

#[rustfmt::skip]
const EFFECTS: [Effect; 15] = [
    ("*",    "apply",        "get_confirming",      "=",    ADMIN,  "-",    None),
    (OTHER,  "apply",        "get_confirming",      "=",    OTHER,  "-",    None),
    (SECOND, "apply",        "get_confirming",      "=",    SECOND, "-",    None),
    (ADMIN,  "apply yes",    "inuse",               OTHER,  "-",    "-",    Some("apply")),
    (SECOND, "apply yes",    "inuse",               OTHER,  "-",    "-",    Some("apply")),
    (ADMIN,  "apply no",     "unused",              "=",    "-",    "-",    None),
    ("*",    "transfer",     "transfer_confirming", "=",    "-",    "demo", None),
    (ADMIN,  "transfer yes", "inuse",               "demo", "-",    "-",    Some("transfer")),
    (ADMIN,  "transfer no",  "inuse",               "=",    "-",    "-",    None),
    ("*",    "return",       "return_confirming",   "=",    "-",    "-",    None),
    (ADMIN,  "return yes",   "unused",              ADMIN,  "-",    "-",    Some("return")),
    (SECOND, "return yes",   "unused",              SECOND, "-",    "-",    Some("return")),
    (ADMIN,  "return no",    "inuse",               "=",    "-",    "-",    None),
    ("*",    "repair",       "repair_apply",        "=",    "-",    "-",    None),
    (ADMIN,  "finish",       "inuse",               "=",    "-",    "-",    Some("repair")),
];

#[tokio::test]
async fn every_action_in_every_status_is_done_or_refused_as_agreed() {
    const NOT_THE_HOLDER: [(&str, &str); 3] = [
        ("transfer", "没有转移资产的权限"),
        ("return", "没有申请资产退库的权限"),
        ("repair", "没有申请资产维保的权限"),
    ];
    let scene = Scene::demo().await;
    for status in STATUSES {
        let mut asset = None;
        for (who, action, codes, done, refused) in ANSWERS {
            let code = codes[STATUSES.iter().position(|each| *each == status).unwrap()];
            // A refusal leaves the asset as it was, so that the next action can be tried on it.
            let id_of_asset = match asset.take() {
                Some(asset) => asset,
                None => bring(&scene, status).await,
            };
            let before = state(&scene, &id_of_asset).await;
            assert_eq!(before.status, status);
            let holds = if matches!(status, "unused" | "get_confirming") { ADMIN } else { HOLDER };
            let by = if who == "*" { holds } else { who };
            let label = format!("{status}: {by} {action}");
            let answer = act(&scene, by, action, &id_of_asset).await;
            let after = state(&scene, &id_of_asset).await;
            if code != 0 {
                let not_the_holder = NOT_THE_HOLDER.iter().find(|(known, _)| *known == action && code == -5);
                let text = not_the_holder.map_or(refused, |(_, text)| text);
                assert_eq!((answer, &after), (says(code, text), &before), "{label}");
                asset = Some(id_of_asset);
                continue;
            }
            assert_eq!(answer, says(0, done), "{label}");
            let mut history = before.history.clone();
            let (next, holder, applicant, target, told) = match action {
                "modify" => {
                    assert_eq!(scene.asset(&id_of_asset).await["remarks"], "changed", "{label}");
                    assert_eq!(after, before, "{label}");
                    continue;
                }
                "delete" => ("deleted", "-", "-", "-", Some("delete")),
                _ => {
                    let effect = EFFECTS.iter().find(|effect| (effect.0, effect.1) == (who, action)).unwrap();
                    (effect.2, effect.3, effect.4, effect.5, effect.6)
                }
            };
            history.extend(told.map(str::to_owned));
            let expected = State {
                status: next.to_owned(),
                holder: if holder == "=" { before.holder } else { id(holder) },
                applicant: id(applicant),
                target: id(target),
                history,
            };
            assert_eq!(after, expected, "{label}");
        }
    }
}

#[tokio::test]
async fn an_asset_begins_as_it_was_entered_and_may_come_to_its_administrator() {
    let scene = Scene::demo().await;
    for (sent, expected) in [
        ("unused", ["unused", ADMIN, "-"]),
        ("inuse", ["inuse", ADMIN, "-"]),
        ("tobeconfirmed", ["get_confirming", ADMIN, ADMIN]),
        ("deleted", ["deleted", "-", "-"]),
    ] {
        let asset = scene.enter(json!({ "group": "0", "display_name": "x", "status": sent })).await;
        let expected = State {
            status: expected[0].to_owned(),
            holder: id(expected[1]),
            applicant: id(expected[2]),
            target: Value::Null,
            history: Vec::new(),
        };
        assert_eq!(state(&scene, &asset).await, expected, "{sent}");
    }
    for (result, status) in [("yes", "inuse"), ("no", "unused")] {
        let asset = scene.enter(json!({ "group": "0", "display_name": "x", "status": "tobeconfirmed" })).await;
        assert_eq!(act(&scene, SECOND, &format!("apply {result}"), &asset).await, says(0, "操作成功"));
        let after = state(&scene, &asset).await;
        assert_eq!((after.status.as_str(), after.holder, after.applicant), (status, id(ADMIN), Value::Null));
        assert_eq!(after.history.len(), usize::from(result == "yes"));
    }
}

#[tokio::test]
async fn administrators_may_decide_on_what_they_asked_for_and_hold() {
    let scene = Scene::demo().await;
    let asset = scene.enter(json!({ "group": "0", "display_name": "own", "status": "inuse" })).await;
    let mut told = Vec::new();
    for (action, status, news) in [
        ("transfer", "transfer_confirming", None),
        ("transfer yes", "inuse", Some("transfer")),
        ("return", "return_confirming", None),
        ("return no", "inuse", None),
        ("repair", "repair_apply", None),
        ("finish", "inuse", Some("repair")),
        ("return", "return_confirming", None),
        ("return yes", "unused", Some("return")),
        ("apply", "get_confirming", None),
        ("apply no", "unused", None),
        ("apply", "get_confirming", None),
        ("apply yes", "inuse", Some("apply")),
        ("delete", "deleted", Some("delete")),
    ] {
        let body = json!({ "transfer_to_id": "lwk4j5lk234", "data": [{ "asset_id": asset }] });
        let answer = match action {
            // The target may be the caller.
            "transfer" => scene.ask(ADMIN, "/api/assets_transfer_to_apply/", body).await,
            _ => act(&scene, ADMIN, action, &asset).await,
        };
        assert_eq!(answer["code"], 0, "{action}: {answer}");
        told.extend(news.map(str::to_owned));
        let after = state(&scene, &asset).await;
        let holder = if action == "delete" { Value::Null } else { id(ADMIN) };
        assert_eq!((after.status.as_str(), after.holder, &after.history), (status, holder, &told), "{action}");
    }
}

#[tokio::test]
async fn another_door_moves_the_same_asset_the_same_way() {
    let scene = Scene::demo().await;
    let asset = bring(&scene, "get_confirming").await;
    scene.mutate("approvalDecide", json!({ "assetId": asset, "type": "CLAIM", "decision": "APPROVE" })).await;
    let after = state(&scene, &asset).await;
    assert_eq!((after.status.as_str(), after.holder), ("inuse", id(OTHER)));
    assert_eq!((after.applicant, after.history), (Value::Null, vec!["apply".to_owned()]));
    let answer = act(&scene, ADMIN, "apply yes", &asset).await;
    assert_eq!(answer, says(-6, "审批资产状态应为领用待确认"));
    let open = "{ approvals(filter: {state: [PENDING]}, first: 50) { nodes { id } } }";
    let pending = async || {
        let token = scene.token("suadmin").await;
        let answer = scene.world.graphql(open, Value::Null, Some(&token)).await;
        answer["data"]["approvals"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).len()
    };
    let waiting = bring(&scene, "transfer_confirming").await;
    assert_eq!(pending().await, 2, "with the one of the demo data");
    assert_eq!(act(&scene, ADMIN, "delete", &waiting).await["code"], 0);
    assert_eq!(pending().await, 1, "clearing an asset out closes what is asked for it");
}
