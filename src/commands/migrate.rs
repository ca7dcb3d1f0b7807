//! Brings the database's tables up to date.

use std::io::{self, Write};

use crate::settings::Settings;

use super::{Stop, logging, start};

pub(super) async fn run() -> Result<(), Stop> {
    let settings = Settings::load()?;
    logging::start(&settings.log);
    let db = start::database(&settings).await?;
    let pending = db.pending_migrations().await?;
    start::migrate(&db, &settings).await?;
    db.close().await?;
    let mut out = io::stdout();
    match pending.as_slice() {
        [] => writeln!(out, "The database is up to date.")?,
        names => names.iter().try_for_each(|name| writeln!(out, "applied {name}"))?,
    }
    Ok(())
}
