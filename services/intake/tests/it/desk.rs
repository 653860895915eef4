//! What the desk reads, by role: the rows of "who learns what" that concern staff.

use std::collections::BTreeSet;

use prost::Message;
use rapport_proto::staff as pb;
use rapport_security::Role;

use crate::{
    house::{bearing, house, on_each},
    people::{Desk, SAFE},
};

/// Red where a field of any answer is filled for every role: whatever a clinician reads of rules, scores, small steps,
/// views, reports and reasons is looked for in the bytes of everything that a coordinator is answered.
#[tokio::test]
async fn a_coordinator_is_told_no_answer_rule_reason_or_score_in_any_field_of_any_answer() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("a_canary_of_an_answer").await;
        desk.partner(&case, &[("fear", "yes"), ("child_harm", "yes")]).await;
        desk.hold(&case).await;
        desk.override_urgency(Role::Clinician, &case, pb::Urgency::Urgent, "a canary of a reason").await.0.unwrap();
        let mut told = vec![desk.override_urgency(Role::Coordinator, &case, pb::Urgency::Routine, "x").await.1];
        told.push(desk.override_urgency(Role::Coordinator, &case, pb::Urgency::Immediate, "x").await.1);
        let report = desk.record(Role::Clinician, &case).await.reports.remove(0);
        told.push(desk.complete(Role::Coordinator, &report.name, "a canary of an agency").await.1);
        desk.complete(Role::Clinician, &report.name, "a canary of an agency").await.0.unwrap();
        told.push(desk.confirm(Role::Coordinator, &case).await.1);
        told.push(desk.claim(Role::Coordinator, &case).await);
        told.push(desk.close(Role::Coordinator, &case, "").await.1);
        told.push(desk.record(Role::Coordinator, &case).await.encode_to_vec());
        let open = desk.record(Role::Clinician, &case).await;
        desk.close(Role::Clinician, &case, "a canary of a note").await.0.unwrap();
        told.push(desk.record(Role::Coordinator, &case).await.encode_to_vec());
        told.push(desk.list(Role::Coordinator).await.encode_to_vec());
        let closed = desk.record(Role::Clinician, &case).await;
        let secrets: BTreeSet<String> = secrets(&open).into_iter().chain(secrets(&closed)).collect();
        for planted in ["a canary of a reason", "a canary of an agency", "a canary of a note"] {
            assert!(secrets.contains(planted), "clinicians read no {planted}");
        }
        assert!(secrets.len() > 60, "{secrets:?}");
        let words = ["a_canary_of_an_answer".to_owned()];
        for answer in &told {
            let answer = String::from_utf8_lossy(answer);
            for secret in secrets.iter().chain(&words) {
                assert!(!answer.contains(secret.as_str()), "a coordinator was told {secret:?}");
            }
        }
    })
    .await;
}

/// Every text that tells of answers in what a clinician reads.
fn secrets(case: &pb::Case) -> Vec<String> {
    let mut texts = vec![case.protocol.clone()];
    for rule in &case.fired_rules {
        texts.extend([rule.rule.clone(), rule.because.clone()]);
        texts.extend(rule.evidence.iter().flat_map(|it| [it.source.clone(), it.label.clone(), it.value.clone()]));
    }
    texts.extend(case.scores.iter().flat_map(|it| [it.scale.clone(), it.label.clone(), it.band.clone()]));
    texts.extend(case.small_steps.iter().flat_map(|it| [it.step.clone(), it.label.clone()]));
    if let Some(view) = &case.joint {
        let rows = view.signs.iter().chain(&view.drivers).chain(&view.red_flags);
        texts.extend(rows.flat_map(|row| [row.id.clone(), row.label.clone(), row.first.clone(), row.second.clone()]));
    }
    for report in &case.reports {
        texts.extend([report.name.clone(), report.kind.clone(), report.label.clone()]);
        if let Some(pb::report::Decision::Made(made)) = &report.decision {
            texts.extend([made.agency.clone(), made.note.clone()]);
        }
    }
    texts.extend(case.overrides.iter().map(|it| it.reason.clone()));
    texts.extend(case.closure.iter().map(|it| it.note.clone()));
    texts.extend(case.appointment.iter().flat_map(|it| it.because.clone()));
    // A word as short as "no" or "often" stands in any text.
    texts.retain(|text| text.len() > 6);
    texts
}

