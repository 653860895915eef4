//! `[cost]`: what sessions cost, in the practice's own sentences. Their numbers stand once, where they also decide:
//! the sentences name them as `{fees.couple}` and read them from there.

use toml::Spanned;

use super::{BookingPolicy, ChangePolicy, Fees, Text, section::Source, session_page::amount};
use crate::contact::Language;

/// Fills both languages in, and says which name is none and where a price was written out.
pub(super) fn filled(
    source: &Source<'_>,
    text: &Spanned<Text>,
    (fees, booking, changes): (&Fees, &BookingPolicy, &ChangePolicy),
) -> Text {
    let numbers = [
        ("fees.individual", amount(fees.individual)),
        ("fees.couple", amount(fees.couple)),
        ("booking.individual_minutes", booking.individual_minutes.to_string()),
        ("booking.couple_minutes", booking.couple_minutes.to_string()),
        ("changes.cancel_notice_hours", changes.cancel_notice_hours.to_string()),
        ("changes.late_cancel_fee", amount(changes.late_cancel_fee)),
    ];
    let [en, es] = [Language::En, Language::Es].map(|language| {
        let words = text.get_ref().get(language);
        let wrong = |what: &str, hint: &str| {
            source.error(&text.span(), format!("`{}` {what}", language.tag()), hint);
        };
        if words.contains('$') {
            wrong(
                "writes a price out",
                "name it instead, as in {fees.couple}: prices stand under [fees] and [changes]",
            );
        }
        let mut filled = words.to_owned();
        for (name, number) in &numbers {
            filled = filled.replace(&format!("{{{name}}}"), number);
        }
        if filled.contains(['{', '}']) {
            let names: Vec<_> = numbers.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            wrong("names a number that there is not", &format!("one of {}", names.join(", ")));
        }
        filled
    });
    Text { en, es }
}

#[cfg(test)]
mod tests {
    use crate::{
        practice::{Practice, sample},
        protocol::Files,
    };

    fn with(change: (&str, &str)) -> Files {
        let mut files = sample::files().clone();
        let text = files.get_mut("practice.toml").unwrap();
        assert!(text.contains(change.0), "{}", change.0);
        *text = text.replace(change.0, change.1);
        files
    }

    fn cost(files: &Files) -> [String; 2] {
        let cost = Practice::load(files).unwrap().value.cost.unwrap();
        [cost.en, cost.es]
    }

    /// Red where the sentences are taken as they stand.
    #[test]
    fn a_price_that_changes_changes_in_both_sentences() {
        let [en, es] = cost(sample::files());
        assert!(en.starts_with("A session for two people takes 80 minutes and costs $220; a session alone takes 50"));
        assert!(es.ends_with("Una sesión que cancela con menos de 24 horas cuesta $60."));
        for text in cost(&with(("\ncouple = 220", "\ncouple = 1235"))) {
            assert!(text.contains("$1,235") && !text.contains("220"), "{text}");
        }
        for text in cost(&with(("late_cancel_fee = 60 ", "late_cancel_fee = 75 "))) {
            assert!(text.contains("$75") && !text.contains("$60"), "{text}");
        }
    }

    #[test]
    fn a_price_that_is_written_out_and_a_name_that_is_none_are_refused() {
        let names = "{fees.individual}, {fees.couple}, {booking.individual_minutes}, {booking.couple_minutes}, \
                     {changes.cancel_notice_hours}, {changes.late_cancel_fee}";
        let price = "name it instead, as in {fees.couple}: prices stand under [fees] and [changes]";
        for (as_it_is, wrong, expected) in [
            ("and costs {fees.couple}", "and costs $220", format!("`en` writes a price out, {price}")),
            (
                "cuesta {fees.couple}",
                "cuesta {fee.couple}",
                format!("`es` names a number that there is not, one of {names}"),
            ),
        ] {
            let problems = Practice::load(&with((as_it_is, wrong))).err().unwrap();
            let said: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].starts_with("practice.toml:") && said[0].ends_with(&expected), "{said:?}");
        }
    }
}
