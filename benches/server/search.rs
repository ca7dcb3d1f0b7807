//! What a search costs by the length of the needle, against reading the table.

use assetry::{
    db::{Pieces, contains},
    entity::{asset, history},
};
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    home::Home,
    measure::{median, ms, ratio},
};

const WORDS: Pieces<asset::Entity> = Pieces {
    columns: &[asset::Column::Name, asset::Column::Remarks],
    id: asset::Column::Id,
    trigrams: "asset_search",
    terms: "asset_search_term",
};

const TIMES: usize = 15;

pub(crate) async fn run(home: &Home) {
    let data = home.generated(1.0).await;
    let db = data.open().await;
    println!("\n### Search on {}: 100,000 assets, 500,000 lines of history\n", home.name());
    println!("| needle | characters | found | with the index, ms | reading the table, ms | ratio |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for needle in NEEDLES {
        let plain =
            Condition::any().add(contains(asset::Column::Name, needle)).add(contains(asset::Column::Remarks, needle));
        let indexed = WORDS.containing(&db, needle).unwrap();
        let tx = db.snapshot().await.unwrap();
        let found = keys(&tx, indexed.clone()).await.len();
        let fast = median(TIMES, || keys(&tx, indexed.clone())).await;
        if !db.is_sqlite() {
            tx.execute_unprepared("SET LOCAL enable_bitmapscan = off").await.unwrap();
        }
        assert_eq!(keys(&tx, plain.clone()).await.len(), found);
        let slow = median(TIMES, || keys(&tx, plain.clone())).await;
        let length = needle.chars().count();
        println!("| `{needle}` | {length} | {found} | {} | {} | {} |", ms(fast), ms(slow), ratio(fast, slow));
    }
    use history::Column::{AssetName, AssetUniqueId, Description, Kind, RelatedName, RelatedUniqueId};
    let columns = [Kind, Description, AssetUniqueId, AssetName, RelatedUniqueId, RelatedName];
    for needle in ["转移", "没有这个"] {
        let tx = db.snapshot().await.unwrap();
        let wanted = columns.iter().fold(Condition::any(), |any, column| any.add(contains(*column, needle)));
        let find = || history::Entity::find().filter(wanted.clone()).count_rows(&tx);
        println!("\nhistory, `{needle}`, reads the table: {} ms", ms(median(3, find).await));
    }
    db.close().await.unwrap();
    data.forget().await;
}

async fn keys(tx: &DatabaseTransaction, wanted: Condition) -> Vec<i64> {
    let select = asset::Entity::find().select_only().column(asset::Column::Id).filter(wanted);
    select.order_by_asc(asset::Column::Id).into_tuple().all(tx).await.unwrap()
}

trait CountRows {
    async fn count_rows(self, tx: &DatabaseTransaction) -> u64;
}

impl CountRows for sea_orm::Select<history::Entity> {
    async fn count_rows(self, tx: &DatabaseTransaction) -> u64 {
        assetry::db::count(tx, self).await.unwrap()
    }
}

/// Pieces of names and remarks that are there, Chinese and ASCII, of one, two, three and many characters, and such as are not there.
const NEEDLES: [&str; 18] = [
    "脑",
    "电脑",
    "本电脑",
    "笔记本电脑",
    "7",
    "42",
    "042",
    "004217",
    "g",
    "ge",
    "gen",
    "generated",
    "龘",
    "龘龘",
    "龘龘龘",
    "zq",
    "zqx",
    "no such thing",
];
