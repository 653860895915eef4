//! Everybody's accounts: who may sign in, and as what.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::{
    errors::Reason,
    staff::{
        Account, AccountState, InviteStaffRequest, ListAccountsRequest, ResetAccountRequest, StaffRole,
        UpdateAccountRequest,
    },
};

use super::{
    clock::{Clock, Moment},
    errors::Errors,
    paging::Pager,
    problem::Problem,
    shell::Shell,
    signed_in::Staff,
    words,
};
use crate::{desk::Desk, form::Form, headers::over_tls, problem::reason, shell::page};

const PATH: &str = "/staff/accounts";
const PAGE_SIZE: i32 = 50;
const NO_LETTER: &str = "No letter can lead here: practice.toml names no pages_url. Hand the link over instead.";

/// Roles as a form names them.
const ROLES: [(&str, StaffRole); 4] = [
    ("coordinator", StaffRole::Coordinator),
    ("clinician", StaffRole::Clinician),
    ("admin", StaffRole::Admin),
    ("auditor", StaffRole::Auditor),
];

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct AccountsPage {
    shell: Shell,
    rows: Vec<Row>,
    pager: Pager,
    errors: Errors,
    /// What was typed into the invitation.
    display_name: String,
    email: String,
    role: String,
    /// Whether the sign-in is shown to whoever makes the account, instead of a letter that nobody else reads.
    by_link: bool,
    request_id: String,
}

#[derive(Template)]
#[template(path = "staff/invited.html")]
struct Invited {
    shell: Shell,
    who: String,
    email: String,
}

#[derive(Template)]
#[template(path = "staff/handed_over.html")]
struct HandedOver {
    shell: Shell,
    who: String,
    link: String,
    reset: bool,
}

struct Row {
    name: String,
    etag: String,
    display_name: String,
    email: String,
    role: &'static str,
    state: &'static str,
    class: &'static str,
    made: Option<Moment>,
    locked: Option<Moment>,
    own: bool,
    disabled: bool,
    request_id: String,
}

impl Row {
    fn of(account: Account, staff: &Staff, desk: &Desk, clock: &Clock) -> Self {
        let (state, class) = match account.state() {
            AccountState::Active => ("in use", "active"),
            AccountState::Invited => ("invited", "retry"),
            AccountState::Disabled => ("closed", "disabled"),
            AccountState::Unspecified => ("", ""),
        };
        let locked = clock.moment(account.locked_until_time.as_ref()).filter(|until| until.at > clock.now());
        Self {
            role: words::role(account.role()),
            own: account.name == staff.account.name,
            disabled: account.state() == AccountState::Disabled,
            made: clock.moment(account.create_time.as_ref()),
            request_id: desk.ids.uuid().to_string(),
            name: account.name,
            etag: account.etag,
            display_name: account.display_name,
            email: account.email,
            locked,
            state,
            class,
        }
    }
}

/// `GET /staff/accounts?page=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    write(&desk, &staff, &Form::of_query(query.as_deref()), &Form::default(), Errors::default()).await
}

/// `POST /staff/accounts/invite`: a letter brings the one-time sign-in, or the answer shows it, once.
pub(crate) async fn invite(
    State(desk): State<Desk>,
    staff: Staff,
    headers: HeaderMap,
    sent: Form,
) -> Result<Response, Problem> {
    let Some(role) = role_named(sent.text("role")) else {
        return refuse(&desk, &staff, &sent, Errors::one("role", "Choose what they may do.")).await;
    };
    let by_letter = !by_link(&sent);
    let request = InviteStaffRequest {
        display_name: sent.text("display_name").trim().to_owned(),
        email: sent.text("email").trim().to_owned(),
        role: role.into(),
        request_id: sent.text("request_id").to_owned(),
        letter: by_letter,
    };
    match desk.staff.accounts().invite_staff(staff.ask(request)?).await {
        Ok(made) => {
            let made = made.into_inner();
            let account = made.account.unwrap_or_default();
            if by_letter {
                let shell = Shell::of(&desk, &staff).await;
                return Ok(page(&Invited { shell, who: account.display_name, email: account.email }));
            }
            Ok(hand_over(&desk, &staff, &headers, account, &made.one_time_sign_in, false).await)
        }
        Err(status) if reason(&status) == Some(Reason::InvitationLetterOff) => {
            refuse(&desk, &staff, &sent, Errors::one("how", NO_LETTER)).await
        }
        Err(status) => {
            let fields = [("display_name", "display_name"), ("email", "email"), ("role", "role")];
            let errors = Errors::of_fields(status, &fields)?;
            refuse(&desk, &staff, &sent, errors).await
        }
    }
}

