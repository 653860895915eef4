//! The one release step, common to all couples: at a hold's deadline the domain
//! decides, and one transaction does it.
//!
//! A second partner who is flagged, who answered too late or not at all, who said
//! no, or whom the held therapist may not treat leads to the same outcome, so that
//! the first partner can tell none of them from another. Two workers may run it at once:
//! the appointment's sequence and the case's version let one of them win, and
//! the other finds nothing left to do.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, ClientWish, JointStanding, Release, release},
    calendar::{
        busy::{Busy, therapist_resource},
        taken::Taken,
    },
    case::{CaseState, StaffReason},
    event::Fact,
    id::TherapistId,
    intake::{Care, CareWish, IfPartnerSilent, Intake, Preferences},
    letter::{Cause, DueLetter, LetterKind},
    matching::{Candidate, Therapist, Wish, rank, span},
    triage::TriageResult,
};
use rapport_store::{Tx, appointments, calendar, calls, cases, letters, outbox, therapists, wishes};

use crate::{
    Deps,
    book::Session,
    dossier::{self, Dossier, allows_booking, letter_to, treated_alone},
    expire_holds,
    job::JobError,
    refer::{Referral, alert},
    timer::Timer,
};

/// A deadline is a matter of days; half a minute late is on time.
pub(crate) const TIMER: Timer = Timer { name: "release_holds", period: Duration::from_secs(30) };

/// Holds that one turn looks at; the rest waits for the next turn.
const BATCH: u64 = 200;

const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Ends every hold whose deadline has come, and says how many it ended.
///
/// # Errors
/// The first failure, after all the others had their turn.
pub async fn release_due(deps: &Deps, now: Timestamp) -> Result<u64, JobError> {
    let mut ended = 0;
    let mut failure = None;
    for hold in appointments::due_for_release(&deps.store, now, BATCH).await? {
        let outcome = match hold.care {
            Care::Couple => end_joint(deps, hold, now).await,
            Care::Individual => expire_holds::lapse(deps, hold, now).await,
        };
        match outcome {
            Ok(()) => ended += 1,
            // Another worker, the client or staff were first; what is left to do shows at the next turn.
            Err(JobError::Conflict) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(ended), Err)
}

/// What is done with a hold, worked out before the transaction that does it.
enum Step {
    Confirm,
    /// The session alone at the held time, where the filters allow it.
    SeeAlone(Option<Session>),
    LookAgain,
    Call(Referral),
    /// The case has ended: the time is freed and nobody is told.
    Free,
}

#[tracing::instrument(skip_all, fields(appointment.id = %hold.id, case.id = %hold.case))]
async fn end_joint(deps: &Deps, hold: Appointment, now: Timestamp) -> Result<(), JobError> {
    let dossier = dossier::read(&deps.store, hold.case).await?;
    let held_with = therapists::get(&deps.store, hold.therapist).await?;
    let second = second_standing(deps, &dossier, &hold, held_with.as_slice()).await?;
    let step = match release(standing(deps, &dossier, second)) {
        _ if dossier.case.state == CaseState::Closed => Step::Free,
        // Nobody fixes a time for somebody who is not written to: a person decides.
        _ if !is_contacted(deps, &dossier.first).await? => call(deps, &dossier, &hold, now),
        Release::Confirm => Step::Confirm,
        Release::SeeAlone => {
            Step::SeeAlone(alone_at_held_time(deps, &dossier, &hold, held_with.as_slice(), now).await?)
        }
        Release::LookAgain => Step::LookAgain,
        Release::Call => call(deps, &dossier, &hold, now),
    };
    let told = told(&dossier, &hold, second, &step);
    let retry_elsewhere = matches!(step, Step::SeeAlone(Some(_)));
    match write(deps, &hold, &dossier, step, told.clone(), now).await {
        Err(JobError::Taken) if retry_elsewhere => write(deps, &hold, &dossier, Step::SeeAlone(None), told, now).await,
        outcome => outcome,
    }
}

fn call(deps: &Deps, dossier: &Dossier, hold: &Appointment, now: Timestamp) -> Step {
    let cause = Cause::Appointment(hold.id, hold.sequence + 1);
    Step::Call(Referral::plan(deps, dossier, StaffReason::PartnerSilent, cause, now))
}

async fn is_contacted(deps: &Deps, intake: &Intake) -> Result<bool, JobError> {
    Ok(calls::of_client(&deps.store, intake.id).await?.stopped_at.is_none())
}

/// What the second partner brings to the release step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Second {
    /// Nothing yet, answers that let no machine book, or they are not contacted any more: all look alike.
    Silent,
    /// They let a machine book, and said no to this time.
    Declined,
    /// They let a machine book, and the held session may not take place with both, or staff should have said so.
    Unfit,
    /// They would come, and may.
    Fit,
}

