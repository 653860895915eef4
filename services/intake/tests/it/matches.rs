//! Who could see a case's clients, as each role of the desk may read it.

use std::collections::BTreeSet;

use rapport_proto::{intake, staff as pb};
use rapport_security::Role;
use rapport_store::{
    audit::read::{AuditFilter, Direction, page},
    calendar, intakes, therapists,
};
use tonic::Code;

use crate::{
    house::{House, house, on_each, reason},
    people::{Desk, SAFE},
};

fn of(case: &str) -> pb::ListMatchesRequest {
    pb::ListMatchesRequest { name: case.to_owned(), ..Default::default() }
}

/// A sample whose answers call for a competence, and who is nobody's safety case.
fn with_a_need(house: &House, file: &str) -> intake::SubmitIntakeRequest {
    let mut request = house.sample(file);
    for answer in request.screenings.iter_mut().flat_map(|screening| &mut screening.answers) {
        if let ("substances", Some(intake::Value { kind: Some(intake::value::Kind::Code(code)) })) =
            (answer.link_id.as_str(), answer.values.first_mut())
        {
            "severe".clone_into(&mut code.code);
        }
    }
    request
}

/// Such a client, alone.
async fn in_low_spirits(desk: &Desk<'_>) -> String {
    desk.another_of(with_a_need(desk.house, "01-drift-and-stress.json")).await
}

async fn roster(house: &House) -> BTreeSet<String> {
    therapists::all(&house.deps.store).await.unwrap().iter().map(|it| it.id.to_string()).collect()
}

#[tokio::test]
async fn everybody_stands_in_one_of_the_two_lists_with_what_speaks_for_and_against_them() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let found = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
        let listed: Vec<_> = found.matches.iter().map(|it| it.therapist.clone()).collect();
        let also = found.left_out.iter().map(|it| it.therapist.clone());
        assert_eq!(listed.iter().cloned().chain(also).collect::<BTreeSet<_>>(), roster(house).await);
        assert_eq!(found.matches.len() + found.left_out.len(), roster(house).await.len());
        assert!(!found.matches.is_empty() && found.emptied_by.is_empty() && found.next_page_token.is_empty());
        let scores: Vec<_> = found.matches.iter().map(|it| it.score.unwrap()).collect();
        assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
        for it in &found.matches {
            let whole: f64 = it.terms.iter().map(|term| term.weight).sum();
            let score: f64 = it.terms.iter().map(|term| term.weight * term.value).sum();
            assert!((whole - 1.0).abs() < 1e-9 && (score - it.score.unwrap()).abs() < 1e-9, "{it:?}");
            assert!(it.terms.iter().all(|term| !term.text.is_empty()));
            let at = |time: Option<prost_types::Timestamp>| time.map(|time| time.seconds);
            assert!(at(it.start_time) <= at(found.latest_start_time));
        }
        let alone = found.left_out.iter().find(|it| it.therapist_name.contains("Dev")).unwrap();
        assert_eq!(alone.filter, "does not treat couples");
        let [from, to] = ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"].map(|at| at.parse().unwrap());
        assert!(calendar::busy(&house.deps.store, from, to).await.unwrap().is_empty(), "looking took a time");
    })
    .await;
}

