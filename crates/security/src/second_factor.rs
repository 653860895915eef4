//! What staff have beside their password: a code that changes every half minute (TOTP, RFC 6238), and
//! recovery codes for the day on which the phone is gone.

use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::random;

/// How many recovery codes there are at a time.
const RECOVERY_CODES: usize = 10;
/// Crockford's base 32: without letters that look like a digit, or like one another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The secret that an authenticator app shares: 160 bits, as RFC 4226 recommends.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<[u8; 20]>);

impl TotpSecret {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// As it is kept, sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Reads [`TotpSecret::bytes`].
    #[must_use]
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// In base32, for whoever types it in.
    #[must_use]
    pub fn text(&self) -> String {
        self.totp("", "").secret().to_base32()
    }

    /// What an app reads from a picture: `otpauth://totp/…`. A colon would end a name there, and is left out.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        self.totp(&issuer.replace(':', " "), &account.replace(':', " ")).to_url().unwrap_or_default()
    }

    /// The code of a moment, in Unix seconds.
    #[must_use]
    pub fn code(&self, at: u64) -> String {
        self.totp("", "").generate(at).to_string()
    }

    /// The step of a code that is good now or was or will be half a minute away. A code is good once: whoever asks keeps
    /// the step, and takes none that is not later than the last.
    #[must_use]
    pub fn step(&self, code: &str, at: u64) -> Option<u64> {
        let code: String = code.chars().filter(|char| !char.is_whitespace()).collect();
        self.totp("", "").check(&code, at)
    }

    fn totp(&self, issuer: &str, account: &str) -> Totp {
        // SHA-1, six digits, half a minute, one step of leeway: what every app does.
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_issuer(Some(issuer))
            .with_account_name(account)
            .build_noncompliant()
    }
}

/// Codes of 50 random bits like `7kq2m-x9d4p`, each good once.
#[must_use]
pub fn recovery_codes() -> Vec<String> {
    let code = || {
        let chars = random::bytes::<10>().map(letter);
        let (first, second) = chars.split_at(5);
        first.iter().chain(&['-']).chain(second).collect()
    };
    std::iter::repeat_with(code).take(RECOVERY_CODES).collect()
}

/// A recovery code as it is compared, however it was typed: `O` reads as `0`, `I` and `L` as `1`.
#[must_use]
pub fn plain_recovery_code(typed: &str) -> String {
    let read = |char: char| match char.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    typed.chars().filter(char::is_ascii_alphanumeric).map(read).collect()
}

fn letter(byte: u8) -> char {
    ALPHABET.get(usize::from(byte % 32)).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard_and_good_for_a_step_on_either_side() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code(at), code);
            assert_eq!(secret.step(code, at), Some(at / 30));
            assert_eq!(secret.step(&format!("{} {}", &code[..3], &code[3..]), at + 30), Some(at / 30));
            assert_eq!(secret.step(code, at + 90), None);
        }
        for wrong in ["", "287083", "28708", "2870820", "28708x"] {
            assert_eq!(secret.step(wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_reads_whose_secret_it_is() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        assert_eq!(secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = secret.uri("Sample: Practice", "robin@example.com");
        assert!(uri.starts_with("otpauth://totp/Sample%20%20Practice:robin%40example.com?secret=GEZDGNBV"), "{uri}");
        assert!(TotpSecret::generate() != TotpSecret::generate());
    }

    #[test]
    fn recovery_codes_are_told_apart_however_they_are_typed() {
        let codes = recovery_codes();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for code in &codes {
            assert_eq!((code.len(), code.find('-')), (11, Some(5)));
            assert_eq!(plain_recovery_code(&format!(" {} ", code.to_uppercase())), code.replace('-', ""));
        }
        assert_eq!(plain_recovery_code("OIL-oil"), "011011");
    }
}
