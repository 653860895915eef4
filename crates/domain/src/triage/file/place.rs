//! Where a byte of a YAML scalar stands in its file.

use serde_saphyr::Spanned;

use crate::problem::yaml_place;

/// The place of a byte of a scalar. Exact where the scalar stands on one line or in a `|` block;
/// where YAML folds lines, the scalar's own place.
pub(super) fn place_within(text: &str, scalar: &Spanned<String>, at: usize) -> (u32, u32) {
    let (line, column) = yaml_place(&scalar.defined);
    let to_u32 = |number: usize| u32::try_from(number).unwrap_or(0);
    let row = |line: u32| text.lines().nth(usize::try_from(line).unwrap_or(0).saturating_sub(1)).unwrap_or_default();
    let before = scalar.value.get(..at).unwrap_or(&scalar.value);
    let start = row(line).chars().nth(usize::try_from(column).unwrap_or(0).saturating_sub(1));
    let in_block = scalar.value.trim_end().contains('\n') || start == Some('|');
    if in_block {
        let lines_before = before.matches('\n').count();
        let first = if start == Some('|') { line + 1 } else { line };
        let line = first + to_u32(lines_before);
        let indent = row(line).chars().take_while(|char| *char == ' ').count();
        let within = before.rsplit('\n').next().unwrap_or_default().chars().count();
        return (line, to_u32(indent + within + 1));
    }
    let quote = u32::from(matches!(start, Some('"' | '\'')));
    let column = column + quote + to_u32(before.chars().count());
    if to_u32(row(line).chars().count()) >= column { (line, column) } else { yaml_place(&scalar.defined) }
}
