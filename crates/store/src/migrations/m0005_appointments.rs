//! What clients ask about a session's time, and who came to it.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, integer, string, string_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_appointments"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 2] {
    [
        Table::create()
            .table("move_requests")
            .col(uuid("appointment_id"))
            .col(uuid("intake_id"))
            .col(integer("asked"))
            .col(uuid_null("therapist_id"))
            .col(timestamp_with_time_zone_null("starts_at"))
            .col(timestamp_with_time_zone_null("ends_at"))
            .col(string_null("format"))
            .col(string_null("location"))
            .col(integer("sequence"))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(boolean("declined"))
            .primary_key(Index::create().col("appointment_id").col("intake_id"))
            .foreign_key(&mut points("move_requests", "appointment_id", "appointments", "id"))
            .foreign_key(&mut points("move_requests", "intake_id", "intakes", "id"))
            .take(),
        Table::create()
            .table("attendance")
            .col(uuid("appointment_id"))
            .col(uuid("intake_id"))
            .col(string("attendance"))
            .col(string("staff"))
            .col(timestamp_with_time_zone("at"))
            .primary_key(Index::create().col("appointment_id").col("intake_id"))
            .foreign_key(&mut points("attendance", "appointment_id", "appointments", "id"))
            .foreign_key(&mut points("attendance", "intake_id", "intakes", "id"))
            .take(),
    ]
}
