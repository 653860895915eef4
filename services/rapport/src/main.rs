//! The one binary: every role, and the operator's commands.
//!
//! Read [`cli`] (what can be asked), [`settings`] (what can be set), [`house`]
//! (what is opened at start) and [`roles`] with [`serve`] (what runs). Then a file
//! per command: [`demo`], [`migrate`], [`submit`] over [`client`],
//! [`check_config`], [`practice_check`], [`triage_replay`], [`letters_preview`], [`mod@roster`], [`staff_add`], [`staff_roles`],
//! [`staff_token`], [`audit_trail`], [`dead_letters`]. Beside them
//! [`practice_files`], [`master_key`], and [`mod@print`] and [`wording`] for what a
//! terminal shows.

use std::process::ExitCode;

use clap::Parser;
use rapport_runtime::{Clock, SystemClock};

mod audit_trail;
mod check_config;
mod cli;
mod client;
mod dead_letters;
mod demo;
mod house;
mod letters_preview;
mod master_key;
mod migrate;
mod practice_check;
mod practice_files;
mod print;
mod roles;
mod roster;
mod serve;
mod settings;
mod staff_add;
mod staff_roles;
mod staff_token;
mod submit;
mod triage_replay;
mod wording;

use cli::{AuditCommand, Cli, Command, LettersCommand, PracticeCommand, StaffCommand, TriageCommand};
use roles::Role;

/// Wrong use or settings, as clap's own.
const MISUSED: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    if rustls_provider().is_err() {
        print::complain("another TLS provider was installed before");
        return ExitCode::FAILURE;
    }
    let settings = match settings::load(cli.config.clone(), cli.set.clone()) {
        Ok(settings) => settings,
        Err(error) => {
            print::complain(error);
            return ExitCode::from(MISUSED);
        }
    };
    match Box::pin(run(cli, settings)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.is::<print::ReaderLeft>() => ExitCode::SUCCESS,
        Err(error) => {
            print::complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked; `false` where the answer is "no", and was printed.
async fn run(cli: Cli, settings: settings::Settings) -> anyhow::Result<bool> {
    match cli.command.unwrap_or(Command::All) {
        Command::All => serve::run(&settings, &Role::ALL).await?,
        Command::Intake => serve::run(&settings, &[Role::Intake]).await?,
        Command::Worker => serve::run(&settings, &[Role::Worker]).await?,
        Command::Notifier => serve::run(&settings, &[Role::Notifier]).await?,
        Command::Console => serve::run_pages(&settings).await?,
        Command::Demo(wish) => Box::pin(demo::run(settings, &wish)).await?,
        Command::Migrate(wish) => migrate::run(&settings, wish.json).await?,
        Command::Submit(wish) => submit::run(&settings, &wish).await?,
        Command::CheckConfig(wish) => check_config::run(&settings, cli.config.as_deref(), wish.json)?,
        Command::Audit(AuditCommand::Verify(wish)) => return audit_trail::verify(&settings, &wish).await,
        Command::Audit(AuditCommand::Export(wish)) => audit_trail::export(&settings, &wish).await?,
        Command::DeadLetters(command) => return dead_letters::run(&settings, &command).await,
        Command::Staff(StaffCommand::Add(wish)) => staff_add::add(&settings, &wish).await?,
        Command::Staff(StaffCommand::SignIn(wish)) => staff_add::sign_in(&settings, &wish).await?,
        Command::Staff(StaffCommand::Roles(wish)) => staff_roles::run(wish.json)?,
        Command::Staff(StaffCommand::Token(wish)) => staff_token::run(&settings, &wish).await?,
        Command::Roster(command) => return roster::run(&settings, &command).await,
        Command::Letters(LettersCommand::Preview(wish)) => {
            let folder = wish.practice.as_deref().or(settings.practice_dir());
            letters_preview::run(folder, &wish.out, wish.json)?;
        }
        Command::Triage(TriageCommand::Replay(wish)) => return triage_replay::run(&settings, &wish).await,
        Command::Practice(PracticeCommand::Check(wish)) => {
            return practice_check::run(wish.dir.as_deref().or(settings.practice_dir()), SystemClock.now(), wish.json);
        }
    }
    Ok(true)
}

/// Two crates could each bring one; it is chosen before the first connection.
fn rustls_provider() -> Result<(), ()> {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| ())
}
