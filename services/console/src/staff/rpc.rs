//! The calls of the staff API that a page is made of, or an action is offered by.

pub(crate) use crate::rpc::Rpc;

pub(crate) const GET_SESSION: Rpc = Rpc("AccountService/GetSession");
pub(crate) const CHANGE_PASSWORD: Rpc = Rpc("AccountService/ChangePassword");
pub(crate) const REPLACE_RECOVERY_CODES: Rpc = Rpc("AccountService/ReplaceRecoveryCodes");
pub(crate) const INVITE_STAFF: Rpc = Rpc("AccountService/InviteStaff");
pub(crate) const UPDATE_ACCOUNT: Rpc = Rpc("AccountService/UpdateAccount");
pub(crate) const RESET_ACCOUNT: Rpc = Rpc("AccountService/ResetAccount");
pub(crate) const VERIFY_AUDIT_TRAIL: Rpc = Rpc("AuditService/VerifyAuditTrail");
pub(crate) const GET_MAIL: Rpc = Rpc("OperationsService/GetMail");
pub(crate) const GET_LETTER_PREVIEW: Rpc = Rpc("OperationsService/GetLetterPreview");
pub(crate) const REVOKE_CALENDAR_FEED: Rpc = Rpc("OperationsService/RevokeCalendarFeed");
pub(crate) const FORGET_TREATED_CLIENT: Rpc = Rpc("RosterService/ForgetTreatedClient");
pub(crate) const GET_HEALTH: Rpc = Rpc("OperationsService/GetHealth");
pub(crate) const GET_THERAPIST: Rpc = Rpc("RosterService/GetTherapist");
pub(crate) const LIST_HOURS: Rpc = Rpc("RosterService/ListHours");
pub(crate) const UPDATE_THERAPIST: Rpc = Rpc("RosterService/UpdateTherapist");
pub(crate) const REOPEN_ROOM: Rpc = Rpc("RosterService/ReopenRoom");
pub(crate) const WATCH_CASES: Rpc = Rpc("TriageService/WatchCases");
pub(crate) const GET_CASE: Rpc = Rpc("TriageService/GetCase");
pub(crate) const ACKNOWLEDGE_ALERT: Rpc = Rpc("TriageService/AcknowledgeAlert");
pub(crate) const RESCHEDULE_APPOINTMENT: Rpc = Rpc("TriageService/RescheduleAppointment");
pub(crate) const CONFIRM_APPOINTMENT: Rpc = Rpc("TriageService/ConfirmAppointment");
pub(crate) const MARK_ATTENDANCE: Rpc = Rpc("TriageService/MarkAttendance");
pub(crate) const LIST_CASES: Rpc = Rpc("TriageService/ListCases");
pub(crate) const LIST_LETTERS: Rpc = Rpc("OperationsService/ListLetters");
pub(crate) const LIST_LETTER_PREVIEWS: Rpc = Rpc("OperationsService/ListLetterPreviews");
pub(crate) const RESEND_LETTER: Rpc = Rpc("OperationsService/ResendLetter");
pub(crate) const RESOLVE_LETTER: Rpc = Rpc("OperationsService/ResolveLetter");
pub(crate) const LIST_THERAPISTS: Rpc = Rpc("RosterService/ListTherapists");
pub(crate) const CREATE_THERAPIST: Rpc = Rpc("RosterService/CreateTherapist");
pub(crate) const IMPORT_ROSTER: Rpc = Rpc("RosterService/ImportRoster");
pub(crate) const IMPORT_BUSY_TIMES: Rpc = Rpc("RosterService/ImportBusyTimes");
pub(crate) const NOTE_TREATED_CLIENT: Rpc = Rpc("RosterService/NoteTreatedClient");
pub(crate) const CREATE_CALENDAR_FEED: Rpc = Rpc("OperationsService/CreateCalendarFeed");
pub(crate) const LIST_MAIL: Rpc = Rpc("OperationsService/ListMail");
pub(crate) const LIST_DEAD_LETTERS: Rpc = Rpc("OperationsService/ListDeadLetters");
pub(crate) const REPLAY_DEAD_LETTER: Rpc = Rpc("OperationsService/ReplayDeadLetter");
pub(crate) const LIST_SESSIONS: Rpc = Rpc("RosterService/ListSessions");
pub(crate) const SET_HOURS: Rpc = Rpc("RosterService/SetHours");
pub(crate) const CLOSE_ROOM: Rpc = Rpc("RosterService/CloseRoom");
pub(crate) const LIST_ROOM_CLOSURES: Rpc = Rpc("RosterService/ListRoomClosures");
pub(crate) const GET_PROTOCOL: Rpc = Rpc("ProtocolService/GetProtocol");
pub(crate) const REPLAY_PROTOCOL: Rpc = Rpc("ProtocolService/ReplayProtocol");
pub(crate) const LIST_ACCOUNTS: Rpc = Rpc("AccountService/ListAccounts");
pub(crate) const LIST_COLLEAGUES: Rpc = Rpc("AccountService/ListColleagues");
pub(crate) const LIST_AUDIT_ENTRIES: Rpc = Rpc("AuditService/ListAuditEntries");
pub(crate) const EXPORT_AUDIT_TRAIL: Rpc = Rpc("AuditService/ExportAuditTrail");
pub(crate) const CLAIM_CASE: Rpc = Rpc("TriageService/ClaimCase");
pub(crate) const CREATE_INTAKE: Rpc = Rpc("TriageService/CreateIntake");
pub(crate) const RELEASE_CASE: Rpc = Rpc("TriageService/ReleaseCase");
pub(crate) const ASSIGN_CASE: Rpc = Rpc("TriageService/AssignCase");
pub(crate) const RECORD_CONTACT_ATTEMPT: Rpc = Rpc("TriageService/RecordContactAttempt");
pub(crate) const ADD_NOTE: Rpc = Rpc("TriageService/AddNote");
pub(crate) const OVERRIDE_URGENCY: Rpc = Rpc("TriageService/OverrideUrgency");
pub(crate) const LIST_MATCHES: Rpc = Rpc("TriageService/ListMatches");
pub(crate) const BOOK_APPOINTMENT: Rpc = Rpc("TriageService/BookAppointment");
pub(crate) const CANCEL_APPOINTMENT: Rpc = Rpc("TriageService/CancelAppointment");
pub(crate) const CLOSE_CASE: Rpc = Rpc("TriageService/CloseCase");
pub(crate) const REFER_CASE: Rpc = Rpc("TriageService/ReferCase");
pub(crate) const REOPEN_CASE: Rpc = Rpc("TriageService/ReopenCase");
pub(crate) const STOP_CONTACT: Rpc = Rpc("TriageService/StopContact");
pub(crate) const RESUME_CONTACT: Rpc = Rpc("TriageService/ResumeContact");
pub(crate) const COMPLETE_REPORT: Rpc = Rpc("TriageService/CompleteReport");
pub(crate) const REVEAL_ANSWERS: Rpc = Rpc("TriageService/RevealAnswers");

