//! The week before the demo: some forty people through the API, under a clock that was set back, and what the desk did
//! about each. So the queue is worth looking at when somebody signs in.
//!
//! [`people`] reads who they are, [`desk`] does what happened afterwards. Everything goes through the client API and the
//! staff API; only the clock and the worker's turns are moved by hand, from one thing that happens to the next.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use rapport_domain::letter::LedgerState;
use rapport_proto::{
    intake::{SubmitIntakeRequest, intake_service_client::IntakeServiceClient},
    staff::triage_service_client::TriageServiceClient,
};
use rapport_runtime::Clock;
use rapport_security::Role;
use rapport_store::{CaseFilter, LetterFilter, Store, Topic, alerts, cases, intakes, letters};
use tokio::time::Instant;

use super::{Channels, PATIENCE, case_of, clock::DemoClock};
use crate::{
    client::{self, Client},
    house::House,
    staff_token,
};

mod desk;
mod people;

use desk::{Desk, Done, Known};
pub(super) use people::{Person, read};

/// How far the clock is set back: the first of them came six days ago.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The worker's turns while nothing happens. What is due in between comes this much late.
const TURN: SignedDuration = SignedDuration::from_hours(1);
/// When somebody whose safe hours are not now is tried again.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(30);
/// When somebody on call looks at the alerts, at any hour of the day.
const ROUNDS: [i8; 9] = [0, 3, 6, 9, 12, 14, 16, 20, 22];
/// When it looks through the day's sessions.
const EVENING: i8 = 18;
/// How long the tokens of the desk are good: the week, and a little.
const TOKENS: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Alerts that a round looks at: more than there are.
const MOST_ALERTS: u64 = 200;
/// Between two looks at what is under way.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The names of the desk: of its tokens in that week, and of the accounts that are signed in with afterwards.
pub(super) const COORDINATOR: &str = "Casey Sample";
pub(super) const CLINICIAN: &str = "Dr. Ellis Sample";

/// The week as it goes by.
struct Week<'a> {
    house: &'a House,
    clock: &'a DemoClock,
    client: Client,
    desk: Desk,
    people: Vec<Person>,
    /// As the services know them, once they came.
    known: BTreeMap<usize, Known>,
    agenda: Agenda,
    /// Where the week ends.
    now: Timestamp,
}

/// What is to happen, in order.
#[derive(Default)]
struct Agenda {
    entries: BTreeMap<(Timestamp, usize), Happening>,
    noted: usize,
}

enum Happening {
    Comes(usize),
    Does(usize, desk::Deed),
    /// The desk looks at its alerts.
    Round,
    /// The desk looks through the day's sessions.
    DayEnds,
}

/// Whether the database is fresh, so that a week may be put before everything in it.
pub(super) async fn fits_into(store: &Store) -> anyhow::Result<bool> {
    Ok(cases::list(store, &CaseFilter::default(), None, 1).await?.is_empty())
}

/// Sets the clock back to where the week begins.
pub(super) fn begin(clock: &DemoClock) {
    clock.set_back_to(clock.now() - BACK);
}

/// Plays the week up to now, and says how many cases it made.
///
/// # Errors
/// Where somebody is refused, or something is not decided in time.
pub(super) async fn play(
    house: &House,
    clock: &DemoClock,
    people: Vec<Person>,
    (clients, staff): Channels,
    bar: &ProgressBar,
) -> anyhow::Result<usize> {
    let token = async |role, name| {
        let made = staff_token::make(&house.store, role, name, TOKENS, clock, house.ids.as_ref()).await;
        made.map(|(token, _)| token.text())
    };
    let (coordinator, clinician) =
        (token(Role::Coordinator, COORDINATOR).await?, token(Role::Clinician, CLINICIAN).await?);
    let pages = IntakeServiceClient::new(clients.clone());
    let mut week = Week {
        house,
        clock,
        client: Client::new(clients),
        desk: Desk::new(TriageServiceClient::new(staff), pages, coordinator, clinician),
        people,
        known: BTreeMap::new(),
        agenda: Agenda::default(),
        now: clock.now() + BACK,
    };
    week.plan()?;
    while let Some((at, happening)) = week.agenda.next() {
        week.pass_until(at).await?;
        week.happens(happening, bar).await?;
    }
    week.pass_until(week.now).await?;
    let cases: BTreeSet<_> = week.known.values().map(|known| known.case.clone()).collect();
    Ok(cases.len())
}

impl Agenda {
    /// Notes what is to happen; what the week does not reach does not.
    fn note(&mut self, at: Timestamp, happening: Happening) {
        self.entries.insert((at, self.noted), happening);
        self.noted += 1;
    }

    fn next(&mut self) -> Option<(Timestamp, Happening)> {
        self.entries.pop_first().map(|((at, _), happening)| (at, happening))
    }
}

fn person(people: &[Person], number: usize) -> anyhow::Result<&Person> {
    people.get(number).context("nobody has this number")
}

