//! The one table of who may call what, applied below the handlers to every call.

use rapport_domain::{case::Case, intake::Care, triage::Booking};
use rapport_security::{Principal, Role, StaffPrincipal};
use rapport_store::LetterStanding;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever holds an intake's status token; each use case answers about that intake alone.
    Client,
    /// Whoever holds a draft's token.
    Draft,
    /// As [`Access::Draft`], and whoever comes without a token to begin one.
    DraftOrNew,
    /// Whoever holds an invitation's token.
    Invitation,
    /// Whoever holds the one-time sign-in of a new or reset account.
    Enrol,
    /// Whoever holds a one-time sign-in that an operator made.
    Redeem,
    /// Whoever holds the token of a calendar feed.
    Feed,
    /// Whoever holds the token of the settings for reporting bounces.
    Bounces,
    /// Staff in one of these roles.
    Staff(&'static [Role]),
}

/// An RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rpc {
    /// `package.Service/Method`; also its name in the audit trail and in `request_ids`.
    pub name: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it answers with a stream, which no deadline ends.
    pub streams: bool,
    /// Whether a call shows that somebody is working, and so keeps their session open.
    pub keeps_session: bool,
}

/// The queue and its cases are for those who work on them; whoever runs the
/// installation or reads the audit trail needs no client's name for that.
const DESK: Access = Access::Staff(&[Role::Coordinator, Role::Clinician]);

/// The desk, and whoever runs the installation: what is no client's secret, as who treats and when.
const ROSTER: Access = Access::Staff(&[Role::Coordinator, Role::Clinician, Role::Admin]);

/// A clinician asks the desk to change their hours.
const KEEPS_ROSTER: Access = Access::Staff(&[Role::Coordinator, Role::Admin]);

/// What the law asks of clinicians is not even shown to anybody else.
const CLINICIANS: Access = Access::Staff(&[Role::Clinician]);

/// Everybody who has an account.
const STAFF: Access = Access::Staff(&Role::ALL);

const ADMINS: Access = Access::Staff(&[Role::Admin]);

pub(crate) const GET_SCREENING: Rpc = call("rapport.intake.v1.IntakeService/GetScreening", Access::Public);
pub(crate) const SUBMIT_INTAKE: Rpc = call("rapport.intake.v1.IntakeService/SubmitIntake", Access::Public);
pub(crate) const REQUEST_CALL: Rpc = call("rapport.intake.v1.IntakeService/RequestCall", Access::Public);
pub(crate) const GET_INTAKE: Rpc = call("rapport.intake.v1.IntakeService/GetIntake", Access::Client);
pub(crate) const WATCH_INTAKE: Rpc = stream("rapport.intake.v1.IntakeService/WatchIntake", Access::Client);
pub(crate) const CONFIRM_APPOINTMENT: Rpc = call("rapport.intake.v1.IntakeService/ConfirmAppointment", Access::Client);
pub(crate) const CANCEL_APPOINTMENT: Rpc = call("rapport.intake.v1.IntakeService/CancelAppointment", Access::Client);
pub(crate) const UPDATE_CONTACT: Rpc = call("rapport.intake.v1.IntakeService/UpdateContact", Access::Client);
pub(crate) const LIST_OPEN_SLOTS: Rpc = call("rapport.intake.v1.IntakeService/ListOpenSlots", Access::Client);
pub(crate) const RESCHEDULE_APPOINTMENT: Rpc =
    call("rapport.intake.v1.IntakeService/RescheduleAppointment", Access::Client);
pub(crate) const SAVE_DRAFT: Rpc = call("rapport.intake.v1.IntakeService/SaveDraft", Access::DraftOrNew);
pub(crate) const GET_DRAFT: Rpc = call("rapport.intake.v1.IntakeService/GetDraft", Access::Draft);
pub(crate) const INVITE_PARTNER: Rpc = call("rapport.intake.v1.IntakeService/InvitePartner", Access::Client);
pub(crate) const ACCEPT_INVITATION: Rpc = call("rapport.intake.v1.IntakeService/AcceptInvitation", Access::Invitation);
pub(crate) const DECLINE_INVITATION: Rpc =
    call("rapport.intake.v1.IntakeService/DeclineInvitation", Access::Invitation);
