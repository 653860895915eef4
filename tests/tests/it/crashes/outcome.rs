//! What became of everybody, and what a clean run makes of them.

use std::{collections::BTreeMap, fs, ops::RangeInclusive, path::Path};

use rapport_tests::{people::Sample, smtp::ScriptedSmtp};
use uuid::Uuid;

/// Intakes and what became of their cases.
pub(super) const CASES: &str =
    "SELECT intakes.id, cases.id, cases.state FROM intakes JOIN cases ON cases.id = intakes.case_id";
/// The mail ledger.
pub(super) const LETTERS: &str = "SELECT id, case_id, letter, state FROM letters";

/// Everything that can be seen at the end.
pub(super) struct Ending {
    pub(super) cases: Vec<(Uuid, Uuid, String)>,
    /// Those about no case are the practice's own: the digest.
    pub(super) letters: Vec<(Uuid, Option<Uuid>, String, String)>,
    pub(super) arrived: Arrived,
}

/// How often each letter of the ledger arrived.
pub(super) struct Arrived(BTreeMap<Uuid, usize>);

impl Ending {
    /// Every answered intake is there once and stands where its answers put it, with its letters; each of them
    /// arrived once, but for so many that are visibly unknown.
    pub(super) fn assert_as_in_a_clean_run(&self, answered: &[(Sample, String)], unknown: RangeInclusive<usize>) {
        let cases: BTreeMap<String, (Uuid, &str)> =
            self.cases.iter().map(|(intake, case, state)| (format!("intakes/{intake}"), (*case, &**state))).collect();
        assert_eq!(cases.len(), answered.len(), "intakes that nobody was told of, or the other way round");
        let mut letters: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
        for (_, case, letter, _) in &self.letters {
            if let Some(case) = case {
                letters.entry(*case).or_default().push(letter);
            }
        }
        for (sample, intake) in answered {
            let (case, state) = cases[intake];
            let mut letters = letters.remove(&case).unwrap_or_default();
            letters.sort_unstable();
            let (expected_state, expected_letters) = clean(*sample);
            assert_eq!((state, &*letters), (expected_state, expected_letters), "{sample:?}");
        }
        assert_eq!(letters.len(), 0, "letters about cases of nobody");
        self.assert_letters_arrived_once(unknown);
    }

    fn assert_letters_arrived_once(&self, unknown: RangeInclusive<usize>) {
        let mut arrived = self.arrived.0.clone();
        let mut lost = 0;
        for (id, _, letter, state) in &self.letters {
            let times = arrived.remove(id).unwrap_or_default();
            match state.as_str() {
                "sent" => assert_eq!(times, 1, "the letter {letter} {id} is noted as sent"),
                "unknown" => {
                    assert!(times <= 1, "the letter {letter} {id} arrived {times} times");
                    lost += 1;
                }
                state => panic!("the letter {letter} {id} ended as {state}"),
            }
        }
        assert_eq!(arrived, BTreeMap::new(), "letters that the ledger does not know");
        assert!(unknown.contains(&lost), "{lost} letters are unknown, not {unknown:?}");
    }
}

impl Arrived {
    /// Letters bear their ledger row in their Message-ID.
    pub(super) fn at(server: &ScriptedSmtp) -> Self {
        let mut times = BTreeMap::new();
        for letter in server.accepted() {
            let id = letter.message.lines().find_map(|line| line.strip_prefix("Message-ID: <")).unwrap();
            let id = id.split_once('@').unwrap().0.parse().unwrap();
            *times.entry(id).or_default() += letter.to.len();
        }
        Self(times)
    }

    /// Letters in a folder are named by their ledger row.
    pub(super) fn in_folder(folder: &Path) -> Self {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        Self(names.filter_map(|name| Some((name.strip_suffix(".eml")?.parse().unwrap(), 1))).collect())
    }
}

/// Where a sample ends when nothing goes wrong and there is room, and the letters that tell so.
const fn clean(sample: Sample) -> (&'static str, &'static [&'static str]) {
    match sample {
        Sample::DriftAndStress | Sample::RedFlags => ("confirmed", &["confirmed"]),
        Sample::Couple => ("held", &["held"]),
        Sample::SelfHarm | Sample::Fear | Sample::Under18 => ("before_staff", &["staff_alert", "we_will_call"]),
        Sample::NobodyMatches => ("before_staff", &["no_time_yet", "staff_alert"]),
    }
}
