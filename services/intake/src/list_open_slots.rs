//! Times that a client's session could move to.

use std::sync::Arc;

use rapport_domain::matching::{Offering, offer_span, offers};
use rapport_proto::intake as pb;
use rapport_store::{appointments, audit};

use crate::{
    Deps,
    openings::Openings,
    own_appointment::{is_for, part},
    own_intake::OwnIntake,
    parse::ListOpenSlots,
    policy,
    refusal::Refusal,
    slot::Place,
    trail, view,
};

/// A page of them, by this client's own wishes alone.
#[tracing::instrument(skip_all, fields(intake.id = %own.intake.id, appointment.id = %query.session))]
pub(crate) async fn run(
    deps: &Deps,
    own: Arc<OwnIntake>,
    query: ListOpenSlots,
) -> Result<pb::ListOpenSlotsResponse, Refusal> {
    let (store, practice) = (&deps.store, &deps.practice);
    let session = appointments::get(store, query.session).await?.ok_or(Refusal::NotFound)?;
    if !is_for(&session, &own, part(store, &own).await?) {
        return Err(Refusal::NotFound);
    }
    if !session.state.takes_time() {
        return Err(Refusal::AppointmentNotOpen);
    }
    let openings = Openings::read(deps, store, &own, &session, None).await?;
    let wish = openings.wish();
    let (from, until) = offer_span(&wish, practice);
    // One more than asked for tells whether there is a next page.
    let offering = Offering {
        span: (query.earliest.map_or(from, |earliest| earliest.max(from)), until),
        behind: query.page.after.clone(),
        limit: query.page.size + 1,
    };
    let weights = own.protocol.weights();
    let mut open = offers(&wish, &openings.therapists, &openings.taken, practice, weights, &offering);
    let more = open.len() > query.page.size;
    open.truncate(query.page.size);
    let next_page_token = match open.last().filter(|_| more) {
        Some(last) => query.page.token_behind(&last.choice(), store.keyring())?,
        None => String::new(),
    };
    let place = Place { own: own.intake.id, session: session.id };
    let mut slots = Vec::with_capacity(open.len());
    for offer in &open {
        let slot = place.seal(store.keyring(), &offer.choice())?;
        slots.push(view::open_slot(offer, slot, offer.therapist == session.therapist, practice));
    }
    let resources = vec![session.id.to_string()];
    audit::write(store, &trail::by_client(deps, own.intake.id, policy::LIST_OPEN_SLOTS, resources)).await?;
    Ok(pb::ListOpenSlotsResponse { slots, next_page_token })
}
