//! The settings of every role; `defaults.toml` lists and explains them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use rapport_notifier::MailUrl;
use rapport_runtime::{
    config::{self, ConfigError, Sources},
    telemetry::Telemetry,
};
use rapport_security::Token;
use serde::Deserialize;

/// Every setting with its default.
pub(crate) const DEFAULTS: &str = include_str!("../defaults.toml");
/// Before every environment variable that is a setting.
const PREFIX: &str = "RAPPORT__";
/// What must not stand in a settings file.
const SECRETS: [&str; 4] = ["security.master_key", "webhooks.secret", "webhooks.routing_key", "mail.bounce_token"];

/// All of it, checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    data: Data,
    pub(crate) database: Database,
    pub(crate) events: Events,
    pub(crate) mail: Mail,
    pub(crate) webhooks: rapport_notifier::WebhookSettings,
    pub(crate) intake: Intake,
    pub(crate) staff: Staff,
    pub(crate) console: Console,
    pub(crate) worker: rapport_worker::Config,
    practice: PracticeFolder,
    pub(crate) security: Security,
    pub(crate) log: Telemetry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    dir: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    url: DatabaseUrl,
    pub(crate) max_connections: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Events {
    pub(crate) url: EventsUrl,
    pub(crate) prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    url: MailSetting,
    pub(crate) connections: usize,
    pub(crate) domain_connections: usize,
    pub(crate) domain_per_minute: u32,
    pub(crate) bounces: rapport_notifier::Bounces,
    pub(crate) bounce_token: BounceToken,
}

/// Lets in who reports bounces. Has no `Debug`: it is a secret.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct BounceToken(Option<Token>);

impl TryFrom<String> for BounceToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let token = Token::parse(text.trim());
        token
            .map(|token| Self(Some(token)))
            .map_err(|_| "must be 43 characters, as `openssl rand -base64 32 | tr '+/' '-_' | tr -d =` prints them")
    }
}

impl BounceToken {
    /// What is compared; `None` where nobody may report bounces.
    pub(crate) fn hash(&self) -> Option<[u8; 32]> {
        self.0.as_ref().map(Token::hash)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intake {
    pub(crate) listen: Listen,
    pub(crate) reflection: bool,
    pub(crate) cors_origins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staff {
    pub(crate) listen: Listen,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Console {
    pub(crate) listen: Listen,
    intake_url: ApiUrl,
    staff_url: ApiUrl,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PracticeFolder {
    dir: PathBuf,
}

/// Has no `Debug`, so that it slips into no log line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Security {
    pub(crate) master_key: String,
}

/// Which database.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
enum DatabaseUrl {
    /// In the data folder.
    Embedded,
    /// A SQLite file elsewhere.
    Sqlite(PathBuf),
    /// PostgreSQL: production. May hold a password.
    Postgres(String),
}

impl TryFrom<String> for DatabaseUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once(':') {
            None if text.is_empty() => Ok(Self::Embedded),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(Self::Postgres(text)),
            _ => Err("must be sqlite:PATH or postgres://user@host/name"),
        }
    }
}

/// How events travel.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum EventsUrl {
    /// Through the database.
    Local,
    /// Through a broker. May hold a password.
    Amqp(String),
}

impl TryFrom<String> for EventsUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "" | "local:" => Ok(Self::Local),
            url if url.starts_with("amqp://") || url.starts_with("amqps://") => Ok(Self::Amqp(text)),
            _ => Err("must be local: or amqp://user:password@host"),
        }
    }
}

/// Where letters go, where somebody said so.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
struct MailSetting(Option<GivenMail>);

#[derive(Clone)]
struct GivenMail {
    url: MailUrl,
    /// The folder of `file:`; `None` for a server.
    folder: Option<PathBuf>,
    shown: String,
}

impl TryFrom<String> for MailSetting {
    type Error = <MailUrl as std::str::FromStr>::Err;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let folder = text.strip_prefix("file:").map(PathBuf::from);
        Ok(Self(Some(GivenMail { url: text.parse()?, folder, shown: without_credentials(&text) })))
    }
}

/// An address to listen on.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl TryFrom<String> for Listen {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "must be an address and a port like 127.0.0.1:50051")
    }
}

/// Where another role serves its API, where somebody said so.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
struct ApiUrl(Option<String>);

impl TryFrom<String> for ApiUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "" => Ok(Self(None)),
            url if url.starts_with("http://") || url.starts_with("https://") => Ok(Self(Some(text))),
            _ => Err("must be an address like http://127.0.0.1:50051"),
        }
    }
}

/// Reads the settings from file, environment and `--set` flags.
///
/// # Errors
/// Everything that is wrong, each with its source.
pub(crate) fn load(file: Option<PathBuf>, flags: Vec<String>) -> Result<Settings, ConfigError> {
    from(&Sources::from_process(file, flags))
}

fn from(sources: &Sources) -> Result<Settings, ConfigError> {
    config::load(DEFAULTS, sources, PREFIX, &SECRETS)
}

impl Settings {
    /// Whether somebody said where data is kept.
    pub(crate) fn has_data_dir(&self) -> bool {
        !self.data.dir.as_os_str().is_empty()
    }

    /// Keeps data there instead.
    pub(crate) fn keep_data_in(&mut self, dir: PathBuf) {
        self.data.dir = dir;
    }

    /// The data folder.
    pub(crate) fn data_dir(&self) -> &Path {
        if self.has_data_dir() { &self.data.dir } else { Path::new("data") }
    }

