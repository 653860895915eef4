//! The calendar as a client sees it whose session is to have another time: by
//! their own wishes alone, as if their present time were free.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::taken::Taken,
    contact::UsState,
    id::TherapistId,
    intake::{Care, Intake, Preferences},
    matching::{Choice, Slot, Therapist, Wish, offer_span, offer_weeks, try_choice},
};
use rapport_store::{Conn, appointments, calendar, search, therapists};

use crate::{Deps, own_intake::OwnIntake, refusal::Refusal};

/// Roster and calendar, and what a session of this client must fit.
pub(crate) struct Openings<'a> {
    own: &'a OwnIntake,
    session: &'a Appointment,
    now: Timestamp,
    states: Vec<Option<UsState>>,
    preferences: Preferences,
    conflicts: Vec<TherapistId>,
    pub(crate) therapists: Vec<Therapist>,
    pub(crate) taken: Taken,
}

impl<'a> Openings<'a> {
    /// Reads what is taken in the weeks of a choice, or in all that are offered.
    pub(crate) async fn read(
        deps: &Deps,
        conn: &impl Conn,
        own: &'a OwnIntake,
        session: &'a Appointment,
        choice: Option<&Choice>,
    ) -> Result<Self, Refusal> {
        let practice = &deps.practice;
        let conflicts = match session.care {
            Care::Couple => {
                let tokens = search::tokens(&deps.store, &own.intake.submission.client);
                appointments::treated_alone(conn, &tokens).await?.into_iter().collect()
            }
            // Whoever sees somebody alone may go on doing so.
            Care::Individual => Vec::new(),
        };
        let mut preferences = own.intake.submission.preferences.clone();
        let mut therapists = therapists::all(conn).await?;
        if keeps_its_setting(session) {
            therapists.retain(|therapist| therapist.id == session.therapist);
            preferences.formats = vec![session.format];
            let place = session.room.as_deref().and_then(|room| practice.location_of(room));
            preferences.locations = place.into_iter().map(|place| place.id.clone()).collect();
        }
        let now = deps.clock.now();
        let mut openings = Self {
            own,
            session,
            now,
            states: vec![own.intake.submission.client.residence_state],
            preferences,
            conflicts,
            therapists,
            taken: Taken::new(&practice.zone, []),
        };
        let span = choice.map_or_else(|| offer_span(&openings.wish(), practice), |it| (it.starts_at, it.starts_at));
        let (from, to) = offer_weeks(span, practice);
        let mut busy = calendar::busy(conn, from, to).await?;
        busy.retain(|block| block.appointment != Some(session.id));
        openings.taken = Taken::new(&practice.zone, &busy);
        Ok(openings)
    }

    /// What the session must fit.
    pub(crate) fn wish(&self) -> Wish<'_> {
        let of_own = Wish::of(self.session.care, &self.own.intake.submission, &self.own.found, self.now);
        Wish {
            states: self.states.clone(),
            preferences: vec![&self.preferences],
            continuity: Some(self.session.therapist),
            conflicts: self.conflicts.clone(),
            ..of_own
        }
    }

    /// The very time that a client chose, with a room where one is needed. Whatever stands against it reads like a time
    /// that somebody else has by now.
    pub(crate) fn seat(&self, deps: &Deps, choice: &Choice) -> Result<Slot, Refusal> {
        let (from, until) = offer_span(&self.wish(), &deps.practice);
        if (from..=until).contains(&choice.starts_at) { self.fit(deps, choice) } else { Err(Refusal::SlotTaken) }
    }

    /// A time that two agreed on. Whatever stands against it reads likewise.
    pub(crate) fn seat_both(mut self, deps: &Deps, choice: &Choice, partner: &Intake) -> Result<Slot, Refusal> {
        self.states.push(partner.submission.client.residence_state);
        // One proposed it, the other said yes: neither is held to the hours that they once named.
        self.preferences.windows.clear();
        self.fit(deps, choice)
    }

    fn fit(&self, deps: &Deps, choice: &Choice) -> Result<Slot, Refusal> {
        let therapist = self.therapists.iter().find(|therapist| therapist.id == choice.therapist);
        let (wish, weights) = (self.wish(), self.own.protocol.weights());
        let therapist = therapist.ok_or(Refusal::SlotTaken)?;
        let tried = try_choice(&wish, therapist, choice, &self.taken, &deps.practice, weights);
        tried.slot.filter(|_| tried.against.is_empty()).ok_or(Refusal::SlotTaken)
    }
}

/// Whether only the day and the hour may change: of a fixed session for two, therapist, format and place were weighed
/// for both, and neither may learn from the offers what the other one's wishes are.
pub(crate) fn keeps_its_setting(session: &Appointment) -> bool {
    session.state == AppointmentState::Confirmed && session.care == Care::Couple
}
