//! Finding assets by a piece of their name or remarks, with the index that each database has for it.
//!
//! SQLite: `asset_search` holds every three characters that follow one another (FTS5, trigram), in lower case as the condition compares
//! them; two more characters at the end let the last ones begin a trigram too, so that `asset_search_term` leads from the first one or two
//! characters to the rows. PostgreSQL: `pg_trgm`, where the server has it and lets us; elsewhere searches read the table.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DatabaseBackend, Statement, TransactionTrait},
};

/// This file's step.
#[derive(DeriveMigrationName)]
pub(crate) struct Step;

const SQLITE_UP: &str = "
CREATE VIRTUAL TABLE asset_search USING fts5 (
    name, remarks, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
CREATE VIRTUAL TABLE asset_search_term USING fts5vocab ('asset_search', 'instance');
INSERT INTO asset_search (rowid, name, remarks)
    SELECT id, lower(name) || char(1, 1), lower(remarks) || char(1, 1) FROM asset;
CREATE TRIGGER asset_search_insert AFTER INSERT ON asset BEGIN
    INSERT INTO asset_search (rowid, name, remarks)
        VALUES (new.id, lower(new.name) || char(1, 1), lower(new.remarks) || char(1, 1));
END;
CREATE TRIGGER asset_search_update AFTER UPDATE OF name, remarks ON asset
    WHEN new.name IS NOT old.name OR new.remarks IS NOT old.remarks BEGIN
    DELETE FROM asset_search WHERE rowid = old.id;
    INSERT INTO asset_search (rowid, name, remarks)
        VALUES (new.id, lower(new.name) || char(1, 1), lower(new.remarks) || char(1, 1));
END;
CREATE TRIGGER asset_search_delete AFTER DELETE ON asset BEGIN
    DELETE FROM asset_search WHERE rowid = old.id;
END;
";

const SQLITE_DOWN: &str = "
DROP TRIGGER asset_search_delete;
DROP TRIGGER asset_search_update;
DROP TRIGGER asset_search_insert;
DROP TABLE asset_search_term;
DROP TABLE asset_search;
";

const COLUMNS: [&str; 2] = ["name", "remarks"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            return in_one(manager, SQLITE_UP).await;
        }
        let db = manager.get_connection();
        // Whether it is refused or another migration has just done it: what counts is whether it is there afterwards.
        let _ = db.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public").await;
        const PLACE: &str = "SELECT quote_ident(pg_namespace.nspname) FROM pg_opclass \
                             JOIN pg_namespace ON pg_namespace.oid = pg_opclass.opcnamespace \
                             WHERE pg_opclass.opcname = 'gin_trgm_ops'";
        let place = db.query_one_raw(Statement::from_string(manager.get_database_backend(), PLACE)).await;
        let Ok(Some(place)) = place else { return Ok(()) };
        let place: String = place.try_get_by_index(0)?;
        for column in COLUMNS {
            db.execute_unprepared(&format!(
                "CREATE INDEX IF NOT EXISTS asset_{column}_pieces ON asset USING gin (lower({column}) {place}.gin_trgm_ops)"
            ))
            .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            return in_one(manager, SQLITE_DOWN).await;
        }
        for column in COLUMNS {
            let drop = format!("DROP INDEX IF EXISTS asset_{column}_pieces");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        Ok(())
    }

    /// A statement that a server refuses must not spoil the others.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

async fn in_one(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let tx = manager.get_connection().begin().await?;
    tx.execute_unprepared(sql).await?;
    tx.commit().await
}
