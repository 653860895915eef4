//! Whether the trail is as it was written.

use std::fmt;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::seal::{self, Head};
use crate::{
    Conn, StoreError, column,
    entity::{audit_log, audit_seals},
};

/// Seals that are read at a time, with their entries: 20,000 of those at most.
const PAGE: u64 = 20;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Entries that stand under a seal and are as they were written, where nothing is wrong.
    pub sealed: u64,
    /// Entries that no seal covers yet: the youngest.
    pub unsealed: u64,
    /// Entries that were forgotten when their time was over.
    pub forgotten: u64,
    /// The last seal; none before the first.
    pub head: Option<Head>,
    /// Whatever is wrong.
    pub faults: Vec<Fault>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No seal has this number, and later ones are there.
    SealMissing(i64),
    /// An entry below this seal was changed, taken away, added or moved; or the seal itself was, or the one before it.
    Altered(i64),
    /// Entries below this seal are gone, and not because their time was over.
    Gone(i64),
    /// So many entries stand under seals that are not there.
    Strays(u64),
    /// The head that was kept elsewhere is none of the seals: the end was cut off, or all of it was made anew.
    HeadMissing,
}

/// A sentence for an auditor.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SealMissing(number) => write!(f, "seal {number} is missing"),
            Self::Altered(number) => {
                write!(f, "seal {number} does not fit: an entry below it, or the seal, was altered")
            }
            Self::Gone(number) => write!(f, "entries below seal {number} are gone before their time was over"),
            Self::Strays(entries) => write!(f, "{entries} entries stand below seals that are not there"),
            Self::HeadMissing => {
                f.write_str("the head that was kept is none of the seals: the end was cut off, or all was made anew")
            }
        }
    }
}

/// Reads the whole trail. `head` is a seal that somebody kept elsewhere; `progress` is told how many entries were looked at.
///
/// # Errors
/// Where the database fails.
pub async fn run(conn: &impl Conn, head: Option<&[u8]>, mut progress: impl FnMut(u64)) -> Result<Verified, StoreError> {
    let mut found = Verified::default();
    let (mut previous, mut number, mut head_seen) = (Vec::new(), 0, head.is_none());
    loop {
        let seals = audit_seals::Entity::find()
            .filter(audit_seals::Column::Number.gt(number))
            .order_by_asc(audit_seals::Column::Number)
            .limit(PAGE)
            .all(conn.db())
            .await?;
        let (Some(first), Some(last)) = (seals.first(), seals.last()) else { break };
        let rows = entries(conn, first.number, last.number).await?;
        let mut rows = rows.as_slice();
        for sealed in seals {
            found.faults.extend((number + 1..sealed.number).take(10).map(Fault::SealMissing));
            number = sealed.number;
            let below = rows.iter().take_while(|row| row.seal == Some(number)).count();
            let (batch, rest) = rows.split_at_checked(below).unwrap_or((rows, &[]));
            rows = rest;
            let ends = column::to_time(sealed.sealed_at)?;
            let forgotten = sealed.purge_mark.as_ref();
            let keyring = conn.store().keyring();
            match forgotten {
                Some(mark) if batch.is_empty() && *mark == seal::purge_mark(keyring, &sealed.seal) => {
                    found.forgotten += u64::try_from(sealed.entries).unwrap_or_default();
                }
                Some(_) => found.faults.push(Fault::Gone(number)),
                None if sealed.seal != seal::of(keyring, &previous, number, ends, batch)
                    || usize::try_from(sealed.entries) != Ok(below) =>
                {
                    found.faults.push(Fault::Altered(number));
                }
                None => found.sealed += below as u64,
            }
            head_seen = head_seen || head == Some(sealed.seal.as_slice());
            previous.clone_from(&sealed.seal);
            found.head = Some(seal::read(sealed)?);
        }
        progress(found.sealed);
    }
    rest(conn, head_seen, &mut found).await?;
    Ok(found)
}

async fn entries(conn: &impl Conn, first: i64, last: i64) -> Result<Vec<audit_log::Model>, StoreError> {
    let below = audit_log::Entity::find().filter(audit_log::Column::Seal.between(first, last));
    let ordered = below.order_by_asc(audit_log::Column::Seal).order_by_asc(audit_log::Column::Id);
    Ok(ordered.all(conn.db()).await?)
}

/// What hangs on no seal that is there.
async fn rest(conn: &impl Conn, head_seen: bool, found: &mut Verified) -> Result<(), StoreError> {
    let seals = audit_seals::Entity::find().select_only().column(audit_seals::Column::Number);
    let strays = audit_log::Entity::find()
        .filter(audit_log::Column::Seal.is_not_null())
        .filter(audit_log::Column::Seal.not_in_subquery(seals.into_query()))
        .count(conn.db())
        .await?;
    if strays > 0 {
        found.faults.push(Fault::Strays(strays));
    }
    if !head_seen {
        found.faults.push(Fault::HeadMissing);
    }
    found.unsealed = audit_log::Entity::find().filter(audit_log::Column::Seal.is_null()).count(conn.db()).await?;
    Ok(())
}
