//! The binary as an operator runs it: one process per role, killed and started again at will.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, bail};
use rapport_proto::{
    intake::intake_service_client::IntakeServiceClient, staff::triage_service_client::TriageServiceClient,
};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep},
};
use tonic::{
    Request,
    metadata::{Ascii, MetadataValue},
    transport::Channel,
};

/// How long a role may take to listen, or to end when asked.
const PATIENCE: Duration = Duration::from_secs(30);

/// Processes with the same settings, and what they logged.
pub struct Processes {
    folder: TempDir,
    settings: BTreeMap<&'static str, String>,
    running: BTreeMap<&'static str, Child>,
    /// Where the client API listens.
    pub intake: SocketAddr,
    /// Where the staff API listens.
    pub staff: SocketAddr,
    /// Where pages are served.
    pub console: SocketAddr,
}

impl Processes {
    /// None running yet; `settings` are environment variables.
    ///
    /// # Errors
    /// Where no folder can be made or no port is free.
    pub fn new(settings: impl IntoIterator<Item = (&'static str, String)>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (intake, staff, console) = (free_address()?, free_address()?, free_address()?);
        let mut all = BTreeMap::from([
            ("RAPPORT__DATA__DIR", folder.path().join("data").display().to_string()),
            ("RAPPORT__INTAKE__LISTEN", intake.to_string()),
            ("RAPPORT__STAFF__LISTEN", staff.to_string()),
            ("RAPPORT__CONSOLE__LISTEN", console.to_string()),
        ]);
        all.extend(settings);
        Ok(Self { folder, settings: all, running: BTreeMap::new(), intake, staff, console })
    }

    /// Another value for a setting, for every role that is started from now on.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.settings.insert(name, value.into());
    }

    /// Starts a role, and waits until it listens where it does.
    ///
    /// # Errors
    /// Where the binary is missing, the role runs already, or it ends or stays silent.
    pub async fn start(&mut self, role: &'static str) -> anyhow::Result<()> {
        self.start_as(role, role).await
    }

    /// Starts one more of a role that does not listen, under a name of its own.
    ///
    /// # Errors
    /// As [`Processes::start`].
    pub async fn start_as(&mut self, name: &'static str, role: &'static str) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(self.folder.path().join(format!("{name}.log")))?;
        let child = self
            .command()?
            .arg(role)
            .stdout(log.try_clone()?)
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start the role {role}"))?;
        if self.running.insert(name, child).is_some() {
            bail!("{name} runs already");
        }
        let address = match role {
            "intake" => Some(self.intake),
            // The last that `all` takes, so that the others are there too.
            "console" | "all" => Some(self.console),
            _ => None,
        };
        if let Some(address) = address {
            self.wait_until_it_listens(role, address).await?;
        }
        Ok(())
    }

    /// Ends a role at once, as a power cut would.
    ///
    /// # Errors
    /// Where it does not run.
    pub async fn kill(&mut self, role: &'static str) -> anyhow::Result<()> {
        let mut child = self.running.remove(role).with_context(|| format!("the role {role} does not run"))?;
        Ok(child.kill().await?)
    }

    /// Ends a role at once if it runs.
    ///
    /// # Errors
    /// Where it cannot be ended.
    pub async fn end(&mut self, role: &'static str) -> anyhow::Result<()> {
        if self.running.contains_key(role) { self.kill(role).await } else { Ok(()) }
    }

    /// Runs a command of the binary to its end and gives what it printed.
    ///
    /// # Errors
    /// Where it fails; with what it said.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.command()?.args(arguments).stdin(Stdio::null()).output().await?;
        if !output.status.success() {
            bail!("rapport {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A client of the client API, on a connection of its own.
    ///
    /// # Errors
    /// Where nobody listens.
    pub async fn client(&self) -> anyhow::Result<IntakeServiceClient<Channel>> {
        Ok(IntakeServiceClient::connect(format!("http://{}", self.intake)).await?)
    }

    /// A client of the staff API, and what its calls must carry.
    ///
    /// # Errors
    /// Where nobody listens, or no token can be made.
    pub async fn staff(&self, role: &str) -> anyhow::Result<(TriageServiceClient<Channel>, Bearer)> {
        let made = self.run(&["staff", "token", "--json", "--role", role, "--label", "Sample Staff"]).await?;
        let made: serde_json::Value = serde_json::from_str(&made)?;
        let token = made.get("token").and_then(serde_json::Value::as_str).context("no token in the answer")?;
        let client = TriageServiceClient::connect(format!("http://{}", self.staff)).await?;
        Ok((client, Bearer::new(token)?))
    }

    /// Everything that any role wrote to its terminal.
    ///
    /// # Errors
    /// Where a log cannot be read.
    pub fn logs(&self) -> anyhow::Result<String> {
        let mut all = String::new();
        for entry in fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                all.push_str(&String::from_utf8_lossy(&fs::read(path)?));
            }
        }
        Ok(all)
    }

    fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(binary()?);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RAPPORT_")) {
            command.env_remove(name);
        }
        command.envs(&self.settings).kill_on_drop(true);
        Ok(command)
    }

    async fn wait_until_it_listens(&mut self, role: &'static str, address: SocketAddr) -> anyhow::Result<()> {
        let gives_up = Instant::now() + PATIENCE;
        loop {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(());
            }
            if let Some(ended) = self.running.get_mut(role).and_then(|child| child.try_wait().transpose()) {
                bail!("the role {role} ended with {}: {}", ended?, self.logs()?);
            }
            if Instant::now() > gives_up {
                bail!("the role {role} does not listen on {address}: {}", self.logs()?);
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What a call carries to be let in.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// Of a token's text.
    pub fn new(token: &str) -> anyhow::Result<Self> {
        Ok(Self(format!("Bearer {token}").parse()?))
    }

    /// The request with it.
    pub fn with<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert("authorization", self.0.clone());
        request
    }
}

/// `RAPPORT_BIN`, or the binary beside the tests.
fn binary() -> anyhow::Result<PathBuf> {
    let path = match std::env::var_os("RAPPORT_BIN") {
        Some(path) => PathBuf::from(path),
        None => std::env::current_exe()?.ancestors().nth(2).context("tests lie in a target folder")?.join("rapport"),
    };
    if !path.is_file() {
        bail!("the binary is not built: run `cargo build --package rapport`, or name it as RAPPORT_BIN");
    }
    Ok(path)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
