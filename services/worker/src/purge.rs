//! Forgets what is no longer needed to do everything once.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rapport_store::{accounts, audit, calendar_changes, drafts, inbox, outbox, requests, sessions};

use crate::{Deps, job::JobError, timer::Timer};

/// What is forgotten is days old; an hour more does not matter.
pub(crate) const TIMER: Timer = Timer { name: "purge", period: Duration::from_secs(3600) };

/// How long an inbox row is kept: longer than any message waits for its last try or, as a dead letter, for somebody to
/// look. Behind it, a case's state still keeps an event from having its effect twice.
const INBOX: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long the audit trail is kept: six years (45 CFR 164.316(b)(2)(i)), and the leap days in them.
const AUDIT: SignedDuration = SignedDuration::from_hours(24 * (6 * 365 + 2));
/// How long a published event is kept, for whoever looks into what happened last week.
const PUBLISHED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Forgets expired answers to requests, old inbox rows, long published events, sessions that have ended, what changed
/// in the calendar hours ago and entries of the audit trail that have stood long enough, and destroys the drafts whose time is
/// over with their keys.
///
/// # Errors
/// Where the store fails; what was forgotten until then stays forgotten.
pub async fn purge(deps: &Deps, now: Timestamp) -> Result<(), JobError> {
    let store = &deps.store;
    let drafts = drafts::purge_expired(store, now).await?;
    let requests = requests::purge_expired(store, now).await?;
    let inbox = inbox::purge_before(store, now - INBOX).await?;
    let outbox = outbox::purge_published_before(store, now - PUBLISHED).await?;
    let sessions = sessions::purge(store, now).await? + accounts::purge_sign_ins(store, now).await?;
    let audited = audit::forget::before(store, now - AUDIT).await?;
    let changes = calendar_changes::purge(store).await?;
    if changes + drafts + requests + inbox + outbox + sessions + audited > 0 {
        tracing::info!(
            changes,
            drafts,
            requests,
            inbox,
            outbox,
            sessions,
            audited,
            "forgot rows that are no longer needed"
        );
    }
    Ok(())
}
