//! Passwords of staff: what one must be (NIST SP 800-63B), and how it is kept (argon2id).

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::random;

/// In characters. Beside a second factor 8 are asked for; a sentence of a few words is longer and easier to keep.
const SHORTEST: usize = 12;
/// In characters: at least 64 must be taken, and hashing may not be made dear by length.
const LONGEST: usize = 256;

/// As OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// A password that may be set.
pub struct Password(Zeroizing<String>);

/// Why a text may not be a password. No rule asks for digits or signs: length and not being guessed is what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("must have at least {SHORTEST} characters; a few words in a row are easy to keep")]
    Short,
    /// Too long.
    #[error("must have at most {LONGEST} characters")]
    Long,
    /// Among those that are tried first, or made of what anybody knows of its owner.
    #[error("is easy to guess: use a few words that do not belong together, and nothing about yourself")]
    Guessable,
}

impl Password {
    /// Takes a text as it was typed. `known` is what anybody knows of its owner: their name and address.
    ///
    /// # Errors
    /// Where it is too short, too long or easy to guess.
    pub fn new(text: &str, known: &[&str]) -> Result<Self, PasswordError> {
        match text.chars().count() {
            0..SHORTEST => Err(PasswordError::Short),
            SHORTEST..=LONGEST if zxcvbn(text, known).score() >= Score::Three => {
                Ok(Self(Zeroizing::new(text.to_owned())))
            }
            SHORTEST..=LONGEST => Err(PasswordError::Guessable),
            _ => Err(PasswordError::Long),
        }
    }

    /// What is kept: a PHC string with its own salt. Takes tens of milliseconds and 19 MiB on purpose.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// Whether a text is the password that was hashed; takes as long where there is no hash to compare with.
#[must_use]
pub fn is_password(text: &str, hashed: Option<&str>) -> bool {
    /// Of nobody's password.
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&String::from_utf8_lossy(&random::bytes::<32>())));
    if text.chars().count() > LONGEST {
        return false;
    }
    let Ok(parsed) = phc::PasswordHash::new(hashed.unwrap_or(&NOBODY)) else { return false };
    argon2().verify_password(text.as_bytes(), &parsed).is_ok() && hashed.is_some()
}

#[expect(clippy::expect_used, reason = "these parameters, a salt of 16 bytes and a bounded text are always taken")]
fn hash(text: &str) -> String {
    let hash: phc::PasswordHash =
        argon2().hash_password_with_salt(text.as_bytes(), &random::bytes::<16>()).expect("argon2id takes it");
    hash.to_string()
}

#[expect(clippy::expect_used, reason = "constants within argon2's bounds")]
fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_hard_to_guess_and_may_hold_anything() {
        let check = |text: &str| Password::new(text, &["Robin Sample", "robin@example.com"]).map(|_| ());
        assert_eq!(check("k3!Zq"), Err(PasswordError::Short));
        assert_eq!(check(&"x9 ".repeat(100)), Err(PasswordError::Long));
        for guessable in ["passwordpassword", "123456789012", "qwertyuiop1234", "robin sample 2026", "aaaaaaaaaaaaaaaa"]
        {
            assert_eq!(check(guessable), Err(PasswordError::Guessable), "{guessable}");
        }
        for good in ["lamp otter crumb violin", "ñandú río trueno café", "vblkrqwmtzxo"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_hash_knows_its_password_alone_and_is_never_the_same_twice() {
        let password = Password::new("lamp otter crumb violin", &[]).unwrap();
        let hash = password.hash();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_password("lamp otter crumb violin", Some(&hash)));
        assert!(!is_password("lamp otter crumb violet", Some(&hash)));
        assert!(!is_password("lamp otter crumb violin", None));
        assert!(!is_password("lamp otter crumb violin", Some("nonsense")));
        assert_ne!(password.hash(), hash);
    }
}
