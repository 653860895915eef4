//! Invented people and their cases.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::Busy,
    case::{Case, CaseState, Note, Override, StaffReason},
    contact::{Client, Contact, EmailAddress, Language, Line, Mailbox, Phone, Pin, UsState},
    event::{Event, Fact},
    id::{AppointmentId, CaseId, DraftId, EventId, IntakeId, InvitationId, ReportId, TherapistId},
    intake::{Care, CareWish, Consent, Format, Intake, Preferences, Submission},
    invitation::{Invitation, InvitationState},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    report::{Report, ReportDecision, ReportRecord, ReportState},
    screening::{Answers, Value},
    triage::{Booking, Urgency},
};
use rapport_security::new_id;
use uuid::Uuid;

use crate::{
    Accepted, AuditEntry, CaseDetail, Draft, InvitationDetail, JoiningIntake, NewIntake, Raise, RequestKey, Store,
};

/// Stands in every free text; must stand in no plain column.
pub(super) const CANARY: &str = "Kanarienvogel";

pub(super) const RESPONSE: &[u8] = b"the stored answer, Kanarienvogel";

pub(super) fn now() -> Timestamp {
    "2026-11-23T14:30:00.123456Z".parse().unwrap()
}

pub(super) fn later(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

/// A new id; those made later sort behind.
pub(super) fn id() -> Uuid {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1_700_000_000_000);
    new_id(NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(super) fn intake() -> NewIntake {
    let case = case();
    let intake = Intake {
        id: IntakeId::new(id()),
        case: case.id,
        care: case.care,
        protocol: "abc123".to_owned(),
        received_at: now(),
        submission: submission(),
    };
    let about = (intake.id, intake.case);
    NewIntake {
        case,
        detail: detail(),
        intake,
        status_token_hash: *blob().first_chunk().unwrap(),
        event: Event {
            id: EventId::new(id()),
            occurred_at: now(),
            fact: Fact::IntakeReceived { intake: about.0, case: about.1 },
        },
        letters: vec![DueLetter {
            cause: Cause::Case(about.1),
            recipient: Recipient::OnCall(0),
            kind: LetterKind::StaffAlert,
            case: about.1,
            appointment: None,
        }],
        reports: Vec::new(),
        draft: None,
        request: request(),
        response: RESPONSE.to_vec(),
        audit: audit(about.0),
        now: now(),
    }
}

pub(super) fn report(intake: &Intake, kind: &str) -> Report {
    Report {
        id: ReportId::new(id()),
        case: intake.case,
        intake: intake.id,
        kind: kind.to_owned(),
        state: ReportState::Open,
        created_at: now(),
    }
}

pub(super) async fn stored(store: &Store) -> (Case, Intake) {
    let new = intake();
    let (case, intake) = (new.case.clone(), new.intake.clone());
    assert_eq!(store.accept(new).await, Ok(Accepted::Stored));
    (case, intake)
}

pub(super) fn request() -> RequestKey {
    RequestKey { principal: "anonymous".to_owned(), method: "SubmitIntake", request_id: id(), digest: [7; 32] }
}

pub(super) fn audit(intake: IntakeId) -> AuditEntry {
    AuditEntry {
        at: now(),
        principal: "anonymous".to_owned(),
        role: "anonymous",
        method: "SubmitIntake",
        resources: vec![intake.to_string()],
        outcome: "OK",
    }
}

pub(super) fn case() -> Case {
    Case {
        id: CaseId::new(id()),
        care: CareWish::Individual,
        state: CaseState::Received,
        urgency: Urgency::Routine,
        booking: Booking::Auto,
        clinician_only: false,
        flagged: false,
        respond_by: later(600),
        created_at: now(),
        assignee: None,
        silent_rounds: 0,
        version: 1,
    }
}

pub(super) fn detail() -> CaseDetail {
    CaseDetail {
        label: format!("{CANARY} A."),
        staff_reason: Some(StaffReason::NobodyMatches { filter: CANARY.to_owned(), tells_of_answers: true }),
        match_because: vec![CANARY.to_owned()],
        fallback: CANARY.to_owned(),
        overrides: vec![Override {
            from: Urgency::Routine,
            to: Urgency::Priority,
            reason: Note::parse(CANARY).unwrap(),
            by: CANARY.to_owned(),
            at: now(),
        }],
        closed: None,
        ..CaseDetail::default()
    }
}

pub(super) fn submission() -> Submission {
    let answers = BTreeMap::from([("note".to_owned(), vec![Value::Text(CANARY.to_owned())])]);
    Submission {
        client: Client {
            given_name: Line::parse(CANARY).unwrap(),
            family_name: Line::parse(CANARY).unwrap(),
            email: Some(EmailAddress::parse(&format!("{CANARY}@example.com")).unwrap()),
            phone: Phone::parse("704-555-0142").unwrap(),
            date_of_birth: Some("1990-04-30".parse().unwrap()),
            pronouns: Some(Line::parse(CANARY).unwrap()),
            language: Language::En,
            residence_state: Some(UsState::parse("NC").unwrap()),
        },
        contact: Contact {
            mailbox: Mailbox::Private,
            voicemail_ok: true,
            safe_hours: Vec::new(),
            introduce_as: Some(Line::parse(CANARY).unwrap()),
            pin: Some(Pin::parse("bluebird").unwrap()),
        },
        preferences: Preferences { locations: vec![CANARY.to_owned()], ..Preferences::default() },
        consents: vec![Consent { id: CANARY.to_owned(), version: "1".to_owned() }],
        answers: Answers(BTreeMap::from([("safety|1".to_owned(), answers)])),
        asked_for_a_call: false,
    }
}

/// Half filled in.
pub(super) fn draft() -> Draft {
    Draft {
        id: DraftId::new(id()),
        protocol: "abc123".to_owned(),
        revision: 1,
        answers: submission().answers,
        created_at: now(),
        expires_at: later(100),
    }
}

/// What the token of something hashes to.
pub(super) fn hash_of(id: Uuid) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(id.as_bytes());
    hash
}

pub(super) fn invitation(case: CaseId, inviter: IntakeId) -> (Invitation, InvitationDetail) {
    let invitation =
        Invitation { id: InvitationId::new(id()), case, inviter, state: InvitationState::Open, created_at: now() };
    (invitation, invitation_detail())
}

pub(super) fn invitation_detail() -> InvitationDetail {
    InvitationDetail { token: CANARY.to_owned(), letter: None }
}

pub(super) fn record() -> ReportRecord {
    let decision = ReportDecision::NotRequired { note: Note::parse(CANARY).unwrap() };
    ReportRecord { decision, by: CANARY.to_owned(), at: now() }
}

/// A second partner's intake, flagged.
pub(super) fn joining(invitation: &Invitation, case: CaseId) -> JoiningIntake {
    let NewIntake { mut intake, status_token_hash, event, request, response, now, .. } = intake();
    intake.case = case;
    intake.received_at = later(5);
    JoiningIntake {
        invitation: invitation.id,
        raise: Raise { urgency: Urgency::Urgent, clinician_only: true, flagged: true, respond_by: later(240) },
        letters: vec![DueLetter {
            cause: Cause::Intake(intake.id),
            recipient: Recipient::OnCall(0),
            kind: LetterKind::StaffAlert,
            case,
            appointment: None,
        }],
        reports: vec![report(&intake, "child_or_dependent_adult")],
        draft: None,
        audit: audit(intake.id),
        intake,
        status_token_hash,
        event,
        request,
        response,
        now,
    }
}

pub(super) fn appointment(case: CaseId) -> Appointment {
    Appointment {
        id: AppointmentId::new(id()),
        case,
        therapist: TherapistId::new(id()),
        care: Care::Individual,
        format: Format::InPerson,
        room: Some("south-1".to_owned()),
        starts_at: later(60),
        ends_at: later(110),
        state: AppointmentState::Held,
        release_at: Some(later(10)),
        sequence: 0,
    }
}

pub(super) fn busy(resource: &str, from: i64, to: i64) -> Busy {
    Busy { resource: resource.to_owned(), starts_at: later(from), ends_at: later(to), appointment: None, held: false }
}

fn blob() -> Vec<u8> {
    [id().into_bytes(), id().into_bytes()].concat()
}