/// The letters that come from the step itself: to both where the time is fixed; where it is freed, to a second partner
/// who counted on it, and then to staff, who owe that one a call. The first partner's are those of one whose partner
/// stayed silent, whatever the second one brought.
fn told(dossier: &Dossier, hold: &Appointment, second: Second, step: &Step) -> Vec<DueLetter> {
    let cause = Cause::Appointment(hold.id, hold.sequence + 1);
    match (step, second) {
        (Step::Confirm, _) => dossier.letters(Care::Couple, LetterKind::Confirmed, cause),
        (Step::Free, _) | (_, Second::Silent | Second::Declined) => Vec::new(),
        (_, Second::Unfit | Second::Fit) => {
            let off =
                dossier.second_in().and_then(|(intake, _)| letter_to(intake, LetterKind::WillNotTakePlace, cause));
            off.into_iter().chain([alert(hold.case, cause)]).collect()
        }
    }
}

async fn write(
    deps: &Deps,
    hold: &Appointment,
    dossier: &Dossier,
    step: Step,
    told: Vec<DueLetter>,
    now: Timestamp,
) -> Result<(), JobError> {
    let (mut hold, mut dossier, read) = (hold.clone(), dossier.clone(), hold.sequence);
    let freed = deps.event(Fact::AppointmentReleased { appointment: hold.id, case: hold.case }, now);
    let fixed = deps.event(Fact::AppointmentConfirmed { appointment: hold.id, case: hold.case }, now);
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                if let Step::Confirm = step {
                    hold.confirm()?;
                    appointments::save(tx, &hold, read).await?;
                    dossier.case.follow(hold.state)?;
                    cases::save(tx, &dossier.case).await?;
                    outbox::add(tx, &fixed).await?;
                    letters::queue(tx, &told, now).await?;
                    return Ok(());
                }
                free(tx, &mut hold).await?;
                outbox::add(tx, &freed).await?;
                letters::queue(tx, &told, now).await?;
                match step {
                    Step::SeeAlone(session) => {
                        dossier.case.look_again()?;
                        match session {
                            Some(session) => session.book(tx, dossier, now).await?,
                            None => cases::save(tx, &dossier.case).await.map(drop)?,
                        }
                    }
                    Step::LookAgain => {
                        dossier.case.look_again()?;
                        cases::save(tx, &dossier.case).await?;
                    }
                    Step::Call(referral) => referral.write(tx, dossier, now).await?,
                    Step::Confirm | Step::Free => {}
                }
                Ok(())
            })
        })
        .await
}

/// Frees a hold and its time.
pub(crate) async fn free(tx: &Tx, hold: &mut Appointment) -> Result<(), JobError> {
    let read = hold.sequence;
    hold.release()?;
    appointments::save(tx, hold, read).await?;
    calendar::free(tx, hold.id).await?;
    Ok(())
}

/// What the domain decides by.
fn standing(deps: &Deps, dossier: &Dossier, second: Second) -> JointStanding {
    let if_partner_silent = match dossier.case.care {
        CareWish::Couple(wish) => wish,
        CareWish::Individual => IfPartnerSilent::CallMe,
    };
    let either_flagged = dossier.found.flagged
        || dossier.second.as_ref().and_then(|(_, found)| found.as_ref()).is_some_and(|found| found.flagged);
    JointStanding {
        screenings_in: if second == Second::Fit { 2 } else { 1 },
        either_flagged,
        if_partner_silent,
        silent_rounds: dossier.case.silent_rounds,
        most_rounds: deps.practice.booking.most_rounds,
    }
}

