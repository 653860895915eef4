//! Which letters there are. Each stands in a file of its own, with what it may
//! tell, when it is no longer true, and what it puts into a calendar; the words
//! are the practice's ([`crate::texts`]).

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calls::ClientCalls,
    case::{Case, CaseState},
    contact::{EmailAddress, Mailbox},
    letter::LetterKind,
    practice::Practice,
};

mod cancelled;
mod confirmed;
mod held;
mod invitation;
mod licence_ends;
mod moved;
mod no_time_yet;
mod reminder;
mod staff_alert;
mod staff_digest;
mod staff_invitation;
mod time_proposed;
mod we_will_call;
mod will_not_take_place;

/// A letter: everything about it but its words.
pub(crate) struct Letter {
    /// Which.
    pub(crate) kind: LetterKind,
    /// Whom it is for.
    pub(crate) audience: Audience,
    /// What its words may tell, beside the practice's phone and sender name.
    pub(crate) tells: &'static [Tells],
    /// The instant that [`Tells::By`] tells.
    pub(crate) by: fn(&Matter<'_>) -> Timestamp,
    /// Whether it is still true; one that is not is never sent.
    pub(crate) still_true: fn(&Matter<'_>) -> bool,
    /// What it does to the client's calendar.
    pub(crate) calendar: Option<Meeting>,
    /// Whether it waits until the practice's quiet hours are over. What answers something that its reader has just done,
    /// and what staff must know, does not.
    pub(crate) waits: bool,
}

/// Whom a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The intake's own client.
    Client,
    /// Somebody whom a client asks to answer too, and who has agreed to nothing yet.
    Invited,
    /// Somebody on call, or whom a rule tells.
    Staff,
}

/// Something that a letter's words may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// `name`: the client's given name.
    Name,
    /// `when`, `day`, `time`: the appointment's start.
    When,
    /// `by`, `by_day`: until when something happens.
    By,
    /// `answer`: whether the client's own yes is what a held time waits for.
    Answer,
    /// `link`: the page that its reader alone opens; empty where the practice has no pages.
    Link,
    /// `text`, `link`: the invitation's words, and its page.
    Invitation,
    /// `case`: the case's resource name.
    Case,
    /// `day`, `time` and the numbers of a [`Digest`].
    Digest,
    /// `therapist`, `state` and `day`: whose licence ends, where and when.
    Licence,
}

/// What a letter does to a calendar, as iTIP names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// Puts it there.
    Request,
    /// Takes it out.
    Cancel,
    /// Takes it out where an earlier letter put it there.
    Withdraw,
}

/// What a letter is about, as it stands now: all that any letter may know.
pub(crate) struct Matter<'a> {
    /// When the letter was queued.
    pub(crate) queued_at: Timestamp,
    /// What time it is: for whether it is still true. What it says never hangs on it.
    pub(crate) now: Timestamp,
    /// Its case, where it is about one.
    pub(crate) case: Option<&'a Case>,
    /// Its appointment, where it is about one.
    pub(crate) appointment: Option<&'a Appointment>,
    /// The state of the appointment that it was queued for.
    pub(crate) sequence: Option<u32>,
    /// Whether an earlier letter to the same client put the appointment into a calendar.
    pub(crate) in_calendar: bool,
    /// Whether its time is fixed by the client's own yes.
    pub(crate) awaits_answer: bool,
    /// The page that its reader alone opens, where there is one and the mailbox is theirs alone.
    pub(crate) link: Option<&'a str>,
    /// The invitation that it carries.
    pub(crate) invitation: Option<&'a Invitation>,
    /// Whether it goes to the second partner, whose call is owed whatever becomes of the case's session.
    pub(crate) to_second_partner: bool,
    /// What is known of the calls of the client whom it goes to.
    pub(crate) calls: ClientCalls,
    /// Whether somebody on call has acknowledged the alert that it belongs to.
    pub(crate) acknowledged: bool,
    /// The given name of the client that it goes to.
    pub(crate) given_name: Option<&'a str>,
    /// The practice's numbers, where it is about the practice.
    pub(crate) digest: Option<&'a Digest>,
    /// A licence that ends, where it still stands so on the roster.
    pub(crate) licence: Option<&'a EndingLicence>,
    /// Whether the one-time sign-in that it brings still opens something.
    pub(crate) signs_in: bool,
    /// When somebody calls; what the client read on the page comes from the same calendar.
    pub(crate) call_by: Timestamp,
    /// Who writes.
    pub(crate) letterhead: &'a Letterhead,
}

/// An invitation, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    /// What it says, in the letter's language.
    pub(crate) text: String,
    /// Its page.
    pub(crate) link: String,
    /// Whether it may still be answered, and whoever it is for may be written to.
    pub(crate) stands: bool,
}

