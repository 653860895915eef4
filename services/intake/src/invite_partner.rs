//! A word to the partner: a link to hand over and, where wanted, one neutral letter.
//!
//! Whatever the partner did with it – read, declined, used it – the same request
//! is answered the same: nobody learns of the other one here.

use std::sync::Arc;

use rapport_domain::{
    case::CaseState,
    contact::{EmailAddress, Language},
    id::{IntakeId, InvitationId},
    intake::Care,
    invitation::{Invitation, InvitationState},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    problem::FieldProblems,
};
use rapport_proto::intake as pb;
use rapport_security::{Principal, Token};
use rapport_store::{InvitationDetail, InvitationLetter, Tx, audit, cases, intakes, invitations, letters, no_contact};

use crate::{
    Deps,
    own_intake::OwnIntake,
    policy,
    protocols::Protocols,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// Makes the invitation, or finds the one that was made before, and queues the letter where one is due.
#[tracing::instrument(skip_all, fields(intake.id = %own))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    own: IntakeId,
    request: pb::InvitePartnerRequest,
) -> Result<pb::InvitePartnerResponse, Refusal> {
    let caller = Principal::Client(own.uuid());
    let repeatable = Repeatable::new(deps, &caller, policy::INVITE_PARTNER, &request, &request.request_id)?;
    let Asked { intake: asked, letter } = read(own, &request)?;
    if asked != own {
        return Err(Refusal::NotFound);
    }
    let own = OwnIntake::read(deps, protocols, own).await?;
    let letter = letter.map(|(email, language)| InvitationLetter {
        email,
        language: language.unwrap_or(own.intake.submission.language()),
    });
    let press = Arc::new(Press { own, letter, only_show: request.validate_only });
    repeat::change(deps, repeatable, move |deps, tx| {
        let press = Arc::clone(&press);
        Box::pin(async move { press.invite(deps, tx).await })
    })
    .await
}

/// What the request names.
struct Asked {
    intake: IntakeId,
    /// Where the letter goes, and in which language: the client's own where none is named.
    letter: Option<(EmailAddress, Option<Language>)>,
}

/// Every bad field at once.
fn read(own: IntakeId, request: &pb::InvitePartnerRequest) -> Result<Asked, Refusal> {
    let mut problems = FieldProblems::default();
    let name = match request.name.as_str() {
        "" => Some(own),
        name => problems.take("name", name.parse::<IntakeId>()),
    };
    let letter = request.letter.as_ref().map(|letter| {
        let email = problems.take("letter.email", EmailAddress::parse(&letter.email));
        let language = match letter.language.as_str() {
            "" => None,
            tag => problems.take("letter.language", Language::parse(tag)),
        };
        email.map(|email| (email, language))
    });
    match name {
        Some(intake) if problems.is_empty() => Ok(Asked { intake, letter: letter.flatten() }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// A client's press of the button.
struct Press {
    own: Arc<OwnIntake>,
    letter: Option<InvitationLetter>,
    only_show: bool,
}

impl Press {
    async fn invite(&self, deps: &Deps, tx: &Tx) -> Result<pb::InvitePartnerResponse, Refusal> {
        let intake = &self.own.intake;
        self.check_offered(deps, tx).await?;
        let language = self.letter.as_ref().map_or(intake.submission.language(), |letter| letter.language);
        let text = deps.practice.invitation_text.get(language).to_owned();
        let mut resources = vec![intake.id.to_string()];
        let response = if self.only_show {
            pb::InvitePartnerResponse { text, ..Default::default() }
        } else {
            let (invitation, detail) = match invitations::of_inviter(tx, intake.id).await? {
                Some(made) => made,
                None => self.make(deps, tx).await?,
            };
            resources.push(invitation.id.to_string());
            if let Some(letter) = &self.letter {
                self.write_once(deps, tx, &invitation, letter).await?;
            }
            let link = deps.practice.invitation_link(&detail.token).unwrap_or_default();
            pb::InvitePartnerResponse { invitation_token: detail.token, link, text }
        };
        let caller = Principal::Client(intake.id.uuid());
        audit::write(tx, &trail::by(deps, &caller, policy::INVITE_PARTNER, resources)).await?;
        Ok(response)
    }

    /// Only the first partner of a couple invites, by what their own answers call for, and while there is a case to join.
    async fn check_offered(&self, deps: &Deps, tx: &Tx) -> Result<(), Refusal> {
        let intake = &self.own.intake;
        let case = cases::get(tx, intake.case).await?.ok_or(Refusal::NotFound)?;
        let first = intakes::first_of_case(tx, intake.case).await? == Some(intake.id);
        let couple = intake.care.care() == Care::Couple;
        if !first || !couple || !self.own.may_meet_together() || case.state == CaseState::Closed {
            return Err(Refusal::InvitationNotOffered);
        }
        if self.letter.is_some() && deps.practice.pages_url.is_none() {
            return Err(Refusal::InvitationLetterOff);
        }
        Ok(())
    }

    async fn make(&self, deps: &Deps, tx: &Tx) -> Result<(Invitation, InvitationDetail), Refusal> {
        let token = Token::generate();
        let invitation = Invitation {
            id: InvitationId::new(deps.ids.uuid()),
            case: self.own.intake.case,
            inviter: self.own.intake.id,
            state: InvitationState::Open,
            created_at: deps.clock.now(),
        };
        let detail = InvitationDetail { token: token.text(), letter: None };
        // Two presses at once: the second finds the first one's when it is tried again.
        invitations::create(tx, &invitation, token.hash(), &detail).await?;
        Ok((invitation, detail))
    }

    /// The first address counts, also where nothing is sent to it: a second press must not find out why.
    async fn write_once(
        &self,
        deps: &Deps,
        tx: &Tx,
        invitation: &Invitation,
        letter: &InvitationLetter,
    ) -> Result<(), Refusal> {
        let first = invitations::keep_letter(tx, invitation.id, letter).await?;
        if !first || !invitation.state.lets_in() || no_contact::contains(tx, &letter.email).await? {
            return Ok(());
        }
        let due = DueLetter {
            cause: Cause::Intake(invitation.inviter),
            recipient: Recipient::Invited(invitation.id),
            kind: LetterKind::Invitation,
            case: invitation.case,
            appointment: None,
        };
        letters::queue(tx, &[due], deps.clock.now()).await?;
        Ok(())
    }
}
