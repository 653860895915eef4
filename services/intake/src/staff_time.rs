//! A time that somebody of the practice chose, held against every filter: with
//! both partners' intakes where it is for two, since staff decide for both.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::{
    calendar::taken::Taken,
    case::Case,
    id::{AppointmentId, TherapistId},
    intake::{Care, Intake, Preferences},
    matching::{Objection, Slot, Wish, offer_weeks, try_choice},
    triage::{TriageResult, Urgency},
};
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, calendar, intakes, search, therapists};

use crate::{
    Deps,
    parse::Chosen,
    policy,
    protocols::Protocols,
    refusal::{Refusal, Unfit},
};

/// What a coordinator reads where a filter would tell of answers, and where it is a conflict, so that the one does not
/// give the other away.
const NOT_TO_BE_OFFERED: &str = "may not be offered to them";

/// A time that may be booked, and what is kept about it for clinicians.
pub(crate) struct Weighed {
    pub(crate) slot: Slot,
    pub(crate) because: Vec<String>,
}

/// Weighs a choice for a case; `except` is the session that it moves, whose time counts as free.
///
/// # Errors
/// [`Refusal::DoesNotFit`] with every filter that stands against it, unless a clinician overrides them all.
pub(crate) async fn weigh(
    deps: &Deps,
    protocols: &Protocols,
    tx: &Tx,
    staff: &StaffPrincipal,
    (case, care): (&Case, Care),
    chosen: &Chosen,
    except: Option<AppointmentId>,
) -> Result<Weighed, Refusal> {
    if chosen.override_reason.is_some() && !policy::overrides_filters(staff.role) {
        return Err(Refusal::RoleForbidden);
    }
    let clients = Clients::read(deps, protocols, tx, case, care).await?;
    let choice = &chosen.choice;
    let therapist = therapists::get(tx, choice.therapist).await?;
    let therapist = therapist.ok_or_else(|| Refusal::field("time.therapist", "must be a therapist of the practice"))?;
    let (from, to) = offer_weeks((choice.starts_at, choice.starts_at), &deps.practice);
    let mut busy = calendar::busy(tx, from, to).await?;
    busy.retain(|block| except.is_none() || block.appointment != except);
    let taken = Taken::new(&deps.practice.zone, &busy);
    let wish = clients.wish(care, deps.clock.now());
    let tried = try_choice(&wish, &therapist, choice, &taken, &deps.practice, deps.practice.protocol.weights());
    let overridden = chosen.override_reason.is_some() && !tried.against.iter().any(|objection| objection.stands);
    let Some(slot) = tried.slot.filter(|_| tried.against.is_empty() || overridden) else {
        let clinical = policy::sees_answers(staff.role);
        return Err(Refusal::DoesNotFit(tried.against.iter().map(|it| unfit(it, &therapist.name, clinical)).collect()));
    };
    let mut because = vec![format!("chosen by {}", staff.label)];
    if let Some(reason) = &chosen.override_reason {
        because.extend(tried.against.iter().map(|it| format!("although {} {}", therapist.name, it.text)));
        because.push(reason.as_str().to_owned());
    }
    Ok(Weighed { slot, because })
}

fn unfit(objection: &Objection, therapist: &str, clinical: bool) -> Unfit {
    match objection.tells_of_answers && !clinical {
        true => Unfit { filter: "fit", text: format!("{therapist} {NOT_TO_BE_OFFERED}") },
        false => Unfit { filter: objection.filter, text: format!("{therapist} {}", objection.text) },
    }
}

/// Everybody whom a session is for: both partners as far as they are in, or the first alone.
struct Clients {
    intakes: Vec<Intake>,
    needs: BTreeSet<String>,
    results: Vec<TriageResult>,
    conflicts: Vec<TherapistId>,
}

impl Clients {
    async fn read(deps: &Deps, protocols: &Protocols, tx: &Tx, case: &Case, care: Care) -> Result<Self, Refusal> {
        let mut intakes = intakes::of_case(tx, case.id).await?;
        let (mut results, mut conflicts) = (Vec::new(), Vec::new());
        if care == Care::Individual {
            intakes.truncate(1);
        }
        for intake in &intakes {
            let protocol = protocols.get(&deps.store, &intake.protocol).await?;
            let subject = deps.practice.subject(&intake.submission, intake.care.care(), intake.received_at);
            results.push(protocol.triage(&subject));
            if care == Care::Couple {
                let tokens = search::tokens(&deps.store, &intake.submission.client);
                conflicts.extend(appointments::treated_alone(tx, &tokens).await?);
            }
        }
        let needs = results.iter().flat_map(|found| found.needs.iter().cloned()).collect();
        Ok(Self { intakes, needs, results, conflicts })
    }

    fn wish(&self, care: Care, now: jiff::Timestamp) -> Wish<'_> {
        static NOTHING: BTreeMap<String, f64> = BTreeMap::new();
        let preferences: Vec<&Preferences> = self.intakes.iter().map(|it| &it.submission.preferences).collect();
        let mut states: Vec<_> = self.intakes.iter().map(|it| it.submission.client.residence_state).collect();
        states.dedup();
        Wish {
            care,
            states,
            preferences,
            needs: &self.needs,
            drivers: &NOTHING,
            urgency: self.results.iter().map(|found| found.urgency).max().unwrap_or(Urgency::Routine),
            now,
            continuity: None,
            conflicts: self.conflicts.clone(),
            outside: false,
        }
    }
}