/// How much is open, and what stands still: numbers alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    /// Cases that a machine has not decided on yet.
    pub(crate) deciding: u64,
    /// Cases that wait for a person.
    pub(crate) before_staff: u64,
    /// Cases with a time that is held.
    pub(crate) held: u64,
    /// Cases with a time that is fixed.
    pub(crate) confirmed: u64,
    /// Cases that somebody should have answered by now.
    pub(crate) late: u64,
    /// Letters that were refused for good since yesterday.
    pub(crate) refused: u64,
    /// Letters of which nobody can tell whether they arrived.
    pub(crate) unknown: u64,
    /// Events that no try could handle; none where what carries events does not answer.
    pub(crate) dead: Option<u64>,
    /// Licences that end within 60 days, or have ended.
    pub(crate) licences: u64,
    /// The audit trail's last seal; none before the first.
    pub(crate) audit_head: Option<(i64, String)>,
}

/// Whose licence ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EndingLicence {
    /// The therapist's name.
    pub(crate) therapist: String,
    /// Where it is good, by its two letters.
    pub(crate) state: String,
    /// Its last day.
    pub(crate) ends: Date,
}

/// What letters tell of the practice, and no more.
#[derive(Clone)]
pub(crate) struct Letterhead {
    /// The neutral name that letters come from.
    pub(crate) sender_name: String,
    /// The address that letters come from.
    pub(crate) sender_email: EmailAddress,
    /// Where to call, as a person reads it.
    pub(crate) phone: String,
    /// The zone of every wall time.
    pub(crate) zone: TimeZone,
}

impl Letterhead {
    /// The practice's.
    pub(crate) fn of(practice: &Practice) -> Self {
        Self {
            sender_name: practice.sender_name.clone(),
            sender_email: practice.sender_email.clone(),
            phone: practice.phone.clone(),
            zone: practice.zone.clone(),
        }
    }
}

impl Matter<'_> {
    /// Where its case stands, where it is about one.
    fn case_state(&self) -> Option<CaseState> {
        self.case.map(|case| case.state)
    }

    /// The day in the practice's zone.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        at.to_zoned(self.letterhead.zone.clone()).date()
    }

    /// Whether the appointment is in this state, and has not changed since the letter was queued.
    fn appointment_is(&self, state: AppointmentState) -> bool {
        self.appointment.is_some_and(|it| it.state == state && Some(it.sequence) == self.sequence)
    }
}

impl Letter {
    /// The letter of a kind: the list of all of them.
    pub(crate) const fn of(kind: LetterKind) -> &'static Self {
        match kind {
            LetterKind::Held => &held::LETTER,
            LetterKind::Confirmed => &confirmed::LETTER,
            LetterKind::Moved => &moved::LETTER,
            LetterKind::TimeProposed => &time_proposed::LETTER,
            LetterKind::Reminder => &reminder::LETTER,
            LetterKind::Cancelled => &cancelled::LETTER,
            LetterKind::NoTimeYet => &no_time_yet::LETTER,
            LetterKind::WeWillCall => &we_will_call::LETTER,
            LetterKind::WillNotTakePlace => &will_not_take_place::LETTER,
            LetterKind::Invitation => &invitation::LETTER,
            LetterKind::StaffAlert => &staff_alert::LETTER,
            LetterKind::StaffDigest => &staff_digest::LETTER,
            LetterKind::StaffInvitation => &staff_invitation::LETTER,
            LetterKind::LicenceEnds => &licence_ends::LETTER,
        }
    }

    /// What it tells in this mailbox. One that somebody else reads learns the
    /// time and whom to call, whatever the practice's words would like to say.
    pub(crate) fn tells(&self, mailbox: Mailbox) -> impl Iterator<Item = Tells> {
        self.tells.iter().copied().filter(move |told| mailbox == Mailbox::Private || *told == Tells::When)
    }

    /// What it does to the calendar behind this mailbox.
    pub(crate) fn calendar(&self, mailbox: Mailbox) -> Option<Meeting> {
        self.calendar.filter(|_| mailbox == Mailbox::Private)
    }

    /// Whether it has a link behind this mailbox.
    pub(crate) fn has_link(&self, mailbox: Mailbox) -> bool {
        self.tells(mailbox).any(|told| matches!(told, Tells::Link | Tells::Invitation))
    }

    /// The mailboxes that its words are written for. On-call addresses are the practice's own; an invitation reads alike
    /// wherever it arrives.
    pub(crate) const fn mailboxes(&self) -> &'static [Mailbox] {
        match self.audience {
            Audience::Client => &[Mailbox::Private, Mailbox::Shared],
            Audience::Invited | Audience::Staff => &[Mailbox::Private],
        }
    }
}
