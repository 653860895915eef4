//! What stands on the page of a session.

use rapport_domain::{contact::Language, practice};
use rapport_proto::intake as pb;

/// The page, in the client's language.
pub(super) fn session_page(page: practice::SessionPage<'_>, language: Language) -> pb::SessionPage {
    let steps = page.steps.iter().map(|step| pb::SmallStep {
        title: step.title.get(language).to_owned(),
        how: step.how.get(language).to_owned(),
        why: step.why.get(language).to_owned(),
    });
    pb::SessionPage {
        small_steps: steps.collect(),
        arrival: page.place.map(|place| pb::Arrival {
            directions: place.directions.get(language).to_owned(),
            parking: place.parking.get(language).to_owned(),
            access: place.access.get(language).to_owned(),
        }),
        video: page.video.unwrap_or_default().to_owned(),
        bring: page.bring.into_iter().map(str::to_owned).collect(),
        fee: Some(pb::SessionFee {
            dollars: i32::try_from(page.dollars).unwrap_or(i32::MAX),
            text: page.fee,
            estimate: page.estimate.unwrap_or_default(),
        }),
    }
}
