use uuid::Uuid;

use crate::{DataKey, Keyring, MasterKey, OpenError, Principal, Role, StaffPrincipal, Token, new_id};

/// 32 bytes of 0x2a.
const MASTER: &str = "KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio=";

const ROW: Uuid = Uuid::from_u128(1);
const OTHER_ROW: Uuid = Uuid::from_u128(2);

fn keyring() -> Keyring {
    Keyring::new(&MasterKey::from_text(MASTER).unwrap())
}

fn key() -> DataKey {
    keyring().new_data_key()
}

#[test]
fn a_sealed_field_opens_at_its_place_and_nowhere_else() {
    let key = key();
    let sealed = key.seal("intakes", "submission", ROW, b"told in confidence");
    assert_eq!(key.open("intakes", "submission", ROW, &sealed).as_deref(), Ok(b"told in confidence".as_slice()));
    assert_eq!(key.open("cases", "submission", ROW, &sealed), Err(OpenError));
    assert_eq!(key.open("intakes", "detail", ROW, &sealed), Err(OpenError));
    assert_eq!(key.open("intakes", "submission", OTHER_ROW, &sealed), Err(OpenError));
    // The border between table and column is part of the place.
    assert_eq!(key.open("intakessub", "mission", ROW, &sealed), Err(OpenError));
    assert_eq!(keyring().new_data_key().open("intakes", "submission", ROW, &sealed), Err(OpenError));
}

#[test]
fn no_altered_byte_and_no_shortened_text_opens() {
    let key = key();
    let sealed = key.seal("t", "c", ROW, b"text");
    for position in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[position] ^= 1;
        assert_eq!(key.open("t", "c", ROW, &altered), Err(OpenError), "byte {position}");
        assert_eq!(key.open("t", "c", ROW, &sealed[..position]), Err(OpenError), "{position} bytes");
    }
}

#[test]
fn the_same_text_never_looks_the_same() {
    let key = key();
    assert_ne!(key.seal("t", "c", ROW, b"text"), key.seal("t", "c", ROW, b"text"));
}

#[test]
fn a_wrapped_key_opens_in_its_own_row_under_its_own_master_key() {
    let (keyring, key) = (keyring(), key());
    let wrapped = keyring.wrap(ROW, &key);
    let sealed = key.seal("t", "c", ROW, b"text");
    assert!(keyring.unwrap(ROW, &wrapped).unwrap().open("t", "c", ROW, &sealed).is_ok());
    assert!(keyring.unwrap(OTHER_ROW, &wrapped).is_err());
    assert!(Keyring::new(&MasterKey::generate()).unwrap(ROW, &wrapped).is_err());
}

#[test]
fn a_master_key_is_32_bytes_in_base64_and_gives_the_same_keys_after_a_restart() {
    let master = MasterKey::generate();
    let again = MasterKey::from_text(&format!("{}\n", *master.to_text())).unwrap();
    let digest = |master: &MasterKey| Keyring::new(master).request_digest(b"request");
    assert_eq!(digest(&master), digest(&again));
    for wrong in ["", "abc", &"A".repeat(42), &"A".repeat(64), "not base64 at all, but long enough for it!!!"] {
        assert!(MasterKey::from_text(wrong).is_err());
    }
}

/// A changed derivation would lock everybody out of their own database. The
/// values were computed by another implementation of HKDF and HMAC.
#[test]
fn the_derivation_never_changes() {
    let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(
        hex(keyring().search_token("email", "sample@example.com")),
        "56ccfaff0248d4e0e473050544c0ac4c5b9c746fc63d8a56f78096d8dbbe6a35"
    );
    assert_eq!(
        hex(keyring().request_digest(b"request")),
        "60e14e9e646f1da4af72de928aa1463cc80936e6f205dcf2c019a27b97e55075"
    );
}

#[test]
fn every_derived_key_has_one_purpose() {
    let keyring = keyring();
    let tokens = [
        keyring.search_token("email", "a"),
        keyring.search_token("phone", "a"),
        keyring.search_token("emaila", ""),
        keyring.request_digest(b"a"),
        keyring.audit_seal(b"", b"a"),
        keyring.audit_seal(b"a", b""),
    ];
    for (position, token) in tokens.iter().enumerate() {
        assert!(!tokens[..position].contains(token), "{position}");
    }
}

#[test]
fn a_stored_answer_opens_for_its_own_request_alone() {
    let keyring = keyring();
    let sealed = keyring.seal_response("anonymous", "SubmitIntake", ROW, b"answer");
    let open = |principal, method, request| keyring.open_response(principal, method, request, &sealed);
    assert_eq!(open("anonymous", "SubmitIntake", ROW).as_deref(), Ok(b"answer".as_slice()));
    assert!(open("staff/1", "SubmitIntake", ROW).is_err());
    assert!(open("anonymous", "ClaimCase", ROW).is_err());
    assert!(open("anonymous", "SubmitIntake", OTHER_ROW).is_err());
}

#[test]
fn a_page_token_is_bound_to_its_filter() {
    let keyring = keyring();
    let token = keyring.seal_page_token(b"ListCases urgent", b"cursor");
    assert_eq!(keyring.open_page_token(b"ListCases urgent", &token).as_deref(), Ok(b"cursor".as_slice()));
    assert!(keyring.open_page_token(b"ListCases", &token).is_err());
    assert!(keyring.open_page_token(b"ListCases urgent", "nonsense").is_err());
    assert!(keyring.open_page_token(b"ListCases urgent", "").is_err());
}

#[test]
fn a_token_is_43_characters_and_stored_hashed() {
    let token = Token::generate();
    assert_eq!(token.text().len(), 43);
    assert_eq!(Token::parse(&token.text()).unwrap().hash(), token.hash());
    assert_ne!(Token::generate().hash(), token.hash());
    let padded = format!("{}=", token.text());
    for wrong in ["", "short", &padded, &token.text()[1..], &format!("{}!", &token.text()[1..])] {
        assert!(Token::parse(wrong).is_err());
    }
}

#[test]
fn ids_are_ordered_by_their_time() {
    let (earlier, later) = (new_id(1_700_000_000_000), new_id(1_700_000_000_001));
    assert!(earlier < later);
    assert_eq!((earlier.get_version_num(), earlier.get_variant()), (7, uuid::Variant::RFC4122));
}

#[test]
fn principals_and_roles_read_as_the_audit_trail_has_them() {
    let staff = StaffPrincipal { label: "Alex".to_owned(), role: Role::Clinician, token_id: ROW };
    assert_eq!(Principal::Anonymous.to_string(), "anonymous");
    assert_eq!(Principal::Client(ROW).to_string(), format!("intakes/{ROW}"));
    assert_eq!(Principal::Staff(staff.clone()).to_string(), format!("staff/{ROW}"));
    assert_eq!(Principal::Staff(staff).role_name(), "clinician");
    for role in Role::ALL {
        assert_eq!(Role::from_name(role.name()), Some(role));
    }
}

#[test]
fn a_session_token_is_the_same_for_an_intake_until_its_epoch_is_raised() {
    let master = MasterKey::generate();
    let (one, other) = (Keyring::new(&master), Keyring::new(&MasterKey::generate()));
    let hash = |keyring: &Keyring, intake: u128, epoch| keyring.session_token(Uuid::from_u128(intake), epoch).hash();
    assert_eq!(hash(&one, 1, 0), hash(&Keyring::new(&master), 1, 0));
    for another in [hash(&one, 2, 0), hash(&one, 1, 1), hash(&other, 1, 0)] {
        assert_ne!(hash(&one, 1, 0), another);
    }
}
