//! A letter came back.

use rapport_security::Principal;
use rapport_store::{audit, letters};

use crate::{Deps, parse::Bounce, policy, refusal::Refusal, trail};

/// Writes down that it was refused. What says nothing about a letter of ours changes nothing, and is answered alike.
#[tracing::instrument(skip_all)]
pub(crate) async fn run(deps: &Deps, bounce: Option<Bounce>) -> Result<(), Refusal> {
    let deps_in = deps.clone();
    let noted = deps.store.transact(move |tx| {
        Box::pin(async move {
            let letter = match bounce.filter(|bounce| bounce.status.is_for_good()) {
                Some(Bounce { tag, status }) => {
                    let (why, now) = (format!("it came back with {status}"), deps_in.clock.now());
                    letters::bounced(tx, tag, &why, &deps_in.practice, now).await?
                }
                None => None,
            };
            let resources = letter.iter().map(ToString::to_string).collect();
            audit::write(tx, &trail::by(&deps_in, &Principal::Bounces, policy::REPORT_BOUNCE, resources)).await?;
            Ok::<_, Refusal>(letter)
        })
    });
    if let Some(letter) = noted.await? {
        tracing::error!(letter.id = %letter, "a letter came back; staff must reach its recipient otherwise");
    }
    Ok(())
}
