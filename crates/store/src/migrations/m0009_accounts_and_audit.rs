//! Accounts of staff, their sessions and one-time sign-ins; and the seals of the audit trail.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, blob, blob_uniq, boolean, integer, string, timestamp_with_time_zone, uuid},
    sea_orm::ConnectionTrait,
};

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0009_accounts_and_audit"
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

fn tables() -> [TableCreateStatement; 4] {
    [
        Table::create()
            .table("accounts")
            .col(uuid("id").primary_key())
            .col(uuid("data_key"))
            .col(blob_uniq("email_token"))
            .col(string("role"))
            .col(string("state"))
            .col(blob("profile"))
            .col(blob("credentials"))
            .col(integer("failures"))
            .col(timestamp_with_time_zone("locked_until"))
            .col(timestamp_with_time_zone("created_at"))
            .col(big_integer("version"))
            .foreign_key(&mut points("accounts", "data_key", "data_keys", "id"))
            .take(),
        Table::create()
            .table("staff_sessions")
            .col(uuid("id").primary_key())
            .col(uuid("account_id"))
            .col(blob_uniq("token_hash"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("touched_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(&mut points("staff_sessions", "account_id", "accounts", "id"))
            .take(),
        Table::create()
            .table("one_time_sign_ins")
            .col(blob("token_hash").primary_key())
            .col(uuid("account_id"))
            .col(boolean("opens_session"))
            .col(timestamp_with_time_zone("expires_at"))
            .foreign_key(&mut points("one_time_sign_ins", "account_id", "accounts", "id"))
            .take(),
        Table::create()
            .table("audit_seals")
            .col(big_integer("number").primary_key())
            .col(integer("entries"))
            .col(blob("seal"))
            .col(timestamp_with_time_zone("sealed_at"))
            .col(ColumnDef::new("purge_mark").blob())
            .take(),
    ]
}

const STATEMENTS: [&str; 5] = [
    "CREATE INDEX staff_sessions_account ON staff_sessions (account_id)",
    "CREATE INDEX one_time_sign_ins_account ON one_time_sign_ins (account_id)",
    "ALTER TABLE audit_log ADD COLUMN seal BIGINT",
    "CREATE INDEX audit_log_unsealed ON audit_log (id) WHERE seal IS NULL",
    "CREATE INDEX audit_log_sealed ON audit_log (seal, id)",
];
