//! The trail cannot be altered unseen, by whoever has the database and not the key.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use super::database::on_each;
use crate::{
    AuditEntry, Conn, Store, StoreError, Tx, audit,
    audit::{
        read::{AuditFilter, Direction},
        verify::{Fault, Verified},
    },
    column,
    entity::{audit_log, audit_seals},
    store::sealed::Sealed,
};

const SEALS: i64 = 12;
const BELOW_EACH: i64 = 9;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

async fn write(conn: &impl Conn, second: i64) {
    let entry = AuditEntry {
        at: at(second),
        principal: format!("staff/{second}"),
        role: "clinician",
        method: "rapport.staff.v1.TriageService/GetCase",
        resources: vec![format!("cases/{second}"), format!("intakes/{second}")],
        outcome: "OK",
    };
    audit::write(conn, &entry).await.unwrap();
}

/// A trail of a few sealed batches; returns the head that somebody kept.
async fn trail(store: &Store) -> Vec<u8> {
    let mut head = None;
    for second in 0..SEALS * BELOW_EACH {
        write(store, second).await;
        if (second + 1) % BELOW_EACH == 0 {
            head = audit::seal::next(store, at(second)).await.unwrap();
        }
    }
    assert_eq!(audit::seal::next(store, at(0)).await.unwrap(), None);
    head.unwrap().seal
}

async fn verify(conn: &impl Conn, head: &[u8]) -> Verified {
    audit::verify::run(conn, Some(head), |_| ()).await.unwrap()
}

#[tokio::test]
async fn a_trail_that_nobody_touched_is_whole_and_its_head_is_known() {
    on_each(async |store| {
        let head = trail(&store).await;
        write(&store, 1_000).await;
        let found = verify(&store, &head).await;
        assert_eq!((found.faults.as_slice(), found.sealed, found.unsealed), (&[][..], 108, 1));
        assert_eq!(found.head.as_ref().map(|head| head.seal.as_slice()), Some(head.as_slice()));
        audit::seal::next(&store, at(1_001)).await.unwrap();
        // A head that was kept long ago is still one of the seals.
        assert_eq!(verify(&store, &head).await.faults, []);
        assert_eq!(audit::verify::run(&store, Some(&[7; 32]), |_| ()).await.unwrap().faults, [Fault::HeadMissing]);
    })
    .await;
}

