//! The twin test: whatever a second partner brings, the first one cannot tell it from silence.
//!
//! Each run is a house of its own with real parts and a clock that stands where it is put: the intake service over gRPC,
//! every step of the worker, the notifier and its folder. Of a run everything is kept that the first partner fetches,
//! streams and receives, errors and bytes and times; ids and tokens are named by the order in which they first appear,
//! and nothing else is left out. Two runs must read the same up to the release step and, unless the second partner is
//! in and not flagged, beyond it. What our own process needs of real time is put aside.
//!
//! What the first partner does here is their own: they never use the invitation's token as if they were the one invited.
//!
//! Seen red, each guard taken out by itself:
//! - a second partner's triage puts the case before staff (`triage_intake::raised`), where it comes before the first one's
//! - `match_case` hears of a second partner's intake
//! - the release step lets flagged answers count (`Dossier::second_in`)
//! - a wish is read for the appointment instead of for one client (`wishes::of`)
//! - a second partner's no to a hold acts at once (`cancel_appointment`)
//! - the first partner is written to when the second is triaged
//! - a letter's call is reckoned from the case's urgency (`Sender::read_subject`)
//! - asking for an invitation again is answered by what became of it (`invite_partner`)
//! - any news about the case is a hint (`watch_intake`)
//! - what a second partner asks for is shown while the time is only held (`Said::read`)
//!
//! Not seen here: ranking by the case's urgency finds the same first time in the sample practice's calendar.

mod house;
mod kept;
mod posted;

use futures::{StreamExt as _, stream};
use rapport_proto::intake as pb;
use rapport_tests::{database::Database, people::Sample};

use house::House;
use pb::IfPartnerSilent::{CallMe, KeepLooking, SeeMeAlone};

/// What the second partner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Partner {
    /// Never opens the link.
    Silent,
    /// Opens it and goes away.
    Opens,
    /// Says no to the invitation.
    Declines,
    /// Answers, and a safety rule asks for a clinician's call.
    Flagged,
    /// Answers, and somebody may be in danger.
    InDanger,
    /// Is not of age.
    UnderAge,
    /// Answers, and nothing stands against a session.
    Unflagged,
    /// Answers likewise, and says no to every time that is held.
    SaysNoToTheTime,
    /// Answers likewise, and asks for another time of every one that is held.
    WouldRatherMove,
    /// Answers likewise, and is not contacted any more.
    NotContacted,
}

impl Partner {
    const ALL: [Self; 10] = [
        Self::Silent,
        Self::Opens,
        Self::Declines,
        Self::Flagged,
        Self::InDanger,
        Self::UnderAge,
        Self::Unflagged,
        Self::SaysNoToTheTime,
        Self::WouldRatherMove,
        Self::NotContacted,
    ];

    const fn sample(self) -> Option<Sample> {
        match self {
            Self::Silent | Self::Opens | Self::Declines => None,
            Self::Flagged => Some(Sample::Fear),
            Self::InDanger => Some(Sample::SelfHarm),
            Self::UnderAge => Some(Sample::Under18),
            Self::Unflagged | Self::SaysNoToTheTime | Self::WouldRatherMove | Self::NotContacted => {
                Some(Sample::RedFlags)
            }
        }
    }
}

/// When the second partner does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Hours after the time is held.
    Later,
    /// Before the worker has heard of either; it hears of the second one first.
    AtOnce,
}

/// The first partner's log up to the release step, and beyond it.
type Logs = (Vec<String>, Vec<String>);

