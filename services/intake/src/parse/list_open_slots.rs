//! A page of open times.

use jiff::Timestamp;
use prost::Message;
use rapport_domain::{
    id::{AppointmentId, IntakeId},
    matching::Choice,
    problem::FieldProblems,
};
use rapport_proto::{intake as pb, time};
use rapport_security::Keyring;

use super::page::{self, Page};
use crate::refusal::Refusal;

/// A page of open times that was asked for.
pub(crate) struct ListOpenSlots {
    pub(crate) session: AppointmentId,
    pub(crate) earliest: Option<Timestamp>,
    pub(crate) page: Page<Choice>,
}

/// Reads the request. A page token opens for the same client, session and earliest time alone.
pub(crate) fn list_open_slots(
    request: &pb::ListOpenSlotsRequest,
    own: IntakeId,
    keyring: &Keyring,
) -> Result<ListOpenSlots, Refusal> {
    let mut problems = FieldProblems::default();
    let session = problems.take("name", request.name.parse());
    let size = page::size(request.page_size, &mut problems);
    let earliest = request.earliest_time.as_ref().map(|at| time::from_message(at).ok_or("must be a time"));
    let earliest = earliest.and_then(|earliest| problems.take("earliest_time", earliest));
    let Some(session) = session.filter(|_| problems.is_empty()) else {
        return Err(Refusal::Fields(problems.into_vec()));
    };
    let filters = pb::ListOpenSlotsRequest {
        name: request.name.clone(),
        earliest_time: request.earliest_time,
        ..pb::ListOpenSlotsRequest::default()
    };
    let bound_to = [b"ListOpenSlots".as_slice(), own.uuid().as_bytes(), &filters.encode_to_vec()].concat();
    let page = Page::open(size, &request.page_token, bound_to, keyring)?;
    Ok(ListOpenSlots { session, earliest, page })
}