/// A small generator of our own: the same thousand on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Whoever alters the trail in a way of theirs, without the key.
#[expect(clippy::too_many_lines, reason = "one arm for each way of altering the trail")]
async fn tamper(tx: &Tx, dice: &mut Dice) -> Result<&'static str, StoreError> {
    let db = tx.db();
    let rows = audit_log::Entity::find().order_by_asc(audit_log::Column::Id).all(db).await?;
    let seals = audit_seals::Entity::find().order_by_asc(audit_seals::Column::Number).all(db).await?;
    let row = rows[usize::try_from(dice.roll(SEALS * BELOW_EACH)).unwrap()].clone();
    let other = rows[usize::try_from(dice.roll(SEALS * BELOW_EACH)).unwrap()].clone();
    let number = 1 + dice.roll(SEALS);
    let seal = seals[usize::try_from(number - 1).unwrap()].clone();
    match dice.roll(15) {
        0 => {
            let mut edited = row.clone().into_active_model();
            match dice.roll(6) {
                0 => edited.principal = Set("staff/nobody".to_owned()),
                1 => edited.role = Set("auditor".to_owned()),
                2 => edited.method = Set("rapport.staff.v1.TriageService/ListCases".to_owned()),
                3 => edited.resources = Set(String::new()),
                4 => edited.outcome = Set("ROLE_FORBIDDEN".to_owned()),
                _ => edited.at = Set(column::from_time(column::to_time(row.at)? + SignedDuration::from_micros(1))),
            }
            edited.update(db).await?;
            Ok("edit")
        }
        1 => {
            // From the end of one field to the beginning of the next.
            let mut shifted = row.clone().into_active_model();
            shifted.principal = Set(format!("{}c", row.principal));
            shifted.role = Set(row.role[1..].to_owned());
            shifted.update(db).await?;
            Ok("shift between fields")
        }
        2 => {
            audit_log::Entity::delete_by_id(row.id).exec(db).await?;
            Ok("delete")
        }
        3 => {
            let mut moved = row.clone().into_active_model();
            moved.seal = Set(Some(1 + row.seal.unwrap() % SEALS));
            moved.update(db).await?;
            Ok("move below another seal")
        }
        4 => {
            // Two entries change places: each keeps what it says and takes the other's id and time.
            let mut from = row.id;
            let mut others = other.clone();
            if row.id == other.id {
                others = rows[usize::try_from(dice.roll(SEALS)).unwrap()].clone();
                from = rows.iter().find(|one| one.id != others.id).unwrap().id;
            }
            let first = rows.iter().find(|one| one.id == from).unwrap().clone();
            for (id, says) in [(first.id, &others), (others.id, &first)] {
                let mut swapped = says.clone().into_active_model();
                swapped.id = Set(id);
                swapped.seal = Set(rows.iter().find(|one| one.id == id).unwrap().seal);
                audit_log::Entity::delete_by_id(id).exec(db).await?;
                swapped.insert(db).await?;
            }
            Ok("reorder")
        }
        5 => {
            // The end with its seals.
            audit_log::Entity::delete_many().filter(audit_log::Column::Seal.gte(number)).exec(db).await?;
            audit_seals::Entity::delete_many().filter(audit_seals::Column::Number.gte(number)).exec(db).await?;
            Ok("truncate")
        }
        6 => {
            audit_log::Entity::delete_many().filter(audit_log::Column::Seal.lte(number)).exec(db).await?;
            audit_seals::Entity::delete_many().filter(audit_seals::Column::Number.lte(number)).exec(db).await?;
            Ok("cut off the beginning")
        }
        7 => {
            audit_seals::Entity::delete_by_id(number).exec(db).await?;
            Ok("delete a seal")
        }
        8 => {
            // An entry that was never made, where nobody would look.
            let mut forged = row.clone();
            forged.id = uuid::Uuid::from_u128(forged.id.as_u128() + 1);
            forged.into_active_model().insert(db).await?;
            Ok("forge")
        }
        9 => {
            // All of it made anew from one place on, with a key of somebody's own.
            let theirs = rapport_security::Keyring::new(&rapport_security::MasterKey::generate());
            audit_log::Entity::delete_by_id(row.id).exec(db).await?;
            let mut previous = match row.seal.unwrap() {
                1 => Vec::new(),
                first => seals[usize::try_from(first - 2).unwrap()].seal.clone(),
            };
            for seal in seals.into_iter().filter(|seal| Some(seal.number) >= row.seal) {
                let below = audit_log::Entity::find().filter(audit_log::Column::Seal.eq(seal.number));
                let below = below.order_by_asc(audit_log::Column::Id).all(db).await?;
                let at = Timestamp::from_microsecond(seal.sealed_at.timestamp_micros()).unwrap();
                previous = audit::seal::of(&theirs, &previous, seal.number, at, &below).to_vec();
                let entries = i32::try_from(below.len()).unwrap();
                let made =
                    audit_seals::ActiveModel { seal: Set(previous.clone()), entries: Set(entries), ..seal.into() };
                made.update(db).await?;
            }
            Ok("recompute")
        }
        10 => {
            let mut bytes = seal.seal.clone();
            bytes[usize::try_from(dice.roll(32)).unwrap()] ^= 1 << dice.roll(8);
            audit_seals::ActiveModel { seal: Set(bytes), ..seal.into() }.update(db).await?;
            Ok("alter a seal")
        }
        11 => {
            let later = column::from_time(column::to_time(seal.sealed_at)? + SignedDuration::from_secs(1));
            audit_seals::ActiveModel { sealed_at: Set(later), ..seal.into() }.update(db).await?;
            Ok("alter when a seal was made")
        }
        12 => {
            let more = seal.entries + 1;
            audit_seals::ActiveModel { entries: Set(more), ..seal.into() }.update(db).await?;
            Ok("alter how many a seal covers")
        }
        13 => {
            let mut forged = row.clone();
            forged.id = uuid::Uuid::from_u128(forged.id.as_u128() + 1);
            forged.seal = Some(SEALS + 1 + dice.roll(9));
            forged.into_active_model().insert(db).await?;
            Ok("forge below a seal that is not there")
        }
        _ => {
            // As if its time had been over.
            audit_log::Entity::delete_many().filter(audit_log::Column::Seal.eq(number)).exec(db).await?;
            let mark = seal.seal.clone();
            audit_seals::Entity::update_many()
                .col_expr(audit_seals::Column::PurgeMark, Expr::value(mark))
                .filter(audit_seals::Column::Number.eq(number))
                .exec(db)
                .await?;
            Ok("pretend to have forgotten")
        }
    }
}

