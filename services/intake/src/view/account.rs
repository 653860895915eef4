//! Accounts, as their owner and administrators read them.

use rapport_proto::{staff as pb, time};
use rapport_security::{Role, StaffPrincipal};
use rapport_store::{Account, AccountState};

/// An account; nothing of what its owner proves it by.
pub(crate) fn account(account: &Account) -> pb::Account {
    let state = match account.state {
        AccountState::Invited => pb::AccountState::Invited,
        AccountState::Active => pb::AccountState::Active,
        AccountState::Disabled => pb::AccountState::Disabled,
    };
    pb::Account {
        name: account.id.to_string(),
        display_name: account.name.as_str().to_owned(),
        email: account.email.as_str().to_owned(),
        role: staff_role(account.role).into(),
        state: state.into(),
        etag: account_etag(account),
        create_time: Some(time::to_message(account.created_at)),
        locked_until_time: (account.locked_until > account.created_at).then(|| time::to_message(account.locked_until)),
    }
}

/// What their colleagues know of somebody.
pub(crate) fn colleague(account: &Account) -> pb::Colleague {
    pb::Colleague {
        name: account.id.to_string(),
        display_name: account.name.as_str().to_owned(),
        role: staff_role(account.role).into(),
    }
}

/// Whoever calls with a token of the command line.
pub(crate) fn unnamed_account(staff: &StaffPrincipal) -> pb::Account {
    pb::Account { display_name: staff.label.clone(), role: staff_role(staff.role).into(), ..Default::default() }
}

/// Changes with the account.
pub(crate) fn account_etag(account: &Account) -> String {
    account.version.to_string()
}

/// A role as the contract has it.
const fn staff_role(role: Role) -> pb::StaffRole {
    match role {
        Role::Coordinator => pb::StaffRole::Coordinator,
        Role::Clinician => pb::StaffRole::Clinician,
        Role::Admin => pb::StaffRole::Admin,
        Role::Auditor => pb::StaffRole::Auditor,
    }
}