/// Guards: `tells_of_answers` of score.rs with `view::staff::line_up`, and `left_out_discreetly` of filter.rs.
#[tokio::test]
async fn a_coordinator_reads_nothing_of_what_answers_call_for() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = in_low_spirits(&desk).await;
    let (seen, _) = desk.matches(Role::Clinician, of(&case)).await;
    let (told, bytes) = desk.matches(Role::Coordinator, of(&case)).await;
    let (seen, told) = (seen.unwrap(), told.unwrap());
    let order = |found: &pb::ListMatchesResponse| -> Vec<_> {
        found.matches.iter().map(|it| (it.therapist.clone(), it.start_time)).collect()
    };
    assert_eq!(order(&told), order(&seen));
    let lacking = seen.left_out.iter().filter(|it| it.filter.starts_with("lacks what is needed"));
    let lacking: Vec<_> = lacking.map(|it| it.therapist.clone()).collect();
    assert!(!lacking.is_empty());
    let asked_by_them = ["may not be offered to them", "does not take this payer for this kind of care"];
    for it in told.left_out.iter().filter(|it| lacking.contains(&it.therapist)) {
        assert!(asked_by_them.contains(&it.filter.as_str()), "{it:?}");
    }
    let drivers = seen.matches.iter().flat_map(|it| it.terms.iter().filter(|term| term.term == "drivers"));
    let mut secrets: BTreeSet<_> = drivers.map(|term| term.text.clone()).collect();
    secrets.extend(["drivers", "lacks", "substance"].map(str::to_owned));
    let bytes = String::from_utf8_lossy(&bytes);
    for secret in secrets {
        assert!(!bytes.contains(&secret), "a coordinator was told {secret:?}");
    }
    assert!(told.matches.iter().all(|it| it.score.is_none() && it.terms.len() == 5));
}

/// Whom they asked to avoid and who lacks what their answers call for read alike. Red where `left_out_discreetly` gives
/// either a sentence of its own.
#[tokio::test]
async fn a_coordinator_cannot_tell_what_answers_call_for_from_whom_to_avoid() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let mut request = with_a_need(&house, "02-couple.json");
    let all = therapists::all(&house.deps.store).await.unwrap();
    let elena = all.iter().find(|it| it.name.contains("Elena")).unwrap().id.to_string();
    request.preferences.as_mut().unwrap().therapists_to_avoid = vec![elena];
    let case = desk.another_of(request).await;
    let told = desk.matches(Role::Coordinator, of(&case)).await;
    let seen = desk.matches(Role::Clinician, of(&case)).await;
    let filter = |found: &pb::ListMatchesResponse, name: &str| {
        let left_out = found.left_out.iter().find(|it| it.therapist_name.contains(name));
        left_out.unwrap_or_else(|| panic!("{name} was not left out")).filter.clone()
    };
    let (told, seen) = (told.0.unwrap(), seen.0.unwrap());
    // Elena is to be avoided, Carmen lacks what answers call for; Benjamin lacks it too, and does not take their payer.
    assert!(filter(&seen, "Elena").starts_with("may not treat them"));
    assert!(filter(&seen, "Carmen").starts_with("lacks what is needed"));
    assert!(filter(&seen, "Benjamin").starts_with("lacks what is needed"));
    let names = ["Elena", "Carmen", "Benjamin", "Dev"];
    let one = "may not be offered to them";
    let expected = [one, one, "does not take this payer for this kind of care", "does not treat couples"];
    assert_eq!(names.map(|name| filter(&told, name)), expected);
}

/// Red without the `audit::write` of list_matches.rs.
#[tokio::test]
async fn who_looked_stands_in_the_trail_once_with_the_case_and_each_client() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        desk.partner(&case, SAFE).await;
        desk.matches(Role::Coordinator, of(&case)).await.0.unwrap();
        let clients = intakes::of_case(&house.deps.store, case.parse().unwrap()).await.unwrap();
        let method = Some("rapport.staff.v1.TriageService/ListMatches".to_owned());
        let filter = AuditFilter { method, ..AuditFilter::default() };
        let found = page(&house.deps.store, &filter, Direction::Back, None, 10).await.unwrap();
        let told: Vec<_> = found.into_iter().map(|it| (it.role, it.outcome, it.resources)).collect();
        let resources = std::iter::once(case).chain(clients.iter().map(|it| it.id.to_string())).collect::<Vec<_>>();
        assert_eq!(resources.len(), 3);
        assert_eq!(told, [("coordinator".to_owned(), "OK".to_owned(), resources)]);
    })
    .await;
}

