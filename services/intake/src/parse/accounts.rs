//! Who shall have an account, and what shall become of it.

use rapport_domain::{
    contact::{EmailAddress, Name},
    id::{AccountId, CaseId},
    problem::FieldProblems,
};
use rapport_proto::staff as pb;
use rapport_security::{Keyring, Role};

use super::{
    name,
    page::{self, Page},
};
use crate::refusal::Refusal;

/// An account that is to be made.
#[derive(Clone)]
pub(crate) struct InviteStaff {
    pub(crate) name: Name,
    pub(crate) email: EmailAddress,
    pub(crate) role: Role,
    pub(crate) by_letter: bool,
}

/// What is to become of an account.
#[derive(Clone)]
pub(crate) struct UpdateAccount {
    pub(crate) account: AccountId,
    pub(crate) etag: String,
    pub(crate) role: Option<Role>,
    pub(crate) disabled: Option<bool>,
}

/// Reads the request.
pub(crate) fn invite_staff(request: pb::InviteStaffRequest) -> Result<InviteStaff, Refusal> {
    let mut problems = FieldProblems::default();
    let name = problems.take("display_name", Name::parse(&request.display_name));
    let email = problems.take("email", EmailAddress::parse(&request.email));
    let role = problems.take("role", role(request.role).and_then(|role| role.ok_or("must be given")));
    match (name, email, role) {
        (Some(name), Some(email), Some(role)) => Ok(InviteStaff { name, email, role, by_letter: request.letter }),
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn update_account(request: pb::UpdateAccountRequest) -> Result<UpdateAccount, Refusal> {
    let mut problems = FieldProblems::default();
    let account = problems.take("name", request.name.parse());
    let role = problems.take("role", role(request.role));
    let disabled = problems.take("state", disabled(request.state));
    match (account, role, disabled) {
        (Some(account), Some(role), Some(disabled)) => {
            Ok(UpdateAccount { account, etag: request.etag, role, disabled })
        }
        _ => Err(Refusal::Fields(problems.into_vec())),
    }
}

/// Reads the request.
pub(crate) fn list_accounts(request: &pb::ListAccountsRequest, keyring: &Keyring) -> Result<Page<AccountId>, Refusal> {
    let mut problems = FieldProblems::default();
    let size = page::size(request.page_size, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    Page::open(size, &request.page_token, b"ListAccounts".to_vec(), keyring)
}

/// Reads the request: the case that somebody is wanted for.
pub(crate) fn list_colleagues(request: &pb::ListColleaguesRequest) -> Result<Option<CaseId>, Refusal> {
    if request.case_name.is_empty() { Ok(None) } else { name("case_name", &request.case_name).map(Some) }
}

/// None where nothing was said.
fn role(number: i32) -> Result<Option<Role>, &'static str> {
    match pb::StaffRole::try_from(number) {
        Ok(pb::StaffRole::Unspecified) => Ok(None),
        Ok(pb::StaffRole::Coordinator) => Ok(Some(Role::Coordinator)),
        Ok(pb::StaffRole::Clinician) => Ok(Some(Role::Clinician)),
        Ok(pb::StaffRole::Admin) => Ok(Some(Role::Admin)),
        Ok(pb::StaffRole::Auditor) => Ok(Some(Role::Auditor)),
        Err(_) => Err("must be one of the roles"),
    }
}

fn disabled(number: i32) -> Result<Option<bool>, &'static str> {
    match pb::AccountState::try_from(number) {
        Ok(pb::AccountState::Unspecified) => Ok(None),
        Ok(pb::AccountState::Active) => Ok(Some(false)),
        Ok(pb::AccountState::Disabled) => Ok(Some(true)),
        Ok(pb::AccountState::Invited) | Err(_) => Err("must be ACTIVE or DISABLED"),
    }
}
