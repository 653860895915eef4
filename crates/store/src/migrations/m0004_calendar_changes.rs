//! A log of what changed in the calendar and on the roster, so that whoever keeps
//! them in memory reads only that again.
//!
//! The database itself writes it: no way to take or free a time goes past it. On
//! PostgreSQL a row bears its transaction's number, for a row may become visible
//! after one that was written later; SQLite's transactions come one after the other.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_calendar_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let statements = if db.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        for statement in statements {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const POSTGRES: &[&str] = &[
    "CREATE TABLE calendar_changes (mark bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint), \
     resource text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
    "CREATE INDEX calendar_changes_mark ON calendar_changes (mark)",
    "CREATE FUNCTION note_block() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
       IF TG_OP <> 'INSERT' THEN INSERT INTO calendar_changes (resource) VALUES (OLD.resource); END IF; \
       IF TG_OP <> 'DELETE' THEN INSERT INTO calendar_changes (resource) VALUES (NEW.resource); END IF; \
       RETURN NULL; END $$",
    "CREATE TRIGGER calendar_blocks_noted AFTER INSERT OR UPDATE OR DELETE ON calendar_blocks \
     FOR EACH ROW EXECUTE FUNCTION note_block()",
    // A hold that is fixed takes the same time, and no longer the holds' share of a week.
    "CREATE FUNCTION note_appointment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
       INSERT INTO calendar_changes (resource) SELECT resource FROM calendar_blocks WHERE appointment_id = NEW.id; \
       RETURN NULL; END $$",
    "CREATE TRIGGER appointments_noted AFTER UPDATE OF state ON appointments \
     FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_appointment()",
    "CREATE FUNCTION note_closure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
       IF TG_OP <> 'INSERT' THEN INSERT INTO calendar_changes (resource) VALUES ('rooms/' || OLD.room); END IF; \
       IF TG_OP <> 'DELETE' THEN INSERT INTO calendar_changes (resource) VALUES ('rooms/' || NEW.room); END IF; \
       RETURN NULL; END $$",
    "CREATE TRIGGER room_closures_noted AFTER INSERT OR UPDATE OR DELETE ON room_closures \
     FOR EACH ROW EXECUTE FUNCTION note_closure()",
    "CREATE FUNCTION note_roster() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
       INSERT INTO calendar_changes (resource) VALUES ('roster'); RETURN NULL; END $$",
    "CREATE TRIGGER therapists_noted AFTER INSERT OR UPDATE OR DELETE ON therapists \
     FOR EACH STATEMENT EXECUTE FUNCTION note_roster()",
];

const SQLITE: &[&str] = &[
    "CREATE TABLE calendar_changes (mark integer PRIMARY KEY AUTOINCREMENT, resource text NOT NULL, \
     at integer NOT NULL DEFAULT (unixepoch()))",
    "CREATE TRIGGER calendar_blocks_noted_on_insert AFTER INSERT ON calendar_blocks \
     BEGIN INSERT INTO calendar_changes (resource) VALUES (NEW.resource); END",
    "CREATE TRIGGER calendar_blocks_noted_on_update AFTER UPDATE ON calendar_blocks \
     BEGIN INSERT INTO calendar_changes (resource) VALUES (OLD.resource), (NEW.resource); END",
    "CREATE TRIGGER calendar_blocks_noted_on_delete AFTER DELETE ON calendar_blocks \
     BEGIN INSERT INTO calendar_changes (resource) VALUES (OLD.resource); END",
    "CREATE TRIGGER appointments_noted AFTER UPDATE OF state ON appointments WHEN OLD.state <> NEW.state \
     BEGIN INSERT INTO calendar_changes (resource) \
           SELECT resource FROM calendar_blocks WHERE appointment_id = NEW.id; END",
    "CREATE TRIGGER room_closures_noted_on_insert AFTER INSERT ON room_closures \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('rooms/' || NEW.room); END",
    "CREATE TRIGGER room_closures_noted_on_update AFTER UPDATE ON room_closures \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('rooms/' || OLD.room), ('rooms/' || NEW.room); END",
    "CREATE TRIGGER room_closures_noted_on_delete AFTER DELETE ON room_closures \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('rooms/' || OLD.room); END",
    "CREATE TRIGGER therapists_noted_on_insert AFTER INSERT ON therapists \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('roster'); END",
    "CREATE TRIGGER therapists_noted_on_update AFTER UPDATE ON therapists \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('roster'); END",
    "CREATE TRIGGER therapists_noted_on_delete AFTER DELETE ON therapists \
     BEGIN INSERT INTO calendar_changes (resource) VALUES ('roster'); END",
];