pub(crate) const LIST_CASES: Rpc = call("rapport.staff.v1.TriageService/ListCases", DESK);
pub(crate) const WATCH_CASES: Rpc = stream("rapport.staff.v1.TriageService/WatchCases", DESK);
pub(crate) const GET_CASE: Rpc = call("rapport.staff.v1.TriageService/GetCase", DESK);
pub(crate) const CLAIM_CASE: Rpc = call("rapport.staff.v1.TriageService/ClaimCase", DESK);
pub(crate) const OVERRIDE_URGENCY: Rpc = call("rapport.staff.v1.TriageService/OverrideUrgency", DESK);
pub(crate) const CLOSE_CASE: Rpc = call("rapport.staff.v1.TriageService/CloseCase", DESK);
/// Coordinators see no answer in any view.
pub(crate) const REVEAL_ANSWERS: Rpc = call("rapport.staff.v1.TriageService/RevealAnswers", CLINICIANS);
pub(crate) const COMPLETE_REPORT: Rpc = call("rapport.staff.v1.TriageService/CompleteReport", CLINICIANS);
pub(crate) const STAFF_CONFIRM_APPOINTMENT: Rpc = call("rapport.staff.v1.TriageService/ConfirmAppointment", DESK);
pub(crate) const LIST_MATCHES: Rpc = call("rapport.staff.v1.TriageService/ListMatches", DESK);
pub(crate) const ACKNOWLEDGE_ALERT: Rpc = call("rapport.staff.v1.TriageService/AcknowledgeAlert", DESK);
pub(crate) const LIST_THERAPISTS: Rpc = call("rapport.staff.v1.RosterService/ListTherapists", ROSTER);
pub(crate) const GET_THERAPIST: Rpc = call("rapport.staff.v1.RosterService/GetTherapist", ROSTER);
pub(crate) const CREATE_THERAPIST: Rpc = call("rapport.staff.v1.RosterService/CreateTherapist", KEEPS_ROSTER);
pub(crate) const UPDATE_THERAPIST: Rpc = call("rapport.staff.v1.RosterService/UpdateTherapist", KEEPS_ROSTER);
pub(crate) const SET_HOURS: Rpc = call("rapport.staff.v1.RosterService/SetHours", KEEPS_ROSTER);
pub(crate) const LIST_HOURS: Rpc = call("rapport.staff.v1.RosterService/ListHours", ROSTER);
/// Each session names its case.
pub(crate) const LIST_SESSIONS: Rpc = call("rapport.staff.v1.RosterService/ListSessions", DESK);
pub(crate) const IMPORT_ROSTER: Rpc = call("rapport.staff.v1.RosterService/ImportRoster", KEEPS_ROSTER);
pub(crate) const IMPORT_BUSY_TIMES: Rpc = call("rapport.staff.v1.RosterService/ImportBusyTimes", KEEPS_ROSTER);
/// A client's address is told.
pub(crate) const NOTE_TREATED_CLIENT: Rpc = call("rapport.staff.v1.RosterService/NoteTreatedClient", DESK);
pub(crate) const FORGET_TREATED_CLIENT: Rpc = call("rapport.staff.v1.RosterService/ForgetTreatedClient", DESK);
pub(crate) const CLOSE_ROOM: Rpc = call("rapport.staff.v1.RosterService/CloseRoom", KEEPS_ROSTER);
pub(crate) const REOPEN_ROOM: Rpc = call("rapport.staff.v1.RosterService/ReopenRoom", KEEPS_ROSTER);
pub(crate) const LIST_ROOM_CLOSURES: Rpc = call("rapport.staff.v1.RosterService/ListRoomClosures", ROSTER);
pub(crate) const RECORD_CONTACT_ATTEMPT: Rpc = call("rapport.staff.v1.TriageService/RecordContactAttempt", DESK);
pub(crate) const STOP_CONTACT: Rpc = call("rapport.staff.v1.TriageService/StopContact", DESK);
pub(crate) const RESUME_CONTACT: Rpc = call("rapport.staff.v1.TriageService/ResumeContact", CLINICIANS);
pub(crate) const ASSIGN_CASE: Rpc = call("rapport.staff.v1.TriageService/AssignCase", DESK);
pub(crate) const RELEASE_CASE: Rpc = call("rapport.staff.v1.TriageService/ReleaseCase", DESK);
pub(crate) const ADD_NOTE: Rpc = call("rapport.staff.v1.TriageService/AddNote", DESK);
pub(crate) const REFER_CASE: Rpc = call("rapport.staff.v1.TriageService/ReferCase", DESK);
pub(crate) const REOPEN_CASE: Rpc = call("rapport.staff.v1.TriageService/ReopenCase", DESK);
pub(crate) const CREATE_INTAKE: Rpc = call("rapport.staff.v1.TriageService/CreateIntake", DESK);
pub(crate) const BOOK_APPOINTMENT: Rpc = call("rapport.staff.v1.TriageService/BookAppointment", DESK);
pub(crate) const STAFF_RESCHEDULE_APPOINTMENT: Rpc = call("rapport.staff.v1.TriageService/RescheduleAppointment", DESK);
pub(crate) const STAFF_CANCEL_APPOINTMENT: Rpc = call("rapport.staff.v1.TriageService/CancelAppointment", DESK);
pub(crate) const MARK_ATTENDANCE: Rpc = call("rapport.staff.v1.TriageService/MarkAttendance", DESK);
pub(crate) const CREATE_CALENDAR_FEED: Rpc =
    call("rapport.staff.v1.OperationsService/CreateCalendarFeed", KEEPS_ROSTER);
