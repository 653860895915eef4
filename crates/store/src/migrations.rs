//! How the tables are made, oldest migration first. One that was released is never edited.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod m0001_one_intake;

/// Every migration that this version knows.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_one_intake::Migration)]
    }
}
