//! Who could see a case's clients, and who could not, and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use rapport_domain::{
    calendar::{
        busy::{Busy, room_resource, therapist_resource},
        taken::Taken,
    },
    case::{Case, CaseState},
    id::{IntakeId, TherapistId},
    intake::Care,
    matching::{Outcome, Ranking, Therapist, Wish, fallback, is_in_question, line_up, span, with_fallback},
    practice::Practice,
};
use rapport_proto::{staff as pb, time};
use rapport_security::StaffPrincipal;
use rapport_store::{Store, StoreError, appointments, audit, calendar, cases, intakes, search, therapists};

use crate::{
    Deps,
    own_intake::OwnIntake,
    parse::{ListMatches, MatchCursor},
    policy,
    protocols::Protocols,
    refusal::Refusal,
    trail, view,
};

/// More resources than these are not named to the database: a long list costs more than the rows that it spares.
const MOST_RESOURCES: usize = 64;

/// A page of the line-up as the caller's role may see it.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, case.id = %query.case))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: &StaffPrincipal,
    query: ListMatches,
) -> Result<pb::ListMatchesResponse, Refusal> {
    let case = cases::get(&deps.store, query.case).await?.ok_or(Refusal::NotFound)?;
    if !policy::may_look_for_matches(staff.role, &case) {
        return Err(Refusal::RoleForbidden);
    }
    let care = care(&case, query.care)?;
    let now = query.page.after.map_or_else(|| deps.clock.now(), |after| after.now);
    let clients = clients(deps, protocols, &case, care).await?;
    let Outcome { found: ranking, let_go } = ranking(deps, protocols, &case, care, &clients, now).await?;
    let (page, last) = page(&ranking, query.page.after, query.page.size);
    let next_page_token = match last {
        Some((last, score)) => query.page.token_behind(&MatchCursor { now, last, score }, deps.store.keyring())?,
        None => String::new(),
    };
    let of_clients = clients.iter().map(|own| own.intake.id.to_string());
    let resources = std::iter::once(case.id.to_string()).chain(of_clients).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_MATCHES, resources)).await?;
    let (matches, left_out) = view::line_up(&page, &deps.practice, staff.role);
    let emptied_by = ranking.emptied_by.as_ref().map(|by| view::emptied_by(by, staff.role)).unwrap_or_default();
    let latest_start_time = Some(time::to_message(deps.practice.session_by(case.urgency, care, now)));
    let fallback = fallback::in_words(&let_go);
    Ok(pb::ListMatchesResponse { matches, left_out, next_page_token, emptied_by, latest_start_time, fallback })
}

/// Whom the session would be for.
fn care(case: &Case, asked: Option<Care>) -> Result<Care, Refusal> {
    if case.state == CaseState::Closed {
        return Err(Refusal::CaseClosed);
    }
    match asked {
        Some(Care::Couple) if case.care.care() == Care::Individual => {
            Err(Refusal::field("care", "must be INDIVIDUAL: this case is for one client alone"))
        }
        asked => Ok(asked.unwrap_or(case.next_session_for())),
    }
}

/// The clients it would be for, with what each one's answers call for.
async fn clients(deps: &Deps, protocols: &Protocols, case: &Case, care: Care) -> Result<Vec<Arc<OwnIntake>>, Refusal> {
    let mut ids: Vec<IntakeId> = intakes::of_case(&deps.store, case.id).await?.iter().map(|it| it.id).collect();
    if care == Care::Individual {
        ids.truncate(1);
    }
    let mut clients = Vec::with_capacity(ids.len());
    for id in ids {
        clients.push(OwnIntake::read(deps, protocols, id).await?);
    }
    Ok(clients)
}