pub(crate) const REVOKE_CALENDAR_FEED: Rpc =
    call("rapport.staff.v1.OperationsService/RevokeCalendarFeed", KEEPS_ROSTER);
pub(crate) const GET_CALENDAR_FEED: Rpc = call("rapport.staff.v1.OperationsService/GetCalendarFeed", Access::Feed);
pub(crate) const GET_PROTOCOL: Rpc =
    call("rapport.staff.v1.ProtocolService/GetProtocol", Access::Staff(&[Role::Clinician, Role::Admin]));
/// Reasons tell of answers.
pub(crate) const REPLAY_PROTOCOL: Rpc = stream("rapport.staff.v1.ProtocolService/ReplayProtocol", CLINICIANS);

/// Administrators see that letters fail, and nobody's.
pub(crate) const LIST_LETTERS: Rpc = call(
    "rapport.staff.v1.OperationsService/ListLetters",
    Access::Staff(&[Role::Coordinator, Role::Clinician, Role::Admin]),
);
pub(crate) const RESEND_LETTER: Rpc = call("rapport.staff.v1.OperationsService/ResendLetter", DESK);
pub(crate) const RESOLVE_LETTER: Rpc = call("rapport.staff.v1.OperationsService/ResolveLetter", DESK);
pub(crate) const REPORT_BOUNCE: Rpc = call("rapport.staff.v1.OperationsService/ReportBounce", Access::Bounces);

/// A light on every page; it tells of nobody.
pub(crate) const GET_HEALTH: Rpc =
    Rpc { keeps_session: false, ..call("rapport.staff.v1.OperationsService/GetHealth", STAFF) };
pub(crate) const LIST_DEAD_LETTERS: Rpc = call("rapport.staff.v1.OperationsService/ListDeadLetters", ROSTER);
pub(crate) const GET_DEAD_LETTER: Rpc = call("rapport.staff.v1.OperationsService/GetDeadLetter", ROSTER);
/// Putting back does nothing twice: whoever sees that something stands still lets it go on.
pub(crate) const REPLAY_DEAD_LETTER: Rpc = call("rapport.staff.v1.OperationsService/ReplayDeadLetter", ROSTER);
/// [`may_read_mail`] says of each letter who may.
pub(crate) const LIST_MAIL: Rpc = call("rapport.staff.v1.OperationsService/ListMail", ROSTER);
pub(crate) const GET_MAIL: Rpc = call("rapport.staff.v1.OperationsService/GetMail", ROSTER);

/// Invented people alone; whoever speaks with clients knows what they are written.
pub(crate) const LIST_LETTER_PREVIEWS: Rpc = call("rapport.staff.v1.OperationsService/ListLetterPreviews", ROSTER);
pub(crate) const GET_LETTER_PREVIEW: Rpc = call("rapport.staff.v1.OperationsService/GetLetterPreview", ROSTER);

