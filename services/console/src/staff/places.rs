//! Where staff can go: one list, of which everybody sees what the service lets them call.

use super::rpc::{self, Rpc};

/// An entry of the navigation.
pub(crate) struct Place {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
    /// The call that the page is made of.
    pub(crate) by: Rpc,
}

/// All of them, in the order in which they are shown; the first that somebody may go to is where they start.
pub(crate) const PLACES: &[Place] = &[
    Place { path: "/staff", name: "Queue", by: rpc::LIST_CASES },
    Place { path: "/staff/letters", name: "Letters", by: rpc::LIST_LETTERS },
    Place { path: "/staff/calendar", name: "Calendar", by: rpc::LIST_SESSIONS },
    Place { path: "/staff/roster", name: "Roster", by: rpc::LIST_THERAPISTS },
    Place { path: "/staff/practice", name: "Practice", by: rpc::GET_PROTOCOL },
    Place { path: "/staff/accounts", name: "Accounts", by: rpc::LIST_ACCOUNTS },
    Place { path: "/staff/audit", name: "Audit", by: rpc::LIST_AUDIT_ENTRIES },
];

impl Place {
    /// Whether a page's address lies within it. The queue's is the beginning of all.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match path.strip_prefix(self.path) {
            Some(rest) if self.path == "/staff" => {
                rest.is_empty() || ["/cases", "/find", "/intake"].iter().any(|part| rest.starts_with(part))
            }
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lies_within_one_place() {
        let queue = &PLACES[0];
        assert!(queue.holds("/staff") && queue.holds("/staff/cases/1"));
        assert!(!queue.holds("/staff/letters"));
    }
}
