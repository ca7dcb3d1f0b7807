//! 7.16–7.24: every refusal of the calls about several assets and of the decisions, and that nothing is done by halves.

use serde_json::{Value, json};

use super::super::{
    says,
    scene::{Scene, Step, batch, decision},
};

const IN_USE: [&str; 3] = ["1603786083cjxyxHTB", "1603786083EzlAqBbc", "1603786083MWxAHSEX"];
const UNUSED: [&str; 2] = ["1603191152ZrfbUKEi", "1603191152cvwLfWvh"];
const MOVING: &str = "test_asset_transfering";
const NO_ASSET: &str = "asset_id不存在";

const TRANSFER: &str = "/api/assets_transfer_to_apply/";
const RETURN: &str = "/api/assets_return_apply/";
const REPAIR: &str = "/api/assets_repair_apply/";
const DELETE: &str = "/api/assets_delete/";
const APPLY: &str = "/api/assets_apply/";

fn to(person: &str, ids: &[&str]) -> Value {
    let mut body = batch(ids);
    body["transfer_to_id"] = person.into();
    body
}

#[tokio::test]
async fn holders_ask_for_what_they_hold_all_or_nothing() {
    let scene = Scene::demo().await;
    for (path, forbidden, mismatch) in [
        (TRANSFER, "没有转移资产的权限", "资产状态应为使用中才能申请转移"),
        (RETURN, "没有申请资产退库的权限", "资产状态应为使用中才能申请退库"),
        (REPAIR, "没有申请资产维保的权限", "资产状态应为使用中才能申请维保"),
    ] {
        let ask = |by: &'static str, ids: &[&str], answer: Value| -> Step { (by, path, to("demo", ids), answer) };
        let unknown = || says(-6, NO_ASSET);
        let forbidden = || says(-5, forbidden);
        let mismatch = || says(-7, mismatch);
        scene
            .refuses([
                ask("myusername", &["nothing"], unknown()),
                ask("myusername", &[""], unknown()),
                ask("myusername", &[IN_USE[0], "nothing"], unknown()),
                ask("myusername", &[IN_USE[0], "1603786083cjxyxhtb"], unknown()),
                ask("asdf", &["nothing", IN_USE[0]], unknown()),
                // The first item that fails answers, whatever is wrong with the others.
                ask("myusername", &[UNUSED[0], "nothing"], forbidden()),
                ask("myusername", &[MOVING, "nothing", UNUSED[0]], mismatch()),
                ask("myusername", &[IN_USE[0], UNUSED[0], MOVING], forbidden()),
                // Who does not hold it learns that first, in any status.
                ask("asdf", &[IN_USE[0]], forbidden()),
                ask("suadmin", &[IN_USE[0]], forbidden()),
                ask("demo", &[MOVING], forbidden()),
                ask("staff3", &[MOVING], forbidden()),
                ask("myusername", &["34k5jfkwertfwer"], forbidden()),
                ask("asdf", &[UNUSED[0]], mismatch()),
                ask("myusername", &[MOVING], mismatch()),
                ask("myusername", &[IN_USE[1], IN_USE[2], MOVING], mismatch()),
            ])
            .await;
    }
    scene
        .refuses([
            ("myusername", TRANSFER, to("nobody", &["nothing"]), says(-6, "转移员工ID不存在")),
            ("myusername", TRANSFER, to("nobody", &[UNUSED[0]]), says(-6, "转移员工ID不存在")),
            ("myusername", TRANSFER, to("", &[IN_USE[0]]), says(-6, "转移员工ID不存在")),
            ("myusername", TRANSFER, to("Demo", &[IN_USE[0]]), says(-6, "转移员工ID不存在")),
            ("myusername", TRANSFER, to("nobody", &[]), says(-6, "转移员工ID不存在")),
            ("demo", TRANSFER, to("demo", &[]), says(0, "成功申请转移资产")),
            ("demo", RETURN, batch(&[]), says(0, "成功申请资产退库")),
            ("demo", REPAIR, batch(&[]), says(0, "成功申请资产维保")),
            ("demo", APPLY, batch(&[]), says(0, "成功申请领用资产")),
            ("asdf", DELETE, batch(&[]), says(0, "成功清退资产")),
        ])
        .await;
}

