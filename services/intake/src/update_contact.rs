//! A client changes how they are reached.

use rapport_domain::{
    contact::{Contact, EmailAddress, Phone},
    id::IntakeId,
    intake::{Intake, Submission},
    problem::FieldProblems,
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, audit, calls, cases, intakes, letters, search};

use crate::{
    Deps,
    parse::{self, optional},
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// What they want from now on.
#[derive(Clone)]
pub(crate) struct UpdateContact {
    contact: Contact,
    email: Option<EmailAddress>,
    phone: Option<Phone>,
}

/// Reads the request; any other intake is not found, whether it exists or not.
pub(crate) fn read(own: IntakeId, request: &pb::UpdateContactRequest) -> Result<UpdateContact, Refusal> {
    let asked: IntakeId = parse::name("name", &request.name)?;
    if asked != own {
        return Err(Refusal::NotFound);
    }
    let mut problems = FieldProblems::default();
    let contact = match &request.contact {
        Some(contact) => parse::contact(contact, &mut problems),
        None => {
            problems.add("contact", "must be given");
            None
        }
    };
    let email = problems.take("email", optional(&request.email, EmailAddress::parse));
    let phone = problems.take("phone", optional(&request.phone, Phone::parse));
    match (contact, email, phone) {
        (Some(contact), Some(email), Some(phone)) if problems.is_empty() => Ok(UpdateContact { contact, email, phone }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Keeps it, and lets everything that has not happened yet follow: letters, the next call, by what they are found.
/// Whoever reads the old mailbox has no link any more.
#[tracing::instrument(skip_all, fields(intake.id = %own))]
pub(crate) async fn run(
    deps: &Deps,
    own: IntakeId,
    asked: UpdateContact,
    repeatable: Repeatable,
) -> Result<pb::UpdateContactResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let asked = asked.clone();
        Box::pin(async move {
            update(deps, tx, own, asked).await?;
            Ok(pb::UpdateContactResponse {})
        })
    })
    .await
}

async fn update(deps: &Deps, tx: &Tx, own: IntakeId, asked: UpdateContact) -> Result<(), Refusal> {
    let mut intake = intakes::get(tx, own).await?.ok_or(Refusal::NotFound)?;
    let before = intake.submission.clone();
    let told = &mut intake.submission;
    told.contact = asked.contact;
    told.client.email = asked.email.or_else(|| told.client.email.take());
    told.client.phone = asked.phone.unwrap_or_else(|| told.client.phone.clone());
    if intake.submission != before {
        follow(deps, tx, &intake, &before).await?;
    }
    audit::write(tx, &trail::by_client(deps, own, policy::UPDATE_CONTACT, vec![own.to_string()])).await?;
    Ok(())
}

async fn follow(deps: &Deps, tx: &Tx, intake: &Intake, before: &Submission) -> Result<(), Refusal> {
    let (told, now) = (&intake.submission, deps.clock.now());
    // The case is written with it, unchanged: whoever decides on an older look is told.
    let case = cases::get(tx, intake.case).await?.ok_or(Refusal::NotFound)?;
    cases::save(tx, &case).await?;
    intakes::save_submission(tx, intake).await?;
    let found_by = |client| search::tokens(&deps.store, client);
    let others = intakes::of_case(tx, intake.case).await?;
    let others = others.iter().filter(|other| other.id != intake.id);
    let kept: Vec<_> = others.flat_map(|other| found_by(&other.submission.client)).collect();
    search::replace(tx, intake.case, &found_by(&before.client), &found_by(&told.client), &kept).await?;
    if (told.contact.mailbox, &told.client.email) != (before.contact.mailbox, &before.client.email) {
        intakes::revoke_session_token(tx, intake.id).await?;
    }
    letters::write_anew(tx, intake.id, now).await?;
    let mut known = calls::of_client(tx, intake.id).await?;
    let fixed = known.next;
    known.keep_hours(&deps.practice, &told.contact);
    if known.next != fixed {
        calls::put(tx, intake.id, &known).await?;
    }
    Ok(())
}
