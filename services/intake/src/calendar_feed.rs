//! A therapist's sessions as their own calendar program subscribes to them: when and where, and nobody's name.

use jiff::SignedDuration;
use rapport_domain::id::{FeedId, TherapistId};
use rapport_proto::{staff as pb, time};
use rapport_security::{Principal, StaffPrincipal, Token};
use rapport_store::{Feed, Tx, appointments, audit, feeds, therapists};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// How long a session that is over stays in the calendar: programs take out what is no longer there.
const KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Sessions that are shown: above what a year's capacity holds.
const MOST: u64 = 4_000;

/// Makes the address of a feed; the one that was there shows nothing any more.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %therapist))]
pub(crate) async fn create(
    deps: &Deps,
    staff: StaffPrincipal,
    therapist: TherapistId,
    repeatable: Repeatable,
) -> Result<pb::CreateCalendarFeedResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let staff = staff.clone();
        Box::pin(async move { make(deps, tx, &staff, therapist).await })
    })
    .await
}

async fn make(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    therapist: TherapistId,
) -> Result<pb::CreateCalendarFeedResponse, Refusal> {
    therapists::get(tx, therapist).await?.ok_or(Refusal::NotFound)?;
    let token = Token::generate();
    let feed = Feed { id: FeedId::new(deps.ids.uuid()), therapist, created_at: deps.clock.now() };
    feeds::put(tx, &feed, token.hash()).await?;
    let resources = vec![feed.id.to_string(), therapist.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::CREATE_CALENDAR_FEED, resources)).await?;
    let pages = deps.practice.pages_url.as_ref();
    Ok(pb::CreateCalendarFeedResponse {
        url: pages.map(|pages| format!("{pages}/calendar/{}.ics", token.text())).unwrap_or_default(),
        token: token.text(),
        create_time: Some(time::to_message(feed.created_at)),
    })
}

/// Ends a therapist's feed; repeating it succeeds.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, therapist.id = %therapist))]
pub(crate) async fn revoke(deps: &Deps, staff: &StaffPrincipal, therapist: TherapistId) -> Result<(), Refusal> {
    let entry = trail::by_staff(deps, staff, policy::REVOKE_CALENDAR_FEED, vec![therapist.to_string()]);
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                feeds::remove(tx, therapist).await?;
                audit::write(tx, &entry).await?;
                Ok(())
            })
        })
        .await
}

/// What a program that holds the feed's token reads.
#[tracing::instrument(skip_all, fields(feed.id = %id))]
pub(crate) async fn read(deps: &Deps, id: FeedId, known_etag: &str) -> Result<pb::GetCalendarFeedResponse, Refusal> {
    let (store, now) = (&deps.store, deps.clock.now());
    let feed = feeds::get(store, id).await?.ok_or(Refusal::TokenInvalid)?;
    let sessions = appointments::of_therapist(store, feed.therapist, now - KEPT, MOST).await?;
    let calendar = view::calendar_feed(&sessions, &deps.practice);
    let digest = store.keyring().request_digest(calendar.as_bytes());
    let etag = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
    let resources = std::iter::once(feed.therapist.to_string()).chain(sessions.iter().map(|it| it.id.to_string()));
    let principal = Principal::Feed(id.uuid());
    audit::write(store, &trail::by(deps, &principal, policy::GET_CALENDAR_FEED, resources.collect())).await?;
    let unchanged = etag == known_etag;
    Ok(pb::GetCalendarFeedResponse {
        calendar: if unchanged { String::new() } else { calendar },
        content_type: "text/calendar; charset=utf-8".to_owned(),
        etag,
        unchanged,
    })
}
