//! Keys, encrypted fields, tokens and who may call: what stands between a
//! stolen disk, or a guessed link, and what somebody told in confidence.
//!
//! Read [`keyring`] (everything that is derived from the master key), then
//! [`data_key`] (how one field is sealed to its place), [`token`] (secrets that
//! are handed out, and stored hashed only), [`bounce`] (what tells which letter
//! came back) and [`principal`] (who calls, in which role). Nothing here does I/O; nothing here that holds a secret has
//! `Debug`.

pub mod bounce;
pub mod data_key;
pub mod keyring;
pub mod password;
pub mod principal;
pub mod second_factor;
pub mod token;

mod cipher;
mod random;

pub use bounce::BounceTag;
pub use data_key::DataKey;
pub use keyring::{KeyError, Keyring, MasterKey};
pub use password::{Password, PasswordError};
pub use principal::{Principal, Role, StaffPrincipal};
pub use random::new_id;
pub use second_factor::{TotpSecret, plain_recovery_code, recovery_codes};
pub use token::{Token, TokenError, same_hash};

/// A sealed value that does not open: another key, another place, or altered bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this key at this place")]
pub struct OpenError;

#[cfg(test)]
mod tests;
