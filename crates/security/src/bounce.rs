//! What stands in a letter's envelope address, so that a bounce tells which try of which letter came back, and that
//! nobody else made it up.

use data_encoding::BASE32_NOPAD_NOCASE as BASE32;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::Keyring;

/// Of 64 bits one cannot guess enough: each guess is a call with a token.
const MAC_BYTES: usize = 8;

/// One try of one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BounceTag {
    /// The letter's row.
    pub letter: Uuid,
    /// Which claim of it was sent.
    pub attempt: u16,
}

impl BounceTag {
    /// How many characters [`Keyring::bounce_tag`] gives.
    pub const LENGTH: usize = 45;

    fn bytes(self) -> [u8; 18] {
        let mut bytes = [0; 18];
        bytes[..16].copy_from_slice(self.letter.as_bytes());
        bytes[16..].copy_from_slice(&self.attempt.to_be_bytes());
        bytes
    }
}

impl Keyring {
    /// `b.{letter and attempt}.{mac}`, in lower-case letters and digits: some mail servers fold the case of what stands
    /// before the @.
    #[must_use]
    pub fn bounce_tag(&self, tag: BounceTag) -> String {
        let mac: Vec<u8> = self.bounce_mac(&tag.bytes()).finalize().into_bytes().into_iter().take(MAC_BYTES).collect();
        let text = format!("b.{}.{}", BASE32.encode(&tag.bytes()), BASE32.encode(&mac));
        text.to_ascii_lowercase()
    }

    /// Reads it; `None` where it is none of ours. The comparison takes as long wherever the two differ.
    #[must_use]
    pub fn read_bounce_tag(&self, text: &str) -> Option<BounceTag> {
        let mut parts = text.split('.');
        let (Some(mark), Some(tag), Some(mac), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        if !mark.eq_ignore_ascii_case("b") {
            return None;
        }
        let bytes: [u8; 18] = BASE32.decode(tag.as_bytes()).ok()?.try_into().ok()?;
        let mac = BASE32.decode(mac.as_bytes()).ok().filter(|mac| mac.len() == MAC_BYTES)?;
        self.bounce_mac(&bytes).verify_truncated_left(&mac).ok()?;
        let [letter @ .., high, low] = bytes;
        Some(BounceTag { letter: Uuid::from_bytes(letter), attempt: u16::from_be_bytes([high, low]) })
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, 2)")]
    fn bounce_mac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.bounces.as_slice()).expect("HMAC takes any key");
        mac.update(bytes);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MasterKey;

    const TAG: BounceTag = BounceTag { letter: Uuid::from_u128(0x0199_f0c0_5a3e_7c41_9d58_2f6f_0a1b_2c3d), attempt: 3 };

    #[test]
    fn a_tag_is_read_from_its_own_text_in_any_case() {
        let keyring = Keyring::new(&MasterKey::generate());
        let text = keyring.bounce_tag(TAG);
        assert_eq!(text.len(), BounceTag::LENGTH);
        assert!(text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7' | b'.')));
        assert_eq!(keyring.read_bounce_tag(&text), Some(TAG));
        assert_eq!(keyring.read_bounce_tag(&text.to_uppercase()), Some(TAG));
    }

    /// Guard: `verify_truncated_left` in `read_bounce_tag`.
    #[test]
    fn a_tag_that_was_made_up_or_altered_is_none() {
        let keyring = Keyring::new(&MasterKey::generate());
        let text = keyring.bounce_tag(TAG);
        assert_eq!(Keyring::new(&MasterKey::generate()).read_bounce_tag(&text), None);
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] = if altered[at] == b'a' { b'q' } else { b'a' };
            assert_eq!(keyring.read_bounce_tag(&String::from_utf8(altered).unwrap()), None, "{at}");
        }
        for text in ["", "b..", "b.a.a", "b.a.a.a", &text[..text.len() - 1]] {
            assert_eq!(keyring.read_bounce_tag(text), None, "{text}");
        }
    }
}
