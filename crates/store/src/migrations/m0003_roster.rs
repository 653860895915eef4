//! The roster as a whole: versions, what keeps people elsewhere, whom they treat, closed rooms, calendar feeds, and
//! which sessions were found outside of somebody's hours.

use sea_orm_migration::{
    prelude::*,
    schema::{blob, blob_uniq, string, timestamp_with_time_zone, uuid, uuid_uniq},
    sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::points;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_roster"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for statement in STATEMENTS {
            db.execute_unprepared(statement).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        rewrite_profiles(db).await
    }
}

const STATEMENTS: [&str; 2] = [
    "ALTER TABLE therapists ADD COLUMN version bigint NOT NULL DEFAULT 1",
    "ALTER TABLE therapists ADD COLUMN elsewhere text",
];

const INDEXES: [&str; 2] = [
    "CREATE INDEX appointments_therapist ON appointments (therapist_id, starts_at)",
    "CREATE INDEX room_closures_time ON room_closures (ends_at)",
];

fn tables() -> [TableCreateStatement; 4] {
    [
        Table::create()
            .table("room_closures")
            .col(uuid("id").primary_key())
            .col(string("room"))
            .col(timestamp_with_time_zone("starts_at"))
            .col(timestamp_with_time_zone("ends_at"))
            .take(),
        Table::create()
            .table("calendar_feeds")
            .col(uuid("id").primary_key())
            .col(uuid_uniq("therapist_id"))
            .col(blob_uniq("token_hash"))
            .col(timestamp_with_time_zone("created_at"))
            .foreign_key(&mut points("calendar_feeds", "therapist_id", "therapists", "id"))
            .take(),
        Table::create()
            .table("treated")
            .col(uuid("therapist_id"))
            .col(string("kind"))
            .col(blob("token"))
            .primary_key(Index::create().col("kind").col("token").col("therapist_id"))
            .foreign_key(&mut points("treated", "therapist_id", "therapists", "id"))
            .take(),
        Table::create()
            .table("outside_sessions")
            .col(uuid("appointment_id"))
            .col(timestamp_with_time_zone("starts_at"))
            .col(string("why"))
            .col(timestamp_with_time_zone("found_at"))
            .primary_key(Index::create().col("appointment_id").col("starts_at"))
            .foreign_key(&mut points("outside_sessions", "appointment_id", "appointments", "id"))
            .take(),
    ]
}

/// Brings every profile into today's form.
async fn rewrite_profiles(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let rows = db.query_all_raw(Statement::from_string(backend, "SELECT id, profile FROM therapists")).await?;
    for row in rows {
        let (id, profile): (Uuid, String) = (row.try_get("", "id")?, row.try_get("", "profile")?);
        let profile = rewritten(&profile).ok_or_else(|| DbErr::Migration(format!("therapists/{id} cannot be read")))?;
        let placeholders = if backend == DbBackend::Postgres { ["$1", "$2"] } else { ["?1", "?2"] };
        let sql = format!("UPDATE therapists SET profile = {} WHERE id = {}", placeholders[0], placeholders[1]);
        db.execute_raw(Statement::from_sql_and_values(backend, sql, [profile.into(), id.into()])).await?;
    }
    Ok(())
}

/// Methods had no level, and hours were weekly windows: each becomes a rule that begins in the first week of 2024.
fn rewritten(profile: &str) -> Option<String> {
    let mut profile: Map<String, Value> = serde_json::from_str(profile).ok()?;
    if let Some(Value::Array(methods)) = profile.get("methods") {
        let trained = methods.iter().map(|method| Some((method.as_str()?.to_owned(), json!("trained"))));
        let trained: Map<String, Value> = trained.collect::<Option<_>>()?;
        profile.insert("methods".to_owned(), Value::Object(trained));
    }
    if let Some(Value::Array(weeks)) = profile.remove("availability") {
        let rules = weeks.iter().map(rule).collect::<Option<Vec<_>>>()?;
        profile.insert("hours".to_owned(), json!({ "rules": rules, "leave": [] }));
    }
    serde_json::to_string(&profile).ok()
}

fn rule(week: &Value) -> Option<Value> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let window = week.get("window")?;
    let [day, start, end] = ["day", "start", "end"].map(|key| window.get(key).and_then(Value::as_str));
    let day = DAYS.iter().position(|known| Some(*known) == day)?;
    let minutes = |clock: &str| {
        let (hour, minute) = clock.split_once(':')?;
        Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?)
    };
    let (start, end) = (start?, end?);
    let mut rule = json!({
        "starts": format!("2024-01-{:02}T{start}:00", day + 1),
        "rule": format!("FREQ=WEEKLY;BYDAY={}", DAYS.get(day)?.get(..2)?.to_uppercase()),
        "minutes": minutes(end)?.checked_sub(minutes(start)?)?,
        "video": week.get("video")?,
    });
    if let Some(Value::String(location)) = week.get("location") {
        rule.as_object_mut()?.insert("location".to_owned(), json!(location));
    }
    Some(rule)
}

#[cfg(test)]
mod tests {
    use rapport_domain::matching::{Therapist, Training};

    use super::rewritten;

    /// As version 0.1 of m0002's time kept it.
    const KEPT: &str = r#"{"id":"00000000-0000-8000-8000-000000000001","name":"Ann Sample","gender":"woman",
        "licences":[{"state":"NC","number":"LMFT-1","expires":"2028-01-31","video_only":false}],"supervised_by":null,
        "treats":["couple"],"methods":["eft","gottman"],"competences":["risk"],"languages":["en"],
        "payers":{"couple":["sample_eap"]},"availability":[
        {"window":{"day":"sun","start":"16:30","end":"24:00"},"location":"noda","video":true},
        {"window":{"day":"mon","start":"09:00","end":"17:00"},"location":null,"video":true}],"weekly_capacity":20}"#;

    #[test]
    fn a_profile_of_an_earlier_version_says_the_same_in_todays_form() {
        let therapist: Therapist = serde_json::from_str(&rewritten(KEPT).unwrap()).unwrap();
        assert_eq!(therapist.methods["eft"], Training::Trained);
        let weeks: Vec<String> = therapist
            .hours
            .rules()
            .iter()
            .map(|rule| format!("{:?} {:?}", rule.as_weekly().unwrap(), rule.place().location))
            .collect();
        assert_eq!(weeks, ["sun 16:30-24:00 Some(\"noda\")", "mon 09:00-17:00 None"]);
        assert!(therapist.active);
        let again = rewritten(&serde_json::to_string(&therapist).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Therapist>(&again).unwrap(), therapist);
    }
}