async fn run(database: Database, first: Sample, wish: pb::IfPartnerSilent, partner: Partner, order: Order) -> Logs {
    let mut house = House::open(&database).await;
    house.first_submits(first, wish).await;
    if order == Order::AtOnce {
        house.first_invites().await;
        house.second(partner).await;
        house.settle_in_turn(true).await;
    } else {
        house.settle().await;
        house.look().await;
        house.later(3600).await;
        house.first_invites().await;
        house.later(3600).await;
        house.second(partner).await;
        house.settle().await;
    }
    house.look().await;
    house.later(3600).await;
    house.first_says_yes_and_asks_for_a_letter().await;
    house.look().await;
    if partner == Partner::WouldRatherMove {
        house.second_would_rather_have_another_time().await;
    }
    house.look().await;
    if wish == KeepLooking && order == Order::Later {
        house.first_moves_the_hold().await;
        house.look().await;
    }
    let mut before = None;
    // Every round that may follow a freed hold, and its end.
    for _ in 0..4 {
        let Some(deadline) = house.deadline().await else { break };
        match partner {
            Partner::SaysNoToTheTime => house.second_says_no_to_the_time().await,
            Partner::WouldRatherMove => house.second_would_rather_have_another_time().await,
            _ => {}
        }
        house.put_clock(deadline - jiff::SignedDuration::from_secs(1)).await;
        house.look().await;
        before.get_or_insert(house.kept.len());
        house.put_clock(deadline).await;
        house.look().await;
        house.later(3600).await;
        house.look().await;
    }
    house.later(48 * 3600).await;
    house.look().await;
    let kept = house.close().await;
    database.close().await.unwrap();
    let beyond = kept[before.unwrap_or(kept.len())..].to_vec();
    (kept[..kept.len() - beyond.len()].to_vec(), beyond)
}

async fn twins(make: impl AsyncFn() -> Database, first: Sample, wish: pb::IfPartnerSilent, order: Order) {
    let mut runs = Vec::new();
    for partner in Partner::ALL {
        runs.push(run(make().await, first, wish, partner, order));
    }
    // A few at a time: the server has connections for so many houses.
    let mut runs = stream::iter(runs).buffered(4).collect::<Vec<_>>().await.into_iter();
    let (silent_before, silent_beyond) = runs.next().unwrap();
    assert!(silent_before.len() > 20, "there is something to compare");
    for (partner, (before, beyond)) in Partner::ALL.into_iter().skip(1).zip(runs) {
        let said = format!("{first:?}, {wish:?}, {order:?}, {partner:?}");
        same(&silent_before, &before, &said);
        if matches!(partner, Partner::Unflagged | Partner::WouldRatherMove) {
            let held = first == Sample::Couple;
            assert_eq!(silent_beyond != beyond, held, "{said}: the release step is where a partner begins to count");
        } else {
            same(&silent_beyond, &beyond, &said);
        }
    }
}

/// Line by line, so that a difference is told by itself.
#[track_caller]
fn same(silent: &[String], other: &[String], said: &str) {
    for (n, (silent, other)) in silent.iter().zip(other).enumerate() {
        assert!(silent == other, "{said}: line {n} differs\nsilent: {silent}\n other: {other}");
    }
    assert_eq!(silent.len(), other.len(), "{said}");
}

macro_rules! on_both {
    ($($name:ident: $first:ident, $wish:ident, $order:ident;)*) => {
        mod on_sqlite {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                twins(async || Database::sqlite().await.unwrap(), Sample::$first, $wish, Order::$order).await;
            })*
        }
        mod on_postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                twins(async || Database::postgres().await.unwrap(), Sample::$first, $wish, Order::$order).await;
            })*
        }
    };
}

on_both! {
    whoever_would_be_seen_alone_learns_nothing: Couple, SeeMeAlone, Later;
    whoever_keeps_looking_learns_nothing: Couple, KeepLooking, Later;
    whoever_would_be_called_learns_nothing: Couple, CallMe, Later;
    a_partner_who_answers_at_once_changes_no_time: Couple, KeepLooking, AtOnce;
    a_partner_who_answers_at_once_moves_no_call: NobodyMatches, CallMe, AtOnce;
    a_partner_who_answers_later_moves_no_call: NobodyMatches, SeeMeAlone, Later;
}
