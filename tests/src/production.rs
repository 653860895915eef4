//! The production way of running: a process per role on PostgreSQL, RabbitMQ and SMTP.

use std::path::Path;

use anyhow::{Context, Result};
use rapport_proto::{
    intake::intake_service_client::IntakeServiceClient, staff::triage_service_client::TriageServiceClient,
};
use sqlx::{AssertSqlSafe, FromRow, PgPool, postgres::PgPoolOptions, postgres::PgRow};
use tonic::transport::Channel;

pub use crate::processes::Bearer;
use crate::{database::Database, practice_folder, processes::Processes, rabbit::Rabbit, smtp::ScriptedSmtp};

/// Every role, in the order in which an operator starts them.
pub const ROLES: [&str; 3] = ["intake", "worker", "notifier"];

/// Everything that one installation is made of. Call [`close`](Self::close) at the end.
pub struct Production {
    /// The roles; none runs until it is started.
    pub processes: Processes,
    /// The broker, behind a proxy.
    pub rabbit: Rabbit,
    /// The mail server.
    pub smtp: ScriptedSmtp,
    database: Database,
    pool: PgPool,
}

impl Production {
    /// With the sample practice.
    pub async fn new() -> Result<Self> {
        Self::with_practice(Path::new(practice_folder::SAMPLE)).await
    }

    /// With a practice's folder of the test's own.
    pub async fn with_practice(practice: &Path) -> Result<Self> {
        let (database, rabbit, smtp) =
            (Database::postgres().await?, Rabbit::start().await?, ScriptedSmtp::start().await?);
        let processes = Processes::new([
            ("RAPPORT__DATABASE__URL", database.url().to_owned()),
            ("RAPPORT__DATABASE__MAX_CONNECTIONS", "8".to_owned()),
            ("RAPPORT__EVENTS__URL", rabbit.url().to_owned()),
            ("RAPPORT__EVENTS__PREFIX", rabbit.prefix().to_owned()),
            ("RAPPORT__MAIL__URL", smtp.url()),
            // Everybody's address is at one domain here.
            ("RAPPORT__MAIL__DOMAIN_PER_MINUTE", "0".to_owned()),
            ("RAPPORT__PRACTICE__DIR", practice.display().to_string()),
            ("RAPPORT__SECURITY__MASTER_KEY", database.master_key_text()),
        ])?;
        let pool = PgPoolOptions::new().max_connections(2).connect(database.url()).await?;
        Ok(Self { processes, rabbit, smtp, database, pool })
    }

    /// Starts every role.
    pub async fn start_all(&mut self) -> Result<()> {
        for role in ROLES {
            self.processes.start(role).await?;
        }
        Ok(())
    }

    /// A client of the client API, on a connection of its own.
    pub async fn client(&self) -> Result<IntakeServiceClient<Channel>> {
        self.processes.client().await
    }

    /// A client of the staff API, and what its calls must carry.
    pub async fn staff(&self, role: &str) -> Result<(TriageServiceClient<Channel>, Bearer)> {
        self.processes.staff(role).await
    }

    /// Does what the test wants done to the database behind the roles' backs.
    pub async fn execute(&self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).execute(&self.pool).await?;
        Ok(())
    }

    /// Everything that is kept: each column of each row of each table, as the bytes that stand there.
    pub async fn columns(&self) -> Result<Vec<Column>> {
        let tables: Vec<(String,)> =
            self.all("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'").await?;
        let mut columns = Vec::new();
        for (table,) in tables {
            let rows = format!("SELECT to_jsonb(t) AS row FROM \"{table}\" t");
            // The name comes from the database's own catalogue.
            let rows: Vec<(serde_json::Value,)> =
                sqlx::query_as(AssertSqlSafe(rows)).fetch_all(&self.pool).await.context(table.clone())?;
            for (row,) in rows {
                for (name, value) in row.as_object().context("a row is an object")? {
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    columns.push(Column { place: format!("{table}.{name}"), bytes: stored(text) });
                }
            }
        }
        Ok(columns)
    }

    /// One row of a query of the test's own.
    pub async fn one<T>(&self, query: &'static str) -> Result<T>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(sqlx::query_as(query).fetch_one(&self.pool).await?)
    }

    /// All rows of a query of the test's own.
    pub async fn all<T>(&self, query: &'static str) -> Result<Vec<T>>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
    }

    /// The first column of a query's one row, a count.
    pub async fn count(&self, query: &'static str) -> Result<i64> {
        Ok(self.one::<(i64,)>(query).await?.0)
    }

    /// What keeps the house from being tidy: outbox rows that wait, letters that are under way, dead letters.
    /// A test waits until this is empty, and so ends by asserting that nothing is left over.
    pub async fn left_over(&self) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for (what, query) in [
            ("outbox rows wait", "SELECT count(*) FROM outbox WHERE published_at IS NULL"),
            (
                "letters under way",
                "SELECT count(*) FROM letters WHERE state IN ('queued', 'claimed', 'sending', 'retry')",
            ),
            ("cases undecided", "SELECT count(*) FROM cases WHERE state IN ('received', 'triaged')"),
        ] {
            let count = self.count(query).await?;
            if count > 0 {
                left.push(format!("{count} {what}"));
            }
        }
        let transport = self.rabbit.transport()?;
        for queue in rapport_messaging::topology::QUEUES {
            use rapport_messaging::Transport;
            let depth = transport.depth(&queue).await?;
            if depth.ready + depth.dead > 0 {
                left.push(format!("{}: {} ready, {} dead", queue.name, depth.ready, depth.dead));
            }
        }
        Ok(left)
    }

    /// Ends every role and removes what was the test's own.
    pub async fn close(mut self) -> Result<()> {
        for role in ROLES {
            self.processes.end(role).await?;
        }
        self.pool.close().await;
        self.rabbit.close().await?;
        self.database.close().await
    }
}

/// One value of one row.
pub struct Column {
    /// `table.column`
    pub place: String,
    /// What stands there.
    pub bytes: Vec<u8>,
}

/// The bytes behind PostgreSQL's spelling `\x…` of a column of bytes; any other text is its own bytes.
fn stored(text: String) -> Vec<u8> {
    let digits = text.strip_prefix("\\x").unwrap_or_default().as_bytes();
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes.filter(|bytes| !bytes.is_empty()).unwrap_or_else(|| text.into_bytes())
}
