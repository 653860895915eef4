//! A mail server of somebody else's (Python's aiosmtpd) in a process of its own, which keeps letters as files.

use std::{fs, process::Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use crate::clients;

/// The server; ends when dropped.
pub struct MailServer {
    folder: TempDir,
    port: u16,
    _process: Child,
}

/// A letter that it took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Taken {
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The letter as it came.
    pub message: String,
}

impl MailServer {
    /// Starts it on a free port.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = clients::python_command("mail_server.py")?;
        command.arg(folder.path()).stdout(Stdio::piped());
        let mut process = command.spawn().with_context(|| clients::missing(command.as_std().get_program()))?;
        let mut lines = BufReader::new(process.stdout.take().context("no stdout")?).lines();
        let port = lines.next_line().await?.context("the mail server did not start: run `tests/run`")?.parse()?;
        Ok(Self { folder, port, _process: process })
    }

    /// Its address as the setting `mail.url` wants it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The letters that it took so far, in their order.
    pub fn letters(&self) -> Result<Vec<Taken>> {
        let mut files: Vec<_> = fs::read_dir(self.folder.path())?.collect::<Result<_, _>>()?;
        files.retain(|file| file.path().extension().is_some_and(|extension| extension == "json"));
        files.sort_by_key(fs::DirEntry::file_name);
        files.iter().map(|file| Ok(serde_json::from_slice(&fs::read(file.path())?)?)).collect()
    }
}
