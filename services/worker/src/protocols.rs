//! Protocols by digest, parsed once: an intake is decided by the one it pinned.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use rapport_domain::protocol::Protocol;
use rapport_store::{Store, protocols};

use crate::job::JobError;

/// Parsed protocols that are kept at once: today's, yesterday's and a few that slow drafts began with.
const KEPT: usize = 8;

/// Parsed protocols, most recently parsed last.
#[derive(Clone, Default)]
pub(crate) struct Protocols(Arc<Mutex<VecDeque<Arc<Protocol>>>>);

impl Protocols {
    /// The protocol with this digest.
    pub(crate) async fn get(&self, store: &Store, digest: &str) -> Result<Arc<Protocol>, JobError> {
        if let Some(protocol) = self.kept(digest) {
            return Ok(protocol);
        }
        let bundle = protocols::load(store, digest).await?.ok_or(JobError::Poison("the protocol was never pinned"))?;
        let parsed =
            Protocol::from_bundle(&bundle).map_err(|_| JobError::Poison("the pinned protocol cannot be read"))?;
        let parsed = Arc::new(parsed);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(&parsed));
        Ok(parsed)
    }

    fn kept(&self, digest: &str) -> Option<Arc<Protocol>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|protocol| protocol.digest() == digest).cloned()
    }
}
