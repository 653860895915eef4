//! Whoever sends a form of a case that somebody else has changed meanwhile, over HTTP on the embedded default: nothing is
//! done, what changed is said, and what was typed is still there. The forms come from the console's own list.

use hyper::{Method, StatusCode};
use rapport_proto::staff as pb;
use rapport_tests::{
    http::{self, Answer},
    processes::{Bearer, Processes},
};
use serde_json::{Value, json};
use tonic::transport::Channel;
use uuid::Uuid;

use crate::{
    routes::{sample, submit},
    staff::{case, case_of},
};

type Triage = pb::triage_service_client::TriageServiceClient<Channel>;

/// What somebody types wherever words are asked for.
const TYPED: &str = "Their recital is on Thursday";

/// Below the address of every case.
const FORMS: &str = "/staff/cases/{id}/";

/// A note takes nothing from anybody, and whoever looks at answers changes nothing.
const OF_NOBODY_ELSES_CONCERN: [&str; 2] = ["note", "reveal"];

struct Desk {
    processes: Processes,
    cookie: String,
    triage: Triage,
    other: Bearer,
    /// With a session that is held for two.
    couple: String,
    /// Of somebody who told of harm to a child.
    grave: String,
}

impl Desk {
    async fn new() -> Self {
        let mut processes = Processes::new([]).unwrap();
        processes.start("all").await.unwrap();
        let couple = submit(&processes, sample("02-couple"), &[("email", "ada.sample@example.com")]).await;
        let mut grave = sample("05-fear-of-partner");
        let safety = &mut grave["screenings"].as_array_mut().unwrap()[3]["answers"];
        let child_harm = safety.as_array_mut().unwrap().iter_mut().find(|it| it["linkId"] == "child_harm").unwrap();
        child_harm["values"] = json!([{ "code": { "code": "yes" } }]);
        let grave = submit(&processes, grave, &[("email", "bea.sample@example.com")]).await;
        let (mut triage, other) = processes.staff("clinician").await.unwrap();
        let name = async |triage: &mut Triage, intake: &str| {
            case_of(triage, &other, intake).await.summary.unwrap().name.split_once('/').unwrap().1.to_owned()
        };
        let (couple, grave) = (name(&mut triage, &couple.intake).await, name(&mut triage, &grave.intake).await);
        let add = ["staff", "add", "--json", "--open", "--name", "Sam", "--role", "clinician"];
        let made = processes.run(&[&add[..], &["--email", "sam@example.com"]].concat()).await.unwrap();
        let made: Value = serde_json::from_str(&made).unwrap();
        let form = format!("sign_in={}", made["one_time_sign_in"].as_str().unwrap());
        let answer = http::ask(processes.console, &Method::POST, "/staff/welcome", &[], &form).await.unwrap();
        let cookie = answer.cookie("__Host-staff").expect("the way in gives a session");
        Self { processes, cookie, triage, other, couple, grave }
    }

    async fn get(&self, path: &str) -> Answer {
        let headers = [("cookie", self.cookie.as_str())];
        let answer = http::ask(self.processes.console, &Method::GET, path, &headers, "").await.unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer
    }

    async fn send(&self, id: &str, form: &str, fields: &[(&str, String)]) -> Answer {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("cookie", self.cookie.as_str())];
        let path = format!("/staff/cases/{id}/{form}");
        http::ask(self.processes.console, &Method::POST, &path, &headers, &body).await.unwrap()
    }

    async fn case(&mut self, id: &str) -> pb::Case {
        case(&mut self.triage, &self.other, &format!("cases/{id}")).await
    }

    /// Somebody else judges it, as often as one likes.
    async fn change(&mut self, id: &str) -> pb::Case {
        let before = self.case(id).await.summary.unwrap();
        let urgency = match before.urgency() {
            pb::Urgency::Urgent => pb::Urgency::Immediate,
            _ => pb::Urgency::Urgent,
        };
        let reason = "We talked, and it is otherwise now".to_owned();
        let request = pb::OverrideUrgencyRequest {
            name: before.name,
            urgency: urgency.into(),
            reason,
            ..pb::OverrideUrgencyRequest::default()
        };
        self.triage.override_urgency(self.other.with(request)).await.unwrap();
        self.case(id).await
    }

    /// Opens the case, lets somebody else change it, and sends the form as it was.
    async fn is_overtaken_with(&mut self, id: &str, form: &str) {
        let page = self.get(&format!("/staff/cases/{id}")).await;
        let mut fields = self.fields(id, form).await;
        let held =
            |name: &str| hidden(&page.body, name).unwrap_or_else(|| panic!("the page of a case holds no {name}"));
        fields.push(("was", held("was")));
        fields.push(("request_id", Uuid::now_v7().to_string()));
        // An alert has a state of its own, and nobody changes a closed case.
        let by_another = matches!(form, "acknowledge" | "reopen");
        fields.push(("etag", if by_another { "another".to_owned() } else { held("etag") }));
        let changed = if form == "reopen" { self.case(id).await } else { self.change(id).await };
        let answer = self.send(id, form, &fields).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{form}: {}", said(&answer));
        let what = if form == "reopen" { "" } else { "Its urgency is " };
        for expected in ["Somebody changed this case while you were writing", what] {
            assert!(said(&answer).contains(expected), "{form} does not say {expected:?}: {}", said(&answer));
        }
        let typed = fields.iter().any(|(_, value)| value == TYPED);
        assert_eq!(answer.body.contains(TYPED), typed, "{form}: what was typed");
        assert!(of_people(self.case(id).await) == of_people(changed), "{form} did something");
    }

    /// What the form sends, besides how the case was.
    async fn fields(&mut self, id: &str, form: &str) -> Vec<(&'static str, String)> {
        let case = self.case(id).await;
        let session = || case.appointment.clone().expect("a session");
        let intake = || case.contacts[0].intake.clone();
        let typed = || TYPED.to_owned();
        let some = |number: i32| number.to_string();
        match form {
            "claim" | "release" => vec![],
            "assign" => vec![("assignee", "Sample Staff".to_owned())],
            "call" => {
                let outcome = pb::ContactOutcome::VoicemailLeft.into();
                vec![("intake", intake()), ("channel", some(1)), ("outcome", some(outcome)), ("call_note", typed())]
            }
            "urgency" => vec![("urgency", some(pb::Urgency::Routine.into())), ("judge_reason", typed())],
            "acknowledge" => vec![("alert", case.alerts[0].name.clone())],
            "report" => {
                vec![("report", case.reports[0].name.clone()), ("decision", "not".to_owned()), ("report_note", typed())]
            }
            "stop" => vec![("intake", intake()), ("stop_reason", some(1)), ("stop_note", typed())],
            "resume" => vec![("intake", intake()), ("resume_reason", typed())],
            "refer" => vec![("refer_to", typed()), ("refer_reason", typed())],
            "close" => vec![("close_reason", some(3)), ("close_note", typed())],
            "reopen" => vec![("reopen_reason", typed())],
            "book" | "move" => {
                let session = self.case(&self.couple.clone()).await.appointment.expect("a session");
                let seconds = session.start_time.unwrap().seconds.to_string();
                let of = [("therapist", session.therapist), ("care", "alone".to_owned()), ("seconds", seconds)];
                of.into_iter().chain([("appointment", session.name)]).collect()
            }
            "confirm" | "cancel" => vec![("appointment", session().name)],
            "attendance" => vec![("appointment", session().name), ("came", format!("{}.1", intake()))],
            other => panic!("say here what the form {other} sends"),
        }
    }
}