    /// The practice's folder; `None` where the compiled-in sample is meant: the
    /// default folder is not there.
    pub(crate) fn practice_dir(&self) -> Option<&Path> {
        let default = Path::new("deploy/charlotte");
        (self.practice.dir != default || default.is_dir()).then_some(&self.practice.dir)
    }

    /// Whether the database is PostgreSQL, where nothing is made up on the way.
    pub(crate) fn is_production(&self) -> bool {
        matches!(self.database.url, DatabaseUrl::Postgres(_))
    }

    /// The database file; `None` for PostgreSQL.
    pub(crate) fn database_file(&self) -> Option<PathBuf> {
        match &self.database.url {
            DatabaseUrl::Embedded => Some(self.data_dir().join("rapport.db")),
            DatabaseUrl::Sqlite(path) => Some(path.clone()),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The database's address without credentials.
    pub(crate) fn database_shown(&self) -> String {
        without_credentials(&self.database_url())
    }

    /// The database's address. May hold a password.
    pub(crate) fn database_url(&self) -> String {
        match (&self.database.url, self.database_file()) {
            (DatabaseUrl::Postgres(url), _) => url.clone(),
            (_, file) => format!("sqlite:{}", file.unwrap_or_default().display()),
        }
    }

    /// Where letters go.
    pub(crate) fn mail_url(&self) -> MailUrl {
        let given = self.mail.url.0.as_ref().map(|mail| mail.url.clone());
        given.unwrap_or_else(|| MailUrl::Folder(self.default_mail_folder()))
    }

    /// The folder that letters go to; `None` where they go to a server.
    pub(crate) fn mail_folder(&self) -> Option<PathBuf> {
        self.mail.url.0.as_ref().map_or_else(|| Some(self.default_mail_folder()), |mail| mail.folder.clone())
    }

    /// The client API that pages ask: the one that was named, or the one served at `listening`.
    pub(crate) fn console_intake_url(&self, listening: SocketAddr) -> String {
        self.console.intake_url.0.clone().unwrap_or_else(|| format!("http://{listening}"))
    }

    /// The staff API that staff's pages ask, likewise.
    pub(crate) fn console_staff_url(&self, listening: SocketAddr) -> String {
        self.console.staff_url.0.clone().unwrap_or_else(|| format!("http://{listening}"))
    }

    /// Where letters go, without credentials.
    pub(crate) fn mail_shown(&self) -> String {
        let given = self.mail.url.0.as_ref().map(|mail| mail.shown.clone());
        given.unwrap_or_else(|| format!("file:{}", self.default_mail_folder().display()))
    }

    fn default_mail_folder(&self) -> PathBuf {
        self.data_dir().join("mail")
    }

    /// The file of the key that is made at first start.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data_dir().join("master.key")
    }
}

impl EventsUrl {
    /// In words, without credentials.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Local => "local: (through the database)".to_owned(),
            Self::Amqp(url) => without_credentials(url),
        }
    }
}

/// The address without what stands before the `@`.
fn without_credentials(url: &str) -> String {
    match url.split_once("://").map(|(scheme, rest)| (scheme, rest.rsplit_once('@'))) {
        Some((scheme, Some((_, host)))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(flags: &[&str]) -> Result<Settings, String> {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        from(&Sources { flags, ..Sources::default() }).map_err(|error| error.to_string())
    }

    #[test]
    fn the_defaults_are_the_embedded_way_of_running() {
        let settings = set(&[]).unwrap();
        assert!(!settings.is_production());
        assert_eq!(settings.database_url(), "sqlite:data/rapport.db");
        assert!(matches!(settings.events.url, EventsUrl::Local));
        assert!(matches!(settings.mail_url(), MailUrl::Folder(folder) if folder == Path::new("data/mail")));
        assert_eq!(settings.intake.listen.0.to_string(), "127.0.0.1:50051");
        assert_eq!(settings.staff.listen.0.to_string(), "127.0.0.1:50052");
        assert_eq!(settings.console.listen.0.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.console_intake_url(settings.intake.listen.0), "http://127.0.0.1:50051");
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_what_it_must_be() {
        let problems = set(&[
            "database.url=mysql://x",
            "events.url=kafka:",
            "mail.url=x",
            "staff.listen=50052",
            "console.intake_url=localhost",
        ]);
        assert_eq!(
            problems.err().unwrap_or_default(),
            "--set database.url: must be sqlite:PATH or postgres://user@host/name\n\
             --set events.url: must be local: or amqp://user:password@host\n\
             --set mail.url: must be file:DIR, smtp://HOST or smtps://HOST\n\
             --set staff.listen: must be an address and a port like 127.0.0.1:50051\n\
             --set console.intake_url: must be an address like http://127.0.0.1:50051"
        );
    }

    #[test]
    fn paths_follow_the_data_folder() {
        let mut settings = set(&["data.dir=/srv/rapport"]).unwrap();
        assert_eq!(settings.key_file(), Path::new("/srv/rapport/master.key"));
        settings.keep_data_in(PathBuf::from("/elsewhere"));
        assert_eq!(settings.database_url(), "sqlite:/elsewhere/rapport.db");
    }

    #[test]
    fn credentials_are_never_shown() {
        assert_eq!(without_credentials("postgres://me:hush@db/x"), "postgres://…@db/x");
        assert_eq!(without_credentials("amqps://a:b@c@host/%2f"), "amqps://…@host/%2f");
        assert_eq!(without_credentials("sqlite:data/rapport.db"), "sqlite:data/rapport.db");
    }
}
