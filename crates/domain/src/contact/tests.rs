use super::{EmailAddress, Phone};

/// Addresses of the isemail corpus (BSD-3, not part of this repository).
#[expect(clippy::disallowed_methods, reason = "where the corpus lies is told by the environment alone")]
fn corpus() -> Option<Vec<(String, String)>> {
    let Ok(folder) = std::env::var("RAPPORT_CORPUS") else {
        eprintln!("RAPPORT_CORPUS is unset: the address corpus was not tried");
        return None;
    };
    let xml = std::fs::read_to_string(format!("{folder}/isemail-tests.xml")).unwrap();
    let (_, tests) = xml.split_once("<tests").unwrap();
    let cases = tests.split("<test id=").skip(1).map(|test| {
        let between = |from: &str, to: &str| test.split_once(from).and_then(|(_, rest)| rest.split_once(to));
        let address = between("<address>", "</address>").map_or("", |(address, _)| address);
        let (category, _) = between("<category>", "</category>").unwrap();
        (plain(address), category.to_owned())
    });
    Some(cases.collect())
}

/// Resolves XML references, and the pictures of control characters that the corpus writes for them.
fn plain(xml: &str) -> String {
    let mut text = String::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, behind) = after.split_once(';').unwrap();
        text.push_str(before);
        text.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let code = entity.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16).unwrap());
                char::from_u32(code.unwrap_or_else(|| entity.trim_start_matches('#').parse().unwrap())).unwrap()
            }
        });
        rest = behind;
    }
    text.push_str(rest);
    text.chars().map(|c| char::from_u32(u32::from(c).wrapping_sub(0x2400)).filter(|c| *c < ' ').unwrap_or(c)).collect()
}

#[test]
fn no_address_of_the_corpus_that_smtp_cannot_use_is_accepted_and_none_that_it_can_is_refused() {
    let Some(corpus) = corpus() else { return };
    assert!(corpus.len() > 150, "the corpus was not read: {} addresses", corpus.len());
    let wrong: Vec<_> = corpus
        .iter()
        .filter(|(address, category)| {
            let usable = ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"].contains(&category.as_str());
            EmailAddress::parse(address).is_ok() != usable
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_address_is_kept_as_it_was_given_and_compared_in_lower_case() {
    let address = EmailAddress::parse("Sam.Sample@Example.com").unwrap();
    assert_eq!(address.as_str(), "Sam.Sample@Example.com");
    assert_eq!(address.search_form(), "sam.sample@example.com");
    assert_eq!(address.parts(), ("Sam.Sample", "Example.com"));
}

#[test]
fn an_address_that_could_break_a_header_or_needs_smtputf8_is_refused() {
    for bad in [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\n",
        "jörg@example.com",
        "a@bücher.example",
        "\"a\nb\"@example.com",
    ] {
        assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
    }
    assert!(EmailAddress::parse("a@xn--bcher-kva.example").is_ok());
}

#[test]
fn a_phone_number_is_read_however_it_is_punctuated() {
    for text in ["704-555-0123", "(704) 555-0123", "+1 704 555 0123", "1.704.555.0123", "704–555–0123", " 7045550123 "]
    {
        assert_eq!(Phone::parse(text).ok().map(String::from), Some("+17045550123".to_owned()), "{text}");
    }
}

#[test]
fn what_nobody_can_be_called_at_is_no_phone_number() {
    for text in [
        "",
        "911",
        "555-0123",
        "704-555-012",
        "704-555-01234",
        "+44 20 7946 0123",
        "+704 555 0123",
        "104-555-0123",
        "704-155-0123",
        "911-555-0123",
        "704-911-0123",
        "794-555-0123x",
        "291-555-0123",
        "704-555-0123 ext 5",
        "++17045550123",
        "704+5550123",
        "٧٠٤٥٥٥٠١٢٣",
    ] {
        assert!(Phone::parse(text).is_err(), "{text}");
    }
}

#[test]
fn only_what_is_kept_free_for_invented_people_is_fictional() {
    let phone = |text| Phone::parse(text).unwrap().is_fictional();
    assert!(phone("704-555-0100") && phone("803-555-0199"));
    assert!(!phone("704-555-0200") && !phone("704-556-0100") && !phone("555-501-0123"));
    let email = |text| EmailAddress::parse(text).unwrap().is_fictional();
    assert!(email("ada@example.com") && email("ada@Example.org"));
    assert!(!email("ada@example.com.sample.test") && !email("example.com@sample.test") && !email("a@my-example.com"));
}
