//! Which dead letters are listed.

use prost::Message;
use rapport_domain::problem::FieldProblems;
use rapport_messaging::{Queue, topology};
use rapport_proto::staff as pb;
use rapport_security::Keyring;
use uuid::Uuid;

use super::page::{self, Page};
use crate::refusal::Refusal;

/// A page of dead letters that was asked for; its place is the queue's position and the event.
pub(crate) struct ListDeadLetters {
    /// Only this one's; all where there is none.
    pub(crate) queue: Option<Queue>,
    pub(crate) page: Page<(usize, Option<Uuid>)>,
}

/// Reads the request.
pub(crate) fn list_dead_letters(
    request: pb::ListDeadLettersRequest,
    keyring: &Keyring,
) -> Result<ListDeadLetters, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    let queue = topology::named(&request.queue);
    if queue.is_none() && !request.queue.is_empty() {
        let names = topology::QUEUES.map(|queue| queue.name).join(", ");
        problems.add("queue", format!("must be one of {names}"));
    }
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    let token = request.page_token.clone();
    let filter = pb::ListDeadLettersRequest { page_size: 0, page_token: String::new(), ..request };
    let bound_to = [b"ListDeadLetters".as_slice(), &filter.encode_to_vec()].concat();
    Ok(ListDeadLetters { queue, page: Page::open(size, &token, bound_to, keyring)? })
}