pub(crate) const SIGN_IN: Rpc = call("rapport.staff.v1.AccountService/SignIn", Access::Public);
pub(crate) const REDEEM_SIGN_IN: Rpc = call("rapport.staff.v1.AccountService/RedeemSignIn", Access::Redeem);
pub(crate) const GET_ENROLMENT: Rpc = call("rapport.staff.v1.AccountService/GetEnrolment", Access::Enrol);
pub(crate) const ENROL: Rpc = call("rapport.staff.v1.AccountService/Enrol", Access::Enrol);
/// Pages ask for it by themselves, to warn before a session ends.
pub(crate) const GET_SESSION: Rpc =
    Rpc { keeps_session: false, ..call("rapport.staff.v1.AccountService/GetSession", STAFF) };
pub(crate) const SIGN_OUT: Rpc = call("rapport.staff.v1.AccountService/SignOut", STAFF);
pub(crate) const CHANGE_PASSWORD: Rpc = call("rapport.staff.v1.AccountService/ChangePassword", STAFF);
pub(crate) const REPLACE_RECOVERY_CODES: Rpc = call("rapport.staff.v1.AccountService/ReplaceRecoveryCodes", STAFF);
pub(crate) const INVITE_STAFF: Rpc = call("rapport.staff.v1.AccountService/InviteStaff", ADMINS);
pub(crate) const LIST_ACCOUNTS: Rpc = call("rapport.staff.v1.AccountService/ListAccounts", ADMINS);
/// Whoever hands a case over says to whom.
pub(crate) const LIST_COLLEAGUES: Rpc = call("rapport.staff.v1.AccountService/ListColleagues", DESK);
pub(crate) const UPDATE_ACCOUNT: Rpc = call("rapport.staff.v1.AccountService/UpdateAccount", ADMINS);
pub(crate) const RESET_ACCOUNT: Rpc = call("rapport.staff.v1.AccountService/ResetAccount", ADMINS);

const AUDITORS: Access = Access::Staff(&[Role::Auditor]);

pub(crate) const LIST_AUDIT_ENTRIES: Rpc = call("rapport.staff.v1.AuditService/ListAuditEntries", AUDITORS);
pub(crate) const VERIFY_AUDIT_TRAIL: Rpc = call("rapport.staff.v1.AuditService/VerifyAuditTrail", AUDITORS);
pub(crate) const EXPORT_AUDIT_TRAIL: Rpc = stream("rapport.staff.v1.AuditService/ExportAuditTrail", AUDITORS);

/// Every RPC that is served.
pub const RPCS: &[Rpc] = &[
    GET_SCREENING,
    SUBMIT_INTAKE,
    REQUEST_CALL,
    GET_INTAKE,
    WATCH_INTAKE,
    CONFIRM_APPOINTMENT,
    CANCEL_APPOINTMENT,
    UPDATE_CONTACT,
    LIST_OPEN_SLOTS,
    RESCHEDULE_APPOINTMENT,
    SAVE_DRAFT,
    GET_DRAFT,
    INVITE_PARTNER,
    ACCEPT_INVITATION,
    DECLINE_INVITATION,
    LIST_CASES,
    WATCH_CASES,
    GET_CASE,
    CLAIM_CASE,
    OVERRIDE_URGENCY,
    CLOSE_CASE,
    REVEAL_ANSWERS,
    COMPLETE_REPORT,
    STAFF_CONFIRM_APPOINTMENT,
    LIST_MATCHES,
    ACKNOWLEDGE_ALERT,
    LIST_THERAPISTS,
    GET_THERAPIST,
    CREATE_THERAPIST,
    UPDATE_THERAPIST,
    SET_HOURS,
    LIST_HOURS,
    LIST_SESSIONS,
    IMPORT_ROSTER,
    IMPORT_BUSY_TIMES,
    NOTE_TREATED_CLIENT,
    FORGET_TREATED_CLIENT,
    CLOSE_ROOM,
    REOPEN_ROOM,
    LIST_ROOM_CLOSURES,
    RECORD_CONTACT_ATTEMPT,
    STOP_CONTACT,
    RESUME_CONTACT,
    ASSIGN_CASE,
    RELEASE_CASE,
    ADD_NOTE,
    REFER_CASE,
    REOPEN_CASE,
    CREATE_INTAKE,
    BOOK_APPOINTMENT,
    STAFF_RESCHEDULE_APPOINTMENT,
    STAFF_CANCEL_APPOINTMENT,
    MARK_ATTENDANCE,
    CREATE_CALENDAR_FEED,
    REVOKE_CALENDAR_FEED,
    GET_CALENDAR_FEED,
    GET_PROTOCOL,
    REPLAY_PROTOCOL,
    LIST_LETTERS,
    RESEND_LETTER,
    RESOLVE_LETTER,
    REPORT_BOUNCE,
    GET_HEALTH,
    LIST_DEAD_LETTERS,
    GET_DEAD_LETTER,
    REPLAY_DEAD_LETTER,
    LIST_MAIL,
    GET_MAIL,
    LIST_LETTER_PREVIEWS,
    GET_LETTER_PREVIEW,
    SIGN_IN,
    REDEEM_SIGN_IN,
    GET_ENROLMENT,
    ENROL,
    GET_SESSION,
    SIGN_OUT,
    CHANGE_PASSWORD,
    REPLACE_RECOVERY_CODES,
    INVITE_STAFF,
    LIST_ACCOUNTS,
    LIST_COLLEAGUES,
    UPDATE_ACCOUNT,
    RESET_ACCOUNT,
    LIST_AUDIT_ENTRIES,
    VERIFY_AUDIT_TRAIL,
    EXPORT_AUDIT_TRAIL,
];

