//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::{Timestamp, civil::Date};
use rapport_messaging::DeadLetterName;
use rapport_security::Role;

/// Intake without a waiting list: screening, triage, a first session and its letter.
///
/// Without a command it serves all roles in one process, on an embedded database.
/// Settings: defaults < --config FILE < environment RAPPORT__SECTION__KEY < --set.
/// Exit codes: 0 done, 1 failed, 2 wrong use or settings.
#[derive(Parser)]
#[command(version, propagate_version = true, infer_subcommands = false)]
pub(crate) struct Cli {
    /// Settings file (TOML).
    #[arg(long, global = true, env = "RAPPORT_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A setting, over file and environment; may be repeated.
    #[arg(long = "set", global = true, value_name = "SECTION.KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// What to do; `all` where nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve all roles in one process (the default).
    All,
    /// Serve the client API and the staff API.
    Intake,
    /// Publish events, triage, match, release holds.
    Worker,
    /// Write and send letters.
    Notifier,
    /// Serve the pages for people; asks the client API, opens no database.
    Console,
    /// Show it with sample people: submit them, say what became of each, keep serving.
    Demo(Demo),
    /// Bring the database's schema to this version.
    Migrate(Json),
    /// Send one intake to a server, and show the answer.
    Submit(Submit),
    /// Check settings and the practice's folder, and show what would run.
    CheckConfig(Json),
    /// Work with a practice's folder.
    #[command(subcommand)]
    Practice(PracticeCommand),
    /// Work with the rules that decide.
    #[command(subcommand)]
    Triage(TriageCommand),
    /// Work with who treats, and when.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Work with letters.
    #[command(subcommand)]
    Letters(LettersCommand),
    /// Work with staff's access.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Work with the audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Work with events that nobody could handle.
    #[command(subcommand)]
    DeadLetters(DeadLettersCommand),
}

