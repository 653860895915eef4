//! New ids: made here, arguments everywhere else.

use std::sync::Arc;

use uuid::Uuid;

/// Makes ids.
pub trait Ids: Send + Sync {
    /// A new UUIDv7: ordered by when it was made, which keeps index pages warm.
    fn uuid(&self) -> Uuid;
}

impl<I: Ids + ?Sized> Ids for Arc<I> {
    fn uuid(&self) -> Uuid {
        (**self).uuid()
    }
}

/// Ids from the machine's clock and randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}
