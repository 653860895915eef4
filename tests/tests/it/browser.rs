//! People before a browser: Chromium, driven by the scripts of `tests/browser/` on the embedded default. What holds of
//! every page (axe, HTML, console, nothing from elsewhere) is held by their `visitor.mjs`, which also keeps a picture of
//! each below `target/pages/`.

use std::path::{Path, PathBuf};

use jiff::Zoned;
use rapport_proto::staff as pb;
use rapport_tests::{clients, practice_folder::PracticeFolder, processes::Processes};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::staff;

/// Somebody alone, with and without scripts, fills the form in, gets a session, moves it and gives it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_finds_a_session_on_every_kind_of_device() {
    // A session that begins within the notice moves by a call alone.
    visit("alone.mjs", &[("lead_hours", "30")]).await;
}

/// Guard: what the second partner brings is read by nobody but `OwnIntake`; the console shows that alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_partners_each_sees_only_what_is_their_own() {
    visit("two.mjs", &[]).await;
}

/// Guards: `Clear-Site-Data` and the forgotten cookies of `leave`; `Screening::decide` for whoever is not alone; the
/// escaping of every template; the request id of `review` for whoever sends twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lost_or_given_away_at_the_edges() {
    visit("edges.mjs", &[]).await;
}

/// Guard: `reschedule_appointment::propose`, by which nothing that is fixed for two moves at one partner's word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_for_two_moves_when_both_say_yes_and_nobody_reads_who_asked() {
    visit("moves.mjs", &[]).await;
}

/// Guards: links of letters are `GET` and only move their token into a cookie (`session::open`, `invitation::open`); a
/// declined address is written to by nobody (`invitation_letter` in the notifier).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letters_link_opens_its_page_and_does_nothing_by_itself() {
    visit("letters.mjs", &[("confirm", "\"link\"")]).await;
}

/// Guard: the request id that stands in the page of `call`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_would_rather_talk_is_called() {
    visit("call.mjs", &[]).await;
}

/// Guards: what `form.js` keeps sending until it was taken; the request id of `review`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_typed_is_lost_while_the_house_is_down() {
    visit("outage.mjs", &[]).await;
}

/// Guard: the escaping of every template.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn naughty_strings_are_texts_in_every_field_and_in_the_letter() {
    visit("naughty.mjs", &[]).await;
}

