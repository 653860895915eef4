//! Who is told after a commit that there is something to do or to show.

/// What there is news about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Events to relay.
    Outbox,
    /// Letters to send.
    Letters,
    /// Cases to show.
    Cases,
    /// Messages of the local transport.
    Deliveries,
}

/// Tells and is told, in this process and, on PostgreSQL, in every other.
pub struct Wakes {}

/// Waits for news about one topic.
pub struct Wake {}

impl Wakes {
    /// Waits for news about a topic; what happens from now on is not missed.
    #[must_use]
    pub fn subscribe(&self, _topic: Topic) -> Wake {
        todo!()
    }

    /// Tells everybody. Store functions do so by themselves after their commit.
    pub fn wake(&self, _topic: Topic) {
        todo!()
    }
}

impl Wake {
    /// Returns at the next news, at once where some came since the last call.
    pub async fn changed(&mut self) {
        todo!()
    }
}
