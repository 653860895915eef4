//! The seven sample people, in production and in the embedded default: what is promised, and the same in both.

mod decision;

use std::collections::{BTreeMap, BTreeSet};

use rapport_proto::{
    intake::{self as client_pb, intake_service_client::IntakeServiceClient},
    staff as pb,
};
use rapport_tests::{
    clients,
    mail_server::{MailServer, Taken},
    people::{People, Sample},
    processes::{Bearer, Processes},
    production::Production,
    wait,
};
use tonic::transport::Channel;

use crate::staff;
use decision::Decision;

const ON_CALL: &str = "oncall@example.com";
const THREE_DAYS: i64 = 3 * 24 * 60 * 60;

/// A running installation of either kind, as seen from outside.
struct House {
    client: IntakeServiceClient<Channel>,
    triage: pb::triage_service_client::TriageServiceClient<Channel>,
    clinician: Bearer,
    people: People,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_decides_on_the_samples_as_the_embedded_default_does() {
    let mail = MailServer::start().await.unwrap();
    let mut production = Production::new().await.unwrap();
    production.processes.set("RAPPORT__MAIL__URL", mail.url());
    production.start_all().await.unwrap();
    let practice = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/charlotte");
    let mut embedded = Processes::new([("RAPPORT__PRACTICE__DIR", practice.to_owned())]).unwrap();
    embedded.start("all").await.unwrap();
    let (mut in_production, mut at_home) = (House::of(&production.processes).await, House::of(&embedded).await);

    let mut decisions = BTreeMap::new();
    for sample in Sample::ALL {
        let (there, here) = tokio::join!(in_production.decision(*sample), at_home.decision(*sample));
        let alike = there.submitted_in_the_same_half_hour(&here);
        assert_eq!(there.without_time(), here.without_time(), "{sample:?}");
        if alike {
            assert_eq!(there.session(), here.session(), "{sample:?}");
        }
        decisions.insert(sample.path(), there);
    }
    wait::until("all is done", || async { production.left_over().await.is_ok_and(|left| left.is_empty()) }).await;

    for sample in Sample::ALL {
        as_promised(*sample, &decisions[sample.path()]);
    }
    let letters = mail.letters().unwrap();
    nobody_else_is_written_to(&letters, &decisions);
    the_calendar_of_another_language_reads(&letters, &decisions[Sample::DriftAndStress.path()]).await;
    embedded.kill("all").await.unwrap();
    production.close().await.unwrap();
}

impl House {
    async fn of(processes: &Processes) -> Self {
        let mut client = processes.client().await.unwrap();
        let (triage, clinician) = processes.staff("clinician").await.unwrap();
        let people = People::of(&mut client).await.unwrap();
        Self { client, triage, clinician, people }
    }

    /// Submits the sample and waits until its case is decided and its letters are sent.
    async fn decision(&mut self, sample: Sample) -> Decision {
        let request = self.people.request(sample).unwrap();
        let address = request.client.as_ref().unwrap().email.clone();
        let answer = self.client.submit_intake(request).await.unwrap().into_inner();
        let house = &*self;
        wait::until("its case is decided and its letters are sent", || async {
            let case = house.case_of(&answer.intake).await;
            !matches!(case.summary.as_ref().unwrap().state(), pb::CaseState::Received | pb::CaseState::Triaged)
                && !case.letters.is_empty()
                && case.letters.iter().all(|letter| letter.state == "sent")
        })
        .await;
        let case = self.case_of(&answer.intake).await;
        let token = Bearer::new(&answer.status_token).unwrap();
        let request = token.with(client_pb::GetIntakeRequest { name: answer.intake.clone() });
        let intake = self.client.get_intake(request).await.unwrap().into_inner().intake.unwrap();
        Decision::new(address, &answer, intake, case)
    }

