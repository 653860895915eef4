//! The files that a practice edits.
