//! One partner's word to the other, and the second screening.

use prost::Message;
use rapport_domain::{
    case::CaseState,
    id::IntakeId,
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    practice::Practice,
};
use rapport_proto::intake as pb;
use rapport_store::{StoreError, cases, intakes, invitations, letters, reports};
use tonic::{Code, Status};

use crate::{
    appointments::{change_case, hold, own},
    house::{House, bearing, details, house, house_of, on_each, reason},
};

pub(crate) async fn invite(
    house: &House,
    first: &pb::SubmitIntakeResponse,
    letter: Option<&str>,
) -> Result<pb::InvitePartnerResponse, Status> {
    let letter = letter.map(|email| pb::InvitationLetter { email: email.to_owned(), language: "es".to_owned() });
    let request = pb::InvitePartnerRequest { name: first.intake.clone(), letter, ..Default::default() };
    let request = bearing(&first.status_token, request);
    house.client.clone().invite_partner(request).await.map(tonic::Response::into_inner)
}

/// The second partner's own screening: that of a sample, as somebody else.
pub(crate) fn second(house: &House, file: &str, token: &str) -> pb::SubmitIntakeRequest {
    let mut request = house.sample(file);
    let client = request.client.as_mut().unwrap();
    client.given_name = "Riley".to_owned();
    client.email = "riley.canary@example.com".to_owned();
    client.phone = "704-555-0177".to_owned();
    request.care = pb::Care::Couple.into();
    request.if_partner_silent = 0;
    request.invitation_token = token.to_owned();
    request
}

pub(crate) async fn join(house: &House, file: &str, token: &str) -> pb::SubmitIntakeResponse {
    house.client.clone().submit_intake(second(house, file, token)).await.unwrap().into_inner()
}

pub(crate) async fn intake_of(house: &House, answer: &pb::SubmitIntakeResponse) -> Intake {
    intakes::get(&house.deps.store, answer.intake.parse().unwrap()).await.unwrap().unwrap()
}

async fn accept(house: &House, token: &str) -> Result<pb::AcceptInvitationResponse, Status> {
    let request = pb::AcceptInvitationRequest { language: "es".to_owned(), ..Default::default() };
    house.client.clone().accept_invitation(bearing(token, request)).await.map(tonic::Response::into_inner)
}

async fn decline(house: &House, token: &str) -> Result<(), Status> {
    let request = bearing(token, pb::DeclineInvitationRequest::default());
    house.client.clone().decline_invitation(request).await.map(drop)
}

async fn sent(house: &House, first: &pb::SubmitIntakeResponse) -> usize {
    let letters = letters::of_case(&house.deps.store, intake_of(house, first).await.case).await.unwrap();
    letters.iter().filter(|letter| letter.kind == LetterKind::Invitation).count()
}

#[tokio::test]
async fn the_text_is_shown_before_anything_is_made_and_one_letter_goes_out_at_most() {
    on_each(async |house| {
        let first = house.submit("02-couple.json").await;
        let show = pb::InvitePartnerRequest { name: first.intake.clone(), validate_only: true, ..Default::default() };
        let show = house.client.clone().invite_partner(bearing(&first.status_token, show)).await.unwrap().into_inner();
        let text = house.deps.practice.invitation_text.clone();
        assert_eq!(show, pb::InvitePartnerResponse { text: text.en.clone(), ..Default::default() });
        let inviter: IntakeId = first.intake.parse().unwrap();
        assert!(invitations::of_inviter(&house.deps.store, inviter).await.unwrap().is_none());

        let made = invite(house, &first, None).await.unwrap();
        let link = format!("{}/invitation/{}", house.deps.practice.pages_url.as_ref().unwrap(), made.invitation_token);
        assert_eq!((made.invitation_token.len(), &made.link, &made.text), (43, &link, &text.en));
        assert_eq!(sent(house, &first).await, 0);
        for email in ["pat@example.com", "pat@example.com", "kim@example.com"] {
            let again = invite(house, &first, Some(email)).await.unwrap();
            assert_eq!((&again.invitation_token, &again.text), (&made.invitation_token, &text.es));
            assert_eq!(sent(house, &first).await, 1);
        }
        let refused = invite(house, &first, Some("canary@")).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "letter.email");
        assert!(!format!("{refused:?}").contains("canary"));
    })
    .await;
}

