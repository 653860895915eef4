//! Alerts and their steps, what was said on the phone, and notes. What is kept of a case's or a client's calls stands
//! beside their rows, not in them: those of a case that nobody called stay as narrow as they are.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, blob, boolean, integer, string, string_null, string_uniq, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid,
    },
    sea_orm::ConnectionTrait,
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_calls"
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

fn tables() -> [TableCreateStatement; 6] {
    [
        Table::create()
            .table("alerts")
            .col(uuid("id").primary_key())
            .col(string_uniq("cause"))
            .col(uuid("case_id"))
            .col(string("state"))
            .col(timestamp_with_time_zone("raised_at"))
            .col(integer("steps"))
            .col(timestamp_with_time_zone("since"))
            .col(timestamp_with_time_zone("next_at"))
            .col(boolean("wall_time"))
            .col(string_null("acknowledged_by"))
            .col(timestamp_with_time_zone_null("acknowledged_at"))
            .col(big_integer("version"))
            .foreign_key(&mut points("alerts", "case_id", "cases", "id"))
            .take(),
        Table::create()
            .table("alert_steps")
            .col(uuid("alert_id"))
            .col(integer("step"))
            .col(string("told"))
            .col(timestamp_with_time_zone("at"))
            .primary_key(Index::create().col("alert_id").col("step"))
            .foreign_key(&mut points("alert_steps", "alert_id", "alerts", "id"))
            .take(),
        Table::create()
            .table("case_calls")
            .col(uuid("case_id").primary_key())
            .col(timestamp_with_time_zone_null("answered_for"))
            .col(timestamp_with_time_zone_null("escalated_for"))
            .foreign_key(&mut points("case_calls", "case_id", "cases", "id"))
            .take(),
        Table::create()
            .table("client_calls")
            .col(uuid("intake_id").primary_key())
            .col(timestamp_with_time_zone_null("reached_at"))
            .col(timestamp_with_time_zone_null("next_by"))
            .col(boolean("outside_safe_hours"))
            .col(timestamp_with_time_zone_null("stopped_at"))
            .foreign_key(&mut points("client_calls", "intake_id", "intakes", "id"))
            .take(),
        Table::create()
            .table("contact_attempts")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("intake_id"))
            .col(uuid("data_key"))
            .col(timestamp_with_time_zone("at"))
            .col(blob("content"))
            .foreign_key(&mut points("contact_attempts", "case_id", "cases", "id"))
            .foreign_key(&mut points("contact_attempts", "intake_id", "intakes", "id"))
            .foreign_key(&mut points("contact_attempts", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("notes")
            .col(uuid("id").primary_key())
            .col(uuid("case_id"))
            .col(uuid("data_key"))
            .col(timestamp_with_time_zone("at"))
            .col(blob("content"))
            .foreign_key(&mut points("notes", "case_id", "cases", "id"))
            .foreign_key(&mut points("notes", "data_key", "data_keys", "id"))
            .take(),
    ]
}

const STATEMENTS: [&str; 6] = [
    "CREATE INDEX alerts_case ON alerts (case_id)",
    "CREATE INDEX contact_attempts_case ON contact_attempts (case_id)",
    "CREATE INDEX notes_case ON notes (case_id)",
    "CREATE INDEX cases_overdue ON cases (respond_by) WHERE state <> 'closed'",
    "CREATE INDEX alerts_due ON alerts (next_at) WHERE state = 'open'",
    // Until now one person was told once. Of the open cases that nobody took in hand, the last such letter is walked on.
    "INSERT INTO alerts (id, cause, case_id, state, raised_at, steps, since, next_at, wall_time, version) \
     SELECT letters.id, letters.cause, cases.id, 'open', letters.queued_at, 0, letters.queued_at, letters.queued_at, \
            FALSE, 1 \
     FROM cases JOIN letters ON letters.id = (SELECT last.id FROM letters AS last WHERE last.case_id = cases.id \
          AND last.letter = 'staff_alert' AND last.recipient = 'on-call/0' ORDER BY last.id DESC LIMIT 1) \
     WHERE cases.state <> 'closed' AND cases.assignee IS NULL",
];
