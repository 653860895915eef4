//! A fresh database for one test, of either kind, with its schema.

use std::fmt;

use anyhow::{Context, Result};
use rapport_security::{Keyring, MasterKey};
use rapport_store::{Store, StoreSettings};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::environment;

/// Enough for what one test does at once; many tests share the server.
const CONNECTIONS: u32 = 8;

/// One test's database. Call [`close`](Self::close) at the end, or a PostgreSQL one stays.
pub struct Database {
    url: String,
    master_key: MasterKey,
    kind: Kind,
}

enum Kind {
    Sqlite { _folder: TempDir },
    Postgres { server: String, name: String },
}

impl Database {
    /// A file in a folder of its own.
    pub async fn sqlite() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join("rapport.db").display());
        Self::with_schema(url, Kind::Sqlite { _folder: folder }).await
    }

    /// A database of its own on the server of the environment.
    pub async fn postgres() -> Result<Self> {
        let server = environment::required(environment::POSTGRES)?;
        let name = format!("rapport_test_{}", Uuid::now_v7().simple());
        run(&server, &format!("CREATE DATABASE {name}")).await?;
        let (base, _) = server.rsplit_once('/').context("the address names no database")?;
        let url = format!("{base}/{name}");
        Self::with_schema(url, Kind::Postgres { server, name }).await
    }

    async fn with_schema(url: String, kind: Kind) -> Result<Self> {
        let database = Self { url, master_key: MasterKey::generate(), kind };
        database.store().await?.migrate().await?;
        Ok(database)
    }

    /// Its address, for SQL of the test's own or a part that connects by itself.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that its fields are sealed under, as the setting wants it.
    pub fn master_key_text(&self) -> String {
        self.master_key.to_text().to_string()
    }

    /// A store on it with connections of its own, as another process has them.
    pub async fn store(&self) -> Result<Store> {
        let settings = StoreSettings { url: self.url.clone(), max_connections: CONNECTIONS };
        Ok(Store::connect(&settings, Keyring::new(&self.master_key)).await?)
    }

    /// Drops it.
    pub async fn close(self) -> Result<()> {
        match &self.kind {
            Kind::Sqlite { .. } => Ok(()),
            // FORCE: a connection of the test may still be open.
            Kind::Postgres { server, name } => run(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await,
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self.kind, Kind::Sqlite { .. }) { "SQLite" } else { "PostgreSQL" })
    }
}

async fn run(server: &str, statement: &str) -> Result<()> {
    let mut connection = PgConnection::connect(server).await.context(environment::POSTGRES)?;
    // The only name in it is made above, of hexadecimal digits.
    connection.execute(AssertSqlSafe(statement.to_owned())).await?;
    connection.close().await?;
    Ok(())
}
