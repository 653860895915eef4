//! Everything that one intake needs, from its request id to its letter.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, blob, blob_null, boolean, integer, integer_null, small_integer, string, string_null, text,
        timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
    },
    sea_orm::{ConnectionTrait, DbBackend},
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_one_intake"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in confidential().into_iter().chain(calendar()).chain(once()).chain(staff()) {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        let guard = match db.get_database_backend() {
            DbBackend::Postgres => GUARD_POSTGRES,
            _ => GUARD_SQLITE,
        };
        for statement in guard {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// What was told in confidence, and the keys that seal it.
fn confidential() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("data_keys")
            .col(uuid("id").primary_key())
            .col(string("subject").unique_key())
            .col(blob("wrapped"))
            .col(integer("master_version"))
            .take(),
        Table::create()
            .table("cases")
            .col(uuid("id").primary_key())
            .col(uuid("data_key"))
            .col(string("care"))
            .col(string_null("if_partner_silent"))
            .col(string("state"))
            .col(small_integer("urgency"))
            .col(small_integer("booking"))
            .col(boolean("clinician_only"))
            .col(boolean("flagged"))
            .col(timestamp_with_time_zone("respond_by"))
            .col(timestamp_with_time_zone("created_at"))
            .col(string_null("assignee"))
            .col(integer("silent_rounds"))
            .col(big_integer("version"))
            .col(blob("detail"))
            .foreign_key(&mut points("cases", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("intakes")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("data_key"))
            .col(string("care"))
            .col(string_null("if_partner_silent"))
            .col(string("protocol"))
            .col(timestamp_with_time_zone("received_at"))
            .col(blob("status_token_hash").unique_key())
            .col(blob("submission"))
            .foreign_key(&mut points("intakes", "case_id", "cases", "id"))
            .foreign_key(&mut points("intakes", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("triage_results")
            .col(uuid("intake_id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("data_key"))
            .col(blob("result"))
            .foreign_key(&mut points("triage_results", "intake_id", "intakes", "id"))
            .foreign_key(&mut points("triage_results", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("search_tokens")
            .col(string("kind"))
            .col(blob("token"))
            .col(uuid("case_id"))
            .primary_key(Index::create().col("kind").col("token").col("case_id"))
            .foreign_key(&mut points("search_tokens", "case_id", "cases", "id"))
            .take(),
    ]
}

/// Who treats, when, and by which rules.
fn calendar() -> Vec<TableCreateStatement> {
    vec![
        Table::create().table("therapists").col(uuid("id").primary_key()).col(text("profile")).take(),
        Table::create().table("protocols").col(string("digest").primary_key()).col(blob("bundle")).take(),
        Table::create()
            .table("appointments")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("therapist_id"))
            .col(string("care"))
            .col(string("format"))
            .col(string_null("room"))
            .col(timestamp_with_time_zone("starts_at"))
            .col(timestamp_with_time_zone("ends_at"))
            .col(string("state"))
            .col(timestamp_with_time_zone_null("release_at"))
            .col(boolean("accepted"))
            .col(integer("sequence"))
            .foreign_key(&mut points("appointments", "case_id", "cases", "id"))
            .take(),
        Table::create()
            .table("calendar_blocks")
            .col(string("resource"))
            .col(timestamp_with_time_zone("starts_at"))
            .col(timestamp_with_time_zone("ends_at"))
            .col(uuid_null("appointment_id"))
            .foreign_key(&mut points("calendar_blocks", "appointment_id", "appointments", "id"))
            .take(),
    ]
}

/// What makes work happen once.
fn once() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("request_ids")
            .col(string("principal"))
            .col(string("method"))
            .col(uuid("request_id"))
            .col(blob("digest"))
            .col(blob("response"))
            .col(timestamp_with_time_zone("expires_at"))
            .primary_key(Index::create().col("principal").col("method").col("request_id"))
            .take(),
        Table::create()
            .table("outbox")
            .col(uuid("id").primary_key())
            .col(string("routing_key"))
            .col(blob("body"))
            .col(timestamp_with_time_zone("occurred_at"))
            .col(timestamp_with_time_zone_null("published_at"))
            .take(),
        Table::create()
            .table("inbox")
            .col(string("consumer"))
            .col(uuid("event_id"))
            .col(timestamp_with_time_zone("seen_at"))
            .primary_key(Index::create().col("consumer").col("event_id"))
            .take(),
        Table::create()
            .table("deliveries")
            .col(uuid("id").primary_key())
            .col(uuid("event"))
            .col(string("queue"))
            .col(string("routing_key"))
            .col(blob("body"))
            .col(string("state"))
            .col(integer("attempts"))
            .col(integer("leases"))
            .col(timestamp_with_time_zone("not_before"))
            .col(timestamp_with_time_zone_null("leased_until"))
            .col(string_null("cause"))
            .index(Index::create().unique().name("deliveries_once").col("event").col("queue"))
            .take(),
        Table::create()
            .table("letters")
            .col(uuid("id").primary_key())
            .col(string("cause"))
            .col(string("recipient"))
            .col(string("letter"))
            .col(uuid("case_id"))
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
            .take(),
    ]
}

/// Who may call, and who did.
fn staff() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("staff_tokens")
            .col(uuid("id").primary_key())
            .col(blob("token_hash").unique_key())
            .col(string("label"))
            .col(string("role"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .take(),
        Table::create()
            .table("audit_log")
            .col(uuid("id").primary_key())
            .col(timestamp_with_time_zone("at"))
            .col(string("principal"))
            .col(string("role"))
            .col(string("method"))
            .col(text("resources"))
            .col(string("outcome"))
            .take(),
    ]
}

/// Partial where only open work is looked for, so that they stay small.
const INDEXES: [&str; 11] = [
    "CREATE INDEX cases_queue ON cases (urgency DESC, respond_by, id) WHERE state <> 'closed'",
    "CREATE INDEX intakes_case ON intakes (case_id)",
    "CREATE INDEX triage_results_case ON triage_results (case_id)",
    "CREATE INDEX appointments_case ON appointments (case_id)",
    "CREATE INDEX appointments_release ON appointments (release_at) WHERE state = 'held'",
    "CREATE INDEX calendar_blocks_appointment ON calendar_blocks (appointment_id)",
    "CREATE INDEX request_ids_expiry ON request_ids (expires_at)",
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL",
    "CREATE INDEX deliveries_due ON deliveries (queue, state, not_before)",
    "CREATE INDEX letters_due ON letters (not_before) WHERE state IN ('queued', 'retry', 'claimed', 'sending')",
    "CREATE INDEX letters_case ON letters (case_id)",
];

/// No resource is taken twice at any instant. Half-open ranges: one session may begin where another ends.
const GUARD_POSTGRES: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE calendar_blocks ADD CONSTRAINT calendar_blocks_no_overlap \
     EXCLUDE USING gist (resource WITH =, tstzrange(starts_at, ends_at) WITH &&)",
    "ALTER TABLE calendar_blocks ADD CONSTRAINT calendar_blocks_order CHECK (starts_at < ends_at)",
];

/// The same on SQLite. An insert that overlaps is skipped, as PostgreSQL's `ON CONFLICT DO NOTHING`
/// skips it: no row means taken. A change that would overlap is an error on both.
const GUARD_SQLITE: &[&str] = &[
    "CREATE INDEX calendar_blocks_time ON calendar_blocks (resource, starts_at)",
    "CREATE TRIGGER calendar_blocks_no_overlap_on_insert BEFORE INSERT ON calendar_blocks \
     WHEN EXISTS (SELECT 1 FROM calendar_blocks AS taken WHERE taken.resource = NEW.resource \
                  AND taken.starts_at < NEW.ends_at AND NEW.starts_at < taken.ends_at) \
     BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER calendar_blocks_no_overlap_on_update BEFORE UPDATE ON calendar_blocks \
     WHEN EXISTS (SELECT 1 FROM calendar_blocks AS taken WHERE taken.resource = NEW.resource \
                  AND taken.rowid <> OLD.rowid \
                  AND taken.starts_at < NEW.ends_at AND NEW.starts_at < taken.ends_at) \
     BEGIN SELECT RAISE(ABORT, 'calendar_blocks: overlap'); END",
    "CREATE TRIGGER calendar_blocks_order BEFORE INSERT ON calendar_blocks WHEN NEW.starts_at >= NEW.ends_at \
     BEGIN SELECT RAISE(ABORT, 'calendar_blocks: ends before it starts'); END",
];
