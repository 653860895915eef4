//! Scores as pictures: a scale from its lowest to its highest with the bands that it is read by, and where each client
//! stands on it. Everything that the picture shows stands in words beside it.

use rapport_proto::staff::{Case, Score};

/// One scale, with one mark a client.
pub(crate) struct Scale {
    pub(crate) label: String,
    pub(crate) marks: Vec<Mark>,
    /// Ascending; none where the practice names none, or where two clients were scored by different ones.
    pub(crate) bands: Vec<Band>,
}

/// A client's score.
pub(crate) struct Mark {
    pub(crate) intake: String,
    /// From the left, in percent of the width; absent where too little was answered.
    pub(crate) at: Option<f64>,
    /// "17 of 24, high".
    pub(crate) text: String,
}

/// A part of a scale.
pub(crate) struct Band {
    pub(crate) label: String,
    /// Where it begins, in percent of the width.
    pub(crate) at: f64,
    /// Its share of the width, in percent.
    pub(crate) width: f64,
    /// "high from 12 to 18".
    pub(crate) text: String,
    /// Whether somebody stands in it.
    pub(crate) holds: bool,
}

/// All scales in the order in which they were told, both partners on one line.
pub(crate) fn scales(case: &Case) -> Vec<Scale> {
    let mut scales: Vec<Vec<&Score>> = Vec::new();
    for score in &case.scores {
        match scales.iter_mut().find(|scores| scores.iter().any(|it| it.scale == score.scale)) {
            Some(scores) => scores.push(score),
            None => scales.push(vec![score]),
        }
    }
    scales.iter().filter_map(|scores| scale(scores)).collect()
}

fn scale(scores: &[&Score]) -> Option<Scale> {
    let (first, others) = scores.split_first()?;
    // One line cannot show two sets of edges.
    let alike = |it: &&Score| (&it.bands, it.minimum, it.maximum) == (&first.bands, first.minimum, first.maximum);
    let bands = if others.iter().all(alike) { bands(first, scores) } else { Vec::new() };
    Some(Scale { label: first.label.clone(), marks: scores.iter().map(|it| mark(it)).collect(), bands })
}

fn bands(of: &Score, scores: &[&Score]) -> Vec<Band> {
    let bands = of.bands.iter().map(|band| {
        let (at, end) = (share(of, band.begin), share(of, band.end));
        Band {
            label: band.label.clone(),
            at,
            width: percent(end - at),
            text: format!("{} from {} to {}", band.label, number(band.begin), number(band.end)),
            holds: scores.iter().any(|score| score.value.is_some() && score.band == band.label),
        }
    });
    bands.collect()
}

fn mark(score: &Score) -> Mark {
    let text = match score.value {
        Some(value) if score.band.is_empty() => format!("{} of {}", number(value), number(score.maximum)),
        Some(value) => format!("{} of {}, {}", number(value), number(score.maximum), score.band),
        None => "too little answered".to_owned(),
    };
    Mark { intake: score.intake.clone(), at: score.value.map(|value| share(score, value)), text }
}

/// How far along its scale something stands, in percent.
fn share(of: &Score, value: f64) -> f64 {
    let span = of.maximum - of.minimum;
    percent(if span > 0.0 { ((value - of.minimum) / span).clamp(0.0, 1.0) * 100.0 } else { 0.0 })
}

/// As fine as a screen shows it.
fn percent(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// With one decimal where it has any.
fn number(value: f64) -> String {
    if (value - value.round()).abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use rapport_proto::staff::ScoreBand;

    use super::*;

    fn score(scale: &str, intake: &str, value: Option<f64>) -> Score {
        let (scale, intake, band) = (scale.to_owned(), intake.to_owned(), "high".to_owned());
        let part = |label: &str, begin, end| ScoreBand { label: label.to_owned(), begin, end };
        let bands = vec![part("low", 0.0, 9.0), part("high", 9.0, 24.0)];
        Score { label: scale.clone(), scale, intake, value, maximum: 24.0, band, bands, ..Score::default() }
    }

    fn found(scores: Vec<Score>) -> Vec<Scale> {
        scales(&Case { scores, ..Case::default() })
    }

    #[test]
    fn both_partners_stand_on_one_line() {
        let scores =
            vec![score("conflict", "a", Some(12.0)), score("stress", "a", None), score("conflict", "b", Some(30.5))];
        let found = found(scores);
        assert_eq!(found.len(), 2);
        let marks: Vec<_> = found[0].marks.iter().map(|mark| (mark.at, mark.text.as_str())).collect();
        assert_eq!(marks, [(Some(50.0), "12 of 24, high"), (Some(100.0), "30.5 of 24, high")]);
        assert_eq!(found[1].marks[0].text, "too little answered");
    }

    #[test]
    fn bands_are_drawn_where_they_begin_and_told_in_words() {
        let drawn = |scores| {
            let bands = found(scores).remove(0).bands;
            bands.into_iter().map(|it| (it.text, it.at, it.width, it.holds)).collect::<Vec<_>>()
        };
        let told = |holds| {
            [("low from 0 to 9".to_owned(), 0.0, 37.5, false), ("high from 9 to 24".to_owned(), 37.5, 62.5, holds)]
        };
        assert_eq!(drawn(vec![score("conflict", "a", Some(12.0))]), told(true));
        assert_eq!(drawn(vec![score("conflict", "a", None)]), told(false));
        let both = || vec![score("conflict", "a", None), score("conflict", "b", Some(20.0))];
        assert_eq!(drawn(both()), told(true));
        // Scored by another protocol, with other edges.
        let mut scores = both();
        scores[1].bands.remove(0);
        assert_eq!(drawn(scores), []);
    }
}