    async fn case_of(&self, intake: &str) -> pb::Case {
        staff::case_of(&mut self.triage.clone(), &self.clinician, intake).await
    }
}

/// What domain.md decides for each of them.
fn as_promised(sample: Sample, it: &Decision) {
    use pb::{CaseState as State, Urgency};
    let nothing_booked = |lines: &[&str]| {
        assert_eq!(it.state, State::BeforeStaff, "{sample:?}");
        assert_eq!(it.session(), None, "{sample:?}");
        assert_eq!(it.lines, lines, "{sample:?}");
        assert!(it.letters.contains("staff_alert"), "{sample:?}: {:?}", it.letters);
        assert!(!it.staff_reason.is_empty(), "{sample:?}");
    };
    match sample {
        Sample::DriftAndStress => {
            assert_eq!((it.urgency, it.state), (Urgency::Routine, State::Confirmed));
            assert_eq!(it.letters, BTreeSet::from(["confirmed".to_owned()]));
            assert!(it.lines.is_empty());
        }
        Sample::Couple => {
            assert_eq!((it.urgency, it.state), (Urgency::Routine, State::Held));
            assert!(it.seconds_to_session() >= THREE_DAYS, "{}", it.seconds_to_session());
            assert_eq!(it.letters, BTreeSet::from(["held".to_owned()]));
        }
        Sample::RedFlags => {
            assert_eq!((it.urgency, it.state), (Urgency::Priority, State::Confirmed));
            assert!(it.fired.iter().filter(|rule| rule.rule.starts_with("red_flag")).count() >= 2, "{:?}", it.fired);
        }
        Sample::SelfHarm => {
            assert_eq!(it.urgency, Urgency::Immediate);
            nothing_booked(&["988", "911"]);
        }
        Sample::Fear => {
            assert!(it.urgency >= Urgency::Urgent, "{:?}", it.urgency);
            nothing_booked(&["1-800-799-7233", "704-555-0188"]);
        }
        Sample::NobodyMatches => {
            assert_eq!(it.urgency, Urgency::Routine);
            nothing_booked(&[]);
            assert!(it.staff_reason.contains("AK"), "{}", it.staff_reason);
        }
        Sample::Under18 => {
            assert!(it.urgency >= Urgency::Priority, "{:?}", it.urgency);
            nothing_booked(&[]);
            assert!(it.staff_reason.contains("Under 18"), "{}", it.staff_reason);
        }
    }
}

/// Where the practice's own digest goes, on a day whose hour for it has come.
const OFFICE: &str = "office@example.com";

/// Each letter has one recipient: the client whose case it is, or the person on call.
fn nobody_else_is_written_to(letters: &[Taken], decisions: &BTreeMap<&str, Decision>) {
    let mut written: Vec<&str> = letters.iter().flat_map(|letter| &letter.to).map(String::as_str).collect();
    assert!(letters.iter().all(|letter| letter.to.len() == 1));
    let due = |it: &Decision| {
        let to = |letter: &String| if letter == "staff_alert" { ON_CALL.to_owned() } else { it.address.clone() };
        it.letters.iter().map(to).collect::<Vec<_>>()
    };
    let mut due: Vec<String> = decisions.values().flat_map(due).collect();
    written.retain(|address| *address != OFFICE);
    written.sort_unstable();
    due.sort();
    assert_eq!(written, due);
}

async fn the_calendar_of_another_language_reads(letters: &[Taken], confirmed: &Decision) {
    let letter = letters.iter().find(|letter| letter.to == [confirmed.address.clone()]).unwrap();
    let read = clients::python("read_calendar.py", &[], letter.message.as_bytes()).await.unwrap();
    assert_eq!(read["errors"], serde_json::json!([]));
    assert_eq!((&read["method"], &read["content_type_method"]), (&"REQUEST".into(), &"REQUEST".into()));
    let [event] = read["events"].as_array().unwrap().as_slice() else { panic!("{read}") };
    let id = confirmed.appointment.as_ref().unwrap().name.strip_prefix("appointments/").unwrap();
    assert_eq!(event["uid"], format!("{id}@example.com"));
    assert_eq!(event["sequence"], 0);
    assert_eq!(event["attendees"], serde_json::json!([format!("mailto:{}", confirmed.address)]));
    assert_eq!(event["utc"], true);
    let (starts, ends) = confirmed.seconds();
    assert_eq!((event["start_seconds"].as_i64(), event["end_seconds"].as_i64()), (Some(starts), Some(ends)));
}
