//! Generated data: an installation of any size, the same for the same seed, for measuring with.
//!
//! Everybody's password is [`PASSWORD`]; `staff1` may do everything, `staff2` is an asset admin, `staff3` a system admin.

use std::io::{self, Write};

use chrono_tz::Tz;
use clap::Args;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, PaginatorTrait};

use crate::{
    app::App,
    db::continue_keys,
    entity::{asset, department},
    settings::Settings,
};

use super::{Stop, demo, logging, start};

mod dice;
mod lives;
mod people;
mod property;

use dice::Dice;

/// The password of everybody who is generated.
pub const PASSWORD: &str = "generated";

/// What `assetry generate` takes.
#[derive(Args)]
pub(super) struct Arguments {
    /// How many ordinary installations' worth, 0.01 to 10: at 1, 500 departments, 20,000 staff, 200 asset groups, 100,000
    /// assets, 50,000 requests and 500,000 lines of history.
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    scale: f64,
    /// Another seed gives other data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.01..=10.0).contains(&scale) { Ok(scale) } else { Err("must be between 0.01 and 10".to_owned()) }
}

/// How much of each there is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Departments.
    pub departments: u64,
    /// People.
    pub staff: u64,
    /// Asset groups below the root.
    pub groups: u64,
    /// Assets. Every second has had a request, and each has five lines of history.
    pub assets: u64,
}

impl Size {
    /// `scale` times an ordinary installation.
    pub fn scaled(scale: f64) -> Self {
        let times = |ordinary: f64| (ordinary * scale).round() as u64;
        Self { departments: times(500.0), staff: times(20_000.0), groups: times(200.0), assets: times(100_000.0) }
    }
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Stop> {
    let settings = Settings::load()?;
    logging::start(&settings.log);
    let db = start::database(&settings).await?;
    start::ready_tables(&db, &settings, false).await?;
    let app = start::open(&settings, db, settings.listen).await?;
    let size = Size::scaled(arguments.scale);
    fill(&app, size, arguments.seed).await?;
    app.db.clone().close().await?;
    let Size { departments, staff, groups, assets } = size;
    writeln!(
        io::stdout(),
        "{departments} departments, {staff} staff, {groups} asset groups, {assets} assets, {} requests, {} lines of history",
        assets.div_ceil(2),
        assets * lives::LINES,
    )?;
    Ok(())
}

/// The tables that get rows with keys.
const FILLED: [&str; 6] = ["department", "staff", "asset_group", "asset", "approval", "history"];

/// Fills the database of `app`, whose tables are up to date and empty, in one transaction.
pub async fn fill(app: &App, size: Size, seed: u64) -> Result<(), Stop> {
    let others =
        department::Entity::find().count(app.db.read()).await? + asset::Entity::find().count(app.db.read()).await?;
    if others > 0 || demo::staff_exist(app.db.read()).await? {
        return Err(Stop::because("This database is in use already, and generated data goes into an empty one only."));
    }
    let hash = app.hashing.hash(PASSWORD).await;
    let hash = hash.map_err(|busy| Stop::because(format!("The password could not be hashed: {busy}.")))?;
    let world = Generated { size, seed, zone: app.zone };
    let tx = app.db.begin().await?;
    world.write_people(&tx, &hash).await?;
    let root = world.write_groups(&tx).await?;
    world.write_assets(&tx, root).await?;
    continue_keys(&tx, &FILLED).await?;
    tx.commit().await?;
    // Without statistics the first plans would be those for empty tables. Only of these tables: others may share the database.
    let tx = app.db.begin().await?;
    for table in FILLED {
        tx.execute_unprepared(&format!("ANALYZE {table}")).await?;
    }
    Ok(tx.commit().await?)
}

/// The generated installation. Every row follows from the seed and its place, so that nothing needs to be remembered.
struct Generated {
    size: Size,
    seed: u64,
    zone: Tz,
}

impl Generated {
    /// The dice of row `place` of the table `table`.
    fn dice(&self, table: Table, place: u64) -> Dice {
        Dice::new(self.seed, table as u64, place)
    }
}

/// The tables that dice are thrown for.
#[derive(Clone, Copy)]
enum Table {
    Department,
    Staff,
    Group,
    Asset,
    Life,
}

/// Rows written by one statement; both databases bound the number of parameters.
const CHUNK: usize = 1000;

/// Writes all `rows`.
async fn insert<E, A>(db: &impl ConnectionTrait, rows: impl Iterator<Item = A>) -> Result<(), DbErr>
where
    E: EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(CHUNK).collect();
        E::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}
