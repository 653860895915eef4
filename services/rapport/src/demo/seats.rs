//! Two seats at the desk: a coordinator's and a clinician's account, each with a one-time sign-in that opens the console.

use std::net::SocketAddr;

use rapport_domain::contact::{EmailAddress, Name};
use rapport_runtime::Clock;
use rapport_security::Role;

use super::week;
use crate::{house::House, staff_add};

/// Somebody who may sit down.
pub(super) struct Seat {
    /// "coordinator"
    pub(super) role: &'static str,
    /// Opens the console as them, once.
    pub(super) link: String,
}

/// Whose seats there are: the names that the week's calls bear.
const SEATS: [(Role, &str, &str); 2] = [
    (Role::Coordinator, week::COORDINATOR, "casey@example.com"),
    (Role::Clinician, week::CLINICIAN, "ellis@example.com"),
];

/// Makes their accounts, or finds those of an earlier demo on the same data, and a sign-in for each.
///
/// # Errors
/// Where the database fails.
pub(super) async fn offer(house: &House, pages: SocketAddr) -> anyhow::Result<Vec<Seat>> {
    let mut seats = Vec::new();
    for (role, name, email) in SEATS {
        let (name, email) = (Name::parse(name)?, EmailAddress::parse(email)?);
        let (clock, ids): (&dyn Clock, _) = (&*house.clock, &*house.ids);
        let token = match staff_add::offer_again(&house.store, &email, clock).await? {
            Some((_, token)) => token,
            None => staff_add::make(&house.store, name, email, role, true, clock, ids).await?.1,
        };
        seats.push(Seat { role: role.name(), link: format!("http://{pages}/staff/welcome/{}", token.text()) });
    }
    Ok(seats)
}
