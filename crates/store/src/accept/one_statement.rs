//! PostgreSQL: every insert in one statement, and so in one round trip and one transaction.
//!
//! The first insert is the request id's. It returns a row where the request is
//! new, and every other insert selects from that row: where the request came
//! before there is nothing to select from, and nothing is inserted. Where the
//! intake was finished from a draft, the first insert in its turn selects from
//! the draft's key, locked: of two at once the second finds it gone.

use jiff::Timestamp;
use rapport_domain::id::DraftId;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbBackend, EntityName, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    Statement, Value,
};

use super::Rows;
use crate::{StoreError, column};

/// Runs it; `false` where the request came before or the draft is gone.
pub(super) async fn run(db: &impl ConnectionTrait, rows: Rows, now: Timestamp) -> Result<bool, StoreError> {
    let [person, case] = rows.keys;
    let mut statement = OneStatement::default();
    statement.request(rows.request.into_active_model(), rows.draft, now);
    statement.insert("person_key", person.into_active_model());
    statement.insert("case_key", case.into_active_model());
    statement.insert("new_case", rows.case.into_active_model());
    statement.insert("new_intake", rows.intake.into_active_model());
    statement.insert("new_event", rows.event.into_active_model());
    statement.insert("new_audit", rows.audit.into_active_model());
    for (position, letter) in rows.letters.into_iter().enumerate() {
        statement.insert(&format!("new_letter_{position}"), letter.into_active_model());
    }
    for (position, alert) in rows.alerts.into_iter().enumerate() {
        statement.insert(&format!("new_alert_{position}"), alert.into_active_model());
    }
    for (position, report) in rows.reports.into_iter().enumerate() {
        statement.insert(&format!("new_report_{position}"), report.into_active_model());
    }
    if let Some(draft) = rows.draft {
        statement.destroy(draft);
    }
    let won = db.query_one_raw(statement.end()).await?;
    Ok(won.map(|row| row.try_get_by_index::<i64>(0)).transpose()? == Some(1))
}

/// The statement so far. The same kind of intake gives the same text, so that
/// every connection prepares it once.
#[derive(Default)]
struct OneStatement {
    sql: String,
    values: Vec<Value>,
}

impl OneStatement {
    /// The insert that all others hang on; an expired request with the same id gives way.
    fn request<A: ActiveModelTrait>(&mut self, row: A, draft: Option<DraftId>, now: Timestamp) {
        let (into, values) = self.row(row);
        let now = self.value(column::from_time(now));
        let from = match draft {
            None => String::new(),
            Some(draft) => {
                let draft = self.value(draft.to_string());
                format!("FROM (SELECT 1 FROM data_keys WHERE subject = {draft} FOR UPDATE) AS draft")
            }
        };
        self.sql = format!(
            "WITH won AS (INSERT INTO {into} SELECT {values} {from} ON CONFLICT (principal, method, request_id) DO \
             UPDATE SET digest = excluded.digest, response = excluded.response, expires_at = excluded.expires_at \
             WHERE request_ids.expires_at <= {now} RETURNING 1)"
        );
    }

    /// A draft goes with its key.
    fn destroy(&mut self, draft: DraftId) {
        let draft = self.value(draft.to_string());
        self.sql.push_str(&format!(", draft_gone AS (DELETE FROM data_keys USING won WHERE subject = {draft})"));
    }

    /// The place of a value.
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// An insert that happens where the request is new.
    fn insert<A: ActiveModelTrait>(&mut self, name: &str, row: A) {
        let (into, values) = self.row(row);
        self.sql.push_str(&format!(", {name} AS (INSERT INTO {into} SELECT {values} FROM won)"));
    }

    fn end(self) -> Statement {
        Statement::from_sql_and_values(DbBackend::Postgres, self.sql + " SELECT count(*) FROM won", self.values)
    }

    /// `table (column, …)` and `$1, …`, from the entity itself.
    fn row<A: ActiveModelTrait>(&mut self, row: A) -> (String, String) {
        let (mut columns, mut places) = (Vec::new(), Vec::new());
        for column in <A::Entity as EntityTrait>::Column::iter() {
            if let Some(value) = row.get(column).into_value() {
                columns.push(format!("\"{}\"", column.as_str()));
                places.push(self.value(value));
            }
        }
        (format!("{} ({})", A::Entity::default().table_name(), columns.join(", ")), places.join(", "))
    }
}