/// What people did with a case: its letters and alerts go on by themselves, and whether somebody has these is in the summary.
fn of_people(case: pb::Case) -> pb::Case {
    pb::Case { letters: Vec::new(), alerts: Vec::new(), ..case }
}

/// The value of the first hidden field of this name.
fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, behind) = page.split_once(&format!(r#"<input type="hidden" name="{name}" value=""#))?;
    Some(behind.split_once('"')?.0.replace("&#39;", "'").replace("&amp;", "&"))
}

/// What a page says on top about a form that did not go through.
fn said(answer: &Answer) -> &str {
    let behind = answer.body.split_once(r#"role="alert""#).map_or("", |(_, told)| told);
    behind.split_once("</div>").map_or("nothing", |(told, _)| told)
}

/// Guards: each form's `etag` in `case/acts.rs` and `case/times.rs`, and what `acts.html` has it carry.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_overtaken_changes_nothing_reads_what_changed_and_loses_nothing_typed() {
    let mut desk = Desk::new().await;
    let (couple, grave) = (desk.couple.clone(), desk.grave.clone());
    let sends = rapport_console::routes().into_iter().filter(|route| route.method == Method::POST);
    let forms = sends.filter_map(|route| route.path.strip_prefix(FORMS));
    // What a case must be like before a form of it means anything.
    let mut later = Vec::new();
    for form in forms.filter(|form| !OF_NOBODY_ELSES_CONCERN.contains(form)) {
        match form {
            "confirm" | "cancel" | "move" | "attendance" | "refer" | "close" => {
                desk.is_overtaken_with(&couple, form).await
            }
            "release" | "resume" | "reopen" => later.push(form),
            _ => desk.is_overtaken_with(&grave, form).await,
        }
    }
    for form in later {
        let (id, before) = match form {
            "release" => (&grave, "claim"),
            "resume" => (&grave, "stop"),
            "reopen" => (&couple, "close"),
            other => unreachable!("nothing comes before {other}"),
        };
        let fields = desk.fields(id, before).await;
        assert_eq!(desk.send(id, before, &fields).await.status, StatusCode::SEE_OTHER, "{before}");
        desk.is_overtaken_with(id, form).await;
    }
}

/// Guards: `a::held` in every form of a case's pages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_a_case_carries_how_the_case_was() {
    let desk = Desk::new().await;
    let mut seen = 0;
    for path in [&desk.couple, &desk.grave].into_iter().flat_map(|id| ["", "/matches"].map(|of| format!("{id}{of}"))) {
        let page = desk.get(&format!("/staff/cases/{path}")).await;
        for form in page.body.split("<form method=\"post\" action=\"/staff/cases/").skip(1) {
            let form = form.split_once("</form>").unwrap().0;
            for name in ["etag", "was", "request_id"] {
                assert!(hidden(form, name).is_some_and(|value| !value.is_empty()), "{path} has no {name} in {form}");
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} forms alone");
}

/// Guards: what `Tried::refused` makes of a request that was made before; the forms' `request_id`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_twice_is_taken_once_and_other_words_are_kept_for_another_try() {
    let mut desk = Desk::new().await;
    let id = desk.couple.clone();
    let note = |text: &str| {
        let text = ("note_text", text.to_owned());
        [("request_id", Uuid::from_u128(7 << 76 | 8 << 60).to_string()), ("kind", "2".to_owned()), text]
    };
    for _ in 0..2 {
        assert_eq!(desk.send(&id, "note", &note("Called at noon")).await.status, StatusCode::SEE_OTHER);
    }
    let again = desk.send(&id, "note", &note(TYPED)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", said(&again));
    assert!(again.body.contains("This form was sent before") && again.body.contains(TYPED), "{}", said(&again));
    let written: Vec<_> = desk.case(&id).await.notes.into_iter().map(|note| note.text).collect();
    assert_eq!(written, ["Called at noon"]);
}