#[tokio::test]
async fn the_whole_body_is_read_before_any_item_is_looked_at() {
    let scene = Scene::demo().await;
    let mut steps = Vec::new();
    for (path, malformed) in [
        (APPLY, "申请领用资产失败，JSON参数错误"),
        (TRANSFER, "申请转移资产失败，JSON参数错误"),
        (RETURN, "申请资产退库失败，JSON参数错误"),
        (REPAIR, "申请资产维保失败，JSON参数错误"),
        (DELETE, "清退资产失败，JSON参数错误"),
    ] {
        for last in [json!({}), json!({ "asset_id": null }), json!({ "asset_id": 1.5 }), json!([]), json!(UNUSED[0])] {
            for first in ["nothing", MOVING, UNUSED[0]] {
                let body = json!({ "transfer_to_id": "nobody", "data": [{ "asset_id": first }, last] });
                steps.push(("asdf", path, body, says(-2, malformed)));
            }
        }
    }
    scene.refuses(steps).await;
}

#[tokio::test]
async fn an_asset_named_twice_counts_once() {
    for (by, path, ids, message, status) in [
        ("demo", APPLY, [UNUSED[0], UNUSED[1], UNUSED[0]], "成功申请领用资产", "get_confirming"),
        ("myusername", TRANSFER, [IN_USE[0], IN_USE[0], IN_USE[1]], "成功申请转移资产", "transfer_confirming"),
        ("myusername", RETURN, [IN_USE[1], IN_USE[0], IN_USE[1]], "成功申请资产退库", "return_confirming"),
        ("myusername", REPAIR, [IN_USE[2], IN_USE[1], IN_USE[2]], "成功申请资产维保", "repair_apply"),
        ("asdf", DELETE, [MOVING, IN_USE[0], MOVING], "成功清退资产", "deleted"),
    ] {
        let scene = Scene::demo().await;
        assert_eq!(scene.ask(by, path, to("samplestaff", &ids)).await, says(0, message), "{path}");
        for id in ids {
            assert_eq!(scene.asset(id).await["status_id"], status, "{path} {id}");
            let told = scene.history(id).await;
            let deletions = told.as_array().unwrap().iter().filter(|row| row["type"] == "delete").count();
            assert_eq!(deletions, usize::from(path == DELETE), "{path} {id}");
        }
    }
}

#[tokio::test]
async fn clearing_out_is_all_or_nothing_and_final() {
    const GONE: &str = "存在资产状态已为清退状态";
    let scene = Scene::demo().await;
    let parent = "34k5jfkwertfwer";
    assert_eq!(scene.ask("asdf", DELETE, batch(&[parent])).await, says(0, "成功清退资产"));
    scene
        .refuses([
            ("asdf", DELETE, batch(&["nothing"]), says(-6, NO_ASSET)),
            ("asdf", DELETE, batch(&[IN_USE[0], "nothing", parent]), says(-6, NO_ASSET)),
            ("asdf", DELETE, batch(&[parent, "nothing"]), says(-7, GONE)),
            ("asdf", DELETE, batch(&[IN_USE[0], UNUSED[0], parent]), says(-7, GONE)),
            ("asdf", DELETE, batch(&[parent]), says(-7, GONE)),
            ("myusername", DELETE, batch(&[IN_USE[0]]), says(-5, "没有清退资产的权限")),
            ("admin", DELETE, batch(&[parent]), says(-5, "没有清退资产的权限")),
            ("demo", APPLY, batch(&[parent]), says(-7, "资产状态应为未使用才能申请领用")),
            ("demo", REPAIR, batch(&[parent]), says(-5, "没有申请资产维保的权限")),
        ])
        .await;
    let below = scene.asset(UNUSED[0]).await;
    assert_eq!((&below["under_id"], &below["under_name"]), (&json!(parent), &json!("test_asset")));
}