/// Row "own safety answer".
#[tokio::test]
async fn of_an_own_safety_answer_a_coordinator_learns_that_and_how_to_call() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("05-fear-of-partner.json").await;
    let seen = desk.record(Role::Coordinator, &case).await;
    let summary = seen.summary.unwrap();
    assert!(summary.call_needed && summary.clinician_only);
    assert!(!seen.contacts[0].phone.is_empty() && !seen.contacts[0].safe_hours.is_empty());
    assert!(seen.fired_rules.is_empty() && seen.scores.is_empty() && seen.small_steps.is_empty());
    let seen = desk.record(Role::Clinician, &case).await;
    assert!(!seen.fired_rules.is_empty() && !seen.scores.is_empty());
    // One screening is in: there is nobody whom it must be kept from by name.
    assert!(seen.fired_rules.iter().all(|rule| rule.known_only_from.is_empty()));
    let usual = desk.couple("").await;
    assert!(!desk.record(Role::Coordinator, &usual).await.summary.unwrap().call_needed);
}

/// Row "second partner's safety answer": a coordinator learns that it is a clinician's case, and not whose doing.
#[tokio::test]
async fn of_a_second_partners_safety_answer_a_coordinator_learns_that_a_clinician_decides() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let (flagged, safe) = (desk.couple("").await, desk.couple("").await);
        desk.partner(&flagged, &[("fear", "yes")]).await;
        desk.partner(&safe, SAFE).await;
        let read = async |case: &str| {
            let mut seen = desk.record(Role::Coordinator, case).await;
            let summary = seen.summary.take().unwrap();
            (summary.clinician_only, summary.call_needed, summary.staff_reason, seen)
        };
        let (of_flagged, of_safe) = (read(&flagged).await, read(&safe).await);
        assert_eq!((of_flagged.0, of_safe.0), (true, false));
        assert_eq!((of_flagged.1, &of_flagged.2), (of_safe.1, &of_safe.2));
        for (one, other) in of_flagged.3.contacts.iter().zip(&of_safe.3.contacts) {
            let alike = |contact: &pb::SafeContact| pb::SafeContact {
                intake: String::new(),
                phone: String::new(),
                email: String::new(),
                ..contact.clone()
            };
            assert_eq!(alike(one), alike(other));
        }
        let seen = desk.record(Role::Clinician, &flagged).await;
        let second = &seen.contacts[1].intake;
        let (of_second, of_first): (Vec<_>, Vec<_>) = seen.fired_rules.iter().partition(|rule| rule.intake == *second);
        assert!(of_second.iter().any(|rule| rule.rule.contains("fear")));
        let known = "Known only from Robin P.: don't mention it to Morgan S.";
        assert!(of_second.iter().all(|rule| rule.known_only_from == known));
        let known = "Known only from Morgan S.: don't mention it to Robin P.";
        assert!(of_first.iter().all(|rule| rule.known_only_from == known));
        assert!(seen.scores.iter().all(|score| !score.known_only_from.is_empty()));
        assert!(seen.small_steps.iter().all(|step| !step.known_only_from.is_empty()));
    })
    .await;
}

/// Rows "second screening in", "partner declines, opens or ignores".
#[tokio::test]
async fn the_desk_reads_where_the_second_partners_word_stands() {
    use rapport_domain::invitation::InvitationState::{Accepted, Declined, Open};
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let check = async |case: &str, expected: pb::InvitationState| {
            for role in [Role::Coordinator, Role::Clinician] {
                assert_eq!(desk.record(role, case).await.invitation(), expected);
            }
        };
        let alone = desk.flagged("01-drift-and-stress.json").await;
        check(&alone, pb::InvitationState::Unspecified).await;
        let case = desk.couple("").await;
        check(&case, pb::InvitationState::NotInvited).await;
        for (state, expected) in [
            (Open, pb::InvitationState::Invited),
            (Accepted, pb::InvitationState::Opened),
            (Declined, pb::InvitationState::Declined),
        ] {
            let case = desk.couple("").await;
            desk.invite(&case, state).await;
            check(&case, expected).await;
        }
        desk.partner(&case, SAFE).await;
        check(&case, pb::InvitationState::In).await;
    })
    .await;
}