impl Week<'_> {
    fn plan(&mut self) -> anyhow::Result<()> {
        let zone = &self.house.practice.zone;
        for (number, person) in self.people.iter().enumerate() {
            self.agenda.note(person.came_at(self.now, zone)?, Happening::Comes(number));
        }
        let mut day = self.clock.now().to_zoned(zone.clone()).start_of_day()?;
        while day.timestamp() < self.now {
            for hour in ROUNDS.into_iter().chain([EVENING]) {
                let at = day.with().hour(hour).build()?.timestamp();
                if at > self.clock.now() && at < self.now {
                    self.agenda.note(at, if hour == EVENING { Happening::DayEnds } else { Happening::Round });
                }
            }
            day = day.tomorrow()?;
        }
        Ok(())
    }

    async fn happens(&mut self, happening: Happening, bar: &ProgressBar) -> anyhow::Result<()> {
        match happening {
            Happening::Comes(number) => {
                bar.set_message(person(&self.people, number)?.what.clone());
                let known = self.comes(number).await?;
                self.known.insert(number, known);
                bar.inc(1);
            }
            Happening::Does(number, deed) => {
                let known = self.known.get_mut(&number).context("nobody does anything before they came")?;
                let (practice, name) = (&self.house.practice, &person(&self.people, number)?.name);
                let done = self.desk.does(&deed, known, practice, self.clock).await.with_context(|| name.clone())?;
                if matches!(done, Done::Later) {
                    self.agenda_at(self.clock.now() + TRY_AGAIN, number, deed);
                }
            }
            Happening::Round => {
                for alert in alerts::due(&self.house.store, self.clock.now() + TURN, MOST_ALERTS).await? {
                    self.desk.acknowledge(alert.to_string()).await?;
                }
            }
            Happening::DayEnds => {
                for known in self.known.values() {
                    self.desk.close_what_began(known, self.clock).await?;
                }
            }
        }
        self.settled().await
    }

    /// Notes something that somebody does, where the week still reaches it.
    fn agenda_at(&mut self, at: Timestamp, number: usize, deed: desk::Deed) {
        let at = if deed.waits_for_opening() { self.house.practice.minutes_later(at, 0, true) } else { at };
        if at < self.now {
            self.agenda.note(at, Happening::Does(number, deed));
        }
    }

    async fn comes(&mut self, number: usize) -> anyhow::Result<Known> {
        let person = person(&self.people, number)?;
        let (name, by_phone, steps) = (person.name.clone(), person.by_phone, person.then.clone());
        let mut request = person.request.clone();
        if let Some(inviter) = &person.joins {
            let is_inviter = |(at, _): &(&usize, &Known)| self.people.get(**at).is_some_and(|it| it.name == *inviter);
            let (_, inviter) = self.known.iter().find(is_inviter).context("nobody of that name came before")?;
            request.invitation_token = inviter.invitation.clone().context("they invited nobody")?;
        }
        let language = request.client.as_ref().map(|client| client.language.clone()).unwrap_or_default();
        let screening = self.client.screening(&language).await?;
        client::complete(&mut request, &screening, self.house.ids.as_ref());
        let came_at = self.clock.now();
        let known = if by_phone {
            let request_id = std::mem::take(&mut request.request_id);
            self.desk.take_call(request_id, request).await
        } else {
            self.submits(request).await
        };
        for step in steps {
            self.agenda_at(came_at + step.after, number, step.deed);
        }
        known.with_context(|| name)
    }

    async fn submits(&mut self, request: SubmitIntakeRequest) -> anyhow::Result<Known> {
        let answer = self.client.submit(request).await?;
        Ok(Known {
            case: case_of(&self.house.store, &answer.intake).await?,
            intake: answer.intake,
            page: Some(answer.status_token),
            invitation: None,
        })
    }

    /// Lets time go by, with the worker's turns.
    async fn pass_until(&self, then: Timestamp) -> anyhow::Result<()> {
        let deps = self.house.worker_deps();
        while self.clock.now() < then {
            self.clock.jump_to(then.min(self.clock.now() + TURN));
            rapport_worker::take_steps(&deps).await?;
            // A letter that was to wait until now waits by the machine's clock otherwise.
            self.house.store.wakes().wake(Topic::Letters);
            self.settled().await?;
        }
        Ok(())
    }

    /// Waits until all that has happened is decided and written of: nothing may be in anybody's hands when time jumps.
    async fn settled(&self) -> anyhow::Result<()> {
        let until = Instant::now() + PATIENCE;
        while !self.is_settled().await? {
            if Instant::now() >= until {
                bail!("the week stands still: something is undecided after {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    async fn is_settled(&self) -> anyhow::Result<bool> {
        let store = &self.house.store;
        let in_hand = LetterFilter { states: vec![LedgerState::Claimed, LedgerState::Sending], ..Default::default() };
        let next_letter = letters::next_turn(store).await?;
        Ok(cases::undecided(store, 1).await?.is_empty()
            && intakes::left_untriaged(store, 1).await?.is_empty()
            && next_letter.is_none_or(|next| next > self.clock.now())
            && letters::list(store, &in_hand, None, 1).await?.is_empty())
    }
}
