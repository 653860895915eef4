//! What every role shares: the practice, the database, the way events travel.

use std::{path::Path, sync::Arc};

use anyhow::{Context, bail};
use rapport_domain::{
    matching::Therapist,
    practice::Practice,
    problem::{FileProblem, Loaded},
    protocol::Files,
};
use rapport_messaging::{
    Transport,
    amqp::{AmqpSettings, AmqpTransport},
};
use rapport_notifier::LetterTexts;
use rapport_runtime::{Clock, Ids, SystemClock, SystemIds};
use rapport_security::Keyring;
use rapport_store::{Store, StoreSettings, deliveries::LocalTransport, protocols, therapists};

use crate::{
    master_key::{make_folder, master_key},
    practice_files, print,
    settings::{EventsUrl, Settings},
};

/// The practice's files, read and found right.
pub(crate) struct PracticeFolder {
    pub(crate) practice: Practice,
    pub(crate) roster: Vec<Therapist>,
    pub(crate) texts: LetterTexts,
}

/// Everything that is open while roles run.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) practice: Arc<Practice>,
    pub(crate) texts: Arc<LetterTexts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// What is to be done about a database that lacks migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// Bring it to this version: an embedded database belongs to this process.
    Migrate,
    /// Refuse it: several processes share it, and an operator decides when.
    Check,
}

/// Checks every file of the practice's folder.
///
/// # Errors
/// Everything that is wrong with any of them, with the warnings.
pub(crate) fn check_practice(files: &Files) -> Result<Loaded<PracticeFolder>, Vec<FileProblem>> {
    let mut problems = Vec::new();
    let mut take = |found: Vec<FileProblem>| problems.extend(found);
    let practice = Practice::load(files).map_err(&mut take).ok();
    let texts = LetterTexts::load(files).map_err(&mut take).ok();
    let roster = practice.as_ref().and_then(|practice| practice.value.roster(files).map_err(&mut take).ok());
    match (practice, texts, roster) {
        (Some(practice), Some(texts), Some(roster)) => {
            let warnings = practice.warnings.into_iter().chain(roster.warnings).collect();
            Ok(Loaded { value: PracticeFolder { practice: practice.value, roster: roster.value, texts }, warnings })
        }
        _ => {
            problems.sort();
            Err(problems)
        }
    }
}

/// Loads the practice's folder of the settings; prints what is wrong with it.
///
/// # Errors
/// Where anything is.
pub(crate) fn load_practice(settings: &Settings) -> anyhow::Result<PracticeFolder> {
    load_practice_at(settings.practice_dir())
}

/// Loads a practice's folder; prints what is wrong with it.
///
/// # Errors
/// Where anything is.
pub(crate) fn load_practice_at(folder: Option<&Path>) -> anyhow::Result<PracticeFolder> {
    let files = practice_files::read(folder)?;
    let shown = |problem: &FileProblem| match folder {
        Some(folder) => format!("{}/{problem}", folder.display()),
        None => problem.to_string(),
    };
    match check_practice(&files) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                tracing::warn!(problem = shown(warning), "the practice's files");
            }
            Ok(loaded.value)
        }
        Err(problems) => {
            problems.iter().for_each(|problem| print::complain(shown(problem)));
            bail!("the practice's folder has {} to be mended", print::count(problems.len(), "problem"))
        }
    }
}

/// Opens the database with its keys.
///
/// # Errors
/// Where the master key is missing or the database cannot be reached.
pub(crate) async fn open_store(settings: &Settings) -> anyhow::Result<Store> {
    let keyring = Keyring::new(&master_key(settings)?);
    if let Some(folder) = settings.database_file().as_deref().and_then(Path::parent) {
        make_folder(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let wanted = StoreSettings { url: settings.database_url(), max_connections: settings.database.max_connections };
    Store::connect(&wanted, keyring).await.context("the database cannot be opened")
}

/// Makes the schema right, or refuses it.
///
/// # Errors
/// Where it is not the one of this version and may not be changed here.
pub(crate) async fn settle_schema(store: &Store, schema: Schema) -> anyhow::Result<()> {
    match schema {
        Schema::Migrate => {
            let applied = store.migrate().await.context("the database cannot be brought to this version")?;
            if !applied.is_empty() {
                tracing::info!(migrations = applied.len(), "the database was brought to this version");
            }
        }
        Schema::Check => store.check_schema().await?,
    }
    Ok(())
}

impl House {
    /// Opens everything that roles need.
    ///
    /// # Errors
    /// Where the practice's files, the key, the database or its schema are not right.
    pub(crate) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        Self::open_by(settings, Arc::new(SystemClock)).await
    }

    /// The same by another clock than the machine's.
    ///
    /// # Errors
    /// As [`House::open`].
    pub(crate) async fn open_by(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let folder = load_practice(settings)?;
        let store = open_store(settings).await?;
        settle_schema(&store, if settings.is_production() { Schema::Check } else { Schema::Migrate }).await?;
        protocols::pin(&store, &folder.practice.protocol).await.context("the protocol cannot be kept")?;
        let seeded = therapists::seed_if_empty(&store, &folder.roster).await.context("the roster cannot be kept")?;
        if seeded > 0 {
            tracing::info!(therapists = seeded, "roster.csv filled the empty roster");
        }
        Ok(Self {
            transport: transport(settings, &store, Arc::clone(&clock))?,
            store,
            practice: Arc::new(folder.practice),
            texts: Arc::new(folder.texts),
            clock,
            ids: Arc::new(SystemIds),
        })
    }

    /// What the worker's jobs are handed.
    pub(crate) fn worker_deps(&self) -> rapport_worker::Deps {
        rapport_worker::Deps {
            store: self.store.clone(),
            transport: Arc::clone(&self.transport),
            practice: Arc::clone(&self.practice),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        }
    }
}

/// How events travel; nothing is connected to yet.
///
/// # Errors
/// Where the broker's address cannot be used.
pub(crate) fn transport(
    settings: &Settings,
    store: &Store,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Arc<dyn Transport>> {
    Ok(match &settings.events.url {
        EventsUrl::Local => Arc::new(LocalTransport::new(store.clone(), move || clock.now())),
        EventsUrl::Amqp(url) => Arc::new(AmqpTransport::new(AmqpSettings::new(url, &settings.events.prefix))?),
    })
}