/// `POST /staff/accounts/change`: another role, closed, or open again.
pub(crate) async fn change(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let state = match sent.text("state") {
        "closed" => AccountState::Disabled,
        "open" => AccountState::Active,
        _ => AccountState::Unspecified,
    };
    let request = UpdateAccountRequest {
        name: sent.text("name").to_owned(),
        etag: sent.text("etag").to_owned(),
        role: role_named(sent.text("role")).unwrap_or_default().into(),
        state: state.into(),
        ..Default::default()
    };
    desk.staff.accounts().update_account(staff.ask(request)?).await?;
    Ok(Redirect::to(PATH).into_response())
}

/// `POST /staff/accounts/reset`: for whoever lost password or phone.
pub(crate) async fn reset(
    State(desk): State<Desk>,
    staff: Staff,
    headers: HeaderMap,
    sent: Form,
) -> Result<Response, Problem> {
    let (name, request_id) = (sent.text("name").to_owned(), sent.text("request_id").to_owned());
    let request = ResetAccountRequest { name, request_id, ..Default::default() };
    let made = desk.staff.accounts().reset_account(staff.ask(request)?).await?.into_inner();
    Ok(hand_over(&desk, &staff, &headers, made.account.unwrap_or_default(), &made.one_time_sign_in, true).await)
}

async fn hand_over(
    desk: &Desk,
    staff: &Staff,
    headers: &HeaderMap,
    account: Account,
    token: &str,
    reset: bool,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if over_tls(headers) { "https" } else { "http" };
    let link = format!("{scheme}://{host}/staff/welcome/{token}");
    page(&HandedOver { shell: Shell::of(desk, staff).await, who: account.display_name, link, reset })
}

async fn refuse(desk: &Desk, staff: &Staff, sent: &Form, errors: Errors) -> Result<Response, Problem> {
    let written = write(desk, staff, &Form::default(), sent, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, written).into_response())
}

async fn write(desk: &Desk, staff: &Staff, asked: &Form, sent: &Form, errors: Errors) -> Result<Response, Problem> {
    let request = ListAccountsRequest { page_size: PAGE_SIZE, page_token: asked.text("page").to_owned() };
    let listed = desk.staff.accounts().list_accounts(staff.ask(request)?).await?.into_inner();
    let clock = Clock::of(desk).await?;
    let again = sent.text("request_id").to_owned();
    Ok(page(&AccountsPage {
        shell: Shell::of(desk, staff).await,
        rows: listed.accounts.into_iter().map(|account| Row::of(account, staff, desk, &clock)).collect(),
        pager: Pager::of(PATH, asked, &[], &listed.next_page_token),
        errors,
        display_name: sent.text("display_name").to_owned(),
        email: sent.text("email").to_owned(),
        role: sent.text("role").to_owned(),
        by_link: by_link(sent),
        request_id: if again.is_empty() { desk.ids.uuid().to_string() } else { again },
    }))
}

fn by_link(sent: &Form) -> bool {
    sent.text("how") == "link"
}

fn role_named(name: &str) -> Option<StaffRole> {
    ROLES.iter().find(|(of, _)| *of == name).map(|(_, role)| *role)
}