/// Ends a transaction so that nothing of it stays.
enum End {
    Found(&'static str, Verified),
    Store(StoreError),
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Guards, each taken out by itself and seen red: the time and each field's length in `seal::of`; the count, the mark, the
/// strays and the head in `verify`. The number, the seal before and the gap stand behind one another: any one may be missing.
#[tokio::test]
async fn a_thousand_random_tamperings_are_all_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = super::database::connect(format!("sqlite:{}", folder.path().join("rapport.db").display())).await;
    store.migrate().await.unwrap();
    let head = trail(&store).await;
    let mut kinds = std::collections::BTreeMap::new();
    for seed in 0..1_000 {
        let kept = head.clone();
        let ended: Result<(), End> = store
            .transact(move |tx| {
                Box::pin(async move {
                    let mut dice = Dice(seed * 7_919 + 1);
                    dice.roll(2);
                    let kind = tamper(tx, &mut dice).await?;
                    Err(End::Found(kind, audit::verify::run(tx, Some(&kept), |_| ()).await?))
                })
            })
            .await;
        match ended {
            Err(End::Found(kind, found)) => {
                assert!(!found.faults.is_empty(), "{kind}, seed {seed}: unseen");
                *kinds.entry(kind).or_insert(0) += 1;
            }
            Err(End::Store(error)) => panic!("seed {seed}: {error}"),
            Ok(()) => unreachable!("it always ends by what was found"),
        }
    }
    assert_eq!(kinds.len(), 15, "{kinds:?}");
    assert_eq!(verify(&store, &head).await.faults, []);
}

#[tokio::test]
async fn a_hundred_thousand_entries_are_verified_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let store = super::database::connect(format!("sqlite:{}", folder.path().join("rapport.db").display())).await;
    store.migrate().await.unwrap();
    store
        .transact(|tx| {
            Box::pin(async move {
                for batch in 0..200 {
                    let rows = (0..500).map(|n| {
                        let entry = AuditEntry {
                            at: at(batch * 500 + n),
                            principal: "staff/0190a1b2-0000-7000-8000-000000000001".to_owned(),
                            role: "clinician",
                            method: "rapport.staff.v1.TriageService/GetCase",
                            resources: vec!["cases/0190a1b2-0000-7000-8000-000000000002".to_owned(); 2],
                            outcome: "OK",
                        };
                        audit::row(&entry).into_active_model()
                    });
                    audit_log::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
    while audit::seal::next(&store, at(0)).await.unwrap().is_some() {}
    let mut told = Vec::new();
    let found = audit::verify::run(&store, None, |done| told.push(done)).await.unwrap();
    assert_eq!((found.sealed, found.faults.as_slice()), (100_000, &[][..]));
    assert!(told.is_sorted() && told.last() == Some(&100_000));
}

#[tokio::test]
async fn two_that_seal_at_once_leave_one_chain() {
    on_each(async |store| {
        for round in 0..20 {
            for second in 0..7 {
                write(&store, round * 7 + second).await;
            }
            let (one, other) = tokio::join!(audit::seal::next(&store, at(0)), audit::seal::next(&store, at(0)));
            assert!(one.unwrap().is_some() != other.unwrap().is_some());
        }
        let found = audit::verify::run(&store, None, |_| ()).await.unwrap();
        assert_eq!((found.sealed, found.unsealed, found.faults), (140, 0, Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn what_has_stood_long_enough_is_forgotten_and_the_rest_can_still_be_verified() {
    on_each(async |store| {
        let head = trail(&store).await;
        // Three batches are old enough: theirs is the time of their last entry.
        let cut = at(3 * BELOW_EACH - 1) + SignedDuration::from_millis(1);
        assert_eq!(audit::forget::before(&store, cut).await.unwrap(), 27);
        assert_eq!(audit::forget::before(&store, cut).await.unwrap(), 0);
        let found = verify(&store, &head).await;
        assert_eq!((found.faults.as_slice(), found.sealed, found.forgotten), (&[][..], 81, 27));
        // One more that is taken away is missed. An i64 as in the code: a connection prepares a statement once, with its types.
        audit_log::Entity::delete_many().filter(audit_log::Column::Seal.eq(4_i64)).exec(store.db()).await.unwrap();
        assert_eq!(verify(&store, &head).await.faults, [Fault::Altered(4)]);
    })
    .await;
}

#[tokio::test]
async fn the_trail_is_read_by_who_what_and_when_page_by_page() {
    on_each(async |store| {
        trail(&store).await;
        let read = async |filter: AuditFilter, direction, behind, most| {
            let page = audit::read::page(&store, &filter, direction, behind, most).await.unwrap();
            page.into_iter().map(|record| (record.id, record.principal)).collect::<Vec<_>>()
        };
        let all = AuditFilter::default;
        let youngest = read(all(), Direction::Back, None, 2).await;
        assert_eq!(youngest.iter().map(|(_, who)| who.as_str()).collect::<Vec<_>>(), ["staff/107", "staff/106"]);
        assert_eq!(read(all(), Direction::Back, Some(youngest[1].0), 1).await[0].1, "staff/105");
        assert_eq!(read(all(), Direction::Forth, None, 1).await[0].1, "staff/0");
        let one = AuditFilter { principal: Some("staff/17".to_owned()), ..all() };
        assert_eq!(read(one, Direction::Back, None, 9).await.len(), 1);
        let about = AuditFilter { resource: Some("cases/42".to_owned()), ..all() };
        assert_eq!(read(about, Direction::Back, None, 9).await[0].1, "staff/42");
        let some = AuditFilter { since: Some(at(10)), until: Some(at(13)), ..all() };
        assert_eq!(read(some, Direction::Forth, None, 9).await.len(), 3);
        let none = AuditFilter { method: Some("rapport staff add".to_owned()), ..all() };
        assert!(read(none, Direction::Back, None, 9).await.is_empty());
    })
    .await;
}
