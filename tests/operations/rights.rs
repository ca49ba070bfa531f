//! What the operator asked of the API server in all stories, by its audit log: allowed, and written only what is the operator's.
//! It must not run before the last story has ended.

use libtest_mimic::Trial;
use stationmaster_testkit::control_plane::AuditEvent;
use stationmaster_testkit::installation::{self, Installation};
use std::collections::BTreeSet;

/// All of them.
pub fn stories() -> Vec<Trial> {
    stories![the_committed_rights_were_enough_and_little_was_written]
}

async fn the_committed_rights_were_enough_and_little_was_written() {
    let installation = installation::shared().await.unwrap();
    let user = Installation::operator_user();
    let mut asked = installation.control_plane().audit_events().unwrap();
    asked.retain(|event| event.user == user);
    assert!(!asked.is_empty(), "the operator was never heard");
    let refused: Vec<&AuditEvent> = asked.iter().filter(|event| matches!(event.code, 401 | 403)).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let written: BTreeSet<(&str, &str, &str)> = asked
        .iter()
        .filter(|event| event.is_write())
        .map(|event| (&*event.verb, &*event.resource, &*event.subresource))
        .collect();
    let own = [
        ("create", "events", ""),
        ("patch", "events", ""),
        ("create", "groupledgers", ""),
        ("delete", "groupledgers", ""),
        ("update", "groupledgers", ""),
        ("create", "leases", ""),
        ("update", "leases", ""),
        ("create", "recoveryoperations", ""),
        ("delete", "recoveryoperations", ""),
        ("update", "operationdecisions", "status"),
        ("update", "protectiongroups", "status"),
        ("update", "protectionproviders", "status"),
        ("update", "recoveryoperations", "status"),
    ];
    let others: Vec<_> = written.iter().filter(|write| !own.contains(write)).collect();
    assert!(others.is_empty(), "{others:?}");
}
