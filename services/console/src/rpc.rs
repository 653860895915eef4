//! The calls that pages are made of: what whoever asks for one must be let call. Staff's are in `staff::rpc`.

/// One of them, without its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rpc(pub(crate) &'static str);

pub(crate) const REQUEST_CALL: Rpc = Rpc("IntakeService/RequestCall");
pub(crate) const SUBMIT_INTAKE: Rpc = Rpc("IntakeService/SubmitIntake");
pub(crate) const SAVE_DRAFT: Rpc = Rpc("IntakeService/SaveDraft");
pub(crate) const GET_DRAFT: Rpc = Rpc("IntakeService/GetDraft");
pub(crate) const GET_INTAKE: Rpc = Rpc("IntakeService/GetIntake");
pub(crate) const WATCH_INTAKE: Rpc = Rpc("IntakeService/WatchIntake");
pub(crate) const CONFIRM_APPOINTMENT: Rpc = Rpc("IntakeService/ConfirmAppointment");
pub(crate) const CANCEL_APPOINTMENT: Rpc = Rpc("IntakeService/CancelAppointment");
pub(crate) const LIST_OPEN_SLOTS: Rpc = Rpc("IntakeService/ListOpenSlots");
pub(crate) const RESCHEDULE_APPOINTMENT: Rpc = Rpc("IntakeService/RescheduleAppointment");
pub(crate) const UPDATE_CONTACT: Rpc = Rpc("IntakeService/UpdateContact");
pub(crate) const INVITE_PARTNER: Rpc = Rpc("IntakeService/InvitePartner");
pub(crate) const ACCEPT_INVITATION: Rpc = Rpc("IntakeService/AcceptInvitation");
pub(crate) const DECLINE_INVITATION: Rpc = Rpc("IntakeService/DeclineInvitation");
pub(crate) const GET_CALENDAR_FEED: Rpc = Rpc("OperationsService/GetCalendarFeed");
pub(crate) const REPORT_BOUNCE: Rpc = Rpc("OperationsService/ReportBounce");

impl Rpc {
    /// Its name as the service tells it: `package.Service/Method`.
    #[must_use]
    pub fn full_name(self) -> String {
        whole(self.0)
    }
}

/// "TriageService/GetCase" as the trail has it.
pub(crate) fn whole(short: &str) -> String {
    let of_clients = short.starts_with("IntakeService/");
    format!("rapport.{}.v1.{short}", if of_clients { "intake" } else { "staff" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_be_named_without_its_package() {
        assert_eq!(whole("TriageService/GetCase"), "rapport.staff.v1.TriageService/GetCase");
        assert_eq!(whole("IntakeService/GetIntake"), "rapport.intake.v1.IntakeService/GetIntake");
    }
}
