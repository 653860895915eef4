//! Enumerations: the domain's have no "unspecified", so reading them may give nothing.

use rapport_domain::{
    alert::AlertState,
    appointment::{AppointmentState, Attendance, ClientWish},
    calls::{Channel, Outcome, StopReason},
    case::{CaseState, CloseReason, NoteKind},
    contact::Mailbox,
    health::Severity,
    intake::{Care, Format, IfPartnerSilent},
    letter::LetterOutcome,
    matching::Training,
    report::ReportState,
    triage::{Booking, Urgency},
};

use crate::{intake as pb, staff};

/// Pairs of a domain value and its message value, once for both directions.
macro_rules! same_names {
    ($domain:ty, $message:ty: $($value:ident),+) => {
        impl From<Domain<$domain>> for $message {
            fn from(Domain(value): Domain<$domain>) -> Self {
                match value { $(<$domain>::$value => Self::$value),+ }
            }
        }

        impl TryFrom<$message> for Domain<$domain> {
            type Error = Unspecified;

            fn try_from(value: $message) -> Result<Self, Unspecified> {
                match value {
                    <$message>::Unspecified => Err(Unspecified),
                    $(<$message>::$value => Ok(Self(<$domain>::$value))),+
                }
            }
        }

        impl Paired for $domain {
            type Message = $message;
        }
    };
}

/// A domain value on its way in or out: neither type is this crate's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain<T>(pub T);

/// The message said nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be given")]
pub struct Unspecified;

/// A domain enumeration that has its like in the contract.
pub trait Paired: Sized {
    /// Its like.
    type Message;
}

same_names!(Care, pb::Care: Couple, Individual);
same_names!(IfPartnerSilent, pb::IfPartnerSilent: SeeMeAlone, KeepLooking, CallMe);
same_names!(Format, pb::Format: InPerson, Video);
same_names!(Mailbox, pb::Mailbox: Private, Shared);
same_names!(AppointmentState, pb::AppointmentState: Held, Confirmed, Released, Cancelled);
same_names!(Booking, staff::Booking: Auto, Hold, AloneByStaff, Never);
same_names!(Urgency, staff::Urgency: Routine, Priority, Urgent, Immediate);
same_names!(CaseState, staff::CaseState: Received, Triaged, Held, Confirmed, BeforeStaff, Closed);
same_names!(CloseReason, staff::CloseReason: CareBegan, ReferredOn, ClientWithdrew, Unreachable, Duplicate, Other);
same_names!(AlertState, staff::AlertState: Open, Acknowledged, Unheard, Ended);
same_names!(Severity, staff::HealthSeverity: Fine, Notice, Warning, Failure);
same_names!(LetterOutcome, staff::LetterOutcome: Arrived, NotArrived, DoneOtherwise);
same_names!(Channel, staff::ContactChannel: Phone, Text, Email, InPerson);
same_names!(Outcome, staff::ContactOutcome: Reached, NoAnswer, VoicemailLeft, WrongNumber, Refused);
same_names!(StopReason, staff::StopReason: ClientAsked, Unsafe, Other);
same_names!(NoteKind, staff::NoteKind: Clinical, Coordination);
same_names!(ReportState, staff::ReportState: Open, Completed);
same_names!(Attendance, staff::Attendance: Attended, Late, NoShow);
same_names!(ClientWish, staff::ClientWish: Accepted, Declined);
same_names!(Training, staff::Training: Learning, Trained, Certified, Supervisor);

/// A domain value as the number that a message field carries.
pub fn number<T: Paired>(value: T) -> i32
where
    T::Message: From<Domain<T>> + Into<i32>,
{
    T::Message::from(Domain(value)).into()
}

/// Reads the number that a message field carries.
///
/// # Errors
/// Where it is unspecified, or a value that this version does not know.
pub fn read<T: Paired>(number: i32) -> Result<T, Unspecified>
where
    T::Message: TryFrom<i32>,
    Domain<T>: TryFrom<T::Message>,
{
    let message = T::Message::try_from(number).map_err(|_| Unspecified)?;
    Domain::<T>::try_from(message).map(|Domain(value)| value).map_err(|_| Unspecified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_reads_back_as_it_was_written() {
        for urgency in Urgency::ALL {
            assert_eq!(read::<Urgency>(number(urgency)), Ok(urgency));
        }
        for state in CaseState::ALL {
            assert_eq!(read::<CaseState>(number(state)), Ok(state));
        }
        for reason in CloseReason::ALL {
            assert_eq!(read::<CloseReason>(number(reason)), Ok(reason));
        }
        for state in AppointmentState::ALL {
            assert_eq!(read::<AppointmentState>(number(state)), Ok(state));
        }
    }

    #[test]
    fn unspecified_and_unknown_are_nothing() {
        assert_eq!(read::<Care>(0), Err(Unspecified));
        assert_eq!(read::<Care>(77), Err(Unspecified));
    }
}