/// Guards: `may_claim`, `Case::override_urgency` and `StaffCase::check_etag` of the intake service, which the pages only
/// repeat; `Tried` for whoever is overtaken; `sees_answers` for what a coordinator reads; `news` for the second browser.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_calls_books_closes_and_sees_a_new_case_at_once() {
    let week = ["mon", "tue", "wed", "thu", "fri", "sat"].map(|day| format!("{day} 08:00-20:00 video")).join("; ");
    let practice = PracticeFolder::sample().unwrap().therapists(20, &week).unwrap();
    let mut house = Processes::new([("RAPPORT__PRACTICE__DIR", practice.path().display().to_string())]).unwrap();
    house.start("all").await.unwrap();
    for sample in ["01-drift-and-stress", "02-couple", "03-red-flags", "04-self-harm-with-intent", "05-fear-of-partner"]
    {
        let file = format!("{}/../deploy/charlotte/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
        house.run(&["submit", &file, "--follow"]).await.unwrap();
    }
    let sam = one_time_sign_in(&house, &["Sam First", "sam@example.com", "coordinator"]).await;
    let kim = one_time_sign_in(&house, &["Kim Second", "kim@example.com", "coordinator"]).await;
    let rue = one_time_sign_in(&house, &["Rue Third", "rue@example.com", "clinician"]).await;
    let staff = [sam.as_str(), &kim, &rue];
    let done = clients::browser("desk.mjs", house.console, &pictures("desk.mjs"), &staff).await;
    let logs = house.logs().unwrap();
    house.end("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    for told in ["/staff/cases", "example.com,", "Zora", "recital", "green lanterns"].into_iter().chain(staff) {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

/// Guards: `Screening` for what is asked when; `CREATE_INTAKE` in the policy. Without scripts, and on the narrowest screen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_calls_is_taken_in_by_phone() {
    let mut house = Processes::new([]).unwrap();
    house.start("all").await.unwrap();
    let sam = one_time_sign_in(&house, &["Sam First", "sam@example.com", "coordinator", "--open"]).await;
    let kim = one_time_sign_in(&house, &["Kim Second", "kim@example.com", "coordinator", "--open"]).await;
    let done = clients::browser("caller.mjs", house.console, &pictures("caller.mjs"), &[&sam, &kim]).await;
    let logs = house.logs().unwrap();
    house.end("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    for told in ["/staff/cases", "Noor", "Idris", "704-555", "Called from work"] {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

/// Guards: `policy` of the intake service, which pages only repeat; the trial before hours are written; the escaping of
/// every template.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_keeps_the_house_running_with_what_it_may() {
    let mut house = Processes::new([]).unwrap();
    house.start("all").await.unwrap();
    for sample in ["01-drift-and-stress", "02-couple", "05-fear-of-partner"] {
        let file = format!("{}/../deploy/charlotte/samples/{sample}.json", env!("CARGO_MANIFEST_DIR"));
        house.run(&["submit", &file, "--follow"]).await.unwrap();
    }
    let mut staff = Vec::new();
    for role in ["coordinator", "clinician", "admin", "auditor"] {
        staff.push(one_time_sign_in(&house, &[role, &format!("{role}@example.com"), role, "--open"]).await);
    }
    let tokens: Vec<_> = staff.iter().map(String::as_str).collect();
    let done = clients::browser("house.mjs", house.console, &pictures("house.mjs"), &tokens).await;
    let logs = house.logs().unwrap();
    house.end("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    for told in ["/staff/roster", "noor@", "Noor"].into_iter().chain(tokens) {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

/// Guard: the escaping of every template. Staff bear such names too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_anybody_typed_is_a_text_on_every_page_of_staffs() {
    let mut house = Processes::new([]).unwrap();
    house.start("all").await.unwrap();
    let mut staff = Vec::new();
    for role in ["coordinator", "clinician", "admin", "auditor"] {
        let name = "<b>\"Q'&{{7*7}}</b>";
        staff.push(one_time_sign_in(&house, &[name, &format!("{role}@example.com"), role, "--open"]).await);
    }
    let tokens: Vec<_> = staff.iter().map(String::as_str).collect();
    let done = clients::browser("hostile.mjs", house.console, &pictures("hostile.mjs"), &tokens).await;
    let logs = house.logs().unwrap();
    house.end("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    for told in ["/staff/cases", "{{7*7}}", "onerror", "oakley@"].into_iter().chain(tokens) {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

async fn one_time_sign_in(house: &Processes, who: &[&str]) -> String {
    let [name, email, role, more @ ..] = who else { panic!("name, address and role") };
    let mut arguments = vec!["staff", "add", "--json", "--name", name, "--email", email, "--role", role];
    arguments.extend(more);
    let made: serde_json::Value = serde_json::from_str(&house.run(&arguments).await.unwrap()).unwrap();
    made["one_time_sign_in"].as_str().unwrap().to_owned()
}

async fn visit(script: &str, settings: &[(&str, &str)]) {
    let week = ["mon", "tue", "wed", "thu", "fri", "sat"].map(|day| format!("{day} 08:00-20:00 video")).join("; ");
    let practice = PracticeFolder::sample().unwrap().therapists(20, &week).unwrap();
    let practice = practice.set(&[("quiet", &quiet_elsewhen())]).unwrap().set(settings).unwrap();
    let mail = tempfile::tempdir().unwrap();
    let mut house = Processes::new([
        ("RAPPORT__PRACTICE__DIR", practice.path().display().to_string()),
        ("RAPPORT__MAIL__URL", format!("file:{}", mail.path().display())),
    ])
    .unwrap();
    house.start("all").await.unwrap();
    let wishes = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let desk = format!("http://{}", wishes.local_addr().unwrap());
    let (pages, pictures, letters) = (house.console, pictures(script), mail.path().display().to_string());
    let more = [letters.as_str(), desk.as_str()];
    let done = tokio::select! {
        done = clients::browser(script, pages, &pictures, &more) => done,
        () = grant(&wishes, &mut house) => unreachable!("wishes have no end"),
    };
    let logs = house.logs().unwrap();
    house.end("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    // Nothing that a browser asked for or typed is in any log.
    for told in ["/questions/", "/session/", "/invitation/", "example.com,", "Avery", "Casey", "onerror"] {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

/// What a script may wish for that no client can do: that the house falls over and comes back, and that somebody of the
/// practice says yes to every time that is held.
async fn grant(wishes: &TcpListener, house: &mut Processes) {
    loop {
        let (mut caller, _) = wishes.accept().await.unwrap();
        let mut request = [0; 1024];
        let read = caller.read(&mut request).await.unwrap();
        match request[..read].split(|byte| *byte == b' ').nth(1).unwrap() {
            b"/kill" => house.kill("all").await.unwrap(),
            b"/start" => house.start("all").await.unwrap(),
            b"/confirm" => confirm_all(house).await,
            other => panic!("{other:?} is no wish"),
        }
        caller.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
    }
}

async fn confirm_all(house: &Processes) {
    let (mut triage, clinician) = house.staff("clinician").await.unwrap();
    for summary in staff::queue(&mut triage, &clinician).await {
        let case = staff::case(&mut triage, &clinician, &summary.name).await;
        let Some(held) = case.appointment else { continue };
        let yes = pb::ConfirmAppointmentRequest { name: held.name, ..Default::default() };
        triage.confirm_appointment(clinician.with(yes)).await.unwrap();
    }
}

/// Quiet hours that are over before any test is, so that no letter waits for the morning.
fn quiet_elsewhen() -> String {
    let hour = (Zoned::now().in_tz("America/New_York").unwrap().hour() + 12) % 24;
    format!("\"{hour:02}:00-{hour:02}:01\"")
}

fn pictures(script: &str) -> PathBuf {
    let name = script.trim_end_matches(".mjs");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pages").join(name)
}