/// Here, and nowhere before, everything that the second partner brought is weighed.
async fn second_standing(
    deps: &Deps,
    dossier: &Dossier,
    hold: &Appointment,
    held_with: &[Therapist],
) -> Result<Second, JobError> {
    let Some((intake, found)) = dossier.second_in() else { return Ok(Second::Silent) };
    if !is_contacted(deps, intake).await? {
        return Ok(Second::Silent);
    }
    if wishes::of(&deps.store, hold.id, intake.id).await? == Some(ClientWish::Declined) {
        return Ok(Second::Declined);
    }
    let needs_staff = dossier.found.booking.needs_staff() || found.booking.needs_staff();
    let sees_them_alone = treated_alone(&deps.store, intake).await?;
    let may_both = allows_booking(&dossier.found)
        && !needs_staff
        && suits_both(deps, dossier, hold, held_with, (intake, found), sees_them_alone);
    Ok(if may_both { Second::Fit } else { Second::Unfit })
}

/// Whether the hard filters allow the held session for both. The second partner's weekly windows do not count: they
/// knew the time when they answered. The present is put back to when such a hold could be made, or the rule that one
/// starts days out would refuse every hold at its deadline.
fn suits_both(
    deps: &Deps,
    dossier: &Dossier,
    hold: &Appointment,
    held_with: &[Therapist],
    (second, found): (&Intake, &TriageResult),
    sees_them_alone: Vec<TherapistId>,
) -> bool {
    let policy = &deps.practice.booking;
    let out = SignedDuration::from_hours(i64::from(policy.hold_min_days) * 24 + 2);
    let any_time = Preferences { windows: Vec::new(), ..second.submission.preferences.clone() };
    let as_held = as_held(dossier);
    let needs = dossier.found.needs.union(&found.needs).cloned().collect();
    let mut wish = Wish { needs: &needs, ..dossier.wish(Care::Couple, None, hold.starts_at - out) };
    wish.conflicts.extend(sees_them_alone);
    wish.states.push(second.submission.client.residence_state);
    wish.preferences = vec![&as_held, &any_time];
    at_held_time(deps, &wish, hold, held_with, Vec::new()).is_some()
}

/// The first partner's wishes once a time is held for them: when, how and where it is they have read, and it may have
/// been outside of what they asked for.
fn as_held(dossier: &Dossier) -> Preferences {
    let wishes = dossier.first.submission.preferences.clone();
    Preferences { windows: Vec::new(), formats: Vec::new(), locations: Vec::new(), ..wishes }
}

/// A session alone with the same therapist at the held time, where the filters allow it.
async fn alone_at_held_time(
    deps: &Deps,
    dossier: &Dossier,
    hold: &Appointment,
    held_with: &[Therapist],
    now: Timestamp,
) -> Result<Option<Session>, JobError> {
    let as_held = as_held(dossier);
    let wish = Wish { preferences: vec![&as_held], ..dossier.wish(Care::Individual, Some(hold.therapist), now) };
    let (from, to) = span(&wish, &deps.practice);
    let mut busy = calendar::busy(&deps.store, from, to).await?;
    busy.retain(|block| block.appointment != Some(hold.id));
    let candidate = at_held_time(deps, &wish, hold, held_with, busy);
    Ok(candidate.map(|candidate| Session::plan(deps, dossier, Care::Individual, &candidate, &[], now)))
}

/// The matcher's answer for the held time alone: everything before and behind it is fenced off.
fn at_held_time(
    deps: &Deps,
    wish: &Wish<'_>,
    hold: &Appointment,
    held_with: &[Therapist],
    mut busy: Vec<Busy>,
) -> Option<Candidate> {
    let (from, to) = span(wish, &deps.practice);
    let fence = |starts_at, ends_at| Busy {
        resource: therapist_resource(hold.therapist),
        starts_at,
        ends_at,
        appointment: None,
        held: false,
    };
    busy.push(fence(from.min(hold.starts_at), hold.starts_at));
    busy.push(fence(hold.ends_at + deps.practice.booking.buffer(), to.max(hold.ends_at + A_DAY)));
    let taken = Taken::new(&deps.practice.zone, &busy);
    let ranking = rank(wish, held_with, &taken, &deps.practice, deps.practice.protocol.weights());
    ranking.candidates.into_iter().find(|candidate| candidate.slot.starts_at == hold.starts_at)
}
