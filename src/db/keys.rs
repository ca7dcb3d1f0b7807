//! Rows that are written with keys of their writer's choice.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};

/// Makes the next key of each table larger than any key in it or given out before. SQLite sees to it by itself.
pub async fn continue_keys(db: &impl ConnectionTrait, tables: &[&str]) -> Result<(), DbErr> {
    if db.get_database_backend() == DatabaseBackend::Sqlite {
        return Ok(());
    }
    for table in tables {
        db.execute_unprepared(&format!(
            "SELECT setval(keys, GREATEST((SELECT MAX(id) FROM {table}), nextval(keys) - 1, 1)) \
             FROM pg_get_serial_sequence('{table}', 'id') AS keys"
        ))
        .await?;
    }
    Ok(())
}
