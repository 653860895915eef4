//! What staff do with a session's time.

use jiff::Timestamp;
use rapport_domain::{
    appointment::Attendance,
    case::Note,
    id::{AppointmentId, CaseId, IntakeId},
    intake::{Care, Format},
    matching::Choice,
    practice::Practice,
    problem::FieldProblems,
};
use rapport_proto::{enums, staff as pb, time};

use super::{client::optional, entries};
use crate::refusal::Refusal;

/// A time that somebody of the practice chose, and why where filters stand against it.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) choice: Choice,
    pub(crate) override_reason: Option<Note>,
}

/// A session that somebody books.
#[derive(Clone)]
pub(crate) struct BookAppointment {
    pub(crate) case: CaseId,
    pub(crate) etag: String,
    /// Whom the case's next session is for where it is not said.
    pub(crate) care: Option<Care>,
    pub(crate) time: Chosen,
    pub(crate) hold: bool,
    /// Whom a session alone is meant for, where it is said.
    pub(crate) client: Option<IntakeId>,
}

/// A session that somebody moves.
#[derive(Clone)]
pub(crate) struct StaffReschedule {
    pub(crate) session: AppointmentId,
    pub(crate) etag: String,
    pub(crate) time: Chosen,
}

/// Who came, as somebody marks it.
#[derive(Clone)]
pub(crate) struct MarkAttendance {
    pub(crate) session: AppointmentId,
    pub(crate) etag: String,
    pub(crate) marks: Vec<(IntakeId, Attendance)>,
}

/// Reads the request.
pub(crate) fn book_appointment(
    request: pb::BookAppointmentRequest,
    practice: &Practice,
    now: Timestamp,
) -> Result<BookAppointment, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse());
    let care = match request.care {
        0 => Some(None),
        number => problems.take("care", enums::read(number)).map(Some),
    };
    let time = chosen(request.time.as_ref(), &request.override_reason, practice, now, &mut problems);
    let client = problems.take("client", optional(&request.client, str::parse));
    match (case, care, time, client) {
        (Some(case), Some(care), Some(time), Some(client)) if problems.is_empty() => {
            Ok(BookAppointment { case, etag: request.etag, care, time, hold: request.hold, client })
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn staff_reschedule(
    request: pb::RescheduleAppointmentRequest,
    practice: &Practice,
    now: Timestamp,
) -> Result<StaffReschedule, Refusal> {
    let mut problems = FieldProblems::default();
    let session = problems.take("name", request.name.parse());
    let time = chosen(request.time.as_ref(), &request.override_reason, practice, now, &mut problems);
    match (session, time) {
        (Some(session), Some(time)) if problems.is_empty() => Ok(StaffReschedule { session, etag: request.etag, time }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn mark_attendance(request: pb::MarkAttendanceRequest) -> Result<MarkAttendance, Refusal> {
    let mut problems = FieldProblems::default();
    let session = problems.take("name", request.name.parse());
    let mut marks = Vec::new();
    for (at, mark) in entries("attendance", &request.attendance, &mut problems) {
        let intake = problems.take(format!("{at}.intake"), mark.intake.parse());
        let attendance = problems.take(format!("{at}.attendance"), enums::read(mark.attendance));
        marks.extend(intake.zip(attendance));
    }
    if request.attendance.is_empty() {
        problems.add("attendance", "must have at least one entry");
    }
    match session {
        Some(session) if problems.is_empty() => Ok(MarkAttendance { session, etag: request.etag, marks }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

fn chosen(
    message: Option<&pb::ChosenTime>,
    override_reason: &str,
    practice: &Practice,
    now: Timestamp,
    problems: &mut FieldProblems,
) -> Option<Chosen> {
    let override_reason = problems.take("override_reason", optional(override_reason, Note::parse));
    let Some(message) = message else {
        problems.add("time", "must be given");
        return None;
    };
    let therapist = problems.take("time.therapist", message.therapist.parse());
    let starts_at = problems.take("time.start_time", coming(message.start_time.as_ref(), now));
    let format = problems.take("time.format", enums::read::<Format>(message.format));
    let location = format.and_then(|format| location(&message.location, format, practice, problems));
    let choice = Choice { starts_at: starts_at?, therapist: therapist?, format: format?, location: location? };
    Some(Chosen { choice, override_reason: override_reason? })
}

fn coming(message: Option<&prost_types::Timestamp>, now: Timestamp) -> Result<Timestamp, &'static str> {
    let at = message.ok_or("must be given")?;
    let at = time::from_message(at).ok_or("must be a time")?;
    if at > now { Ok(at) } else { Err("must be in the future") }
}

fn location(id: &str, format: Format, practice: &Practice, problems: &mut FieldProblems) -> Option<Option<String>> {
    let known = practice.locations.iter().any(|location| location.id == id);
    let why = match format {
        Format::Video if id.is_empty() => return Some(None),
        Format::InPerson if known => return Some(Some(id.to_owned())),
        Format::Video => "must be empty for a session by video",
        Format::InPerson => "must be the id of a location that GetScreening lists",
    };
    problems.add("time.location", why);
    None
}
