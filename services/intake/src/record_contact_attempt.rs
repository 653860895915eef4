//! Somebody tried to reach a client.

use rapport_domain::{
    appointment::Changed,
    calls::{AttemptError, AttemptTold, ClientCalls, ContactAttempt},
    case::{Case, CaseState},
    event::Fact,
    id::{AttemptId, IntakeId},
    intake::Intake,
    letter::{Cause, DueLetter, LetterKind, Recipient},
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, alerts, audit, calls, intakes, letters, triage_results};

use crate::{
    Deps,
    own_appointment::event,
    parse::RecordContactAttempt,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail, view,
};

/// Writes it down, with what follows: by when the case must be answered, what the client reads about their next call,
/// and that somebody has the case's alerts.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, intake.id = %asked.intake))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: RecordContactAttempt,
    repeatable: Repeatable,
) -> Result<pb::RecordContactAttemptResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { record(deps, tx, &staff, asked).await })
    })
    .await
}

async fn record(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: RecordContactAttempt,
) -> Result<pb::RecordContactAttemptResponse, Refusal> {
    let intake = intakes::get(tx, asked.intake).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, intake.case).await?;
    it.check_etag(&asked.etag)?;
    if it.case.state == CaseState::Closed {
        return Err(Refusal::CaseClosed);
    }
    let attempt = attempt(deps, staff, &intake, asked)?;
    let mut known = calls::of_client(tx, intake.id).await?;
    let before = known.next;
    known.note(&deps.practice, &intake.submission.contact, it.case.urgency, &attempt).map_err(refused)?;
    calls::put(tx, intake.id, &known).await?;
    calls::add_attempt(tx, &attempt).await?;
    // Whoever may not take a clinician's case in hand does not keep its promise either.
    if policy::may_claim(staff.role, &it.case) {
        acknowledge_alerts(deps, tx, staff, &it.case).await?;
        let nobody_else_waits = nobody_else_waits(tx, &it.case, intake.id).await?;
        if let Some(next) = known.next.filter(|_| nobody_else_waits) {
            it.case.respond_by = next.by;
        }
        it.save(tx).await?;
        if attempt.told.outcome.reached_them() && known.next.is_none() && nobody_else_waits {
            calls::answered(tx, &it.case).await?;
        }
    } else {
        it.save(tx).await?;
    }
    if known.next.is_some() && known.next != before {
        tell_client(deps, tx, &intake).await?;
    }
    let resources = vec![attempt.id.to_string(), intake.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::RECORD_CONTACT_ATTEMPT, resources)).await?;
    // Read again: the promise and its alerts are other ones now.
    let it = StaffCase::read(tx, intake.case).await?;
    let attempt = view::attempt(&attempt, staff.role);
    Ok(pb::RecordContactAttemptResponse { attempt: Some(attempt), summary: Some(it.summary(staff.role)) })
}

fn attempt(
    deps: &Deps,
    staff: &StaffPrincipal,
    intake: &Intake,
    asked: RecordContactAttempt,
) -> Result<ContactAttempt, Refusal> {
    let by_clinician = policy::decides_safety(staff.role);
    if asked.danger.is_some() && !by_clinician {
        return Err(Refusal::field("danger", "must be a clinician's word"));
    }
    Ok(ContactAttempt {
        id: AttemptId::new(deps.ids.uuid()),
        case: intake.case,
        intake: intake.id,
        at: asked.at,
        told: AttemptTold {
            channel: asked.channel,
            outcome: asked.outcome,
            note: asked.note,
            danger: asked.danger,
            next_by: asked.next_by,
            by: staff.label.clone(),
            by_clinician,
        },
    })
}

fn refused(why: AttemptError) -> Refusal {
    match why {
        AttemptError::Stopped => Refusal::ContactStopped,
        AttemptError::OutsideSafeHours => Refusal::OutsideSafeHours,
        AttemptError::NextOutsideSafeHours | AttemptError::NextTooLate | AttemptError::NextInThePast => {
            Refusal::field("next_by_time", why.to_string())
        }
    }
}

/// Whoever calls has heard.
async fn acknowledge_alerts(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, case: &Case) -> Result<(), Refusal> {
    for (mut alert, _) in alerts::of_case(tx, case.id).await? {
        if alert.acknowledge(&staff.label, deps.clock.now()) == Ok(Changed::Now) {
            alerts::save(tx, &alert).await?;
        }
    }
    Ok(())
}

/// Whether no other client of the case is owed a call: their own answers ask for none, somebody has talked with them,
/// their call is fixed, or they want none.
async fn nobody_else_waits(tx: &Tx, case: &Case, called: IntakeId) -> Result<bool, Refusal> {
    let known = calls::of_cases(tx, std::iter::once(case.id)).await?;
    let results = triage_results::of_case(tx, case.id).await?;
    let settled = |calls: &ClientCalls| calls.reached_at.or(calls.stopped_at).is_some() || calls.next.is_some();
    let waits = |intake: &Intake| {
        let found = results.iter().find(|(of, _)| *of == intake.id);
        let is_owed = found.is_none_or(|(_, found)| found.flagged || !found.booking.by_machine());
        let is_settled = known.iter().any(|(_, of, calls)| *of == intake.id && settled(calls));
        intake.id != called && is_owed && !is_settled
    };
    Ok(!intakes::of_case(tx, case.id).await?.iter().any(waits))
}

/// The letter that says by when they are called, where they gave an address.
async fn tell_client(deps: &Deps, tx: &Tx, intake: &Intake) -> Result<(), Refusal> {
    if intake.submission.client.email.is_none() {
        return Ok(());
    }
    let letter = DueLetter {
        cause: Cause::Event(event(deps, Fact::CaseReferred { case: intake.case }).id),
        recipient: Recipient::Client(intake.id),
        kind: LetterKind::WeWillCall,
        case: intake.case,
        appointment: None,
    };
    letters::queue(tx, &[letter], deps.clock.now()).await?;
    Ok(())
}
