//! A text as a picture that a phone's camera reads, drawn into the page: no image is loaded.

use qrcodegen::{QrCode, QrCodeEcc};

/// The white around it that readers need, in modules.
const QUIET: i32 = 4;

/// What an SVG needs: the edge of its view box, and the path of all dark modules. `None` where the text is too long.
pub(super) fn draw(text: &str) -> Option<(i32, String)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    Some((size + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_three_corners_and_white_around() {
        let (edge, path) = draw("otpauth://totp/Office:sam@example.com?secret=ABC").unwrap();
        let last = edge - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(path.contains(&format!("M{x} {y}h1")), "{x} {y}");
        }
        assert!(!path.contains(&format!("M{last} {last}h1v1")) || path.contains("M4 4h1"));
        assert!(!path.contains("M3 ") && !path.contains(" 3h1"));
        assert_eq!(draw(&"x".repeat(5000)), None);
    }
}