/// Guard: `Press::check_offered`.
#[tokio::test]
async fn only_the_first_partner_of_a_couple_who_is_not_flagged_invites() {
    on_each(async |house| {
        let not_offered = async |answer: &pb::SubmitIntakeResponse| {
            let refused = invite(house, answer, None).await.unwrap_err();
            assert_eq!(
                (refused.code(), reason(&refused).as_str()),
                (Code::FailedPrecondition, "INVITATION_NOT_OFFERED")
            );
        };
        not_offered(&house.submit("01-drift-and-stress.json").await).await;
        not_offered(&house.submit("05-fear-of-partner.json").await).await;
        let mut minor = house.sample("07-under-18.json");
        minor.care = pb::Care::Couple.into();
        minor.if_partner_silent = pb::IfPartnerSilent::CallMe.into();
        not_offered(&house.client.clone().submit_intake(minor).await.unwrap().into_inner()).await;
        let first = house.submit("02-couple.json").await;
        let token = invite(house, &first, None).await.unwrap().invitation_token;
        not_offered(&join(house, "02-couple.json", &token).await).await;
        change_case(house, &first, |case| case.state = CaseState::Closed).await;
        not_offered(&first).await;
        let stranger = house.submit("02-couple.json").await;
        let request = pb::InvitePartnerRequest { name: first.intake.clone(), ..Default::default() };
        let request = bearing(&stranger.status_token, request);
        assert_eq!(reason(&house.client.clone().invite_partner(request).await.unwrap_err()), "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn without_pages_there_is_a_token_and_no_letter() {
    let house = house_of(|practice: &mut Practice| practice.pages_url = None).await;
    let first = house.submit("02-couple.json").await;
    assert_eq!(invite(&house, &first, None).await.unwrap().link, "");
    assert_eq!(reason(&invite(&house, &first, Some("pat@example.com")).await.unwrap_err()), "INVITATION_LETTER_OFF");
}

/// Guard: `invite_partner` reads no state into its answer.
#[tokio::test]
async fn the_inviter_reads_the_same_bytes_whatever_the_partner_did() {
    on_each(async |house| {
        for what in ["nothing", "accepts", "declines", "joins", "joins flagged"] {
            let first = house.submit("02-couple.json").await;
            if what == "joins flagged" {
                hold(house, &first.intake, Care::Couple).await;
            }
            let made = invite(house, &first, None).await.unwrap();
            let before = own(house, &first).await;
            let token = &made.invitation_token;
            match what {
                "accepts" => drop(accept(house, token).await.unwrap()),
                "declines" => decline(house, token).await.unwrap(),
                "joins" => drop(join(house, "02-couple.json", token).await),
                "joins flagged" => drop(join(house, "05-fear-of-partner.json", token).await),
                _ => {}
            }
            let after = invite(house, &first, None).await.unwrap();
            assert_eq!(after.encode_to_vec(), made.encode_to_vec(), "{what}");
            assert_eq!(own(house, &first).await, before, "{what}");
        }
        // An address that asked not to be written to is answered like any other.
        let (one, two) = (house.submit("02-couple.json").await, house.submit("02-couple.json").await);
        let made = invite(house, &one, Some("pat@example.com")).await.unwrap();
        decline(house, &made.invitation_token).await.unwrap();
        let quiet = invite(house, &two, Some("Pat@Example.com")).await.unwrap();
        assert_eq!((quiet.text, quiet.link.len()), (made.text, made.link.len()));
        assert_eq!((sent(house, &one).await, sent(house, &two).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn whoever_opens_the_link_reads_when_and_how_and_nothing_of_anybody() {
    on_each(async |house| {
        let first = house.submit("02-couple.json").await;
        let token = invite(house, &first, None).await.unwrap().invitation_token;
        let seen = accept(house, &token).await.unwrap();
        assert_eq!((&seen.text, seen.session), (&house.deps.practice.invitation_text.es, None));
        let held = hold(house, &first.intake, Care::Couple).await;
        let session = accept(house, &token).await.unwrap().session.unwrap();
        assert_eq!(session.start_time.unwrap().seconds, held.starts_at.as_second());
        assert!(!format!("{session:?}").contains("Morgan"));
        hold(house, &first.intake, Care::Individual).await;
        assert_eq!(accept(house, &token).await.unwrap().session, None);
    })
    .await;
}

/// Guards: `InvitationState::lets_in` and the case's state, in `accept_invitation` and `submit_intake`.
#[tokio::test]
async fn a_closed_invitation_says_the_same_whatever_closed_it() {
    on_each(async |house| {
        let mut told = Vec::new();
        for what in ["declined", "joined", "case closed"] {
            let first = house.submit("02-couple.json").await;
            let token = invite(house, &first, None).await.unwrap().invitation_token;
            match what {
                "declined" => {
                    decline(house, &token).await.unwrap();
                    decline(house, &token).await.unwrap();
                }
                "joined" => drop(join(house, "02-couple.json", &token).await),
                _ => change_case(house, &first, |case| case.state = CaseState::Closed).await,
            }
            told.push(accept(house, &token).await.unwrap_err());
            let late = second(house, "02-couple.json", &token);
            told.push(house.client.clone().submit_intake(late).await.unwrap_err());
        }
        let unknown = second(house, "02-couple.json", &"A".repeat(43));
        told.push(house.client.clone().submit_intake(unknown).await.unwrap_err());
        for status in &told {
            assert_eq!((status.code(), reason(status).as_str()), (Code::FailedPrecondition, "INVITATION_CLOSED"));
            assert_eq!((status.message(), status.details()), (told[0].message(), told[0].details()));
        }
    })
    .await;
}

/// Guards: `Decided::into_joining`, whose alert has a cause of its own, and `Store::join`.
#[tokio::test]
async fn a_second_screening_joins_the_case_once_and_is_answered_by_its_own_answers() {
    on_each(async |house| {
        let first = house.submit("02-couple.json").await;
        let token = invite(house, &first, None).await.unwrap().invitation_token;
        let mut wrong = second(house, "02-couple.json", &token);
        wrong.care = pb::Care::Individual.into();
        let refused = house.client.clone().submit_intake(wrong).await.unwrap_err();
        assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "care");
        assert!(!format!("{refused:?}").contains("canary"));

        let before = cases::get(&house.deps.store, intake_of(house, &first).await.case).await.unwrap().unwrap();
        // Staff were alerted to the case before, for another reason.
        let alert = DueLetter {
            cause: Cause::Case(before.id),
            recipient: Recipient::OnCall(0),
            kind: LetterKind::StaffAlert,
            case: before.id,
            appointment: None,
        };
        let now = house.deps.clock.now();
        let queued =
            house.deps.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[alert], now).await }));
        queued.await.map_err(|error: StoreError| error).unwrap();
        let request = second(house, "05-fear-of-partner.json", &token);
        let calls = (0..4).map(|_| {
            let (mut client, request) = (house.client.clone(), request.clone());
            async move { client.submit_intake(request).await.unwrap().into_inner().encode_to_vec() }
        });
        let answers = futures::future::join_all(calls).await;
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
        let answer = pb::SubmitIntakeResponse::decode(answers[0].as_slice()).unwrap();
        assert!(answer.safety_notice.is_some());

        let store = &house.deps.store;
        let both = intakes::of_case(store, before.id).await.unwrap();
        assert_eq!(both.len(), 2);
        let case = cases::get(store, before.id).await.unwrap().unwrap();
        assert_eq!((case.state, case.booking), (before.state, before.booking));
        assert!(case.flagged && case.clinician_only && case.urgency > before.urgency);
        let alerts = letters::of_case(store, case.id).await.unwrap();
        assert_eq!(alerts.iter().filter(|letter| letter.kind == LetterKind::StaffAlert).count(), 2);

        let seen = own(house, &answer).await;
        assert_eq!((seen.state(), seen.appointment), (pb::IntakeState::WeWillCall, None));
        assert!(seen.call_by_time.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_the_law_asks_for_stands_there_from_the_first_moment() {
    let house = house().await;
    let mut request = house.sample("02-couple.json");
    for answer in request.screenings.iter_mut().flat_map(|screening| &mut screening.answers) {
        if answer.link_id == "child_harm"
            && let Some(pb::value::Kind::Code(coding)) = &mut answer.values[0].kind
        {
            coding.code = "yes".to_owned();
        }
    }
    let answer = house.client.clone().submit_intake(request).await.unwrap().into_inner();
    let intake = intake_of(&house, &answer).await;
    let practice = &house.deps.practice;
    let safety =
        practice.protocol.screen_safety(&practice.subject(&intake.submission, Care::Couple, intake.received_at));
    let open = reports::of_case(&house.deps.store, intake.case).await.unwrap();
    let kinds: Vec<_> = open.iter().map(|(report, _)| &report.kind).collect();
    assert_eq!(kinds, safety.reports.iter().collect::<Vec<_>>());
}
