//! What somebody probably meant.

/// The candidate with the fewest edits away from `wanted`, if it is near enough
/// (a third of its letters) that the guess helps.
pub(super) fn nearest(wanted: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    candidates
        .map(|candidate| (edits(wanted, &candidate), candidate))
        .min()
        .filter(|(edits, candidate)| *edits * 3 <= candidate.chars().count())
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, a row at a time.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (above, to) in row.iter().skip(1).zip(b.chars()) {
            left = (left + 1).min(above + 1).min(diagonal + usize::from(from != to));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
