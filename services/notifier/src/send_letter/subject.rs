//! What a letter is about.

use jiff::SignedDuration;
use rapport_domain::{
    appointment::Appointment,
    calls::ClientCalls,
    case::{Case, CaseState},
    id::{IntakeId, InvitationId},
    intake::Care,
    invitation::InvitationState,
    letter::{Cause, LetterKind, Recipient},
    matching::Therapist,
    practice::{Confirm, roster::licences_to_renew},
    triage::Urgency,
};
use rapport_messaging::topology;
use rapport_store::{
    ClaimedLetter, StoreError, accounts, alerts, appointments, audit, calls, cases, intakes,
    invitations::{self, InvitationLetter},
    letters, no_contact, therapists, triage_results,
};

use super::Sender;
use crate::letters::{Digest, EndingLicence, Invitation};

/// What the letter is about, read just now.
pub(crate) struct Subject {
    pub(crate) case: Option<Case>,
    pub(super) appointment: Option<Appointment>,
    /// Where the letter promises a call: what the client's own answers call for, and nobody else's.
    pub(super) urgency: Urgency,
    pub(super) to_second_partner: bool,
    pub(super) in_calendar: bool,
    /// Whether the time is fixed by the client's own yes.
    pub(super) awaits_answer: bool,
    pub(super) digest: Option<Digest>,
    pub(super) licence: Option<EndingLicence>,
    /// Whether the one-time sign-in that it brings still opens something.
    pub(super) signs_in: bool,
    pub(super) acknowledged: bool,
    /// What is known of the calls of the client whom it goes to.
    pub(super) calls: ClientCalls,
    pub(super) invitation: Option<Invitation>,
    /// Where the inviter asked for the invitation to go.
    pub(super) invited: Option<InvitationLetter>,
}

impl Sender {
    pub(crate) async fn read_subject(&self, letter: &ClaimedLetter) -> Result<Subject, StoreError> {
        let case = match letter.case {
            Some(id) => Some(cases::get(&self.store, id).await?.ok_or(StoreError::Missing("the letter's case"))?),
            None => None,
        };
        let appointment = match letter.appointment {
            Some((id, _)) => appointments::get(&self.store, id).await?,
            None => None,
        };
        let (mut urgency, mut to_second_partner) = (Urgency::Routine, false);
        if let (Recipient::Client(intake), Some(case), LetterKind::WeWillCall | LetterKind::NoTimeYet) =
            (&letter.recipient, &case, letter.kind)
        {
            let found = triage_results::of_intake(&self.store, *intake).await?;
            urgency = found.map_or(Urgency::Routine, |found| found.urgency);
            to_second_partner = intakes::first_of_case(&self.store, case.id).await? != Some(*intake);
        }
        // Only this letter depends on what another one did.
        let in_calendar = match (letter.kind, letter.appointment) {
            (LetterKind::WillNotTakePlace, Some((id, _))) => {
                let put = [LetterKind::Confirmed, LetterKind::Moved];
                letters::may_have_arrived(&self.store, &put, &letter.recipient, id).await?
            }
            _ => false,
        };
        let calls = match &letter.recipient {
            Recipient::Client(intake) => calls::of_client(&self.store, *intake).await?,
            _ => ClientCalls::default(),
        };
        let awaits_answer = match (letter.kind, &letter.recipient, &appointment) {
            (LetterKind::Held, Recipient::Client(intake), Some(held)) => self.awaits_answer(*intake, held).await?,
            _ => false,
        };
        let digest = match letter.kind {
            LetterKind::StaffDigest => Some(self.read_digest().await?),
            _ => None,
        };
        let licence = match letter.kind {
            LetterKind::LicenceEnds => self.read_licence(&letter.cause).await?,
            _ => None,
        };
        let signs_in = match letter.recipient {
            Recipient::Staff(account) => {
                let token = self.sign_in_token(account, letter);
                accounts::sign_in_by_hash(&self.store, token.hash(), self.clock.now()).await?.is_some()
            }
            _ => false,
        };
        let (invitation, invited) = match (&letter.recipient, &case) {
            (Recipient::Invited(id), Some(case)) => self.read_invitation(*id, case).await?.unzip(),
            _ => (None, None),
        };
        let acknowledged = match letter.recipient {
            Recipient::OnCall(_) | Recipient::Webhook(_) => alerts::is_acknowledged(&self.store, letter.id).await?,
            _ => false,
        };
        Ok(Subject {
            case,
            appointment,
            urgency,
            to_second_partner,
            in_calendar,
            awaits_answer,
            digest,
            licence,
            signs_in,
            acknowledged,
            calls,
            invitation,
            invited,
        })
    }

