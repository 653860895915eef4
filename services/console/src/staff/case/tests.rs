//! What a case's page holds, and what it makes of hostile words.

use askama::Template;
use jiff::Timestamp;
use rapport_proto::{intake::GetScreeningResponse, staff as pb};

use super::*;
use crate::staff::{queue::filters::Filters, rpc::Rpc};

const NAUGHTY: &str = "<script>alert('é\u{202e}')</script>\" onclick=\"x";

fn naughty() -> String {
    NAUGHTY.to_owned()
}

fn hostile() -> pb::Case {
    let intake = "intakes/1".to_owned();
    let contact = pb::SafeContact {
        intake: intake.clone(),
        display_name: naughty(),
        pronouns: naughty(),
        introduce_as: naughty(),
        pin: naughty(),
        phone: naughty(),
        email: naughty(),
        ..Default::default()
    };
    let evidence = pb::Evidence { source: naughty(), label: naughty(), value: naughty() };
    let rule = pb::FiredRule {
        rule: naughty(),
        because: naughty(),
        intake: intake.clone(),
        evidence: vec![evidence],
        known_only_from: naughty(),
        ..Default::default()
    };
    let at = Some(prost_types::Timestamp { seconds: 1_796_000_000, nanos: 0 });
    let note = pb::Note { text: naughty(), staff: naughty(), create_time: at, ..Default::default() };
    let attempt = pb::ContactAttempt {
        intake: intake.clone(),
        time: at,
        note: naughty(),
        danger: naughty(),
        staff: naughty(),
        ..Default::default()
    };
    let letter = pb::Letter {
        letter: naughty(),
        state: naughty(),
        why: naughty(),
        to_do: naughty(),
        recipient: intake.clone(),
        ..Default::default()
    };
    let score = pb::Score {
        scale: naughty(),
        label: naughty(),
        band: naughty(),
        bands: vec![pb::ScoreBand { label: naughty(), begin: 0.0, end: 1.0 }],
        intake,
        ..Default::default()
    };
    pb::Case {
        summary: Some(pb::CaseSummary {
            name: "cases/1".to_owned(),
            label: naughty(),
            assignee: naughty(),
            staff_reason: naughty(),
            ..Default::default()
        }),
        contacts: vec![contact],
        fired_rules: vec![rule],
        scores: vec![score],
        notes: vec![note],
        attempts: vec![attempt],
        letters: vec![letter],
        closure: Some(pb::CaseClosure { note: naughty(), staff: naughty(), close_time: at, ..Default::default() }),
        referral: Some(pb::CaseReferral { to: naughty(), reason: naughty(), staff: naughty(), create_time: at }),
        ..Default::default()
    }
}

fn colleague(name: &str, role: pb::StaffRole) -> pb::Colleague {
    pb::Colleague { display_name: name.to_owned(), role: role.into(), ..Default::default() }
}

fn written(case: pb::Case, role: pb::StaffRole, may: &[Rpc]) -> String {
    let staff = Staff::sample(role, may);
    let now = Timestamp::from_second(1_796_000_100).unwrap();
    let summary = case.summary.clone().unwrap_or_default();
    let practice = GetScreeningResponse { time_zone: "America/New_York".to_owned(), ..Default::default() };
    let say = Say::new(&practice, now, &case);
    let shell = Shell {
        office: naughty(),
        who: Some((naughty(), "Clinician")),
        places: Vec::new(),
        light: None,
        style: String::new(),
        script: String::new(),
        icon: String::new(),
    };
    let lines = vec![line::Line::of(&summary, &staff, Timestamp::MIN, now, "America/New_York")];
    let beside = Some(Beside { filters: Filters::default(), lines, fresh: 1, more: true });
    let page = CasePage {
        shell,
        beside,
        mark: words::urgency(summary.urgency()),
        care: line::care(summary.care()),
        left: line::left(&summary, now),
        scales: chart::scales(&case),
        may: May::of(&staff, &summary, &case),
        colleagues: vec![colleague(&naughty(), pb::StaffRole::Coordinator), colleague("Rue", pb::StaffRole::Clinician)],
        clinician: staff.is_clinician(),
        mine: false,
        snapshot: Snapshot::of(&summary, &case, now).text(),
        request_id: String::new(),
        keys: Keys { on: true },
        entries: timeline::of(&case, &say),
        say,
        tried: Tried::nothing(),
        summary,
        case,
    };
    page.render().unwrap()
}

/// Guard: askama's escaping, which no template switches off.
#[test]
fn hostile_words_are_words() {
    let html = written(hostile(), pb::StaffRole::Clinician, rpc::ALL);
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(!html.contains("\" onclick=\"x"), "{html}");
    assert!(html.matches("&#60;script&#62;").count() > 15, "every field is there");
}

#[test]
fn what_a_role_may_not_call_is_not_on_the_page() {
    let html = written(hostile(), pb::StaffRole::Coordinator, &[rpc::LIST_CASES]);
    for act in ["Log a call", "Urgency", "Stop contact", "Reopen", "brief"] {
        assert!(!html.contains(act), "{act}");
    }
    let open = pb::Case { summary: Some(pb::CaseSummary { clinician_only: true, ..Default::default() }), ..hostile() };
    let html = written(open.clone(), pb::StaffRole::Coordinator, rpc::ALL);
    assert!(html.contains("Log a call") && !html.contains("id=\"claim\"") && !html.contains("Book"));
    assert!(!html.contains("id=\"assignee\""));
    let html = written(open, pb::StaffRole::Clinician, rpc::ALL);
    assert!(html.contains("id=\"claim\"") && html.contains("Book"));
    assert!(html.contains("<option value=\"Rue\">Rue, Clinician</option>") && html.contains("only clinicians"));
}

/// Guard: `aria-current` of `beside.html`; nobody else's line is marked.
#[test]
fn the_list_beside_a_case_marks_that_one() {
    let html = written(hostile(), pb::StaffRole::Clinician, rpc::ALL);
    assert_eq!(html.matches("href=\"/staff/cases/1\" aria-current=\"page\"").count(), 1, "{html}");
}
