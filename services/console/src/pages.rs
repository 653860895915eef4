//! Every page, one file each; `routes` lists where they stand.

pub(crate) mod about;
pub(crate) mod begin;
pub(crate) mod call;
pub(crate) mod help;
pub(crate) mod invitation;
pub(crate) mod invite;
pub(crate) mod language;
pub(crate) mod later;
pub(crate) mod leave;
pub(crate) mod move_session;
pub(crate) mod news;
pub(crate) mod questions;
pub(crate) mod reach;
pub(crate) mod review;
mod said;
pub(crate) mod send;
pub(crate) mod session;
pub(crate) mod step;
pub(crate) mod welcome;