/// The RPC at an HTTP path.
pub(crate) fn at_path(path: &str) -> Option<&'static Rpc> {
    let name = path.strip_prefix('/')?;
    RPCS.iter().find(|rpc| rpc.name == name)
}

/// What a member of staff may call as such, so that a page offers what is served and nothing else.
pub(crate) fn open_to(staff: &StaffPrincipal) -> impl Iterator<Item = &'static Rpc> {
    let caller = Principal::Staff(staff.clone());
    RPCS.iter().filter(move |rpc| matches!(rpc.access, Access::Staff(_)) && rpc.access.admits(&caller))
}

impl Access {
    /// Whether this caller may.
    #[must_use]
    pub fn admits(self, principal: &Principal) -> bool {
        match (self, principal) {
            (Self::Public, _)
            | (Self::Client, Principal::Client(_))
            | (Self::Draft | Self::DraftOrNew, Principal::Draft(_))
            | (Self::DraftOrNew, Principal::Anonymous)
            | (Self::Invitation, Principal::Invitation(_))
            | (Self::Feed, Principal::Feed(_))
            | (Self::Enrol | Self::Redeem, Principal::Newcomer(_))
            | (Self::Bounces, Principal::Bounces) => true,
            (Self::Staff(roles), Principal::Staff(staff)) => roles.contains(&staff.role),
            _ => false,
        }
    }
}

/// Whether a role reads safety answers, rules, reasons and scores.
pub(crate) const fn sees_answers(role: Role) -> bool {
    matches!(role, Role::Clinician)
}

/// Whether a role reads whose case something is about.
pub(crate) const fn sees_cases(role: Role) -> bool {
    matches!(role, Role::Coordinator | Role::Clinician)
}

/// Whether a role says what becomes of a letter: what a clinician's case owes its clients, a clinician says.
pub(crate) const fn may_decide_on_letter(role: Role, letter: &LetterStanding) -> bool {
    matches!(role, Role::Clinician) || matches!(role, Role::Coordinator) && !letter.clinician_only
}

/// Whether a role reads a letter's words in the mailbox: the desk those of its cases, clinicians alone those of a
/// clinician's case, administrators those about the practice and its accounts. What lets somebody sign in as a
/// colleague is for administrators, who could hand it over anyway.
pub(crate) const fn may_read_mail(role: Role, letter: &LetterStanding) -> bool {
    match (role, letter.case) {
        (Role::Clinician, Some(_)) => true,
        (Role::Coordinator, Some(_)) => !letter.clinician_only,
        (Role::Admin, None) => true,
        _ => false,
    }
}

/// Whether a role lowers or closes a case where safety is in question.
pub(crate) const fn decides_safety(role: Role) -> bool {
    matches!(role, Role::Clinician)
}