    /// Whether a time that is held is fixed by the client's own yes, and by nobody else's.
    async fn awaits_answer(&self, client: IntakeId, held: &Appointment) -> Result<bool, StoreError> {
        if self.practice.booking.confirm != Confirm::Link || held.care != Care::Individual {
            return Ok(false);
        }
        let found = triage_results::of_intake(&self.store, client).await?;
        Ok(found.is_some_and(|found| !found.booking.needs_staff()))
    }

    /// The practice's numbers, as they stand now.
    async fn read_digest(&self) -> Result<Digest, StoreError> {
        let now = self.clock.now();
        let (cases, late) = cases::tally(&self.store, now).await?;
        let of = |states: &[CaseState]| cases.iter().filter(|(state, _)| states.contains(state)).map(|(_, n)| n).sum();
        let (refused, unknown) = letters::undelivered(&self.store, now - SignedDuration::from_hours(24)).await?;
        let mut dead = Some(0);
        for queue in &topology::QUEUES {
            let here = self.events.depth(queue).await.map(|depth| depth.dead);
            dead = dead.zip(here.ok()).map(|(before, here)| before + here);
        }
        let (everybody, today) = (therapists::all(&self.store).await?, self.practice.today(now));
        let head = audit::seal::head(&self.store).await?;
        Ok(Digest {
            licences: licences_to_renew(&everybody, today).count() as u64,
            audit_head: head.map(|head| (head.number, head.hex())),
            deciding: of(&[CaseState::Received, CaseState::Triaged]),
            before_staff: of(&[CaseState::BeforeStaff]),
            held: of(&[CaseState::Held]),
            confirmed: of(&[CaseState::Confirmed]),
            late,
            refused,
            unknown,
            dead,
        })
    }

    /// A licence that the roster still has, and that still ends on that day.
    async fn read_licence(&self, cause: &str) -> Result<Option<EndingLicence>, StoreError> {
        let Some((id, state, ends)) = Cause::licence_of(cause) else { return Ok(None) };
        let therapist = therapists::get(&self.store, id).await?.filter(|therapist| therapist.active);
        let stands = |therapist: &Therapist| {
            therapist.licences.iter().any(|licence| licence.state == state && licence.expires == ends)
        };
        let found = therapist.filter(stands);
        Ok(found.map(|therapist| EndingLicence { therapist: therapist.name, state: state.as_str().to_owned(), ends }))
    }

    /// An invitation as it stands now; none where it can be written to nobody, or leads nowhere.
    async fn read_invitation(
        &self,
        id: InvitationId,
        case: &Case,
    ) -> Result<Option<(Invitation, InvitationLetter)>, StoreError> {
        let Some((invitation, detail)) = invitations::get(&self.store, id).await? else { return Ok(None) };
        let (Some(to), Some(link)) = (detail.letter, self.practice.invitation_link(&detail.token)) else {
            return Ok(None);
        };
        let stands = invitation.state == InvitationState::Open
            && case.state != CaseState::Closed
            && !no_contact::contains(&self.store, &to.email).await?;
        let text = self.practice.invitation_text.get(to.language).to_owned();
        Ok(Some((Invitation { text, link, stands }, to)))
    }
}
