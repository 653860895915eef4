//! Two partners and one appointment: each reads and does by their own word.

use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    intake::Care,
    letter::{LetterKind, Recipient, telling},
};
use rapport_proto::intake as pb;
use rapport_store::{StoreError, appointments, cases, letters, triage_results};
use tonic::Status;

use crate::{
    appointments::{hold, own},
    house::{House, bearing, on_each, reason},
    invitations::{intake_of, invite, join},
};

struct Couple {
    first: pb::SubmitIntakeResponse,
    second: pb::SubmitIntakeResponse,
    held: Appointment,
}

/// Two partners with a hold, both triaged as the worker would.
async fn couple(house: &House, second: &str) -> Couple {
    let first = house.submit("02-couple.json").await;
    let token = invite(house, &first, None).await.unwrap().invitation_token;
    let second = join(house, second, &token).await;
    for answer in [&first, &second] {
        let intake = intake_of(house, answer).await;
        let practice = &house.deps.practice;
        let subject = practice.subject(&intake.submission, Care::Couple, intake.received_at);
        let (id, result) = (intake.id, practice.protocol.triage(&subject));
        let put =
            house.deps.store.transact(move |tx| Box::pin(async move { triage_results::put(tx, id, &result).await }));
        put.await.map_err(|error: StoreError| error).unwrap();
    }
    let held = hold(house, &first.intake, Care::Couple).await;
    Couple { first, second, held }
}

async fn confirm(house: &House, who: &pb::SubmitIntakeResponse, it: &Appointment) -> Result<pb::Appointment, Status> {
    let request = pb::ConfirmAppointmentRequest { name: it.id.to_string(), ..Default::default() };
    let answer = house.client.clone().confirm_appointment(bearing(&who.status_token, request)).await?;
    Ok(answer.into_inner().appointment.unwrap())
}

async fn cancel(house: &House, who: &pb::SubmitIntakeResponse, it: &Appointment) -> Result<pb::Appointment, Status> {
    let request = pb::CancelAppointmentRequest { name: it.id.to_string(), ..Default::default() };
    let answer = house.client.clone().cancel_appointment(bearing(&who.status_token, request)).await?;
    Ok(answer.into_inner().appointment.unwrap())
}

/// Every letter about the appointment, by whom it goes to.
async fn written(house: &House, couple: &Couple) -> Vec<(LetterKind, &'static str)> {
    let who = |recipient: &Recipient| match recipient {
        Recipient::Client(id) if id.to_string() == couple.first.intake => "first",
        Recipient::Client(_) => "second",
        _ => "staff",
    };
    let letters = letters::of_case(&house.deps.store, couple.held.case).await.unwrap();
    let mut written: Vec<_> = letters.iter().map(|letter| (letter.kind, who(&letter.recipient))).collect();
    written.sort_unstable();
    written
}

/// As the release step or staff do.
async fn fix(house: &House, held: &Appointment) {
    let mut fixed = held.clone();
    let done = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            fixed.confirm().unwrap();
            appointments::save(tx, &fixed, 0).await?;
            let mut case = cases::get(tx, fixed.case).await?.unwrap();
            case.follow(AppointmentState::Confirmed).unwrap();
            cases::save(tx, &case).await.map(drop)
        })
    });
    done.await.map_err(|error: StoreError| error).unwrap();
}

/// Guard: `wishes` are read by the caller's own intake.
#[tokio::test]
async fn a_yes_is_read_by_whoever_said_it_alone() {
    on_each(async |house| {
        let couple = couple(house, "02-couple.json").await;
        let before = own(house, &couple.first).await;
        assert!(confirm(house, &couple.second, &couple.held).await.unwrap().accepted);
        assert_eq!(own(house, &couple.first).await, before);
        let seen = own(house, &couple.second).await.appointment.unwrap();
        assert!(seen.accepted && seen.etag != before.appointment.unwrap().etag);
    })
    .await;
}

