//! The lease: who loses it sends nothing new.
//! It must not judge where nobody holds one: then safety rests on the ledger alone, and that is looked at elsewhere.

use super::{Case, Invariant};

/// `LeaseHeld`. A call comes from the replica that wrote the lease last.
pub(super) fn held(case: &mut Case<'_>) {
    let calls: Vec<_> = case.calls().collect();
    for call in calls {
        let writes = case.exchanges.iter().filter(|write| {
            let is_lease = write
                .api
                .is_some_and(|api| api.resource == "leases" && api.is_mutating());
            let holder = write
                .body
                .pointer("/spec/holderIdentity")
                .and_then(|holder| holder.as_str());
            is_lease && write.acknowledged() && holder.is_some_and(|holder| !holder.is_empty())
        });
        let before: Vec<_> = writes
            .filter(|write| write.relayed.is_some_and(|line| line < call.asked))
            .collect();
        let Some(last) = before.iter().max_by_key(|write| write.relayed) else {
            continue;
        };
        let alone = before.iter().all(|write| write.replica == last.replica);
        let what = match (call.replica, last.replica) {
            (Some(caller), Some(holder)) if caller != holder => {
                format!(
                    "{caller} makes a call, and {holder} has the lease since line {}",
                    last.asked
                )
            }
            (None, _) if !alone => "several replicas held the lease, and nobody knows which one makes this call".into(),
            _ => continue,
        };
        case.report(Invariant::LeaseHeld, call.asked, what);
    }
}