#[tokio::test]
async fn decisions_refuse_what_they_cannot_decide() {
    let scene = Scene::demo().await;
    let mut steps = Vec::new();
    for (path, forbidden, mismatch, moves) in [
        ("/api/assets_apply/confirm/", "没有审批领用资产的权限", "审批资产状态应为领用待确认", false),
        ("/api/assets_transfer_to/confirm/", "没有审批转移资产的权限", "审批资产状态应为转移待确认", true),
        ("/api/assets_return/confirm/", "没有审批资产退库的权限", "审批资产状态应为退库待确认", false),
        ("/api/asset_repair_finish/", "没有通过资产维保的权限", "审批资产状态应为维保申请", false),
    ] {
        for result in ["yes", "no"] {
            for (by, asset, answer) in [
                ("asdf", "nothing", says(-7, NO_ASSET)),
                ("asdf", "", says(-7, NO_ASSET)),
                ("suadmin", "TEST_ASSET_TRANSFERING", says(-7, NO_ASSET)),
                ("asdf", UNUSED[0], says(-6, mismatch)),
                ("mover", IN_USE[0], says(-6, mismatch)),
                ("asdf", "34k5jfkwertfwer", says(-6, mismatch)),
                // Neither the holder nor the one who shall hold it decides.
                ("myusername", MOVING, says(-5, forbidden)),
                ("staff3", MOVING, says(-5, forbidden)),
                ("sdfg", MOVING, says(-5, forbidden)),
                ("admin", "nothing", says(-5, forbidden)),
            ] {
                steps.push((by, path, decision(asset, result), answer));
            }
            if !moves {
                steps.push(("asdf", path, decision(MOVING, result), says(-6, mismatch)));
            }
        }
    }
    scene.refuses(steps).await;
}

#[tokio::test]
async fn a_batch_may_name_more_assets_than_a_statement_can() {
    const MANY: usize = 70_000;
    let scene = Scene::demo().await;
    let many = |first: &str, rest: &dyn Fn(usize) -> String| {
        let ids = std::iter::once(first.to_owned()).chain((0..MANY).map(rest));
        let data: Vec<_> = ids.map(|id| json!({ "asset_id": id })).collect();
        json!({ "transfer_to_id": "demo", "data": data })
    };
    let unknown = |first: &str| many(first, &|number| format!("{number}"));
    let before = scene.everything().await;
    for (by, path, first) in [("demo", APPLY, UNUSED[0]), ("asdf", DELETE, IN_USE[0])] {
        assert_eq!(scene.ask(by, path, unknown(first)).await, says(-6, NO_ASSET), "{path}");
    }
    assert_eq!(scene.everything().await, before);
    let same = many(IN_USE[0], &|_| IN_USE[0].to_owned());
    assert_eq!(scene.ask("myusername", REPAIR, same).await, says(0, "成功申请资产维保"));
}

#[tokio::test]
async fn thousands_of_assets_go_through_every_call_at_once() {
    const MANY: usize = 1500;
    let scene = Scene::demo().await;
    let items: Vec<_> = (0..MANY).map(|number| json!({ "group": "0", "display_name": number })).collect();
    assert_eq!(scene.ask("asdf", "/api/add_assets/", json!({ "data": items })).await, says(0, "成功"));
    let rows = scene.part("asdf", "/api/asset_list/", json!({}), "data").await;
    let data: Vec<_> =
        rows.as_array().unwrap()[..MANY].iter().map(|row| json!({ "asset_id": row["unique_id"] })).collect();
    for (path, message) in [(APPLY, "成功申请领用资产"), (DELETE, "成功清退资产")] {
        assert_eq!(scene.ask("asdf", path, json!({ "data": data })).await, says(0, message));
    }
    let told = scene.part("asdf", "/api/search_assets_history/", json!({ "search_string": "delete" }), "data").await;
    assert_eq!(told.as_array().unwrap().len(), MANY);
    assert_eq!(told[0]["asset_name"], json!((MANY - 1).to_string()), "told in the order of the call");
}
