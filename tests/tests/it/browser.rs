//! People before a browser: Chromium, driven by the scripts of `tests/browser/` on the embedded default. What holds of
//! every page (axe, HTML, console, nothing from elsewhere) is held by their `visitor.mjs`, which also keeps a picture of
//! each below `target/pages/`.

use std::path::{Path, PathBuf};

use rapport_tests::{clients, practice_folder::PracticeFolder, processes::Processes};

/// Somebody alone, with and without scripts, fills the form in, gets a session and gives it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_finds_a_session_on_every_kind_of_device() {
    visit("alone.mjs").await;
}

/// Guard: what the second partner brings is read by nobody but `OwnIntake`; the console shows that alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_partners_each_sees_only_what_is_their_own() {
    visit("two.mjs").await;
}

/// Guards: `Clear-Site-Data` and the forgotten cookies of `leave`; `Screening::decide` for whoever is not alone; the
/// escaping of every template; the request id of `review` for whoever sends twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_lost_or_given_away_at_the_edges() {
    visit("edges.mjs").await;
}

async fn visit(script: &str) {
    let week = ["mon", "tue", "wed", "thu", "fri", "sat"].map(|day| format!("{day} 08:00-20:00 video")).join("; ");
    let practice = PracticeFolder::sample().unwrap().therapists(20, &week).unwrap();
    let folder = practice.path().display().to_string();
    let mut house = Processes::new([("RAPPORT__PRACTICE__DIR", folder)]).unwrap();
    house.start("all").await.unwrap();
    let done = clients::browser(script, house.console, &pictures(script)).await;
    let logs = house.logs().unwrap();
    house.kill("all").await.unwrap();
    done.unwrap_or_else(|why| panic!("{why:#}"));
    // Nothing that a browser asked for or typed is in any log.
    for told in ["/questions/", "/session/", "/invitation/", "example.com,", "Avery", "Casey", "onerror"] {
        assert!(!logs.contains(told), "the logs tell of {told}");
    }
}

fn pictures(script: &str) -> PathBuf {
    let name = script.trim_end_matches(".mjs");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pages").join(name)
}
