//! What the intake service tells of the practice, per language and protocol, kept
//! for a minute: every page shows some of it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::contact::Language;
use rapport_proto::intake::{GetScreeningRequest, GetScreeningResponse};
use rapport_runtime::Clock;

use crate::{
    api::{Api, anonymous},
    problem::Problem,
    screening::Screening,
};

/// How old it may be: a changed line or price is on every page after this.
const FRESH: SignedDuration = SignedDuration::from_mins(1);
/// How many are kept: two languages of some protocols that drafts were begun on.
const MOST: usize = 16;

type Key = (Language, String);

/// The screening and what stands around it.
pub(crate) struct PracticeBoard {
    api: Api,
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<Key, (Timestamp, Arc<GetScreeningResponse>)>>,
    /// A protocol never changes: its forms are read once.
    screenings: Mutex<BTreeMap<Key, Arc<Screening>>>,
}

impl PracticeBoard {
    pub(crate) fn new(api: Api, clock: Arc<dyn Clock>) -> Self {
        Self { api, clock, kept: Mutex::default(), screenings: Mutex::default() }
    }

    /// Today's.
    pub(crate) async fn today(&self, language: Language) -> Result<Arc<GetScreeningResponse>, Problem> {
        self.of(language, "").await
    }

    /// That of the protocol which a draft was begun on; today's where it is empty.
    pub(crate) async fn of(&self, language: Language, protocol: &str) -> Result<Arc<GetScreeningResponse>, Problem> {
        let (key, now) = ((language, protocol.to_owned()), self.clock.now());
        if let Some((read, screening)) = self.kept().get(&key)
            && now.duration_since(*read) < FRESH
        {
            return Ok(Arc::clone(screening));
        }
        let request = GetScreeningRequest { language: language.tag().to_owned(), protocol: protocol.to_owned() };
        let read = Arc::new(self.api.intake().get_screening(anonymous(request)).await?.into_inner());
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.retain(|_, (read, _)| now.duration_since(*read) < FRESH);
        }
        if kept.len() < MOST {
            kept.insert(key, (now, Arc::clone(&read)));
        }
        Ok(read)
    }

    /// The forms of a protocol, cut into steps.
    pub(crate) async fn screening(&self, language: Language, protocol: &str) -> Result<Arc<Screening>, Problem> {
        let key = (language, protocol.to_owned());
        if let Some(screening) = self.screenings().get(&key) {
            return Ok(Arc::clone(screening));
        }
        let screening = Arc::new(Screening::read(&*self.of(language, protocol).await?)?);
        let mut screenings = self.screenings();
        if screenings.len() >= MOST {
            screenings.clear();
        }
        screenings.insert(key, Arc::clone(&screening));
        Ok(screening)
    }

    /// The last that was read in this language, however old: what a page shows that has to say that nothing can be read.
    pub(crate) fn last(&self, language: Language) -> Option<Arc<GetScreeningResponse>> {
        self.kept().get(&(language, String::new())).map(|(_, screening)| Arc::clone(screening))
    }

    fn screenings(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, Arc<Screening>>> {
        self.screenings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<Key, (Timestamp, Arc<GetScreeningResponse>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