#[derive(clap::Args)]
pub(crate) struct Json {
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Demo {
    /// End after the samples instead of serving on.
    #[arg(long)]
    pub(crate) exit: bool,
    /// Print one JSON object for the samples.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct Submit {
    /// A SubmitIntakeRequest as protobuf JSON. Missing parts are filled in: request_id, protocol, required consents,
    /// the versions of questionnaires.
    #[arg(value_name = "FILE.json")]
    pub(crate) file: PathBuf,
    /// The client API; the settings' own address where not given.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Wait until it is held, confirmed or before a person.
    #[arg(long)]
    pub(crate) follow: bool,
    /// How long --follow waits, in seconds.
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub(crate) timeout: u64,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum PracticeCommand {
    /// Check every file of a practice's folder and run its triage tests.
    Check(PracticeCheck),
}

#[derive(clap::Args)]
pub(crate) struct PracticeCheck {
    /// The folder; the settings' practice.dir where not given.
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum TriageCommand {
    /// Weigh past intakes by another practice folder's files: whom a change of rules would have touched, and why.
    ///
    /// Reads the database of the settings and changes nothing in it but the audit trail. Reasons tell of answers:
    /// show them to clinicians alone. Exit code 1 where intakes could not be read.
    Replay(TriageReplay),
}

#[derive(clap::Args)]
pub(crate) struct TriageReplay {
    /// The folder with the files to try.
    #[arg(long, value_name = "DIR")]
    pub(crate) practice: PathBuf,
    /// Only intakes that were received from this day on, in the practice's zone.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) since: Option<Date>,
    /// Print a JSON object per line: one for each change, then the summary.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum LettersCommand {
    /// Write every letter as files, with sample data: each language, each kind of mailbox, and a page that shows them all.
    Preview(LettersPreview),
}

#[derive(clap::Args)]
pub(crate) struct LettersPreview {
    /// The folder to write to; made where it is missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The practice's folder; the settings' practice.dir where not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) practice: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List them, by queue and the oldest first, with why each was given up.
    List(Json),
    /// Show one: what it tells of, and what stands still meanwhile. Exit code 1 where there is no such letter.
    Show(DeadLettersShow),
    /// Put them back as if never tried. Whatever was done before is not done twice.
    ///
    /// Exit code 1 where there is no such letter, or one could not be put back.
    Replay(DeadLettersReplay),
}

#[derive(clap::Args)]
pub(crate) struct DeadLettersShow {
    /// queues/QUEUE/deadLetters/EVENT, as `list` prints it.
    #[arg(value_name = "NAME")]
    pub(crate) name: DeadLetterName,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct DeadLettersReplay {
    /// queues/QUEUE/deadLetters/EVENT; with - for EVENT, all of the queue.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) name: Option<DeadLetterName>,
    /// All of every queue.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Hold the audit trail against its seals: nothing was changed, taken away, added or made anew.
    ///
    /// Exit code 1 where anything is wrong.
    Verify(AuditVerify),
    /// Print the audit trail as JSON lines, the oldest entry first.
    Export(AuditExport),
}

#[derive(clap::Args)]
pub(crate) struct AuditVerify {
    /// A head that was kept elsewhere, as the log or an earlier answer has it: shows too whether the end was cut off.
    #[arg(long, value_name = "HEX")]
    pub(crate) head: Option<AuditHead>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct AuditExport {
    /// Only entries from then on.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) since: Option<Timestamp>,
    /// Only entries before then.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) until: Option<Timestamp>,
}

/// 32 bytes in hex.
#[derive(Clone)]
pub(crate) struct AuditHead(pub(crate) [u8; 32]);

impl std::str::FromStr for AuditHead {
    type Err = &'static str;

    fn from_str(hex: &str) -> Result<Self, Self::Err> {
        let wrong = "must be 64 hexadecimal digits";
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong);
        }
        let byte = |at: usize| hex.get(2 * at..2 * at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let bytes: Vec<u8> = (0..32).filter_map(byte).collect();
        bytes.try_into().map(Self).map_err(|_| wrong)
    }
}

#[derive(Subcommand)]
pub(crate) enum RosterCommand {
    /// Read a file in the form of roster.csv: says what it would change, and with --apply changes it.
    ///
    /// Therapists are known by their licence numbers; whoever does not stand in the file stays as they are, and the
    /// same file twice changes nothing. Leave, single days and busy times are never touched. Exit code 1 where the file
    /// is not right; then nothing is changed.
    Import(RosterImport),
    /// Say who is on the roster, and what staff should see to.
    List(Json),
    /// Read when a therapist is taken out of their own calendar's .ics file, in the place of what was read before.
    ///
    /// Only begin and end of each event are kept. Without a file what was read before is forgotten. Exit code 1 where
    /// the file is not right; then nothing is changed.
    Busy(RosterBusy),
}

#[derive(clap::Args)]
pub(crate) struct RosterImport {
    /// The file.
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
    /// Write what is said; without it nothing is.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct RosterBusy {
    /// therapists/ID, or a part of the name that only one of them has.
    #[arg(value_name = "THERAPIST")]
    pub(crate) therapist: String,
    /// The file; forgets what was read before where there is none.
    #[arg(value_name = "FILE.ics")]
    pub(crate) file: Option<PathBuf>,
    /// Write what is said; without it nothing is.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum StaffCommand {
    /// Make an account, and a one-time sign-in by which its owner chooses a password. It is shown once.
    Add(StaffAdd),
    /// Make a one-time sign-in that opens a session at once, for somebody who lost password and phone.
    SignIn(StaffSignIn),
    /// Make a bearer token for a program that calls the staff API. It is shown once.
    Token(StaffToken),
    /// Print which role may call what.
    Roles(StaffRoles),
}

#[derive(clap::Args)]
pub(crate) struct StaffAdd {
    /// What colleagues call them; stands on the cases that they claim.
    #[arg(long)]
    pub(crate) name: String,
    /// Where they are written to, and what they sign in with.
    #[arg(long)]
    pub(crate) email: String,
    /// What they may see and do.
    #[arg(long, value_enum)]
    pub(crate) role: RoleName,
    /// The sign-in opens a session at once instead, within a quarter of an hour: for a first look.
    #[arg(long)]
    pub(crate) open: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct StaffSignIn {
    /// The account's address.
    #[arg(value_name = "EMAIL")]
    pub(crate) email: String,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct StaffRoles {
    /// Print JSON instead of a Markdown table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct StaffToken {
    /// What its holder may see and do.
    #[arg(long, value_enum)]
    pub(crate) role: RoleName,
    /// What colleagues call its holder; stands on the cases that they claim. The role where not given.
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Days until it ends.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days: u16,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// [`Role`] by its name.
#[derive(Clone, Copy)]
pub(crate) struct RoleName(pub(crate) Role);

impl ValueEnum for RoleName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [RoleName; 4] =
            [RoleName(Role::Coordinator), RoleName(Role::Clinician), RoleName(Role::Admin), RoleName(Role::Auditor)];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
        assert_eq!(RoleName::value_variants().len(), Role::ALL.len());
    }
}
