//! A letter that is tried anew, and what staff settled about one.

use sea_orm_migration::{
    prelude::*,
    schema::{integer, string_null, timestamp_with_time_zone_null},
    sea_orm::ConnectionTrait,
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_delivery"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            integer("tries").default(0).take(),
            integer("rounds").default(1).take(),
            timestamp_with_time_zone_null("tried_from").take(),
            string_null("settled_by").take(),
        ] {
            manager.alter_table(Table::alter().table("letters").add_column(column).take()).await?;
        }
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const STATEMENTS: [&str; 3] = [
    // What was claimed before has been tried as often, in its first round.
    "UPDATE letters SET tries = attempts",
    // Looked through every few seconds, whatever else waits.
    "CREATE INDEX letters_sending ON letters (leased_until) WHERE state = 'sending'",
    "CREATE INDEX letters_open ON letters (id) WHERE state IN ('failed', 'unknown') AND settled_by IS NULL",
];
