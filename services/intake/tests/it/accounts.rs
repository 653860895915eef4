//! Who signs in, for how long, and who may change that; the clock stands where it is put.

use jiff::SignedDuration;
use prost::Message;
use rapport_proto::staff::{
    self as pb, account_service_client::AccountServiceClient, sign_in_request::SecondFactor,
    triage_service_client::TriageServiceClient,
};
use rapport_runtime::{Clock, ManualClock};
use rapport_security::{Role, TotpSecret};
use tonic::{Code, Request, Status, transport::Channel};

use crate::house::{House, bearing, details, on_each_by_hand, reason};

const PASSWORD: &str = "lamp otter crumb violin";
const ANOTHER: &str = "tulip ferry mango anchor";

/// Somebody who enrolled.
struct Colleague {
    account: pb::Account,
    email: String,
    secret: TotpSecret,
    session: String,
    recovery: Vec<String>,
}

fn accounts(house: &House) -> AccountServiceClient<Channel> {
    AccountServiceClient::new(house.staff_channel.clone())
}

async fn invite(house: &House, email: &str, role: pb::StaffRole) -> pb::InviteStaffResponse {
    let request = pb::InviteStaffRequest {
        display_name: "Robin Sample".to_owned(),
        email: email.to_owned(),
        role: role.into(),
        ..Default::default()
    };
    let admin = house.token(Role::Admin).await;
    accounts(house).invite_staff(bearing(&admin, request)).await.unwrap().into_inner()
}