/// Whether a role may say yes to a time that is held for this case.
pub(crate) const fn may_confirm(role: Role, case: &Case) -> bool {
    decides_safety(role) || (matches!(role, Role::Coordinator) && !case.is_safety_case())
}

/// Whether a role may look for a session for this case: whom answers leave out is
/// no coordinator's to read where safety is in question.
pub(crate) const fn may_look_for_matches(role: Role, case: &Case) -> bool {
    may_confirm(role, case)
}

/// Whether a role books, moves or cancels a session of this kind for this case. Alone, a coordinator may wherever a
/// person may at all and no clinician has to; for two, only where no safety rule fired for either partner.
pub(crate) const fn may_book(role: Role, case: &Case, care: Care) -> bool {
    match (role, care) {
        (Role::Clinician, _) => true,
        (Role::Coordinator, Care::Couple) => !case.is_safety_case() && case.booking.by_machine(),
        (Role::Coordinator, Care::Individual) => !case.clinician_only && !matches!(case.booking, Booking::Never),
        (Role::Admin | Role::Auditor, _) => false,
    }
}

/// Whether a role may judge otherwise than the filters.
pub(crate) const fn overrides_filters(role: Role) -> bool {
    matches!(role, Role::Clinician)
}

/// Whether a role may take this case, or an alert about it, in hand. A coordinator who held a
/// clinician's case would keep the clinicians from it.
pub(crate) const fn may_claim(role: Role, case: &Case) -> bool {
    match role {
        Role::Clinician => true,
        Role::Coordinator => !case.clinician_only,
        Role::Admin | Role::Auditor => false,
    }
}

const fn call(name: &'static str, access: Access) -> Rpc {
    Rpc { name, access, streams: false, keeps_session: true }
}

