//! Forgetting what has stood long enough: whole batches from the beginning, whose seals stay, so that the rest can
//! still be verified.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::seal;
use crate::{
    Store, StoreError, Tx, column,
    entity::{audit_log, audit_seals},
    store::sealed::Sealed,
};

/// Seals whose entries are forgotten at a time.
const BATCH: u64 = 20;

/// Forgets entries that were sealed before `cut`, and returns how many. The last seal keeps its own.
///
/// # Errors
/// Where the database fails; what was forgotten until then stays forgotten.
pub async fn before(store: &Store, cut: Timestamp) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    loop {
        let gone: Option<u64> = store.transact(move |tx| Box::pin(some(tx, cut))).await?;
        match gone {
            Some(entries) => forgotten += entries,
            None => return Ok(forgotten),
        }
    }
}

/// `None` where nothing is left to forget.
async fn some(tx: &Tx, cut: Timestamp) -> Result<Option<u64>, StoreError> {
    let over = audit_seals::Entity::find()
        .filter(audit_seals::Column::PurgeMark.is_null())
        .filter(audit_seals::Column::SealedAt.lt(column::from_time(cut)))
        .order_by_asc(audit_seals::Column::Number)
        .limit(BATCH)
        .all(tx.db())
        .await?;
    let mut gone = None;
    for sealed in over {
        let deleted =
            audit_log::Entity::delete_many().filter(audit_log::Column::Seal.eq(sealed.number)).exec(tx.db()).await?;
        let mark = seal::purge_mark(tx.store().keyring(), &sealed.seal).to_vec();
        audit_seals::Entity::update_many()
            .col_expr(audit_seals::Column::PurgeMark, Expr::value(mark))
            .filter(audit_seals::Column::Number.eq(sealed.number))
            .exec(tx.db())
            .await?;
        *gone.get_or_insert(0) += deleted.rows_affected;
    }
    Ok(gone)
}
