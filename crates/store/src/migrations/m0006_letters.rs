//! Letters that are about no case, and the link in a client's letters.

use sea_orm_migration::{
    prelude::*,
    schema::{
        blob_null, integer, integer_null, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null,
        uuid, uuid_null,
    },
    sea_orm::{ConnectionTrait, DbBackend},
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_letters"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in [blob_null("session_token_hash"), integer("session_epoch").default(0).take()] {
            manager.alter_table(Table::alter().table("intakes").add_column(column).take()).await?;
        }
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("ALTER TABLE letters ALTER COLUMN case_id DROP NOT NULL").await?;
            db.execute_unprepared(OF_APPOINTMENT).await?;
            return Ok(());
        }
        // SQLite changes no column: the table is made anew and filled from the old one. Nothing points to it. What is made
        // anew is "if not exists": another connection of the pool may still see the old names, and only then looks again.
        db.execute_unprepared("ALTER TABLE letters RENAME TO letters_before").await?;
        manager.create_table(letters()).await?;
        for statement in REFILL {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const INDEXES: [&str; 2] = [
    "CREATE UNIQUE INDEX intakes_session_token ON intakes (session_token_hash)",
    "CREATE INDEX appointments_confirmed ON appointments (starts_at) WHERE state = 'confirmed'",
];

/// As m0001 has it, but for `case_id`.
fn letters() -> TableCreateStatement {
    Table::create()
        .table("letters")
        .if_not_exists()
        .col(uuid("id").primary_key())
        .col(string("cause"))
        .col(string("recipient"))
        .col(string("letter"))
        .col(uuid_null("case_id"))
        .col(uuid_null("appointment_id"))
        .col(integer_null("sequence"))
        .col(string("state"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("not_before"))
        .col(timestamp_with_time_zone_null("leased_until"))
        .col(blob_null("bytes"))
        .col(string_null("why"))
        .col(timestamp_with_time_zone("queued_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .index(Index::create().unique().name("letters_once").col("cause").col("recipient").col("letter"))
        .foreign_key(&mut points("letters", "case_id", "cases", "id"))
        .take()
}

const OF_APPOINTMENT: &str = "CREATE INDEX letters_appointment ON letters (appointment_id)";

const REFILL: [&str; 5] = [
    "INSERT INTO letters SELECT * FROM letters_before",
    "DROP TABLE letters_before",
    "CREATE INDEX IF NOT EXISTS letters_due ON letters (not_before) WHERE state IN ('queued', 'retry', 'claimed', 'sending')",
    "CREATE INDEX IF NOT EXISTS letters_case ON letters (case_id)",
    OF_APPOINTMENT,
];
