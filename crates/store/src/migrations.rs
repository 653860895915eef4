//! How the tables are made, oldest migration first. One that was released is never edited.

use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    prelude::{ForeignKey, ForeignKeyCreateStatement},
};

mod m0001_one_intake;
mod m0002_clinical_core;
mod m0003_roster;
mod m0004_calendar_changes;
mod m0005_appointments;
mod m0006_letters;
mod m0007_delivery;
mod m0008_calls;
mod m0009_accounts_and_audit;

/// Every migration that this version knows.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_one_intake::Migration),
            Box::new(m0002_clinical_core::Migration),
            Box::new(m0003_roster::Migration),
            Box::new(m0004_calendar_changes::Migration),
            Box::new(m0005_appointments::Migration),
            Box::new(m0006_letters::Migration),
            Box::new(m0007_delivery::Migration),
            Box::new(m0008_calls::Migration),
            Box::new(m0009_accounts_and_audit::Migration),
        ]
    }
}

/// A column that points to another table's.
fn points(
    from: &'static str,
    column: &'static str,
    to: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(from, column).to(to, target).take()
}
