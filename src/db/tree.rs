//! Walking a tree that is kept as rows with a parent.

use sea_orm::{ConnectionTrait, DbErr, Statement};

/// A table whose rows point at the row above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Departments by `parent_id`.
    Departments,
    /// Asset groups by `parent_id`.
    AssetGroups,
    /// Assets by `under_id`.
    Assets,
}

impl Tree {
    const fn table_and_parent(self) -> (&'static str, &'static str) {
        match self {
            Self::Departments => ("department", "parent_id"),
            Self::AssetGroups => ("asset_group", "parent_id"),
            Self::Assets => ("asset", "under_id"),
        }
    }

    /// A subquery that gives the keys of `root` and everything below it, for `IN (…)`.
    pub fn subtree_sql(self, root: i64) -> String {
        let (table, parent) = self.table_and_parent();
        format!(
            "WITH RECURSIVE below(id) AS (SELECT CAST({root} AS BIGINT) UNION SELECT node.id FROM {table} node JOIN below ON node.{parent} = below.id) \
             SELECT id FROM below"
        )
    }
}

/// The keys of `node` and everything above it, the nearest first.
pub async fn ancestors(db: &impl ConnectionTrait, tree: Tree, node: i64) -> Result<Vec<i64>, DbErr> {
    let (table, parent) = tree.table_and_parent();
    let sql = format!(
        "WITH RECURSIVE above(id, depth) AS (SELECT id, 0 FROM {table} WHERE id = {node} \
         UNION ALL SELECT node.{parent}, above.depth + 1 FROM {table} node JOIN above ON node.id = above.id WHERE node.{parent} IS NOT NULL) \
         SELECT id FROM above ORDER BY depth"
    );
    ids(db, sql).await
}

async fn ids(db: &impl ConnectionTrait, sql: String) -> Result<Vec<i64>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
