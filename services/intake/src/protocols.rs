//! The protocol that a screening was answered under: usually the practice's own
//! of today, sometimes the one before.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use rapport_domain::protocol::Protocol;
use rapport_store::{Store, protocols};

use crate::refusal::Refusal;

/// How many older protocols are kept in memory: those of the forms that are
/// still open in browsers, and hardly ever more than one.
const MOST_OLDER: usize = 8;

/// Protocols by digest.
pub(crate) struct Protocols {
    current: Arc<Protocol>,
    older: Mutex<VecDeque<Arc<Protocol>>>,
}

impl Protocols {
    pub(crate) fn new(current: &Protocol) -> Self {
        Self { current: Arc::new(current.clone()), older: Mutex::default() }
    }

    /// The protocol with this digest.
    pub(crate) async fn get(&self, store: &Store, digest: &str) -> Result<Arc<Protocol>, Refusal> {
        if digest == self.current.digest() {
            return Ok(Arc::clone(&self.current));
        }
        if let Some(known) = self.remembered(digest) {
            return Ok(known);
        }
        if !is_digest(digest) {
            return Err(Refusal::ProtocolUnknown);
        }
        let bundle = protocols::load(store, digest).await?.ok_or(Refusal::ProtocolUnknown)?;
        let protocol = Protocol::from_bundle(&bundle)
            .map(Arc::new)
            .map_err(|_| Refusal::Internal("a kept protocol is no longer understood"))?;
        self.remember(Arc::clone(&protocol));
        Ok(protocol)
    }

    fn remembered(&self, digest: &str) -> Option<Arc<Protocol>> {
        let older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.iter().find(|protocol| protocol.digest() == digest).map(Arc::clone)
    }

    fn remember(&self, protocol: Arc<Protocol>) {
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        if older.len() == MOST_OLDER {
            older.pop_front();
        }
        older.push_back(protocol);
    }
}

/// SHA-256 in lower-case hex.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}