const fn stream(name: &'static str, access: Access) -> Rpc {
    Rpc { name, access, streams: true, keeps_session: false }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_rpc_of_the_contract_stands_in_the_table_and_no_other() {
        let mut declared: Vec<_> = rapport_proto::descriptor()
            .services()
            .flat_map(|service| {
                service
                    .methods()
                    .map(|method| (format!("{}/{}", service.full_name(), method.name()), method.is_server_streaming()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut listed: Vec<_> = RPCS.iter().map(|rpc| (rpc.name.to_owned(), rpc.streams)).collect();
        declared.sort();
        listed.sort();
        assert_eq!(listed, declared);
    }

    /// Every RPC and who may call it; a new one must take its place here.
    #[test]
    fn only_the_listed_callers_are_admitted() {
        let staff = |role| Principal::Staff(StaffPrincipal { label: "Sam".to_owned(), role, token_id: Uuid::nil() });
        let bearers = [
            Principal::Anonymous,
            Principal::Client(Uuid::nil()),
            Principal::Draft(Uuid::nil()),
            Principal::Invitation(Uuid::nil()),
        ];
        let mut checked = Vec::new();
        let mut check = |rpcs: &[Rpc], admitted: &str| {
            for rpc in rpcs {
                let callers = bearers.iter().cloned().chain(Role::ALL.map(staff));
                let found = callers.map(|caller| if rpc.access.admits(&caller) { 'x' } else { '.' });
                assert_eq!(found.collect::<String>(), admitted, "{}", rpc.name);
                let newcomer = matches!(rpc.access, Access::Public | Access::Enrol | Access::Redeem);
                assert_eq!(rpc.access.admits(&Principal::Newcomer(Uuid::nil())), newcomer, "{}", rpc.name);
                let feed = matches!(rpc.access, Access::Public | Access::Feed);
                assert_eq!(rpc.access.admits(&Principal::Feed(Uuid::nil())), feed, "{}", rpc.name);
                checked.push(rpc.name);
            }
        };
        // Anonymous, client, draft, invitation; coordinator, clinician, admin, auditor.
        check(&[GET_SCREENING, SUBMIT_INTAKE, REQUEST_CALL], "xxxxxxxx");
        let own = [GET_INTAKE, WATCH_INTAKE, CONFIRM_APPOINTMENT, CANCEL_APPOINTMENT, UPDATE_CONTACT, INVITE_PARTNER];
        check(&own, ".x......");
        check(&[LIST_OPEN_SLOTS, RESCHEDULE_APPOINTMENT], ".x......");
        check(&[SAVE_DRAFT], "x.x.....");
        check(&[GET_DRAFT], "..x.....");
        check(&[ACCEPT_INVITATION, DECLINE_INVITATION], "...x....");
        let desk = [LIST_CASES, WATCH_CASES, GET_CASE, CLAIM_CASE, OVERRIDE_URGENCY, CLOSE_CASE];
        check(&desk, "....xx..");
        check(&[STAFF_CONFIRM_APPOINTMENT, LIST_MATCHES, ACKNOWLEDGE_ALERT], "....xx..");
        check(&[LIST_LETTERS], "....xxx.");
        check(&[RESEND_LETTER, RESOLVE_LETTER], "....xx..");
        check(&[LIST_THERAPISTS, GET_THERAPIST, LIST_HOURS, LIST_ROOM_CLOSURES], "....xxx.");
        let kept = [CREATE_THERAPIST, UPDATE_THERAPIST, SET_HOURS, IMPORT_ROSTER, IMPORT_BUSY_TIMES];
        check(&kept, "....x.x.");
        check(&[CLOSE_ROOM, REOPEN_ROOM, CREATE_CALENDAR_FEED, REVOKE_CALENDAR_FEED], "....x.x.");
        check(&[GET_CALENDAR_FEED], "........");
        check(&[NOTE_TREATED_CLIENT, FORGET_TREATED_CLIENT, LIST_SESSIONS], "....xx..");
        let times = [BOOK_APPOINTMENT, STAFF_RESCHEDULE_APPOINTMENT, STAFF_CANCEL_APPOINTMENT, MARK_ATTENDANCE];
        check(&times, "....xx..");
        check(&[CREATE_INTAKE, LIST_COLLEAGUES], "....xx..");
        check(&[REPORT_BOUNCE], "........");
        check(&[GET_HEALTH], "....xxxx");
        check(&[LIST_DEAD_LETTERS, GET_DEAD_LETTER, REPLAY_DEAD_LETTER, LIST_MAIL, GET_MAIL], "....xxx.");
        check(&[LIST_LETTER_PREVIEWS, GET_LETTER_PREVIEW], "....xxx.");
        check(&[GET_PROTOCOL], ".....xx.");
        check(&[SIGN_IN], "xxxxxxxx");
        check(&[REDEEM_SIGN_IN, GET_ENROLMENT, ENROL], "........");
        check(&[GET_SESSION, SIGN_OUT, CHANGE_PASSWORD, REPLACE_RECOVERY_CODES], "....xxxx");
        check(&[INVITE_STAFF, LIST_ACCOUNTS, UPDATE_ACCOUNT, RESET_ACCOUNT], "......x.");
        check(&[LIST_AUDIT_ENTRIES, VERIFY_AUDIT_TRAIL, EXPORT_AUDIT_TRAIL], ".......x");
        check(&[RECORD_CONTACT_ATTEMPT, STOP_CONTACT, ADD_NOTE], "....xx..");
        check(&[ASSIGN_CASE, RELEASE_CASE, REFER_CASE, REOPEN_CASE], "....xx..");
        check(&[REVEAL_ANSWERS, COMPLETE_REPORT, REPLAY_PROTOCOL, RESUME_CONTACT], ".....x..");
        let mut listed: Vec<_> = RPCS.iter().map(|rpc| rpc.name).collect();
        checked.sort_unstable();
        listed.sort_unstable();
        assert_eq!(checked, listed);
    }

    #[test]
    fn who_reports_bounces_reports_bounces_and_does_nothing_else() {
        let admitted: Vec<_> = RPCS.iter().filter(|rpc| rpc.access.admits(&Principal::Bounces)).collect();
        let public = |rpc: &&&Rpc| rpc.access != Access::Public;
        assert_eq!(admitted.iter().filter(public).map(|rpc| rpc.name).collect::<Vec<_>>(), [REPORT_BOUNCE.name]);
    }

    #[test]
    fn only_clinicians_see_answers() {
        assert_eq!(Role::ALL.map(sees_answers), [false, true, false, false]);
        assert_eq!(Role::ALL.map(decides_safety), [false, true, false, false]);
        assert_eq!(Role::ALL.map(sees_cases), [true, true, false, false]);
    }
}
