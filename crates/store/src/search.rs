//! Finding cases by values that are stored encrypted only.

use std::collections::{BTreeMap, BTreeSet};

use rapport_domain::{contact::Client, id::CaseId};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
    sea_query::SelectStatement,
};

use crate::{Conn, Store, StoreError, Tx, entity::search_tokens as table, store::sealed::Sealed};

const EMAIL: &str = "email";
const PHONE: &str = "phone";
const NAME: &str = "name";

/// A value's keyed hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SearchToken {
    /// "email", "phone", "name".
    pub kind: &'static str,
    /// The hash.
    pub token: [u8; 32],
}

impl SearchToken {
    /// Whether two cases with this token are one person's; a name alone says nothing.
    pub(crate) fn is_unique_to_a_person(&self) -> bool {
        self.kind != NAME
    }
}

/// The tokens of a client: address and number tell that two cases are one person's; names find a case.
#[must_use]
pub fn tokens(store: &Store, client: &Client) -> Vec<SearchToken> {
    let name = format!("{} {}", client.given_name.as_str(), client.family_name.as_str()).to_lowercase();
    let token = |kind, value: &str| SearchToken { kind, token: store.keyring().search_token(kind, value) };
    client
        .email
        .iter()
        .map(|email| token(EMAIL, &email.search_form()))
        .chain([token(PHONE, client.phone.as_str()), token(NAME, &name)])
        .collect()
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

/// Other cases, in whatever state, that have the same address or number, and everything that they have in common:
/// "email", "phone", "name". A name in common alone makes no suspicion.
///
/// # Errors
/// Where the database fails.
pub async fn same_person(
    conn: &impl Conn,
    case: CaseId,
    tokens: &[SearchToken],
) -> Result<Vec<(CaseId, BTreeSet<&'static str>)>, StoreError> {
    let rows = table::Entity::find()
        .filter(any_of(tokens.iter()))
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