/// Everybody, by what all of these clients ask for. The case's own time counts as free: it is what would be moved.
async fn ranking(
    deps: &Deps,
    protocols: &Protocols,
    case: &Case,
    care: Care,
    clients: &[Arc<OwnIntake>],
    now: Timestamp,
) -> Result<Outcome<Ranking>, Refusal> {
    let (store, practice) = (&deps.store, &deps.practice);
    let first = clients.first().ok_or(Refusal::NotFound)?;
    let current = appointments::current_of_case(store, case.id).await?;
    let mut seen_by = Vec::new();
    for own in clients {
        let tokens = search::tokens(store, &own.intake.submission.client);
        seen_by.extend(appointments::seen_by(store, &tokens).await?);
    }
    let last = seen_by.iter().find(|(_, seen)| *seen == care).map(|(therapist, _)| *therapist);
    let alone = seen_by.iter().filter(|(_, seen)| *seen == Care::Individual && care == Care::Couple);
    let needs: BTreeSet<_> = clients.iter().flat_map(|own| own.found.needs.iter().cloned()).collect();
    let drivers = strongest(clients);
    let wish = Wish {
        states: clients.iter().map(|own| own.intake.submission.client.residence_state).collect(),
        preferences: clients.iter().map(|own| &own.intake.submission.preferences).collect(),
        needs: &needs,
        drivers: &drivers,
        urgency: case.urgency,
        continuity: current.as_ref().map(|current| current.therapist).or(last),
        conflicts: alone.map(|(therapist, _)| *therapist).collect(),
        ..Wish::of(care, &first.intake.submission, &first.found, now)
    };
    let roster = therapists::all(store).await?;
    let protocol = protocols.get(store, &first.intake.protocol).await?;
    let in_question = roster.iter().filter(|it| is_in_question(it, &wish, practice, protocol.weights()));
    let mut busy = busy(store, in_question, practice, span(&wish, practice)).await?;
    busy.retain(|block| block.appointment.is_none() || block.appointment != current.as_ref().map(|it| it.id));
    let taken = Taken::new(&practice.zone, &busy);
    let line_up = |wish: &Wish<'_>| line_up(wish, &roster, &taken, practice, protocol.weights());
    Ok(with_fallback(&wish, protocol.weights(), line_up, |ranking| ranking.emptied_by.is_none()))
}

/// What is taken of these therapists and of every room: no more than is looked at, unless that is nearly everything.
async fn busy(
    store: &Store,
    therapists: impl Iterator<Item = &Therapist>,
    practice: &Practice,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Busy>, StoreError> {
    let rooms = practice.locations.iter().flat_map(|location| &location.rooms).map(|room| room_resource(room));
    let resources: BTreeSet<_> = therapists.map(|it| therapist_resource(it.id)).chain(rooms).collect();
    match resources.len() {
        ..=MOST_RESOURCES => calendar::busy_of(store, &resources, from, to).await,
        _ => calendar::busy(store, from, to).await,
    }
}

/// Each driver as strongly as it shows in any of them.
fn strongest(clients: &[Arc<OwnIntake>]) -> BTreeMap<String, f64> {
    let mut drivers = BTreeMap::new();
    for (id, strength) in clients.iter().flat_map(|own| &own.found.drivers) {
        let known: &mut f64 = drivers.entry(id.clone()).or_insert(*strength);
        *known = known.max(*strength);
    }
    drivers
}

/// An entry's place in both lists: the therapist, and the score in bits of one who passes.
type Place = (TherapistId, Option<u64>);

/// The entries behind the page before, and the place of the last one where more follow. A therapist who was booked
/// between two pages may stand in neither list's rest or in both: whoever wants one picture asks for one page.
fn page(ranking: &Ranking, after: Option<MatchCursor>, size: usize) -> (view::LineUp<'_>, Option<Place>) {
    let (matches, left_out) = (&ranking.candidates, &ranking.excluded);
    let score_after = after.and_then(|after| after.score).map(f64::from_bits);
    let from_match = match (after, score_after) {
        (None, _) => 0,
        (Some(after), Some(score)) => match matches.iter().position(|it| it.therapist == after.last) {
            Some(at) => at + 1,
            None => matches.partition_point(|it| it.score >= score),
        },
        (Some(_), None) => matches.len(),
    };
    let from_left_out = match after {
        Some(after) if score_after.is_none() => left_out.partition_point(|it| it.therapist <= after.last),
        _ => 0,
    };
    let matches = matches.get(from_match..).unwrap_or_default();
    let left_out = left_out.get(from_left_out..).unwrap_or_default();
    let shown = matches.get(..size).unwrap_or(matches);
    let room = size - shown.len();
    let also = left_out.get(..room).unwrap_or(left_out);
    let more = matches.len() + left_out.len() > shown.len() + also.len();
    let last_match = shown.last().map(|it| (it.therapist, Some(it.score.to_bits())));
    let last = also.last().map(|it| (it.therapist, None)).or(last_match).filter(|_| more);
    (view::LineUp { matches: shown, left_out: also }, last)
}
