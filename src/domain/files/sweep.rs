//! Taking away bytes that belong to nothing: of uploads that were cut off, rolled back, or deleted.

use std::{collections::HashSet, time::SystemTime};

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    app::App,
    domain::{Fault, Outcome},
    entity::file,
};

use super::off_thread;

/// Hours for which bytes without a row are left alone. An upload writes until shortly before its row, so it is never that old.
const SPARED_HOURS: i64 = 24;
/// Ids asked for in one statement; the databases bound the number of parameters.
const CHUNK: usize = 1000;

/// Removes what was last written to more than 24 hours ago and belongs to no row, and gives the number of uploads. Any number of servers
/// may do so at once.
pub async fn sweep(app: &App) -> Outcome<u64> {
    let before = SystemTime::from(app.now() - TimeDelta::hours(SPARED_HOURS));
    let files = app.files.clone();
    let abandoned = off_thread(move || Ok((files.remove_abandoned(before)?, files.shelves()?)));
    let (mut swept, shelves) = abandoned.await.map_err(Fault::internal)?;
    for shelf in shelves {
        let files = app.files.clone();
        let aged = off_thread(move || files.aged(&shelf, before)).await.map_err(Fault::internal)?;
        for ids in aged.chunks(CHUNK) {
            swept += sweep_chunk(app, ids).await?;
        }
    }
    Ok(swept)
}

async fn sweep_chunk(app: &App, ids: &[String]) -> Outcome<u64> {
    let kept: Vec<String> = file::Entity::find()
        .select_only()
        .column(file::Column::UniqueId)
        .filter(file::Column::UniqueId.is_in(ids))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let kept: HashSet<String> = kept.into_iter().collect();
    let lost: Vec<String> = ids.iter().filter(|id| !kept.contains(*id)).cloned().collect();
    let (files, number) = (app.files.clone(), lost.len() as u64);
    off_thread(move || lost.iter().try_for_each(|id| files.remove(id))).await.map_err(Fault::internal)?;
    Ok(number)
}