/// All of them.
#[cfg(test)]
pub(crate) const ALL: &[Rpc] = &[
    LIST_CASES,
    LIST_LETTERS,
    LIST_LETTER_PREVIEWS,
    RESEND_LETTER,
    RESOLVE_LETTER,
    LIST_THERAPISTS,
    CREATE_THERAPIST,
    IMPORT_ROSTER,
    IMPORT_BUSY_TIMES,
    NOTE_TREATED_CLIENT,
    CREATE_CALENDAR_FEED,
    LIST_MAIL,
    LIST_DEAD_LETTERS,
    REPLAY_DEAD_LETTER,
    LIST_SESSIONS,
    SET_HOURS,
    CLOSE_ROOM,
    LIST_ROOM_CLOSURES,
    GET_PROTOCOL,
    REPLAY_PROTOCOL,
    LIST_ACCOUNTS,
    LIST_COLLEAGUES,
    LIST_AUDIT_ENTRIES,
    EXPORT_AUDIT_TRAIL,
    CLAIM_CASE,
    CREATE_INTAKE,
    RELEASE_CASE,
    ASSIGN_CASE,
    RECORD_CONTACT_ATTEMPT,
    ADD_NOTE,
    OVERRIDE_URGENCY,
    LIST_MATCHES,
    BOOK_APPOINTMENT,
    CANCEL_APPOINTMENT,
    CLOSE_CASE,
    REFER_CASE,
    REOPEN_CASE,
    STOP_CONTACT,
    RESUME_CONTACT,
    COMPLETE_REPORT,
    REVEAL_ANSWERS,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{routes, staff::places::PLACES};

    #[test]
    fn every_page_is_made_of_calls_of_the_contract() {
        let pool = rapport_proto::descriptor();
        let methods: Vec<_> = pool
            .services()
            .flat_map(|service| {
                let methods = service.methods().map(|method| format!("{}/{}", service.full_name(), method.name()));
                methods.collect::<Vec<_>>()
            })
            .collect();
        let made_of = routes::all().into_iter().flat_map(|route| route.calls.iter().copied());
        for Rpc(name) in PLACES.iter().map(|place| place.by).chain(ALL.iter().copied()).chain(made_of) {
            assert!(methods.contains(&Rpc(name).full_name()), "{name}");
        }
    }
}
