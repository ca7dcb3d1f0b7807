//! Naming a row from outside: by our key or by the legacy key.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::entity::{asset, asset_group, department, file, staff};

use super::Outcome;

/// How somebody names a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// By our key.
    Id(i64),
    /// By the legacy key, compared exactly.
    UniqueId(String),
}

/// A table whose rows have both keys.
pub trait Keyed: EntityTrait<Model: Clone + Send + Sync> {
    /// The column of our key.
    const ID: Self::Column;
    /// The column of the legacy key.
    const UNIQUE_ID: Self::Column;
    /// Both keys of a row.
    fn keys(row: &Self::Model) -> (i64, &str);
}

macro_rules! keyed {
    ($($table:ident),+) => {$(
        impl Keyed for $table::Entity {
            const ID: $table::Column = $table::Column::Id;
            const UNIQUE_ID: $table::Column = $table::Column::UniqueId;
            fn keys(row: &$table::Model) -> (i64, &str) {
                (row.id, &row.unique_id)
            }
        }
    )+};
}
keyed!(asset, asset_group, department, file, staff);

/// Keys asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

impl Key {
    /// The row with this key.
    pub async fn find<E: Keyed>(&self, db: &impl ConnectionTrait) -> Outcome<Option<E::Model>> {
        let found = match self {
            Self::Id(id) => E::find().filter(E::ID.eq(*id)),
            // PostgreSQL cannot hold U+0000, so nothing can be called by it.
            Self::UniqueId(id) if id.contains('\0') => return Ok(None),
            Self::UniqueId(id) => E::find().filter(E::UNIQUE_ID.eq(id.as_str())),
        };
        Ok(found.one(db).await?)
    }
}

/// Rows found by many keys at once.
#[derive(Debug)]
pub struct Found<M> {
    by_id: HashMap<i64, M>,
    ids: HashMap<String, i64>,
}

impl<M> Found<M> {
    /// The row with this key.
    pub fn get(&self, key: &Key) -> Option<&M> {
        match key {
            Key::Id(id) => self.by_id.get(id),
            Key::UniqueId(id) => self.by_id.get(self.ids.get(id)?),
        }
    }
}

/// Looks up all `keys` with one statement a thousand of each kind.
pub async fn find_all<E: Keyed>(
    db: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = &Key>,
) -> Outcome<Found<E::Model>> {
    let (mut ids, mut unique_ids) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            Key::Id(id) => ids.push(*id),
            Key::UniqueId(id) if id.contains('\0') => {}
            Key::UniqueId(id) => unique_ids.push(id.as_str()),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    unique_ids.sort_unstable();
    unique_ids.dedup();
    let mut found = Found { by_id: HashMap::new(), ids: HashMap::new() };
    let mut keep = |rows: Vec<E::Model>| {
        for row in rows {
            let (id, unique_id) = E::keys(&row);
            found.ids.insert(unique_id.to_owned(), id);
            found.by_id.insert(id, row);
        }
    };
    for chunk in ids.chunks(CHUNK) {
        keep(E::find().filter(E::ID.is_in(chunk.iter().copied())).all(db).await?);
    }
    for chunk in unique_ids.chunks(CHUNK) {
        keep(E::find().filter(E::UNIQUE_ID.is_in(chunk.iter().copied())).all(db).await?);
    }
    Ok(found)
}

/// Rows by our keys, in no order, one statement a thousand; for loaders.
pub async fn by_ids<E: Keyed>(db: &impl ConnectionTrait, ids: &[i64]) -> Outcome<HashMap<i64, E::Model>> {
    let mut rows = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let found = E::find().filter(E::ID.is_in(chunk.iter().copied())).limit(CHUNK as u64).all(db).await?;
        rows.extend(found.into_iter().map(|row| (E::keys(&row).0, row)));
    }
    Ok(rows)
}
