//! Who told what, where two screenings are in.

use rapport_domain::{id::IntakeId, intake::Intake};

/// The clients of a case, by whose screening something is known.
pub(crate) struct Sources(Option<[(IntakeId, String); 2]>);

impl Sources {
    /// Of a case's intakes, the first partner's first.
    pub(crate) fn of(intakes: &[Intake]) -> Self {
        let [first, second] = intakes else { return Self(None) };
        let names = [first, second].map(|intake| intake.submission.client.short_name());
        let [one, other] = if names[0] == names[1] {
            ["the first partner".to_owned(), "the second partner".to_owned()]
        } else {
            names
        };
        Self(Some([(first.id, one), (second.id, other)]))
    }

    /// Who told it and whom not to tell; empty where one screening is in, and nobody else to tell.
    pub(crate) fn known_only_from(&self, intake: IntakeId) -> String {
        let Some([first, second]) = &self.0 else { return String::new() };
        let (teller, other) = if intake == first.0 { (&first.1, &second.1) } else { (&second.1, &first.1) };
        // A short name ends with the dot of its initial.
        format!("Known only from {teller}: don't mention it to {}.", other.trim_end_matches('.'))
    }
}
