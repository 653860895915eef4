//! Every page, one file each; `routes` lists where they stand.

pub(crate) mod help;
pub(crate) mod language;
pub(crate) mod leave;
pub(crate) mod questions;
pub(crate) mod welcome;
