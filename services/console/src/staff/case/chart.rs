//! Scores as pictures: a scale from its lowest to its highest, and where each client stands on it.

use rapport_proto::staff::{Case, Score};

/// The picture's width; what is drawn are shares of it.
const WIDTH: f64 = 200.0;

/// One scale, with one mark a client.
pub(crate) struct Scale {
    pub(crate) label: String,
    pub(crate) marks: Vec<Mark>,
}

/// A client's score.
pub(crate) struct Mark {
    pub(crate) intake: String,
    /// From the left; absent where too little was answered.
    pub(crate) at: Option<i32>,
    /// "17 of 24, high".
    pub(crate) text: String,
}

/// All scales in the order in which they were told, both partners on one line.
pub(crate) fn scales(case: &Case) -> Vec<Scale> {
    let mut scales: Vec<(String, Scale)> = Vec::new();
    for score in &case.scores {
        match scales.iter_mut().find(|(id, _)| *id == score.scale) {
            Some((_, scale)) => scale.marks.push(mark(score)),
            None => scales.push((score.scale.clone(), Scale { label: score.label.clone(), marks: vec![mark(score)] })),
        }
    }
    scales.into_iter().map(|(_, scale)| scale).collect()
}

fn mark(score: &Score) -> Mark {
    let span = score.maximum - score.minimum;
    let place = |value: f64| if span > 0.0 { ((value - score.minimum) / span).clamp(0.0, 1.0) } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 200")]
    let at = score.value.map(|value| (place(value) * WIDTH).round() as i32);
    let text = match score.value {
        Some(value) if score.band.is_empty() => format!("{} of {}", number(value), number(score.maximum)),
        Some(value) => format!("{} of {}, {}", number(value), number(score.maximum), score.band),
        None => "too little answered".to_owned(),
    };
    Mark { intake: score.intake.clone(), at, text }
}

/// With one decimal where it has any.
fn number(value: f64) -> String {
    if (value - value.round()).abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(scale: &str, intake: &str, value: Option<f64>) -> Score {
        let (scale, intake, band) = (scale.to_owned(), intake.to_owned(), "high".to_owned());
        Score { label: scale.clone(), scale, intake, value, minimum: 0.0, maximum: 24.0, band, ..Score::default() }
    }

    #[test]
    fn both_partners_stand_on_one_line() {
        let scores =
            vec![score("conflict", "a", Some(12.0)), score("stress", "a", None), score("conflict", "b", Some(30.5))];
        let found = scales(&Case { scores, ..Case::default() });
        assert_eq!(found.len(), 2);
        let marks: Vec<_> = found[0].marks.iter().map(|mark| (mark.at, mark.text.as_str())).collect();
        assert_eq!(marks, [(Some(100), "12 of 24, high"), (Some(200), "30.5 of 24, high")]);
        assert_eq!(found[1].marks[0].text, "too little answered");
    }
}
