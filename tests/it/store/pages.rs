//! Keyset pages in both directions, and text search that takes its needle literally.

use assetry::{
    db::{Cursor, CursorKey, PageKey, Shape, Window, contains, page},
    entity::{asset, asset_group},
};
use chrono::DateTime;
use sea_orm::{EntityTrait, QueryFilter, Set};

use crate::harness::World;

fn by_name(descending: bool) -> PageKey<asset::Entity> {
    PageKey {
        name: "name",
        column: Some((asset::Column::Name, Shape::Text)),
        id: asset::Column::Id,
        descending,
        read: |asset| (CursorKey::Text(asset.name.clone()), asset.id),
    }
}

/// Every key in the order of `descending`, walked in pages of `limit` from one end to the other.
async fn walk(world: &World, descending: bool, limit: u64, backward: bool) -> Vec<i64> {
    let key = by_name(descending);
    let mut ids: Vec<i64> = Vec::new();
    let mut window = Window { limit, from_end: backward, after: None, before: None };
    loop {
        let found = page(world.db().read(), asset::Entity::find(), &key, &window).await.unwrap();
        assert!(found.rows.len() as u64 <= limit);
        let page_ids = found.models().map(|asset| asset.id);
        if backward {
            ids.splice(0..0, page_ids.collect::<Vec<_>>());
            assert_eq!(found.has_next, window.before.is_some());
            window.before = found.rows.first().map(|(cursor, _)| cursor.clone());
        } else {
            ids.extend(page_ids);
            assert_eq!(found.has_previous, window.after.is_some());
            window.after = found.rows.last().map(|(cursor, _)| cursor.clone());
        }
        if !(if backward { found.has_previous } else { found.has_next }) {
            return ids;
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_give_every_row_once_in_order() {
    let world = World::demo().await;
    for descending in [false, true] {
        let mut rows = asset::Entity::find().order_by_id_asc().all(world.db().read()).await.unwrap();
        rows.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        if descending {
            rows.reverse();
        }
        let all: Vec<i64> = rows.iter().map(|asset| asset.id).collect();
        for limit in [1, 2, 3, 8, 9, 10] {
            for backward in [false, true] {
                assert_eq!(walk(&world, descending, limit, backward).await, all, "{descending} {limit} {backward}");
            }
        }
    }
}

#[tokio::test]
async fn one_page_is_one_statement_and_a_cursor_belongs_to_its_order() {
    let world = World::demo().await;
    let (found, sent) =
        world.statements(page(world.db().read(), asset::Entity::find(), &by_name(false), &Window::first(2))).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    let (cursor, _) = &found.unwrap().rows[1];
    let text = cursor.encode();
    assert_eq!(Cursor::decode(&text, "name").as_ref(), Some(cursor));
    assert_eq!(Cursor::decode(&text, "value"), None);
    assert_eq!(Cursor::decode("nonsense", "name"), None);
}

#[tokio::test]
async fn a_needle_is_taken_literally_and_ascii_case_does_not_count() {
    let world = World::empty().await;
    let names = ["100% wool", "100 wool", "a_b", "axb", r"back\slash", "MacBook", "显示器Dell", "ÄRGER"];
    let tx = world.db().begin().await.unwrap();
    let groups = names.iter().map(|name| asset_group::ActiveModel {
        unique_id: Set((*name).to_owned()),
        name: Set((*name).to_owned()),
        created_at: Set(DateTime::UNIX_EPOCH),
        updated_at: Set(DateTime::UNIX_EPOCH),
        ..Default::default()
    });
    asset_group::Entity::insert_many(groups).exec_without_returning(&tx).await.unwrap();
    tx.commit().await.unwrap();

    for (needle, expected) in [
        ("0%", vec!["100% wool"]),
        ("a_b", vec!["a_b"]),
        (r"\", vec![r"back\slash"]),
        ("macbook", vec!["MacBook"]),
        ("MACB", vec!["MacBook"]),
        ("器dell", vec!["显示器Dell"]),
        ("%", vec!["100% wool"]),
        ("_", vec!["a_b"]),
        ("'", vec![]),
        ("ärger", vec![]),
        ("ÄR", vec!["ÄRGER"]),
    ] {
        let found = asset_group::Entity::find()
            .filter(contains(asset_group::Column::Name, needle))
            .order_by_id_asc()
            .all(world.db().read())
            .await
            .unwrap();
        let found: Vec<_> = found.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(found, expected, "{needle}");
    }
}
