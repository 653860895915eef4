//! What every page works with.

use std::sync::Arc;

use rapport_runtime::{Clock, Ids};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    Config, Deps,
    api::{Api, StaffApi},
    practice::PracticeBoard,
    server::StartError,
};

/// Shared by all pages; a clone is the same desk.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) api: Api,
    pub(crate) staff: StaffApi,
    pub(crate) board: Arc<PracticeBoard>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    /// Places for pages that stay open for news.
    pub(crate) streams: Arc<Semaphore>,
    /// When they are to end.
    pub(crate) stop: CancellationToken,
}

impl Desk {
    pub(crate) fn new(config: &Config, deps: &Deps, stop: CancellationToken) -> Result<Self, StartError> {
        let api = Api::new(&config.intake_url)?;
        Ok(Self {
            board: Arc::new(PracticeBoard::new(api.clone(), Arc::clone(&deps.clock))),
            api,
            staff: StaffApi::new(&config.staff_url)?,
            clock: Arc::clone(&deps.clock),
            ids: Arc::clone(&deps.ids),
            streams: Arc::new(Semaphore::new(config.most_streams)),
            stop,
        })
    }
}
