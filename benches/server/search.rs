//! What a search costs by the length of the needle, against reading the table.

use assetry::{
    db::{Database, Pieces, contains},
    entity::{asset, history},
};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};

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
    for needle in needles(&db).await {
        let plain =
            Condition::any().add(contains(asset::Column::Name, &needle)).add(contains(asset::Column::Remarks, &needle));
        let indexed = WORDS.containing(&db, &needle).unwrap();
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
    let columns = [history::Column::Description, history::Column::AssetName, history::Column::AssetUniqueId];
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

/// Pieces of a name that is there, Chinese and ASCII, of one, two, three and many characters, and such as are not there.
async fn needles(db: &Database) -> Vec<String> {
    let name = |pattern: &str| {
        let sql = format!("SELECT name FROM asset WHERE name {pattern} ORDER BY id LIMIT 1");
        Statement::from_string(db.read().get_database_backend(), sql)
    };
    let row = db.read().query_one_raw(name("NOT LIKE '%a%'")).await.unwrap().unwrap();
    let chinese: String = row.try_get_by_index(0).unwrap();
    let row = db.read().query_one_raw(name("LIKE '%k%'")).await.unwrap().unwrap();
    let ascii: String = row.try_get_by_index(0).unwrap();
    let wide: Vec<char> = chinese.chars().filter(|letter| !letter.is_ascii()).collect();
    let narrow: Vec<char> = ascii.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut needles = Vec::new();
    for letters in [wide, narrow] {
        for length in [1, 2, 3, letters.len()] {
            let piece: String = letters.iter().take(length).collect();
            if !needles.contains(&piece) && (chinese.contains(&piece) || ascii.contains(&piece)) {
                needles.push(piece);
            }
        }
    }
    needles.extend(["龘", "龘龘", "龘龘龘", "没有这个东西", "q", "zq", "zqx", "no such thing"].map(str::to_owned));
    needles
}