/// Red without `policy::may_look_for_matches`.
#[tokio::test]
async fn for_a_safety_case_only_a_clinician_looks() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("05-fear-of-partner.json").await;
    let refused = desk.matches(Role::Coordinator, of(&case)).await.0.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ROLE_FORBIDDEN"));
    let alone = pb::ListMatchesRequest { care: intake::Care::Individual.into(), ..of(&case) };
    let found = desk.matches(Role::Clinician, alone).await.0.unwrap();
    assert!(found.left_out.iter().any(|it| it.filter.contains("is trained in violence and control")));
}

#[tokio::test]
async fn pages_put_together_are_one_page_and_a_token_opens_its_own_case_alone() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let whole = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
    for page_size in [1, 3, 5, 11] {
        let (mut matches, mut left_out, mut page_token) = (Vec::new(), Vec::new(), String::new());
        loop {
            let request = pb::ListMatchesRequest { page_size, page_token, ..of(&case) };
            let page = desk.matches(Role::Clinician, request).await.0.unwrap();
            assert!(page.matches.len() + page.left_out.len() <= page_size as usize);
            matches.extend(page.matches.into_iter().map(|it| it.therapist));
            left_out.extend(page.left_out);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(matches, whole.matches.iter().map(|it| it.therapist.clone()).collect::<Vec<_>>());
        assert_eq!(left_out, whole.left_out);
    }
    let first = desk.matches(Role::Clinician, pb::ListMatchesRequest { page_size: 1, ..of(&case) }).await.0.unwrap();
    let other = desk.another(|client| client.phone = "+17045550177".to_owned()).await;
    for (name, care) in [(&other, 0), (&case, intake::Care::Individual.into())] {
        let request = pb::ListMatchesRequest { page_token: first.next_page_token.clone(), care, ..of(name) };
        let refused = desk.matches(Role::Clinician, request).await.0.unwrap_err();
        assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn a_case_of_its_own_time_counts_that_time_as_free_and_a_closed_one_looks_for_none() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let before = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
    let held = desk.hold(&case).await;
    let after = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
    let with = |found: &pb::ListMatchesResponse| {
        found.matches.iter().find(|it| it.therapist == held.therapist.to_string()).map(|it| it.start_time)
    };
    assert_eq!(with(&after), with(&before));
    let couple = pb::ListMatchesRequest { care: intake::Care::Couple.into(), ..of(&in_low_spirits(&desk).await) };
    assert_eq!(reason(&desk.matches(Role::Clinician, couple).await.0.unwrap_err()), "FIELDS_INVALID");
    desk.close(Role::Clinician, &case, "").await.0.unwrap();
    let refused = desk.matches(Role::Clinician, of(&case)).await.0.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CASE_CLOSED"));
}

/// Both partners' answers weigh for staff, once both are in.
#[tokio::test]
async fn a_joint_session_is_looked_for_by_what_both_partners_said() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let first = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
    desk.partner(&case, &[("substances", "severe")]).await;
    let both = desk.matches(Role::Clinician, of(&case)).await.0.unwrap();
    let needs = |found: &pb::ListMatchesResponse| found.left_out.iter().any(|it| it.filter.contains("substance"));
    assert!(!needs(&first) && needs(&both));
    let alone = pb::ListMatchesRequest { care: intake::Care::Individual.into(), ..of(&case) };
    assert!(!needs(&desk.matches(Role::Clinician, alone).await.0.unwrap()));
}

#[tokio::test]
async fn where_something_had_to_be_let_go_of_staff_read_what() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let mut request = house.sample("01-drift-and-stress.json");
    let preferences = request.preferences.as_mut().unwrap();
    preferences.formats = vec![intake::Format::InPerson.into()];
    preferences.payer.clear();
    let sunday = intake::WeeklyWindow { day: 7, start_time: "14:00".to_owned(), end_time: "18:00".to_owned() };
    preferences.windows = vec![sunday];
    let case = desk.another_of(request).await;
    let found = desk.matches(Role::Coordinator, of(&case)).await.0.unwrap();
    assert_eq!(found.fallback, "the clients' hours were widened by 120 minutes; video was offered");
    assert!(!found.matches.is_empty());
}
