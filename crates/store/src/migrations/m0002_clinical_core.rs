//! Drafts, invitations, each client's own wish, reports, and who is never written to again.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, blob, blob_uniq, string, timestamp_with_time_zone, uuid, uuid_uniq},
    sea_orm::ConnectionTrait,
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_clinical_core"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        for statement in STATEMENTS {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

fn tables() -> [TableCreateStatement; 5] {
    [
        // Destroying a draft's key destroys the draft: neither can be left behind without the other.
        Table::create()
            .table("drafts")
            .col(uuid("id").primary_key())
            .col(uuid("data_key"))
            .col(blob_uniq("token_hash"))
            .col(string("protocol"))
            .col(big_integer("revision"))
            .col(blob("answers"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(points("drafts", "data_key", "data_keys", "id").on_delete(ForeignKeyAction::Cascade))
            .take(),
        Table::create()
            .table("invitations")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid_uniq("inviter"))
            .col(uuid("data_key"))
            .col(blob_uniq("token_hash"))
            .col(blob("detail"))
            .col(string("state"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut points("invitations", "case_id", "cases", "id"))
            .foreign_key(&mut points("invitations", "inviter", "intakes", "id"))
            .foreign_key(&mut points("invitations", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("wishes")
            .col(uuid("appointment_id"))
            .col(uuid("intake_id"))
            .col(string("wish"))
            .col(timestamp_with_time_zone("at"))
            .primary_key(Index::create().col("appointment_id").col("intake_id"))
            .foreign_key(&mut points("wishes", "appointment_id", "appointments", "id"))
            .foreign_key(&mut points("wishes", "intake_id", "intakes", "id"))
            .take(),
        Table::create()
            .table("reports")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("intake_id"))
            .col(uuid("data_key"))
            .col(blob_uniq("kind_token"))
            .col(string("state"))
            .col(timestamp_with_time_zone("created_at"))
            .col(blob("content"))
            .foreign_key(&mut points("reports", "case_id", "cases", "id"))
            .foreign_key(&mut points("reports", "intake_id", "intakes", "id"))
            .foreign_key(&mut points("reports", "data_key", "data_keys", "id"))
            .take(),
        Table::create().table("no_contact").col(blob("token").primary_key()).col(timestamp_with_time_zone("at")).take(),
    ]
}

const STATEMENTS: [&str; 5] = [
    "CREATE INDEX drafts_expiry ON drafts (expires_at)",
    "CREATE INDEX invitations_case ON invitations (case_id)",
    "CREATE INDEX reports_case ON reports (case_id)",
    // Whoever said yes until now was the case's only client. When is not known: at the earliest, when they came.
    "INSERT INTO wishes (appointment_id, intake_id, wish, at) \
     SELECT appointments.id, intakes.id, 'accepted', intakes.received_at FROM appointments \
     JOIN intakes ON intakes.id = (SELECT first.id FROM intakes AS first WHERE first.case_id = appointments.case_id \
                                   ORDER BY first.received_at, first.id LIMIT 1) \
     WHERE appointments.accepted",
    "ALTER TABLE appointments DROP COLUMN accepted",
];
