//! When somebody can be booked, whether or not somebody else has the time.

use rapport_domain::calendar::hours::days_from;
use rapport_proto::{staff as pb, time};
use rapport_security::StaffPrincipal;
use rapport_store::{audit, therapists};

use crate::{Deps, parse::ListHours, policy, refusal::Refusal, trail};

/// Day by day; nothing on days on which the practice is closed.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %asked.therapist))]
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    asked: ListHours,
) -> Result<pb::ListHoursResponse, Refusal> {
    let therapist = therapists::get(&deps.store, asked.therapist).await?.ok_or(Refusal::NotFound)?;
    let resources = vec![asked.therapist.to_string()];
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_HOURS, resources)).await?;
    let mut hours = Vec::new();
    let open = |date: &jiff::civil::Date| !deps.practice.closed_on.contains(date);
    for date in days_from(asked.first_day).take(asked.days).filter(open) {
        let block = therapist.hours.around(&deps.practice, date);
        hours.extend(block.on(date).iter().map(|shift| pb::OpenHours {
            start_time: Some(time::to_message(shift.at.starts_at)),
            end_time: Some(time::to_message(shift.at.ends_at)),
            location: shift.place.location.clone().unwrap_or_default(),
            video: shift.place.video,
        }));
    }
    Ok(pb::ListHoursResponse { hours })
}
