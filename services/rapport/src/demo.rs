//! `rapport demo`: everything at once, on the embedded default, with sample people.
//!
//! The samples go through the same gRPC API as everybody's intakes, and what
//! became of them is read through the staff API. [`samples`] reads them,
//! [`outcome`] finds out what became of one, [`card`] shows it.

use std::{
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::SignedDuration;
use rapport_runtime::{
    shutdown,
    telemetry::{self, Filter},
};
use rapport_security::Role as StaffRole;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Demo,
    client::{self, Client},
    house::House,
    practice_files, print,
    roles::{self, Listening, Role},
    settings::{EventsUrl, Settings},
    staff_token, wording,
};

mod card;
mod outcome;
mod samples;

use card::Page;
use outcome::{Observer, Outcome};
use samples::Sample;

/// How long one sample may take; milliseconds are usual.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Report {
    data: String,
    outcomes: Vec<Outcome>,
    booked: usize,
    median_minutes_to_first_session: Option<i64>,
}

/// What a demo needs while it runs.
struct Stage {
    client: Client,
    observer: Observer,
    listening: Listening,
    pages: SocketAddr,
    staff_token: String,
}

/// Serves all roles, submits the samples, shows what became of them, serves on.
///
/// # Errors
/// Where the settings are not the embedded ones, or anything fails on the way.
pub(crate) async fn run(mut settings: Settings, wish: &Demo) -> anyhow::Result<()> {
    only_embedded(&settings)?;
    if !settings.has_data_dir() {
        settings.keep_data_in(fresh_folder()?);
    }
    let mail = settings.mail_folder().context("letters go to a folder here")?;
    let samples = samples::read(&practice_files::read(settings.practice_dir())?)?;
    // The compiled-in samples are no files that could be submitted again.
    let again = settings.practice_dir().zip(samples.first()).map(|(folder, sample)| folder.join(&sample.file));
    if settings.log.filter.is_default() {
        // What went well is on the page; a log would only tear it apart.
        settings.log.filter = Filter::errors();
    }
    telemetry::init(&settings.log);
    let stop = shutdown::signal()?;
    let house = House::open(&settings).await?;
    let running = roles::start(&Role::ALL, &settings, &house, &stop).await?;
    let listening = running.listening.context("the APIs are not served")?;
    let pages = running.pages.context("no pages are served")?;
    let stage = Stage::set(&house, listening, pages, mail.clone()).await?;
    let shown = tokio::select! {
        shown = show(&settings, &stage, &house, samples, wish.json) => Some(shown),
        () = stop.cancelled() => None,
    };
    let outcome = match shown {
        Some(Ok(page)) if !wish.exit => serve_on(&page, &stage, &mail, again.as_deref(), &stop).await,
        Some(shown) => shown.map(|_| ()),
        None => Ok(()),
    };
    stop.cancel();
    running.drained().await;
    outcome
}

async fn serve_on(
    page: &Page,
    stage: &Stage,
    mail: &Path,
    again: Option<&Path>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    page.addresses(stage.pages, stage.listening, &stage.staff_token, mail, again)?;
    stop.cancelled().await;
    Ok(())
}

async fn show(
    settings: &Settings,
    stage: &Stage,
    house: &House,
    samples: Vec<Sample>,
    json: bool,
) -> anyhow::Result<Page> {
    let page = Page::new(json);
    page.opening(&house.practice.name, &std::path::absolute(settings.data_dir())?)?;
    let bar = progress(samples.len());
    let mut outcomes = Vec::new();
    for sample in samples {
        bar.set_message(sample.title.clone());
        let outcome = play(stage, house, sample).await?;
        bar.inc(1);
        bar.suspend(|| page.card(outcomes.len() + 1, &outcome))?;
        outcomes.push(outcome);
    }
    bar.finish_and_clear();
    let spans: Vec<SignedDuration> = outcomes.iter().filter_map(Outcome::to_first_session).collect();
    let (booked, median) = (spans.len(), wording::median(spans));
    page.closing(median, booked, outcomes.len())?;
    if json {
        let median_minutes_to_first_session = median.map(|median| median.as_mins());
        let data = settings.data_dir().display().to_string();
        print::json(&Report { data, outcomes, booked, median_minutes_to_first_session })?;
    }
    Ok(page)
}

/// Submits one sample and waits until its letters are on their way.
async fn play(stage: &Stage, house: &House, sample: Sample) -> anyhow::Result<Outcome> {
    let title = sample.title.clone();
    let before = stage.observer.letter_files()?;
    let mut client = stage.client.clone();
    let mut request = sample.request;
    let language = request.client.as_ref().map(|client| client.language.clone()).unwrap_or_default();
    let screening = client.screening(&language).await?;
    client::complete(&mut request, &screening, house.ids.as_ref());
    let address = request.client.as_ref().map(|client| client.email.clone()).unwrap_or_default();
    let answer = client.submit(request).await.with_context(|| format!("sample {title}"))?;
    let intake = client.follow(&answer.intake, &answer.status_token, PATIENCE).await?;
    let case = stage.observer.settled_case(&answer.intake, PATIENCE).await?;
    let files = stage.observer.new_letters(&before, &address)?;
    Ok(Outcome::new(title, sample.file, &answer, &intake, &case, &files))
}

impl Stage {
    async fn set(house: &House, listening: Listening, pages: SocketAddr, mail: PathBuf) -> anyhow::Result<Self> {
        let day = SignedDuration::from_hours(24);
        let (token, _) = staff_token::make(
            &house.store,
            StaffRole::Clinician,
            "Demo clinician",
            day,
            house.clock.as_ref(),
            house.ids.as_ref(),
        )
        .await?;
        let clients = client::connect(&format!("http://{}", listening.clients)).await?;
        let staff = client::connect(&format!("http://{}", listening.staff)).await?;
        Ok(Self {
            client: Client::new(clients),
            observer: Observer::new(staff, token.text(), mail),
            listening,
            pages,
            staff_token: token.text(),
        })
    }
}

/// Sample people belong into no real practice's database and no real mail server.
fn only_embedded(settings: &Settings) -> anyhow::Result<()> {
    if settings.is_production() || matches!(settings.events.url, EventsUrl::Amqp(_)) {
        bail!(
            "the demo brings its own database and events: leave RAPPORT__DATABASE__URL and RAPPORT__EVENTS__URL unset \
             (samples are sent to a running installation with `rapport submit`)"
        );
    }
    if settings.mail_folder().is_none() {
        bail!("the demo writes letters into a folder: leave RAPPORT__MAIL__URL unset or give file:DIR");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "nothing of a demo has to outlive it, unless somebody names a folder")]
fn fresh_folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir();
    let made = (0..1000).map(|number| folder.join(format!("rapport-demo-{}-{number}", std::process::id())));
    for path in made {
        match std::fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
        }
    }
    bail!("cannot make a fresh folder in {}", folder.display())
}

/// On stderr, and only on a terminal.
fn progress(samples: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(samples).unwrap_or_default());
    if let Ok(style) = ProgressStyle::with_template("  {bar:20} {pos}/{len}  {wide_msg}") {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
