//! Events of what the statuses begin to say: an intent that waits or was dropped, a group that is switched off, an order that waits.
//! It must not be asked after the statuses were written: only an event hangs on what was shown before.

use super::apply::reference;
use super::kept::Objects;
use crate::controllers::Context;
use kube::Resource;
use stationmaster_engine::Reason;
use stationmaster_engine::decide::Notice;
use stationmaster_engine::report::{OperationReport, Report, State};

/// Tells what the report says and the statuses do not say yet.
pub fn tell(context: &Context, objects: &Objects, report: &Report, notices: &[Notice]) {
    let begins = report.group.begins.as_ref();
    // What the decision has told already is not told twice.
    if let Some(why) = begins.filter(|why| notices.iter().all(|notice| notice.reason != why.reason)) {
        let shown = objects.group.status.iter().flat_map(|status| &status.conditions);
        let mut ready = shown.filter(|condition| condition.type_ == "Ready");
        if !ready.any(|condition| condition.reason == why.reason.as_str()) {
            publish(context, &objects.group, why.reason.as_str(), &why.message);
        }
    }
    for view in report.operations.iter().filter(|view| waits(view)) {
        let object = objects.operations.iter().find(|o| o.meta().uid == view.uid);
        let told = |status: &stationmaster_api::RecoveryOperationStatus| {
            status.reason.as_deref() == Some(view.reason.as_str()) || status.has_ended()
        };
        if let Some(object) = object.filter(|o| !o.status.as_ref().is_some_and(told)) {
            publish(context, &**object, view.reason.as_str(), &view.message);
        }
    }
}

/// What waits, and not only for the first reading.
fn waits(view: &OperationReport) -> bool {
    view.state == State::Pending && view.reason != Reason::NotObserved
}

fn publish<K: Resource<DynamicType = ()>>(context: &Context, about: &K, reason: &'static str, message: &str) {
    context
        .events
        .publish(reference(about), false, reason, "Wait", message.to_owned());
}
