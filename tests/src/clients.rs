//! Programs in other languages, in `tests/clients/`: other people's implementations to check ours against.

use std::{
    ffi::OsStr,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::environment;

/// Runs a script of ours in Python, with this input; gives the JSON that it printed.
pub async fn python(script: &str, arguments: &[&str], input: &[u8]) -> Result<Value> {
    let mut command = python_command(script)?;
    command.args(arguments);
    answer(command, script, input).await
}

/// Runs a script of ours in Node; gives the JSON that it printed.
pub async fn node(script: &str, arguments: &[&str]) -> Result<Value> {
    let packages = environment::required(environment::NODE_MODULES)?;
    ensure!(
        Path::new(&packages).join("@connectrpc").is_dir(),
        "the packages of tests/tools/package.json are not in {packages}: run `tests/run`, which installs them"
    );
    let mut command = Command::new("node");
    command.arg(path(script)).args(arguments).env(environment::NODE_MODULES, packages);
    answer(command, script, &[]).await
}

/// Runs a script of ours in Node that drives a browser; gives the JSON that it printed. Pictures of every page lie below
/// the folder afterwards. What else the script is told stands behind the two.
pub async fn browser(script: &str, pages: SocketAddr, pictures: &Path, more: &[&str]) -> Result<Value> {
    let browser = Path::new("/usr/bin/chromium");
    ensure!(browser.is_file(), "there is no {}: run `tests/run`, which installs it", browser.display());
    let address = format!("http://{pages}");
    let pictures = pictures.display().to_string();
    let arguments: Vec<&str> = [address.as_str(), &pictures].into_iter().chain(more.iter().copied()).collect();
    node(&format!("../browser/{script}"), &arguments).await
}

/// A script of ours in Python, not yet started.
pub(crate) fn python_command(script: &str) -> Result<Command> {
    let mut command = Command::new(environment::required(environment::PYTHON)?);
    command.arg(path(script)).kill_on_drop(true);
    Ok(command)
}

/// What to say where a script cannot be started.
pub(crate) fn missing(program: &OsStr) -> String {
    format!("{} cannot be started: run `tests/run`, which provides it", program.to_string_lossy())
}

fn path(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(script)
}

async fn answer(mut command: Command, script: &str, input: &[u8]) -> Result<Value> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| missing(command.as_std().get_program()))?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    stdin.write_all(input).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{script} ended with {} (`tests/run` installs the packages that it needs): {said}", output.status);
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{script} printed no JSON"))
}
