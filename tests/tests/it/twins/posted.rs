//! A broker that keeps what is published until the test takes it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use rapport_messaging::{DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, Queue, Transport};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Its messages, the first one in front.
#[derive(Default)]
pub(super) struct Posted(Mutex<VecDeque<Message>>);

impl Posted {
    pub(super) fn take(&self, last_first: bool) -> Option<Message> {
        let mut waiting = self.0.lock().unwrap();
        if last_first { waiting.pop_back() } else { waiting.pop_front() }
    }
}

#[async_trait]
impl Transport for Posted {
    fn kind(&self) -> Kind {
        Kind::Amqp
    }

    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError> {
        self.0.lock().unwrap().extend(batch.iter().cloned());
        Ok(())
    }

    async fn consume(&self, _: &Queue, _: usize, _: Arc<dyn Handler>, stop: CancellationToken) {
        stop.cancelled().await;
    }

    async fn depth(&self, _: &Queue) -> Result<Depth, InspectError> {
        Ok(Depth::default())
    }

    async fn dead_letters(&self, _: &Queue, _: usize) -> Result<Vec<DeadLetter>, InspectError> {
        Ok(Vec::new())
    }

    async fn replay(&self, _: &Queue, _: Option<Uuid>) -> Result<usize, InspectError> {
        Ok(0)
    }
}
