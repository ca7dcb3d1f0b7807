//! §10, volume: on SQLite every long list is read in its order, so that the first row leaves before the last is read.

use assetry::domain::history::listing::SHOWN;
use sea_orm::{ActiveEnum, ConnectionTrait, DatabaseBackend, Statement};
use serde_json::{Value, json};

use super::super::scene::Scene;

/// Lists without bound, and their bodies.
const LISTS: [(&str, &str); 14] = [
    ("/api/asset_list/", "{}"),
    ("/api/asset_list_title_value/", "{}"),
    ("/api/search_asset/", r#"{"search_string":""}"#),
    ("/api/search_asset/", r#"{"search_string":"电"}"#),
    ("/api/search_asset/", r#"{"search_string":"电脑"}"#),
    ("/api/search_asset/", r#"{"search_string":"laptop"}"#),
    ("/api/asset_pending_list/", "{}"),
    ("/api/assets_of_staff_list/", r#"{"unique_id":"suadmin"}"#),
    ("/api/staff_info/", "{}"),
    ("/api/staff_list/", "{}"),
    ("/api/staff_list_title_value/", "{}"),
    ("/api/single_asset_history/", r#"{"unique_id":"1"}"#),
    ("/api/search_assets_history/", r#"{"search_string":""}"#),
    ("/api/search_assets_history/", r#"{"search_string":"电脑"}"#),
];

/// What SQLite means to do. It plans for the values, so they are needed.
async fn steps(scene: &Scene, mut statement: Statement) -> Vec<String> {
    statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let steps = scene.world.db().read().query_all_raw(statement).await.unwrap();
    steps.iter().map(|step| step.try_get_by_index::<String>(3).unwrap()).collect()
}

fn sorts(plan: &[String]) -> bool {
    plan.iter().any(|step| step.contains("TEMP B-TREE"))
}

/// What SQLite means to do for the list.
async fn plan(scene: &Scene, token: &str, path: &str, body: &str) -> Vec<String> {
    let mut body: Value = serde_json::from_str(body).unwrap();
    body["token"] = token.into();
    let (reply, statements) = scene.world.sent(super::super::send(&scene.world, path, body.to_string())).await;
    assert_eq!(reply.json()["code"], 0, "{path}");
    let list = statements.into_iter().rfind(|statement| statement.sql.contains("ORDER BY")).unwrap();
    steps(scene, list).await
}

async fn all_begin_at_once(scene: &Scene, token: &str) {
    for (path, body) in LISTS {
        let plan = plan(scene, token, path, body).await;
        assert!(!plan.is_empty(), "{path}");
        assert!(!sorts(&plan), "{path} {body}: {plan:#?}");
    }
}

/// Lets SQLite know of the tables' sizes what is true, changed by `sql`.
async fn know(scene: &Scene, sql: &str) {
    let tx = scene.world.db().begin().await.unwrap();
    tx.execute_unprepared("ANALYZE").await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    // Readers take it in when the tables change.
    tx.execute_unprepared("CREATE TABLE passing (id INTEGER); DROP TABLE passing").await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn no_long_list_is_sorted_before_it_is_sent() {
    let scene = Scene::demo().await;
    if !scene.world.db().is_sqlite() {
        return;
    }
    let token = scene.token("suadmin").await;
    let item = json!({ "group": "0", "display_name": "Laptop 电脑", "under": null });
    scene.part("suadmin", "/api/add_assets/", json!({ "data": vec![item; 100] }), "code").await;
    let sorted = || {
        let kinds = SHOWN.map(|kind| kind.to_value().into());
        let sql = "SELECT description FROM history WHERE kind IN (?, ?, ?, ?, ?) ORDER BY id";
        steps(&scene, Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, kinds))
    };

    // A new database knows nothing of its sizes.
    know(&scene, "DELETE FROM sqlite_stat1; DELETE FROM sqlite_stat4").await;
    all_begin_at_once(&scene, &token).await;

    // It knows of how many kinds of lines there are few, and would rather sort those. A sort is seen where there is one.
    know(&scene, "DELETE FROM sqlite_stat1 WHERE false").await;
    assert!(sorts(&sorted().await));
    all_begin_at_once(&scene, &token).await;

    // Few groups with a million assets in each: it might rather begin with the groups.
    know(&scene, "UPDATE sqlite_stat1 SET stat = '1000000 1000000 1' WHERE idx = 'asset_group_of'").await;
    all_begin_at_once(&scene, &token).await;
}
