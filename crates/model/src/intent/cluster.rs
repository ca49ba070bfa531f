//! What befalls the cluster: objects deleted and made again, backups and snapshots restored.
//! It must not touch the provider, which knows nothing of clusters.

use super::Design;
use super::state::{Backup, GroupObject, Operator, SPELLINGS, State};

/// Somebody deletes the group. Git makes it again at the next sync.
pub fn delete_group(state: &mut State) {
    state.spent.cluster += 1;
    state.cluster.group = None;
    state.witness.nothing_is_asked();
    state.witness.orders_are_void();
}

/// A filed operation is there again: without a status, under a new uid, for the present group.
pub fn reapply(state: &mut State, index: usize) {
    state.spent.cluster += 1;
    let uid = state.new_uid("operation");
    let group_uid = state.cluster.group.as_ref().map(|g| g.uid.clone()).unwrap_or_default();
    let now = state.now;
    let request = &mut state.cluster.requests[index];
    request.uid = uid;
    request.created_at = now;
    request.group_uid = group_uid;
    request.ended = false;
}

/// Group and operations are saved, with their statuses. The ledger is excluded from backups.
pub fn take_backup(state: &mut State) {
    state.spent.cluster += 1;
    let Some(group) = &state.cluster.group else { return };
    state.backup = Some(Box::new(Backup {
        intent: group.intent.clone(),
        shown: group.shown.clone(),
        requests: state.cluster.requests.clone(),
        ledger: state.cluster.ledger.clone(),
    }));
}

/// Group and operations are made again from the backup: new uids, generation 1.
pub fn restore(state: &mut State, with_status: bool, design: Design) {
    state.spent.cluster += 1;
    state.witness.orders_are_void();
    let Some(backup) = state.backup.clone() else { return };
    let uid = state.new_uid("group");
    state.cluster.group = Some(GroupObject {
        uid: uid.clone(),
        generation: 1,
        intent: backup.intent,
        shown: backup.shown.filter(|_| with_status),
    });
    state.is_delivered(true);
    state.cluster.requests = backup.requests;
    for index in 0..state.cluster.requests.len() {
        let fresh = state.new_uid("operation");
        let request = &mut state.cluster.requests[index];
        request.uid = fresh;
        request.group_uid.clone_from(&uid);
        request.ended &= with_status;
    }
    if design == Design::LedgerInBackup {
        // It comes back as it was, and names the group that is there now: whoever backs it up makes it fit.
        state.cluster.ledger = backup.ledger;
        if let (Some(ledger), Some(group)) = (&mut state.cluster.ledger, &state.cluster.group) {
            ledger.group.uid.clone_from(&group.uid);
            ledger.judged_generation = group.generation;
        }
    }
    state.witness.nothing_is_asked();
}

/// etcd is put back to its snapshot. The API server is away for longer than a leader goes on without it, so that the operator starts again.
pub fn put_back(state: &mut State) {
    state.spent.cluster += 1;
    let Some(snapshot) = state.snapshot.clone() else { return };
    let same = snapshot.group.as_ref().map(|g| (&g.uid, &g.intent))
        == state.cluster.group.as_ref().map(|g| (&g.uid, &g.intent));
    if !same {
        state.witness.nothing_is_asked();
    }
    // What the store held is what is asked for: that it was taken back since is told by nothing any more.
    for request in snapshot.requests.iter().filter(|r| !r.ended) {
        state.witness.is_put_back(&request.name);
    }
    state.witness.orders_are_void();
    state.cluster = *snapshot;
    state.operator = Operator::Down;
}

/// The connection's endpoint is written in another way; it reaches the same object.
pub fn respell(state: &mut State, design: Design) {
    state.spent.cluster += 1;
    state.witness.orders_are_void();
    state.endpoint = if state.endpoint == SPELLINGS[0] {
        SPELLINGS[1]
    } else {
        SPELLINGS[0]
    };
    if design == Design::LedgerBySpelling {
        let here = state.cluster.ledger.take().map(Box::new);
        state.cluster.ledger = std::mem::replace(&mut state.elsewhere, here).map(|ledger| *ledger);
    }
}
