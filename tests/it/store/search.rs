//! Searching assets: what the index finds is what reading the table would find.

use assetry::{
    commands::generate,
    domain::{
        Actor, Context,
        assets::{self, Filter, Order},
    },
    entity::words::Door,
};
use migration::{Migrator, sea_orm_migration::MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};

use crate::harness::World;

/// Names and remarks in which needles are easily lost.
const ASSETS: &[(&str, &str)] = &[
    ("苹果电脑", "财务部"),
    ("MacBook Air 13", "Write something"),
    ("100% cotton_bag", "a\\b 'quoted' \"twice\""),
    ("AND OR NOT *", "NEAR(x, y) ^z {w} -v :u"),
    ("😀手机😀", "İstanbul straße ÉÈ"),
    ("ab", "a"),
    ("中", "国"),
    ("line\nbreak\ttab", "\u{1}"),
];

const NEEDLES: &[&str] = &[
    "苹",
    "苹果",
    "果电脑",
    "苹果电脑",
    "财务部",
    "m",
    "ma",
    "MAC",
    "macbook air",
    "air 13",
    "13",
    "%",
    "_",
    "0%",
    "% c",
    "n_b",
    "\\",
    "a\\b",
    "'",
    "\"",
    "\"tw",
    "'quoted'",
    "and",
    "AND OR",
    "*",
    "t *",
    "near(",
    "^z",
    "{w}",
    "-v",
    ":u",
    "😀",
    "😀手",
    "手机😀",
    "İ",
    "i",
    "İst",
    "ß",
    "raß",
    "É",
    "é",
    "ÉÈ",
    "ab",
    "a",
    "b",
    "中",
    "国",
    "中国",
    "line\n",
    "\n",
    "\t",
    "\u{1}",
    "\u{1}\u{1}",
    "k\tt",
    "zz",
    "没有这个",
    "龘",
    "龘龘",
];

fn system(world: &World) -> Context {
    Context::new(world.app.clone(), Actor::System, Door::System)
}

/// The names found through the index, and by reading the table.
async fn found(world: &World, needle: &str) -> (Vec<String>, Vec<String>) {
    let filter = Filter { search: Some(needle.to_owned()), ..Filter::default() };
    let window = assetry::db::Window::first(200);
    let page = assets::list(&system(world), &filter, Order::Entry, false, &window).await.unwrap();
    let found = page.models().map(|asset| asset.name.clone()).collect();
    let db = world.db().read();
    const SQL: &str = "SELECT name, remarks FROM asset ORDER BY id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), SQL)).await.unwrap();
    let needle = needle.to_ascii_lowercase();
    let read = rows.into_iter().filter_map(|row| {
        let (name, remarks): (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        [&name, &remarks].iter().any(|text| text.to_ascii_lowercase().contains(&needle)).then_some(name)
    });
    (found, read.collect())
}

async fn run(world: &World, sql: &str) {
    let tx = world.db().begin().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

async fn enter(world: &World) {
    for (place, (name, remarks)) in ASSETS.iter().enumerate() {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let sql = format!(
            "INSERT INTO asset (unique_id, name, kind, group_id, status, entered_on, value_origin, use_year, brand, model, \
             serial_number, remarks, created_at, updated_at) SELECT 'a{place}', {}, 'item', id, 'unused', '2020-01-01', 1, 1, '', \
             '', '', {}, created_at, created_at FROM asset_group WHERE unique_id = '0'",
            quoted(name),
            quoted(remarks)
        );
        run(world, &sql).await;
    }
}

async fn all_needles_agree(world: &World) {
    let mut hits = 0;
    for needle in NEEDLES {
        let (found, read) = found(world, needle).await;
        assert_eq!(found, read, "{needle:?}");
        hits += found.len();
    }
    assert!(hits > 0);
}

#[tokio::test]
async fn every_needle_finds_what_reading_the_table_finds() {
    let world = World::empty().await;
    enter(&world).await;
    all_needles_agree(&world).await;
}

#[tokio::test]
async fn changes_are_found_and_what_is_gone_is_not() {
    let world = World::empty().await;
    enter(&world).await;
    run(&world, "UPDATE asset SET name = '没有这个 zz' WHERE unique_id = 'a0'").await;
    run(&world, "UPDATE asset SET remarks = '龘龘' WHERE unique_id = 'a1'").await;
    run(&world, "UPDATE asset SET brand = 'x' WHERE unique_id = 'a2'").await;
    run(&world, "DELETE FROM asset WHERE unique_id IN ('a4', 'a6')").await;
    all_needles_agree(&world).await;
    assert_eq!(found(&world, "没有这个").await.0.len(), 1);
    assert_eq!(found(&world, "苹果").await.0.len(), 0);
}

#[tokio::test]
async fn the_index_takes_in_what_was_there_before_it() {
    let world = World::empty().await;
    enter(&world).await;
    let later = Migrator::migrations().iter().rev().position(|step| step.name() == "m0009_search").unwrap();
    world.db().unmigrate(Some(u32::try_from(later).unwrap() + 1)).await.unwrap();
    world.db().migrate().await.unwrap();
    all_needles_agree(&world).await;
}

#[tokio::test]
async fn generated_data_are_indexed() {
    let world = World::empty().await;
    generate::fill(&world.app, generate::Size::scaled(0.01), 7).await.unwrap();
    for needle in ["台", "电脑", "笔记本", "thinkpad", "Mac", "a", "9"] {
        let (found, read) = found(&world, needle).await;
        assert_eq!(found, read[..read.len().min(200)], "{needle}");
    }
}
