//! The key that a row is sealed with.
