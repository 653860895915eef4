//! Letters as staff read them: where each stands and what to do about it, never what it says.

use rapport_domain::letter::{LedgerState, Recipient, status};
use rapport_proto::{staff as pb, time};
use rapport_security::Role;
use rapport_store::LetterStanding;

use crate::policy::{sees_answers, sees_cases};

/// A letter as this role may see it.
pub(crate) fn letter(standing: &LetterStanding, role: Role) -> pb::Letter {
    let desk = sees_cases(role);
    let waits = matches!(standing.state, LedgerState::Queued | LedgerState::Retry);
    pb::Letter {
        letter: standing.kind.name().to_owned(),
        state: standing.state.name().to_owned(),
        update_time: Some(time::to_message(standing.updated_at)),
        name: standing.id.to_string(),
        case_name: standing.case.filter(|_| desk).map(|case| case.to_string()).unwrap_or_default(),
        recipient: recipient(standing, role),
        why: standing.why.as_deref().map(in_words).unwrap_or_default(),
        to_do: to_do(standing),
        attempts: i32::try_from(standing.attempts).unwrap_or(i32::MAX),
        create_time: Some(time::to_message(standing.queued_at)),
        next_try_time: waits.then(|| time::to_message(standing.not_before)),
        settled_by: standing.settled_by.clone().filter(|_| desk).unwrap_or_default(),
        etag: letter_etag(standing),
    }
}

/// Changes with every change of the letter.
pub(crate) fn letter_etag(standing: &LetterStanding) -> String {
    format!("{}-{}", standing.attempts, standing.updated_at.as_microsecond())
}

/// Which of two partners is called because of their answers is for clinicians, and so is whom a rule tells.
fn recipient(standing: &LetterStanding, role: Role) -> String {
    let (desk, clinical) = (sees_cases(role), sees_answers(role));
    match &standing.recipient {
        _ if !desk || standing.clinician_only && !clinical => String::new(),
        Recipient::Invited(_) => "invited".to_owned(),
        Recipient::Notified(_) | Recipient::Staff(_) => "staff".to_owned(),
        _ => standing.recipient.to_string(),
    }
}

/// A mail server's code with what it means; everything else is in words already.
fn in_words(why: &str) -> String {
    status::find(why).map_or_else(|| why.to_owned(), |status| format!("{} ({status})", status.meaning()))
}

/// What the case of a client says who does not have a letter.
pub(super) fn letter_refused(why: &str) -> String {
    format!("Letter refused: {}, call.", in_words(why))
}

fn to_do(standing: &LetterStanding) -> String {
    if !standing.is_open() {
        return String::new();
    }
    let why = standing.why.as_deref().map(in_words).unwrap_or_default();
    match (standing.state, &standing.recipient) {
        (LedgerState::Unknown, _) => "Nobody can tell whether it arrived: find out, then say so here.".to_owned(),
        (_, Recipient::Client(_)) => letter_refused(standing.why.as_deref().unwrap_or_default()),
        (_, Recipient::Invited(_)) => format!("Letter refused: {why}. Nobody is called: they agreed to nothing yet."),
        (_, Recipient::Staff(_)) => {
            format!("Letter refused: {why}. Reset the account, and hand its one-time sign-in over.")
        }
        _ => {
            format!("Letter refused: {why}. Mend the address in practice.toml, and see that they know.")
        }
    }
}
