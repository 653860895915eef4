//! What stands in the calendar: who is busy when, for the desk.

use std::collections::BTreeMap;

use rapport_domain::{appointment::Appointment, id::TherapistId, matching::Therapist};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::StaffPrincipal;
use rapport_store::{appointments, audit, therapists};

use crate::{Deps, parse::ListSessions, policy, refusal::Refusal, trail};

/// A page of sessions that are held or fixed.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    asked: ListSessions,
) -> Result<pb::ListSessionsResponse, Refusal> {
    let ListSessions { filter, page } = asked;
    // One more than asked for tells whether there is a next page.
    let mut found = appointments::in_calendar(&deps.store, &filter, page.after, page.size as u64 + 1).await?;
    let more = found.len() > page.size;
    found.truncate(page.size);
    let next_page_token = match found.last().filter(|_| more) {
        Some(last) => page.token_behind(&(last.starts_at, last.id), deps.store.keyring())?,
        None => String::new(),
    };
    let resources = found.iter().flat_map(|it| [it.id.to_string(), it.case.to_string()]).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_SESSIONS, resources)).await?;
    let known: BTreeMap<_, _> = therapists::all(&deps.store).await?.into_iter().map(|it| (it.id, it)).collect();
    let sessions = found.iter().map(|it| session(it, &known)).collect();
    Ok(pb::ListSessionsResponse { sessions, next_page_token })
}

fn session(it: &Appointment, known: &BTreeMap<TherapistId, Therapist>) -> pb::CalendarSession {
    pb::CalendarSession {
        appointment: it.id.to_string(),
        case_name: it.case.to_string(),
        therapist: it.therapist.to_string(),
        therapist_name: known.get(&it.therapist).map(|therapist| therapist.name.clone()).unwrap_or_default(),
        state: enums::number(it.state),
        care: enums::number(it.care),
        room: it.room.clone().unwrap_or_default(),
        start_time: Some(time::to_message(it.starts_at)),
        end_time: Some(time::to_message(it.ends_at)),
        release_time: it.release_at.map(time::to_message),
    }
}