/// Guard: `OwnAppointment::no_is_only_a_word`.
#[tokio::test]
async fn a_second_partners_no_to_a_hold_is_theirs_alone_and_may_be_taken_back() {
    on_each(async |house| {
        let couple = couple(house, "02-couple.json").await;
        let before = (own(house, &couple.first).await, written(house, &couple).await);
        for _ in 0..2 {
            let after = cancel(house, &couple.second, &couple.held).await.unwrap();
            assert_eq!((after.state(), after.release_time), (pb::AppointmentState::Cancelled, None));
        }
        assert_eq!((own(house, &couple.first).await, written(house, &couple).await), before);
        let held = appointments::get(&house.deps.store, couple.held.id).await.unwrap().unwrap();
        assert_eq!((held.state, held.sequence), (AppointmentState::Held, 0));
        let seen = own(house, &couple.second).await;
        assert_eq!((seen.state(), &seen.appointment), (pb::IntakeState::Received, &None));
        assert!(seen.next_step.starts_with("Thank you for telling us"), "{}", seen.next_step);
        let stale = pb::ConfirmAppointmentRequest {
            name: couple.held.id.to_string(),
            etag: "0".to_owned(),
            ..Default::default()
        };
        let stale = bearing(&couple.second.status_token, stale);
        assert_eq!(reason(&house.client.clone().confirm_appointment(stale).await.unwrap_err()), "ETAG_MISMATCH");
        assert_eq!(confirm(house, &couple.second, &couple.held).await.unwrap().state(), pb::AppointmentState::Held);
        assert_eq!(own(house, &couple.second).await.state(), pb::IntakeState::Held);
    })
    .await;
}

/// Guard: `cancel_appointment::tell_partner`, and the canceller's own wish behind the two sentences.
#[tokio::test]
async fn whoever_cancels_a_fixed_session_tells_the_other_neither_who_nor_why() {
    on_each(async |house| {
        for first_cancels in [true, false] {
            let couple = couple(house, "02-couple.json").await;
            fix(house, &couple.held).await;
            let (who, other) = match first_cancels {
                true => ((&couple.first, "first"), (&couple.second, "second")),
                false => ((&couple.second, "second"), (&couple.first, "first")),
            };
            for _ in 0..2 {
                let after = cancel(house, who.0, &couple.held).await.unwrap();
                assert_eq!(after.state(), pb::AppointmentState::Cancelled);
            }
            let expected = [
                (LetterKind::Cancelled, who.1),
                (LetterKind::WillNotTakePlace, other.1),
                (LetterKind::StaffAlert, "staff"),
            ];
            assert_eq!(written(house, &couple).await, expected);
            let (seen, told) = (own(house, who.0).await, own(house, other.0).await);
            assert_eq!((seen.state(), told.state()), (pb::IntakeState::WeWillCall, pb::IntakeState::WeWillCall));
            assert!(seen.next_step.starts_with("Your time has been given back"));
            assert!(told.next_step.starts_with("Your session will not take place"));
            for sentence in [&seen.next_step, &told.next_step] {
                assert_eq!(telling(sentence).count(), 0, "{sentence}");
            }
        }
    })
    .await;
}

/// Guards: `is_for` asks `OwnIntake::may_meet_together`, `staff_case::clients_of` leaves the flagged out.
#[tokio::test]
async fn to_a_second_partner_whose_answers_ask_for_a_call_there_never_was_a_session() {
    on_each(async |house| {
        let couple = couple(house, "05-fear-of-partner.json").await;
        let before = own(house, &couple.first).await;
        let seen = own(house, &couple.second).await;
        assert_eq!((seen.state(), &seen.appointment), (pb::IntakeState::WeWillCall, &None));
        for refused in
            [cancel(house, &couple.second, &couple.held).await, confirm(house, &couple.second, &couple.held).await]
        {
            assert_eq!(reason(&refused.unwrap_err()), "RESOURCE_NOT_FOUND");
        }
        assert_eq!(own(house, &couple.first).await, before);
        fix(house, &couple.held).await;
        assert_eq!(own(house, &couple.second).await, seen);
        cancel(house, &couple.first, &couple.held).await.unwrap();
        assert!(!written(house, &couple).await.iter().any(|(kind, _)| *kind == LetterKind::WillNotTakePlace));
        assert_eq!(own(house, &couple.second).await.next_step, seen.next_step);
    })
    .await;
}

/// Guard: `Standing::joint_time_is_off`.
#[tokio::test]
async fn a_second_partner_reads_that_the_session_is_off_when_the_first_is_seen_alone() {
    on_each(async |house| {
        let couple = couple(house, "02-couple.json").await;
        let mut released = couple.held.clone();
        let free = house.deps.store.transact(move |tx| {
            Box::pin(async move {
                released.release().unwrap();
                appointments::save(tx, &released, 0).await
            })
        });
        free.await.map_err(|error: StoreError| error).unwrap();
        let alone = hold(house, &couple.first.intake, Care::Individual).await;
        assert_eq!(own(house, &couple.first).await.appointment.unwrap().name, alone.id.to_string());
        let seen = own(house, &couple.second).await;
        assert_eq!((seen.state(), &seen.appointment), (pb::IntakeState::WeWillCall, &None));
        assert!(seen.next_step.starts_with("Your session will not take place"));
        assert_eq!(seen.call_by_time, None);
    })
    .await;
}
