//! The first rows of each of many lists in one statement.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IdenStatic, Statement};

/// The first `limit` rows for each value in `keys` of the column `by`, in order of `id`: what a page of each list would show.
pub async fn first_of_each<E: EntityTrait>(
    db: &impl ConnectionTrait,
    by: E::Column,
    id: E::Column,
    keys: &[i64],
    limit: u64,
) -> Result<Vec<E::Model>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let entity = E::default();
    let (table, by, id) = (entity.table_name(), by.as_str(), id.as_str());
    let keys: Vec<String> = keys.iter().map(i64::to_string).collect();
    let sql = format!(
        "SELECT * FROM (SELECT {table}.*, ROW_NUMBER() OVER (PARTITION BY {by} ORDER BY {id}) AS place FROM {table} \
         WHERE {by} IN ({})) AS placed WHERE place <= {limit} ORDER BY {id}",
        keys.join(", ")
    );
    E::find().from_raw_sql(Statement::from_string(db.get_database_backend(), sql)).all(db).await
}
