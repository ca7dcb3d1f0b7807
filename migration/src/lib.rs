//! The schema of the database, one step a file, written once for SQLite and PostgreSQL.
//!
//! A step is SQL with a few placeholders for the words in which the two databases differ (see `dialect`). Steps that change
//! tables and steps that write rows are separate files, because some relatives of PostgreSQL refuse both in one transaction.

pub use sea_orm_migration;
use sea_orm_migration::prelude::*;

mod dialect;
mod m0001_organisation;
mod m0002_property;
mod m0003_workflow;
mod m0004_access;
mod m0005_files;
mod m0006_exchange;
mod m0007_directory;
mod m0008_first_rows;
mod m0009_search;
mod m0010_files_by_id;
mod m0011_jobs;
mod m0012_feishu;

/// All steps in order; what `assetry migrate` runs.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_organisation::Step),
            Box::new(m0002_property::Step),
            Box::new(m0003_workflow::Step),
            Box::new(m0004_access::Step),
            Box::new(m0005_files::Step),
            Box::new(m0006_exchange::Step),
            Box::new(m0007_directory::Step),
            Box::new(m0008_first_rows::Step),
            Box::new(m0009_search::Step),
            Box::new(m0010_files_by_id::Step),
            Box::new(m0011_jobs::Step),
            Box::new(m0012_feishu::Step),
        ]
    }
}
