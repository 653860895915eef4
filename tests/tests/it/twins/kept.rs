//! What a person was told, with ids and tokens named by the order in which they first appear.

/// Lines of one run.
#[derive(Default)]
pub(super) struct Kept {
    names: Vec<String>,
    lines: Vec<String>,
}

impl Kept {
    pub(super) fn add(&mut self, what: &str, said: &str) {
        let said = self.named(said);
        self.lines.push(format!("{what}: {said}"));
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Ids stand hyphenated or, in a mail's boundary, without; a token is 43 characters of base64url.
    fn named(&mut self, said: &str) -> String {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut out = String::new();
        let mut rest = said;
        while let Some(start) = rest.find(is_part) {
            out.push_str(&rest[..start]);
            let whole = &rest[start..];
            let word = &whole[..whole.find(|c| !is_part(c)).unwrap_or(whole.len())];
            rest = &whole[word.len()..];
            let bare = word.trim_matches(['-', '_']);
            let hex = bare.chars().filter(|c| *c != '-').count();
            let is_id = hex == 32 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
            if is_id || word.len() == 43 {
                let id = if is_id { bare.replace('-', "") } else { word.to_owned() };
                let known = self.names.iter().position(|name| *name == id);
                let n = known.unwrap_or_else(|| {
                    self.names.push(id);
                    self.names.len() - 1
                });
                out.push_str(&format!("<{n}>"));
            } else {
                out.push_str(word);
            }
        }
        out + rest
    }
}

#[test]
fn ids_and_tokens_are_named_by_their_first_appearance_and_nothing_else_is() {
    let mut kept = Kept::default();
    let (one, other) = ("0190a1b2-0000-7000-8000-000000000001", "0190a1b2-0000-7000-8000-000000000002");
    let token = "a".repeat(43);
    kept.add("x", &format!("intakes/{other} {token} intakes/{one} at 10:30"));
    kept.add("y", &format!("--=_{}-- <{one}@example.com> {token}", other.replace('-', "")));
    assert_eq!(kept.into_lines(), ["x: intakes/<0> <1> intakes/<2> at 10:30", "y: --=<0> <<2>@example.com> <1>"]);
}
