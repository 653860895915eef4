//! Finding cases by values that are stored encrypted only.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::{
    contact::{Client, EmailAddress, Language, Phone},
    id::CaseId,
};
use rapport_security::Keyring;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use crate::{Conn, Store, StoreError, Tx, entity::search_tokens as table, store::sealed::Sealed};

/// Kind of the token of an e-mail address.
pub const EMAIL: &str = "email";
/// Kind of the token of a phone number.
pub const PHONE: &str = "phone";
/// Kind of the token of a whole name.
pub const NAME: &str = "name";
/// Kind of the token of a whole name with the date of birth.
pub const BIRTH: &str = "birth";

/// Kind of the token of the language that somebody is written to in: it tells nobody from anybody.
pub const LANGUAGE: &str = "language";

/// A value's keyed hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SearchToken {
    /// [`EMAIL`], [`PHONE`], [`NAME`], [`BIRTH`], [`LANGUAGE`].
    pub kind: &'static str,
    /// The hash.
    pub token: [u8; 32],
}

impl SearchToken {
    /// Whether a machine takes two cases with this token for one person's. A name says nothing, and even with a birthday
    /// it is for a person to judge.
    pub(crate) fn is_unique_to_a_person(&self) -> bool {
        matches!(self.kind, EMAIL | PHONE)
    }
}

/// The tokens of a client: address and number tell that two cases are one person's; names find a case.
#[must_use]
pub fn tokens(store: &Store, client: &Client) -> Vec<SearchToken> {
    let name = spoken(&format!("{} {}", client.given_name.as_str(), client.family_name.as_str()));
    let birth = client.date_of_birth.map(|born| format!("{name} {born}"));
    let token = |kind, value: &str| SearchToken { kind, token: store.keyring().search_token(kind, value) };
    client
        .email
        .iter()
        .map(|email| token(EMAIL, &email.search_form()))
        .chain([token(PHONE, client.phone.as_str()), token(NAME, &name)])
        .chain(birth.iter().map(|birth| token(BIRTH, birth)))
        .chain([of_language(store.keyring(), client.language)])
        .collect()
}

/// The tokens by which somebody is found who says or types this: a whole name, in either order around a comma, a number or
/// an address.
#[must_use]
pub fn tokens_of_text(keyring: &Keyring, text: &str) -> Vec<SearchToken> {
    let name = match text.split_once(',') {
        Some((family, given)) => spoken(&format!("{given} {family}")),
        None => spoken(text),
    };
    let token = |kind, value: &str| SearchToken { kind, token: keyring.search_token(kind, value) };
    let email = EmailAddress::parse(text.trim()).ok().map(|email| token(EMAIL, &email.search_form()));
    let phone = Phone::parse(text).ok().map(|phone| token(PHONE, phone.as_str()));
    email.into_iter().chain(phone).chain([token(NAME, &name)]).collect()
}

/// The token of everybody who is written to in a language.
#[must_use]
pub fn of_language(keyring: &Keyring, language: Language) -> SearchToken {
    SearchToken { kind: LANGUAGE, token: keyring.search_token(LANGUAGE, language.tag()) }
}

/// A name as it is compared: in lower case, with single spaces.
fn spoken(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The tokens of an address and a number, which tell a person again.
#[must_use]
pub fn contact_tokens(store: &Store, email: Option<&EmailAddress>, phone: Option<&Phone>) -> Vec<SearchToken> {
    let token = |kind, value: &str| SearchToken { kind, token: store.keyring().search_token(kind, value) };
    let email = email.map(|email| token(EMAIL, &email.search_form()));
    email.into_iter().chain(phone.map(|phone| token(PHONE, phone.as_str()))).collect()
}

/// Lets a case be found; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn put(tx: &Tx, case: CaseId, tokens: &[SearchToken]) -> Result<(), StoreError> {
    let rows = tokens.iter().map(|token| {
        table::Model { kind: token.kind.to_owned(), token: token.token.to_vec(), case_id: case.uuid() }
            .into_active_model()
    });
    table::Entity::insert_many(rows)
        .on_conflict_do_nothing_on([table::Column::Kind, table::Column::Token, table::Column::CaseId])
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Lets a case be found by new tokens instead of old ones. What somebody else in it is found by stays.
///
/// # Errors
/// Where the database fails.
pub async fn replace(
    tx: &Tx,
    case: CaseId,
    old: &[SearchToken],
    new: &[SearchToken],
    others: &[SearchToken],
) -> Result<(), StoreError> {
    let gone: Vec<_> = old.iter().filter(|token| !new.contains(token) && !others.contains(token)).collect();
    table::Entity::delete_many()
        .filter(any_of(gone.into_iter()))
        .filter(table::Column::CaseId.eq(case.uuid()))
        .exec(tx.db())
        .await?;
    put(tx, case, new).await
}

/// Other cases, in whatever state, that have the same address, number, or name and birthday, and the kinds of all that
/// they have in common. A name in common alone makes no suspicion.
///
/// # Errors
/// Where the database fails.
pub async fn same_person(
    conn: &impl Conn,
    case: CaseId,
    tokens: &[SearchToken],
) -> Result<Vec<(CaseId, BTreeSet<&'static str>)>, StoreError> {
    let rows = table::Entity::find()
        .filter(any_of(tokens.iter().filter(|token| token.kind != LANGUAGE)))
        .filter(table::Column::CaseId.ne(case.uuid()))
        .all(conn.db())
        .await?;
    let mut common: BTreeMap<CaseId, BTreeSet<&'static str>> = BTreeMap::new();
    for row in rows {
        let kind = tokens.iter().map(|token| token.kind).find(|kind| *kind == row.kind);
        common.entry(CaseId::new(row.case_id)).or_default().extend(kind);
    }
    common.retain(|_, kinds| kinds.iter().any(|kind| *kind != NAME));
    Ok(common.into_iter().collect())
}

/// Rows that have one of these tokens; none where there are no tokens.
pub(crate) fn any_of<'t>(tokens: impl Iterator<Item = &'t SearchToken>) -> Condition {
    // An empty "any" would be true.
    let never = table::Column::Kind.is_null();
    tokens.fold(Condition::any().add(never), |any, token| {
        any.add(table::Column::Kind.eq(token.kind).and(table::Column::Token.eq(token.token.to_vec())))
    })
}

/// The cases of the person who has one of these tokens.
pub(crate) fn cases_of_person(tokens: &[SearchToken]) -> SelectStatement {
    table::Entity::find()
        .select_only()
        .column(table::Column::CaseId)
        .filter(any_of(tokens.iter().filter(|token| token.is_unique_to_a_person())))
        .into_query()
}

/// The cases that one of these tokens finds, whoever they tell of.
pub(crate) fn cases_found_by(tokens: &[SearchToken]) -> SelectStatement {
    table::Entity::find().select_only().column(table::Column::CaseId).filter(any_of(tokens.iter())).into_query()
}
