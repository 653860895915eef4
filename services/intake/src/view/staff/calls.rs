//! Whom the on-call chain told. None of it says why, so every role of the desk reads it.

use rapport_domain::{
    alert::{Alert, AlertState, AlertStep},
    practice::Practice,
};
use rapport_proto::{enums, staff as pb, time};

/// An alert with the steps that were taken.
pub(crate) fn alert(alert: &Alert, steps: &[AlertStep], practice: &Practice) -> pb::Alert {
    let acknowledged = alert.acknowledged.as_ref();
    pb::Alert {
        name: alert.id.to_string(),
        case_name: alert.case.to_string(),
        state: enums::number(alert.state),
        create_time: Some(time::to_message(alert.raised_at)),
        steps: steps.iter().map(|step| self::step(step, practice)).collect(),
        next_step_time: (alert.state == AlertState::Open).then(|| time::to_message(alert.next_at)),
        staff: acknowledged.map(|it| it.by.clone()).unwrap_or_default(),
        acknowledge_time: acknowledged.map(|it| time::to_message(it.at)),
        etag: alert_etag(alert),
    }
}

/// Changes with every change of the alert.
pub(crate) fn alert_etag(alert: &Alert) -> String {
    alert.version.to_string()
}

fn step(step: &AlertStep, practice: &Practice) -> pb::AlertStep {
    let name = |position: &u32| practice.on_call.get(*position as usize).map(|person| person.name.clone());
    pb::AlertStep {
        number: i32::try_from(step.number + 1).unwrap_or(i32::MAX),
        told: step.told.iter().filter_map(name).collect(),
        time: Some(time::to_message(step.at)),
    }
}
