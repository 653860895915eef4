//! Who treats, and when, as staff read it.

use std::collections::BTreeSet;

use rapport_domain::{
    calendar::timetable::{HoursRule, Leave},
    intake::Care,
    matching::{Licence, Therapist},
    practice::roster::{Plan, Step},
};
use rapport_proto::{enums, staff as pb, time};
use rapport_store::{Closure, Conn, OnRoster, OutsideSession, feeds, treated};

use crate::{Deps, refusal::Refusal};

/// Somebody, with what staff should see to.
pub(crate) async fn therapist(deps: &Deps, conn: &impl Conn, it: &OnRoster) -> Result<pb::Therapist, Refusal> {
    let mut all = therapists(deps, conn, std::slice::from_ref(it)).await?;
    all.pop().ok_or(Refusal::NotFound)
}

/// Several, in their order.
pub(crate) async fn therapists(
    deps: &Deps,
    conn: &impl Conn,
    them: &[OnRoster],
) -> Result<Vec<pb::Therapist>, Refusal> {
    let (feeds, treated) = (feeds::made(conn).await?, treated::counts(conn).await?);
    let today = deps.practice.today(deps.clock.now());
    let each = them.iter().map(|OnRoster { therapist, version }| {
        let (single, recurring) = therapist.hours.elsewhere().count();
        pb::Therapist {
            hours: Some(pb::Hours {
                rules: therapist.hours.rules().iter().map(rule).collect(),
                leave: therapist.hours.leave().iter().map(leave).collect(),
            }),
            busy: Some(pb::BusyCount { single: count(single), recurring: count(recurring) }),
            warnings: deps.practice.warnings(therapist, today),
            treated_hashes: treated.get(&therapist.id).copied().unwrap_or_default(),
            feed_create_time: feeds.get(&therapist.id).map(|at| time::to_message(*at)),
            etag: version.to_string(),
            ..profile(therapist)
        }
    });
    Ok(each.collect())
}

fn profile(it: &Therapist) -> pb::Therapist {
    let cares: BTreeSet<Care> =
        it.payers.keys().chain(it.fees.keys()).chain(it.session_minutes.keys()).copied().collect();
    let number = |number: Option<&u32>| number.and_then(|number| i32::try_from(*number).ok()).unwrap_or_default();
    let terms = cares.into_iter().map(|care| pb::CareTerms {
        care: enums::number(care),
        payers: it.payers.get(&care).into_iter().flatten().cloned().collect(),
        fee_dollars: number(it.fees.get(&care)),
        session_minutes: number(it.session_minutes.get(&care)),
    });
    let methods = it.methods.iter();
    pb::Therapist {
        name: it.id.to_string(),
        display_name: it.name.clone(),
        credentials: it.credentials.clone(),
        gender: it.gender.clone(),
        licences: it.licences.iter().map(licence).collect(),
        supervised_by: it.supervised_by.clone().unwrap_or_default(),
        treats: it.treats.iter().map(|care| enums::number(*care)).collect(),
        methods: methods
            .map(|(id, training)| pb::TrainedMethod { id: id.clone(), training: enums::number(*training) })
            .collect(),
        competences: it.competences.iter().cloned().collect(),
        languages: it.languages.iter().cloned().collect(),
        terms: terms.collect(),
        weekly_sessions: number(Some(&it.weekly_capacity)),
        active: it.active,
        ..pb::Therapist::default()
    }
}

fn licence(it: &Licence) -> pb::Licence {
    pb::Licence {
        state: it.state.as_str().to_owned(),
        number: it.number.clone(),
        expire_date: it.expires.to_string(),
        video_only: it.video_only,
    }
}

/// As it would be sent back.
fn rule(it: &HoursRule) -> pb::HoursRule {
    let wall = |at: &jiff::civil::DateTime| at.strftime("%Y-%m-%dT%H:%M").to_string();
    pb::HoursRule {
        start_time: wall(&it.recurrence().starts()),
        minutes: i32::from(it.minutes()),
        rrule: it.recurrence().rule().to_owned(),
        rdates: it.recurrence().also().iter().map(wall).collect(),
        exdates: it.recurrence().except().iter().map(wall).collect(),
        location: it.place().location.clone().unwrap_or_default(),
        video: it.place().video,
    }
}

fn leave(it: &Leave) -> pb::Leave {
    let wall = |at: jiff::civil::DateTime| at.strftime("%Y-%m-%dT%H:%M").to_string();
    pb::Leave { start_time: wall(it.starts()), end_time: wall(it.ends()) }
}

/// Sessions that stand outside, in their order.
pub(crate) fn outside(sessions: &[OutsideSession]) -> Vec<pb::OutsideSession> {
    let each = sessions.iter().map(|it| pb::OutsideSession {
        appointment: it.session.id.to_string(),
        case_name: it.session.case.to_string(),
        start_time: Some(time::to_message(it.session.starts_at)),
        why: it.why.text().to_owned(),
    });
    each.collect()
}

/// A closed room.
pub(crate) fn closure(it: &Closure) -> pb::RoomClosure {
    pb::RoomClosure {
        name: it.id.to_string(),
        room: it.room.clone(),
        start_time: Some(time::to_message(it.starts_at)),
        end_time: Some(time::to_message(it.ends_at)),
    }
}

/// What each line of a file does.
pub(crate) fn import_rows(plan: &Plan) -> Vec<pb::ImportedTherapist> {
    let each = plan.steps.iter().map(|step| {
        let changes = match step {
            Step::Change(_, changes) => changes.as_slice(),
            Step::Add(_) | Step::Same(_) => &[],
        };
        pb::ImportedTherapist {
            name: step.therapist().id.to_string(),
            display_name: step.therapist().name.clone(),
            added: matches!(step, Step::Add(_)),
            changes: changes
                .iter()
                .map(|it| pb::ImportedChange {
                    column: it.column.to_owned(),
                    before: it.before.clone(),
                    after: it.after.clone(),
                })
                .collect(),
        }
    });
    each.collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
