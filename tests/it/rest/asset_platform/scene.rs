//! What tables of calls need: people who log in once, steps played in order, and everything that this dialect shows.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{call, login};
use crate::harness::World;

/// A world with the demo data, and its people as they log in.
pub(super) struct Scene {
    pub(super) world: World,
    tokens: Mutex<HashMap<String, String>>,
}

/// Who calls (by username), the path, the body, and the whole answer.
pub(super) type Step = (&'static str, &'static str, Value, Value);

impl Scene {
    pub(super) async fn demo() -> Self {
        Self { world: World::demo().await, tokens: Mutex::default() }
    }

    /// A token of the person with this username, who logs in with the password of the demo data when first asked.
    pub(super) async fn token(&self, username: &str) -> String {
        let mut tokens = self.tokens.lock().await;
        if let Some(token) = tokens.get(username) {
            return token.clone();
        }
        let password = match username {
            "myusername" => "mypassword".to_owned(),
            "demo" => "testpw".to_owned(),
            other => format!("{other}pass"),
        };
        let token = login(&self.world, (username, &password)).await;
        tokens.insert(username.to_owned(), token.clone());
        token
    }

    /// Has everybody log in anew when next asked.
    pub(super) async fn forget(&self) {
        self.tokens.lock().await.clear();
    }

    /// What `username` is answered.
    pub(super) async fn ask(&self, username: &str, path: &str, body: Value) -> Value {
        let token = self.token(username).await;
        call(&self.world, &token, path, body).await
    }

    /// What `username` is answered under `key`.
    pub(super) async fn part(&self, username: &str, path: &str, body: Value, key: &str) -> Value {
        let mut answer = self.ask(username, path, body).await;
        assert_eq!(answer["code"], 0, "{path}: {answer}");
        answer[key].take()
    }

    /// Plays `steps` in order; each is answered exactly so.
    pub(super) async fn play(&self, steps: impl IntoIterator<Item = Step>) {
        for (number, (username, path, body, expected)) in steps.into_iter().enumerate() {
            let answer = self.ask(username, path, body.clone()).await;
            assert_eq!(answer, expected, "step {number}: {username} {path} {body}");
        }
    }

    /// Plays refusals: they are answered exactly so, and change nothing.
    pub(super) async fn refuses(&self, steps: impl IntoIterator<Item = Step>) {
        let before = self.everything().await;
        self.play(steps).await;
        assert_eq!(self.everything().await, before);
    }

    /// All that this dialect shows, as the super administrator sees it.
    pub(super) async fn everything(&self) -> Value {
        const BY: &str = "suadmin";
        let mut all = serde_json::Map::new();
        for path in [
            "/api/staff_list/",
            "/api/asset_list/",
            "/api/get_all_asset_group/",
            "/api/department/all/",
            "/api/asset_pending_list/",
        ] {
            all.insert(path.to_owned(), self.ask(BY, path, json!({})).await);
        }
        let history = self.ask(BY, "/api/search_assets_history/", json!({ "search_string": "" })).await;
        all.insert("history".to_owned(), history);
        let of = |path: &str, key: &str| -> Vec<Value> {
            all[path][key].as_array().unwrap().iter().map(|row| row["unique_id"].clone()).collect()
        };
        let (assets, departments) = (of("/api/asset_list/", "data"), of("/api/department/all/", "departments"));
        for id in assets {
            all.insert(format!("asset {id}"), self.ask(BY, "/api/asset_info", json!({ "asset_id": id })).await);
        }
        for id in departments {
            let info = self.ask(BY, "/api/department/info/", json!({ "department_id": id })).await;
            all.insert(format!("department {id}"), info);
        }
        all.into()
    }

    /// Enters an asset, held by asdf, and tells its id.
    pub(super) async fn enter(&self, item: Value) -> String {
        self.part("asdf", "/api/add_assets/", json!({ "data": [item] }), "code").await;
        let rows = self.part("asdf", "/api/asset_list/", json!({}), "data").await;
        rows[0]["unique_id"].as_str().unwrap().to_owned()
    }

    /// The asset in full, as an asset administrator sees it.
    pub(super) async fn asset(&self, id: &str) -> Value {
        self.part("asdf", "/api/asset_info", json!({ "asset_id": id }), "data").await
    }

    /// The history of one asset.
    pub(super) async fn history(&self, id: &str) -> Value {
        self.part("asdf", "/api/single_asset_history/", json!({ "unique_id": id }), "data").await
    }

    /// A GraphQL mutation by suadmin, which succeeds.
    pub(super) async fn mutate(&self, mutation: &str, input: Value) {
        let token = self.token("suadmin").await;
        let name = mutation[..1].to_uppercase() + &mutation[1..];
        let query =
            format!("mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}");
        let answer = self.world.graphql(&query, json!({ "input": input }), Some(&token)).await;
        assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{answer}");
    }
}

/// A success whose code is the string "0".
pub(super) fn done(message: &str) -> Value {
    json!({ "code": "0", "message": message })
}

/// The body of a batch.
pub(super) fn batch(ids: &[&str]) -> Value {
    json!({ "data": ids.iter().map(|id| json!({ "asset_id": id })).collect::<Vec<_>>() })
}

/// The body of a decision.
pub(super) fn decision(asset: &str, result: &str) -> Value {
    json!({ "asset_id": asset, "result": result })
}