/// The secret that an app would read.
async fn secret(house: &House, token: &str) -> TotpSecret {
    let shown = accounts(house).get_enrolment(bearing(token, pb::GetEnrolmentRequest {})).await.unwrap().into_inner();
    let bits = shown.totp_secret.chars().flat_map(|char| {
        let value = u8::try_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(char).unwrap()).unwrap();
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    let bits: Vec<u8> = bits.collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect();
    assert!(shown.totp_uri.contains(&shown.totp_secret));
    TotpSecret::from_bytes(bytes.try_into().unwrap())
}

fn code(secret: &TotpSecret, clock: &ManualClock) -> String {
    secret.code(clock.now().as_second().unsigned_abs())
}

async fn enrol(house: &House, clock: &ManualClock, role: pb::StaffRole) -> Colleague {
    let email = format!("{}@example.com", role.as_str_name().to_lowercase());
    let invited = invite(house, &email, role).await;
    let secret = secret(house, &invited.one_time_sign_in).await;
    let request = pb::EnrolRequest { password: PASSWORD.to_owned(), code: code(&secret, clock) };
    let enrolled = accounts(house).enrol(bearing(&invited.one_time_sign_in, request)).await.unwrap().into_inner();
    let session = enrolled.session.unwrap();
    Colleague {
        account: session.account.unwrap(),
        email,
        secret,
        session: session.token,
        recovery: enrolled.recovery_codes,
    }
}

async fn sign_in(house: &House, email: &str, password: &str, second: SecondFactor) -> Result<String, Status> {
    let request =
        pb::SignInRequest { email: email.to_owned(), password: password.to_owned(), second_factor: Some(second) };
    accounts(house).sign_in(request).await.map(|answer| answer.into_inner().session.unwrap().token)
}

fn later(clock: &ManualClock, seconds: i64) {
    clock.set(clock.now() + SignedDuration::from_secs(seconds));
}

/// Whether a session's bearer reads the queue, as somebody who works with it.
async fn works(house: &House, session: &str) -> bool {
    answered(TriageServiceClient::new(house.staff_channel.clone()).list_cases(bearing(session, <_>::default())).await)
}

fn answered<T>(answer: Result<T, Status>) -> bool {
    match answer {
        Ok(_) => true,
        Err(status) => {
            assert_eq!((status.code(), reason(&status)), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
            false
        }
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> (String, String) {
    let status = answer.unwrap_err();
    (reason(&status), status.message().to_owned())
}

#[tokio::test]
async fn whoever_is_invited_enrols_once_and_signs_in_with_password_and_code() {
    on_each_by_hand(async |house, clock| {
        let invited = invite(house, "robin@example.com", pb::StaffRole::Coordinator).await;
        let token = invited.one_time_sign_in;
        let secret = secret(house, &token).await;
        assert!(secret == self::secret(house, &token).await);
        // It opens nothing else, and nothing is taken that is not good.
        assert!(!works(house, &token).await);
        let enrol = |password: &str, code: String| {
            let request = pb::EnrolRequest { password: password.to_owned(), code };
            let mut client = accounts(house);
            let request = bearing(&token, request);
            async move { client.enrol(request).await }
        };
        let bad = enrol("robin sample", "000000".to_owned()).await.unwrap_err();
        let fields: Vec<_> =
            details(&bad).bad_request().unwrap().field_violations.iter().map(|it| it.field.clone()).collect();
        assert_eq!(fields, ["password", "code"]);
        let enrolled = enrol(PASSWORD, code(&secret, clock)).await.unwrap().into_inner();
        assert!(works(house, &enrolled.session.unwrap().token).await);
        assert_eq!(enrolled.recovery_codes.len(), 10);
        assert_eq!(refused(enrol(PASSWORD, code(&secret, clock)).await).0, "TOKEN_INVALID");

        // The code that enrolled was used; the next one is good once.
        let by_code = |code: String| sign_in(house, "Robin@Example.com", PASSWORD, SecondFactor::Code(code));
        assert_eq!(refused(by_code(code(&secret, clock)).await).0, "SIGN_IN_REFUSED");
        later(clock, 30);
        let next = code(&secret, clock);
        let session = by_code(next.clone()).await.unwrap();
        assert!(works(house, &session).await);
        assert_eq!(refused(by_code(next).await).0, "SIGN_IN_REFUSED");
        // So is a recovery code, however it is typed.
        let recovery = enrolled.recovery_codes[3].to_uppercase().replace('-', " ");
        let by_recovery =
            || sign_in(house, "robin@example.com", PASSWORD, SecondFactor::RecoveryCode(recovery.clone()));
        assert!(by_recovery().await.is_ok());
        assert_eq!(refused(by_recovery().await).0, "SIGN_IN_REFUSED");
    })
    .await;
}

/// Guard: `sign_in::failed`. Without it the sixth try succeeds.
#[tokio::test]
async fn whatever_is_wrong_is_refused_alike_and_too_many_failures_close_the_account_for_a_while() {
    on_each_by_hand(async |house, clock| {
        let sam = enrol(house, clock, pb::StaffRole::Clinician).await;
        later(clock, 60);
        let good = || SecondFactor::Code(code(&sam.secret, clock));
        let nobody = sign_in(house, "nobody@example.com", PASSWORD, good()).await.unwrap_err();
        let wrong = [
            sign_in(house, "no address", PASSWORD, good()).await,
            sign_in(house, &sam.email, ANOTHER, good()).await,
            sign_in(house, &sam.email, PASSWORD, SecondFactor::Code("000000".to_owned())).await,
            sign_in(house, &sam.email, PASSWORD, SecondFactor::RecoveryCode("00000-00000".to_owned())).await,
            sign_in(house, &sam.email, "", good()).await,
        ];
        for wrong in wrong {
            let wrong = wrong.unwrap_err();
            assert_eq!((wrong.code(), wrong.message()), (nobody.code(), nobody.message()));
            assert_eq!(wrong.details(), nobody.details());
        }
        // Four so far; the fifth closes it for half a minute, to the right password too.
        assert!(sign_in(house, &sam.email, ANOTHER, good()).await.is_err());
        assert_eq!(refused(sign_in(house, &sam.email, PASSWORD, good()).await).0, "SIGN_IN_REFUSED");
        later(clock, 31);
        assert!(sign_in(house, &sam.email, PASSWORD, good()).await.is_ok());
    })
    .await;
}

/// Guards: `keeps_session` of streams and of `GetSession`, and the header in `authenticate`. With any of them taken out
/// the session lives on.
#[tokio::test]
async fn a_stale_session_that_is_polled_for_an_hour_stays_stale() {
    on_each_by_hand(async |house, clock| {
        let sam = enrol(house, clock, pb::StaffRole::Clinician).await;
        let poll = async || {
            let mut triage = TriageServiceClient::new(house.staff_channel.clone());
            let mut background: Request<pb::ListCasesRequest> = bearing(&sam.session, <_>::default());
            background.metadata_mut().insert("x-rapport-background", "1".parse().unwrap());
            [
                answered(triage.list_cases(background).await),
                answered(triage.watch_cases(bearing(&sam.session, <_>::default())).await),
                answered(accounts(house).get_session(bearing(&sam.session, <_>::default())).await),
            ]
        };
        for minute in 0..75 {
            assert_eq!(poll().await, [minute < 15; 3], "minute {minute}");
            later(clock, 60);
        }
        assert!(!works(house, &sam.session).await);
    })
    .await;
}

#[tokio::test]
async fn a_session_lasts_as_long_as_somebody_works_and_no_longer_than_half_a_day() {
    on_each_by_hand(async |house, clock| {
        let sam = enrol(house, clock, pb::StaffRole::Coordinator).await;
        let times = accounts(house).get_session(bearing(&sam.session, <_>::default())).await.unwrap().into_inner();
        let from_now = |time: Option<_>| {
            let time: prost_types::Timestamp = time.unwrap();
            time.seconds - clock.now().as_second()
        };
        assert_eq!((from_now(times.idle_expire_time), from_now(times.expire_time)), (15 * 60, 12 * 3600));
        assert_eq!(times.account.unwrap().email, sam.email);
        for _ in 0..71 {
            assert!(works(house, &sam.session).await);
            later(clock, 600);
        }
        assert!(works(house, &sam.session).await);
        later(clock, 600);
        assert!(!works(house, &sam.session).await);
    })
    .await;
}

#[tokio::test]
async fn somebody_who_signs_out_or_changes_their_password_leaves_no_other_session_behind() {
    on_each_by_hand(async |house, clock| {
        let sam = enrol(house, clock, pb::StaffRole::Coordinator).await;
        let another = async |password: &str| {
            later(clock, 30);
            sign_in(house, &sam.email, password, SecondFactor::Code(code(&sam.secret, clock))).await
        };
        let (one, two) = (another(PASSWORD).await.unwrap(), another(PASSWORD).await.unwrap());
        let out = |everywhere| pb::SignOutRequest { everywhere };
        accounts(house).sign_out(bearing(&one, out(false))).await.unwrap();
        assert_eq!([works(house, &one).await, works(house, &two).await], [false, true]);

        let change = |current: &str, new: &str| pb::ChangePasswordRequest {
            current_password: current.to_owned(),
            new_password: new.to_owned(),
        };
        let wrong = accounts(house).change_password(bearing(&two, change(ANOTHER, ANOTHER))).await;
        assert_eq!(refused(wrong).0, "SIGN_IN_REFUSED");
        let weak = accounts(house).change_password(bearing(&two, change(PASSWORD, "123456789012"))).await;
        assert_eq!(refused(weak).0, "FIELDS_INVALID");
        accounts(house).change_password(bearing(&two, change(PASSWORD, ANOTHER))).await.unwrap();
        assert_eq!([works(house, &sam.session).await, works(house, &two).await], [false, true]);
        assert!(another(PASSWORD).await.is_err());

        // New recovery codes void the old ones.
        let again = pb::ReplaceRecoveryCodesRequest { current_password: ANOTHER.to_owned() };
        let codes = accounts(house).replace_recovery_codes(bearing(&two, again)).await.unwrap().into_inner();
        let by = |code: &str| sign_in(house, &sam.email, ANOTHER, SecondFactor::RecoveryCode(code.to_owned()));
        assert!(by(&sam.recovery[0]).await.is_err());
        let three = by(&codes.recovery_codes[0]).await.unwrap();
        accounts(house).sign_out(bearing(&three, out(true))).await.unwrap();
        assert_eq!([works(house, &two).await, works(house, &three).await], [false, false]);
    })
    .await;
}

#[tokio::test]
async fn what_an_administrator_decides_holds_from_the_next_call_on_and_never_for_themselves() {
    on_each_by_hand(async |house, clock| {
        let boss = enrol(house, clock, pb::StaffRole::Admin).await;
        let sam = enrol(house, clock, pb::StaffRole::Coordinator).await;
        let update = async |who: &pb::Account, change: fn(&mut pb::UpdateAccountRequest)| {
            let mut request =
                pb::UpdateAccountRequest { name: who.name.clone(), etag: who.etag.clone(), ..Default::default() };
            change(&mut request);
            accounts(house).update_account(bearing(&boss.session, request)).await
        };
        let own = update(&boss.account, |it| it.role = pb::StaffRole::Clinician.into()).await;
        assert_eq!(refused(own).0, "OWN_ACCOUNT");
        let raised = update(&sam.account, |it| it.role = pb::StaffRole::Auditor.into()).await.unwrap().into_inner();
        let stale = update(&sam.account, |it| it.role = pb::StaffRole::Admin.into()).await;
        assert_eq!(refused(stale).0, "ETAG_MISMATCH");
        let queue = TriageServiceClient::new(house.staff_channel.clone())
            .list_cases(bearing(&sam.session, <_>::default()))
            .await;
        assert_eq!(refused(queue).0, "ROLE_FORBIDDEN");

        let sam_now = raised.account.unwrap();
        update(&sam_now, |it| it.state = pb::AccountState::Disabled.into()).await.unwrap();
        later(clock, 30);
        let code = || SecondFactor::Code(code(&sam.secret, clock));
        assert!(!works(house, &sam.session).await);
        assert!(sign_in(house, &sam.email, PASSWORD, code()).await.is_err());

        let reset = pb::ResetAccountRequest { name: sam_now.name.clone(), ..Default::default() };
        let anew = accounts(house).reset_account(bearing(&boss.session, reset)).await.unwrap().into_inner();
        assert!(secret(house, &anew.one_time_sign_in).await != sam.secret);
        later(clock, 72 * 3600);
        let late = accounts(house).get_enrolment(bearing(&anew.one_time_sign_in, <_>::default())).await;
        assert_eq!(refused(late).0, "TOKEN_INVALID");
    })
    .await;
}

#[tokio::test]
async fn one_address_has_one_account_and_administrators_read_them_page_by_page() {
    on_each_by_hand(async |house, _| {
        let admin = house.token(Role::Admin).await;
        let emails: Vec<String> = (0..5).map(|n| format!("sample{n}@example.com")).collect();
        for email in &emails {
            invite(house, email, pb::StaffRole::Coordinator).await;
        }
        let twice = pb::InviteStaffRequest {
            display_name: "Robin".to_owned(),
            email: "SAMPLE3@example.com".to_owned(),
            role: pb::StaffRole::Admin.into(),
            ..Default::default()
        };
        let twice = accounts(house).invite_staff(bearing(&admin, twice)).await.unwrap_err();
        assert_eq!(details(&twice).bad_request().unwrap().field_violations[0].field, "email");
        let (mut read, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListAccountsRequest { page_size: 2, page_token };
            let page = accounts(house).list_accounts(bearing(&admin, request)).await.unwrap().into_inner();
            read.extend(page.accounts.into_iter().map(|account| account.email));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(read, emails);
    })
    .await;
}

/// Guard: `invite_staff::offer` answers with no token where a letter brings it.
#[tokio::test]
async fn a_letter_brings_the_one_time_sign_in_and_nobody_else_is_given_it() {
    on_each_by_hand(async |house, clock| {
        let admin = house.token(Role::Admin).await;
        let request = |letter| pb::InviteStaffRequest {
            display_name: "Robin Sample".to_owned(),
            email: "robin@example.com".to_owned(),
            role: pb::StaffRole::Coordinator.into(),
            letter,
            ..Default::default()
        };
        let invited = accounts(house).invite_staff(bearing(&admin, request(true))).await.unwrap().into_inner();
        assert_eq!(invited.one_time_sign_in, "");
        let account = invited.account.unwrap();
        let id: rapport_domain::id::AccountId = account.name.parse().unwrap();
        let derived = |made_at: jiff::Timestamp| {
            house.deps.store.keyring().sign_in_token(id.uuid(), made_at.as_microsecond()).text()
        };
        let first = derived(clock.now());
        secret(house, &first).await;
        let queued = rapport_store::letters::list(&house.deps.store, &<_>::default(), None, 10).await.unwrap();
        assert_eq!(queued.iter().map(|it| (it.kind.name(), it.case)).collect::<Vec<_>>(), [("staff_invitation", None)]);

        // A new start makes another one, and the first opens nothing.
        later(clock, 60);
        let reset = pb::ResetAccountRequest { name: account.name, letter: true, ..Default::default() };
        let reset = accounts(house).reset_account(bearing(&admin, reset)).await.unwrap().into_inner();
        assert_eq!(reset.one_time_sign_in, "");
        let gone = accounts(house).get_enrolment(bearing(&first, pb::GetEnrolmentRequest {})).await.unwrap_err();
        assert_eq!(reason(&gone), "TOKEN_INVALID");
        secret(house, &derived(clock.now())).await;
    })
    .await;
}

#[tokio::test]
async fn where_the_practice_has_no_pages_a_sign_in_is_handed_over() {
    let house = crate::house::house_of(|practice| practice.pages_url = None).await;
    let admin = house.token(Role::Admin).await;
    let request = |letter| pb::InviteStaffRequest {
        display_name: "Robin Sample".to_owned(),
        email: "robin@example.com".to_owned(),
        role: pb::StaffRole::Coordinator.into(),
        letter,
        ..Default::default()
    };
    let refused = accounts(&house).invite_staff(bearing(&admin, request(true))).await.unwrap_err();
    assert_eq!(reason(&refused), "INVITATION_LETTER_OFF");
    let handed = accounts(&house).invite_staff(bearing(&admin, request(false))).await.unwrap().into_inner();
    assert_eq!(handed.one_time_sign_in.len(), 43, "and the refused one left no account behind");
}

/// Guards: `policy::may_claim` for whoever is listed, which `assign_case` asks as well; `in_use` for both.
#[tokio::test]
async fn whoever_hands_a_case_over_chooses_among_those_who_may_have_it() {
    on_each_by_hand(async |house, clock| {
        let sam = enrol(house, clock, pb::StaffRole::Coordinator).await;
        let rue = enrol(house, clock, pb::StaffRole::Clinician).await;
        let ada = enrol(house, clock, pb::StaffRole::Admin).await;
        invite(house, "new@example.com", pb::StaffRole::Clinician).await;
        let listed = async |session: &str, case_name: &str| {
            let request = pb::ListColleaguesRequest { case_name: case_name.to_owned() };
            let answer = accounts(house).list_colleagues(bearing(session, request)).await?.into_inner();
            let text = String::from_utf8_lossy(&answer.encode_to_vec()).into_owned();
            assert!(!text.contains("example.com"), "{text}");
            Ok::<_, Status>(answer.colleagues.into_iter().map(|it| (it.name.clone(), it.role())).collect::<Vec<_>>())
        };
        let coordinator = (sam.account.name.clone(), pb::StaffRole::Coordinator);
        let clinician = (rue.account.name.clone(), pb::StaffRole::Clinician);
        let both = [coordinator.clone(), clinician.clone()];
        let mut triage = TriageServiceClient::new(house.staff_channel.clone());
        let mut queue = async || triage.list_cases(bearing(&rue.session, <_>::default())).await.unwrap().into_inner();
        house.submit("01-drift-and-stress.json").await;
        let anybodys = queue().await.cases.remove(0);
        house.submit("05-fear-of-partner.json").await;
        let clinicians = queue().await.cases.into_iter().find(|case| case.clinician_only).unwrap();
        for colleague in [&sam, &rue] {
            assert_eq!(listed(&colleague.session, "").await.unwrap(), both);
            assert_eq!(listed(&colleague.session, &anybodys.name).await.unwrap(), both);
            assert_eq!(listed(&colleague.session, &clinicians.name).await.unwrap(), *std::slice::from_ref(&clinician));
        }
        assert_eq!(refused(listed(&ada.session, "").await).0, "ROLE_FORBIDDEN");
        let nowhere = "cases/0199f0c0-5a3e-7c41-9d58-2f6f0a1b2c51";
        assert_eq!(refused(listed(&sam.session, nowhere).await).0, "RESOURCE_NOT_FOUND");
        assert_eq!(refused(listed(&sam.session, "cases/7").await).0, "FIELDS_INVALID");
        let account = &sam.account;
        let closed = pb::UpdateAccountRequest {
            name: account.name.clone(),
            etag: account.etag.clone(),
            state: pb::AccountState::Disabled.into(),
            ..Default::default()
        };
        accounts(house).update_account(bearing(&ada.session, closed)).await.unwrap();
        assert_eq!(listed(&rue.session, "").await.unwrap(), [clinician]);
    })
    .await;
}
