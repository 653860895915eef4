//! The queue beside a case, on wide screens: its first cases under the filters that it was last shown with.
//!
//! It is part of the case's page, so that it stands there without scripts; the stylesheet takes it out where there is no
//! room, for eyes and screen readers alike. A browser that says that it is a phone's is sent none of it.

use rapport_proto::staff::ListCasesRequest;

use super::{filters::Filters, line::Line, looked::Looked};
use crate::{
    desk::Desk,
    staff::{clock::Clock, rpc, signed_in::Staff},
    visitor::Visitor,
};

/// As many as one sees at a glance: every case's page carries them.
const PAGE_SIZE: i32 = 25;

/// The list.
pub(crate) struct Beside {
    pub(crate) filters: Filters,
    pub(crate) lines: Vec<Line>,
    /// How many of them are new since somebody looked.
    pub(crate) fresh: usize,
    /// Whether there are more than stand here.
    pub(crate) more: bool,
}

impl Beside {
    /// `None` for a phone, for whoever may not list cases, and where the list cannot be read: the case stands without it.
    pub(crate) async fn of(desk: &Desk, staff: &Staff, visitor: &Visitor) -> Option<Self> {
        if visitor.phone || !staff.may(rpc::LIST_CASES) {
            return None;
        }
        let (filters, clock) = (Filters::kept(visitor), Clock::of(desk).await.ok()?);
        let request = staff.ask(ListCasesRequest { page_size: PAGE_SIZE, ..filters.request() }).ok()?;
        let listed = desk.staff.triage().list_cases(request).await.ok()?.into_inner();
        // Whoever works on a case has not looked at the queue.
        let since = Looked::of(visitor, clock.now(), true).since;
        let line = |case| Line::of(case, staff, since, clock.now(), clock.zone());
        let lines: Vec<_> = listed.cases.iter().map(line).collect();
        let fresh = lines.iter().filter(|line| line.fresh).count();
        Some(Self { filters, lines, fresh, more: !listed.next_page_token.is_empty() })
    }
}
