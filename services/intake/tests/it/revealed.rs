//! Everything that somebody answered, for a clinician who says why.

use prost::Message;
use rapport_proto::staff as pb;
use rapport_security::Role;
use rapport_store::audit;
use tonic::Status;

use crate::{
    house::{bearing, on_each, reason},
    people::Desk,
};

impl Desk<'_> {
    async fn reveal(
        &self,
        role: Role,
        case: &str,
        why: &str,
        intake: &str,
    ) -> Result<pb::RevealAnswersResponse, Status> {
        let request =
            pb::RevealAnswersRequest { name: case.to_owned(), reason: why.to_owned(), intake: intake.to_owned() };
        let answer = self.house.staff.clone().reveal_answers(bearing(self.token(role), request)).await?;
        Ok(answer.into_inner())
    }

    async fn trail_of(&self, method: &str) -> Vec<audit::read::AuditRecord> {
        let store = &self.house.deps.store;
        let all = audit::read::page(store, &<_>::default(), audit::read::Direction::Back, None, 500).await.unwrap();
        all.into_iter().filter(|entry| entry.method.ends_with(method)).collect()
    }
}

/// Guards: the note and the trail's row are written in the transaction before the answers are put into words; and
/// `Sources` marks what each partner alone told.
#[tokio::test]
async fn a_clinician_who_says_why_sees_every_answer_word_by_word_and_it_stands_in_the_case() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        // Within what the form takes, and longer than the evidence of a rule.
        let words = format!("a long canary {}", "é".repeat(400));
        let case = desk.couple(&words).await;
        desk.partner(&case, &[("fear", "yes")]).await;
        let told = desk.reveal(Role::Clinician, &case, "Their call of this morning.", "").await.unwrap();
        let [first, second] = &told.screenings[..] else { panic!("{}", told.screenings.len()) };
        let value = |screening: &pb::RevealedScreening, link_id: &str| {
            let found = screening.answers.iter().find(|it| it.link_id == link_id).unwrap();
            (found.label.clone(), found.value.clone(), found.safety)
        };
        // Evidence is cut; this is not.
        assert_eq!(value(first, "tried_what").1, words);
        let (label, fear, safety) = value(second, "fear");
        assert!(!label.is_empty() && safety, "{label}");
        assert_eq!(fear.to_lowercase(), "yes");
        assert!(!value(first, "tried_what").2);
        assert!(first.answers.iter().any(|it| it.value == "not asked" || it.value == "not answered"));
        assert!(second.known_only_from.starts_with("Known only from "), "{}", second.known_only_from);
        assert_eq!(first.protocol, house.deps.practice.protocol.digest());

        let note = told.note.unwrap();
        assert_eq!((&*note.text, &*note.staff), ("Answers revealed: Their call of this morning.", "clinician Sam"));
        assert!(desk.record(Role::Clinician, &case).await.notes.contains(&note));
        assert!(desk.record(Role::Coordinator, &case).await.notes.is_empty(), "clinical");
        let [entry] = &desk.trail_of("RevealAnswers").await[..] else { panic!("not once") };
        assert_eq!(entry.outcome, "OK");
        assert!([&case, &first.intake, &second.intake, &note.name].iter().all(|name| entry.resources.contains(name)));

        let one = desk.reveal(Role::Clinician, &case, "Once more.", &second.intake).await.unwrap().screenings;
        assert_eq!(one, std::slice::from_ref(second));
    })
    .await;
}

/// Guard: the row of `policy.rs`.
#[tokio::test]
async fn nobody_else_reveals_and_no_clinician_without_a_reason_or_of_another_case() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged("05-fear-of-partner.json").await;
        let other = desk.couple("").await;
        let intake = desk.record(Role::Clinician, &other).await.contacts.remove(0).intake;
        for role in [Role::Coordinator, Role::Admin, Role::Auditor] {
            let refused = desk.reveal(role, &case, "I would like to know.", "").await.unwrap_err();
            assert_eq!(reason(&refused), "ROLE_FORBIDDEN", "{role:?}");
        }
        assert_eq!(reason(&desk.reveal(Role::Clinician, &case, " ", "").await.unwrap_err()), "FIELDS_INVALID");
        let long = "é".repeat(1_983);
        assert_eq!(reason(&desk.reveal(Role::Clinician, &case, &long, "").await.unwrap_err()), "FIELDS_INVALID");
        let mixed = desk.reveal(Role::Clinician, &case, "A slip.", &intake).await.unwrap_err();
        assert_eq!(reason(&mixed), "RESOURCE_NOT_FOUND");
        let seen = desk.record(Role::Clinician, &case).await;
        assert!(seen.notes.is_empty(), "{}", String::from_utf8_lossy(&seen.encode_to_vec()));
        let outcomes: Vec<_> = desk.trail_of("RevealAnswers").await.into_iter().map(|it| it.outcome).collect();
        assert_eq!(outcomes, ["ROLE_FORBIDDEN"; 3]);
    })
    .await;
}
