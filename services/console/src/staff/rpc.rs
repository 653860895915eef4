//! The calls of the staff API that a page or an action is offered by.

/// One of them, without its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rpc(&'static str);

pub(crate) const LIST_CASES: Rpc = Rpc("TriageService/ListCases");
pub(crate) const LIST_LETTERS: Rpc = Rpc("OperationsService/ListLetters");
pub(crate) const RESEND_LETTER: Rpc = Rpc("OperationsService/ResendLetter");
pub(crate) const RESOLVE_LETTER: Rpc = Rpc("OperationsService/ResolveLetter");
pub(crate) const LIST_THERAPISTS: Rpc = Rpc("RosterService/ListTherapists");
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
pub(crate) const LIST_AUDIT_ENTRIES: Rpc = Rpc("AuditService/ListAuditEntries");

impl Rpc {
    /// Its name as the service tells it.
    pub(crate) fn full_name(self) -> String {
        format!("rapport.staff.v1.{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::places::PLACES;

    #[test]
    fn every_page_is_offered_by_a_call_of_the_contract() {
        let pool = rapport_proto::descriptor();
        let methods: Vec<_> = pool
            .services()
            .flat_map(|service| {
                let methods = service.methods().map(|method| format!("{}/{}", service.full_name(), method.name()));
                methods.collect::<Vec<_>>()
            })
            .collect();
        for Rpc(name) in PLACES.iter().map(|place| place.by).chain([
            LIST_CASES,
            RESEND_LETTER,
            RESOLVE_LETTER,
            SET_HOURS,
            CLOSE_ROOM,
            LIST_ROOM_CLOSURES,
            LIST_MAIL,
            LIST_DEAD_LETTERS,
            REPLAY_DEAD_LETTER,
            REPLAY_PROTOCOL,
        ]) {
            assert!(methods.contains(&Rpc(name).full_name()), "{name}");
        }
    }
}