/// Guard: `Clinical::read` and `view::case`, each by itself: a view needs both screenings, and a clinician.
#[tokio::test]
async fn both_partners_views_are_for_clinicians_once_both_are_in() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    assert!(desk.record(Role::Clinician, &case).await.joint.is_none());
    desk.partner(&case, SAFE).await;
    assert!(desk.record(Role::Coordinator, &case).await.joint.is_none());
    let seen = desk.record(Role::Clinician, &case).await;
    let view = seen.joint.unwrap();
    assert_eq!((&view.first, &view.second), (&seen.contacts[0].intake, &seen.contacts[1].intake));
    assert!(!view.signs.is_empty() && !view.drivers.is_empty() && !view.red_flags.is_empty());
}

#[tokio::test]
async fn a_case_that_may_be_the_same_persons_is_shown_with_what_both_have_and_never_merged() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let check = async |change: fn(&mut rapport_proto::intake::Client), expected: &[&str]| {
            let other = desk.another(change).await;
            for role in [Role::Coordinator, Role::Clinician] {
                let seen = desk.record(role, &other).await;
                let found = seen.suspected_duplicates.iter().find(|it| it.case_name == case);
                assert_eq!(found.map_or(&[][..], |it| &it.because[..]), expected);
                assert!(found.is_none_or(|it| it.label == "Morgan S."));
                assert_eq!(seen.contacts.len(), 1);
            }
        };
        check(|_| {}, &["The same name and birthday.", "The same e-mail address.", "The same phone number."]).await;
        check(
            |client| {
                client.email = "else@example.com".to_owned();
                client.given_name = "Else".to_owned();
            },
            &["The same phone number."],
        )
        .await;
        check(
            |client| {
                client.email = "one@example.com".to_owned();
                client.phone = "704-555-0197".to_owned();
            },
            &["The same name and birthday."],
        )
        .await;
        check(
            |client| {
                client.email = "two@example.com".to_owned();
                client.phone = "704-555-0198".to_owned();
                client.date_of_birth = "1980-01-01".to_owned();
            },
            &[],
        )
        .await;
    })
    .await;
}

/// Row "one partner cancels a confirmed joint session".
#[tokio::test]
async fn the_desk_reads_that_a_client_gave_a_session_for_two_back() {
    use rapport_proto::intake;
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let answer = house.submit("02-couple.json").await;
        let case = desk.intake(&answer.intake).await.case.to_string();
        let held = desk.hold(&case).await;
        desk.confirm(Role::Coordinator, &case).await.0.unwrap();
        let request = intake::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
        house.client.clone().cancel_appointment(bearing(&answer.status_token, request)).await.unwrap();
        for role in [Role::Coordinator, Role::Clinician] {
            let seen = desk.record(role, &case).await;
            assert!(seen.appointment.is_none());
            assert_eq!(seen.summary.unwrap().staff_reason, "The client gave their time back.");
        }
    })
    .await;
}

/// Row "safety answer in a draft".
#[tokio::test]
async fn nobody_at_the_desk_learns_of_a_draft() {
    use rapport_proto::intake;
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let sent = house.sample("05-fear-of-partner.json");
        let draft = intake::SaveDraftRequest {
            protocol: sent.protocol.clone(),
            screenings: sent.screenings.clone(),
            ..Default::default()
        };
        let saved = house.client.clone().save_draft(draft).await.unwrap().into_inner();
        assert!(saved.safety_notice.is_some());
        for role in [Role::Coordinator, Role::Clinician] {
            assert!(desk.list(role).await.cases.is_empty());
        }
    })
    .await;
}
