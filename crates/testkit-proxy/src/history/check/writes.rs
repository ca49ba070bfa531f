//! Writes of what decides and of what reports: guarded by the version that was read.
//! It must not object to creations: a name is a guard.

use super::{Case, Invariant};

/// Kinds of which the operator writes the whole object or its status.
const KINDS: [&str; 6] = [
    "groupledgers",
    "protectiongroups",
    "protectionproviders",
    "recoveryoperations",
    "operationdecisions",
    "leases",
];

/// `GuardedWrites`. Whatever was asked, also without success: an unguarded write is one even if it was lost.
pub(super) fn guarded(case: &mut Case<'_>) {
    for write in case.exchanges {
        let Some(api) = write.api.filter(|api| KINDS.contains(&api.resource.as_str())) else {
            continue;
        };
        let version = write
            .body
            .pointer("/metadata/resourceVersion")
            .and_then(|version| version.as_str());
        let what = match api.verb.as_str() {
            "patch" => "a patch".to_owned(),
            "update" if version.is_none_or(str::is_empty) => "a replacement without resourceVersion".to_owned(),
            "deletecollection" => "a deletion of whatever is there".to_owned(),
            _ => continue,
        };
        let name = api.name.as_deref().unwrap_or_default();
        case.report(
            Invariant::GuardedWrites,
            write.asked,
            format!("{what} of {} {name}", api.resource),
        );
    }
}
