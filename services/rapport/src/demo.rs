//! `rapport demo`: everything at once, on the embedded default, with sample people.
//!
//! First [`week`] plays the week before under [`clock`], so that a queue is there to be looked at. Then the samples go
//! through the same gRPC API as everybody's intakes, and what became of them is read through the staff API. [`samples`]
//! reads them, [`outcome`] finds out what became of one, [`card`] shows it. [`seats`] lets somebody sign in.

use std::{
    net::SocketAddr,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
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
use rapport_store::{Store, intakes};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

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
mod clock;
mod outcome;
mod samples;
mod seats;
mod week;

use card::Page;
use clock::DemoClock;
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
    let files = practice_files::read(settings.practice_dir())?;
    let (samples, people) = (samples::read(&files)?, week::read(&files)?);
    // The compiled-in samples are no files that could be submitted again.
    let again = settings.practice_dir().zip(samples.first()).map(|(folder, sample)| folder.join(&sample.file));
    if settings.log.filter.is_default() {
        // What went well is on the page; a log would only tear it apart.
        settings.log.filter = Filter::errors();
    }
    telemetry::init(&settings.log);
    let stop = shutdown::signal()?;
    let clock = Arc::new(DemoClock::default());
    let house = House::open_by(&settings, clock.clone()).await?;
    let people = if week::fits_into(&house.store).await? { people } else { Vec::new() };
    if !people.is_empty() {
        week::begin(&clock);
    }
    let running = roles::start(&Role::ALL, &settings, &house, &stop).await?;
    let listening = running.listening.context("the APIs are not served")?;
    let pages = running.pages.context("no pages are served")?;
    let page = Page::new(wish.json);
    let shown = async {
        page.opening(&house.practice.name, &std::path::absolute(settings.data_dir())?)?;
        let channels = channels(listening).await?;
        Box::pin(play_week(&page, &house, &clock, people, channels.clone())).await?;
        let stage = Stage::set(&house, channels, listening, pages, mail.clone()).await?;
        show(&page, &settings, &stage, &house, samples).await?;
        anyhow::Ok(stage)
    };
    let shown = tokio::select! {
        shown = shown => Some(shown),
        () = stop.cancelled() => None,
    };
    let outcome = match shown {
        Some(Ok(stage)) if !wish.exit => serve_on(&page, &house, &stage, &mail, again.as_deref(), &stop).await,
        Some(shown) => shown.map(|_| ()),
        None => Ok(()),
    };
    stop.cancel();
    running.drained().await;
    outcome
}

async fn serve_on(
    page: &Page,
    house: &House,
    stage: &Stage,
    mail: &Path,
    again: Option<&Path>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let seats = seats::offer(house, stage.pages).await?;
    page.addresses(stage.pages, stage.listening, &stage.staff_token, mail, again)?;
    page.seats(&seats)?;
    stop.cancelled().await;
    Ok(())
}

/// Fills the queue with a week, where there is one to play; the clock is the machine's afterwards.
async fn play_week(
    page: &Page,
    house: &House,
    clock: &DemoClock,
    people: Vec<week::Person>,
    channels: Channels,
) -> anyhow::Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let bar = progress(people.len());
    let cases = Box::pin(week::play(house, clock, people, channels, &bar)).await?;
    clock.catch_up();
    bar.finish_and_clear();
    page.week(cases)
}

async fn show(
    page: &Page,
    settings: &Settings,
    stage: &Stage,
    house: &House,
    samples: Vec<Sample>,
) -> anyhow::Result<()> {
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
    if page.is_json() {
        let median_minutes_to_first_session = median.map(|median| median.as_mins());
        let data = settings.data_dir().display().to_string();
        print::json(&Report { data, outcomes, booked, median_minutes_to_first_session })?;
    }
    Ok(())
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
    let case = case_of(&house.store, &answer.intake).await?;
    let case = stage.observer.settled_case(&case, PATIENCE).await?;
    let files = stage.observer.new_letters(&before, &address)?;
    Ok(Outcome::new(title, sample.file, &answer, &intake, &case, &files))
}

/// The name of an intake's case: clients never learn it, so it is read where it stands.
async fn case_of(store: &Store, intake: &str) -> anyhow::Result<String> {
    let id = intake.parse().map_err(|_| anyhow::anyhow!("{intake} is no intake"))?;
    Ok(intakes::get(store, id).await?.context("the intake was not stored")?.case.to_string())
}

/// Connections to the client API and the staff API.
type Channels = (Channel, Channel);

async fn channels(listening: Listening) -> anyhow::Result<Channels> {
    let clients = client::connect(&format!("http://{}", listening.clients)).await?;
    Ok((clients, client::connect(&format!("http://{}", listening.staff)).await?))
}

impl Stage {
    async fn set(
        house: &House,
        (clients, staff): Channels,
        listening: Listening,
        pages: SocketAddr,
        mail: PathBuf,
    ) -> anyhow::Result<Self> {
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
